"""Mixtures of exponentials whose weights are shares: a weight is an exponential, too.

    log sum_k p_k exp(q_k) w_k      log sum_k exp(log p_k + q_k) w_k,  p = exp(a) / sum_k exp(a_k)
    sum_k p_k exp(q_k) v_k / s      sum_k exp(log p_k + q_k) v_k / s, s such a sum
    p_i exp(q_i)                    exp(log p_i + q_i), beside such a sum
    p_i (exp(q_i) w_i - m)          exp(log p_i + q_i) w_i - p_i m, likewise

Contract: `joined_exponents` maps a graph to an equal one; exp(q) may be a share, too. Two shifts that do not know of
each other leave nothing of a sum where the largest weight is that of the smallest exponential; one shift of log p + q
leaves its largest term. The logarithm of a share has a row of its own. A sum that is no divisor and has no logarithm
stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.ir.build import Labelled, elementwise, reduction
from derive.ir.graph import Graph, Node, rebuild, topological
from derive.ir.stability.gathered import is_share
from derive.ir.stability.products import (
    Parts,
    arguments_of,
    factors,
    instead_of,
    labelled,
    over_line,
    summand,
    terms,
    total,
    without,
)

Pairs = set[tuple[Node, Node]]
"""A share, and the exponential that it is the weight of."""


def joined_exponents(graph: Graph) -> Graph:
    """The rows above."""
    if not {"exp", "sum", "divide"} <= {n.op for n in topological(graph)}:
        return graph
    pairs: Pairs = set()
    for weight, other in (pair for n in dict.fromkeys(divisors(graph)) for pair in pairs_in(n)):
        if (other, weight) not in pairs:
            pairs.add((weight, other))
    if not pairs:
        return graph
    made: set[Node] = set()
    found = rebuild(graph, lambda n: joined_sum(n, pairs, made) if n.op == "sum" and len(n.bound) == 1 else n)
    found = rebuild(found, lambda n: joined(n, pairs) if n.op in ("multiply", "divide") else n)
    return rebuild(found, lambda n: over_each(n, made) if n.op == "divide" else n)


def divisors(graph: Graph) -> Iterator[Node]:
    """Sums over one index that something is divided by, or whose logarithm is taken."""
    for node in topological(graph):
        value = arguments_of(labelled(node))[0] if node.op == "log" else labelled(node)
        for part, power in factors(value, is_share) if node.op in ("log", "divide") else ():
            if part.node.op == "sum" and len(part.node.bound) == 1 and (node.op == "log" or power < 0):
                yield part.node


def pairs_in(node: Node) -> Iterator[tuple[Node, Node]]:
    """The shares and exponentials that both vary along the axis of a sum."""
    value = labelled(node)
    inner, index = summand(value)
    for weight, other in weighted(factors(inner, is_share)):
        if {index} <= set(weight.labels) & set(other.labels):
            yield weight.node, other.node


def joined_sum(node: Node, pairs: Pairs, made: set[Node]) -> Node:
    inner, index = summand(labelled(node))
    found = of_pairs(factors(inner, is_share), pairs)
    if found is None or index is None:
        return node
    new = reduction("sum", over_line(found), index)
    made.add(new.node)
    return instead_of(node, new)


def weighted(parts: Parts) -> Iterator[tuple[Labelled, Labelled]]:
    """Shares of a product, each with the exponentials and other shares in it."""
    single = [value for value, power in parts if power == 1]
    for weight in filter(is_share, single):
        yield from (
            (weight, other) for other in single if other.node.op == "exp" or (is_share(other) and other != weight)
        )


def with_one(parts: Parts, weight: Labelled, other: Labelled) -> Parts:
    """The parts with exp(log p + q) for p and exp(q)"""
    left = without(without(parts, (weight, Fraction(1))), (other, Fraction(1)))
    exponent = elementwise("add", elementwise("log", weight), exponent_of(other))
    return [(elementwise("exp", exponent), Fraction(1)), *left]


def exponent_of(value: Labelled) -> Labelled:
    return elementwise("log", value) if is_share(value) else arguments_of(value)[0]


def joined(node: Node, pairs: Pairs) -> Node:
    parts = factors(labelled(node), is_share)
    found = of_pairs(parts, pairs)
    if found is not None:
        return instead_of(node, over_line(found))
    for place, (bracket, power) in enumerate(parts):
        outside = [*parts[:place], *parts[place + 1 :]]
        added = terms(bracket) if power == 1 and bracket.node.op == "add" else []
        products = [[*outside, *factors(term, is_share)] for term in added]
        joint = [of_pairs(product, pairs) for product in products]
        if any(product is not None for product in joint):
            return instead_of(node, total([over_line(new or old) for new, old in zip(joint, products, strict=True)]))
    return node


def of_pairs(parts: Parts, pairs: Pairs) -> Parts | None:
    """The parts with one exponential for a pair; None where there is none."""
    for weight, other in weighted(parts):
        if (weight.node, other.node) in pairs and set(other.labels) <= set(weight.labels):
            return with_one(parts, weight, other)
    return None


def over_each(node: Node, made: set[Node]) -> Node:
    """(exp(log p + q) w - p s)/s as exp(log p + q) w / s - p, s a sum of these"""
    parts = factors(labelled(node), is_share)
    for place, (bracket, power) in enumerate(parts):
        outside = [*parts[:place], *parts[place + 1 :]]
        added = [factors(t, is_share) for t in terms(bracket)] if power == 1 and bracket.node.op == "add" else []
        for below in (pair for pair in outside if pair[0].node in made and pair[1] == -1):
            multiple = (below[0], Fraction(1))
            if any(multiple in term for term in added):
                rest = [pair for pair in outside if pair is not below]
                over = [without(t, multiple) if multiple in t else [*t, below] for t in added]
                return instead_of(node, over_line([*rest, (total([over_line(t) for t in over]), 1)]))
    return node
