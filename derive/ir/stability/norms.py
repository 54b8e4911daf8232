"""Roots of sums of squares along the last axis of an array as one op, whose helper scales the rows that need it.

    s sqrt(sum (x / s)**2)                norm(x)
    sqrt(1/n) norm(x), over n entries     norm(x) with the mean
    hypot(norm(x), sqrt(e))               norm(x) beside e

Contract: `norms` maps a graph to an equal one; the scaled roots are those of `squares`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from derive.ir.build import apply
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.ops import Beside, beside_of
from derive.ir.passes import recombined
from derive.ir.stability.squares import is_square_root, one_over, root_of_sum, square


def norms(graph: Graph) -> Graph:
    """Scaled roots of sums along the last axis of an array, as norms of its rows"""
    return rebuild(graph, lambda n: NORMS[n.op](n) if n.op in NORMS else n)


def of_product(node: Node) -> Node:
    return of_mean(with_norm(node))


def of_mean(node: Node) -> Node:
    """sqrt(1/n) sqrt(sum x_k**2) over n entries"""
    if node.op != "multiply" or len(node.arguments) != 2:
        return node
    factor, length = (a.node for a in node.arguments)
    is_plain = length.op == "norm" and length.data is None and node.arguments[1] == whole(length)
    if not is_plain or factor != apply("sqrt", one_over(length.bound[0])):
        return node
    return named(replace(length, data=Beside(True), name="", origin=None), node.name, node.origin)


def beside_number(node: Node) -> Node:
    """hypot(sqrt(sum x_k**2), sqrt(e)), or with the root of the mean"""
    length, root = node.arguments
    number = root.node.arguments[0].node.data if root.node.op == "sqrt" else None
    if length.node.op != "norm" or length != whole(length.node) or not isinstance(number, Fraction):
        return node
    beside = beside_of(length.node.data)
    if beside.added:
        return node
    found = replace(length.node, data=replace(beside, added=number), name="", origin=None)
    return named(found, node.name, node.origin)


NORMS = MappingProxyType({"multiply": of_product, "hypot": beside_number})


def with_norm(node: Node) -> Node:
    """s sqrt(sum (x / s)**2) and other factors"""
    for root in node.arguments:
        entries = rooted_squares(root.node)
        if entries is None:
            continue
        inner = root.node.arguments[0].node
        plain = replace(inner, arguments=(whole(replace(square(entries.node), shape=entries.node.shape)),))
        scale, same = root_of_sum(replace(root.node, arguments=(whole(plain),)), plain).arguments
        others = [a for a in node.arguments if a not in (root, moved(scale, root.axes))]
        if same.node == root.node and len(others) == len(node.arguments) - 2:
            length = Argument(Node("norm", (entries,), inner.shape, inner.bound), root.axes)
            return recombined(node, [*others, length])
    return node


def rooted_squares(node: Node) -> Argument | None:
    """The rows x of sqrt(sum (x / s)**2), along their last axis"""
    inner = node.arguments[0].node if is_square_root(node) else node
    summed = inner.arguments[0].node if inner.op == "sum" else node
    quotient = summed.arguments[0].node if (summed.op, summed.data) == ("power", 2) else node
    if quotient.op != "divide" or len(inner.bound) != 1 or node.arguments[0] != whole(inner):
        return None
    entries = quotient.arguments[0]
    return entries if entries == whole(entries.node) and entries.node.shape == inner.space else None
