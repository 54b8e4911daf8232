"""Logarithms of tails and Gaussians over tails: equal graphs, and kernels where the tails themselves are 0."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

MANY = mpmath.mp.clone()
MANY.dps = 60
ROOT = MANY.sqrt(2)

CHANGED = [
    ("f(x) -> y\n y = log((1 + erf(x/sqrt(2)))/2)", "log_normal_tail"),
    ("f(x) -> y\n y = log(3 - 3*erf(x/sqrt(2)))", "log_normal_tail"),
    ("f(x) -> y\n y = log(1 - erf(x))", "log_erfc"),
    ("f(x) -> y\n y = 2 + log((1 + erf(3*x))/2)", "log_erfc"),
    ("f(x, c) -> y\n y = c*exp(-x**2/2)/((1 - erf(x/sqrt(2)))*(1 + c**2))", "normal_hazard"),
    ("f(x) -> y\n y = exp(-x**2)/(1 + erf(x))", "erfc_hazard"),
]
KEPT = [
    "f(x) -> y\n y = log(2 + erf(x))",
    "f(x, z) -> y\n y = exp(-z**2)/(1 - erf(x))",
    "f(x) -> y\n y = exp(-2*x**2)/(1 - erf(x))",
    "f(x) -> y\n y = log(x*(1 - erf(x)))",
]


@pytest.mark.parametrize(("text", "op"), CHANGED)
def test_the_graph_is_equal(text: str, op: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = optimise(graph)
    assert op in {n.op for n in topological(found)}
    for low, high in ((-2, 2), (2, 4)):
        assert difference_at_random(definition, found, graph, 7, low, high) < 1e-40


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_such_quotient(text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]))
    assert not {n.op for n in topological(graph)} & {"log_normal_tail", "log_erfc", "normal_hazard", "erfc_hazard"}


def far(x: Any, first: Any) -> Any:
    """erfc(x) exp(x**2) for large x > 0, by a continued fraction evaluated from below."""
    found = MANY.mpf(0)
    for k in range(400, 0, -1):
        found = MANY.mpf(k) / 2 / (x + found)
    return first / (x + found) / MANY.sqrt(MANY.pi)


def log_erfc(x: Any) -> Any:
    return MANY.log(far(x, 1)) - x**2 if x > 6 else MANY.log1p(-MANY.erf(x)) if abs(x) < 1 else MANY.log(MANY.erfc(x))


def hazard(x: Any) -> Any:
    """exp(-x**2) / erfc(x)"""
    return 1 / far(x, 1) if x > 6 else MANY.exp(-(x**2)) / MANY.erfc(x)


FUNCTIONS = [
    ("log((1 + erf(x/sqrt(2)))/2)", lambda x: log_erfc(-x / ROOT) - MANY.log(2), -1),
    ("log((1 - erf(x/sqrt(2)))/2)", lambda x: log_erfc(x / ROOT) - MANY.log(2), 1),
    ("log(1 - erf(x))", log_erfc, 1),
    ("exp(-x**2/2)/(1 - erf(x/sqrt(2)))", lambda x: hazard(x / ROOT), 1),
    ("exp(-x**2)/(1 + erf(x))", lambda x: hazard(-x), -1),
]
SIZES = (
    1e-300,
    1e-30,
    1e-9,
    1e-3,
    0.3,
    0.49,
    0.51,
    1.0,
    3.0,
    5.5,
    9.0,
    12.9,
    13.1,
    18.0,
    26.0,
    36.9,
    37.1,
    100.0,
    1e5,
    1e30,
)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("text", "function", "side"), FUNCTIONS, ids=[text for text, *_ in FUNCTIONS])
def test_kernels_where_the_tails_are_0(text: str, function: Any, side: int, dtype: Any) -> None:
    module = derive.define(f"f(x) -> y\n    y = {text}", wrt="x").compile()
    limits = np.finfo(dtype)
    for size in SIZES:
        for x in (dtype(size), dtype(-size)):
            if x == 0 or not np.isfinite(x):
                continue
            truth = function(MANY.mpf(float(x)))
            if not float(limits.tiny) < abs(truth) < float(limits.max):
                continue
            got = module.f(x)
            assert abs(MANY.mpf(float(got)) - truth) <= 6 * float(limits.eps) * abs(truth), (x, got, truth)
    assert np.isnan(module.f(dtype(np.nan)))
    limit = module.f(dtype(side * np.inf))
    assert limit == (-np.inf if text.startswith("log") else np.inf)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_derivative_of_log_phi(dtype: Any) -> None:
    """phi/Phi, which is -x far to the left, where both are 0."""
    module = derive.define("f(x) -> y\n    y = log((1 + erf(x/sqrt(2)))/2)", wrt="x").compile()
    for x in map(dtype, (-1e30, -1e5, -100.0, -37.1, -13.7, -5.0, -0.2, 0.4, 3.0, 11.0)):
        truth = hazard(-MANY.mpf(float(x)) / ROOT) * MANY.sqrt(2 / MANY.pi)
        got = module.f_grad(x)
        assert abs(MANY.mpf(float(got)) - truth) <= 6 * float(np.finfo(dtype).eps) * truth, (x, got, truth)
    assert module.f_grad(dtype(np.inf)) == 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_second_derivative_of_log_phi(dtype: Any) -> None:
    """-h (h + x) for the hazard h; the sum cancels by x**2, which is all that is lost: the Gaussians are 0."""
    text = "f(x) -> y\n    y = log((1 + erf(x/sqrt(2)))/2)"
    module = derive.define(text, wrt="x", kind="hessian").compile()
    for x in map(dtype, (-1e3, -54.8, -38.5, -14.5, -13.7, -5.0, -0.2, 0.4, 3.0)):
        exact = MANY.mpf(float(x))
        h = hazard(-exact / ROOT) * MANY.sqrt(2 / MANY.pi)
        truth = -h * (h + exact)
        slack = 6 * float(np.finfo(dtype).eps) * max(1, float(x) ** 2)
        assert abs(MANY.mpf(float(module.f_hessian(x))) - truth) <= slack * abs(truth), x
