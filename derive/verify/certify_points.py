"""Where kernels are certified: the whole floating-point range of scalars, rows of many kinds for vectors.

Contract: `batches(subject, dtype, exhaustive)` yields a Batch at a time: arrays with one leading axis, and the sizes
that go with them. Everything is seeded. Inputs that all samples share have no place here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.language.definition import Input
from derive.language.indices import Dimension
from derive.verify.certify_subjects import Subject
from derive.verify.samples import Domain

Array = NDArray[Any]
SIZES = (1, 2, 3, 1000)
ROWS = 60
LONG_ROWS = (40, 40, 3)
"""So many of the longest, by the axes of the result: a Jacobian has a million entries a row."""
FAR = {np.dtype(np.float64): 200, np.dtype(np.float32): 25}
"""The power of ten of entries whose squares leave the range."""
PATTERN_STEP = 1000
CHUNK = 2**22
SPECIAL = (0.0, -0.0, float("inf"), float("-inf"), float("nan"))
PROBABILITIES = (0.0, 1.0, 0.25, 0.9)


@dataclass(frozen=True)
class Batch:
    """Inputs with one leading axis of samples, and the sizes of the definition.

    extreme: beyond what a stated bound speaks of; measured all the same.
    """

    label: str
    inputs: Mapping[str, Array]
    sizes: Mapping[Dimension, int]
    extreme: bool = False


def batches(subject: Subject, dtype: Any, *, exhaustive: bool = False) -> Iterator[Batch]:
    """All points at which a function is measured."""
    if all(not i.dimensions for i in subject.inputs):
        yield from scalar_batches(subject, dtype, exhaustive)
    else:
        yield from row_batches(subject, dtype)


# --- scalars -----------------------------------------------------------------------------------------------


def scalar_batches(subject: Subject, dtype: Any, exhaustive: bool) -> Iterator[Batch]:
    """The first input goes everywhere; the others take probabilities or ordinary numbers."""
    first, *others = subject.inputs
    extras = {i.name for i in subject.extras}
    within = is_probability(first, subject.domain)
    patterns = dtype is np.float32 and subject.is_own and not others
    for label, x in everywhere(dtype, patterns, 1 if exhaustive else PATTERN_STEP):
        x = probabilities(x) if within else x
        chance = np.random.default_rng(len(x))
        rest = {
            i.name: (factors(len(x), chance) if i.name in extras else other_values(i, subject.domain, len(x), chance))
            for i in others
        }
        rest = {name: array.astype(dtype) for name, array in rest.items()}
        yield Batch(label, {first.name: x, **rest}, {})


def is_probability(entry: Input, domain: Domain) -> bool:
    low, high = domain.get(entry.name, (-2.0, 2.0))
    return low >= 0 and high <= 1


def probabilities(x: Array) -> Array:
    """Those from 0 to 1, and what is as near to 1."""
    inside = x[(x >= 0) & (x <= 1)]
    return np.concatenate([inside, 1 - inside])


def factors(count: int, chance: np.random.Generator) -> Array:
    """Cotangents and tangents of size 1 to 2: a product leaves the range only where the derivative does."""
    found: Array = chance.uniform(1, 2, size=count) * chance.choice((-1.0, 1.0), size=count)
    return found


def other_values(entry: Input, domain: Domain, count: int, chance: np.random.Generator) -> Array:
    low, high = domain.get(entry.name, (-2.0, 2.0))
    if is_probability(entry, domain):
        return chance.choice(PROBABILITIES, size=count)
    return chance.uniform(low, high, size=count)


def everywhere(dtype: Any, patterns: bool, step: int) -> Iterator[tuple[str, Array]]:
    """The whole range, and every so many bit patterns of float32."""
    yield "whole range", whole_range(dtype)
    for start in range(0, 2**32 if patterns else 0, CHUNK * step):
        stop = min(start + CHUNK * step, 2**32)
        yield "bit patterns", np.arange(start, stop, step, dtype=np.uint32).view(np.float32)


def whole_range(dtype: Any, count: int = 20_000) -> Array:
    """Log-dense from the smallest subnormal to the largest finite, both signs, and the critical region densely."""
    info = np.finfo(dtype)
    chance = np.random.default_rng(1)
    low, high = np.log(np.longdouble(info.smallest_subnormal)), np.log(np.longdouble(info.max))
    sizes = np.exp(np.linspace(low, high, count)[:-1]).astype(dtype)
    edge = 760.0 if dtype is np.float64 else 110.0
    near = [chance.uniform(-reach, reach, size=3 * count).astype(dtype) for reach in (3.0, 45.0, edge)]
    ends = np.array(
        [*SPECIAL, info.max, -info.max, info.smallest_subnormal, -info.smallest_subnormal, info.tiny], dtype
    )
    return np.concatenate([sizes, -sizes, *near, ends])


# --- rows --------------------------------------------------------------------------------------------------


def row_batches(subject: Subject, dtype: Any) -> Iterator[Batch]:
    """Ordinary logits at several scales, ties, one dominating entry, long and short rows."""
    longest = max(SIZES) if all(len(i.dimensions) < 2 for i in subject.inputs) else 3
    for size in (s for s in SIZES if s <= longest):
        count = ROWS if size < max(SIZES) else LONG_ROWS[min(subject.rank, 2)]
        for label, rows, extreme in kinds_of_rows(size, count, dtype):
            chance = np.random.default_rng(random.Random(f"{label} {size}").getrandbits(32))
            sizes: dict[Dimension, int] = dict.fromkeys(subject.definition.sizes, size)
            arrays = {
                i.name: values(i, k, rows, sizes, count, subject.domain, chance) for k, i in enumerate(subject.inputs)
            }
            given = {n: a if a.dtype.kind == "i" else a.astype(dtype) for n, a in arrays.items()}
            yield Batch(f"{label}, n = {size}", given, sizes, extreme)


def kinds_of_rows(size: int, count: int, dtype: Any) -> Iterator[tuple[str, Array, bool]]:
    """(label, rows, whether they are extreme)"""
    chance = np.random.default_rng(size)
    for scale in (1, 10, 100):
        yield f"logits ×{scale}", chance.normal(size=(count, size)) * scale, scale > 10
    yield "ties", np.repeat(chance.normal(size=(count, 1)) * 10, size, axis=1), False
    for most in (40, 800):
        dominating = chance.normal(size=(count, size))
        dominating[:, 0] += np.linspace(1, most, count)
        yield f"one dominates by up to {most}", dominating, most > 40
    for power in (FAR[np.dtype(dtype)], -FAR[np.dtype(dtype)]):
        yield f"entries ×1e{power}", chance.normal(size=(count, size)) * 10.0**power, True


def values(
    entry: Input, place: int, rows: Array, sizes: Mapping[Any, int], count: int, domain: Domain, chance: Any
) -> Array:
    """The first input takes the rows, as probabilities where its domain says so; targets are one-hot."""
    shape = (count, *(d if isinstance(d, int) else sizes[d] for d in entry.dimensions))
    if entry.labels is not None:
        whole: Array = chance.integers(0, max(sizes.values()), size=shape)
        return whole
    shares_of_one = len(shape) == 2 and is_probability(entry, domain)
    if place == 0 and shape == rows.shape:
        return shares(rows) if shares_of_one else rows
    if shares_of_one:
        hot = np.zeros(shape)
        hot[np.arange(count), chance.integers(0, shape[1], size=count)] = 1
        return hot
    found: Array = chance.normal(size=shape)
    return found


def shares(rows: Array) -> Array:
    """Probabilities of these logits."""
    e = np.exp(rows - rows.max(axis=1, keepdims=True))
    found: Array = e / e.sum(axis=1, keepdims=True)
    return found
