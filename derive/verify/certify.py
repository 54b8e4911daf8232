"""Measured accuracy of kernels over the whole floating-point range, in units in the last place.

Contract: `measure(subject, kernel, dtype)` compares a kernel function and the textbook form with the truth and returns
a Measured; `confirm` compares that truth with many digits of the definition itself and raises CheckError where the
two disagree. The truth is the stable graph, computed in one of the ways of certify_truth.py.

An error is counted in units in the last place of the truth, or, where the function has roots or sums that cancel,
of a stated scale (`against`) wherever that is larger than the truth.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.ir.graph import BATCH, Graph
from derive.ir.optimise import LITERAL, PASSES, optimise
from derive.language.errors import CheckError
from derive.language.indices import Dimension
from derive.verify.arrays import UnknownOpError, compute
from derive.verify.calls import flatten, times
from derive.verify.cases import hard_case
from derive.verify.certify_points import Batch, batches
from derive.verify.certify_subjects import Subject
from derive.verify.certify_truth import EXTENDED, Way, exactly, way_of
from derive.verify.rounding import Rounded
from derive.verify.truth import Truth

Array = NDArray[Any]
DTYPES: Mapping[str, Any] = {"float64": np.float64, "float32": np.float32}
TEXTBOOK_POINTS = 400_000


@dataclass(frozen=True)
class Worst:
    """The largest error, where it lies, and the median."""

    largest: float = 0.0
    median: float = 0.0
    at: str = ""
    points: int = 0


@dataclass(frozen=True)
class Measured:
    """The kernel and the textbook form where bounds are stated, and the kernel at extreme rows."""

    kernel: Worst
    textbook: Worst
    extreme: Worst


def measure(subject: Subject, kernel: Callable[..., Any], dtype: Any, *, exhaustive: bool = False) -> Measured:
    """Both forms at all points. `kernel` takes the inputs in order."""
    stable, textbook = optimise(subject.raw(), PASSES), optimise(subject.raw(), LITERAL)
    against = subject.scale()
    scale = optimise(against, PASSES) if against else ()
    way = way_of((*stable, *scale), dtype)
    ours, theirs, far = Tally(), Tally(), Tally()
    for batch in batches(subject, dtype, exhaustive=exhaustive):
        inputs = way.thinned(batch.inputs)
        sizes = {BATCH: len(next(iter(inputs.values()))), **batch.sizes}
        (truth, *scales) = way.compute((*stable, *scale), inputs, sizes)
        size = scales[0] if scales else truth
        found = flatten(kernel(*(inputs[i.name] for i in subject.inputs)))[subject.place]
        place = replace(batch, inputs=inputs)
        (far if batch.extreme else ours).add(found, truth, size, place, subject)
        if theirs.points < TEXTBOOK_POINTS and not batch.extreme:
            plain = computed(textbook, inputs, sizes, dtype)
            if plain is not None:
                theirs.add(plain, truth, size, place, subject)
    return Measured(ours.worst, theirs.worst, far.worst)


def computed(graph: Graph, inputs: Mapping[str, Array], sizes: Mapping[Dimension, int], dtype: Any) -> Array | None:
    """The graph in the kernel's own precision; None for a function that neither NumPy nor C has."""
    try:
        return compute(graph, inputs, sizes, dtype)[0].astype(dtype)
    except UnknownOpError:
        return None


def errors(found: Array, truth: Array, scale: Array) -> Array:
    """Distances in units in the last place; NaN where there is no truth; infinite where the kind is wrong."""
    dtype = found.dtype
    info = np.finfo(dtype)
    with np.errstate(all="ignore"):
        nearest = truth.astype(dtype)
        size = np.maximum(np.abs(truth), np.abs(scale))
        unit = np.maximum(np.spacing(np.minimum(size, info.max).astype(dtype)), info.smallest_subnormal)
        error = np.abs(found.astype(EXTENDED) - truth) / unit.astype(EXTENDED)
        error = np.where(np.isfinite(truth) & ~np.isfinite(found), np.inf, error)
        beyond = ~np.isfinite(nearest) & ~np.isnan(nearest)
        near_limit = np.isinf(found) | (np.abs(found) > info.max * (1 - 8 * info.eps))
        agrees = near_limit & (np.sign(found) == np.sign(nearest))
        error = np.where(beyond, np.where(agrees, 0, np.inf), error)
    return np.where(np.isnan(truth), np.nan, error).astype(float)


