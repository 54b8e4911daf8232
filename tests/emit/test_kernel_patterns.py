"""What a tile need not compute in full: sums without the largest, labels as rows of 0 and 1."""

from __future__ import annotations

import re
from types import ModuleType

import mpmath
import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.language.derivation import Wanted
from derive.language.resolve import parse

LABEL = """
label(a[n], y) -> L
    q[i] = log(exp(a[i])/sum(k, exp(a[k])))
    L = -q[y]
"""
REST = """
rest(a[n]) -> y
    y[i] = log(exp(a[i])/sum(k, exp(a[k])))
"""
ADDED = """
added(a[n], y) -> L
    L = sum(k, sin(a[k])) + a[y]
"""
TAKEN = """
taken(a[n], b[n], y) -> L
    L = sum(k, sin(a[k])) + sum(k, sin(b[k])) + b[y]*a[y]
"""
RANDOM = np.random.default_rng(31)


def source(text: str, *wanted: Wanted) -> str:
    (definition,) = parse(text)
    return emit_module(definition, derive_all(definition, wanted or None), title="t")


def module(text: str) -> ModuleType:
    result = ModuleType("made")
    exec(compile(source(text), "made", "exec"), result.__dict__)
    return result


def tile(text: str, name: str) -> str:
    return re.search(rf"^def _{name}_tile.*?(?=^\S|\Z)", source(text), re.DOTALL | re.MULTILINE)[0]


def drawn(*shape: int) -> np.ndarray:
    return RANDOM.normal(size=shape) * 3


def truth(a: np.ndarray, y: int) -> list[float]:
    with mpmath.workdps(40):
        terms = [mpmath.exp(mpmath.mpf(float(v))) for v in a]
        return [float(t / sum(terms) - (k == y)) for k, t in enumerate(terms)]


def test_a_label_is_no_array_of_all_entries() -> None:
    code = tile(LABEL, "label_grad")
    assert "_changed(" in code
    assert "_hits(y, places, dtype)" in code
    assert not [line for line in code.splitlines() if "np.equal" in line and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("samples", [0, 1, 7])
def test_gradients_by_logits_of_a_label(samples: int) -> None:
    a, y = drawn(samples, 5), RANDOM.integers(0, 5, samples)
    kept = a.copy()
    found = module(LABEL).label_grad(a, y)
    assert np.array_equal(a, kept)
    expected = np.array([truth(row, label) for row, label in zip(a, y, strict=True)]).reshape(samples, 5)
    assert np.allclose(found, expected, rtol=1e-13, atol=0)


def test_the_label_may_be_where_the_largest_entry_is_and_where_it_is_not() -> None:
    a = np.array([[30.0, 0.0, -1.0]] * 3)
    found = module(LABEL).label_grad(a, np.arange(3))
    for label in range(3):
        assert np.allclose(found[label], truth(a[0], label), rtol=1e-13, atol=0)


def test_no_samples_and_no_entries() -> None:
    empty = module(LABEL).label_grad(np.empty((0, 0)), np.empty(0, int))
    assert empty.shape == (0, 0)


def test_sums_without_the_largest_leave_it_where_it_is() -> None:
    code = tile(REST, "rest")
    assert "_rest(e, places)" in code
    assert "_placed(" not in code
    a = drawn(4, 6)
    a[1, 2] = a[1, 4] = 9.0
    expected = a - np.log(np.exp(a - a.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
    expected -= a.max(axis=1, keepdims=True)
    assert np.allclose(module(REST).rest(a), expected, rtol=1e-13)
    assert module(REST).rest(np.array([[np.inf, 0.0]])).shape == (1, 2)
    assert np.isnan(module(REST).rest(np.array([[np.nan, 0.0]]))).all()


def test_a_label_is_added_too_and_an_input_is_never_written_to() -> None:
    a, y = drawn(3, 4), np.array([0, 3, 3])
    kept = a.copy()
    assert "_changed(" in tile(ADDED, "added_grad")
    expected = np.cos(a)
    expected[np.arange(3), y] += 1
    assert np.allclose(module(ADDED).added_grad(a, y), expected, rtol=1e-15)
    assert np.array_equal(a, kept)


def test_a_label_with_a_factor_stays_an_array() -> None:
    a, b, y = drawn(3, 4), drawn(3, 4), np.array([1, 0, 3])
    assert "_changed(" not in source(TAKEN)
    by_a, by_b = module(TAKEN).taken_grad(a, b, y)
    rows = np.arange(3)
    expected = np.cos(a), np.cos(b)
    expected[0][rows, y] += b[rows, y]
    expected[1][rows, y] += a[rows, y]
    assert np.allclose(by_a, expected[0], rtol=1e-14)
    assert np.allclose(by_b, expected[1], rtol=1e-14)


def test_helpers_stand_only_where_they_are_called() -> None:
    assert "def _changed" not in source(REST)
    assert "def _hits" not in source(REST)
    assert "def _rest" not in source(ADDED)
