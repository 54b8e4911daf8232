"""Graphs on whole NumPy arrays of one type, float32 to longdouble: what certification measures against.

Contract: `compute(graph, inputs, sizes, kind)` gives one array for each output. It shares the meaning of most ops
with the slow interpreter and nothing with the emitter. What NumPy lacks is taken from the C library, entry by entry,
in float64 at most. `can_compute` says whether all ops are known; one that is not is an UnknownOpError.
To extend: a function in COMPUTE.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.ir.graph import Argument, Graph, Node, topological
from derive.ir.ops import BASIC, BY_NAME, ROOM, beside_of
from derive.language.indices import Dimension
from derive.language.primitives import PRIMITIVES

Array = NDArray[Any]
NUMPY_NAMES = {p.mpmath: p.numpy for p in PRIMITIVES}
BY_C_LIBRARY = ("erf", "erfc", "lgamma", "normal_tail", "times_tail", "tail_sum", "gaussian")
"""Functions of C that NumPy lacks, and those that the extended type is too short for: of a square in an exponent."""

FOLDS = ("room", "still", "minus_infinity", *(op.name for op in BASIC if op.meaning is not None))
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class UnknownOpError(Exception):
    """An op that whole arrays cannot be computed with."""


@dataclass(frozen=True)
class Numbers:
    """Arrays of one NumPy type, as an arithmetic of the ops."""

    kind: Any
    half_exponent: int = ROOM

    def number(self, value: Fraction) -> Any:
        return self.kind(value.numerator) / self.kind(value.denominator) if value.denominator > 1 else self.kind(value)

    def call(self, function: str, *values: Any) -> Any:
        found = getattr(np, NUMPY_NAMES.get(function, function), None)
        if found is None:
            return self.by_c_library(function, *values)
        if values:
            return found(*values)
        return 4 * np.arctan(self.kind(1)) if function == "pi" else self.kind(found)

    def by_c_library(self, function: str, *values: Any) -> Any:
        name = {"loggamma": "lgamma"}.get(function, function)
        if not hasattr(math, name) or np.finfo(self.kind).bits > np.finfo(np.float64).bits:
            raise UnknownOpError(function)
        return np.frompyfunc(guarded(getattr(math, name)), 1, 1)(*values).astype(self.kind)


def guarded(function: Callable[[float], float]) -> Callable[[Any], float]:
    """NaN where C reports an error: a pole."""

    def call(value: Any) -> float:
        try:
            return function(float(value))
        except (ValueError, OverflowError):
            return math.nan

    return call


@dataclass(frozen=True)
class Computation:
    """The values of nodes so far."""

    inputs: Mapping[str, Array]
    sizes: Mapping[Dimension, int]
    numbers: Numbers
    values: dict[Node, Array]

    def value(self, node: Node) -> Array:
        compute_it = COMPUTE.get(node.op)
        if compute_it is not None:
            return compute_it(self, node)
        op = BY_NAME[node.op]
        if op.kind not in ("elementwise", "leaf") or op.meaning is None:
            raise UnknownOpError(node.op)
        return np.asarray(op.meaning(self.numbers, node.data, *self.arguments(node)))

    def arguments(self, node: Node) -> list[Array]:
        return [self.placed(a, len(node.space)) for a in node.arguments]

    def placed(self, argument: Argument, rank: int) -> Array:
        """The argument's value with its axes where they lie, others of length 1."""
        value, axes = self.values[argument.node], argument.axes
        order = sorted(set(axes))
        if len(order) < len(axes) or list(axes) != order:
            spelled = "".join(LETTERS[a] for a in axes) + "->" + "".join(LETTERS[a] for a in order)
            value = np.einsum(spelled, value)
        shape = iter(value.shape)
        return value.reshape([next(shape) if k in order else 1 for k in range(rank)])

    def extents(self, node: Node) -> tuple[int, ...]:
        return tuple(d if isinstance(d, int) else self.sizes[d] for d in node.space)


def compute(graph: Graph, inputs: Mapping[str, Array], sizes: Mapping[Dimension, int], kind: Any) -> tuple[Array, ...]:
    """The outputs of a graph; inputs have the batch axis first, unless all samples share them."""
    found = Computation(inputs, sizes, Numbers(kind), {})
    with np.errstate(all="ignore"):
        for node in topological(graph):
            found.values[node] = found.value(node)
        return tuple(np.broadcast_to(found.values[n], found.extents(n)[: len(n.shape)]) for n in graph)


def can_compute(graph: Graph, others: Sequence[str] | None = ()) -> bool:
    """Whether all ops are NumPy's, or functions among `others` (None: any function)."""
    return all(
        node.op in COMPUTE
        or node.op in FOLDS
        or (others is None or node.op in others or hasattr(np, numpy_name(node.op)))
        for node in topological(graph)
    )


def numpy_name(op: str) -> str:
    return next((p.numpy for p in PRIMITIVES if p.name == op), op)


# --- ops that are no elementwise meaning ----------------------------------------------------------------


def of_input(at: Computation, node: Node) -> Array:
    return np.asarray(at.inputs[str(node.data)], dtype=at.numbers.kind)


