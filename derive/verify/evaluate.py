"""The value of an expression at a point: every index a number, every quantity worked out from its equation.

Contract: `evaluate(expression, scope, point)` is the value in the point's number system (see `systems`). It knows
what the nodes mean and nothing of how they are rewritten. A node is looked at once and becomes a `Program`; the point
keeps values by program and index values, so that what two steps of a derivation share is worked out once.

Raises UndefinedError (or another ArithmeticError) where the value is not a real number.

To extend: a new node type is one function and one row of EVALUATORS.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from derive.language.definition import Definition
from derive.language.expressions import (
    Add,
    Applied,
    Call,
    Chosen,
    Delta,
    Expression,
    Guarded,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Size,
    Where,
)
from derive.language.indices import Fixed, Index, Shifted
from derive.language.trees import free_indices
from derive.verify.points import Entry, Environment, Point, Scope, UndefinedError, Value

Program = Callable[[Environment, Point], Value]
"""What works a value out, at positions and a point."""

# --- indices -------------------------------------------------------------------------------------------


NUMBERS = itertools.count()
SLOTS: dict[Index, int] = {}
"""A number for each index that was ever met: to find a position by a number costs less than by the index."""


def slot(index: Index) -> int:
    return SLOTS.setdefault(index, next(NUMBERS))


def environment(scope: Scope) -> Environment:
    """The positions by the numbers of the indices."""
    return {slot(index): position for index, position in scope.items()}


def entry_of(value: Ref, places: Environment, point: Point) -> Entry:
    return value.name, positions(value.indices)(places, point)


def position(index: Index) -> Callable[[Environment, Point], int]:
    """Where a subscript points: a fixed place, the place that a label says, or the index's own."""
    if isinstance(index, Fixed):
        fixed = index.position
        return lambda places, point: fixed
    if isinstance(index, Shifted):
        base, offset = position(index.base), index.offset
        return lambda places, point: base(places, point) + offset
    if isinstance(index, Chosen):
        by = program(index.by)
        return lambda places, point: int(by(places, point))
    own = slot(index)
    return lambda places, point: places[own]


@functools.lru_cache(maxsize=1 << 12)
def positions(indices: tuple[Index, ...]) -> Callable[[Environment, Point], tuple[int, ...]]:
    """Where all of them point."""
    if any(type(i) is not Index for i in indices):
        parts = tuple(map(position, indices))
        return lambda places, point: tuple([part(places, point) for part in parts])
    slots = tuple(map(slot, indices))
    if len(slots) > 1:
        take = operator.itemgetter(*slots)
        return lambda places, point: take(places)
    if slots:
        (only,) = slots
        return lambda places, point: (places[only],)
    return lambda places, point: ()


# --- programs ------------------------------------------------------------------------------------------


def evaluate(value: Expression, scope: Scope, point: Point) -> Value:
    """The value with each free index at its number in `scope`."""
    return program(value)(environment(scope), point)


@functools.lru_cache(maxsize=1 << 14)
def program(value: Expression) -> Program:
    """How the value is worked out, the nodes looked at once; equal expressions have one, and find their values."""
    work = EVALUATORS[type(value)](value)
    if isinstance(value, Ref):  # a point remembers entries itself
        return work
    key, where = object(), positions(free_indices(value))

    def remembered(places: Environment, point: Point) -> Value:
        found = point.memo.get(known := (key, where(places, point)))
        if found is None:
            found = point.memo[known] = work(places, point)
        return found

    return remembered


def from_equation(point: Point, entry: Entry) -> Value:
    """The value of a named quantity by its own equation."""
    name, place = entry
    known = equations_of(point.definition)
    if name not in known:
        raise KeyError(f"{name}{list(place)} has no value and no equation in {point.definition.name}")
    work, slots = known[name]
    return work(dict(zip(slots, place, strict=True)), point)


@functools.lru_cache(maxsize=256)
def equations_of(definition: Definition) -> Mapping[str, tuple[Program, tuple[int, ...]]]:
    """How each named quantity is worked out, and the numbers of its indices."""
    return MappingProxyType({e.name: (program(e.body), tuple(map(slot, e.indices))) for e in definition.equations})


# --- one function per node type ----------------------------------------------------------------------


def number_program(value: Number) -> Program:
    exact = value.value
    return lambda places, point: point.system.number(exact)


def size_program(value: Size) -> Program:
    name = value.name
    return lambda places, point: point.system.number(Fraction(point.size(name)))


