"""A share is one factor of a product, however it is written."""

from __future__ import annotations

import pytest

from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.gathered import gathered_shares
from derive.ir.stability.shares import share_of
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], g[n], x) -> y\n e[i] = exp(a[i])\n s = sum(k, e[k])\n "
CHANGED = [
    "y[i] = e[i]*s**(-1)",
    "y[i] = e[i]*(1/s)",
    "y[i] = (e[i]*g[i])/(x*s)",
    "y[i] = e[i]**2*g[i]/s**3",
    "y[j] = g[j]*e[j]/s - e[j]/s*sum(i, g[i]*e[i]/s)",
    "y = sum(i, g[i]*e[0]/s)",
    "y[j] = sum(i, e[i]*e[j]*g[i]/s**2)",
    "y[i, j] = x*e[i]*e[j]/s**2",
    "y[i] = g[i]*e[i]/s + x",
]
KEPT = [
    "y[i] = e[i]/s",
    "y[i] = x*(e[i]/s)",
    "y[i] = e[i]/sum(k, 2*e[k])",
    "y[i] = exp(2*a[i])*x/s",
    "y = x/s",
]


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = gathered_shares(graph)
    assert found != graph
    assert any(share_of(n) for n in topological(found)) or "e[0]" in body
    assert gathered_shares(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert gathered_shares(graph) == graph