def of_constant(at: Computation, node: Node) -> Array:
    assert isinstance(node.data, Fraction)
    return np.asarray(at.numbers.number(node.data))


def of_size(at: Computation, node: Node) -> Array:
    return np.asarray(at.numbers.kind(at.sizes[str(node.data)]))


def of_logarithm(at: Computation, node: Node) -> Array:
    return np.asarray(np.log(of_constant(at, node)))


def of_identity(at: Computation, node: Node) -> Array:
    return np.eye(at.extents(node)[0], dtype=at.numbers.kind if node.op == "identity" else bool)


def of_test(test: Callable[[Any, Any], Any]) -> Callable[[Computation, Node], Array]:
    return lambda at, node: np.asarray(test(*at.arguments(node)))


def of_bracket(at: Computation, node: Node) -> Array:
    return np.asarray(at.arguments(node)[0] >= 0).astype(at.numbers.kind)


def of_indicator(at: Computation, node: Node) -> Array:
    value = np.asarray(at.arguments(node)[0])
    return np.where(np.isnan(value), value, (value >= 0).astype(at.numbers.kind))


def by_numpy(function: Callable[..., Any]) -> Callable[[Computation, Node], Array]:
    return lambda at, node: np.asarray(function(*at.arguments(node)))


def over_bound(function: Callable[..., Any]) -> Callable[[Computation, Node], Array]:
    """A reduction of the product of the arguments over the bound axes."""

    def apply(at: Computation, node: Node) -> Array:
        value = np.broadcast_to(reduce(operator.mul, at.arguments(node)), at.extents(node))
        return np.asarray(function(value, axis=tuple(range(len(node.shape), len(node.space)))))

    return apply


def of_norm(at: Computation, node: Node) -> Array:
    """By the largest, so that nothing overflows."""
    beside = beside_of(node.data)
    axis = tuple(range(len(node.shape), len(node.space)))
    value = np.broadcast_to(at.arguments(node)[0], at.extents(node))
    least = 1 if beside.added else 0
    largest = np.max(np.abs(value), axis=axis, keepdims=True, initial=least)
    scale = np.where((largest > 0) & np.isfinite(largest), largest, 1)
    total = (np.mean if beside.is_mean else np.sum)((value / scale) ** 2, axis=axis)
    outside = np.squeeze(scale, axis)
    return np.asarray(np.sqrt(total + float(beside.added) / outside / outside) * outside)


def of_first(at: Computation, node: Node) -> Array:
    """Where the first largest (smallest) entry stands."""
    (value,) = at.arguments(node)
    choose = np.argmax if node.op == "first_max" else np.argmin
    best = choose(value, axis=len(node.shape))
    assert isinstance(node.data, int)
    places = np.arange(at.extents(node)[node.data])
    return np.asarray(best == places.reshape([-1 if k == node.data else 1 for k in range(len(node.shape))]))


def of_at_largest(at: Computation, node: Node) -> Array:
    """The entry of the first argument where the first largest of the second stands."""
    entries, by = (np.broadcast_to(a, at.extents(node)) for a in at.arguments(node))
    best = np.argmax(by, axis=len(node.shape))
    return np.asarray(np.take_along_axis(entries, best[..., np.newaxis], axis=-1)[..., 0])


def of_index(at: Computation, node: Node) -> Array:
    return np.arange(at.extents(node)[0])


def of_pick(at: Computation, node: Node) -> Array:
    (value,) = at.arguments(node)
    assert isinstance(node.data, int)
    return np.asarray(np.broadcast_to(value, at.extents(node))[..., node.data])


def of_gather(at: Computation, node: Node) -> Array:
    """The entry at the place that the label says."""
    value, label = (np.broadcast_to(a, at.extents(node)) for a in at.arguments(node))
    return np.asarray(np.take_along_axis(value, label[..., :1].astype(int), axis=-1)[..., 0])


def of_spread(at: Computation, node: Node) -> Array:
    (value,) = at.arguments(node)
    return np.broadcast_to(value, at.extents(node))


COMPUTE: Mapping[str, Callable[[Computation, Node], Array]] = {
    "input": of_input, "constant": of_constant, "size": of_size, "logarithm": of_logarithm,
    "identity": of_identity, "same": of_identity, "where": by_numpy(np.where), "copysign": by_numpy(np.copysign),
    "maximum": by_numpy(np.maximum), "minimum": by_numpy(np.minimum), "abs": by_numpy(np.abs),
    "less": of_test(operator.lt), "less_equal": of_test(operator.le), "greater": of_test(operator.gt),
    "greater_equal": of_test(operator.ge), "sum": over_bound(np.sum), "prod": over_bound(np.prod),
    "bracket": of_bracket, "indicator": of_indicator,
    "max": over_bound(np.max), "min": over_bound(np.min), "contract": over_bound(np.sum),
    "norm": of_norm,
    "first_max": of_first, "first_min": of_first, "at_largest": of_at_largest, "spread": of_spread,
    "index": of_index, "pick": of_pick, "gather": of_gather, "equal": of_test(operator.eq),
}  # fmt: skip
