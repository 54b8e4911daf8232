"""Shares p_i = e_i / sum_k e_k that are compared with targets, or whose logarithm is taken.

    w p_i - t_i             where e is largest p_i (w - t_i) - t_i (1 - p_i), with 1 - p_i summed from the others
    p_i - r_i               the same for two shares, with 1 - r_i from the others, too
    log(1 - p_i)            log of the sum of the others over the sum where e is largest, log1p(-p_i) elsewhere
    log p_i                 (a_i - a*) - log1p(sum of the other e over e*), * where a is largest
    a_i - log sum exp(a_k)  the same

Contract: `targets` and `logarithms_of_shares` map a graph to an equal one. For a target of 1 on one entry the
difference there is exactly minus the sum of the others, and the logarithm of the largest share keeps its digits.
A share that is not the largest is at most 1/2, and far from the weight: there the plain difference loses nothing.
"""

from __future__ import annotations

from dataclasses import replace

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, topological, whole
from derive.ir.ops import LOOK_UPS
from derive.ir.stability.look_ups import Correspondence
from derive.ir.stability.shares import (
    Share,
    at_place,
    complement,
    first_largest,
    negated,
    on_axes,
    share_at,
    share_looked_up,
    share_of,
    summed_over,
)
from derive.language.indices import Dimension

# --- targets ---------------------------------------------------------------------------------------------


def targets(graph: Graph) -> Graph:
    """w p - t from the complement of the share."""
    return rebuild(graph, lambda n: compared(n) if n.op == "add" and len(n.arguments) == 2 else n)


def compared(node: Node) -> Node:
    """w p - t or t - w p"""
    for k, positive in enumerate(node.arguments):
        other = node.arguments[1 - k]
        minus = opposite(other)
        for weight, share, argument in weighted_shares(positive) if minus else ():
            assert minus is not None
            if is_target(minus, weight, argument, share):
                return on_axes(whole(difference(weight, share, argument, minus, node)), node)
        negative = opposite(other)
        for weight, share, argument in weighted_shares(negative) if negative else ():
            if is_target(positive, weight, argument, share):
                return on_axes(whole(difference(weight, share, argument, positive, node, negative=True)), node)
    return node


def opposite(argument: Argument) -> Argument | None:
    """x where the argument is -x, x a product too."""
    found = negated(argument)
    node = argument.node
    if found is None and node.op == "multiply" and node.arguments[0].node == constant(-1):
        return Argument(replace(node, arguments=node.arguments[1:], name="", origin=None), argument.axes)
    return found


def weighted_shares(argument: Argument) -> list[tuple[list[Argument], Share, Argument]]:
    """(w, p, where p lies) with the argument = product of w times p."""
    share = share_of(argument.node)
    if share is not None:
        return [([], share, argument)]
    if argument.node.op == "divide":
        return shares_over_sum(argument)
    if argument.node.op != "multiply":
        return []
    factors = [moved(a, argument.axes) for a in argument.node.arguments]
    found = []
    for k, factor in enumerate(factors):
        share = share_of(factor.node)
        if share is not None:
            found.append((factors[:k] + factors[k + 1 :], share, factor))
    return found


def shares_over_sum(argument: Argument) -> list[tuple[list[Argument], Share, Argument]]:
    """The same of (w e_i) / sum_k e_k."""
    above, below = (moved(a, argument.axes) for a in argument.node.arguments)
    if above.node.op != "multiply":
        return []
    factors = [moved(a, above.axes) for a in above.node.arguments]
    found = []
    for k, factor in enumerate(factors):
        node = share_at(factor, below)
        share = share_of(node) if node is not None else None
        if share is not None:
            found.append((factors[:k] + factors[k + 1 :], share, Argument(share.node, factor.axes)))
    return found


def is_target(target: Argument, weight: list[Argument], share_at: Argument, share: Share) -> bool:
    """A quantity of its own along the share's axis, and a weight that does not change along it."""
    axis = share_at.axes[share.axis]
    inside = set(topological((target.node,)))
    return axis in target.axes and share.exponential not in inside and all(axis not in w.axes for w in weight)


