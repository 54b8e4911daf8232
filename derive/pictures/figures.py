"""The pictures of the pages, drawn with `drawing`: small panels that stand side by side or below each other.

Contract: numbers and words in, SVG out; no library, one look in light and dark. A panel is narrow enough for a phone,
carries its own title, and is described by `alt`. To extend: a function that gives `svg(...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.pictures.curves import jumps, shown_range
from derive.pictures.drawing import (
    MARKS,
    SERIES,
    Scale,
    label,
    line,
    mark,
    path,
    polyline,
    rectangle,
    signed,
    svg,
    text,
    tick_text,
)
from derive.pictures.isolines import isolines
from derive.pictures.surfaces import Landscape, Path, until_outside

Array = NDArray[np.float64]
WIDTH, HEIGHT = 340, 236
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 34, 36
LEGEND = 18
LEVELS = 12
POINTS, GRID = 601, 97
STRONGEST = 0.72
"""Opacity of the largest entry of a heat map: the number on it can be read in light and in dark."""


@dataclass(frozen=True, eq=False)
class Series:
    """A line and what to say about it."""

    label: str
    x: Array
    y: Array

    @classmethod
    def of(cls, label: str, function: Callable[..., Any], ends: tuple[float, float], *others: float) -> Series:
        """A function of its first argument, the others fixed."""
        x = np.linspace(*ends, POINTS)
        return cls(label, x, np.asarray(function(x, *others), dtype=np.float64))

    @classmethod
    def windows(cls, label: str, values: Sequence[float]) -> Series:
        """One value for each window of width 1 around 0, at its middle."""
        middles = np.arange(len(values), dtype=np.float64) - len(values) / 2 + 0.5
        return cls(label, middles, np.asarray(values, dtype=np.float64))

    @property
    def finite(self) -> list[float]:
        """What there is to draw."""
        found: list[float] = self.y[np.isfinite(self.y)].tolist()
        return found


@dataclass(frozen=True)
class Frame:
    """The axes of a panel."""

    x: Scale
    y: Scale

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.x(x), self.y(y)

    def shapes(self, variable: str) -> list[str]:
        """Grid, numbers and axes."""
        found = []
        for tick in self.x.ticks:
            found.append(line(self.x(tick), self.y.start, self.x(tick), self.y.end, self.axis(tick, self.x)))
            words = tick_text(tick, self.x)
            found.append(label(words, self.x(tick), self.y.start + 15, anchor="middle", class_="tick"))
        for tick in self.y.ticks:
            found.append(line(self.x.start, self.y(tick), self.x.end, self.y(tick), self.axis(tick, self.y)))
            words = tick_text(tick, self.y)
            found.append(label(words, self.x.start - 6, self.y(tick) + 4, anchor="end", class_="tick"))
        middle = (self.x.start + self.x.end) / 2
        return [*found, text(variable, middle, self.y.start + 30, anchor="middle", class_="variable")]

    @staticmethod
    def axis(tick: float, scale: Scale) -> str:
        return "axis" if tick == 0 and not scale.logarithmic else "grid"


def curve(title: str, variable: str, series: Sequence[Series], alt: str) -> str:
    """Functions of one number; jumps with a dot and a ring, nothing drawn across a pole."""
    rows = len(series) if len(series) > 1 else 0
    top = TOP + LEGEND * rows
    lows, highs = zip(*(shown_range(np.where(np.isfinite(s.y), s.y, np.nan)) for s in series), strict=True)
    frame = Frame(
        Scale(float(series[0].x[0]), float(series[0].x[-1]), LEFT, WIDTH - RIGHT),
        Scale(min(lows), max(highs), HEIGHT + LEGEND * rows - BOTTOM, top),
    )
    shapes = [text(title, 8, 20, class_="title"), *frame.shapes(variable)]
    for place, (one, name) in enumerate(zip(series, SERIES, strict=False)):
        shapes += drawn(one, name, frame)
        if rows:
            shapes += entry(one.label, name, 8, TOP + LEGEND * place)
    return svg(WIDTH, HEIGHT + LEGEND * rows, shapes, alt)


def drawn(series: Series, name: str, frame: Frame) -> list[str]:
    y = np.where(np.isfinite(series.y) & (series.y >= frame.y.low) & (series.y <= frame.y.high), series.y, np.nan)
    breaks = jumps(y)
    ends = [p + 1 for p in breaks]
    parts = [part for part in np.split(np.arange(len(y)), ends) if len(part)]
    shapes = [path([run for part in parts for run in unbroken(series.x[part], y[part], frame)], name)]
    for place in breaks:
        shapes.append(mark("circle", *frame.at(float(series.x[place]), float(y[place])), f"dot ring {name}"))
        shapes.append(mark("circle", *frame.at(float(series.x[place + 1]), float(y[place + 1])), f"dot {name}"))
    return shapes


def unbroken(x: Array, y: Array, frame: Frame) -> list[list[tuple[float, float]]]:
    """Runs of points that have a value."""
    runs: list[list[tuple[float, float]]] = [[]]
    for one, value in zip(x.tolist(), y.tolist(), strict=True):
        if isfinite(value):
            runs[-1].append(frame.at(one, value))
        elif runs[-1]:
            runs.append([])
    return runs


def entry(words: str, name: str, x: float, y: float, kind: str = "") -> list[str]:
    """A line of a legend."""
    sample = line(x, y, x + 26, y, name)
    return [sample, mark(kind, x + 13, y, f"dot {name}") if kind else "", text(words, x + 34, y + 4)]


def errors(title: str, variable: str, series: Sequence[Series], alt: str, ulp: str) -> str:
    """Errors in ULP over a range, on a logarithmic scale; an error below the floor is drawn at the floor."""
    floor = 0.1
    rows = len(series)
    ceiling = 10.0 ** max(2, int(np.ceil(np.log10(max(float(np.max(s.y)) for s in series)) + 0.3)))
    bottom = HEIGHT + LEGEND * rows - BOTTOM
    frame = Frame(
        Scale(float(series[0].x[0]), float(series[0].x[-1]), LEFT, WIDTH - RIGHT),
        Scale(floor, ceiling, bottom, TOP + LEGEND * rows, logarithmic=True),
    )
    shapes = [text(title, 8, 20, class_="title"), *frame.shapes(variable)]
    shapes += [text(ulp, WIDTH - RIGHT, 20, anchor="end", class_="quiet")]
    for place, (one, name) in enumerate(zip(series, SERIES, strict=False)):
        height = np.clip(one.y, floor, ceiling)
        points = [frame.at(x, y) for x, y in zip(one.x.tolist(), height.tolist(), strict=True)]
        shapes += [polyline(points, name), *entry(one.label, name, 8, TOP + LEGEND * place)]
    return svg(WIDTH, HEIGHT + LEGEND * rows, shapes, alt)


def heat_map(title: str, output: str, variable: str, matrix: Array, alt: str) -> str:
    """matrix[i, j] = d output_i / d variable_j: colour for the sign, strength for the size, the number in the cell."""
    rows, columns = matrix.shape
    wide, high, left, top = 66, 40, 34, 56
    reach = float(np.max(np.abs(matrix))) or 1.0
    shapes = [text(title, 8, 20, class_="title")]
    for (i, j), value in np.ndenumerate(matrix):
        strength = round(STRONGEST * abs(float(value)) / reach, 2)
        x, y = left + wide * j, top + high * i
        shapes.append(rectangle(x, y, wide - 2, high - 2, "up" if value >= 0 else "down", strength))
        shapes.append(text(signed(float(value), "+.3f"), x + wide / 2 - 1, y + high / 2 + 4, anchor="middle"))
    shapes += [entry_name(variable, j + 1, left + wide * j + wide / 2, top - 9) for j in range(columns)]
    shapes += [entry_name(output, i + 1, left / 2, top + high * i + high / 2 + 4) for i in range(rows)]
    return svg(left + wide * columns + 8, top + high * rows + 8, shapes, alt)


def entry_name(name: str, place: int, x: float, y: float) -> str:
    """p with its place as a subscript."""
    return label(f'{name}<tspan dy="4" font-size="9">{place}</tspan>', x, y, anchor="middle", class_="variable")


def contours(title: str, landscape: Landscape, paths: Sequence[Path], minimum: str, alt: str) -> str:
    """Lines of equal height that grow by a factor, minima as stars, each path with a mark at its start."""
    rows = len(paths) + bool(len(landscape.minima))
    side = WIDTH - LEFT - RIGHT
    bottom = TOP + side
    frame = Frame(Scale(*landscape.x, LEFT, LEFT + side), Scale(*landscape.y, bottom, TOP))
    _, _, z = landscape.values(GRID)
    lowest = float(z.min())
    levels = lowest + float(z.max() - lowest) * np.geomspace(1e-3, 0.6, LEVELS)
    lines = [isoline for level in levels.tolist() for isoline in isolines(z, level)]
    columns, heights = np.linspace(*landscape.x, GRID), np.linspace(*landscape.y, GRID)
    shapes = [text(title, 8, 20, class_="title"), *frame.shapes(landscape.inputs[0])]
    shapes.append(text(landscape.inputs[1], 10, (TOP + bottom) / 2, class_="variable"))
    shapes.append(path([[frame.at(*on_grid(p, columns, heights)) for p in points] for points in lines], "level"))
    legend = bottom + BOTTOM + 10
    for place, (one, name, kind) in enumerate(zip(paths, SERIES, MARKS, strict=False)):
        shown = until_outside(one.positions, landscape)
        inside = np.clip(shown, *np.transpose([landscape.x, landscape.y]))
        shapes.append(polyline([frame.at(float(x), float(y)) for x, y in inside], f"descent {name}"))
        shapes.append(mark(kind, *frame.at(*map(float, shown[0])), f"dot {name}"))
        shapes += entry(one.label, name, LEFT, legend + LEGEND * place, kind)
    for point in landscape.minima:
        shapes.append(mark("star", *frame.at(*map(float, point)), "minimum"))
    if len(landscape.minima):
        below = legend + LEGEND * len(paths)
        shapes += [mark("star", LEFT + 13, below, "minimum"), text(minimum, LEFT + 34, below + 4)]
    return svg(WIDTH, bottom + BOTTOM + LEGEND * rows + 8, shapes, alt)


def on_grid(place: tuple[float, float], columns: Array, rows: Array) -> tuple[float, float]:
    """From grid coordinates to values."""
    x, y = place
    return (
        float(columns[0] + (columns[-1] - columns[0]) * x / (len(columns) - 1)),
        float(rows[0] + (rows[-1] - rows[0]) * y / (len(rows) - 1)),
    )
