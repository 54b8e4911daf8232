"""The slow reference interpreter: a graph on numbers of any kind, entry by entry.

Contract: `interpret(graph, inputs, sizes, arithmetic)` gives one object array for each output. It shares the
meaning of the ops with nothing that emits code, so that a kernel and its graph can be compared.
    EXACT(context)   mpmath numbers of a context, for the truth
    FLOATS           Python floats, IEEE rules (1/0 is inf), for what a plain kernel would do
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from derive.ir.graph import Graph, Node, topological
from derive.ir.ops import BY_NAME, DOUBLE, ROOM, SINGLE, Arithmetic
from derive.language.indices import extent
from derive.language.primitives import POLYGAMMA, PRIMITIVES

Entries = NDArray[np.object_]
Sizes = Mapping[str, int]
NUMPY_NAMES = {p.mpmath: p.numpy for p in PRIMITIVES}


@dataclass(frozen=True)
class Exact:
    """Numbers of an mpmath context."""

    context: Any
    half_exponent: int = ROOM

    def number(self, value: Fraction) -> Any:
        return self.context.mpf(value.numerator) / value.denominator

    def call(self, function: str, *values: Any) -> Any:
        return called(self.context, function, *values)


@dataclass(frozen=True)
class Floats:
    """Floating-point numbers of one NumPy type."""

    kind: type[np.floating[Any]] = np.float64

    @property
    def half_exponent(self) -> int:
        return SINGLE if self.kind is np.float32 else DOUBLE

    def number(self, value: Fraction) -> Any:
        return self.kind(float(value))

    def call(self, function: str, *values: Any) -> Any:
        found = getattr(np, NUMPY_NAMES.get(function, function), None)
        if found is None:
            return self.kind(called(mpmath.fp, function, *map(float, values)))
        return found(*values) if values else self.kind(found)


def called(context: Any, function: str, *values: Any) -> Any:
    """A function of an mpmath context by its name there."""
    return context.psi(POLYGAMMA[function], *values) if function in POLYGAMMA else getattr(context, function)(*values)


def interpret(graph: Graph, inputs: Mapping[str, Any], sizes: Sizes, arithmetic: Arithmetic) -> tuple[Entries, ...]:
    """The outputs of a graph; inputs are arrays (or nested lists) of the arithmetic's numbers."""
    values: dict[Node, Entries] = {}
    with np.errstate(all="ignore"):
        for node in topological(graph):
            values[node] = (
                leaf(node, inputs, sizes, arithmetic) if node.is_leaf else compute(node, values, sizes, arithmetic)
            )
    return tuple(values[n] for n in graph)


def leaf(node: Node, inputs: Mapping[str, Any], sizes: Sizes, arithmetic: Arithmetic) -> Entries:
    match node.op, node.data:
        case "input", str(name):
            return objects(inputs[name])
        case "constant", Fraction() as value:
            return objects(arithmetic.number(value))
        case "size", str(name):
            return objects(arithmetic.number(Fraction(extent(name, sizes))))
        case "logarithm", Fraction() as value:
            return objects(arithmetic.call("log", arithmetic.number(value)))
        case "index", _:
            return objects(list(range(extent(node.shape[0], sizes))))
        case op, data if (meaning := BY_NAME[op].meaning) is not None:
            return objects(meaning(arithmetic, data))
        case _:
            zero, one = (arithmetic.number(Fraction(k)) if node.op == "identity" else bool(k) for k in (0, 1))
            n = extent(node.shape[0], sizes)
            return objects([[one if i == j else zero for j in range(n)] for i in range(n)]).reshape(n, n)


def objects(value: Any) -> Entries:
    array = np.asarray(value, dtype=object)
    return array if isinstance(array, np.ndarray) else np.array(array, dtype=object)