def difference(
    weight: list[Argument], share: Share, at: Argument, target: Argument, node: Node, *, negative: bool = False
) -> Node:
    """w p - t: p (w - t) - t (1 - p) where the share is largest; or the negative of it."""
    shape = node.shape
    if not weight:
        factor = Argument(constant(1), ())
    elif len(weight) == 1:
        factor = weight[0]
    else:
        factor = whole(Node("multiply", tuple(weight), shape))
    kept = tuple(at.axes[k] for k in share.others)
    others = Node("divide", (whole(share.rest), share_total(share)), share.rest.shape)
    left = less(factor, target, shape) if weight else rest_of(target, shape)
    gained = whole(Node("multiply", (at, left), shape))
    lost = whole(Node("multiply", (target, Argument(others, kept)), shape))
    scaled = whole(Node("multiply", (*weight, at), shape)) if weight else at
    pairs = ((lost, gained), (target, scaled)) if negative else ((gained, lost), (scaled, target))
    largest, elsewhere = (less(*pair, shape) for pair in pairs)
    return Node("where", (Argument(share.is_largest, at.axes), largest, elsewhere), shape)


def rest_of(target: Argument, shape: tuple[Dimension, ...]) -> Argument:
    """1 - t, from the other entries where the target is a share, too"""
    share = share_of(target.node)
    return less(Argument(constant(1), ()), target, shape) if share is None else Argument(complement(share), target.axes)


def less(one: Argument, other: Argument, shape: tuple[Dimension, ...]) -> Argument:
    """one - other"""
    minus = whole(Node("multiply", (Argument(constant(-1), ()), other), shape))
    return whole(Node("add", (one, minus), shape))


def share_total(share: Share) -> Argument:
    """The share's total on the axes of the sum of the others."""
    place = {axis: k for k, axis in enumerate(share.others)}
    return Argument(share.total.node, tuple(place[a] for a in share.total.axes))


# --- logarithms ------------------------------------------------------------------------------------------


def logarithms_of_shares(graph: Graph) -> Graph:
    """log p and a - log sum exp(a) without the largest entry in the logarithm's sum."""
    return rebuild(graph, changed)


def changed(node: Node) -> Node:
    if node.op == "log":
        inner = node.arguments[0].node
        at_label = share_looked_up(inner)
        if at_label is not None:
            return looked_up(node, at_label)
        taken = less_than_one(inner)
        if taken is not None:
            return on_axes(moved(Argument(logarithm_less(taken.node), taken.axes), node.arguments[0].axes), node)
        share = share_of(inner)
        if share is not None and share.exponential.data is None:
            return on_axes(Argument(logarithm(share.exponential, share.axis), node.arguments[0].axes), node)
    if node.op != "add":
        return node
    new = from_log_sum(node)
    return new if new is not node else minus_from_log_sum(node)


def less_than_one(value: Node) -> Argument | None:
    """p where the value is 1 - p, p a share or what is looked up of shares."""
    if value.op != "add" or len(value.arguments) != 2:
        return None
    for one, other in (value.arguments, value.arguments[::-1]):
        minus = negated(other) if one.node == constant(1) else None
        if minus is not None and share_of(minus.node) is not None:
            return minus
        looked_up = share_looked_up(minus.node) if minus is not None else None
        if minus is not None and looked_up is not None:
            return Argument(looked_up, minus.axes)
    return None


def logarithm_less(value: Node) -> Node:
    """log(1 - p): of the sum of the others where p is largest, log1p(-p) where it may be small; looked up if p is"""
    if value.op in LOOK_UPS:
        return at_place(value, logarithm_less(value.arguments[0].node))
    share, shape = share_of(value), value.shape
    assert share is not None
    others = Node("divide", (whole(share.rest), share_total(share)), share.rest.shape)
    far = Argument(Node("log", (whole(others),), others.shape), share.others)
    minus = Node("multiply", (Argument(constant(-1), ()), whole(value)), shape)
    return Node("where", (whole(share.is_largest), far, whole(Node("log1p", (whole(minus),), shape))), shape)


def looked_up(node: Node, inner: Node) -> Node:
    """log p_y: the logarithm of all shares, looked up; what is not looked up costs little."""
    shares = inner.arguments[0].node
    logarithms = changed(Node("log", (whole(shares),), shares.shape))
    return on_axes(Argument(at_place(inner, logarithms), node.arguments[0].axes), node)


