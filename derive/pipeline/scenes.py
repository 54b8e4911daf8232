"""What the pictures of the catalogue look at: points, rectangles, starts and learning rates.

To extend: a scene for a function of two numbers is a row of SCENES.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.descent.run import Descent
from derive.language.definition import Definition
from derive.pictures.surfaces import Landscape, Range
from derive.pipeline.compiled import Compiled
from derive.pipeline.descents import descend_on, stationary_of

EXAMPLE = (2.0, 1.0, 0.0, -1.0)
"""Logits at which a Jacobian is drawn."""
STARTS = 13
"""Starts along each side of a scene from which stationary points are looked for."""


@dataclass(frozen=True)
class Scene:
    """Where a function of two numbers is looked at, and the descents that are drawn on it."""

    x: Range
    y: Range
    starts: tuple[tuple[float, float], ...]
    rates: tuple[float, ...]
    steps: int = 600


SCENES: Mapping[str, Scene] = MappingProxyType(
    {
        "himmelblau": Scene(
            (-6.0, 6.0), (-6.0, 6.0), ((-4.0, 0.0), (1.0, 0.0), (4.0, 0.0), (0.0, 5.0), (-0.5, -0.9)),
            (0.001, 0.01, 0.017, 0.02, 0.1),
        )
    }
)  # fmt: skip


def is_square(definition: Definition) -> bool:
    """One vector to one vector of the same size."""
    shapes = [i.dimensions for i in definition.inputs]
    return len(shapes) == 1 and len(shapes[0]) == 1 and shapes[0] == tuple(i.size for i in definition.output_indices)


def landscape_of(compiled: Compiled) -> Landscape:
    scene = SCENES[compiled.definition.name]
    first, second = compiled.inputs
    minima = [p.position for p in stationary_of(compiled, (scene.x, scene.y), STARTS) if p.kind == "minimum"]
    return Landscape(compiled.definition.name, compiled.value, scene.x, scene.y, (first, second), minima)


def run_on(compiled: Compiled, start: tuple[float, float], optimizer: str, rate: float, steps: int) -> Descent:
    return descend_on(compiled, start, optimizer, {"lr": rate}, steps=steps, keep_path=True)
