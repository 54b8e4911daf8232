"""Measured accuracy of kernels over the whole floating-point range, in units in the last place.

Contract: `measure(subject, dtype)` compares a kernel function and the textbook form with the truth and returns a
Measured; `confirm` compares that truth with many digits of the definition itself and raises CheckError where the
two disagree. The truth is the stable graph in the machine's extended type, which must carry 11 bits more than
float64; a function that needs an op the extended type lacks is not measured.

An error is counted in units in the last place of the truth, or, where the function has roots or sums that cancel,
of a stated scale (`against`) wherever that is larger than the truth.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.ir.build import BATCH_INDEX, Labelled, arranged
from derive.ir.graph import BATCH, Graph
from derive.ir.lower import Lowering
from derive.ir.optimise import LITERAL, PASSES, optimise
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import Dimension
from derive.verify.arrays import compute
from derive.verify.cases import hard_case
from derive.verify.certify_points import Batch, batches
from derive.verify.samples import Domain
from derive.verify.systems import Rounded
from derive.verify.truth import Truth, result_indices

Array = NDArray[Any]
DTYPES: Mapping[str, Any] = {"float64": np.float64, "float32": np.float32}
EXTENDED = np.longdouble
NEEDED_BITS = 63
AGREEMENT = 2.0**-60
"""Of the truth and many digits, relative to the truth or to the stated scale."""

TEXTBOOK_POINTS = 400_000
REACH, WINDOWS, WINDOW_POINTS = 60, 120, 257
"""The profile of a function of one number: windows from -REACH to REACH, and points in each."""


@dataclass(frozen=True)
class Subject:
    """A kernel function with the graphs of what it computes.

    name: of the kernel function. extras: inputs after the definition's own, such as a cotangent.
    derivation: what is computed, or None for the value. against: a definition of the same inputs whose output is
    the scale of the error.
    """

    name: str
    definition: Definition
    derivation: Derivation | None = None
    extras: tuple[Input, ...] = ()
    domain: Domain = field(default_factory=dict)
    against: Definition | None = None

    @property
    def inputs(self) -> tuple[Input, ...]:
        return (*self.definition.inputs, *self.extras)

    def raw(self) -> Graph:
        """The graph as written, on the batch and the axes of the result."""
        if self.derivation is None:
            return value_graph(self.definition)
        lowering = Lowering(self.derivation.system, {e.name: e for e in self.extras})
        found = lowering.visit(self.derivation.closed)
        return (arranged(found, (BATCH_INDEX, *result_indices(self.derivation))),)

    def scale(self) -> Graph | None:
        return value_graph(self.against) if self.against else None


def value_graph(definition: Definition) -> Graph:
    """The first output."""
    equation = definition.equation(definition.output)
    found = Lowering(definition).visit(equation.left)
    return (arranged(Labelled(found.node, found.labels), (BATCH_INDEX, *equation.indices)),)


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


def require_extended() -> None:
    bits = np.finfo(EXTENDED).nmant
    if bits < NEEDED_BITS:
        raise CheckError(f"certification needs an extended type of {NEEDED_BITS} bits; this machine's has {bits}")


def measure(subject: Subject, kernel: Callable[..., Array], dtype: Any, *, exhaustive: bool = False) -> Measured:
    """Both forms at all points. `kernel` takes the inputs in order and returns one array."""
    require_extended()
    stable, textbook = optimise(subject.raw(), PASSES), optimise(subject.raw(), LITERAL)
    scale = subject.scale()
    scale = optimise(scale, PASSES) if scale else None
    ours, theirs, far = Tally(), Tally(), Tally()
    for batch in batches(subject.definition, subject.extras, dtype, subject.domain, exhaustive=exhaustive):
        sizes = {BATCH: len(next(iter(batch.inputs.values()))), **batch.sizes}
        (truth,) = compute(stable, batch.inputs, sizes, EXTENDED)
        sizes_of_error = compute(scale, batch.inputs, sizes, EXTENDED)[0] if scale else truth
        found = kernel(*(batch.inputs[i.name] for i in subject.inputs))
        (far if batch.extreme else ours).add(found, truth, sizes_of_error, batch, subject)
        if theirs.points < TEXTBOOK_POINTS and not batch.extreme:
            (plain,) = compute(textbook, batch.inputs, sizes, dtype)
            theirs.add(plain.astype(dtype), truth, sizes_of_error, batch, subject)
    return Measured(ours.worst, theirs.worst, far.worst)


@dataclass(frozen=True, eq=False)
class Profile:
    """The worst error of both forms in each window of the range, in float64."""

    kernel: Array
    textbook: Array


def profile(subject: Subject, kernel: Callable[..., Array]) -> Profile | None:
    """How the errors of a function of one number go along the range; None for any other function."""
    if len(subject.inputs) != 1 or subject.inputs[0].dimensions:
        return None
    edges = np.linspace(-REACH, REACH, WINDOWS + 1)
    parts = np.random.default_rng(1).uniform(size=(WINDOWS, WINDOW_POINTS))
    x = (edges[:-1, None] + np.diff(edges)[:, None] * parts).reshape(-1)
    given = {subject.inputs[0].name: x}
    sizes: dict[Dimension, int] = {BATCH: len(x)}
    (truth,) = compute(optimise(subject.raw(), PASSES), given, sizes, EXTENDED)
    (plain,) = compute(optimise(subject.raw(), LITERAL), given, sizes, np.float64)
    size = truth if (scale := subject.scale()) is None else compute(optimise(scale, PASSES), given, sizes, EXTENDED)[0]
    return Profile(*(worst_of_windows(errors(np.asarray(f), truth, size)) for f in (kernel(x), plain)))


def worst_of_windows(error: Array) -> Array:
    return np.asarray(np.max(np.nan_to_num(error, nan=0.0, posinf=np.inf).reshape(WINDOWS, -1), axis=1))


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
    """The extended truth at these points against 50 digits and more of the definition. Raises CheckError."""
    require_extended()
    stable, scale = optimise(subject.raw(), PASSES), subject.scale()
    for number, point in enumerate(points):
        case = hard_case(subject.definition, point, subject.domain, f"{subject.name} {number}")
        truth = Truth(subject.definition, case)
        expected = (
            truth.derivation(subject.derivation) if subject.derivation else truth.output(subject.definition.output)
        )
        given = {**case.inputs, **directions(subject, case.cotangents, case.tangents)}
        inputs = {name: np.asarray(value, dtype=EXTENDED)[None] for name, value in given.items()}
        sizes: dict[Dimension, int] = {BATCH: 1, **dict(case.sizes.items())}
        (found,) = compute(stable, inputs, sizes, EXTENDED)
        size = compute(optimise(scale, PASSES), inputs, sizes, EXTENDED)[0] if scale else found
        compare(subject, point, found[0], size[0], expected)


def directions(subject: Subject, cotangents: Mapping[str, Array], tangents: Mapping[str, Array]) -> dict[str, Array]:
    """The extra inputs of a VJP or JVP by their names."""
    if subject.derivation is None or not subject.extras:
        return {}
    wanted = subject.derivation.wanted
    source = cotangents[wanted.output] if wanted.kind == "vjp" else tangents[wanted.variable]
    return {subject.extras[0].name: source}


def compare(subject: Subject, point: Mapping[str, Any], found: Array, scale: Array, expected: Array) -> None:
    for place in np.ndindex(expected.shape):
        true: Rounded | None = expected.item(place) if place else expected.item()
        if true is None or not np.isfinite(found[place]):
            continue
        mp = true.value.context
        digits = exactly(found[place], mp)
        size = max(abs(true.value), abs(exactly(scale[place], mp)))
        apart = abs(digits - true.value)
        if apart > AGREEMENT * max(size, true.error * mp.mpf(2) ** -4) and apart > mp.mpf(2) ** -1090:
            raise CheckError(f"{subject.name}: the extended truth at {dict(point)} is {found[place]}, not {true.value}")


def exactly(value: Any, mp: Any) -> Any:
    """An extended number as it is: its mantissa in two doubles, and its exponent."""
    mantissa, exponent = np.frexp(value)
    high = float(mantissa)
    return mp.ldexp(mp.mpf(high) + mp.mpf(float(mantissa - EXTENDED(high))), int(exponent))


# --- what a definition offers -------------------------------------------------------------------------------


def subjects(definition: Definition, derivations: Sequence[Derivation], domain: Domain) -> Iterator[Subject]:
    """The functions that are certified: those of inputs that no samples share, with one result each."""
    if any(i.shared or i.labels is not None for i in definition.inputs) or len(definition.outputs) > 1:
        return
    yield Subject(definition.name, definition, domain=domain)
    for kind, names in KINDS.items():
        found = [d for d in derivations if d.wanted.kind in names]
        if len(found) == 1:
            yield Subject(f"{definition.name}_{kind}", definition, found[0], tuple(found[0].extras), domain)


KINDS: Mapping[str, tuple[str, ...]] = {
    "grad": ("derivative", "gradient"),
    "vjp": ("vjp",),
    "jvp": ("jvp",),
    "jacobian": ("jacobian",),
}


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