def from_log_sum(node: Node) -> Node:
    """a_i - log sum_k exp(a_k)"""
    for other, argument in enumerate(node.arguments):
        minus = negated(argument)
        summed = sum_of_exponentials(minus.node) if minus else None
        if minus is None or summed is None:
            continue
        exponential, axis, kept = summed
        inner = exponential.arguments[0]
        if inner != whole(inner.node):
            continue
        for taken, first in enumerate(node.arguments):
            if taken == other:
                continue
            first = at_place_of(first, inner.node, axis)
            if first.node.op in LOOK_UPS and first.node.arguments[0].node == inner.node:
                new = log_share_at(first, minus, exponential, axis, kept)
                if new is not None:
                    rest = tuple(a for k, a in enumerate(node.arguments) if k not in (taken, other))
                    return replace(node, arguments=(new, *rest)) if rest else on_axes(new, node)
            if first.node != inner.node:
                continue
            if tuple(first.axes[k] for k in kept) == minus.axes and first.axes[axis] not in minus.axes:
                new = Argument(logarithm(exponential, axis), first.axes)
                rest = tuple(a for k, a in enumerate(node.arguments) if k not in (taken, other))
                return replace(node, arguments=(new, *rest)) if rest else on_axes(new, node)
    return node


def at_place_of(first: Argument, whole_node: Node, axis: int) -> Argument:
    """a_y / T as the place y of a / T, where that is what is summed; anything else itself"""
    found = Correspondence(axis)
    if first.node.op in LOOK_UPS or not found.fits(whole(first.node), whole(whole_node)) or found.place is None:
        return first
    return Argument(found.looked_up(first.node, whole_node), first.axes)


def minus_from_log_sum(node: Node) -> Node:
    """log sum_k exp(a_k) - a_i"""
    for k, total in enumerate(node.arguments):
        if total.node.op != "log":
            continue
        for j, argument in enumerate(node.arguments):
            entry = opposite(argument)
            if entry is None:
                continue
            lost = Argument(apply("multiply", constant(-1), total.node), total.axes)
            pair = Node("add", (entry, lost), node.shape)
            new = from_log_sum(pair)
            if new is not pair:
                rest = tuple(a for i, a in enumerate(node.arguments) if i not in (j, k))
                minus = apply("multiply", constant(-1), new)
                return replace(node, arguments=(whole(minus), *rest)) if rest else on_axes(whole(minus), node)
    return node


def log_share_at(
    first: Argument, minus: Argument, exponential: Node, axis: int, kept: tuple[int, ...]
) -> Argument | None:
    """a_y - log sum_k exp(a_k), where the label looks along the axis of the sum and all else lines up."""
    shares, *label = first.node.arguments
    bound = len(first.node.shape)
    others = tuple(shares.axes[k] for k in kept)
    if shares.axes[axis] != bound or bound in others or tuple(first.axes[k] for k in others) != minus.axes:
        return None
    logarithms = Argument(logarithm(exponential, axis), shares.axes)
    return Argument(replace(first.node, arguments=(logarithms, *label), name="", origin=None), first.axes)


def sum_of_exponentials(node: Node) -> tuple[Node, int, tuple[int, ...]] | None:
    """(exp a, the axis that is summed, the others in order) of log sum exp(a)."""
    below = node.arguments[0].node if node.op == "log" else None
    if below is None or node.arguments[0] != whole(below) or below.op != "sum" or len(below.bound) != 1:
        return None
    (summed,) = below.arguments
    rank = len(below.shape)
    if summed.node.op != "exp" or summed.node.data is not None or len(set(summed.axes)) != rank + 1:
        return None
    (axis,) = (k for k, a in enumerate(summed.axes) if a == rank)
    kept = tuple(sorted((k for k in range(rank + 1) if k != axis), key=lambda k: summed.axes[k]))
    return summed.node, axis, kept


def logarithm(exponential: Node, axis: int) -> Node:
    """(a - a*) - log1p(others / e*) on the axes of the exponential."""
    (argument,) = exponential.arguments
    largest = first_largest(exponential, axis)
    kept = tuple(k for k in range(len(exponential.shape)) if k != axis)
    rest = summed_over(apply("where", largest, constant(0), exponential), axis)
    own = largest_over(whole(exponential), axis, exponential)
    relative = Node("divide", (whole(rest), whole(own)), rest.shape, name="~rest")
    lost = apply("multiply", constant(-1), apply("log1p", relative))
    minus = apply("multiply", constant(-1), replace(largest_over(argument, axis, exponential), name="~highest"))
    apart = Node("add", (argument, Argument(minus, kept)), exponential.shape)
    return Node("add", (whole(apart), Argument(lost, kept)), exponential.shape)


def largest_over(argument: Argument, axis: int, exponential: Node) -> Node:
    """The largest entry along one axis of the exponential."""
    rank = len(exponential.shape)
    order = [rank - 1 if k == axis else k - (k > axis) for k in range(rank)]
    shape = tuple(d for k, d in enumerate(exponential.shape) if k != axis)
    return Node(
        "max", (Argument(argument.node, tuple(order[k] for k in argument.axes)),), shape, (exponential.shape[axis],)
    )
