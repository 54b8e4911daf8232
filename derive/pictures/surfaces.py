"""Functions of two numbers: the surface, its contours, and the paths of descents on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.pictures.style import BLACK, COLOURS, DASHES, canvas, library, picture

Array = NDArray[np.float64]
Range = tuple[float, float]
MARKS = ("o", "s", "^", "D", "v", "P")
WIDTHS = (4.0, 3.2, 2.4, 1.8, 1.4, 1.0)
"""Paths that lie on each other show all the same."""


@dataclass(frozen=True, eq=False)
class Landscape:
    """A function of two numbers over a rectangle; it takes points with the coordinates as last axis."""

    name: str
    function: Callable[[Array], Any]
    x: Range
    y: Range
    inputs: tuple[str, str] = ("x", "y")
    minima: Sequence[Array] = ()

    def values(self, count: int) -> tuple[Array, Array, Array]:
        x, y = np.meshgrid(np.linspace(*self.x, count), np.linspace(*self.y, count))
        return x, y, np.asarray(self.function(np.stack([x, y], axis=-1)), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Path:
    """A descent: its positions and what to say about it."""

    label: str
    positions: Array


@picture
def surface(landscape: Landscape) -> Any:
    """The surface from above, with the logarithm of 1 + height as colour so that the valleys show."""
    matplotlib = library()
    figure = matplotlib.figure.Figure(figsize=(6.4, 5.2))
    axes = figure.add_axes((0.0, 0.02, 0.92, 0.9), projection="3d")
    x, y, z = landscape.values(121)
    shade = np.log1p(z - z.min())
    colours = matplotlib.colormaps["cividis"](shade / shade.max())
    axes.plot_surface(
        x, y, z, facecolors=colours, rcount=120, ccount=120, linewidth=0, antialiased=False, shade=False,
        rasterized=True,
    )  # fmt: skip
    axes.view_init(50, -60)
    axes.set(xlabel=landscape.inputs[0], ylabel=landscape.inputs[1])
    axes.set_zlabel("value", labelpad=12)
    axes.set_title(landscape.name)
    return figure


def until_outside(positions: Array, landscape: Landscape) -> Array:
    """The path up to the first point outside the rectangle."""
    low, high = np.transpose([landscape.x, landscape.y])
    outside = np.flatnonzero(~np.all((positions >= low) & (positions <= high), axis=1))
    return positions[: outside[0] + 1] if len(outside) else positions


@picture
def contours(landscape: Landscape, title: str, paths: Sequence[Path]) -> Any:
    """Contours at heights that grow by a factor, the minima as stars, each path with its start marked."""
    figure, axes = canvas(7.6, 5.4)
    x, y, z = landscape.values(241)
    lowest = float(z.min())
    levels = lowest + float(z.max() - lowest) * np.geomspace(1e-3, 1, 14)
    axes.contour(x, y, z, levels=levels, colors="#aaaaaa", linewidths=0.7)
    for path, colour, dash, mark, width in zip(paths, COLOURS, DASHES, MARKS, WIDTHS, strict=False):
        shown = until_outside(path.positions, landscape)
        axes.plot(*shown.T, linestyle=dash, color=colour, linewidth=width, label=path.label)
        axes.plot(*shown[0], mark, color=colour, markersize=7)
    for number, point in enumerate(landscape.minima):
        axes.plot(*point, "*", color=BLACK, markersize=12, label=None if number else "minimum", linestyle="none")
    axes.set(xlim=landscape.x, ylim=landscape.y, xlabel=landscape.inputs[0], ylabel=landscape.inputs[1], title=title)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
    return figure
