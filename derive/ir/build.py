"""Constructors of nodes: on nodes of the same axes, and on nodes whose axes carry indices.

Contract: `Labelled` is a node with one index for each axis, BATCH_INDEX first where there are samples;
`elementwise` lines up arguments by their indices. Nothing here simplifies.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.graph import BATCH, Argument, Node, data_on, moved, whole
from derive.language.expressions import Expression
from derive.language.indices import Dimension, Index

BATCH_INDEX = Index(BATCH, BATCH)
HAVE_AXIS = ("first_max", "first_min", "scatter", "others")
"""Ops whose data is one of their axes."""


@dataclass(frozen=True)
class Labelled:
    """A node and the index that each of its axes runs over."""

    node: Node
    labels: tuple[Index, ...] = ()


def constant(value: Fraction | int) -> Node:
    return Node("constant", data=Fraction(value))


def size_node(size: Dimension) -> Node:
    """A size as a value."""
    return constant(size) if isinstance(size, int) else Node("size", data=size)


def apply(op: str, *values: Node, data: Hashable = None, name: str = "") -> Node:
    """An elementwise op of nodes that all have the same axes, or none."""
    shape = max((v.shape for v in values), key=len)
    arguments = tuple(whole(v) for v in values)
    assert all(v.shape in (shape, ()) for v in values)
    return Node(op, arguments, shape, data=data, name=name)


def scaled(factor: Fraction | int, value: Node) -> Node:
    """factor * value"""
    return value if factor == 1 else apply("multiply", constant(factor), value)


def unscaled(argument: Argument) -> tuple[Fraction, Argument]:
    """(c, u) of c u"""
    node = argument.node
    if node.op == "multiply" and len(node.arguments) == 2 and isinstance(node.arguments[0].node.data, Fraction):
        number, inner = unscaled(moved(node.arguments[1], argument.axes))
        return node.arguments[0].node.data * number, inner
    return Fraction(1), argument


def raised(value: Node, power: Fraction | int) -> Node:
    """value ** power"""
    return value if power == 1 else apply("power", value, data=Fraction(power))


def union(parts: Sequence[Labelled]) -> tuple[Index, ...]:
    """All labels in the order of their first appearance, that of the batch first."""
    found = dict.fromkeys(label for part in parts for label in part.labels)
    return tuple(sorted(found, key=lambda label: label != BATCH_INDEX))


def placed(part: Labelled, labels: Sequence[Index]) -> Argument:
    return Argument(part.node, tuple(labels.index(label) for label in part.labels))


def sizes_of(labels: Sequence[Index]) -> tuple[Dimension, ...]:
    return tuple(label.size for label in labels)


def elementwise(op: str, *parts: Labelled, data: Hashable = None, origin: Expression | None = None) -> Labelled:
    labels = union(parts)
    arguments = tuple(placed(p, labels) for p in parts)
    return Labelled(Node(op, arguments, sizes_of(labels), data=data, origin=origin), labels)


def reduction(op: str, part: Labelled, over: Index, origin: Expression | None = None) -> Labelled:
    """A reduction over one of the part's indices."""
    labels = tuple(label for label in part.labels if label != over)
    node = Node(op, (placed(part, (*labels, over)),), sizes_of(labels), (over.size,), origin=origin)
    return Labelled(node, labels)


def arranged(part: Labelled, labels: tuple[Index, ...]) -> Node:
    """The node with its axes in the order of `labels`; labels that it lacks are spread over."""
    node = part.node
    if part.labels == labels:
        return node
    if set(labels) == set(part.labels) and not node.is_leaf and not node.name:
        return permuted(node, tuple(labels.index(label) for label in part.labels))
    op = "spread" if set(labels) - set(part.labels) else "view"
    return Node(op, (placed(part, labels),), sizes_of(labels), name=node.name, origin=node.origin)


def permuted(node: Node, places: tuple[int, ...]) -> Node:
    """The same values with axis k of the node on axis places[k]: its arguments' maps say so."""
    axes = (*places, *range(len(places), len(node.space)))
    arguments = tuple(moved(a, axes) for a in node.arguments)
    shape = tuple(node.shape[places.index(k)] for k in range(len(places)))
    data = data_on(node, places)
    if node.op in HAVE_AXIS and isinstance(data, int):
        data = places[data]
    return replace(node, arguments=arguments, shape=shape, data=data)
