"""Shares p_i = e_i / sum_k e_k, and their complements 1 - p_i without cancellation.

Contract: `complements` maps a graph to an equal one. A share is a quotient of an exponential by its own sum over one
axis (shifted or not). With one share near 1, 1 - p loses every digit as written.
    1 - p_i, delta_ij - p_j   the sum of the other e over the sum; for the largest e its own sum without it
    1 - sum p**2              sum p (1 - p)
    1 - p_y                   the same, looked up: 1 - softmax(a)[0], or at a label
    delta_ij sum_k e_k - e_j  the sum of the other e where the indices agree, -e_j elsewhere
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.ops import LOOK_UPS

DELTAS = ("delta", "identity")


@dataclass(frozen=True)
class Share:
    """The share `node` on its own axes; `axis` is the one that its exponential is summed over."""

    node: Node
    axis: int

    @property
    def exponential(self) -> Node:
        return self.node.arguments[0].node

    @property
    def total(self) -> Argument:
        return self.node.arguments[1]

    @property
    def others(self) -> tuple[int, ...]:
        return tuple(k for k in range(len(self.node.shape)) if k != self.axis)

    @property
    def is_largest(self) -> Node:
        """Where the first largest entry stands."""
        return first_largest(self.exponential, self.axis)

    @property
    def rest(self) -> Node:
        """The sum of the exponentials without the first largest."""
        return summed_over(apply("where", self.is_largest, constant(0), self.exponential), self.axis)


def share_of(node: Node) -> Share | None:
    """The share that a node is, if its exponential lies on the node's own axes."""
    if node.op != "divide":
        return None
    above, below = node.arguments
    if above.node.op != "exp" or above != Argument(above.node, whole(node).axes) or below.node.op != "sum":
        return None
    (summed,) = below.node.arguments
    if summed.node != above.node or len(below.node.bound) != 1:
        return None
    rank = len(below.node.shape)
    (axis,) = (k for k, a in enumerate(summed.axes) if a == rank)
    kept = tuple(below.axes[a] for a in summed.axes if a < rank)
    return Share(node, axis) if kept == tuple(k for k in range(len(node.shape)) if k != axis) else None


def share_looked_up(value: Node) -> Node | None:
    """The look-up of whole shares that a value is: p_y, or e_y / sum_k e_k as the place y of e_i / sum_k e_k"""
    if value.op in LOOK_UPS:
        return value if share_of(value.arguments[0].node) is not None else None
    if value.op != "divide" or value.arguments[0].node.op not in LOOK_UPS:
        return None
    above, below = value.arguments
    share = share_at(above.node.arguments[0], below) if above == Argument(above.node, whole(value).axes) else None
    return None if share is None else at_place(above.node, share)


def share_at(factor: Argument, total: Argument) -> Node | None:
    """The share exp / sum on the exponential's own axes, where that is what the two make."""
    places = {axis: k for k, axis in enumerate(factor.axes)}
    if factor.node.op != "exp" or len(places) < len(factor.axes) or not set(total.axes) <= set(places):
        return None
    lies = Argument(total.node, tuple(places[a] for a in total.axes))
    node = Node("divide", (whole(factor.node), lies), factor.node.shape)
    return node if share_of(node) is not None else None


def at_place(look_up: Node, entries: Node) -> Node:
    """The same look-up of other entries, which lie as those do."""
    first, *label = look_up.arguments
    return replace(look_up, arguments=(Argument(entries, first.axes), *label), name="", origin=None)


def first_largest(value: Node, axis: int) -> Node:
    rank = len(value.shape)
    axes = tuple(rank if k == axis else k for k in range(rank))
    return Node("first_max", (Argument(value, axes),), value.shape, (value.shape[axis],), data=axis)


def summed_over(value: Node, axis: int) -> Node:
    """The sum over one axis."""
    rank = len(value.shape)
    axes = tuple(rank - 1 if k == axis else k - (k > axis) for k in range(rank))
    shape = value.shape[:axis] + value.shape[axis + 1 :]
    return Node("sum", (Argument(value, axes),), shape, (value.shape[axis],))


# --- complements -----------------------------------------------------------------------------------------


def complements(graph: Graph) -> Graph:
    """1 - p and delta - p from the other entries of the sum."""
    return rebuild(graph, lambda n: complemented(n) if n.op == "add" else n)


def complemented(node: Node) -> Node:
    return without_own_entry(node) or less_shares(node)


