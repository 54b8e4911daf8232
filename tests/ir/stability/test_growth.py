"""Polynomials of one value beside a function of the exponential of a monotone one: right from -inf to inf."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.ir.stability.growth import polynomial_of
from derive.language.resolve import parse
from tests.ir.graphs import values_of

SIGMOID, TANH = "1/(1 + exp(-({z})))", "(exp({z}) - exp(-({z})))/(exp({z}) + exp(-({z})))"
CASES = [
    (SIGMOID, "x + x**3", "x*s"),
    (SIGMOID, "-x - x**3", "x*s"),
    (SIGMOID, "x**3", "x**2*s"),
    (SIGMOID, "x", "x**2*s"),
    (SIGMOID, "sqrt(3)*x + x**5/pi", "x*s"),
    (TANH, "sqrt(2/pi)*(x + 44715/1000000*x**3)", "x/2*(1 + s)"),
    (TANH, "x**3", "x*s"),
]
Case = tuple[str, str, str]
POINTS = (0.0, 1e-310, 0.3, 0.9, 1.7, 2.9, 5.0, 8.5, 9.02, 20.0, 49.0, 1e3, 1e102, 1e155, 1e300)
BOTH = tuple(s * p for p in POINTS for s in (1, -1))


def module(case: Case) -> ModuleType:
    function, inner, body = case
    lines = (f"z = {inner}", f"s = {function.format(z='z')}", f"y = {body}")
    (definition,) = parse("f(x) -> y\n " + "\n ".join(lines))
    found = ModuleType("f")
    exec(emit_module(definition, derive_all(definition), title="t"), found.__dict__)
    return found


def written(case: Case, x: Any) -> Any:
    """The value by mpmath; an exponent of 10**5 stands for a larger one."""
    names: dict[str, Any] = {"x": x, "sqrt": mpmath.sqrt, "pi": mpmath.pi, "exp": mpmath.exp}
    z = eval(case[1].replace("44715/", "mpf(44715)/"), {**names, "mpf": mpmath.mpf})
    held = max(min(z, mpmath.mpf(10**5)), -mpmath.mpf(10**5))
    return eval(case[2], {**names, "s": eval(case[0].format(z="z"), {**names, "z": held})})


def truth(case: Case, x: float) -> tuple[Any, Any]:
    """Value and derivative, by a difference with many digits."""
    with mpmath.workdps(1200):
        step = (abs(mpmath.mpf(x)) + mpmath.mpf(10) ** -330) * mpmath.mpf(10) ** -25
        above, below = (written(case, mpmath.mpf(x) + s * step) for s in (1, -1))
        return written(case, mpmath.mpf(x)), (above - below) / (2 * step)


@pytest.mark.parametrize("case", CASES)
def test_values_and_derivatives_up_to_the_largest_numbers(case: Case) -> None:
    """Within a few ULP times the size of the exponent, which rounding its argument costs."""
    found = module(case)
    values, slopes = found.f(np.array(BOTH)), found.f_grad(np.array(BOTH))
    for x, value, slope in zip(BOTH, values, slopes, strict=True):
        for got, wanted in zip((value, slope), truth(case, x), strict=True):
            if abs(wanted) > np.finfo(float).max:
                assert np.isinf(got), (case, x)
                assert (got > 0) == (wanted > 0), (case, x)
            else:
                slack = 750 * 1e-15 * abs(wanted) + 5e-324 * 4
                assert abs(mpmath.mpf(float(got)) - wanted) <= slack, (case, x, got, float(wanted))


@pytest.mark.parametrize("case", CASES)
def test_infinities_have_their_limits(case: Case) -> None:
    found = module(case)
    ends = np.array([np.inf, -np.inf])
    assert not np.isnan([found.f(ends), found.f_grad(ends)]).any()
    assert np.isnan([found.f(np.array([np.nan])), found.f_grad(np.array([np.nan]))]).all()


@pytest.mark.parametrize(
    ("body", "terms", "sign"),
    [
        ("x + x**3", {1: 1, 3: 1}, 1),
        ("-2*(x + x**3)", {1: -2, 3: -2}, -1),
        ("x - x**3", {1: 1, 3: -1}, 0),
        ("1 + x", {0: 1, 1: 1}, 0),
        ("x**2", {2: 1}, 0),
        ("x*(1 + x)**2", {1: 1, 2: 2, 3: 1}, 0),
        ("sqrt(4)*x/3", {1: 2 / 3}, 1),
    ],
)
def test_polynomials_are_read(body: str, terms: dict[int, float], sign: int) -> None:
    (definition,) = parse(f"f(x) -> y\n y = {body}")
    found = polynomial_of(values_of(definition)[0])
    assert found is not None
    assert found.sign == sign
    assert {k: c for k, c in found.terms.items() if c} == pytest.approx(terms)


@pytest.mark.parametrize("body", ["x*z", "x + z", "x**9"])
def test_what_has_two_values_or_a_high_power_is_refused(body: str) -> None:
    (definition,) = parse(f"f(x, z) -> y\n y = {body} + 0*z" if body == "x**9" else f"f(x, z) -> y\n y = {body}")
    found = polynomial_of(values_of(definition)[0])
    assert found is None or found.sign == 0 or found.degree == 1


def test_beyond_what_is_reached_the_exponential_is_zero() -> None:
    (definition,) = parse("f(x) -> y\n y = x + x**3/1000")
    found = polynomial_of(values_of(definition)[0])
    assert found is not None
    reach = float(found.reached(4096))
    assert reach + reach**3 / 1000 >= 4096
