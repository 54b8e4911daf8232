"""Differences from a mean that is weighted by shares, without cancellation.

    g_j - sum_i g_i p_i       (g_j - g*) - sum_i (g_i - g*) p_i, g* the entry of g where p is largest: sum p = 1

Contract: `rebased_means` and `grouped_weights` map a graph to an equal one. With one share near 1, the
difference as written loses every digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.stability.shares import Share, negated, share_at, share_of


def rebased_means(graph: Graph) -> Graph:
    """g - sum g p, and sum g p - g, with g counted from its value where p is largest."""
    return rebuild(graph, lambda n: rebased_either(n) if n.op == "add" else n)


def grouped_weights(graph: Graph) -> Graph:
    """p_j - t_j - sum_i p_i (p_i - t_i) as (p_j - t_j) - sum_i p_i (p_i - t_i), and the opposite"""
    return rebuild(graph, lambda n: grouped(n) if n.op == "add" and len(n.arguments) > 2 else n)


def grouped(node: Node) -> Node:
    for other, argument in enumerate(node.arguments):
        negative = negated(argument)
        mean = negative or argument
        for weights, _ in weighted_means(mean.node):
            terms = [moved(a, weights.axes) for a in weights.node.arguments] if weights.node.op == "add" else []
            taken = [place_of(term, mean, node, other, is_minus=negative is None) for term in terms]
            known = [k for k in taken if k is not None]
            over = {a for k in known for a in node.arguments[k].axes} - set(mean.axes)
            if len(known) < len(taken) or len(known) < 2 or len(over) != 1:
                continue
            own = over.pop()
            axes = tuple(own if w == len(mean.node.shape) else mean.axes[w] for w in weights.axes)
            value = weights.node if negative else apply("multiply", constant(-1), without_name(weights.node))
            rest = tuple(a for k, a in enumerate(node.arguments) if k not in known)
            return replace(node, arguments=(Argument(value, axes), *rest))
    return node


def place_of(term: Argument, mean: Argument, node: Node, other: int, *, is_minus: bool) -> int | None:
    """Where a term of the weights stands in the sum, at one entry of the axis that the mean runs over."""
    wanted = minus(term) if is_minus else term
    places = range(len(node.arguments))
    return next((k for k in places if k != other and is_weight(node.arguments[k], wanted, mean, node)), None)


def rebased_either(node: Node) -> Node:
    new = rebased(node)
    if new is not node or len(node.arguments) != 2:
        return new
    opposite = replace(node, arguments=tuple(minus(a) for a in node.arguments), name="", origin=None)
    new = rebased(opposite)
    return node if new is opposite else named(apply("multiply", constant(-1), new), node.name, node.origin)


def minus(argument: Argument) -> Argument:
    """-x, without two signs"""
    found = negated(argument)
    if found is not None:
        return found
    return Argument(apply("multiply", constant(-1), argument.node), argument.axes)


def rebased(node: Node) -> Node:
    for other, argument in enumerate(node.arguments):
        negative = negated(argument)
        for weights, share in weighted_means(negative.node) if negative else ():
            assert negative is not None
            for taken, first in enumerate(node.arguments):
                if taken != other and is_weight(first, weights, negative, node):
                    return with_rebased(node, taken, other, weights, share)
    return node


def weighted_means(node: Node) -> Iterable[tuple[Argument, tuple[Share, Argument]]]:
    """(g, p) with the node = sum over one axis of g p, both on the axes of the node and the bound one."""
    if node.op == "divide":
        yield from quotients_of_sums(node)
    if node.op != "sum" or len(node.bound) != 1:
        return
    (product,) = node.arguments
    factors = factors_of(product)
    for k, factor in enumerate(factors):
        share = share_of(factor.node)
        rest = factors[:k] + factors[k + 1 :]
        if share is not None and factor.axes[share.axis] == len(node.shape) and rest:
            yield joined(rest, node), (share, factor)


def factors_of(product: Argument) -> list[Argument]:
    """The factors of a product, of a square, and of (g e) / (sum e), e over its sum as one."""
    node = product.node
    if node.op == "divide" and node.arguments[0] == whole(node.arguments[0].node):
        above, below = node.arguments
        parts = list(above.node.arguments) if above.node.op == "multiply" else []
        shares = [(k, share) for k, f in enumerate(parts) if (share := share_at(f, below)) is not None]
        for k, share in shares[:1]:
            parts[k] = Argument(share, parts[k].axes)
        return [moved(a, product.axes) for a in parts] if shares else []
    if node.op == "power" and node.data == 2:
        return [moved(node.arguments[0], product.axes)] * 2
    return [moved(a, product.axes) for a in node.arguments] if node.op == "multiply" else []


def quotients_of_sums(node: Node) -> Iterable[tuple[Argument, tuple[Share, Argument]]]:
    """The same of (sum g e) / (sum e), as the mean that it is."""
    above, below = node.arguments
    top = above.node
    if top.op != "sum" or above != whole(top) or top.shape != node.shape or len(top.bound) != 1:
        return
    (product,) = top.arguments
    if product.node.op != "multiply":
        return
    factors = [moved(a, product.axes) for a in product.node.arguments]
    for factor in factors:
        share = share_at(factor, below)
        if share is not None:
            others = tuple(Argument(share, f.axes) if f is factor else f for f in factors)
            mean = Node("multiply", others, top.space)
            yield from weighted_means(replace(top, arguments=(whole(mean),)))


def joined(factors: list[Argument], node: Node) -> Argument:
    """The product of what the shares are multiplied with, on the axes of the sum."""
    if len(factors) == 1:
        return factors[0]
    axes = sorted({a for f in factors for a in f.axes})
    arguments = tuple(Argument(f.node, tuple(axes.index(a) for a in f.axes)) for f in factors)
    return Argument(Node("multiply", arguments, tuple(node.space[a] for a in axes)), tuple(axes))


def is_weight(first: Argument, weights: Argument, mean: Argument, node: Node) -> bool:
    """Whether `first` is g at one entry of the axis that the mean runs over."""
    if without_name(first.node) != without_name(weights.node):
        return False
    bound = len(mean.node.shape)
    own = [a for a, w in zip(first.axes, weights.axes, strict=True) if w == bound]
    same = all(w == bound or mean.axes[w] == a for a, w in zip(first.axes, weights.axes, strict=True))
    return same and len(own) == 1 and own[0] not in mean.axes


def without_name(node: Node) -> Node:
    return replace(node, name="", origin=None)


def with_rebased(node: Node, taken: int, other: int, weights: Argument, found: tuple[Share, Argument]) -> Node:
    """The node with g - g* for g on both sides."""
    share, factor = found
    mean = node.arguments[other].node.arguments[1].node
    mean = mean if mean.bound else replace(mean.arguments[0].node, origin=mean.origin)
    space = mean.space
    largest = Argument(share.is_largest, factor.axes)
    chosen = Node("where", (largest, weights, Argument(constant(0), ())), space)
    star = Node("sum", (whole(chosen),), mean.shape, mean.bound, name="~base")
    minus = Node("multiply", (Argument(constant(-1), ()), whole(star)), star.shape)
    inner = Node("add", (weights, Argument(minus, tuple(range(len(mean.shape))))), space, name="~rebased")
    product = Node("multiply", (whole(inner), factor), space)
    new_mean = Node("sum", (whole(product),), mean.shape, mean.bound, origin=mean.origin)
    return with_parts(node, taken, other, inner, new_mean, weights)


def with_parts(node: Node, taken: int, other: int, inner: Node, new_mean: Node, weights: Argument) -> Node:
    """The rebased g at the node's own entry minus the mean of it."""
    mean_axes = moved(node.arguments[other].node.arguments[1], node.arguments[other].axes).axes
    first = node.arguments[taken]
    bound = len(new_mean.shape)
    own = next(a for a, w in zip(first.axes, weights.axes, strict=True) if w == bound)
    minus = Node("multiply", (Argument(constant(-1), ()), whole(new_mean)), new_mean.shape)
    arguments = list(node.arguments)
    arguments[taken] = Argument(inner, (*mean_axes, own))
    arguments[other] = Argument(minus, mean_axes)
    return replace(node, arguments=tuple(arguments))
