"""Where expressions are evaluated: sizes, the values of entries, and the number system that they are of.

Contract: a `Point` never changes: a shifted copy is a new point that takes from its parent whatever does not depend on
the shift. It remembers the values that were worked out at it, so that what two steps of a derivation share is worked
out once; what works them out is in `evaluate`.

To extend: a new number system is a class that fits `System`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Protocol

from derive.language.definition import Definition
from derive.language.expressions import Applied, Partial
from derive.language.indices import Dimension, Index, extent

Value = Any
"""A number of the point's system: mpmath's mpf, a Fraction, or a Rounded."""

Entry = tuple[str, tuple[int, ...]]
Scope = Mapping[Index, int]
Environment = dict[int, int]
"""Positions by the numbers of their indices."""


class UndefinedError(ArithmeticError):
    """The expression has no real value here: a logarithm of a negative number, a division by zero."""


class System(Protocol):
    """A number system: how exact numbers, functions and derivatives become values."""

    def number(self, value: Fraction) -> Value: ...

    def same(self, left: Value, right: Value) -> bool: ...

    def apart(self, left: Value, right: Value) -> bool:
        """Whether rounding leaves no doubt about which of two different values is larger."""

    def entry(self, point: Point, entry: Entry) -> Value: ...

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value: ...

    def power(self, base: Value, exponent: Value) -> Value: ...

    def applied(self, value: Applied, arguments: tuple[Value, ...], point: Point) -> Value: ...

    def partial(self, value: Partial, places: Environment, point: Point) -> Value: ...


@dataclass(frozen=True, eq=False)
class Point:
    """Sizes and the values of entries; `values` holds inputs and extras, and named quantities where overridden.

    `changed` is the name whose entry differs from the parent's; what is `held` keeps the parent's values.
    """

    definition: Definition
    sizes: Mapping[str, int]
    values: Mapping[Entry, Value]
    system: System
    parent: Point | None = None
    changed: str = ""
    held: frozenset[str] = frozenset()
    memo: dict[object, Value] = field(default_factory=dict, repr=False)
    children: dict[object, Point] = field(default_factory=dict, repr=False)

    def size(self, dimension: Dimension) -> int:
        return extent(dimension, self.sizes)

    def entry(self, entry: Entry) -> Value:
        found = self.values.get(entry)
        if found is None:
            found = self.memo.get(entry)
        if found is None:
            found = self.memo[entry] = self.source(entry[0])(entry)
        return found

    def source(self, name: str) -> Callable[[Entry], Value]:
        """Where an entry that is not given comes from: the parent if the change cannot reach it."""
        parent, known = self.parent, ancestry(self.definition)
        reached = self.changed in known.get(name, frozenset())
        # a parent of another definition may lack the name: a derivation's adjoints are equations of its own
        lacks = parent is not None and name in known and name not in ancestry(parent.definition)
        if parent is None or lacks or (reached and name not in self.held):
            return functools.partial(self.system.entry, self)
        return parent.entry

    def shifted(self, entry: Entry, step: Value, held: frozenset[str] = frozenset()) -> Point:
        """The same point with `step` added to one entry; everything downstream of it follows but what is held."""
        key = (entry, step, held)
        if key not in self.children:
            values = {**self.values, entry: self.entry(entry) + step}
            self.children[key] = Point(self.definition, self.sizes, values, self.system, self, entry[0], held)
        return self.children[key]


@functools.lru_cache(maxsize=256)
def ancestry(definition: Definition) -> Mapping[str, frozenset[str]]:
    """For each named quantity, the names that its value depends on."""
    return MappingProxyType({e.name: definition.ancestors(e.name) for e in definition.equations})
