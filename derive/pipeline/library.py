"""The catalogue, parsed: rows and their definitions by name."""

from __future__ import annotations

import functools
import textwrap
from dataclasses import dataclass, replace

from derive.catalogue.row import Row
from derive.catalogue.table import ROWS
from derive.language.assumption import read_assumption
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.errors import DeriveError, did_you_mean
from derive.language.layers import parse_definitions


@dataclass(frozen=True)
class Entry:
    """A row and the definition that its text says."""

    row: Row
    definition: Definition

    @property
    def wanted(self) -> tuple[Wanted, ...] | None:
        """What the row asks for; None where it leaves that to the default."""
        output = self.definition.output
        pairs = ((kind, variable.partition(" ")) for kind, variable in self.row.wanted)
        return tuple(Wanted(kind, output, first, second) for kind, (first, _, second) in pairs) or None


@functools.cache
def library() -> tuple[Entry, ...]:
    """Every row of the catalogue, in order; a row sees the functions before it."""
    entries: list[Entry] = []
    for row in ROWS:
        (definition,) = parse_definitions(textwrap.dedent(row.text).strip(), [e.definition for e in entries])
        assumptions = tuple(read_assumption(definition, text) for text in row.assumptions)
        entries.append(Entry(row, replace(definition, assumptions=assumptions)))
    return tuple(entries)


def definitions() -> tuple[Definition, ...]:
    return tuple(e.definition for e in library())


def entry(name: str) -> Entry:
    """The row of that name, or a DeriveError that suggests near names."""
    for candidate in library():
        if candidate.definition.name == name:
            return candidate
    raise DeriveError(f"no function {name} in the catalogue", hint=did_you_mean(name, names()))


def names() -> tuple[str, ...]:
    return tuple(e.definition.name for e in library())
