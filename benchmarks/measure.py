"""One case measured: contestants are made ready, compared with our result, then timed in turn.

Contract: a contestant whose result differs from ours is not timed; `absent` says so, or that it has no form or is not
installed. What a worker is asked for is named by strings, so that it finds kernels and arrays by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.cases import Array, Case, flat, sizes_of
from benchmarks.forms.table import forms_of
from benchmarks.kernels import kernels
from benchmarks.peers.row import Run
from benchmarks.peers.table import OURS, peer
from benchmarks.timing import REST, Times, in_turn, sampler

TOLERANCE: Mapping[str, float] = {"float64": 1e-9, "float32": 1e-3}
"""Of the largest difference over the largest entry: peers may be less accurate, but not compute other things."""

COMPARED = 10**5

NO_FORM, MISSING, DIFFERS, FAILED = "no form", "missing", "differs", "failed"


@dataclass(frozen=True)
class Measurement:
    """Seconds a call of each contestant, and why others have none."""

    kernel: str
    size: str
    elements: int
    shape: str
    dtype: str
    threads: int
    times: Mapping[str, Times]
    absent: Mapping[str, str] = field(default_factory=dict)

    def ratio(self, key: str) -> float | None:
        """Our time over the other's, in the way of calling that is the other's."""
        if key not in self.times or key in OURS:
            return None
        return self.times[peer(key).beside].median / self.times[key].median


@dataclass(frozen=True)
class Place:
    """What is measured where, in words that travel between processes."""

    kernel: str
    size: str
    dtype: str
    threads: int

    @property
    def case(self) -> Case:
        return case_of(self)


@functools.lru_cache(maxsize=1)
def case_of(place: Place) -> Case:
    kernel = next(k for k in kernels() if k.name == place.kernel)
    size = next(s for s in sizes_of(kernel) if s.name == place.size)
    return Case(kernel, size, place.dtype)


class NotReadyError(Exception):
    """Why a contestant cannot be timed."""


def ready(place: Place, key: str) -> Run:
    """The contestant's call, once its result has been compared with ours; NotReadyError otherwise."""
    one, case = peer(key), place.case
    if one.version is None:
        raise NotReadyError(MISSING)
    try:
        run = one.prepare(case, forms_of(case.kernel.definition.name), place.threads)
        found = None if run is None else run()
    except Exception as error:
        raise NotReadyError(f"{FAILED}: {type(error).__name__}: {str(error).partition(chr(10))[0][:120]}") from error
    if run is None:
        raise NotReadyError(NO_FORM)
    if not one.limit:
        compare(found, place)
    return run


def compare(found: Any, place: Place) -> None:
    """NotReadyError where a result is not ours."""
    expected = expected_at(place)
    got = tuple(np.asarray(a) for a in flat(found))
    if len(got) != len(expected):
        raise NotReadyError(f"{DIFFERS}: {len(got)} arrays for {len(expected)}")
    for mine, theirs in zip(expected, got, strict=True):
        if np.shape(mine) != theirs.shape:
            raise NotReadyError(f"{DIFFERS}: shape {theirs.shape} for {np.shape(mine)}")
        a, b = some(mine), some(theirs)
        scale = np.max(np.abs(a), initial=0.0)
        if not np.max(np.abs(a - b), initial=0.0) <= TOLERANCE[place.dtype] * max(scale, 1e-30):
            raise NotReadyError(f"{DIFFERS}: by {np.max(np.abs(a - b)) / scale:.1e} of the largest entry")


def some(array: Array) -> Array:
    """At most COMPARED entries and a few, from all of the array."""
    entries = np.ravel(array)
    return entries[:: max(1, entries.size // COMPARED)]


@functools.lru_cache(maxsize=1)
def expected_at(place: Place) -> tuple[Array, ...]:
    case = place.case
    return flat(case.kernel.function(*case.arrays.values()))


# --- all contestants in this process


def measure(place: Place, keys: Sequence[str], seconds: float) -> Measurement:
    samplers: dict[str, Callable[[], float]] = {}
    absent: dict[str, str] = {}
    for key in keys:
        try:
            samplers[key] = sampler(ready(place, key))
        except NotReadyError as reason:
            absent[key] = str(reason)
    return measurement(place, in_turn(samplers, seconds, REST if place.threads > 1 else 0.0), absent)


def measurement(place: Place, found: Mapping[str, Times], absent: Mapping[str, str]) -> Measurement:
    case = place.case
    return Measurement(
        place.kernel, place.size, case.size.elements, case.shape, place.dtype, place.threads, found, absent
    )


# --- one contestant in this process, its samples taken from outside


@functools.lru_cache(maxsize=1)
def kept(place: Place, key: str) -> Callable[[], float]:
    return sampler(ready(place, key))


def make_ready(place: Place, key: str) -> str:
    """Why it cannot be timed; empty where it can."""
    try:
        kept(place, key)
    except NotReadyError as reason:
        return str(reason)
    return ""


def sample(place: Place, key: str) -> float:
    return kept(place, key)()
