"""Buffers of a tile: reused as early as possible, never while something in them is still read."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit import kernel_buffers
from derive.emit.kernel_numpy import emit_module
from derive.language.resolve import parse
from tests.emit.kernel_modules import ALL, derivations_of, module, source

X = np.linspace(-4, 4, 41)


def tile_of(text: str, name: str) -> list[str]:
    """The statements of a tile, comments apart."""
    body = text[text.index(f"def _{name}_tile(") :].split("\n\n\n")[0].splitlines()[2:]
    return [line.strip() for line in body if not line.strip().startswith("#")]


def compiled(text: str) -> ModuleType:
    result = ModuleType("made")
    exec(compile(text, "<made>", "exec"), result.__dict__)
    return result


def test_a_chain_is_computed_in_the_result_itself() -> None:
    assert tile_of(source("sigmoid"), "sigmoid_grad") == [
        "e = np.abs(x, out=dy_dx)",
        "np.negative(e, out=e)",
        "np.exp(e, out=e)",
        "s = np.add(2.0, e)",
        "s *= e",
        "s += 1.0",
        "np.divide(e, s, out=dy_dx)",
        "return dy_dx",
    ]


def test_outer_products_and_numbers_are_combined_before_arrays_are_made() -> None:
    (definition,) = parse("f(a[n], b[m]; c) -> M\n    M[i, j] = 3*c*a[i]*b[j] - a[i]*c + b[j]")
    m = compiled(emit_module(definition, derive_all(definition), title="f"))
    a, b = np.arange(3.0), np.arange(4.0)
    assert np.allclose(m.f(a, b, 2.0), 6 * np.outer(a, b) - 2 * a[:, None] + b)


def test_a_value_that_is_read_by_two_results_stays() -> None:
    (definition,) = parse("f(x) -> u, v\n    u = exp(x) + 1\n    v = exp(x)*u + exp(x)")
    m = compiled(emit_module(definition, derive_all(definition), title="f"))
    found = m.f(X)
    assert np.allclose(found.u, np.exp(X) + 1, rtol=1e-15)
    assert np.allclose(found.v, np.exp(X) * (np.exp(X) + 2), rtol=1e-15)


def test_results_that_are_inputs_or_equal_are_copies() -> None:
    (definition,) = parse("f(x[n]) -> u, v\n    u[i] = x[i]\n    v[i] = 2*x[i]")
    m = compiled(emit_module(definition, derive_all(definition), title="f"))
    found = m.f(X)
    assert np.array_equal(found.u, X)
    assert not np.shares_memory(found.u, X)
    assert np.array_equal(found.v, 2 * X)


def test_a_wrong_liveness_is_noticed(monkeypatch) -> None:
    """Sabotage: values that count as dead at once are overwritten."""

    def at_once(steps, kept):
        return {step.result: k + 1 for k, step in enumerate(steps)} | {value: len(steps) for value in kept}

    right = module("silu").silu_grad(X)
    monkeypatch.setattr(kernel_buffers, "last_uses", at_once)
    spoilt = compiled(emit_module(ALL["silu"], derivations_of("silu"), title="silu"))
    with np.errstate(all="ignore"):
        assert not np.allclose(spoilt.silu_grad(X), right)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("level", [0.0, 3.0, -60.0, 1000.0, np.nan])
def test_rows_without_a_shift_have_the_bits_of_a_shift_by_0(dtype, level: float) -> None:
    """One row decides whether a tile is shifted at all, and the others do not notice."""
    a = np.random.default_rng(3).normal(size=(40, 30)).astype(dtype) * 2
    a[:, 0] = np.abs(a[:, 0])
    m = module("softmax")
    alone = m.softmax(a)
    a[7] += level
    beside = m.softmax(a)
    others = np.arange(40) != 7
    assert beside[others].tobytes() == alone[others].tobytes()
    assert "_exp_less(" in source("softmax")


def test_a_shift_is_taken_off_and_nothing_is_not() -> None:
    m, x = module("softmax"), np.array([[1.0, 2.0], [3.0, -0.0]])
    kept = x.copy()
    for less in (np.zeros((2, 1)), np.array([[0.0], [2.0]]), np.array([[np.nan], [0.0]])):
        with np.errstate(all="ignore"):
            assert np.array_equal(m._exp_less(x, less), np.exp(x - less), equal_nan=True)
            m._exp_less(x, less, out=np.empty_like(x))
    assert np.array_equal(x, kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [10, 5000])
def test_choices_by_bits_are_those_of_where(dtype, size: int) -> None:
    text = source("logistic")
    chosen = module("logistic")._chosen if "_chosen(" in text else None
    assert chosen is not None
    generator = np.random.default_rng(2)
    special = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45], dtype)
    a, b = (generator.choice([*special, *generator.normal(size=5)], size).astype(dtype) for _ in range(2))
    condition = generator.random(size) < 0.5
    for first, second in ((a, b), (1.0, b), (a, 0.0)):
        expected = np.where(condition, first, second).astype(dtype)
        assert chosen(condition, first, second).tobytes() == expected.tobytes()
        for target in (np.empty(size, dtype), a.copy(), b.copy()):
            given = [target if np.array_equal(v, target, equal_nan=True) else v for v in (first, second)]
            assert chosen(condition, *given, out=target) is target
            assert target.tobytes() == expected.tobytes()
