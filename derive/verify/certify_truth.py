"""What certification measures against: graphs computed with more digits than a kernel has.

    extended    the machine's extended type, 11 bits more than float64; wherever NumPy has all functions
    double      float64, for float32 kernels of functions that only the C library has (erf, erfc, lgamma)
    digits      mpmath with 60 digits, for all else; at fewer points, since each takes microseconds

Contract: `way_of(graphs, dtype)` is the first way that can compute them; `way.compute` gives arrays of the extended
type. How far each may be off many digits of the definition itself is its `agreement`, relative to the size that errors
are counted in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from derive.ir.graph import Graph, topological
from derive.ir.interpret import Exact, interpret
from derive.language.errors import CheckError
from derive.language.indices import Dimension
from derive.verify.arrays import BY_C_LIBRARY, can_compute, compute

Array = NDArray[Any]
Inputs = Mapping[str, Array]
Sizes = Mapping[Dimension, int]

EXTENDED = np.longdouble
NEEDED_BITS = 63
DIGITS = 60
DIGIT_ENTRIES = 12_000
"""So many entries of inputs are worth their many digits."""

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = DIGITS


@dataclass(frozen=True)
class Way:
    """A way to compute a graph, at no more than so many entries of inputs (0: any number)."""

    name: str
    agreement: float
    fits: Callable[[Graph, Any], bool]
    compute: Callable[[Graph, Inputs, Sizes], tuple[Array, ...]]
    entries: int = 0

    def thinned(self, inputs: Inputs) -> Inputs:
        """Every so many samples, the last ones always: those are the ends of the range."""
        count, total = len(next(iter(inputs.values()))), sum(a.size for a in inputs.values())
        if not self.entries or total <= self.entries:
            return inputs
        step = -(-total // self.entries)
        kept = np.union1d(np.arange(0, count, step), np.arange(max(0, count - LAST), count))
        return {name: array[kept] for name, array in inputs.items()}


LAST = 16
BEYOND = 20_000
"""2**BEYOND is infinite in the extended type."""


def functions_of(graph: Graph) -> set[str]:
    return {n.op for n in topological(graph)}


def by_extended(graph: Graph, inputs: Inputs, sizes: Sizes) -> tuple[Array, ...]:
    return compute(graph, inputs, sizes, EXTENDED)


def by_double(graph: Graph, inputs: Inputs, sizes: Sizes) -> tuple[Array, ...]:
    return tuple(a.astype(EXTENDED) for a in compute(graph, inputs, sizes, np.float64))


def by_digits(graph: Graph, inputs: Inputs, sizes: Sizes) -> tuple[Array, ...]:
    given = {name: as_digits(array) for name, array in inputs.items()}
    known = {name: size for name, size in sizes.items() if isinstance(name, str)}
    return tuple(as_extended(a) for a in interpret(graph, given, known, Exact(CONTEXT)))


def as_digits(array: Array) -> Array:
    found = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        found[place] = exactly(array[place], CONTEXT)
    return found


def as_extended(array: Array) -> Array:
    found = np.empty(array.shape, dtype=EXTENDED)
    for place in np.ndindex(array.shape):
        found[place] = to_extended(array[place])
    return found


def to_extended(value: Any) -> Any:
    """The nearest extended number: a mantissa of two doubles, and its exponent."""
    if not CONTEXT.isfinite(value):
        return EXTENDED(float(value))
    mantissa, exponent = CONTEXT.frexp(value)
    high = float(mantissa)
    with np.errstate(all="ignore"):
        return np.ldexp(EXTENDED(high) + EXTENDED(float(mantissa - high)), int(max(-BEYOND, min(exponent, BEYOND))))


def exactly(value: Any, context: Any) -> Any:
    """A float, or an extended number as it is: its mantissa in two doubles, and its exponent."""
    if not np.isfinite(value):
        return context.mpf(float(value))
    mantissa, exponent = np.frexp(EXTENDED(value))
    high = float(mantissa)
    return context.ldexp(context.mpf(high) + context.mpf(float(mantissa - EXTENDED(high))), int(exponent))


WAYS: Sequence[Way] = (
    Way("extended", 2.0**-60, lambda graph, dtype: can_compute(graph), by_extended),
    Way("double", 2.0**-44, lambda graph, dtype: dtype is np.float32 and can_compute(graph, BY_C_LIBRARY), by_double),
    Way("digits", 2.0**-60, lambda graph, dtype: can_compute(graph, None), by_digits, DIGIT_ENTRIES),
)


def way_of(graph: Graph, dtype: Any) -> Way:
    """The first way that fits. Raises CheckError where the extended type has too few bits."""
    bits = np.finfo(EXTENDED).nmant
    if bits < NEEDED_BITS:
        raise CheckError(f"certification needs an extended type of {NEEDED_BITS} bits; this machine's has {bits}")
    return next(way for way in WAYS if way.fits(graph, dtype))
