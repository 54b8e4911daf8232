"""Quotients by sums of squares: every factor below the line is divided by, however often it stands there."""

from __future__ import annotations

import pytest

from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.inverse_squares import divided_by_squares
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of


@pytest.mark.parametrize(
    "text",
    [
        "f(x, y) -> z\n s = x**2 + y**2\n z = x/(s*s)",
        "f(x, y) -> z\n s = x**2 + y**2\n z = x/(s**2*exp(y)*(1 + 4*y**2))",
        "f(x[n], y) -> z\n s = sum(k, x[k]**2)\n z = y/(s*y*s)",
    ],
)
def test_the_quotient_is_equal(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = divided_by_squares(graph)
    assert found != graph
    assert difference_at_random(definition, found, graph, 6, 1, 3) < 1e-50
