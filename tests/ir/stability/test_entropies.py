"""Entropies and cross-entropies from logits: equal graphs, and what is no such difference."""

from __future__ import annotations

import mpmath
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.entropies import entropies
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import difference_at_random, values_of

CHANGED = [
    "f(a[n]) -> y\n y = 3*logsumexp(k, a[k]) - 3*sum(k, softmax(a)[k]*a[k])",
    "f(a[n], b[n]) -> y\n y = logsumexp(k, b[k]) - sum(k, softmax(a)[k]*b[k])",
    "f(a[n], b[n]) -> y\n y = b[0] + sum(k, softmax(a)[k]*(a[k] - b[k])) - logsumexp(k, a[k])",
    "f(a[n], b[m, n]) -> y\n y[i] = logsumexp(k, b[i, k]) - sum(k, softmax(a)[k]*b[i, k])",
    "f(a[n], b[n]) -> y\n y = sum(k, softmax(a)[k]*(a[k] - b[k])) - logsumexp(k, a[k]) + logsumexp(k, b[k])",
    "f(z) -> y\n y = log(1 + exp(z)) - z*sigmoid(z)",
    "f(z) -> y\n y = log(1 + exp(-z)) + z*exp(-z)/(1 + exp(-z)) + z**2",
    "f(x, c) -> y\n y = c**2*(x**2/(1 + exp(-c*x)) - x*log(1 + exp(c*x))/c)",
]
KEPT = [
    "f(a[n], t[n]) -> y\n y = logsumexp(k, a[k]) - sum(k, t[k]*a[k])",
    "f(a[n], b[n]) -> y\n y = 2*logsumexp(k, b[k]) - sum(k, softmax(a)[k]*b[k])",
    "f(a[n], b[n]) -> y\n y = logsumexp(k, a[k]) - sum(k, softmax(a)[k]*b[k])",
    "f(z) -> y\n y = log(1 + exp(z)) - 2*z*sigmoid(z)",
    "f(z) -> y\n y = log(1 + exp(z)) - z*sigmoid(-z)",
    "f(z, t) -> y\n y = log(1 + exp(z)) - z*t",
]


@pytest.mark.parametrize("text", CHANGED)
def test_the_graph_is_equal(text: str) -> None:
    definition = parse(text, DEFINITIONS)[-1]
    graph = optimise(values_of(definition), SIMPLIFY)
    found = entropies(graph)
    assert found != graph
    for low, high in ((-3, 3), (5, 40)):
        assert difference_at_random(definition, found, graph, 5, low, high) < 1e-45


@pytest.mark.parametrize("text", KEPT)
def test_what_is_left_alone(text: str) -> None:
    graph = optimise(values_of(parse(text, DEFINITIONS)[-1]), SIMPLIFY)
    assert entropies(graph) == graph


@pytest.mark.parametrize("z", [-300.0, -40.0, -1.0, 1e-9, 3.0, 40.0, 300.0])
def test_the_entropy_of_two_outcomes(z: float) -> None:
    module = derive.define("f(z) -> y\n    y = log(1 + exp(z)) - z/(1 + exp(-z))", wrt="z").compile()
    with mpmath.workdps(400):
        p, q = 1 / (1 + mpmath.exp(-mpmath.mpf(z))), 1 / (1 + mpmath.exp(mpmath.mpf(z)))
        entropy, slope = -p * mpmath.log(p) - q * mpmath.log(q), -mpmath.mpf(z) * p * q
        eps = 2.0**-52 * max(1, abs(z) / 8)
        assert abs(module.f(z) - entropy) <= 8 * eps * entropy
        assert abs(module.f_grad(z) - slope) <= 8 * eps * abs(slope)