def ref_program(value: Ref) -> Program:
    name, where = value.name, positions(value.indices)
    return lambda places, point: point.entry((name, where(places, point)))


def add_program(value: Add) -> Program:
    terms = tuple(map(program, value.terms))
    return lambda places, point: functools.reduce(operator.add, [term(places, point) for term in terms])


def mul_program(value: Mul) -> Program:
    factors = tuple(map(program, value.factors))
    deltas = tuple(program(f) for f in value.factors if type(f) is Delta)

    def product(places: Environment, point: Point) -> Value:
        # a delta that is 0 removes its term, whatever stands beside it
        if not all(delta(places, point) for delta in deltas):
            return point.system.number(Fraction(0))
        return functools.reduce(operator.mul, [factor(places, point) for factor in factors])

    return product


def quotient_program(value: Quotient) -> Program:
    above, below = program(value.numerator), program(value.denominator)
    return lambda places, point: above(places, point) / below(places, point)


def power_program(value: Power) -> Program:
    base, exponent = program(value.base), program(value.exponent)
    return lambda places, point: point.system.power(base(places, point), exponent(places, point))


def call_program(value: Call) -> Program:
    function, arguments = value.function, tuple(map(program, value.arguments))
    return lambda places, point: point.system.call(function, tuple([a(places, point) for a in arguments]))


def applied_program(value: Applied) -> Program:
    arguments = tuple(map(program, value.arguments))
    return lambda places, point: point.system.applied(value, tuple([a(places, point) for a in arguments]), point)


Bodies = Callable[[Environment, Point], Iterator[Value]]


def bodies(value: Reduce | Selected) -> Bodies:
    """The body at every value of the bound index that is not left out."""
    body, bound, size = program(value.body), slot(value.index), value.index.size
    excluding = positions(getattr(value, "excluding", ()))

    def values(places: Environment, point: Point) -> Iterator[Value]:
        left_out = excluding(places, point)
        for place in range(point.size(size)):
            if place not in left_out:
                yield body({**places, bound: place}, point)

    return values


def reduce_program(value: Reduce) -> Program:
    values, combine = bodies(value), REDUCERS[value.kind]
    if value.excluding:
        one = Fraction(1)
        return lambda places, point: functools.reduce(operator.mul, values(places, point), point.system.number(one))
    return lambda places, point: combine(values(places, point))


def selected_program(value: Selected) -> Program:
    bodies_of, choose, at = bodies(value), REDUCERS[value.kind], position(value.at)

    def selected(places: Environment, point: Point) -> Value:
        values = list(bodies_of(places, point))
        best = choose(values)
        if not all(point.system.apart(best, v) for v in values):
            raise UndefinedError("two entries are so near that rounding decides which is the largest")
        return point.system.number(Fraction(values.index(best) == at(places, point)))

    return selected


def where_program(value: Where) -> Program:
    sides = program(value.left), program(value.right)
    then, otherwise, holds = program(value.then), program(value.otherwise), RELATION_TESTS[value.relation]

    def chosen(places: Environment, point: Point) -> Value:
        left, right = (side(places, point) for side in sides)
        same = point.system.same(left, right)
        if not same and not point.system.apart(left, right):
            raise UndefinedError("the sides of a condition are so near that rounding decides")
        return (then if holds(left, left if same else right) else otherwise)(places, point)

    return chosen


def delta_program(value: Delta) -> Program:
    left, right = position(value.left), position(value.right)
    return lambda places, point: point.system.number(Fraction(left(places, point) == right(places, point)))


def guarded_program(value: Guarded) -> Program:
    body, at, low, high = program(value.body), position(value.index), value.low, value.high

    def guarded(places: Environment, point: Point) -> Value:
        is_inside = low <= at(places, point) < point.size(high)
        return body(places, point) if is_inside else point.system.number(Fraction(0))

    return guarded


def partial_program(value: Partial) -> Program:
    return lambda places, point: point.system.partial(value, places, point)


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

EVALUATORS: Mapping[type[Expression], Callable[[Any], Program]] = MappingProxyType({
    Number: number_program,
    Size: size_program,
    Ref: ref_program,
    Add: add_program,
    Mul: mul_program,
    Quotient: quotient_program,
    Power: power_program,
    Call: call_program,
    Applied: applied_program,
    Reduce: reduce_program,
    Selected: selected_program,
    Where: where_program,
    Delta: delta_program,
    Guarded: guarded_program,
    Partial: partial_program,
})  # fmt: skip
