"""Stationary points: found by Newton's method from a grid of starts, told apart by the Hessian's eigenvalues.

Contract: `stationary_points(gradient, hessian, starts)` walks from all starts at once: both functions take points of
shape (b, d) and give (b, d) and (b, d, d). It returns each point once, in a fixed order, with its eigenvalues. A
start that leads nowhere is dropped: what is found depends on the starts, and nothing else is claimed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from derive.descent.optimizers import Array

PointFunction = Callable[[Array], Array]
STEPS = 60
LONGEST = 1.0
"""The longest step, in each direction: Newton's method jumps far where the Hessian is nearly singular."""
SAME = 1e-6
FLAT = 1e-9
"""Eigenvalues this small, compared with the largest, say neither minimum nor maximum."""


@dataclass(frozen=True, eq=False)
class StationaryPoint:
    """A point where the gradient vanishes: minimum, maximum, saddle, or flat where the Hessian does not decide."""

    position: Array
    eigenvalues: Array

    @property
    def kind(self) -> str:
        scale = float(np.max(np.abs(self.eigenvalues)))
        if not scale or np.any(np.abs(self.eigenvalues) <= FLAT * scale):
            return "flat"
        if np.all(self.eigenvalues > 0):
            return "minimum"
        return "maximum" if np.all(self.eigenvalues < 0) else "saddle"


def grid(ranges: Sequence[tuple[float, float]], count: int) -> Array:
    """count**d points that cover the box, its faces included."""
    axes = [np.linspace(low, high, count) for low, high in ranges]
    return np.array(list(itertools.product(*axes)))


def stationary_points(gradient: PointFunction, hessian: PointFunction, starts: Array) -> tuple[StationaryPoint, ...]:
    """All points that Newton's method reaches from the starts."""
    found = distinct(settled(gradient, newton(gradient, hessian, starts)))
    eigenvalues = np.linalg.eigvalsh(hessian(found)) if len(found) else np.empty((0, 0))
    points = [StationaryPoint(p, e) for p, e in zip(found, eigenvalues, strict=True)]
    order = ("minimum", "saddle", "maximum", "flat")
    return tuple(sorted(points, key=lambda p: (order.index(p.kind), *(-p.position))))


def newton(gradient: PointFunction, hessian: PointFunction, starts: Array) -> Array:
    """x <- x - H^-1 g from every start, no step longer than LONGEST."""
    points = np.array(starts, dtype=np.float64)
    for _ in range(STEPS):
        # the pseudo-inverse takes no step in a direction in which the gradient does not change
        change = np.einsum("bij,bj->bi", np.linalg.pinv(hessian(points), hermitian=True), gradient(points))
        points = points - np.clip(change, -LONGEST, LONGEST)
        points = points[np.all(np.isfinite(points), axis=1)]
    return points


def settled(gradient: PointFunction, points: Array) -> Array:
    """The points at which the gradient vanishes but for rounding."""
    if not len(points):
        return points
    size = np.linalg.norm(gradient(points), axis=1)
    around = np.linalg.norm(gradient(points + SAME), axis=1)
    kept: Array = points[size <= SAME * around]
    return kept


def distinct(points: Array) -> Array:
    """Each point once, the first of those that agree to SAME."""
    kept: list[Array] = []
    for point in points:
        if not any(np.max(np.abs(point - other)) <= SAME * (1 + np.max(np.abs(other))) for other in kept):
            kept.append(point)
    return np.array(kept) if kept else points[:0]
