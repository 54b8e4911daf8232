"""Mixtures with a softmax for weights: one shift for weights and exponentials together."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.mixture_weights import joined_exponents
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], b[n], x, m[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n q[i] = exp(-(x - m[i])**2/2)\n "
CHANGED = [
    "y = log(sum(k, p[k]*q[k]))",
    "y = -log(3*sum(k, p[k]*exp(b[k])*m[k]))",
    "y[i] = p[i]*q[i]/sum(k, p[k]*q[k])",
    "y[i] = p[i]*(q[i]*m[i] - sum(k, p[k]*q[k]))/sum(k, p[k]*q[k])",
    "y = sum(k, p[k]*q[k]*m[k])/sum(k, p[k]*q[k])",
    "y = log(sum(k, p[k]*exp(b[k])/sum(l, exp(b[l]))))",
]
KEPT = [
    "y = sum(k, p[k]*q[k])",  # a number as good as its terms
    "y = log(sum(k, m[k]*q[k]))",
    "y = log(sum(k, p[k]**2))",
    "y = log(sum(k, p[k]*exp(x)))",
    "y[i] = p[i]*q[i]",
]


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = joined_exponents(graph)
    assert found != graph
    assert joined_exponents(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert joined_exponents(graph) == graph


MIXTURE = "f(x, m[n], s[n], a[n]) -> L\n L = -log(sum(k, softmax(a)[k]*exp(-(x - m[k])**2/(2*s[k]**2))/s[k]))"


def exact(x: float, m: Any, s: Any, a: Any) -> tuple[float, list[float], list[float]]:
    """The loss, and its derivatives by m and a."""
    with mpmath.workdps(3000):
        x, m, s, a = mpmath.mpf(x), *([mpmath.mpf(float(v)) for v in values] for values in (m, s, a))
        e = [mpmath.exp(v) for v in a]
        p = [v / mpmath.fsum(e) for v in e]
        parts = [w * mpmath.exp(-((x - u) ** 2) / (2 * v**2)) / v for w, u, v in zip(p, m, s, strict=True)]
        total = mpmath.fsum(parts)
        by_m = [float(-part / total * (x - u) / v**2) for part, u, v in zip(parts, m, s, strict=True)]
        by_a = [float(w - part / total) for w, part in zip(p, parts, strict=True)]
        return float(-mpmath.log(total)), by_m, by_a


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_likelihood_of_a_mixture_far_from_all_its_parts(dtype: type) -> None:
    module = derive.define(MIXTURE).compile()
    for x, m, s, a in (
        (40.0, [-3, 0.5, 2], [0.5, 1, 0.25], [30, -20, 1]),
        (-60.0, [3, 9, 70], [1, 2, 1.5], [-500, 400, 3]),
        (0.25, [0.5, -1, 2], [1, 0.5, 2], [0.5, 1, -1]),
    ):
        arrays = [np.array(values, dtype) for values in (x, m, s, a)]
        value, by_m, by_a = exact(x, m, s, a)
        # exponents of size 4000 have roundings of their own
        roundings = 8 * float(np.finfo(dtype).eps)
        assert module.f(*arrays) == pytest.approx(value, rel=roundings)
        gradient = module.f_grad(*arrays)
        tiny = float(np.finfo(dtype).tiny)
        assert gradient.m == pytest.approx(by_m, rel=1000 * roundings, abs=tiny)
        assert gradient.a == pytest.approx(by_a, rel=1000 * roundings, abs=1e-3 * roundings)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_difference_of_two_softmaxes_that_have_decided_alike(dtype: type) -> None:
    module = derive.define("f(a[n], b[n]) -> y\n y[i] = softmax(a)[i] - softmax(b)[i]").compile()
    a, b = np.array([40, 1, 2], dtype), np.array([45, 3, 9], dtype)
    with mpmath.workdps(60):
        p, q = ([mpmath.exp(float(v)) for v in x] for x in (a, b))
        p, q = ([v / mpmath.fsum(x) for v in x] for x in (p, q))
        expected = [float(v - w) for v, w in zip(p, q, strict=True)]
    roundings = 8 * float(np.finfo(dtype).eps)
    assert module.f(a, b) == pytest.approx(expected, rel=roundings, abs=0)
    assert module.f(b, a) == pytest.approx([-v for v in expected], rel=roundings, abs=0)
