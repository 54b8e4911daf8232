"""Entries of quantities at letters that read well and do not clash."""

from __future__ import annotations

from collections.abc import Set

from derive.language.definition import Definition, Input
from derive.language.expressions import Ref
from derive.language.indices import Index
from derive.language.trees import fresh_letters, letters, references


def usual_entry(definition: Definition, entry: Input) -> Ref:
    """The input at the letters with which the definition first writes it."""
    names = usual_letters(definition, entry)
    return Ref(entry.name, tuple(Index(n, size) for n, size in zip(names, entry.dimensions, strict=True)))


def usual_letters(definition: Definition, entry: Input) -> tuple[str, ...]:
    """The letters with which the definition first writes the input."""
    for equation in definition.equations:
        for ref in references(equation.body):
            if ref.name == entry.name:
                return tuple(i.name if letters(i) == (i,) else "i" for i in ref.indices)
    return tuple("i" for _ in entry.dimensions)


def at_fresh_indices(ref: Ref, taken: Set[str]) -> Ref:
    """The quantity at letters that are not taken."""
    return Ref(ref.name, fresh_letters(ref.indices, taken))
