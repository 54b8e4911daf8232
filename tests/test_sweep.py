"""Definitions of users over the whole range of the floats, against many digits: no digit lost, no limit missed.

A row: the definition, the same formula in tests/duals.py, the most ULP of its value and of its derivative in float64
and in float32, and the roots beside which relative digits are not asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import derive
from tests.duals import MANY, Dual, exp, log, sigmoid, softplus, sqrt, tanh

POWERS = {np.float64: range(-1074, 1024, 23), np.float32: range(-149, 128, 3)}
TOP = {np.float64: 760.0, np.float32: 110.0}


@dataclass(frozen=True)
class Row:
    text: str
    truth: Callable[[Dual], Dual]
    value: tuple[float, float]
    derivative: tuple[float, float]
    roots: tuple[tuple[float, float], ...] = ()
    infinite: tuple[float, ...] = ()
    """The values at inf and -inf, where the kernel has these limits."""


ROWS = (
    Row("log(1 + exp(2*x))", lambda x: log(1 + exp(2 * x)) if x.value < 0 else softplus(2 * x), (2, 3), (2, 3)),
    Row("1/(1 + exp(-x))**2", lambda x: sigmoid(x) ** 2, (4, 5), (6, 8), (), (1, 0)),
    Row("x/(1 + abs(x))", lambda x: x / (1 + abs(x)), (2, 2), (3.5, 3.5)),
    Row("sqrt(1 + x**2) - 1", lambda x: x**2 / (sqrt(1 + x**2) + 1), (2.5, 2.5), (2.5, 2.5), (), (np.inf, np.inf)),
    Row("softplus(x)**2", lambda x: softplus(x) ** 2, (4, 7), (4, 6), (), (np.inf, 0)),
    Row("x*tanh(log(1 + exp(x)))", lambda x: x * tanh(softplus(x)), (4, 5), (6, 8), ((-1.5, -1.0),), (np.inf, 0)),
    Row("x**2*sigmoid(-x)", lambda x: x**2 * sigmoid(-x), (4, 5), (6, 8), ((2.0, 2.5),), (0, np.inf)),
    Row("x*(1 + tanh(x))/2", lambda x: x * sigmoid(2 * x), (4, 5), (6, 8), ((-0.8, -0.5),), (np.inf, 0)),
    Row("x*(1 - 2/(1 + exp(2*x**3)))", lambda x: x * tanh(x**3), (3, 3), (4, 4), (), (np.inf, np.inf)),
    Row("(exp(x) - 1)/(exp(x) + 1)", lambda x: tanh(x / 2), (2, 2), (3, 4), (), (1, -1)),
    Row("exp(x)/(1 + exp(x))**2", lambda x: sigmoid(x) * sigmoid(-x), (3, 4), (5, 6), (), (0, 0)),
    Row("x - log(1 + exp(x))", lambda x: -softplus(-x), (2, 4), (3, 4), (), (0, -np.inf)),
)


@cache
def kernels(row: Row) -> ModuleType:
    return derive.define(f"f(x) -> y\n    y = {row.text}", wrt="x").compile()


def points(dtype: Any, row: Row) -> np.ndarray:
    """Both signs of all sizes, every binade near 1, and the range where an exponential is a normal number."""
    generator = np.random.default_rng(5)
    exponents = np.unique([*POWERS[dtype], *range(-40, 11)])
    sizes = np.ldexp(generator.uniform(1, 2, len(exponents)), exponents)
    middle = [generator.uniform(0, top, 60) for top in (4, 45, TOP[dtype])]
    ends = [np.finfo(dtype).smallest_subnormal, np.finfo(dtype).tiny, np.finfo(dtype).max]
    x = np.concatenate([sizes, *middle, ends])
    x = np.unique(np.concatenate([x, -x]).astype(dtype))
    return x[[all(not low < v < high for low, high in row.roots) for v in x]]


def error(found: float, true: Any, dtype: Any) -> float:
    """The distance in units in the last place of the truth; infinite for a NaN, an infinity or a 0 in its place."""
    info = np.finfo(dtype)
    size = abs(true)
    if size > float(info.max):
        return 0.0 if abs(found) >= float(info.max) / 2 and (found > 0) == (true > 0) else np.inf
    if not np.isfinite(found) or (found == 0 and size >= float(info.smallest_subnormal)):
        return np.inf
    least = MANY.mpf(float(info.smallest_subnormal))
    unit = MANY.mpf(2) ** (int(MANY.floor(MANY.log(size, 2))) - info.nmant) if size > least else least
    return float(abs(MANY.mpf(found) - true) / max(unit, least))


@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.text)
def test_no_digit_is_lost_anywhere(row: Row, dtype: Any) -> None:
    x = points(dtype, row)
    true = [row.truth(Dual(MANY.mpf(float(v)), MANY.mpf(1))) for v in x]
    at = 0 if dtype is np.float64 else 1
    with np.errstate(all="raise"):
        found = kernels(row).f(x), kernels(row).f_grad(x)
    for array, part, bound in zip(found, ("value", "derivative"), (row.value, row.derivative), strict=True):
        errors = [error(float(f), getattr(t, part), dtype) for f, t in zip(array, true, strict=True)]
        worst = int(np.argmax(errors))
        assert errors[worst] <= bound[at], (part, float(x[worst]), float(array[worst]))


@pytest.mark.parametrize("row", [row for row in ROWS if row.infinite], ids=lambda row: row.text)
def test_limits(row: Row) -> None:
    found = kernels(row).f(np.array([np.inf, -np.inf, np.nan]))
    assert np.array_equal(found, [*row.infinite, np.nan], equal_nan=True)


def test_an_error_that_is_lost_is_seen() -> None:
    assert error(0.0, MANY.mpf(1e-300), np.float64) == np.inf
    assert error(np.nan, MANY.mpf(1), np.float64) == np.inf
    assert error(1.0 + 2**-51, MANY.mpf(1), np.float64) == 2
