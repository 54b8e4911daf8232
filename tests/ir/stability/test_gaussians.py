"""Polynomials beside a Gaussian or its tail: the limit at infinity, and nothing changed elsewhere."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.ir.graph import topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.gaussians import bounded_factors
from derive.language.derivation import Wanted
from derive.language.resolve import parse
from derive.verify.kernels import check_kernels
from tests.ir.graphs import CONTEXT, difference_at_random, values_of

mp = CONTEXT

GELU = "gelu(x) -> y\n y = x/2*(1 + erf(x/sqrt(2)))"
POINTS = [{"x": v} for v in (float("inf"), -float("inf"), 1e300, -1e300, -40.0, -10.0, -1e-9, 0.0, 40.0)]


def module(definition, derivations) -> ModuleType:
    found = ModuleType(definition.name)
    exec(emit_module(definition, derivations, title="t"), found.__dict__)
    return found


@pytest.mark.parametrize("kind", ["derivative", "hessian"])
def test_gelu_and_its_derivatives_have_their_limits(kind: str) -> None:
    (definition,) = parse(GELU)
    derivations = derive_all(definition, (Wanted(kind, "y", "x"),))
    check_kernels(definition, derivations, module(definition, derivations), hard_points=POINTS)


@pytest.mark.parametrize(
    ("body", "changes"),
    [
        ("x**3*exp(-x**2)", True),
        ("(1 - x**2)*exp(-(x/2)**2/3)", True),
        ("x*erf(x)", False),
        ("x*exp(x**2)", False),
        ("sin(x)*exp(-x**2)", False),
        ("x*exp(-(x*z)**2)", False),
    ],
)
def test_only_what_decays_is_bounded(body: str, changes: bool) -> None:
    (definition,) = parse(f"f(x, z) -> y\n y = {body} + 0*z")
    graph = optimise(values_of(definition), SIMPLIFY)
    new = bounded_factors(graph)
    assert (new != graph) == changes
    assert any(n.op == "minimum" for n in topological(new)) == changes
    assert difference_at_random(definition, new, graph, 3, -9, 9) < 1e-50


def test_an_infinite_sample_gives_zero() -> None:
    (definition,) = parse("f(x) -> y\n y = x**3*exp(-x**2)")
    found = module(definition, derive_all(definition)).f(np.array([np.inf, -np.inf, 1e155, 0.5]))
    assert np.array_equal(found, [0, 0, 0, 0.125 * np.exp(-0.25)])


@pytest.mark.parametrize(
    ("body", "op"),
    [
        ("exp(-x**2/2)", "gaussian"),
        ("exp(-4*x**2)", "gaussian"),
        ("exp(-3*x**2)", "exp"),
        ("1/2*(1 + erf(x/sqrt(2)))", "normal_tail"),
        ("x*(1 + erf(x/sqrt(2)))", "times_tail"),
        ("1 - erf(x)", "erfc"),
        ("z*(1 + erf(x/sqrt(2)))", "normal_tail"),
        ("1/2*(1 + erf(x/sqrt(2))) + x*exp(-x**2/2)/sqrt(2*pi)", "tail_sum"),
        ("x**2*(1 - erf(x/sqrt(2))) - 3*x*exp(-x**2/2)", "tail_sum"),
        ("1/2*(1 + erf(x/sqrt(2))) + exp(-x**2)", "normal_tail"),
        ("1/2*(1 + erf(x/sqrt(2))) + exp(-z**2/2)", "normal_tail"),
    ],
)
def test_squares_in_exponents_are_not_rounded(body: str, op: str) -> None:
    (definition,) = parse(f"f(x, z) -> y\n y = {body} + 0*z")
    raw = values_of(definition)
    graph = optimise(raw)
    assert op in {n.op for n in topological(graph)}
    assert difference_at_random(definition, graph, raw, 5, -6, 6) < 1e-50


@pytest.mark.parametrize(
    "body", ["exp(-x**2/2)", "x*exp(-x**2)", "x/2*(1 + erf(x/sqrt(2)))", "1/2*(1 + erf(x/sqrt(2)))"]
)
def test_tails_keep_their_digits_down_to_the_smallest_numbers(body: str) -> None:
    (definition,) = parse(f"f(x) -> y\n y = {body}")
    x = np.concatenate([np.linspace(-38.6, 38.6, 400), [-np.inf, np.inf, np.nan, 0.0]])
    found = module(definition, ()).f(x)
    for value, result in zip(x[:400], found[:400], strict=True):
        exact_x = mp.mpf(float(value))
        phi = mp.exp(-(exact_x**2) / 2), exact_x * mp.exp(-(exact_x**2)), exact_x * tail(exact_x), tail(exact_x)
        true = phi[["exp(-x**2/2)", "x*exp(-x**2)", "x/2*(1 + erf(x/sqrt(2)))", "1/2*(1 + erf(x/sqrt(2)))"].index(body)]
        assert abs(float(result) - true) <= 4 * float(np.spacing(abs(float(true)))), value


def tail(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2
