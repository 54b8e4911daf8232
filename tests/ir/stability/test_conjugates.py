"""Roots less what is under them, x sign(x), exponentials of exponentials: equal, and with limits."""

from __future__ import annotations

import pytest

from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.passes import Pass
from derive.ir.stability.conjugates import conjugates, one_exponent, sizes
from derive.language.resolve import parse
from tests.ir.graphs import compute, largest_difference, random_inputs, sizes_for, values_of

PASSES = {f.__name__: Pass(f.__name__, f) for f in (conjugates, one_exponent, sizes)}
CHANGED = [
    ("conjugates", "f(x) -> y\n y = sqrt(9 + x**2) - 3"),
    ("conjugates", "f(x) -> y\n y = sqrt(x**2 + 4) + x"),
    ("conjugates", "f(x) -> y\n y = sqrt(x**2 + 4) - x"),
    ("conjugates", "f(x) -> y\n y = sqrt(x**2 + 4) - abs(x)"),
    ("conjugates", "f(x, c) -> y\n y = sqrt(x**2 + exp(c)) - x"),
    ("conjugates", "f(x, c) -> y\n y = 2*sqrt(x**2 - c/9 + 7) + 2*x"),
    ("conjugates", "f(b, c) -> y\n y = -b/2 + sqrt(b**2 + 4*exp(c))/2"),
    ("conjugates", "f(x, z) -> y\n y = z - sqrt(x**2 + z**2)"),
    ("conjugates", "f(x, c) -> y\n y = x/sqrt(x**2 + exp(c)) - 1"),
    ("conjugates", "f(x) -> y\n y = sqrt(9 + x + x**2/2) - 3"),
    ("conjugates", "f(x) -> y\n y = 3*sqrt(x**2 + 2*x + 20) - 3*sqrt(x**2 + 7)"),
    ("sizes", "f(x) -> y\n y = 1 + abs(x) - x*sign(x)"),
    ("one_exponent", "f(x) -> y\n y = 3*exp(-x)*exp(-exp(-x))"),
]
KEPT = [
    ("conjugates", "f(x) -> y\n y = sqrt(9 + x**2) - 2"),
    ("conjugates", "f(x) -> y\n y = sqrt(9 + x**2) + 3"),
    ("conjugates", "f(x, z) -> y\n y = sqrt(9 + x**2) - z"),
    ("conjugates", "f(x) -> y\n y = sqrt(x**2 + 4) - 1/2*x"),
    ("conjugates", "f(x, c) -> y\n y = x/sqrt(x**2 + exp(c)) - 2"),
    ("conjugates", "f(x) -> y\n y = sqrt(x**2 + 7) + sqrt(x**2 + 2)"),
    ("conjugates", "f(x, z) -> y\n y = sqrt(x**2 + 7) - sqrt(z)"),
    ("sizes", "f(x, z) -> y\n y = x*sign(z)"),
    ("one_exponent", "f(x, z) -> y\n y = exp(-x)*exp(-exp(-z))"),
]


@pytest.mark.parametrize(("name", "text"), CHANGED)
def test_forms_are_equal(name: str, text: str) -> None:
    definition = parse(text)[-1]
    graph = optimise(values_of(definition), SIMPLIFY)
    new = optimise(graph, [PASSES[name]])
    assert new != graph
    sizes_of = sizes_for(definition)
    for seed in range(3):
        inputs = random_inputs(definition, sizes_of, seed, -4, 4)
        assert largest_difference(compute(new, inputs, sizes_of), compute(graph, inputs, sizes_of)) < 1e-50


@pytest.mark.parametrize(("name", "text"), KEPT)
def test_what_does_not_cancel_stays(name: str, text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]), SIMPLIFY)
    assert optimise(graph, [PASSES[name]]) == graph
