"""0 log 0 is 0; what is NaN for another reason stays so."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.zeros import zero_times_logarithm
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

CHANGED = [
    "f(x) -> y\n y = x*log(x)",
    "f(t, q) -> y\n y = 3*t*log(t/q)",
    "f(t, q) -> y\n y = t*(log(t) - 2*log(q))",
    "f(t[n], q[n]) -> y\n y = sum(k, t[k]*log(t[k]**2*q[k]))",
]
KEPT = [
    "f(x, t) -> y\n y = t*log(x)",
    "f(x) -> y\n y = x*log(1/x)",
    "f(x) -> y\n y = exp(x)*log(exp(x)*x**2)",
    "f(x) -> y\n y = x*log(1 + x)",
]


@pytest.mark.parametrize("text", CHANGED)
def test_the_graph_is_equal(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = zero_times_logarithm(graph)
    assert found != graph
    assert difference_at_random(definition, found, graph, 4, 0.1, 3) < 1e-50


@pytest.mark.parametrize("text", KEPT)
def test_what_is_left_alone(text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]), SIMPLIFY)
    assert zero_times_logarithm(graph) == graph


def test_divergences_of_distributions_with_zeros() -> None:
    for body in ("t[k]*log(t[k]/q[k])", "t[k]*(log(t[k]) - log(q[k]))"):
        module = derive.define(f"f(t[n], q[n]) -> y\n    y = sum(k, {body})", wrt="q").compile()
        q = np.array([0.25, 0.5, 0.25])
        assert module.f(np.array([1.0, 0.0, 0.0]), q) == pytest.approx(np.log(4), rel=1e-15)
        assert np.array_equal(module.f_grad(np.array([1.0, 0.0, 0.0]), q), [-4, 0, 0])
        for wrong in (np.nan, -1.0):
            assert np.isnan(module.f(np.array([1.0, wrong, 0.0]), q))
        assert np.isnan(module.f(np.array([1.0, 0.0, 0.0]), np.array([1.0, np.nan, 0.5])))


def test_entropies_at_the_ends() -> None:
    module = derive.define("f(p) -> y\n    y = -p*log(p) - (1 - p)*log(1 - p)", wrt="p").compile()
    assert np.array_equal(module.f(np.array([0.0, 1.0])), [0, 0])
    assert np.array_equal(module.f_grad(np.array([0.0, 1.0])), [np.inf, -np.inf])
    assert module.f(1e-20) == pytest.approx(1e-20 * (1 - np.log(1e-20)), rel=1e-14)
