"""Expressions written out at concrete sizes as SymPy expressions over plain symbols x_0, x_1, ...

Contract: a second reading of the trees, apart from `evaluate` and in SymPy's terms: sums become terms, named
quantities their equations, `where`, abs and sign become choices, and a Partial becomes SymPy's own `diff`.
Nothing here goes through strings.

To extend: a new node type is one function and one row of TRANSLATORS; a new function is a row of `primitives`.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import sympy

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
from derive.language.indices import Dimension, Fixed, Index, Shifted, extent
from derive.language.primitives import BY_NAME, POLYGAMMA
from derive.verify.choices import above, at_least, at_most, below, choice, piecewise
from derive.verify.points import UndefinedError

Entry = tuple[str, tuple[int, ...]]
Scope = Mapping[Index, int]
Formula = Any
"""A SymPy expression."""
NO_VALUE = (sympy.nan, sympy.zoo)
Relation = Callable[[Formula, Formula], Formula]
"""1 where the first stands in the relation to the second, else 0."""


@dataclass(frozen=True, eq=False)
class Expansion:
    """A definition at concrete sizes; `given` holds expressions for some entries, the rest become symbols."""

    definition: Definition
    sizes: Mapping[str, int]
    given: Mapping[Entry, Formula] = field(default_factory=dict)
    memo: dict[Entry, Formula] = field(default_factory=dict, repr=False)

    def size(self, dimension: Dimension) -> int:
        return extent(dimension, self.sizes)

    def entry(self, entry: Entry) -> Formula:
        """An input as a symbol, a named quantity by its equation."""
        if entry in self.given:
            return self.given[entry]
        if entry not in self.memo:
            self.memo[entry] = self.expanded(entry) if self.definition.defines(entry[0]) else symbol(entry)
        return self.memo[entry]

    def expanded(self, entry: Entry) -> Formula:
        name, position = entry
        equation = self.definition.equation(name)
        return to_sympy(equation.body, dict(zip(equation.indices, position, strict=True)), self)


def symbol(entry: Entry) -> Formula:
    name, position = entry
    return sympy.Symbol("_".join([name, *map(str, position)]), real=True)


def to_sympy(value: Expression, scope: Scope, expansion: Expansion) -> Formula:
    """The expression at these index values, in SymPy."""
    return TRANSLATORS[type(value)](value, scope, expansion)


def absolute(value: Formula) -> Formula:
    return choice(at_least(value, sympy.S.Zero), value, -value)


def signum(value: Formula) -> Formula:
    zero = sympy.S.Zero
    return piecewise((sympy.S.One, above(value, zero)), (sympy.S.NegativeOne, below(value, zero)), otherwise=zero)


def children(value: Expression, scope: Scope, expansion: Expansion) -> list[Formula]:
    return [to_sympy(c, scope, expansion) for c in value.children]


def translate_number(value: Number, scope: Scope, expansion: Expansion) -> Formula:
    return sympy.Rational(value.value.numerator, value.value.denominator)


def translate_size(value: Size, scope: Scope, expansion: Expansion) -> Formula:
    return sympy.Integer(expansion.size(value.name))


def translate_ref(value: Ref, scope: Scope, expansion: Expansion) -> Formula:
    return expansion.entry((value.name, tuple(position_of(i, scope, expansion) for i in value.indices)))


def position_of(index: Index, scope: Scope, expansion: Expansion) -> int:
    """Where a subscript points; labels are given as whole numbers."""
    if isinstance(index, Fixed):
        return index.position
    if isinstance(index, Shifted):
        return position_of(index.base, scope, expansion) + index.offset
    return int(to_sympy(index.by, scope, expansion)) if isinstance(index, Chosen) else scope[index]


def translate_add(value: Add, scope: Scope, expansion: Expansion) -> Formula:
    return sympy.Add(*children(value, scope, expansion))


def translate_mul(value: Mul, scope: Scope, expansion: Expansion) -> Formula:
    return sympy.Mul(*children(value, scope, expansion))


def translate_quotient(value: Quotient, scope: Scope, expansion: Expansion) -> Formula:
    numerator, denominator = children(value, scope, expansion)
    return numerator / denominator


def translate_power(value: Power, scope: Scope, expansion: Expansion) -> Formula:
    base, exponent = children(value, scope, expansion)
    return sympy.Pow(base, exponent)


def translate_call(value: Call, scope: Scope, expansion: Expansion) -> Formula:
    if not value.arguments:
        return getattr(sympy, BY_NAME[value.function].sympy)
    (argument,) = children(value, scope, expansion)
    own = OWN_FUNCTIONS.get(value.function)
    return own(argument) if own else getattr(sympy, BY_NAME[value.function].sympy)(argument)


def translate_applied(value: Applied, scope: Scope, expansion: Expansion) -> Formula:
    function = find(expansion.definition, value.function)
    inputs: list[Entry] = [(i.name, ()) for i in function.inputs]
    dummies = {entry: sympy.Dummy(entry[0], real=True) for entry in inputs}
    body = Expansion(function, {}, dummies).entry((function.output, ()))
    for position in value.derived:
        body = sympy.diff(body, dummies[inputs[position]])
    arguments = children(value, scope, expansion)
    return body.xreplace({dummies[e]: a for e, a in zip(inputs, arguments, strict=True)})


def find(definition: Definition, name: str) -> Definition:
    """The applied definition of that name, however deep."""
    stack = list(definition.functions)
    while stack:
        top = stack.pop(0)
        if top.name == name:
            return top
        stack.extend(top.functions)
    raise KeyError(name)


def bodies(value: Reduce | Selected, scope: Scope, expansion: Expansion) -> Iterator[Formula]:
    left_out = {position_of(i, scope, expansion) for i in getattr(value, "excluding", ())}
    for position in range(expansion.size(value.index.size)):
        if position in left_out:
            continue
        yield to_sympy(value.body, {**scope, value.index: position}, expansion)


def translate_reduce(value: Reduce, scope: Scope, expansion: Expansion) -> Formula:
    return REDUCERS[value.kind](list(bodies(value, scope, expansion)))


def extreme(relation: Relation, values: list[Formula]) -> Formula:
    """The first value that stands in the relation to all others."""
    rows = [(v, sympy.Mul(*(relation(v, other) for other in values if other is not v))) for v in values[:-1]]
    return piecewise(*rows, otherwise=values[-1])


def translate_selected(value: Selected, scope: Scope, expansion: Expansion) -> Formula:
    values = list(bodies(value, scope, expansion))
    at, relation = position_of(value.at, scope, expansion), EXTREMES[value.kind]
    before = [1 - relation(v, values[at]) for v in values[:at]]
    after = [relation(values[at], v) for v in values[at + 1 :]]
    return choice(sympy.Mul(*before, *after), sympy.S.One, sympy.S.Zero)


def translate_where(value: Where, scope: Scope, expansion: Expansion) -> Formula:
    left, right, then, otherwise = children(value, scope, expansion)
    return choice(RELATIONS[value.relation](left, right), then, otherwise)


def translate_delta(value: Delta, scope: Scope, expansion: Expansion) -> Formula:
    left, right = (position_of(i, scope, expansion) for i in (value.left, value.right))
    return sympy.Integer(int(left == right))


def translate_guarded(value: Guarded, scope: Scope, expansion: Expansion) -> Formula:
    inside = value.low <= position_of(value.index, scope, expansion) < expansion.size(value.high)
    return to_sympy(value.body, scope, expansion) if inside else sympy.S.Zero


def translate_partial(value: Partial, scope: Scope, expansion: Expansion) -> Formula:
    """SymPy's derivative. What is differentiated by, and what is held, become symbols first and are put back after."""
    entry: Entry = (value.variable.name, tuple(position_of(i, scope, expansion) for i in value.variable.indices))
    entries = [entry, *(e for name in sorted(value.holding) for e in entries_of(name, expansion))]
    free = {e: sympy.Dummy(e[0], real=True) for e in entries}
    inside = Expansion(expansion.definition, expansion.sizes, {**expansion.given, **free})
    body = to_sympy(value.body, scope, inside)
    if body in NO_VALUE:  # SymPy's derivative of them is 0
        raise UndefinedError("a quantity has no value")
    derivative = sympy.diff(body, free[entry])
    return derivative.xreplace({dummy: expansion.entry(e) for e, dummy in free.items()})