@dataclass
class Tally:
    """The worst so far, and a sample of the errors for the median."""

    largest: float = 0.0
    at: str = ""
    points: int = 0
    sample: list[Array] = field(default_factory=list)

    def add(self, found: Array, truth: Array, scale: Array, batch: Batch, subject: Subject) -> None:
        error = errors(np.asarray(found), truth, scale)
        known = ~np.isnan(error)
        if not known.any():
            return
        place = np.unravel_index(np.argmax(np.where(known, error, -1.0)), error.shape)
        self.points += int(known.sum())
        self.sample.append(error[known][:: max(1, known.sum() // 10_000)])
        if error[place] > self.largest:
            self.largest = float(error[place])
            self.at = place_of(batch, place, subject)

    @property
    def worst(self) -> Worst:
        median = float(np.median(np.concatenate(self.sample))) if self.sample else float("nan")
        return Worst(self.largest, median, self.at, self.points)


def place_of(batch: Batch, place: tuple[Any, ...], subject: Subject) -> str:
    """The point of a scalar function, or the kind of row."""
    if any(i.dimensions for i in subject.inputs):
        return batch.label
    return ", ".join(f"{name} = {array[place[0]]!s}" for name, array in batch.inputs.items())


# --- the truth against many digits --------------------------------------------------------------------------


def confirm(subject: Subject, points: Sequence[Mapping[str, Any]]) -> None:
    """The truth at these points, in every way that is used, against 50 digits and more of the definition.

    Raises CheckError.
    """
    stable, against = optimise(subject.raw(), PASSES), subject.scale()
    graph = (*stable, *(optimise(against, PASSES) if against else ()))
    for way in dict.fromkeys(way_of(graph, dtype) for dtype in DTYPES.values()):
        for number, point in enumerate(points):
            confirm_at(subject, graph, way, point, number)


def confirm_at(subject: Subject, graph: Graph, way: Way, point: Mapping[str, Any], number: int) -> None:
    """The truth at one point."""
    case = hard_case(subject.definition, point, subject.domain, f"{subject.name} {number}")
    truth = Truth(subject.definition, case)
    expected = truth.derivation(subject.derivation) if subject.derivation else truth.output(subject.definition.output)
    directions = subject.directions(case.cotangents, case.tangents)
    given = {**case.inputs, **directions}
    inputs = {name: np.asarray(value)[None] for name, value in given.items()}
    sizes: dict[Dimension, int] = {BATCH: 1, **dict(case.sizes.items())}
    found, *scales = way.compute(graph, inputs, sizes)
    if subject.is_product:
        (factor,) = directions.values()
        expected = times(expected, float(factor))
    compare(subject, point, found[0], (scales[0] if scales else found)[0], expected, way)


def compare(subject: Subject, point: Mapping[str, Any], found: Array, scale: Array, expected: Array, way: Way) -> None:
    for place in np.ndindex(expected.shape):
        true: Rounded | None = expected.item(place) if place else expected.item()
        if true is None or not np.isfinite(found[place]):
            continue
        mp = true.value.context
        digits = exactly(found[place], mp)
        size = max(abs(true.value), abs(exactly(scale[place], mp)))
        apart = abs(digits - true.value)
        if apart > way.agreement * max(size, true.error * mp.mpf(2) ** -4) and apart > mp.mpf(2) ** -1090:
            raise CheckError(
                f"{subject.name}: the {way.name} truth at {dict(point)} is {found[place]}, not {true.value}"
            )


# --- the machine -------------------------------------------------------------------------------------------


def machine() -> dict[str, str]:
    return {"numpy": np.__version__, "processor": processor(), "system": platform.system()}


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
