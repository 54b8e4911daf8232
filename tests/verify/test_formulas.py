"""SymPy's formulas by mpmath: every elementary function, pieces, relations, and what has no real value."""

from __future__ import annotations

import pytest
import sympy

from derive.language.primitives import POLYGAMMA, PRIMITIVES
from derive.verify.formulas import DIGITS, Valuation
from derive.verify.points import UndefinedError
from derive.verify.systems import context

X = sympy.Symbol("x", real=True)
HALF = context(DIGITS).mpf(1) / 2


def value(formula: sympy.Expr, x: object = HALF) -> object:
    return Valuation({X: context(DIGITS).convert(x)}).real(formula)


@pytest.mark.parametrize("row", [row for row in PRIMITIVES if row.arity], ids=lambda row: row.name)
def test_every_function_and_its_derivative_have_the_value_that_sympy_gives(row: object) -> None:
    point = 3 if row.name == "arccosh" else HALF  # type: ignore[attr-defined]
    formula = sympy.log(1 + X) if row.name == "log1p" else None  # type: ignore[attr-defined]
    formula = sympy.exp(X) - 1 if row.name == "expm1" else formula  # type: ignore[attr-defined]
    formula = sympy.polygamma(POLYGAMMA[row.name], X) if row.name in POLYGAMMA else formula  # type: ignore[attr-defined]
    formula = getattr(sympy, row.sympy)(X) if formula is None else formula  # type: ignore[attr-defined]
    for wanted in (formula, formula if row.name in ("abs", "sign") else sympy.diff(formula, X)):  # type: ignore[attr-defined]
        theirs = wanted.subs(X, sympy.Rational(str(point))).evalf(50)
        assert abs(value(wanted, point) - context(DIGITS).mpf(str(theirs))) < 1e-45  # type: ignore[operator]


def test_only_the_piece_that_holds_is_computed() -> None:
    formula = sympy.Piecewise((1 / (X - HALF), X > 1), (X**2, sympy.And(X > 0, sympy.Or(X < 1, X > 5))), evaluate=False)
    assert value(formula) == HALF**2
    with pytest.raises(UndefinedError, match="no piece"):
        value(formula, -1)


@pytest.mark.parametrize("formula", [sympy.log(X), sympy.sqrt(X), 1 / (X + 1), X**X, sympy.asin(X - 1)], ids=str)
def test_what_is_not_a_finite_real_number_is_undefined(formula: sympy.Expr) -> None:
    with pytest.raises(ArithmeticError):
        value(formula, -1 if formula != X**X else -HALF)


def test_what_nobody_knows_has_no_value() -> None:
    with pytest.raises(UndefinedError, match="zeta"):
        value(sympy.zeta(X))


def test_shared_parts_are_computed_once() -> None:
    formula = X
    for _ in range(40):
        formula = sympy.sin(formula) * sympy.cos(formula)
    found = Valuation({X: HALF})
    found.real(formula)
    assert len(found.memo) < 200
