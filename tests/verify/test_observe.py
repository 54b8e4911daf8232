"""Ranges and vanishing slopes of functions whose answers are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from derive.verify.observe import Bound, Region, observe

Function = Callable[[Any], Any]


def silent(function: Function) -> Function:
    def quiet(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(np.asarray(x, dtype=float))

    return quiet


ARCTAN = (np.arctan, lambda x: 1 / (1 + x * x))
SQUARE = (lambda x: x * x, lambda x: 2 * x)
RELU = (lambda x: np.where(x < 0, 0, x), lambda x: np.where(x < 0, 0.0, 1.0))
DIP = (lambda x: np.where(np.isinf(x), 0, x * np.exp(-x * x)), lambda x: np.exp(-x * x) * (1 - 2 * x * x))


def test_an_open_range_with_vanishing_slopes_on_both_sides() -> None:
    found = observe(*map(silent, ARCTAN))
    assert found.low == Bound(-np.pi / 2, reached=False)
    assert found.high == Bound(np.pi / 2, reached=False)
    left, right = found.regions
    assert (left.low, right.high) == (-np.inf, np.inf)
    assert (left.high, right.low) == (pytest.approx(-np.sqrt(99)), pytest.approx(np.sqrt(99)))
    assert not left.flat


def test_a_half_open_range() -> None:
    found = observe(*map(silent, SQUARE))
    assert found.low == Bound(0.0, reached=True)
    assert found.high == Bound(np.inf, reached=False)
    assert found.regions == (Region(pytest.approx(-0.4), pytest.approx(0.4), flat=False),)


def test_a_flat_side() -> None:
    found = observe(*map(silent, RELU))
    assert found.low == Bound(0.0, reached=True)
    (region,) = found.regions
    assert region.flat
    assert region.low == -np.inf
    assert abs(region.high) < 1e-12


def test_extremes_between_the_points_are_found() -> None:
    found = observe(*map(silent, DIP))
    extreme = np.exp(-0.5) / np.sqrt(2)
    assert found.low == Bound(pytest.approx(-extreme, rel=1e-9), reached=True)
    assert found.high == Bound(pytest.approx(extreme, rel=1e-9), reached=True)


def test_few_values_are_named() -> None:
    found = observe(lambda x: np.where(np.asarray(x) < 0, 0.0, 1.0), lambda x: 0 * np.asarray(x, dtype=float))
    assert found.values == (0.0, 1.0)
    assert found.steepest == 0.0
