"""Products with powers, factor by factor: neither infinite nor 0 on the way to a number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import derive
from derive.ir.build import apply, constant
from derive.ir.graph import BATCH, Node
from derive.ir.stability.powers import multiply_step_by_step

X = Node("input", shape=(BATCH,), data="x", name="x")
U = Node("input", shape=(BATCH,), data="u", name="u")


def power(exponent: int) -> Node:
    return apply("power", X, data=Fraction(exponent))


def test_a_power_beside_another_factor() -> None:
    (found,) = multiply_step_by_step((apply("multiply", power(3), U),))
    assert found == apply("multiply", X, apply("multiply", X, apply("multiply", X, U)))


@pytest.mark.parametrize("value", [apply("multiply", constant(3), power(2)), apply("multiply", power(9), U), power(2)])
def test_numbers_and_high_powers_stay(value: Node) -> None:
    assert multiply_step_by_step((value,)) == (value,)


@pytest.mark.parametrize(
    ("text", "x", "u", "value"),
    [
        ("x**2*u", 1e200, 1e-300, 1e100),
        ("x**3*u", 1e-110, 1e300, 1e-30),
        ("x**2*exp(-x)*u", 1e200, 1.0, 0.0),
        ("x**2*arctan(1/x)*u", 1e200, 1.0, 1e200),
    ],
)
def test_products_that_are_numbers(text: str, x: float, u: float, value: float) -> None:
    module = derive.define(f"f(x, u) -> y\n    y = {text}", wrt="x").compile()
    assert module.f(x, u) == pytest.approx(value, rel=1e-14, abs=0)
    assert np.isfinite(module.f_grad(x, u))


@pytest.mark.parametrize(
    ("text", "x", "value"),
    [
        ("log(x**2)", 1e-200, -400 * np.log(10)),
        ("log(1/x**4)", -1e100, -400 * np.log(10)),
        ("log((x**3)**2)", -1e-100, -600 * np.log(10)),
        ("log((1 + x**2)**2)", 1e-100, 2e-200),
        ("log(exp(x)**2 + 4)", 1e4, 2e4),
        ("x**2/(1 + exp(x))", 1e200, 0.0),
        ("(1 + sqrt(1 + x**2)**2)**(1/3)", 1e200, 1e200 ** (2 / 3)),
    ],
)
def test_logarithms_quotients_and_squares_of_roots(text: str, x: float, value: float) -> None:
    module = derive.define(f"f(x) -> y\n    y = {text}", wrt="x").compile()
    assert module.f(x) == pytest.approx(value, rel=1e-14, abs=0)
    assert np.isfinite(module.f_grad(x))


def test_a_power_over_and_beside_exponentials() -> None:
    module = derive.define("f(x) -> y\n    y = x**2*exp(-x)/(1 + exp(x))", wrt="x").compile()
    assert module.f(1e200) == 0
    assert module.f(3.0) == pytest.approx(9 * np.exp(-3) / (1 + np.exp(3)), rel=1e-15)


def test_the_square_of_a_root_that_may_not_exist_is_not_a_number() -> None:
    module = derive.define("f(x) -> y\n    y = sqrt(1 + x)**2", wrt="x").compile()
    assert np.isnan(module.f(-2.0))
    assert module.f(3.0) == 4
