"""What a function of one number does over all numbers: its range, and where its slope vanishes.

Contract: `observe(function, derivative)` looks at values alone, from -inf to inf, and returns what it saw. A bound is
open where it is approached and not reached. A slope counts as vanishing where it is below VANISHING of its maximum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.verify.cases import Array

Function = Callable[[Any], Any]
VANISHING = 0.01
REACH = 40.0
"""Slopes are looked at up to here on both sides."""
NEAR = 12.0
"""A bound that is reached is reached up to here; beyond, rounding reaches bounds that the function does not."""
POINTS = 4001
HALVINGS = 60


@dataclass(frozen=True)
class Bound:
    """An end of a range; infinite ends are open."""

    value: float
    reached: bool


@dataclass(frozen=True)
class Region:
    """low < x < high, or up to an infinity; `flat`: the slope is 0 there, not merely small."""

    low: float
    high: float
    flat: bool


@dataclass(frozen=True)
class Observation:
    """The range, its values where there are but a few, the largest slope, the regions of vanishing slope."""

    low: Bound
    high: Bound
    values: tuple[float, ...]
    steepest: float
    regions: tuple[Region, ...]


def observe(function: Function, derivative: Function) -> Observation:
    x = np.linspace(-REACH, REACH, POINTS)
    y, slope = (np.asarray(f(x), dtype=np.float64) for f in (function, derivative))
    ends = np.asarray(function(np.array([-np.inf, np.inf])), dtype=np.float64)
    near = y[np.abs(x) <= NEAR]
    few = np.unique(np.concatenate([near, ends]))
    steepest = float(np.max(np.abs(slope)))
    return Observation(
        bound(function, x, near, ends, np.min),
        bound(function, x, near, ends, np.max),
        tuple(map(float, few)) if len(few) <= 2 else (),
        steepest,
        regions(derivative, x, np.abs(slope), steepest),
    )


def bound(function: Function, x: Array, near: Array, ends: Array, extreme: Callable[[Array], Any]) -> Bound:
    """The least (largest) value; an inner extreme is looked for between the points."""
    seen, far = float(extreme(near)), float(extreme(ends))
    if extreme(np.array([seen, far])) == far and seen != far:
        return Bound(far, reached=False)
    inside = x[np.abs(x) <= NEAR][int(np.flatnonzero(near == seen)[0])]
    step = x[1] - x[0]
    fine = np.asarray(function(np.linspace(inside - step, inside + step, POINTS)), dtype=np.float64)
    return Bound(float(extreme(fine)), reached=True)


def regions(derivative: Function, x: Array, slope: Array, steepest: float) -> tuple[Region, ...]:
    """Runs of points with a vanishing slope, their ends found by halving."""
    small = slope <= VANISHING * steepest
    edges = np.flatnonzero(np.diff(np.concatenate([[False], small, [False]]).astype(int)))
    found = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        low = -np.inf if first == 0 else edge(derivative, x[first], x[first - 1], steepest)
        high = np.inf if after == len(x) else edge(derivative, x[after - 1], x[after], steepest)
        found.append(Region(float(low), float(high), flat=not np.any(slope[first:after])))
    return tuple(found)


def edge(derivative: Function, inside: float, outside: float, steepest: float) -> float:
    """Where the slope crosses the threshold between two neighbours."""
    for _ in range(HALVINGS):
        middle = (inside + outside) / 2
        if abs(float(derivative(middle))) <= VANISHING * steepest:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2
