"""Quotients with sums of one power of several values: Hill's function and its like, over the whole range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.raised_sums import raised_sums
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

MANY = mpmath.mp.clone()
MANY.dps = 60

CHANGED = [
    "f(x, k, n) -> y\n y = 3*x**n/(2*k**n + x**n)",
    "f(x, k, n) -> y\n y = n*x**(n - 1)*k**(n + 3)/(k**n + x**n)**2",
    "f(x, n) -> y\n y = 1/(1 + x**n) * x**n",
    "f(x, k, l, n) -> y\n y = (x*k)**n/((x*k)**n + l**n + k**n/5)",
]
KEPT = [
    "f(x, k, n, m) -> y\n y = x**n/(k**m + x**n)",
    "f(x, k, n) -> y\n y = x**(2*n)/(k**n + x**n)",  # as large as x**n
    "f(x, k, n) -> y\n y = x**n/(k + x**n)",
    "f(x, k) -> y\n y = x**3/(k**3 + x**3)",
]


@pytest.mark.parametrize("text", CHANGED)
def test_the_graph_is_equal(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = raised_sums(graph)
    assert found != graph
    assert raised_sums(found) == found
    for low, high in ((0.1, 1), (1, 3)):
        assert difference_at_random(definition, found, graph, 8, low, high) < 1e-45


@pytest.mark.parametrize("text", KEPT)
def test_what_is_left_alone(text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]), SIMPLIFY)
    assert raised_sums(graph) == graph


HILL: dict[str, tuple[str, Callable[[Any, Any, Any], Any]]] = {
    "hill": ("x**n/(k**n + x**n)", lambda x, k, n: 1 / (1 + (k / x) ** n)),
    "inhibition": ("1/(1 + (x/k)**n)", lambda x, k, n: 1 / (1 + (x / k) ** n)),
    "log-logistic": ("1 - x**n/(1 + x**n) + 0*k", lambda x, k, n: 1 / (1 + x**n)),
}
POINTS = [(3.0, 2.0, 2.5), (1e-12, 1e-9, 30.0), (1e12, 1e9, 30.0), (300.0, 200.0, 140.0), (0.5, 2.0, -300.0)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", HILL)
def test_values_and_gradients(name: str, point: tuple[float, ...], dtype: Any) -> None:
    text, truth = HILL[name]
    module = derive.define(f"f(x, k, n) -> y\n    y = {text}", wrt=["x", "k", "n"]).compile()
    arguments = tuple(map(dtype, point))
    exact = tuple(MANY.mpf(float(a)) for a in arguments)
    limits = np.finfo(dtype)
    truths = [truth(*exact), *(MANY.diff(truth, exact, tuple(int(i == k) for i in range(3))) for k in range(3))]
    slack = 20 * float(limits.eps) * max(1, abs(point[2])) * 30
    for found, wanted in zip((module.f(*arguments), *module.f_grad(*arguments)), truths, strict=True):
        assert np.isfinite(found)
        if abs(wanted) > float(limits.tiny):
            assert abs(MANY.mpf(float(found)) - wanted) <= slack * abs(wanted), (found, wanted)
