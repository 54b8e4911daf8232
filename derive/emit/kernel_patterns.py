"""Nodes of which less needs to be computed than they say: at the largest entry, at a label, between numbers.

Contract: pure; each function looks at one node and what it is made of, and knows nothing of what has a variable.
"""

from __future__ import annotations

from collections.abc import Collection

from derive.emit.kernel_spelling import NUMBERS
from derive.ir.build import constant
from derive.ir.graph import Argument, Node, whole
from derive.ir.ops import BY_NAME, LOOKS, size_of


def is_at_largest(mask: Argument, node: Node) -> bool:
    """Whether a condition says where the first largest entry along the last axis of a whole array stands."""
    own, last = tuple(range(len(node.shape))), len(node.shape) - 1
    if node.arguments[2].axes != own:
        return False  # a number, or an array without some of the axes, cannot be written to
    where = mask.node
    if where.op != "first_max" or mask.axes != own or where.data != last:
        return False
    return where.arguments[0].axes == (*own[:-1], last + 1)


def is_highest(node: Node) -> bool:
    """Whether it is the largest entry along the last axis, which costs less to look up than as a maximum."""
    if node.op != "max":
        return False
    inner = node.arguments[0].node
    return node.arguments[0] == whole(inner) and node.bound == inner.shape[-1:]


def before_exponential(node: Node) -> Node:
    """x of exp(x - c), where c is the same all along the last axis: both are largest at one place."""
    while node.op == "exp" and node.data is None:
        (argument,) = node.arguments
        inner, last = argument.node, len(node.shape) - 1
        terms = inner.arguments if inner.op == "add" and argument == whole(inner) else (argument,)
        varying = [a for a in terms if last in a.axes]
        if len(varying) != 1 or varying[0] != whole(varying[0].node) or varying[0].node.shape != node.shape:
            break
        node = varying[0].node
    return node


def left_out(node: Node) -> Node | None:
    """The array e of whose last axis a sum leaves out the first largest entry: sum(where(first_max(e), 0, e))."""
    if node.op != "sum" or node.arguments[0].node.op != "where":
        return None
    inner = node.arguments[0].node
    mask, zero, by = inner.arguments
    if node.bound != inner.shape[-1:] or node.arguments[0] != whole(inner) or not is_at_largest(mask, inner):
        return None
    is_alone = zero.node == constant(0) and by == whole(by.node) and by.node == mask.node.arguments[0].node
    return by.node if is_alone and by.node.op not in LOOKS and not BY_NAME[by.node.op].boolean else None


def label_of(node: Node, labels: Collection[Node]) -> Node | None:
    """The label y of each row where the node is 1 at place y along the last axis, and else 0: where(y = i, 1, 0)."""
    if node.op != "where" or len(node.shape) != 2:
        return None
    condition, one, zero = node.arguments
    if (one.node, zero.node) != (constant(1), constant(0)) or condition != whole(condition.node):
        return None
    sides = {a.axes: a.node for a in condition.node.arguments} if condition.node.op == "equal" else {}
    label, place = sides.get((0,)), sides.get((1,))
    if label is None or place is None or place.op != "index":
        return None
    return label if label in labels and label.op == "input" else None


def is_bounded(node: Node) -> bool:
    """Whether the node is another one that goes no farther than a number."""
    if node.op not in ("maximum", "minimum"):
        return False
    value, number = node.arguments
    return number.node.op in ("constant", "still") and value.node.op not in NUMBERS


def is_between(inner: Node, node: Node) -> bool:
    """Whether both bounds hold at once."""
    if not is_bounded(inner) or inner.op == node.op:
        return False
    numbers = {n.op: size_of(n.arguments[1].node.op, n.arguments[1].node.data) for n in (inner, node)}
    return numbers["maximum"] <= numbers["minimum"]