def entries_of(name: str, expansion: Expansion) -> Iterator[Entry]:
    """Every entry of a named quantity."""
    indices = expansion.definition.equation(name).indices
    for position in itertools.product(*(range(expansion.size(i.size)) for i in indices)):
        yield name, position


EXTREMES: Mapping[str, Relation] = MappingProxyType({"max": at_least, "min": at_most})

REDUCERS: Mapping[str, Callable[[list[Formula]], Formula]] = MappingProxyType({
    "sum": lambda values: sympy.Add(*values),
    "prod": lambda values: functools.reduce(operator.mul, values, sympy.S.One),
    "max": functools.partial(extreme, at_least),
    "min": functools.partial(extreme, at_most),
})  # fmt: skip

RELATIONS: Mapping[str, Relation] = MappingProxyType({"<": below, "<=": at_most, ">": above, ">=": at_least})


def polygamma(order: int) -> Callable[[Formula], Formula]:
    return lambda value: sympy.polygamma(order, value)


OWN_FUNCTIONS: Mapping[str, Callable[[Formula], Formula]] = MappingProxyType({
    **{name: polygamma(order) for name, order in POLYGAMMA.items()},
    "abs": absolute,
    "sign": signum,
    "log1p": lambda value: sympy.log(1 + value),
    "expm1": lambda value: sympy.exp(value) - 1,
})  # fmt: skip

TRANSLATORS: Mapping[type[Expression], Callable[[Any, Scope, Expansion], Formula]] = MappingProxyType({
    Number: translate_number,
    Size: translate_size,
    Ref: translate_ref,
    Add: translate_add,
    Mul: translate_mul,
    Quotient: translate_quotient,
    Power: translate_power,
    Call: translate_call,
    Applied: translate_applied,
    Reduce: translate_reduce,
    Selected: translate_selected,
    Where: translate_where,
    Delta: translate_delta,
    Guarded: translate_guarded,
    Partial: translate_partial,
})  # fmt: skip
