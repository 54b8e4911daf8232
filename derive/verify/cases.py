"""Inputs that kernels are tried on: random batches of several shapes, and the row's hard points.

Contract: a case holds float64 arrays, per-sample inputs with the batch axes in front, shared parameters without;
`cotangents` and `tangents` are the directions that VJPs and JVPs are tried with. Random values are exact in float32
too, so that both precisions are compared with one truth; hard points are rounded to each precision by `as_dtype`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.language.definition import Definition, Input
from derive.language.errors import CheckError
from derive.verify.assumptions import check_satisfied, satisfied
from derive.verify.samples import Domain, Sizes, Values, draw, size_choices, size_of

Array = NDArray[Any]
Batch = tuple[int, ...]
HardPoint = Mapping[str, Any]

BATCHES: tuple[Batch, ...] = ((3,), (2, 2), (1,))
DIRECTIONS = (-1.5, 1.5)


@dataclass(frozen=True, eq=False)
class Case:
    """One call's worth of inputs; `hard` marks the row's own points, as opposed to random ones."""

    sizes: Sizes
    batch: Batch
    inputs: Mapping[str, Array]
    cotangents: Mapping[str, Array]
    tangents: Mapping[str, Array]
    hard: bool = False

    def as_dtype(self, dtype: Any) -> Case:
        """The same case with every value rounded to the dtype and held as float64."""
        with np.errstate(all="ignore"):
            groups = ({k: rounded(a, dtype) for k, a in g.items()} for g in self.groups)
            inputs, cotangents, tangents = groups
        return replace(self, inputs=inputs, cotangents=cotangents, tangents=tangents)

    @property
    def groups(self) -> tuple[Mapping[str, Array], ...]:
        return self.inputs, self.cotangents, self.tangents

    @property
    def key(self) -> bytes:
        """Equal for cases with the same values, bit by bit."""
        return b"".join(a.tobytes() for group in self.groups for a in group.values())

    def sample(self, at: Batch, definition: Definition) -> Case:
        """One sample of the batch, as a case without batch axes."""
        shared = {i.name for i in definition.inputs if i.shared}

        def taken(group: Mapping[str, Array]) -> dict[str, Array]:
            return {k: a if k in shared else a[at] for k, a in group.items()}

        cotangents = {k: a[at] for k, a in self.cotangents.items()}
        return replace(self, batch=(), inputs=taken(self.inputs), cotangents=cotangents, tangents=taken(self.tangents))


def rounded(array: Array, dtype: Any) -> Array:
    """Each value rounded to the dtype; labels are whole numbers and stay."""
    return array if array.dtype.kind == "i" else array.astype(dtype).astype(float)


def with_batch(entry: Input, batch: Batch) -> Input:
    return entry if entry.shared else replace(entry, dimensions=(*batch, *entry.dimensions))


def output_inputs(definition: Definition) -> list[Input]:
    """The outputs, as inputs of the same shapes: what a cotangent looks like."""
    return [Input(o, tuple(i.size for i in definition.equation(o).indices)) for o in definition.outputs]


def as_arrays(inputs: list[Input], values: Values, sizes: Sizes) -> dict[str, Array]:
    arrays: dict[str, Array] = {
        i.name: np.empty([size_of(d, sizes) for d in i.dimensions], array_type(i)) for i in inputs
    }
    for (name, position), value in values.items():
        # short mantissas: exact in float32
        arrays[name][position] = np.float32(value)
    return arrays


def array_type(entry: Input) -> type:
    """Labels are integers, all else floating-point numbers."""
    return float if entry.labels is None else int


def directions(
    definition: Definition, sizes: Sizes, batch: Batch, chance: random.Random
) -> tuple[dict[str, Array], ...]:
    """Random cotangents of the outputs and tangents of the inputs."""
    found = []
    for entries in (output_inputs(definition), list(definition.inputs)):
        batched = [with_batch(e, batch) for e in entries]
        ranges = {e.name: DIRECTIONS for e in entries}
        found.append(as_arrays(batched, draw(batched, sizes, ranges, chance), sizes))
    return tuple(found)


def batch_plan(definition: Definition) -> Iterator[tuple[Sizes, Batch]]:
    """Every choice of sizes with a batch shape of its own; no batch where all inputs are shared."""
    choices = size_choices(definition)
    per_sample = any(not i.shared for i in definition.inputs)
    for number, batch in enumerate(BATCHES):
        yield choices[number % len(choices)], batch if per_sample else ()


def random_case(definition: Definition, sizes: Sizes, batch: Batch, values: Values, seed: str) -> Case:
    """The case of drawn input values (which have batch axes), with random directions."""
    inputs = [with_batch(i, batch) for i in definition.inputs]
    cotangents, tangents = directions(definition, sizes, batch, random.Random(seed))
    values = satisfied(definition, sizes, values, batch)
    return Case(sizes, batch, as_arrays(inputs, values, sizes), cotangents, tangents)


# --- hard points ---------------------------------------------------------------------------------------


def hard_case(definition: Definition, point: HardPoint, domain: Domain | None, seed: str) -> Case:
    """A row's hard point as a case of one sample; inputs that it does not name are drawn at random."""
    types = {i.name: array_type(i) for i in definition.inputs}
    given: dict[str, Array] = {name: np.asarray(value, dtype=types.get(name, float)) for name, value in point.items()}
    sizes = sizes_of(definition, given)
    chance = random.Random(seed)
    inputs = list(definition.inputs)
    drawn = as_arrays(inputs, satisfied(definition, sizes, draw(inputs, sizes, domain or {}, chance)), sizes)
    cotangents, tangents = directions(definition, sizes, (), chance)
    arrays = {**drawn, **given}
    check_satisfied(definition, sizes, finite(arrays))
    return Case(sizes, (), arrays, cotangents, tangents, hard=True)


def finite(arrays: Mapping[str, Array]) -> Values:
    """The finite entries as exact numbers."""
    return {
        (name, place): Fraction(float(array[place]))
        for name, array in arrays.items()
        for place in np.ndindex(*array.shape)
        if np.isfinite(array[place])
    }


def sizes_of(definition: Definition, given: Mapping[str, Array]) -> Sizes:
    """The sizes that the given arrays have; the first choice for those that no array fixes."""
    found: dict[str, int] = {}
    for name, array in given.items():
        dimensions = next((i.dimensions for i in definition.inputs if i.name == name), None)
        if dimensions is None or len(dimensions) != array.ndim:
            raise CheckError(f"{definition.name}: the hard point {name} = {array.tolist()} does not fit the signature")
        for dimension, size in zip(dimensions, array.shape, strict=True):
            expected = dimension if isinstance(dimension, int) else found.setdefault(dimension, size)
            if expected != size:
                raise CheckError(f"{definition.name}: the hard point {name} has size {size} where {expected} is right")
    return {**size_choices(definition)[0], **found}
