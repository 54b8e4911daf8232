"""Factors beside an exponential that is 0: 0 and no NaN, and NaN where it belongs."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.vanishing import bounded_beside_vanishing
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import difference_at_random, values_of

BOUNDED = [
    "f(x, c) -> y\n y = x**(c - 1)*exp(-x**c)",
    "f(x, c) -> y\n y = x/c**2*exp(-x**2/(2*c**2))",
    "f(x) -> y\n y = exp(x)*(exp(-2*exp(x))/(1 + exp(-2*exp(x)))**2)",
]


@pytest.mark.parametrize("text", BOUNDED)
def test_the_graph_is_equal(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = bounded_beside_vanishing(graph)
    assert found != graph
    for low, high in ((0.1, 1), (1, 3), (3, 5)):
        assert difference_at_random(definition, found, graph, 2, low, high) < 1e-50


@pytest.mark.parametrize(
    "text",
    [
        "f(x, c) -> y\n y = x**c*exp(-arctan(x))",
        "f(x, c, z) -> y\n y = x**c*exp(-z)",
        "f(x, c) -> y\n y = arctan(x**c)*exp(-x)",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    graph = optimise(values_of(parse(text, DEFINITIONS)[-1]), SIMPLIFY)
    assert bounded_beside_vanishing(graph) == graph


DENSITIES = [
    ("tanh(exp(x))", (720.0, 3.0), (1e5, 3.0)),
    ("x*tanh(exp(x)) - x", (720.0, 3.0), (1e5, 3.0)),
    ("c*x**(c - 1)*exp(-x**c)", (1e155, 3.0), (1e5, 90.0)),
    ("x/c**2*exp(-x**2/(2*c**2))", (1e10, 1e-200), (1e170, 1.0)),
    ("x**2*exp(-x**2/(2*c**2))/c**3", (1e10, 1e-200), (1e170, 1.0)),
    ("exp(-x**(1/c))", (2.0, 1e-5), (1e10, 0.01)),
    ("c*exp(-x)*exp(-exp(-x))*(1 + exp(-x)*exp(-c*exp(-x)))", (-720.0, 3.0), (-30.0, 0.4)),
    ("1 - exp(-(x/c)**c)", (1e10, 40.0), (1e300, 3.0)),
    ("1 - exp(-((x/c)**2))", (1e10, 1e-200), (1e200, 2.0)),
]


@pytest.mark.parametrize(("text", "first", "second"), DENSITIES, ids=[text for text, *_ in DENSITIES])
def test_derivatives_are_0_where_the_exponential_is(text: str, first: tuple[float], second: tuple[float]) -> None:
    module = derive.define(f"f(x, c) -> y\n    y = {text}", wrt=["x", "c"] if "c" in text else "x").compile()
    for point in (first, second):
        found = module.f_grad(*point)
        assert all(part == 0 for part in (found if isinstance(found, tuple) else (found,)))
    assert np.isnan(module.f(np.nan, 2.0))
    assert all(np.isnan(part) for part in np.atleast_1d(module.f_grad(np.nan, 2.0)))
