"""Products of rows: added up with few roundings, whatever library adds them up."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_contraction import BLOCKS
from derive.emit.kernel_numpy import emit_module
from derive.language.resolve import parse

ANY = """
dot(x[n], y[n]) -> p
    p = sum(k, x[k]*y[k])
"""
THREE = ANY.replace("[n]", "[3]")
RANDOM = np.random.default_rng(41)


def source(text: str) -> str:
    (definition,) = parse(text)
    return emit_module(definition, derive_all(definition), title="t")


@pytest.fixture(scope="module")
def dot() -> ModuleType:
    result = ModuleType("dot")
    exec(compile(source(ANY), "dot", "exec"), result.__dict__)
    return result


SIZES = [0, 1, 3, BLOCKS, BLOCKS + 1, 384, 1000, 4097]


@pytest.mark.parametrize("size", SIZES)
def test_few_roundings_of_equal_entries_whatever_the_size(size: int, dot: ModuleType) -> None:
    """Of equal entries every rounding may go the same way; one after another a thousand of them lose 500 ULP."""
    for entry in RANDOM.uniform(0.5, 1, 20):
        row = np.full(size, entry)
        found = dot._vecdot(row, row)
        exact = Fraction(float(entry)) ** 2 * size
        assert abs(Fraction(float(found)) - exact) <= 24 * Fraction(float(np.spacing(float(exact))))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_leading_axes_and_any_strides(size: int, dtype: type, dot: ModuleType) -> None:
    x, y = (RANDOM.normal(size=(2, size, 3)).astype(dtype).swapaxes(1, 2) for _ in range(2))
    expected = (x.astype(np.longdouble) * y).sum(axis=-1)
    scale = abs(x.astype(np.longdouble) * y).sum(axis=-1)
    found = dot._vecdot(x, y)
    assert found.dtype == dtype
    assert np.all(abs(found - expected) <= 16 * np.finfo(dtype).eps * scale)
    assert np.array_equal(dot._vecdot(x, y[0, 0]), dot._vecdot(x, np.broadcast_to(y[0, 0], x.shape)))


def test_a_size_that_is_known_to_be_small_needs_no_helper() -> None:
    assert "np.vecdot(x, y)" in source(THREE)
    assert "_vecdot" not in source(THREE)
