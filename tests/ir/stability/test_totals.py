"""Totals from the largest entry and the sum of the others: equal, and where the others are summed anyway."""

from __future__ import annotations

import pytest

from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.table import STABILITY
from derive.ir.stability.totals import totals_of_largest
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

GRADIENT = "f(a[n], t[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = p[i] - t[i]"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (GRADIENT, True),
        ("f(a[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = 1 - p[i]", True),
        ("f(a[n, m]) -> y\n p[i, j] = exp(a[i, j])/sum(k, exp(a[k, j]))\n y[i, j] = 1 - p[i, j]", True),
        ("f(a[n]) -> p\n p[i] = exp(a[i])/sum(k, exp(a[k]))", False),
    ],
)
def test_a_total_is_made_where_the_others_are_summed(text: str, changes: bool) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), (*SIMPLIFY, *STABILITY))
    new = totals_of_largest(graph)
    assert (new != graph) == changes
    assert sum(n.op == "sum" for n in topological(new)) == sum(n.op == "sum" for n in topological(graph)) - changes
    assert difference_at_random(definition, new, graph, 4, -9, 9) < 1e-50
