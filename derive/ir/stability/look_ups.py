"""Exponentials of what is looked up, where the exponential of the whole is there: one shift serves both.

    exp(a_0) / sum_k exp(a_k)    the place 0 of exp(a_k), over their sum
    exp(a_y - b)                 the place y of exp(a_k - b), where these are summed

Contract: `look_up_exponentials` maps a graph to an equal one that computes no more than before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from derive.ir.graph import BATCH, Argument, Graph, Node, data_on, moved, named, rebuild, topological, whole
from derive.ir.ops import BY_NAME, LOOK_UPS

SUMS = ("sum", "contract")


def look_up_exponentials(graph: Graph) -> Graph:
    """The exponential of a look-up as the look-up of an exponential that is summed somewhere."""
    known = list(dict.fromkeys(found for n in topological(graph) if n.op in SUMS for found in summed(n)))

    def changed(node: Node) -> Node:
        if node.op != "exp":
            return node
        found = next(candidates(node, known), None)
        return node if found is None else named(found, node.name, node.origin)

    return rebuild(graph, changed)


def summed(node: Node) -> Iterator[tuple[Node, int]]:
    """The exponentials in what is summed, each with the axis that the sum runs over.

    Others would be shifted by their largest, which need not be among what is summed.
    """
    stack = list(node.arguments)
    while stack:
        argument = stack.pop()
        inner = argument.node
        if inner.op == "exp":
            yield from ((inner, k) for k, axis in enumerate(argument.axes) if axis >= len(node.shape))
        if BY_NAME[inner.op].kind == "elementwise":
            stack += [moved(a, argument.axes) for a in inner.arguments]


def candidates(node: Node, known: Sequence[tuple[Node, int]]) -> Iterator[Node]:
    """The node as a look-up of another exponential."""
    for other, axis in known:
        if other is not node and other.data == node.data and other.shape[axis] != BATCH:
            found = Correspondence(axis)
            if found.fits(whole(node), whole(other)) and found.place is not None:
                yield found.looked_up(node, other)


@dataclass
class Correspondence:
    """How the axes of a whole lie on those of a node that is the same at one place of `axis`; lives for one try.

    place: the op that looks up, its data and its label, on the node's axes.
    """

    axis: int
    axes: dict[int, int] = field(default_factory=dict)
    place: tuple[object, ...] | None = None

    def fits(self, one: Argument, other: Argument) -> bool:
        """Whether `one` is `other` at one place of the axis."""
        if self.axis not in other.axes:
            return one.node == other.node and self.lies(other.axes, one.axes)
        if one.node.op in LOOK_UPS and one.node.arguments[0].node == other.node:
            return self.looks(one, other)
        alike = one.node.op == other.node.op and one.node.data == other.node.data
        if not alike or BY_NAME[one.node.op].kind != "elementwise":
            return False
        pairs = list(zip(one.node.arguments, other.node.arguments, strict=False))
        same_count = len(one.node.arguments) == len(other.node.arguments)
        return same_count and all(self.fits(moved(a, one.axes), moved(b, other.axes)) for a, b in pairs)

    def looks(self, one: Argument, other: Argument) -> bool:
        """Whether the place is looked up along the axis, and is the one that was met before."""
        (source, *label), bound = one.node.arguments, len(one.node.shape)
        pairs = list(zip(source.axes, other.axes, strict=True))
        if any((a == bound) != (b == self.axis) for a, b in pairs):
            return False
        place = (one.node.op, data_on(one.node, one.axes), *(moved(a, one.axes) for a in label))
        if self.place not in (None, place):
            return False
        self.place = place
        rest = [(a, b) for a, b in pairs if b != self.axis]
        return self.lies([b for _, b in rest], [one.axes[a] for a, _ in rest])

    def lies(self, whole_axes: Sequence[int], node_axes: Sequence[int]) -> bool:
        return all(self.axes.setdefault(a, b) == b for a, b in zip(whole_axes, node_axes, strict=True))

    def looked_up(self, node: Node, other: Node) -> Node:
        assert self.place is not None
        op, data, *label = self.place
        axes = tuple(len(node.shape) if k == self.axis else self.axes[k] for k in range(len(other.shape)))
        return Node(str(op), (Argument(other, axes), *label), node.shape, (other.shape[self.axis],), data)  # type: ignore[arg-type]
