"""Sums of exp(a_k - a_i) are taken apart where shares come out of it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.pairs import without_pairs
from derive.ir.stability.shares import share_of
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

HEAD = "f(a[n], g[n], x) -> y\n "
CHANGED = [
    "y[i] = 1/sum(k, exp(a[k] - a[i]))",
    "y[i] = g[i]/sum(k, exp(2*a[k] - 2*a[i]))**2",
    "y[i] = -log(sum(k, exp(a[k] - a[i])))",
    "y[i, j] = exp(a[j] - a[i])/sum(k, exp(a[k] - a[i]))",
    "y[i] = sum(j, g[j]*exp(a[j] - a[i]))/sum(k, exp(a[k] - a[i]))",
]
KEPT = [
    "y[i] = sum(k, exp(a[k] - a[i]))",
    "y[i] = log(1 + sum(k, exp(a[k] - a[i])))",
    "y[i] = 1/(1 + sum(k, exp(a[k] - a[i])))",
    "y[i, j] = exp(a[j] - a[i])/(x + sum(k, exp(a[k] - a[i])))",
    "y[i] = 1/sum(k, exp(a[k] - g[i]))",
    "y[i] = 1/sum(k, exp(a[k] - 2*a[i]))",
    "y[i, j] = exp(a[j] - a[i])",
]


@pytest.mark.parametrize("body", CHANGED)
def test_the_graph_is_equal(body: str) -> None:
    (definition,) = parse(HEAD + body)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = without_pairs(graph)
    assert found != graph
    assert any(share_of(n) for n in topological(found)) or "g[j]" in body
    assert without_pairs(found) == found
    assert difference_at_random(definition, found, graph, 3, 0.2, 1.4) < 1e-50


@pytest.mark.parametrize("body", KEPT)
def test_what_is_left_alone(body: str) -> None:
    graph = optimise(values_of(parse(HEAD + body)[-1]), SIMPLIFY)
    assert without_pairs(graph) == graph


def test_a_difference_that_stays_is_a_number_where_the_exponentials_are_none() -> None:
    module = derive.define("f(a[n]) -> y\n y[i] = log(1 + sum(k, exp(a[k] - a[i])))").compile()
    found = module.f(np.array([-5000.0, -5001.0, -5002.0]))
    assert found == pytest.approx(module.f(np.array([0.0, -1.0, -2.0])), rel=1e-15)
