"""What is looked up at a label, less its mean: the gradient of a linear softmax by its inputs."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.optimise import PREPARE, SIMPLIFY, optimise
from derive.ir.stability.share_labels import means_less_labels
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

BEFORE = (*SIMPLIFY, *PREPARE[: next(k for k, p in enumerate(PREPARE) if p.apply is means_less_labels)])
HEAD = "f(a[n], g[n], v[m,n], x) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n "
CHANGED = [
    "y = g[0] - sum(i, g[i]*p[i])",
    "y = sum(i, g[i]*p[i]) - g[1] + x",
    "y[k] = sum(j, v[k,j]*p[j]) - v[k,0]",
    "y[k] = x*(v[k,1] - sum(j, v[k,j]*p[j]))",
]
KEPT = [
    "y = g[0] + sum(i, g[i]*p[i])",
    "y = a[0] - sum(i, g[i]*p[i])",
    "y = 2*g[0] - sum(i, g[i]*p[i])",
    "y[j] = g[j] - sum(i, g[i]*p[i])",
    "y = g[0] - sum(i, g[i]*a[i])",
]


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), BEFORE)
    found = means_less_labels(graph)
    assert found != graph
    assert means_less_labels(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), BEFORE)
    assert means_less_labels(graph) == graph


LINEAR = """
f(u[n], y; v[n,m]) -> L
    z[j] = sum(k, u[k]*v[k,j])
    p[j] = exp(z[j])/sum(l, exp(z[l]))
    L = -log(p[y])
"""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_linear_softmax_that_is_right_and_sure(dtype: Any) -> None:
    module = derive.define(LINEAR, wrt="u").compile()
    u = np.array([[8, -4, 2], [1, 16, -2]], dtype)
    v = np.array([[4, 1, -2, 0.5], [-3, 2, 1, -0.25], [5, -1, 0.125, 2]], dtype)
    labels = np.array([0, 1])
    found = module.f_grad(u, labels, v)
    for row, inputs, label in zip(found, u.astype(float), labels, strict=True):
        with mpmath.workdps(80):
            z = [mpmath.fdot(inputs, column) for column in v.astype(float).T]
            e = [mpmath.exp(x) for x in z]
            p = [x / mpmath.fsum(e) for x in e]
            less = [w - v.astype(float)[:, label] for w in v.astype(float).T]
            expected = [float(mpmath.fsum(q * d[k] for q, d in zip(p, less, strict=True))) for k in range(3)]
        assert row == pytest.approx(expected, rel=32 * float(np.finfo(dtype).eps), abs=0)


TWO_LAYERS = """
f(x[n], y; w[n,m], v[m,q]) -> L
    h[j] = tanh(sum(k, x[k]*w[k,j]))
    z[c] = sum(j, h[j]*v[j,c])
    p[c] = exp(z[c])/sum(l, exp(z[l]))
    L = -log(p[y])
"""


def test_a_classifier_learns_from_a_label_whose_share_is_0() -> None:
    module = derive.define(TWO_LAYERS, wrt=("x", "v")).compile()
    x, w = np.array([1.5, -0.5]), np.array([[1.0, -2.0], [0.5, 1.0]])
    v = np.array([[900.0, -900.0], [-300.0, 500.0]])
    h = np.tanh(x @ w)
    label = int(np.argmin(h @ v))
    found = module.f_grad(x, label, w, v)
    step = np.where(np.arange(2) == label, -1.0, 1.0)
    assert found.v == pytest.approx(np.outer(h, step), rel=1e-14)
    assert found.x == pytest.approx(w @ ((v @ step) * (1 - h**2)), rel=1e-13)
