"""The forms of all topics, by the definition's name."""

from __future__ import annotations

from benchmarks.forms import matrices, numbers, vectors
from benchmarks.forms.row import Forms

FORMS = {row.name: row for row in (*numbers.ROWS, *vectors.ROWS, *matrices.ROWS)}


def forms_of(name: str) -> Forms | None:
    return FORMS.get(name)
