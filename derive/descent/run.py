"""A descent from a start, with reports on the way; divergence is an outcome, not a row of numbers.

Contract: `descend(function, start, optimizer, steps=...)` is a pure function of its arguments; `function(position)`
gives a value and a gradient of the position's shape. It raises DeriveError for a start or a number of steps that
makes no sense, and never warns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.descent.optimizers import Array, Optimizer, State
from derive.language.errors import DeriveError

Function = Callable[[Array], tuple[Any, Any]]
Progress = Callable[[int], None]

CONVERGED = 1e-6
"""A gradient as small as this, compared with 1 + |value|, has arrived."""
FAR = 1e12
"""A position as large as this, compared with 1 + |start|, has left for good."""


@dataclass(frozen=True, eq=False)
class Report:
    """The position after so many steps, the value there and the length of the gradient."""

    step: int
    position: Array
    value: float
    slope: float


@dataclass(frozen=True, eq=False)
class Descent:
    """What happened: the reports, the whole path if asked for, and the step at which it diverged, if it did."""

    reports: tuple[Report, ...]
    path: Array
    diverged_at: int | None = None

    @property
    def end(self) -> Report:
        return self.reports[-1]

    @property
    def outcome(self) -> str:
        """diverged, converged or moving"""
        if self.diverged_at is not None:
            return "diverged"
        return "converged" if self.end.slope <= CONVERGED * (1 + abs(self.end.value)) else "moving"


def silent(step: int) -> None:
    """The progress of a run that nobody watches."""


def descend(
    function: Function,
    start: Any,
    optimizer: Optimizer,
    *,
    steps: int,
    every: int | None = None,
    keep_path: bool = False,
    progress: Progress = silent,
) -> Descent:
    """Take `steps` steps from the start.

    every: report after each so many steps (default: a tenth of them), and at both ends.
    keep_path: keep every position, as an array of shape (steps + 1, ...).
    """
    check(start, steps, every)
    every = every or max(1, steps // 10)
    state = optimizer.begin(start)
    reports: list[Report] = []
    path = [state.position]
    far = FAR * (1 + float(np.max(np.abs(state.position), initial=0.0)))
    for number in range(steps + 1):
        value, gradient = evaluated(function, state)
        if is_lost(state, value, gradient, far):
            return Descent(tuple(reports), np.array(path), number)
        if number % every == 0 or number == steps:
            reports.append(Report(number, state.position, value, float(np.linalg.norm(gradient))))
            progress(number)
        if number < steps:
            state = optimizer.step(state, gradient)
            path += [state.position] if keep_path else []
    return Descent(tuple(reports), np.array(path))


def check(start: Any, steps: int, every: int | None) -> None:
    if not np.all(np.isfinite(np.asarray(start, dtype=np.float64))):
        raise DeriveError("the start is not finite")
    for name, value in (("steps", steps), ("every", every)):
        if value is not None and value < 1:
            raise DeriveError(f"{name} is {value}: it has to be at least 1")


def evaluated(function: Function, state: State) -> tuple[float, Array]:
    value, gradient = function(state.position)
    found = np.asarray(gradient, dtype=np.float64)
    if found.shape != state.position.shape:
        raise DeriveError(f"the start has shape {state.position.shape}, the gradient {found.shape}")
    return float(value), found


def is_lost(state: State, value: float, gradient: Array, far: float) -> bool:
    """Whether the position, the value or the gradient is not finite, or the position beyond all measure."""
    if not (np.isfinite(value) and np.isfinite(gradient).all()):
        return True
    return not np.abs(state.position).max(initial=0.0) <= far  # a NaN is not
