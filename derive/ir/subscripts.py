"""What stands where an index can stand: letters, fixed positions, labels and shifted letters, as axes and look-ups.

Contract: `at_subscripts(visit, part, subscripts, origin)` gives a quantity, which lies on axes #0, #1, ..., at its
subscripts; `position` is the number of the place that a subscript stands for. `visit` lowers the quantity that a label
is, to whole numbers. `whole_numbers` finds them in a graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType

from derive.ir.build import Labelled, constant, elementwise, placed, sizes_of, union
from derive.ir.graph import Node, topological
from derive.ir.ops import LOOK_UPS, LOOKS
from derive.language.expressions import Chosen, Expression, Ref
from derive.language.indices import Fixed, Index, Shifted

Visit = Callable[[Ref], Labelled]


def at_subscripts(visit: Visit, part: Labelled, subscripts: tuple[Index, ...], origin: Expression) -> Labelled:
    """A quantity on axes #0, #1, ... at these subscripts: letters, fixed positions, or what a label says."""
    sizes = {label.name: label.size for label in part.labels}
    named = {f"#{k}": index for k, index in enumerate(subscripts)}
    plain = {name: i for name, i in named.items() if type(i) is Index and sizes.get(name) == i.size}
    part = with_labels(part, tuple(plain.get(label.name, label) for label in part.labels), origin)
    for name, index in named.items():
        if name in sizes and name not in plain:
            part = looked_up(visit, part, Index(name, sizes[name]), index, origin)
    return part


def with_labels(part: Labelled, labels: tuple[Index, ...], origin: Expression) -> Labelled:
    """The same axes under other labels; an index that stands twice takes the diagonal."""
    unique = tuple(dict.fromkeys(labels))
    if len(unique) == len(labels):
        return Labelled(part.node, labels)
    node = Node("view", (placed(Labelled(part.node, labels), unique),), sizes_of(unique), origin=origin)
    return Labelled(node, unique)


def looked_up(visit: Visit, part: Labelled, axis: Index, index: Index, origin: Expression) -> Labelled:
    """The entries at one position of an axis."""
    rest = tuple(label for label in part.labels if label != axis)
    if isinstance(index, Fixed):
        node = Node("pick", (placed(part, (*rest, axis)),), sizes_of(rest), (axis.size,), index.position, origin=origin)
        return Labelled(node, rest)
    base, offset = (index.base, index.offset) if isinstance(index, Shifted) else (index, 0)
    if type(base) is Index:
        return window(part, rest, axis, base, offset, origin)
    label = position(visit, index)
    labels = union((Labelled(part.node, rest), label))
    arguments = (placed(part, (*labels, axis)), placed(label, labels))
    return Labelled(Node("gather", arguments, sizes_of(labels), (axis.size,), origin=origin), labels)


def window(
    part: Labelled, rest: tuple[Index, ...], axis: Index, base: Index, offset: int, origin: Expression
) -> Labelled:
    """The entries at the places of another index, moved by an offset: x[i+1]."""
    labels = (*rest, Index(f"{axis.name}'", base.size))
    argument = placed(part, (*labels, axis))
    node = Node("window", (argument,), sizes_of(labels), (axis.size,), (len(rest), offset), origin=origin)
    return with_labels(Labelled(node, labels), (*rest, base), origin)


def position(visit: Visit, index: Index) -> Labelled:
    """The number of the place that an index stands for."""
    if isinstance(index, Shifted):
        return elementwise("add", position(visit, index.base), Labelled(constant(index.offset)))
    if isinstance(index, Fixed):
        return Labelled(constant(index.position))
    if isinstance(index, Chosen):
        return visit(index.by)
    return Labelled(Node("index", shape=(index.size,), data=index.size), (index,))


def same_place(visit: Visit, left: Index, right: Index) -> Labelled:
    """Where two positions are equal, as booleans."""
    if type(left) is Index and type(right) is Index and left.size == right.size:
        return Labelled(Node("same", shape=(left.size, left.size), data=left.size), (left, right))
    return elementwise("equal", position(visit, left), position(visit, right))


def whole_numbers(nodes: Iterable[Node]) -> frozenset[Node]:
    """The nodes that are places or labels, and what these are looked up in."""
    found = {a.node for n in nodes for a in n.arguments[FIRST_PLACE.get(n.op, len(n.arguments)) :]}
    for node in reversed(tuple(topological(tuple(found)))):
        if node in found and node.op in (*LOOKS, *LOOK_UPS):
            found.add(node.arguments[0].node)
    return frozenset(found)


FIRST_PLACE = MappingProxyType({"gather": 1, "scatter": 1, "real": 0, "equal": 0})
"""From which argument on an op takes whole numbers."""
