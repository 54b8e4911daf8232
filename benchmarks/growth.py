"""How cost grows with the number of elements, and what a call needs beside inputs and results.

Contract: `growth` times a kernel on ever larger arrays; `peak` runs one call in a process of its own and reads from the
system the most memory that the process ever held. Both repeat the arrays of a small case, so that making them costs
nothing beyond themselves.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.cases import flat
from benchmarks.measure import Place
from benchmarks.timing import in_turn, sampler

KERNELS = (("sigmoid_vjp", "1e4"), ("gelu_vjp", "1e4"), ("mse_grad", "10000×1000"), ("softmax_vjp", "10000×1000"))
"""Kernels, and the size that is cut or repeated."""

SIZES = (10**4, 10**5, 10**6, 10**7, 10**8)
DTYPE = "float32"
KILOBYTE = 1 if sys.platform == "darwin" else 1024
"""Of what the system counts in."""


@dataclass(frozen=True)
class Growth:
    """Seconds a call by the number of elements."""

    kernel: str
    dtype: str
    seconds: Mapping[int, float]


@dataclass(frozen=True)
class Peak:
    """Bytes of the results, and of what was held beside inputs and results."""

    kernel: str
    elements: int
    dtype: str
    threads: int
    result: int
    temporaries: int


def arrays(place: Place, elements: int) -> tuple[object, ...]:
    """The arguments of so many elements in all."""
    case = place.case
    small = case.size.elements
    if elements >= small:
        return tuple(case.tiled(elements // small).values())
    samples = case.size.samples * elements // small
    return tuple(a if case.is_shared(name) else a[:samples] for name, a in case.arrays.items())


def growth(place: Place, sizes: Sequence[int], seconds: float) -> Growth:
    found = {}
    for n in sizes:
        arguments, function = arrays(place, n), place.case.kernel.function
        samplers = {"": sampler(lambda f=function, a=arguments: f(*a))}  # type: ignore[misc]
        found[n] = in_turn(samplers, seconds / len(sizes))[""].median
    return Growth(place.kernel, place.dtype, found)


def peak(place: Place, elements: int) -> Peak:
    """Of one call, in a process that makes no other of that size."""
    function = place.case.kernel.function
    function(*arrays(place, min(SIZES)))
    arguments = arrays(place, elements)
    before = held()
    result = function(*arguments)
    own = sum(np.asarray(a).nbytes for a in flat(result))
    return Peak(place.kernel, elements, place.dtype, place.threads, own, max(0, held() - before - own))


def held() -> int:
    """The most bytes that this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
