"""A descent on a function of the catalogue, with its own generated gradient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.descent.optimizers import optimizer
from derive.descent.run import Descent, Progress, descend, silent
from derive.descent.stationary import StationaryPoint, grid, stationary_points
from derive.language.errors import DeriveError
from derive.pipeline.compiled import Compiled


def stationary_of(compiled: Compiled, ranges: Sequence[tuple[float, float]], count: int) -> tuple[StationaryPoint, ...]:
    """Minima, saddles and maxima that Newton's method reaches from a grid, by generated gradient and Hessian."""
    return stationary_points(compiled.gradient, compiled.hessian, grid(ranges, count))


def descend_on(
    compiled: Compiled,
    start: Sequence[float],
    optimizer_name: str,
    settings: Mapping[str, float],
    *,
    steps: int,
    every: int | None = None,
    keep_path: bool = False,
    progress: Progress = silent,
) -> Descent:
    """The run from one number for each input; DeriveError for a wrong start or wrong settings."""
    chosen = optimizer(optimizer_name, **settings)
    if len(start) != len(compiled.inputs):
        wanted = f"{compiled.definition.name}({', '.join(compiled.inputs)}) needs {len(compiled.inputs)}"
        raise DeriveError(f"the start has {len(start)} {'number' if len(start) == 1 else 'numbers'}: {wanted}")
    function = compiled.value_and_gradient
    return descend(function, start, chosen, steps=steps, every=every, keep_path=keep_path, progress=progress)
