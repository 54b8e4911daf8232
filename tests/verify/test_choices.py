"""Comparisons and choices in SymPy formulas: their values, their derivatives, and what SymPy must not touch."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from derive.verify.choices import above, at_least, at_most, below, choice, piecewise
from derive.verify.formulas import Valuation
from derive.verify.points import UndefinedError

X = sympy.Symbol("x", real=True)


def value(formula: sympy.Expr, x: Fraction | int) -> float:
    return float(Valuation({X: sympy.Rational(x)._to_mpmath(200)}).real(formula))


@pytest.mark.parametrize(
    ("relation", "truth"),
    [(at_least, (0, 1, 1)), (above, (0, 0, 1)), (at_most, (1, 1, 0)), (below, (1, 0, 0))],
)
def test_relations_are_one_or_zero(relation, truth) -> None:  # type: ignore[no-untyped-def]
    assert tuple(value(relation(X, sympy.S.One), x) for x in (0, 1, 2)) == truth


def test_the_first_condition_that_holds_chooses() -> None:
    formula = piecewise((X**2, above(X, sympy.S.One)), (X**3, above(X, sympy.S.Zero)), otherwise=sympy.S(7))
    assert [value(formula, x) for x in (3, Fraction(1, 2), -1)] == [9, 0.125, 7]
    assert [value(sympy.diff(formula, X), x) for x in (3, Fraction(1, 2), -1)] == [6, 0.75, 0]


def test_a_branch_that_is_not_chosen_needs_no_value() -> None:
    assert value(sympy.diff(choice(at_least(X, sympy.S.Zero), X**2, sympy.log(X)), X), 0) == 0


def test_conditions_stand_as_written() -> None:
    sign = piecewise((sympy.S.One, above(X, 0)), (sympy.S.NegativeOne, below(X, 0)), otherwise=sympy.S.Zero)
    formula = choice(above(X**-2, sympy.S.One), X, sympy.S.Zero).xreplace({X: sign - sympy.Rational(1, 2)})
    assert value(formula, 5) == 0.5
    never = choice(at_least(1 / (sign**2 - 1), sympy.S.Zero), X, X**2)
    with pytest.raises((UndefinedError, ZeroDivisionError)):
        value(never, 5)


def test_a_comparison_with_nothing_has_no_value() -> None:
    with pytest.raises(UndefinedError):
        value(choice(at_least(sympy.zoo, sympy.S.Zero), X, X**2), 1)
