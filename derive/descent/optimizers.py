"""Optimizers: one step function each, everything that a step remembers in an explicit state.

Contract: `begin(position)` gives the first state, `step(state, gradient, settings)` the next one; states are frozen
and arrays are never changed in place, so that a run can be stopped, kept and resumed anywhere. `optimizer(name,
**settings)` checks the settings and raises DeriveError. To extend: a state, a step function and a row of OPTIMIZERS.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.language.errors import DeriveError, did_you_mean

Array = NDArray[np.float64]
Settings = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class State:
    """Where the descent is after so many steps; `memory` is what its optimizer remembers, by name."""

    position: Array
    steps: int = 0
    memory: Mapping[str, Array] = field(default_factory=dict)


def moved(state: State, change: Array, **memory: Array) -> State:
    return State(state.position + change, state.steps + 1, memory)


def gradient_descent(state: State, gradient: Array, settings: Settings) -> State:
    """x <- x - lr g"""
    return moved(state, -settings["lr"] * gradient)


def momentum(state: State, gradient: Array, settings: Settings) -> State:
    """v <- mu v + g,  x <- x - lr v"""
    velocity = settings["momentum"] * state.memory["velocity"] + gradient
    return moved(state, -settings["lr"] * velocity, velocity=velocity)


def adam(state: State, gradient: Array, settings: Settings) -> State:
    """m, s: running means of g and g**2, corrected for their start at 0; x <- x - lr m / (sqrt(s) + epsilon)"""
    first, second, count = settings["beta1"], settings["beta2"], state.steps + 1
    mean = first * state.memory["mean"] + (1 - first) * gradient
    square = second * state.memory["square"] + (1 - second) * gradient * gradient
    width = np.sqrt(square) / math.sqrt(1 - second**count) + settings["epsilon"]
    return moved(state, -settings["lr"] / (1 - first**count) * mean / width, mean=mean, square=square)


@dataclass(frozen=True)
class Setting:
    """A number that a user may choose: its usual value and the range lowest <= value < highest (lowest < if open)."""

    usual: float
    lowest: float = 0.0
    highest: float = math.inf
    open: bool = False

    def holds(self, value: float) -> bool:
        return (self.lowest < value if self.open else self.lowest <= value) and value < self.highest

    @property
    def range(self) -> str:
        if self.highest == math.inf:
            return f"{'above' if self.open else 'at least'} {self.lowest:g}"
        return f"at least {self.lowest:g} and below {self.highest:g}"


Step = Callable[[State, Array, Settings], State]
RATE = {"lr": Setting(0.01, open=True)}


@dataclass(frozen=True)
class Optimizer:
    """A row: the step, the names of what it remembers, its settings. `values` are the chosen ones."""

    name: str
    apply: Step
    memory: tuple[str, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=lambda: RATE)
    source: str = ""
    values: Settings = field(default_factory=dict)

    def begin(self, position: Any) -> State:
        start = np.array(position, dtype=np.float64)
        return State(start, 0, {name: np.zeros_like(start) for name in self.memory})

    def step(self, state: State, gradient: Array) -> State:
        # a step out of the range of floats is the run's to report, not NumPy's
        with np.errstate(all="ignore"):
            return self.apply(state, np.asarray(gradient, dtype=np.float64), self.values)


OPTIMIZERS: Mapping[str, Optimizer] = MappingProxyType(
    {
        row.name: row
        for row in (
            Optimizer("gradient-descent", gradient_descent, source="Cauchy, 1847"),
            Optimizer(
                "momentum",
                momentum,
                ("velocity",),
                {**RATE, "momentum": Setting(0.9, highest=1.0)},
                source="Polyak, 1964",
            ),
            Optimizer(
                "adam",
                adam,
                ("mean", "square"),
                {
                    "lr": Setting(0.001, open=True),
                    "beta1": Setting(0.9, highest=1.0),
                    "beta2": Setting(0.999, highest=1.0),
                    "epsilon": Setting(1e-8, open=True),
                },
                source="Kingma and Ba, 2015",
            ),
        )
    }
)


def optimizer(name: str, **settings: float) -> Optimizer:
    """The optimizer of that name with these settings, the others as usual."""
    row = OPTIMIZERS.get(name)
    if row is None:
        raise DeriveError(f"no optimizer {name}", hint=did_you_mean(name, OPTIMIZERS))
    for key, value in settings.items():
        check_setting(row, key, value)
    usual = {key: one.usual for key, one in row.settings.items()}
    return replace(row, values=MappingProxyType({**usual, **settings}))


def check_setting(row: Optimizer, key: str, value: float) -> None:
    if key not in row.settings:
        raise DeriveError(f"{row.name} has no setting {key}", hint=did_you_mean(key, row.settings))
    if not row.settings[key].holds(value):
        raise DeriveError(f"{key} is {value:g}: it has to be {row.settings[key].range}")
