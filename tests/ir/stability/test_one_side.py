"""Functions that vanish on one side alone, as one formula: right over the whole range, with no choice in it."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.emit.kernel_plan import kernels
from derive.ir.graph import topological
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.emit.kernel_modules import CONTEXT, ulps

ONE_SIDED = {
    "x*sigmoid(x)": 4.0,
    "-x*sigmoid(-x)": 4.0,
    "x/(1 + exp(2*x))": 4.0,
    "3*x*sigmoid(4*x)": 4.0,
    "x**2*sigmoid(x)": 4.0,
}
TWO_SIDED = ("x*sigmoid(x)*sigmoid(-x)", "x*sigmoid(x)**3", "x*(1/(1 + 2**(-x)))")
"""Vanishing on both sides, of a higher power of the exponential, of another base."""


def made(body: str) -> tuple[ModuleType, set[str]]:
    (definition,) = parse(f"f(x) -> y\n    y = {body}", DEFINITIONS)
    derivations = derive_all(definition)
    result = ModuleType("made")
    exec(compile(emit_module(definition, derivations, title="f"), "<made>", "exec"), result.__dict__)
    (value, *_) = kernels(definition, derivations)
    return result, {n.op for n in topological(r.node for r in value.results)}


def value(body: str, x):
    sigmoid = lambda z: 1 / (1 + CONTEXT.exp(-z))  # noqa: E731
    return eval(body, {"sigmoid": sigmoid, "exp": CONTEXT.exp, "x": x})


def points(dtype: type) -> np.ndarray:
    generator = np.random.default_rng(6)
    deep = 760 if dtype is np.float64 else 110
    sizes = 10.0 ** generator.uniform(-40, np.log10(deep), 300)
    middle = generator.uniform(-45, 45, 300)
    return np.concatenate([sizes, -sizes, middle, generator.uniform(-deep, 0, 300), [0.0, 1e30, -1e30]]).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("body", ONE_SIDED)
def test_values_over_the_whole_range(body: str, dtype: type) -> None:
    m, ops = made(body)
    assert "still" in ops
    assert not ops & {"where", "abs"}
    x = points(dtype)
    limit = ONE_SIDED[body] + (dtype is np.float32)
    assert ulps(m.f(x), [value(body, CONTEXT.mpf(float(v))) for v in x]) <= limit


@pytest.mark.parametrize("body", ONE_SIDED)
def test_derivatives_beside_the_sizes_of_their_terms(body: str) -> None:
    m, _ = made(body)
    x = points(np.float64)
    x = x[x != 0]
    for v, found in zip(x, m.f_grad(x), strict=True):
        with CONTEXT.workdps(400):
            step = abs(CONTEXT.mpf(float(v))) * CONTEXT.mpf(10) ** -60
            high, low = (value(body, CONTEXT.mpf(float(v)) + s * step) for s in (1, -1))
            truth, size = (high - low) / (2 * step), abs(value(body, CONTEXT.mpf(float(v))))
        slack = 1.5e-15 * (abs(truth) + 4 * size) + 5e-324 * 2
        assert abs(CONTEXT.mpf(float(found)) - truth) <= slack, (body, v, found, float(truth))


@pytest.mark.parametrize("body", ONE_SIDED)
def test_limits_and_nan(body: str) -> None:
    m, _ = made(body)
    low, high = m.f(np.array([-np.inf, np.inf]))
    assert {abs(low), abs(high)} == {0.0, np.inf}
    assert np.isnan(m.f(np.array([np.nan]))).all()
    assert np.isnan(m.f_grad(np.array([np.nan]))).all()
    assert not np.isnan(m.f_grad(np.array([-np.inf, np.inf]))).any()


@pytest.mark.parametrize("body", TWO_SIDED)
def test_other_functions_keep_their_forms(body: str) -> None:
    assert "still" not in made(body)[1]
