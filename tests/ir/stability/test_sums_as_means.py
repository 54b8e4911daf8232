"""Softmax whose exponentials have a name of their own keeps its digits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import derive
from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.sums_as_means import sums_as_means
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], g[n], c) -> y\n e[i] = exp(a[i])\n s = sum(k, e[k])\n "
CHANGED = [
    "y[j] = s*g[j] - sum(k, g[k]*e[k])",
    "y[j] = sum(k, g[k]*e[k]) - s*g[j] + c",
    "y[j] = sum(k, g[k]*e[k])/s - g[j]",
    "y[j] = (g[j]*e[j] - e[j]*sum(k, g[k]*e[k])/s)/s",
    "y[j] = 3*c*g[j]**2/s - 3*c*sum(k, e[k]*g[k]**2)/s**2",
    "y = sum(j, (g[j]/s - sum(k, g[k]*e[k])/s**2)*e[j])",
    "y = log(s) - sum(k, a[k]*e[k])/s",
    "y = c*(g[0]*log(s) - g[0]*sum(k, a[k]*e[k]/s))",
    "y = sum(i, g[i])*log(s) - sum(i, g[i]*a[i]) + c",
    "y = 2*sum(i, g[i]**2)*log(s)/c - 2*sum(i, g[i]**2*a[i])/c",
]
WITH_TEMPERATURE = [
    "y = log(sum(k, exp(g[k]/c))) - sum(k, g[k]*exp(g[k]/c))/(c*sum(k, exp(g[k]/c)))",
    "y = c*log(sum(k, exp(g[k]/c))) - sum(k, g[k]*exp(g[k]/c)/sum(l, exp(g[l]/c)))",
]
KEPT = [
    "y[j] = s*g[j]/c - sum(k, g[k]*e[k])",
    "y = log(s) - sum(k, g[k]*e[k])/s",
    "y = log(s) - 2*sum(k, a[k]*e[k])/s",
    "y = sum(i, g[i])*log(s) - sum(i, g[i]**2*a[i])",
    "y[j] = s*g[j] + sum(k, g[k]*e[k])",
    "y[j] = s*g[j] - 2*sum(k, g[k]*e[k])",
    "y[j] = s*g[j] - sum(k, g[k]**2*e[k])",
    "y[j] = g[j] - sum(k, g[k])*e[j]/s",  # g/e would be the weight
    "y[j] = c*g[j] - sum(k, g[k]*e[k])",
    "y = s*g[0] - sum(k, g[k]*e[k])",
    "y[j] = sum(k, g[k])*g[j] - sum(k, g[k]**2)",
]


@pytest.mark.parametrize("body", [*CHANGED, *WITH_TEMPERATURE])
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = sums_as_means(graph)
    assert found != graph
    assert sums_as_means(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert not {n.op for n in topological(graph)} & {"where"}
    assert sums_as_means(graph) == graph


SOFTMAX = (
    "f(a[n]) -> p\n e[i] = exp(a[i])\n p[i] = e[i]/sum(k, e[k])",
    "f(a[n]) -> p\n e[i] = exp(a[i])\n s = sum(k, e[k])\n p[i] = e[i]/s",
    "f(a[n]) -> p\n e[i] = where(a[i] < 50, exp(a[i]), 0)\n p[i] = e[i]/sum(k, e[k])",
)


@pytest.mark.parametrize("text", SOFTMAX)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_with_the_jacobian_beside_one_large_share(text: str, dtype: type) -> None:
    module = derive.define(text).compile()
    a, g = (np.array(values, dtype) for values in ([40, 1, 2, 60 if "where" in text else 3], [1, 2.5, -1.75, 0.25]))
    with mpmath.workdps(60):
        e = [mpmath.exp(float(x)) if x < 50 else mpmath.mpf(0) for x in a]
        p = [x / mpmath.fsum(e) for x in e]
        mean = mpmath.fdot(p, map(float, g))
        expected = np.array([float(share * (float(x) - mean)) for share, x in zip(p, g, strict=True)])
    roundings = 16 * float(np.finfo(dtype).eps)
    assert module.f_vjp(a, g) == pytest.approx(expected, rel=roundings, abs=0)
    assert module.f_jvp(a, g) == pytest.approx(expected, rel=roundings, abs=0)
