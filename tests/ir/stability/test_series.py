"""Series near 0: coefficients, what they depend on, where they stand in, and kernels over the whole range."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import derive
from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Graph, Node, topological
from derive.ir.optimise import PLAIN, SIMPLIFY, optimise, plain
from derive.ir.stability.removable import near_zero
from derive.ir.stability.series import CONTEXT, VARIABLE, Expansions, Series
from derive.ir.stability.variables import Dependences
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import difference_at_random, values_of

MANY = mpmath.mp.clone()
MANY.dps = 700
V = VARIABLE
SQUARE = apply("power", V, data=Fraction(2))


def power(node: Node, exponent: Fraction) -> Node:
    return apply("power", node, data=exponent)


EXPANDED = [
    (apply("exp", V), lambda v: CONTEXT.exp(v)),
    (apply("divide", apply("sin", V), V), lambda v: CONTEXT.sin(v) / v if v else CONTEXT.mpf(1)),
    (apply("add", apply("cosh", V), scaled(-1, apply("cos", V))), lambda v: CONTEXT.cosh(v) - CONTEXT.cos(v)),
    (power(apply("add", constant(2), V), Fraction(-3, 2)), lambda v: (2 + v) ** CONTEXT.mpf(-1.5)),
    (power(apply("add", constant(1), SQUARE), Fraction(-2)), lambda v: (1 + v**2) ** -2),
    (apply("log", apply("add", constant(3), apply("tanh", V))), lambda v: CONTEXT.log(3 + CONTEXT.tanh(v))),
    (apply("erf", apply("add", Node("pi"), V)), lambda v: CONTEXT.erf(CONTEXT.pi + v)),
    (apply("arctan", apply("exp", V)), lambda v: CONTEXT.atan(CONTEXT.exp(v))),
]


@pytest.mark.parametrize(("node", "function"), EXPANDED, ids=range(len(EXPANDED)))
def test_a_series_has_the_values_of_its_function(node: Node, function: Any) -> None:
    found = Expansions(40).series(node)
    assert found is not None
    at = CONTEXT.mpf(1) / 1024
    total = at**found.order * CONTEXT.polyval(found.coefficients[::-1], at)
    assert abs(total - function(at)) < 1e-80 * abs(function(at))


def test_terms_of_negative_order() -> None:
    coth = apply("divide", apply("cosh", V), apply("sinh", V))
    found = Expansions(12).series(coth)
    assert found is not None
    assert (found.order, found.coefficients[0]) == (-1, 1)
    langevin = Expansions(12).series(apply("add", coth, scaled(-1, apply("divide", constant(1), V))))
    assert langevin is not None
    assert langevin.order == 1
    assert abs(langevin.coefficients[0] - CONTEXT.mpf(1) / 3) < 1e-80


@pytest.mark.parametrize(
    "node",
    [
        apply("abs", V),
        apply("sqrt", V),
        apply("log", V),
        power(V, Fraction(1, 3)),
        apply("sqrt", apply("add", constant(-1), V)),
        apply("exp", apply("divide", constant(1), V)),
        apply("where", apply("less", V, constant(0)), V, constant(0)),
        apply("divide", V, apply("add", V, scaled(-1, V))),
    ],
    ids=lambda node: node.op,
)
def test_what_has_no_series(node: Node) -> None:
    assert Expansions(12).series(node) is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.fractions(-4, 4, max_denominator=6), min_size=12, max_size=12),
    st.lists(st.fractions(-4, 4, max_denominator=6), min_size=12, max_size=12),
)
def test_products_and_quotients_of_series(left: list[Fraction], right: list[Fraction]) -> None:
    """(a b) / b is a, term by term."""

    def node_of(numbers: list[Fraction]) -> Node:
        terms = [scaled(c, power(V, Fraction(k))) for k, c in enumerate(numbers, start=1)]
        return apply("add", constant(1), *terms)

    a, b = node_of(left), node_of(right)
    seen = Expansions(12)
    wanted, found = seen.series(a), seen.series(apply("divide", apply("multiply", a, b), b))
    assert isinstance(wanted, Series)
    assert isinstance(found, Series)
    assert all(abs(x - y) < 1e-60 for x, y in zip(wanted.coefficients, found.coefficients, strict=False))


# --- on what a node depends ----------------------------------------------------------------------------------


def raw(text: str) -> Graph:
    return optimise(values_of(parse(text, DEFINITIONS)[-1]), SIMPLIFY)


@pytest.mark.parametrize(
    ("text", "op", "degree"),
    [
        ("f(x, c) -> y\n y = c**2*log(1 + (x/c)**2) - x**2", "divide", 2),
        ("f(x, c) -> y\n y = (exp(c*x) - 1)/c", "multiply", -1),
        ("f(x, c) -> y\n y = (x**c - 1)/c**2", "multiply", -2),
        ("f(x, c) -> y\n y = sqrt(1 + exp(c*log(x)))", "multiply", 0),
    ],
)
def test_a_ratio_or_a_product_of_two_values(text: str, op: str, degree: int) -> None:
    graph = raw(text)
    found = list(Dependences(graph).of(graph[0]))
    assert op in {on.value.op for on in found}
    assert degree in {on.degree for on in found}


@pytest.mark.parametrize(
    "text",
    [
        "f(x, c) -> y\n y = c**2*log(1 + x/c) - x",  # degrees 2 and 1
        "f(x, c, d) -> y\n y = x/c + d",
        "f(x, c) -> y\n y = (x + 1)/(c + x)",
    ],
)
def test_what_depends_on_two_values_or_more(text: str) -> None:
    graph = raw(text)
    assert not list(Dependences(graph).of(graph[0]))


# --- where a series stands in --------------------------------------------------------------------------------

REPLACED = [
    "f(x) -> y\n y = x - tanh(x)",
    "f(x) -> y\n y = exp(x) - 1 - x",
    "f(x) -> y\n y = (cos(x) - sin(x)/x)/x",
    "f(x) -> y\n y = cosh(x)/sinh(x) - 1/x",
    "f(x) -> y\n y = log((1 + x)/(1 - x))/2",
    "f(x) -> y\n y = log(x + sqrt(1 + x**2))",
    "f(x) -> y\n y = (1 - (1 - x**2)**3)/6",
    "f(x, z) -> y\n y = z*(exp(x*z) - 1 - x*z)",
    "f(x, c) -> y\n y = (x**c - 1)/c",
    "f(x, c) -> y\n y = c*(log(1 + (x/c)**2) - x**2/(x**2 + c**2))",
    "f(x[n]; c) -> y\n y = sum(i, sin(c*x[i])**2/c**2 - x[i]**2)",
]


@pytest.mark.parametrize("text", REPLACED)
def test_the_graph_is_equal_near_and_far(text: str) -> None:
    definition = parse(text, DEFINITIONS)[-1]
    graph = raw(text)
    found = near_zero(graph, plain)
    (series,) = (n for n in topological(found) if n.op == "polynomial")
    assert isinstance(series.data, tuple)
    for low, high in ((1, 2), (0.1, 0.2), (1e-4, 2e-4)):
        assert difference_at_random(definition, found, graph, 3, low, high) < 1e-16


@pytest.mark.parametrize("text", ["f(x) -> y\n y = sin(x)/x", "f(x) -> y\n y = x/(exp(x) - 1)"])
def test_a_limit_where_nothing_else_is_wrong(text: str) -> None:
    definition = parse(text, DEFINITIONS)[-1]
    found = near_zero(raw(text), plain)
    assert [n.op for n in topological(found) if n.op in ("polynomial", "equal", "where")] == ["equal", "where"]
    assert difference_at_random(definition, found, raw(text), 3, -1, 1) < 1e-50


@pytest.mark.parametrize(
    "text",
    [
        "f(x) -> y\n y = exp(x) - 1",  # other rows keep the digits
        "f(x) -> y\n y = log(1 + x)",
        "f(x) -> y\n y = sqrt(1 + x**2) - 1",
        "f(x) -> y\n y = (exp(x) - exp(-x))/(exp(x) + exp(-x))",
        "f(x) -> y\n y = 1/x",  # not finite at 0
        "f(x) -> y\n y = 1/(1 + exp(-x)) - 1/3",  # its root is not 0
        "f(x) -> y\n y = x*log(x) - x",  # no series
        "f(x, c) -> y\n y = exp(x) - exp(c)",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    graph = raw(text)
    assert near_zero(graph, plain) == graph


def test_the_passes_without_series_lose_these_digits() -> None:
    """The trial is no formality: without the series, every one of these is wrong near 0."""
    for text in REPLACED:
        assert all(n.op != "polynomial" for n in topological(optimise(raw(text), PLAIN)))


# --- kernels -------------------------------------------------------------------------------------------------

FUNCTIONS = [
    ("x - tanh(x)", lambda x: x - MANY.tanh(x), 0.0),
    ("sin(x)/x", lambda x: MANY.sin(x) / x, 1.0),
    ("x/(exp(x) - 1)", lambda x: x / MANY.expm1(x), 1.0),
    ("cosh(x)/sinh(x) - 1/x", lambda x: MANY.coth(x) - 1 / x, 0.0),
    ("x**2*exp(x)/(exp(x) - 1)**2", lambda x: x**2 * MANY.exp(x) / MANY.expm1(x) ** 2, 1.0),
    ("(exp(x) - 1 - x)/x**2", lambda x: (MANY.expm1(x) - x) / x**2, 0.5),
    ("log((1 + x)/(1 - x))/2", MANY.atanh, 0.0),
    ("log(x + sqrt(1 + x**2))", MANY.asinh, 0.0),
    ("(1 - (1 - x**2)**3)/6", lambda x: (1 - (1 - x**2) ** 3) / 6, 0.0),
]
SIZES = {np.float64: (1e-300, 1e-160, 1e-100, 1e-20, 1e-9, 1e-5, 1e-3, 0.05, 0.3, 0.49, 0.51, 0.9),
         np.float32: (1e-37, 1e-20, 1e-12, 1e-5, 1e-3, 0.05, 0.3, 0.49, 0.51, 0.9)}  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("text", "function", "limit"), FUNCTIONS, ids=[text for text, _, _ in FUNCTIONS])
def test_values_and_derivatives_near_0(text: str, function: Any, limit: float, dtype: Any) -> None:
    module = derive.define(f"f(x) -> y\n    y = {text}", wrt="x").compile()
    eps, tiny = float(np.finfo(dtype).eps), MANY.mpf(float(np.finfo(dtype).tiny))
    for size in SIZES[dtype]:
        for x in (dtype(size), dtype(-size)):
            exact = MANY.mpf(float(x))
            truths = function(exact), MANY.diff(function, exact, h=exact * MANY.mpf(10) ** -200)
            for got, truth in zip((module.f(x), module.f_grad(x)), truths, strict=True):
                slack = 60 * eps * max(abs(truth), abs(exact * truths[1])) + 4 * tiny * eps
                assert abs(MANY.mpf(float(got)) - truth) <= slack, (x, got, truth)
    assert module.f(dtype(0)) == limit
    assert np.isfinite(module.f_grad(dtype(0)))
    assert np.isnan(module.f(dtype(np.nan)))


OF_TWO = [
    ("c**2/2*log(1 + (x/c)**2)", lambda x, c: c**2 / 2 * MANY.log1p((x / c) ** 2)),
    ("c**2/2*(1 - exp(-(x/c)**2))", lambda x, c: -(c**2) / 2 * MANY.expm1(-((x / c) ** 2))),
    ("c**2*(sqrt(1 + (x/c)**2) - 1)", lambda x, c: c**2 * (MANY.sqrt(1 + (x / c) ** 2) - 1)),
    ("(x**c - 1)/c", lambda x, c: MANY.expm1(c * MANY.log(x)) / c),
]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("text", "function"), OF_TWO, ids=[text for text, _ in OF_TWO])
def test_losses_and_transformations_with_a_scale(text: str, function: Any, dtype: Any) -> None:
    """The derivative with respect to the scale cancels where the scale is large beside x, or the exponent small."""
    module = derive.define(f"f(x, c) -> y\n    y = {text}", wrt=["x", "c"]).compile()
    eps = float(np.finfo(dtype).eps)
    for x in (dtype(0.3), dtype(1.7)):
        for c in (
            (dtype(1e-6), dtype(0.01), dtype(0.7)) if text.startswith("(x") else (dtype(0.9), dtype(30), dtype(1e4))
        ):
            a, b = MANY.mpf(float(x)), MANY.mpf(float(c))
            got = (module.f(x, c), *module.f_grad(x, c))
            h = MANY.mpf(10) ** -300
            truths = (function(a, b), *(MANY.diff(function, (a, b), n, h=h) for n in ((1, 0), (0, 1))))
            for found, truth in zip(got, truths, strict=True):
                assert abs(MANY.mpf(float(found)) - truth) <= 100 * eps * abs(truth), (x, c, found, truth)
