"""The one exception that bad input raises: what is wrong, where, and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A position in a text; line and column count from 1."""

    text: str
    line: int
    column: int


class DeriveError(Exception):
    """A faulty definition or request. `str(error)` is the whole message, with line and caret."""

    def __init__(self, message: str, place: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.place, self.hint = message, place, hint

    def __reduce__(self) -> tuple[type[DeriveError], tuple[str, Place | None, str | None]]:
        return DeriveError, (self.message, self.place, self.hint)

    def __str__(self) -> str:
        return "\n".join([self.message, *caret(self.place), *([f"  {self.hint}"] if self.hint else [])])


class CheckError(Exception):
    """A check failed: what was derived or generated is wrong and must not be used."""


class UnreachableError(CheckError):
    """A check found no point at which it could look: of a definition of one's own, it may be the definition's fault."""


def caret(place: Place | None, width: int = 100) -> list[str]:
    """The faulty line and a caret below the column; a long line is cut around the caret."""
    if place is None:
        return []
    lines = place.text.splitlines() or [""]
    line = lines[min(place.line, len(lines)) - 1].replace("\t", " ")
    start = max(0, place.column - 1 - width // 2) if len(line) > width else 0
    shown = line[start : start + width]
    label = f"  line {place.line}: "
    return [label + shown, " " * (len(label) + place.column - 1 - start) + "^"]


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A sentence that offers the nearest known names, or lists them when none is near."""
    names = sorted(set(known))
    same = [n for n in names if n.lower() == name.lower()]
    near = same or difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known here: {', '.join(names[:12])}" + (", ..." if len(names) > 12 else "") if names else None
