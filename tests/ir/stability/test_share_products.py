"""Logarithms of products and quotients of shares do not pass through what may be 0."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.share_products import logarithms_of_share_products
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], b[n], x, t) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n q[i] = exp(2*b[i])/sum(k, exp(2*b[k]))\n "
CHANGED = [
    "y = log(p[0]/p[1])",
    "y[i] = log(p[i]/p[0])",
    "y[i, j] = log(p[i]*p[j])",
    "y[i] = log(p[i]/q[i])",
    "y[i] = log(3*p[i]**2)",
    "y[i] = log(n*p[i])",
    "y[i] = log(p[i]**2*q[i]/p[0]) + x",
    "y = log(q[1]/(p[0]*5))",
]
KEPT = [
    "y[i] = log(p[i])",
    "y = log(p[1])",
    "y[i] = log(x*p[i])",
    "y[i] = log(p[i] + q[i])",
    "y[i] = log(p[i]/(1 - p[i]))",
]


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = logarithms_of_share_products(graph)
    assert found != graph
    assert logarithms_of_share_products(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert logarithms_of_share_products(graph) == graph


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_odds_of_shares_that_are_0(dtype: type) -> None:
    module = derive.define("f(a[n], y) -> L\n L = log(softmax(a)[y]/softmax(a)[1])", wrt="a").compile()
    a = np.array([2000, -300, 400.25, -1500.5], dtype)
    for label in range(4):
        assert module.f(a, label) == float(a[label]) - float(a[1])
        assert list(module.f_grad(a, label)) == [float(k == label) - float(k == 1) for k in range(4)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_divergence_by_the_quotient_of_two_softmaxes(dtype: type) -> None:
    text = "f(a[n], b[n]) -> D\n D = sum(i, softmax(a)[i]*log(softmax(a)[i]/softmax(b)[i]))"
    module = derive.define(text).compile()
    a, b = np.array([900, 3, -20], dtype), np.array([-700, 1, 650], dtype)
    with mpmath.workdps(1200):
        p, q = ([mpmath.exp(float(v)) for v in x] for x in (a, b))
        p, q = ([v / mpmath.fsum(x) for v in x] for x in (p, q))
        expected = float(mpmath.fsum(v * mpmath.log(v / w) for v, w in zip(p, q, strict=True)))
    assert module.f(a, b) == pytest.approx(expected, rel=4 * float(np.finfo(dtype).eps))
    assert all(np.all(np.isfinite(part)) for part in module.f_grad(a, b))
