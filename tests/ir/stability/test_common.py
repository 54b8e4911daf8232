"""What users subtract themselves: maxima in exponents, logarithms of sums, and products that are squares."""

from __future__ import annotations

import pytest

from derive.ir.graph import topological
from derive.ir.optimise import PREPARE, SIMPLIFY, optimise
from derive.ir.stability.common import without_common_parts, without_logarithms
from derive.ir.stability.squares import as_squares
from derive.language.resolve import parse
from tests.ir.graphs import compute, difference_at_random, largest_difference, random_inputs, sizes_for, values_of

FUNCTIONS = parse("softmax(a[n]) -> p\n    p[i] = exp(a[i])/sum(k, exp(a[k]))")
SHARES = "f(a[n]) -> p\n p[i] = exp(a[i])/sum(k, exp(a[k]))"
LOGARITHM = "f(a[n]) -> y\n y = log(sum(k, exp(a[k])))"
SAME = [
    ("f(a[n]) -> p\n m = max(k, a[k])\n p[i] = exp(a[i] - m)/sum(k, exp(a[k] - m))", SHARES),
    ("f(a[n]) -> p\n m = mean(k, a[k])\n p[i] = exp(a[i] - m)/sum(k, exp(a[k] - m))", SHARES),
    ("f(a[n]) -> p\n p[i] = exp(a[i] - logsumexp(k, a[k]))", SHARES),
    ("f(a[n]) -> y\n m = max(k, a[k])\n y = m + log(sum(k, exp(a[k] - m)))", LOGARITHM),
]


@pytest.mark.parametrize(("text", "plain"), SAME)
def test_other_guises_become_the_plain_one(text: str, plain: str) -> None:
    guise, form = (parse(t)[-1] for t in (text, plain))
    assert optimise(values_of(guise)) == optimise(values_of(form))
    sizes = sizes_for(guise)
    inputs = random_inputs(guise, sizes, 6, -9, 9)
    raw = compute(values_of(guise), inputs, sizes)
    assert largest_difference(compute(optimise(values_of(guise)), inputs, sizes), raw) < 1e-50


@pytest.mark.parametrize(
    "text",
    [
        "f(a[n]) -> y\n m = max(k, a[k])\n y[i] = exp(a[i] - m)",
        "f(a[n], b[n]) -> y\n y = log(sum(k, exp(a[k] - b[k])))",
        "f(a[n]) -> y\n y = 1 + sum(k, exp(a[k] - a[0]))",
    ],
)
def test_an_exponential_that_is_needed_as_it_is_stays(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    assert without_common_parts(graph) == graph
    assert without_logarithms(graph) == graph


@pytest.mark.parametrize(
    ("text", "divided"),
    [
        ("f(x, b) -> y\n z = x - log(1 + b**2)\n y = exp(z) + 3*exp(-z)", False),
        ("f(x, b) -> y\n z = x - log(1 + b**2)\n y = exp(z)*sinh(z)", False),
        ("f(x, b) -> y\n z = x - log(1 + b**2)\n y = exp(z) + 3*exp(z + x)", True),
        ("f(x, b) -> y\n z = x - log(1 + b**2)\n y = exp(z) + sinh(x)", True),
    ],
)
def test_an_exponential_beside_its_inverse_keeps_its_logarithm(text: str, divided: bool) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = without_logarithms(graph)
    assert (found != graph) is divided
    assert difference_at_random(definition, found, graph, 9, -3, 3) < 1e-50


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("f(x, b) -> y\n y = log(exp(x*b))", "f(x, b) -> y\n y = x*b"),
        ("f(a[n]) -> y\n y[i] = exp(log(exp(a[i])/sum(k, exp(a[k]))))", SHARES),
        ("f(a[n]) -> y\n y = exp(log(sum(k, exp(a[k]))))", "f(a[n]) -> y\n y = sum(k, exp(a[k]))"),
        ("f(a[n]) -> y\n y[i] = log(sum(k, exp(a[k]))/exp(a[i]))", "f(a[n]) -> y\n y[i] = -log(softmax(a)[i])"),
        ("f(x) -> y\n y = log(exp(0) + exp(x))", "f(x) -> y\n y = log(1 + exp(x))"),
    ],
)
def test_inverse_functions_of_each_other_are_taken_out(text: str, plain: str) -> None:
    guise, form = (parse(t, FUNCTIONS)[-1] for t in (text, plain))
    assert optimise(values_of(guise)) == optimise(values_of(form))
    assert difference_at_random(guise, optimise(values_of(guise)), values_of(guise), 5, 0.2, 3) < 1e-50


@pytest.mark.parametrize("text", ["f(x, b) -> y\n y = exp(log(x))", "f(x, b) -> y\n y = exp(x + log(b))"])
def test_the_logarithm_of_what_may_be_negative_stays(text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]), SIMPLIFY)
    assert without_logarithms(graph) == graph


def test_equal_factors_become_powers() -> None:
    (definition,) = parse("f(x, y) -> z\n z = x*x*y + y*y*y - x*y")
    graph = optimise(values_of(definition), SIMPLIFY)
    new = as_squares(graph)
    assert sorted(n.data for n in topological(new) if n.op == "power") == [2, 3]
    assert difference_at_random(definition, new, graph, 7, -9, 9) < 1e-50
    assert as_squares in [step.apply for step in PREPARE]
