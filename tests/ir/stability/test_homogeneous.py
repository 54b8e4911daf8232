"""Quotients, roots and logarithms of sums of powers: equal graphs, and kernels over the whole range."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.homogeneous import homogeneous
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

MANY = mpmath.mp.clone()
MANY.dps = 700
DTYPES = [np.float64, np.float32]

SCALED = [
    "f(x) -> z\n z = 1/(1 + x**2)",
    "f(x, y) -> z\n s = x**2 + y**2\n z = x/(s*s)",
    "f(x, y) -> z\n s = x**2 + y**2\n z = x/(s**2*exp(y)*(1 + 4*y**2))",
    "f(x[n], y) -> z\n s = sum(k, x[k]**2)\n z = y/(s*y*s)",
    "f(x[n]) -> z\n z[i] = x[i]*x[0]/(2 + 3*sum(k, x[k]**2)/n)",
    "f(x) -> z\n z = (x**3 - 2*x)/(1 + abs(x) + x**2/3)**2",
    "f(x, y) -> z\n z = (x**3 + y)/(x**2 + arctan(y)*x)",
    "f(x, y) -> z\n z = (x - y)**2/(1 + (x - y)**2)",
    "f(x, y) -> z\n z = x*y/sqrt(x**2 + y**2)**3",
    "f(x) -> z\n z = x**2/(1 + x**4)**(3/4)",
    "f(x) -> z\n z = sqrt(2 + x + x**4)",
    "f(x) -> z\n z = (1 + x**2)**(1/3)",
    "f(x) -> z\n z = (1 + x**2)**(-1/3)",
    "f(x, y) -> z\n z = log(1 + x**4 + x*y)",
    "f(x, y) -> z\n z = log(x**2*exp(arctan(y))) + log(1/y**4) + log(y**3)",
    "f(x[n]) -> z\n z = log(1 + sum(k, x[k]**2))",
]


@pytest.mark.parametrize("text", SCALED)
def test_the_graph_is_equal_in_and_beyond_the_ordinary_range(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = homogeneous(graph)
    assert found != graph
    for low, high in ((1, 3), (1e20, 1e30), (1e-30, 1e-20)):
        assert difference_at_random(definition, found, graph, 6, low, high) < 1e-40


@pytest.mark.parametrize(
    "text",
    [
        "f(x) -> z\n z = x/(1 + x)",
        "f(x) -> z\n z = x/(1 + arctan(x)**2)",  # nothing is large
        "f(x, y) -> z\n z = x**2/(1 + x*y)",  # x y may be all there is
        "f(x) -> z\n z = x**2/(1 + exp(x))",
        "f(p, t) -> z\n z = (p - t)/(p*(1 - p))",
        "f(x[n]) -> z\n z[i] = x[i]/sqrt(sum(k, x[k]**2))",  # a root of its own kind
        "f(x) -> z\n z = (1 + x**2)**(3/2)",
        "f(x, y) -> z\n z = log(1 + x*y)",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    assert homogeneous(graph) == graph


def test_nothing_is_divided_on_the_ordinary_range() -> None:
    """The scale of one value is chosen, not computed: 1 below the bound, so that no bit changes."""
    (definition,) = parse("f(x) -> z\n z = x**3/(1 + x**2)")
    graph = optimise(values_of(definition), SIMPLIFY)
    chosen = [n for n in topological(homogeneous(graph)) if n.op == "where"]
    assert len(chosen) == 3
    assert {n.arguments[0].node.arguments[0].node.data for n in chosen} == {10**10}


FUNCTIONS = [
    ("x**3/(1 + x**2)", lambda x: x**3 / (1 + x**2)),
    ("(x**2 - 1)/(x**2 + 1)", lambda x: (x**2 - 1) / (x**2 + 1)),
    ("x**2/(1 + abs(x))", lambda x: x**2 / (1 + abs(x))),
    ("x**2/sqrt(1 + x**2)", lambda x: x**2 / MANY.sqrt(1 + x**2)),
    ("log(x**2 + 4)*x/3", lambda x: MANY.log(x**2 + 4) * x / 3),
    ("log(1 + x**4)", lambda x: MANY.log(1 + x**4)),
    ("log(3*x**2)", lambda x: MANY.log(3 * x**2)),
    ("(1 + x**4)**(1/4)", lambda x: (1 + x**4) ** MANY.mpf("0.25")),
    ("x**5/(1 + x + x**4)", lambda x: x**5 / (1 + x + x**4)),
    ("arctan(x**2)", lambda x: MANY.atan(x**2)),
]
SIZES = {np.float64: (1e-300, 1e-160, 1e-5, 0.7, 3.0, 1e5, 1e11, 1e100, 1e160, 1e300),
         np.float32: (1e-37, 1e-20, 1e-5, 0.7, 3.0, 1e5, 1e11, 1e20, 1e37)}  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("text", "function"), FUNCTIONS, ids=[text for text, _ in FUNCTIONS])
def test_values_and_derivatives_over_the_whole_range(text: str, function: Any, dtype: Any) -> None:
    module = derive.define(f"f(x) -> y\n    y = {text}", wrt="x").compile()
    tiny, eps = MANY.mpf(float(np.finfo(dtype).tiny)), float(np.finfo(dtype).eps)
    for size in SIZES[dtype]:
        for x in (dtype(size), dtype(-size)):
            exact = MANY.mpf(float(x))
            truths = function(exact), MANY.diff(function, exact, h=exact * MANY.mpf(10) ** -300)
            for got, truth in zip((module.f(x), module.f_grad(x)), truths, strict=True):
                slack = 40 * eps * max(abs(truth), abs(exact * truths[1])) + 4 * tiny * eps
                if abs(truth) <= float(np.finfo(dtype).max):
                    assert abs(MANY.mpf(float(got)) - truth) <= slack, (x, got, truth)


@pytest.mark.parametrize(
    ("text", "limit", "slope"),
    [("x**3/(1 + x**2)", np.inf, 1), ("x**2/(1 + x**2)", 1, 0), ("x/sqrt(1 + x**2)", 1, 0), ("x/(1 + x**2)", 0, 0)],
)
def test_limits_at_infinity(text: str, limit: float, slope: float) -> None:
    module = derive.define(f"f(x) -> y\n    y = {text}", wrt="x").compile()
    assert module.f(np.inf) == limit
    assert module.f_grad(np.inf) == slope
    assert np.isnan(module.f(np.nan))
    assert np.isnan(module.f_grad(np.nan))


@pytest.mark.parametrize("dtype", DTYPES)
def test_products_of_entries_over_a_sum_of_squares(dtype: Any) -> None:
    module = derive.define("f(x[n]) -> y\n    y[i] = x[i]*x[0]/sum(k, x[k]**2)", wrt="x").compile()
    for size in (dtype(1e30), dtype(1e-30), dtype(1)):
        found = module.f(size * np.array([3, 4], dtype))
        assert np.allclose(found, [9 / 25, 12 / 25], rtol=20 * np.finfo(dtype).eps, atol=0)
