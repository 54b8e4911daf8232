"""How the errors of a function of one number go along the range: what the pictures of certified errors show.

Contract: `profile(subject, kernel)` gives the worst error of both forms in each window of the range, in float64; None
for any other function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from derive.ir.graph import BATCH
from derive.ir.optimise import LITERAL, PASSES, optimise
from derive.language.indices import Dimension
from derive.verify.arrays import Array
from derive.verify.certify import computed, errors
from derive.verify.certify_subjects import Subject
from derive.verify.certify_truth import way_of

REACH, WINDOWS, WINDOW_POINTS = 60, 120, 257
"""Windows from -REACH to REACH, and points in each."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The worst error of both forms in each window of the range, in float64."""

    kernel: Array
    textbook: Array


def profile(subject: Subject, kernel: Callable[..., Any]) -> Profile | None:
    """The errors of a function of one number; None for any other function."""
    if len(subject.inputs) != 1 or subject.inputs[0].dimensions:
        return None
    stable, against = optimise(subject.raw(), PASSES), subject.scale()
    graph = (*stable, *(optimise(against, PASSES) if against else ()))
    way = way_of(graph, np.float64)
    points = min(WINDOW_POINTS, way.entries // WINDOWS or WINDOW_POINTS)
    edges = np.linspace(-REACH, REACH, WINDOWS + 1)
    parts = np.random.default_rng(1).uniform(size=(WINDOWS, points))
    x = (edges[:-1, None] + np.diff(edges)[:, None] * parts).reshape(-1)
    given = {subject.inputs[0].name: x}
    sizes: dict[Dimension, int] = {BATCH: len(x)}
    truth, *scales = way.compute(graph, given, sizes)
    plain = computed(optimise(subject.raw(), LITERAL), given, sizes, np.float64)
    if plain is None:
        return None
    size = scales[0] if scales else truth
    return Profile(*(worst_of_windows(errors(np.asarray(f), truth, size)) for f in (kernel(x), plain)))


def worst_of_windows(error: Array) -> Array:
    return np.asarray(np.max(np.nan_to_num(error, nan=0.0, posinf=np.inf).reshape(WINDOWS, -1), axis=1))