def compute(node: Node, values: Mapping[Node, Entries], sizes: Sizes, arithmetic: Arithmetic) -> Entries:
    shape = tuple(extent(d, sizes) for d in node.space)
    arguments = [np.broadcast_to(spread(values[a.node], a.axes, shape), shape) for a in node.arguments]
    result = np.empty(shape[: len(node.shape)], dtype=object)
    if node.op == "matrix":
        return matrix(node, values, shape)
    for place in np.ndindex(result.shape):
        result[place] = entry(node, [a[place] for a in arguments], place, arithmetic)
    return result


def matrix(node: Node, values: Mapping[Node, Entries], shape: tuple[int, ...]) -> Entries:
    """The arguments, row by row, as the entries of a matrix on the last two axes."""
    lined_up = [np.broadcast_to(spread(values[a.node], a.axes, shape[:-2]), shape[:-2]) for a in node.arguments]
    return objects(np.stack(lined_up, axis=-1)).reshape(shape)


def spread(value: Entries, axes: tuple[int, ...], shape: tuple[int, ...]) -> Entries:
    """The value with its axis i on axis axes[i] (two on one: the diagonal), others of length 1."""
    grids = [np.arange(shape[a]).reshape([-1 if k == a else 1 for k in range(len(shape))]) for a in axes]
    return objects(value[tuple(grids)]).reshape([shape[k] if k in axes else 1 for k in range(len(shape))])


def entry(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    op = BY_NAME[node.op]
    if op.kind == "elementwise":
        assert op.meaning is not None
        return op.meaning(arithmetic, node.data, *arguments)
    if node.op == "spread":
        return arguments[0]
    if op.kind == "position":
        return POSITION[node.op](node, arguments, place, arithmetic)
    if node.op.startswith("first_"):
        return first(node, arguments[0].ravel(), place)
    if op.kind == "contraction":
        arguments = [math.prod(arguments[1:], start=arguments[0])]
    assert op.meaning is not None
    items = list(np.ravel(arguments[0]))
    if not items:
        return arithmetic.number(Fraction(1 if node.op == "prod" else 0))
    return op.meaning(arithmetic, node.data, *items)


# --- positions -----------------------------------------------------------------------------------------


def pick(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The entry at a fixed place of the bound axis."""
    return arguments[0].ravel()[node.data]


def gather(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The entry at the place that the label says; the label does not vary along the bound axis."""
    return arguments[0].ravel()[int(arguments[1].ravel()[0])]


def scatter(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The sum of the values whose label is this place of axis `data`."""
    assert isinstance(node.data, int)
    landed = [v for v, k in zip(np.ravel(arguments[0]), np.ravel(arguments[1]), strict=True) if k == place[node.data]]
    return sum(landed, arithmetic.number(Fraction(0)))


def others(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The product of all entries but the one at this place of axis `data`."""
    assert isinstance(node.data, int)
    kept = [v for k, v in enumerate(arguments[0].ravel()) if k != place[node.data]]
    return math.prod(kept, start=arithmetic.number(Fraction(1)))


def window(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The entry at the place of an axis plus an offset, 0 where there is none."""
    assert isinstance(node.data, tuple)
    axis, offset = node.data
    items, at = arguments[0].ravel(), place[axis] + offset
    return items[at] if 0 <= at < len(items) else arithmetic.number(Fraction(0))


def at_largest(node: Node, arguments: list[Any], place: tuple[int, ...], arithmetic: Arithmetic) -> Any:
    """The entry of the first argument where the first largest of the second stands."""
    values, by = (a.ravel() for a in arguments)
    return values[max(range(len(by)), key=lambda k: by[k])] if len(by) else arithmetic.number(Fraction(0))


POSITION = {
    "pick": pick,
    "gather": gather,
    "scatter": scatter,
    "others": others,
    "window": window,
    "at_largest": at_largest,
}


def first(node: Node, items: Entries, place: tuple[int, ...]) -> Any:
    """Whether the index is the first at which the largest (smallest) item stands."""
    choose = max if node.op == "first_max" else min
    assert isinstance(node.data, int)
    best = choose(range(len(items)), key=lambda k: items[k])
    return place[node.data] == best
