"""Comparisons and choices as SymPy functions that SymPy leaves as they stand.

Contract: `at_least(u, v)` is 1 where u >= v, else 0; `choice(c, u, v)` is u where c is not 0, else v, and is
differentiated branch by branch, its condition held. SymPy's own Piecewise multiplies out what stands in its
conditions, and refuses there what has no value at some points, as the reciprocal of a sign.
"""

from __future__ import annotations

from typing import Any

import sympy

Formula = Any
"""A SymPy expression."""


class AtLeast(sympy.Function):  # type: ignore[misc]
    """1 where the first argument is at least the second, else 0."""

    nargs = 2

    def _eval_derivative(self, symbol: Formula) -> Formula:
        return sympy.S.Zero


class Choice(sympy.Function):  # type: ignore[misc]
    """The second argument where the first is not 0, else the third; the other need have no value."""

    nargs = 3

    def _eval_derivative(self, symbol: Formula) -> Formula:
        condition, then, otherwise = self.args
        return choice(condition, sympy.diff(then, symbol), sympy.diff(otherwise, symbol))


def choice(condition: Formula, then: Formula, otherwise: Formula) -> Formula:
    return then if then == otherwise == sympy.S.Zero else Choice(condition, then, otherwise)


def at_least(left: Formula, right: Formula) -> Formula:
    return AtLeast(left, right)


def at_most(left: Formula, right: Formula) -> Formula:
    return AtLeast(right, left)


def above(left: Formula, right: Formula) -> Formula:
    return 1 - AtLeast(right, left)


def below(left: Formula, right: Formula) -> Formula:
    return 1 - AtLeast(left, right)


def piecewise(*rows: tuple[Formula, Formula], otherwise: Formula) -> Formula:
    """The value of the first row (value, condition) whose condition holds."""
    for value, condition in reversed(rows):
        otherwise = choice(condition, value, otherwise)
    return otherwise
