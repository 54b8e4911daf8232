"""Mixtures of exponentials whose weights are shares: a weight is an exponential, too.

    sum_k p_k exp(q_k) w_k      sum_k exp(log p_k + q_k) w_k,  p = exp(a) / sum_k exp(a_k)
    p_i exp(q_i)                exp(log p_i + q_i), beside such a sum
    p_i (exp(q_i) w_i - m)      exp(log p_i + q_i) w_i - p_i m, likewise

Contract: `joined_exponents` maps a graph to an equal one. Two shifts that do not know of each other leave nothing of a
sum where the largest weight is that of the smallest exponential; one shift of log p + q leaves its largest term. The
logarithm of a share has a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.ir.build import Labelled, elementwise, reduction
from derive.ir.graph import Graph, Node, rebuild, topological
from derive.ir.stability.gathered import is_share
from derive.ir.stability.homogeneous import Parts, factors
from derive.ir.stability.scaling import arguments_of, instead_of, labelled, over_line, terms, total

Pairs = set[tuple[Node, Node]]
"""A share, and the exponential that it is the weight of."""


def joined_exponents(graph: Graph) -> Graph:
    """The rows above."""
    if not {"exp", "sum", "divide"} <= {n.op for n in topological(graph)}:
        return graph
    pairs: Pairs = set()
    found = rebuild(graph, lambda n: joined_sum(n, pairs) if n.op == "sum" and len(n.bound) == 1 else n)
    return rebuild(found, lambda n: joined(n, pairs) if n.op in ("multiply", "divide") else n) if pairs else graph


def joined_sum(node: Node, pairs: Pairs) -> Node:
    value = labelled(node)
    (inner,) = arguments_of(value)
    index = next((label for label in inner.labels if label not in value.labels), None)
    parts = factors(inner, is_share)
    for weight, other in weighted(parts):
        if index is not None and {index} <= set(weight.labels) & set(other.labels):
            pairs.add((weight.node, other.node))
            return instead_of(node, reduction("sum", over_line(with_one(parts, weight, other)), index))
    return node


def weighted(parts: Parts) -> Iterator[tuple[Labelled, Labelled]]:
    """Shares and exponentials of a product."""
    single = [value for value, power in parts if power == 1]
    for weight in filter(is_share, single):
        yield from ((weight, other) for other in single if other.node.op == "exp")


def with_one(parts: Parts, weight: Labelled, other: Labelled) -> Parts:
    """The parts with exp(log p + q) for p and exp(q)"""
    left = list(parts)
    for value in (weight, other):
        left.remove((value, Fraction(1)))
    exponent = elementwise("add", elementwise("log", weight), arguments_of(other)[0])
    return [(elementwise("exp", exponent), Fraction(1)), *left]


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
