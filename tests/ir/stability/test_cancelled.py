"""Exponentials above and below the line cancel; what may be 0 does not."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.ir.graph import Graph, topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.cancelled import is_exponential, without_inverses
from derive.ir.stability.products import factors, labelled
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], g[n], x, t) -> y\n e[i] = exp(a[i])\n s = sum(k, e[k])\n p[i] = e[i]/s\n "
CHANGED = [
    "y[j] = p[j]*(g[j]/p[j] - sum(i, g[i]/p[i]*p[i]))",
    "y[j] = (e[j]*g[j])/e[j] + e[j]*(g[j]*a[j])/e[j]",
    "y[j] = e[j]*(g[j]/e[j] + x)",
    "y[j] = e[j]**3*(g[j]/e[j] + x/e[j]**2)/s",
    "y[j] = p[j]*(g[j] - sum(i, g[i]*p[i]))/p[j]",
    "y[j] = s*g[j]/s**2",
    "y = (t - 1/(1 + exp(-x)))/((1 - exp(x)/(1 + exp(x)))*(1 + exp(x))) + x",
    "y = (1 + exp(-x))*t*x*(1 - exp(-x)/(1 + exp(-x)))",
]
KEPT = [
    "y[j] = p[j]*(g[j] - sum(i, g[i]*p[i]))",
    "y = s**2*(1 - e[0]/s)",  # the complement of a share
    "y[j] = g[j]*(x/g[j] + t)",  # g may be 0
    "y[j] = g[j]*x/g[j]/s",
    "y = t/(1/(1 + exp(-x)) + 1/(1 + exp(x)))",  # NaN where x is
    "y[j] = e[j]/s*(x/s + t)",
    "y[j] = (e[j]*g[j])/e[j]",  # NaN where a is
]


def divides_by_exponentials(graph: Graph) -> bool:
    products = (n for n in topological(graph) if n.op in ("multiply", "divide"))
    return any(is_exponential(part) and power < 0 for n in products for part, power in factors(labelled(n)))


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = without_inverses(graph)
    assert found != graph
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert without_inverses(graph) == graph


def test_nothing_is_divided_by_a_share_any_more() -> None:
    graph = without_inverses(optimise(values_of(parse(HEAD + CHANGED[0])[-1]), SIMPLIFY))
    inverse = [n for n in topological(graph) if n.op == "divide" and n.arguments[1].node.op in ("exp", "divide")]
    assert not inverse
    assert divides_by_exponentials(graph)  # by the sum, which is never small


def test_a_number_in_the_guise_of_a_function_still_knows_nan() -> None:
    module = derive.define("f(x, t) -> y\n y = t/(1/(1 + exp(-x)) + 1/(1 + exp(x)))").compile()
    assert module.f(700.0, 3.0) == module.f(-0.5, 3.0) == 3
    assert np.isnan(module.f(np.nan, 3.0))
