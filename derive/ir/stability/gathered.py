"""Products with shares, brought to one form in which a share p_i = e_i / sum_k e_k is one factor.

    (e_i x)/s, e_i (1/s), e_i s**-1      p_i x,   s = sum_k e_k
    p_i x - p_i y                        p_i (x - y)
    sum_k p_i x_k                        p_i sum_k x_k

Contract: `gathered_shares` maps a graph to an equal one. A share is at most 1: no factor of the new form overflows
where the old form does not, and the rows for shares see it.
"""

from __future__ import annotations

from derive.ir.build import Labelled, elementwise, reduction
from derive.ir.graph import Graph, Node, rebuild, topological
from derive.ir.stability.cancelled import is_exponential
from derive.ir.stability.products import (
    Parts,
    arguments_of,
    factors,
    instead_of,
    labelled,
    over_line,
    product,
    summand,
    total,
    without,
)
from derive.ir.stability.shares import share_of


def gathered_shares(graph: Graph) -> Graph:
    """The rows above."""
    if not any(n.op == "sum" and n.arguments[0].node.op == "exp" for n in topological(graph)):
        return graph
    return rebuild(graph, lambda n: GATHER[n.op](n) if n.op in GATHER else n)


def is_share(value: Labelled) -> bool:
    return share_of(value.node) is not None


def gathered(node: Node) -> Node:
    """Exponentials above and their sums below the line as shares."""
    if is_share(labelled(node)):
        return node
    parts = factors(labelled(node), is_share)
    if pair_in(parts) is None:
        return node
    while pair := pair_in(parts):
        parts = with_share(parts, *pair)
    return instead_of(node, over_line(parts))


def pair_in(parts: Parts) -> tuple[int, int] | None:
    """Where an exponential stands, and the sum of such that it is divided by."""
    below = [k for k, (value, power) in enumerate(parts) if power < 0 and value.node.op == "sum"]
    above = [k for k, (value, power) in enumerate(parts) if power > 0 and value.node.op == "exp"]
    return next(((e, s) for e in above for s in below if is_own_sum(parts[e][0], parts[s][0])), None)


def is_own_sum(exponential: Labelled, summed: Labelled) -> bool:
    """Whether sum_k e_k is the sum of e_i over one index."""
    return set(summed.labels) < set(exponential.labels) and is_share(elementwise("divide", exponential, summed))


def with_share(parts: Parts, above: int, below: int) -> Parts:
    (exponential, high), (summed, low) = parts[above], parts[below]
    power = min(high, -low)
    share = elementwise("divide", exponential, summed)
    changed = {above: (exponential, high - power), below: (summed, low + power)}
    left = [changed.get(k, part) for k, part in enumerate(parts)]
    return [(share, power), *((value, own) for value, own in left if own)]


def taken_out(node: Node) -> Node:
    """A share that all terms of a sum have, before the bracket."""
    found = [factors(term, is_share) for term in arguments_of(labelled(node))]
    for share, power in found[0]:
        if power == 1 and is_share(share) and all((share, power) in parts for parts in found):
            rest = [without(parts, (share, power)) for parts in found]
            return instead_of(node, product([share, total([over_line(parts) for parts in rest])]))
    return node


def out_of_sum(node: Node) -> Node:
    """Shares and sums of exponentials that do not vary along the axis of a sum, before it."""
    value = labelled(node)
    inner, index = summand(value)
    parts = factors(inner, is_share)
    fixed = [pair for pair in parts if set(pair[0].labels) <= set(value.labels)]
    taken = [(part, power) for part, power in fixed if is_share(part) or is_exponential(part)]
    if not taken or index is None or len(node.bound) != 1:
        return node
    left = [pair for pair in parts if pair not in taken]
    return instead_of(node, over_line([*taken, (reduction("sum", over_line(left), index), 1)]))


GATHER = {"multiply": gathered, "divide": gathered, "add": taken_out, "sum": out_of_sum}
