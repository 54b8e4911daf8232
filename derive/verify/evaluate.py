"""The value of an expression at a point: every index a number, every quantity worked out from its equation.

Contract: `evaluate(expression, scope, point)` is the value in the point's number system (see `systems`). It knows
what the nodes mean and nothing of how they are rewritten. A point never changes: a shifted copy is a new point that
takes from its parent whatever does not depend on the shift. Values are kept by node and index values, so that what
two steps of a derivation share is worked out once.

Raises UndefinedError (or another ArithmeticError) where the value is not a real number.

To extend: a new node type is one function and one row of EVALUATORS.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Protocol

from derive.language.definition import Definition
from derive.language.expressions import (
    Add,
    Applied,
    Call,
    Chosen,
    Delta,
    Dimension,
    Expression,
    Fixed,
    Guarded,
    Index,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Shifted,
    Size,
    Where,
    extent,
)
from derive.language.trees import free_indices

Value = Any
"""A number of the point's system: mpmath's mpf, a Fraction, or a Rounded."""

Entry = tuple[str, tuple[int, ...]]
Scope = Mapping[Index, int]


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

    def partial(self, value: Partial, scope: Scope, point: Point) -> Value: ...


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


def entry_of(value: Ref, scope: Scope, point: Point) -> Entry:
    return value.name, tuple(position_of(i, scope, point) for i in value.indices)


def position_of(index: Index, scope: Scope, point: Point) -> int:
    """Where a subscript points: a fixed place, the place that a label says, or the index's own."""
    if type(index) is Index:  # the usual kind
        return scope[index]
    if isinstance(index, Fixed):
        return index.position
    if isinstance(index, Shifted):
        return position_of(index.base, scope, point) + index.offset
    assert isinstance(index, Chosen)
    return int(evaluate(index.by, scope, point))


def from_equation(point: Point, entry: Entry) -> Value:
    """The value of a named quantity by its own equation."""
    name, position = entry
    if not point.definition.defines(name):
        raise KeyError(f"{name}{list(position)} has no value and no equation in {point.definition.name}")
    equation = point.definition.equation(name)
    return evaluate(equation.body, dict(zip(equation.indices, position, strict=True)), point)


# --- one function per node type ----------------------------------------------------------------------


def evaluate(value: Expression, scope: Scope, point: Point) -> Value:
    """The value with each free index at its number in `scope`."""
    if isinstance(value, Ref):
        return point.entry(entry_of(value, scope, point))
    key = (value, *[scope[i] for i in free_indices(value)])
    found = point.memo.get(key)
    if found is None:
        found = point.memo[key] = EVALUATORS[type(value)](value, scope, point)
    return found


def evaluate_number(value: Number, scope: Scope, point: Point) -> Value:
    return point.system.number(value.value)


def evaluate_size(value: Size, scope: Scope, point: Point) -> Value:
    return point.system.number(Fraction(point.size(value.name)))


def evaluate_ref(value: Ref, scope: Scope, point: Point) -> Value:
    return point.entry(entry_of(value, scope, point))


def evaluate_add(value: Add, scope: Scope, point: Point) -> Value:
    return functools.reduce(operator.add, (evaluate(t, scope, point) for t in value.terms))


def evaluate_mul(value: Mul, scope: Scope, point: Point) -> Value:
    # a delta that is 0 removes its term, whatever stands beside it
    if not all(evaluate_delta(f, scope, point) for f in value.factors if type(f) is Delta):
        return point.system.number(Fraction(0))
    return functools.reduce(operator.mul, (evaluate(f, scope, point) for f in value.factors))


def evaluate_quotient(value: Quotient, scope: Scope, point: Point) -> Value:
    return evaluate(value.numerator, scope, point) / evaluate(value.denominator, scope, point)


def evaluate_power(value: Power, scope: Scope, point: Point) -> Value:
    return point.system.power(evaluate(value.base, scope, point), evaluate(value.exponent, scope, point))


def evaluate_call(value: Call, scope: Scope, point: Point) -> Value:
    return point.system.call(value.function, tuple(evaluate(a, scope, point) for a in value.arguments))


def evaluate_applied(value: Applied, scope: Scope, point: Point) -> Value:
    return point.system.applied(value, tuple(evaluate(a, scope, point) for a in value.arguments), point)


def bodies(value: Reduce | Selected, scope: Scope, point: Point) -> Iterator[Value]:
    """The body at every value of the bound index that is not left out."""
    left_out = {position_of(i, scope, point) for i in getattr(value, "excluding", ())}
    for position in range(point.size(value.index.size)):
        if position in left_out:
            continue
        yield evaluate(value.body, {**scope, value.index: position}, point)


def evaluate_reduce(value: Reduce, scope: Scope, point: Point) -> Value:
    if value.excluding:
        return functools.reduce(operator.mul, bodies(value, scope, point), point.system.number(Fraction(1)))
    return REDUCERS[value.kind](bodies(value, scope, point))


def evaluate_selected(value: Selected, scope: Scope, point: Point) -> Value:
    values = list(bodies(value, scope, point))
    best = REDUCERS[value.kind](values)
    if not all(point.system.apart(best, v) for v in values):
        raise UndefinedError("two entries are so near that rounding decides which is the largest")
    first = values.index(best)
    return point.system.number(Fraction(first == position_of(value.at, scope, point)))


def evaluate_where(value: Where, scope: Scope, point: Point) -> Value:
    left, right = evaluate(value.left, scope, point), evaluate(value.right, scope, point)
    same = point.system.same(left, right)
    if not same and not point.system.apart(left, right):
        raise UndefinedError("the sides of a condition are so near that rounding decides")
    holds = RELATION_TESTS[value.relation](left, left if same else right)
    return evaluate(value.then if holds else value.otherwise, scope, point)


def evaluate_delta(value: Delta, scope: Scope, point: Point) -> Value:
    left, right = (position_of(i, scope, point) for i in (value.left, value.right))
    return point.system.number(Fraction(left == right))


def evaluate_guarded(value: Guarded, scope: Scope, point: Point) -> Value:
    position = position_of(value.index, scope, point)
    inside = value.low <= position < point.size(value.high)
    return evaluate(value.body, scope, point) if inside else point.system.number(Fraction(0))


def evaluate_partial(value: Partial, scope: Scope, point: Point) -> Value:
    return point.system.partial(value, scope, point)


REDUCERS: Mapping[str, Callable[..., Value]] = MappingProxyType({
    "sum": functools.partial(functools.reduce, operator.add),
    "prod": functools.partial(functools.reduce, operator.mul),
    "max": max,
    "min": min,
})  # fmt: skip

RELATION_TESTS: Mapping[str, Callable[[Value, Value], bool]] = MappingProxyType({
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
})  # fmt: skip

EVALUATORS: Mapping[type[Expression], Callable[[Any, Scope, Point], Value]] = MappingProxyType({
    Number: evaluate_number,
    Size: evaluate_size,
    Ref: evaluate_ref,
    Add: evaluate_add,
    Mul: evaluate_mul,
    Quotient: evaluate_quotient,
    Power: evaluate_power,
    Call: evaluate_call,
    Applied: evaluate_applied,
    Reduce: evaluate_reduce,
    Selected: evaluate_selected,
    Where: evaluate_where,
    Delta: evaluate_delta,
    Guarded: evaluate_guarded,
    Partial: evaluate_partial,
})  # fmt: skip
