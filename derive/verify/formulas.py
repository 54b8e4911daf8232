"""Values of SymPy formulas with many digits: what SymPy derived is computed by mpmath, shared parts once.

Contract: `Valuation(table)` maps symbols to numbers; `.real(formula)` is a finite real number or raises an
ArithmeticError. SymPy's own `evalf` walks the formula as a tree, in which what is shared is met again and again.

To extend: a node type is one row of NODES; a function needs nothing but its row of `primitives`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from types import MappingProxyType
from typing import Any

import sympy

from derive.language.primitives import PRIMITIVES
from derive.verify.choices import AtLeast, Choice
from derive.verify.points import UndefinedError
from derive.verify.systems import MOST_BITS, context

Formula = Any
"""A SymPy expression."""

DIGITS = 100
"""More than any comparison needs: what cancels inside a formula may cost some."""


HUGE = 1e50
"""Where values beyond it cancel, too few digits are left."""


@dataclass(frozen=True, eq=False)
class Valuation:
    """The numbers that symbols stand for, and the values found so far."""

    table: Mapping[Formula, Any]
    memo: dict[Formula, Any] = field(default_factory=dict, repr=False)

    def real(self, formula: Formula) -> Any:
        """A finite real number; UndefinedError where there is none."""
        mp = context(DIGITS)
        found = mp.convert(self.value(formula))
        if not isinstance(found, mp.mpf) or not mp.isfinite(found):
            raise UndefinedError(f"SymPy's formula has the value {found}")
        return found

    def value(self, formula: Formula) -> Any:
        found = self.memo.get(formula)
        if found is None:
            found = self.memo[formula] = self.computed(formula)
        return found

    def computed(self, formula: Formula) -> Any:
        if formula in self.table:
            return self.table[formula]
        for kind, compute in NODES.items():
            if isinstance(formula, kind):
                return compute(formula, self)
        return self.called(formula)

    def called(self, formula: Formula) -> Any:
        """A function by its name in mpmath."""
        name = MPMATH.get(type(formula).__name__)
        if name is None:
            raise UndefinedError(f"no value for SymPy's {type(formula).__name__}")
        arguments = [self.value(a) for a in formula.args]
        if any(context(DIGITS).mag(a) > MOST_BITS for a in arguments):
            raise UndefinedError(f"{name} of a number beyond all bounds")
        try:
            return getattr(context(DIGITS), name)(*arguments)
        except ValueError as error:
            raise UndefinedError(str(error)) from None


def number(formula: Formula, valuation: Valuation) -> Any:
    """An exact number or a constant."""
    if formula.is_Rational:
        return context(DIGITS).mpf(formula.p) / formula.q
    return context(DIGITS).convert(formula._to_mpmath(context(DIGITS).prec))


def power(formula: Formula, valuation: Valuation) -> Any:
    """A power that is huge is one over what cancelled to 0 but for its last digits."""
    base, exponent = formula.args
    found = valuation.value(base) ** (int(exponent) if exponent.is_Integer else valuation.value(exponent))
    if abs(found) > HUGE:
        raise UndefinedError("a power is beyond all ordinary numbers")
    return found


def piecewise(formula: Formula, valuation: Valuation) -> Any:
    """The first piece whose condition holds; the others need no value."""
    for value, condition in formula.args:
        if valuation.value(condition):
            return valuation.value(value)
    raise UndefinedError("no piece holds")


def chosen(formula: Formula, valuation: Valuation) -> Any:
    condition, then, otherwise = formula.args
    return valuation.value(then if valuation.real(condition) else otherwise)


def at_least(formula: Formula, valuation: Valuation) -> Any:
    left, right = map(valuation.real, formula.args)
    return context(DIGITS).mpf(int(left >= right))


def relation(formula: Formula, valuation: Valuation) -> bool:
    return bool(RELATIONS[formula.rel_op](valuation.real(formula.lhs), valuation.real(formula.rhs)))


RELATIONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}
)

NODES: Mapping[type, Callable[[Formula, Valuation], Any]] = MappingProxyType({
    sympy.Add: lambda formula, valuation: reduce(operator.add, map(valuation.value, formula.args)),
    sympy.Mul: lambda formula, valuation: reduce(operator.mul, map(valuation.value, formula.args)),
    sympy.Pow: power,
    sympy.Number: number,
    sympy.NumberSymbol: number,
    sympy.core.numbers.ImaginaryUnit: lambda formula, valuation: context(DIGITS).mpc(0, 1),
    Choice: chosen,
    AtLeast: at_least,
    sympy.Piecewise: piecewise,
    sympy.core.relational.Relational: relation,
    sympy.And: lambda formula, valuation: all(map(valuation.value, formula.args)),
    sympy.Or: lambda formula, valuation: any(map(valuation.value, formula.args)),
    sympy.Not: lambda formula, valuation: not valuation.value(formula.args[0]),
    sympy.ITE: lambda formula, valuation: valuation.value(formula.args[1 if valuation.value(formula.args[0]) else 2]),
    sympy.logic.boolalg.BooleanTrue: lambda formula, valuation: True,
    sympy.logic.boolalg.BooleanFalse: lambda formula, valuation: False,
})  # fmt: skip

MPMATH: Mapping[str, str] = MappingProxyType({
    **{row.sympy: row.mpmath for row in PRIMITIVES if row.arity},
    "polygamma": "psi",
    "cot": "cot",
    "tanh": "tanh",
    "coth": "coth",
})  # fmt: skip
"""SymPy's name of a function -> mpmath's; the last ones come up in SymPy's own derivatives and simplifications."""