def without_own_entry(node: Node) -> Node | None:
    """delta sum_k e_k - e_i as delta (sum of the others) - (1 - delta) e_i"""
    if len(node.arguments) != 2:
        return None
    for product, minus in (node.arguments, node.arguments[::-1]):
        entry, arguments = negated(minus), product.node.arguments if product.node.op == "multiply" else ()
        factors = [moved(a, product.axes) for a in arguments]
        deltas = [f for f in factors if f.node.op in DELTAS]
        sums = [f for f in factors if f.node.op == "sum"]
        if entry is None or (len(factors), len(deltas), len(sums)) != (2, 1, 1):
            continue
        (delta,), (total,) = deltas, sums
        found = share_at(entry, total)
        share = share_of(found) if found is not None else None
        if share is None or entry.axes[share.axis] not in delta.axes:
            continue
        others = Argument(complement(share).arguments[0].node, entry.axes)
        no = Node("multiply", (Argument(constant(-1), ()), delta), node.shape)
        elsewhere = Node("add", (Argument(constant(1), ()), whole(no)), node.shape)
        here = Node("multiply", (delta, others), node.shape)
        there = Node("multiply", (Argument(constant(-1), ()), whole(elsewhere), entry), node.shape)
        return replace(node, arguments=(whole(here), whole(there)))
    return None


def less_shares(node: Node) -> Node:
    for taken in (k for k, a in enumerate(node.arguments) if a.node.op in ("constant", "identity")):
        for other, argument in enumerate(node.arguments):
            negative = negated(argument)
            new = less_share(node.arguments[taken], negative, node) if negative else None
            if new is not None:
                rest = tuple(a for k, a in enumerate(node.arguments) if k not in (taken, other))
                return replace(node, arguments=(new, *rest)) if rest else on_axes(new, node)
    return node


def less_share(one: Argument, negative: Argument, node: Node) -> Argument | None:
    """1 - p, delta - p, 1 - p_y, or 1 - sum p**2; None where p is no share."""
    share = share_of(negative.node)
    if share is not None:
        return complement_at(one, negative, share, node) if fits(one, negative, share) else None
    squares = share_squared(negative.node) if one.node == constant(1) else None
    if squares is not None:
        return Argument(squares, negative.axes)
    looked_up = share_looked_up(negative.node) if one.node == constant(1) else None
    share = share_of(looked_up.arguments[0].node) if looked_up is not None else None
    if looked_up is None or share is None:
        return None
    return Argument(at_place(looked_up, complement(share)), negative.axes)


def share_squared(node: Node) -> Node | None:
    """sum p (1 - p) of sum p**2: the shares add up to 1"""
    if node.op != "sum" or len(node.bound) != 1:
        return None
    (square,) = node.arguments
    inner = square.node.arguments[0] if (square.node.op, square.node.data) == ("power", Fraction(2)) else None
    share = share_of(inner.node) if inner is not None else None
    if inner is None or share is None or moved(inner, square.axes).axes[share.axis] != len(node.shape):
        return None
    product = Node("multiply", (inner, Argument(complement(share), inner.axes)), square.node.shape)
    return replace(node, arguments=(Argument(product, square.axes),), name="", origin=None)


def negated(argument: Argument) -> Argument | None:
    """x where the argument is -x."""
    node = argument.node
    if node.op != "multiply" or node.arguments[0].node != constant(-1) or len(node.arguments) != 2:
        return None
    return moved(node.arguments[1], argument.axes)


def fits(one: Argument, negative: Argument, share: Share) -> bool:
    """Whether `one` is the number 1, or a delta with the share's own index."""
    if one.node.op == "constant":
        return one.node.data == Fraction(1)
    return negative.axes[share.axis] in one.axes and len(set(one.axes)) == 2


def complement(share: Share) -> Node:
    """(sum of the others) / sum"""
    value, largest = share.exponential, share.is_largest
    minus = Node("multiply", (Argument(constant(-1), ()), whole(value)), value.shape)
    rest = Node("add", (share.total, whole(minus)), value.shape)
    arguments = (whole(largest), Argument(share.rest, share.others), whole(rest))
    above = Node("where", arguments, value.shape, name="~others")
    return Node("divide", (whole(above), share.total), value.shape)


def complement_at(one: Argument, negative: Argument, share: Share, node: Node) -> Argument:
    """1 - p, or delta - p: the complement where the indices agree and -p elsewhere."""
    new = complement(share)
    if one.node.op == "constant":
        return Argument(new, negative.axes)
    same = Argument(Node("same", shape=one.node.shape, data=one.node.data), one.axes)
    minus = Node("multiply", (Argument(constant(-1), ()), whole(share.node)), share.node.shape)
    places = (same, Argument(new, negative.axes), Argument(minus, negative.axes))
    return whole(Node("where", places, node.shape))


def on_axes(argument: Argument, old: Node) -> Node:
    if argument == whole(argument.node) and argument.node.shape == old.shape:
        return named(argument.node, old.name, old.origin)
    op = "view" if len(argument.axes) == len(old.shape) else "spread"
    return Node(op, (argument,), old.shape, name=old.name, origin=old.origin)
