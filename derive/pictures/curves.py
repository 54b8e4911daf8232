"""Functions of one number: the function and its derivative, and how many digits two ways of computing it keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.pictures.style import BLACK, BLUE, ORANGE, canvas, picture

Array = NDArray[np.float64]
JUMP = 0.2
"""A step as high as this between neighbours (0.01 apart) is a jump, and no line is drawn across it."""
POLE = 50.0
"""A range as large as this comes from a pole."""


@picture
def with_derivative(name: str, function: Callable[[Array], Any], derivative: Callable[[Array], Any]) -> Any:
    """The function on the left, its derivative on the right, from -6 to 6."""
    x = np.linspace(-6, 6, 1201)
    figure, (left, right) = canvas(8.0, 3.2, 2)
    for axes, values, colour, dash in ((left, function(x), BLUE, "-"), (right, derivative(x), ORANGE, "--")):
        draw_curve(axes, x, np.asarray(values, dtype=np.float64), colour, dash)
        axes.set_xlabel("x")
    left.set_title(f"{name}(x)")
    right.set_title(f"derivative of {name}")
    return figure


def draw_curve(axes: Any, x: Array, y: Array, colour: str, dash: str) -> None:
    """The curve, broken at jumps and poles; the value at a jump as a dot, the one it leaves as a ring."""
    broken = np.where(np.isfinite(y), y, np.nan)
    low, high = shown_range(broken)
    for place in jumps(broken):
        axes.plot(x[place + 1], y[place + 1], "o", color=colour, markersize=5)
        axes.plot(x[place], y[place], "o", color=colour, markersize=5, markerfacecolor="white")
        broken[place + 1] = np.nan
    axes.axhline(0, color="#888888", linewidth=0.8)
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.plot(x, broken, dash, color=colour)
    axes.set_ylim(low, high)


def jumps(y: Array) -> list[int]:
    """Where a step to the next point is high and those beside it are not."""
    steps = np.abs(np.diff(y))
    return [
        int(place)
        for place in np.flatnonzero(steps > JUMP)
        if 0 < place < len(steps) - 1 and max(steps[place - 1], steps[place + 1]) < JUMP / 4
    ]


def shown_range(y: Array) -> tuple[float, float]:
    """All values with a margin; next to a pole the middle nine tenths of them."""
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    if high - low > POLE:
        low, high = (float(v) for v in np.nanpercentile(y, (5, 95)))
    if high == low:
        return low - 0.5, high + 0.5
    margin = 0.08 * max(high - low, 1.0)
    return low - margin, high + margin


@picture
def errors(name: str, x: Array, rows: Sequence[tuple[str, Array]]) -> Any:
    """Errors in ULP over x on a logarithmic scale, one row (label, errors) for each way; 0 is drawn at the floor."""
    figure, axes = canvas(8.0, 3.6)
    highest = max(float(np.max(e)) for _, e in rows)
    for (label, error), colour, mark in zip(rows, (ORANGE, BLUE, BLACK), ("x", ".", "+"), strict=False):
        axes.plot(
            x, np.maximum(error, 0.01), mark, color=colour, markersize=5, label=f"{label}: at most {big(error)} ULP"
        )
    axes.axhline(1, color="#888888", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_ylim(0.008, highest * 30)
    axes.set_xlabel("x")
    axes.set_ylabel("error in ULP")
    axes.set_title(f"derivative of {name} in double precision")
    figure.legend(loc="outside lower center", ncols=len(rows))
    return figure


def big(error: Array) -> str:
    worst = float(np.max(error))
    return f"{worst:.1f}" if worst < 100 else f"{worst:.0e}"
