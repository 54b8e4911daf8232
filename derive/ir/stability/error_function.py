"""1 + erf(u) and 1 - erf(u) by the complementary error function, which keeps the digits of a small result.

Contract: `complementary_errors(graph)` replaces c + c erf(u) by c erfc(-u) and c - c erf(u) by c erfc(u) in every sum,
for rational c.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild


def complementary_errors(graph: Graph) -> Graph:
    """The graph with erfc where a number and an error function cancel."""
    return rebuild(graph, lambda n: complemented(n) if n.op == "add" else n)


def complemented(node: Node) -> Node:
    """c + k erf(u) + rest with k = c or k = -c"""
    numbers = [a for a in node.arguments if a.node.op == "constant"]
    for argument in node.arguments:
        factor, error = error_function(argument)
        for number in numbers if error is not None else ():
            value = number.node.data
            if error is not None and isinstance(value, Fraction) and value and abs(factor) == abs(value):
                rest = tuple(a for a in node.arguments if a is not argument and a is not number)
                return with_terms(node, complement(error, value, factor), rest)
    return node


def error_function(argument: Argument) -> tuple[Fraction, Argument | None]:
    """(k, erf(u)) where the argument is k erf(u)."""
    node = argument.node
    if node.op == "erf":
        return Fraction(1), argument
    if node.op == "multiply" and len(node.arguments) == 2 and node.arguments[1].node.op == "erf":
        factor = node.arguments[0].node.data
        if node.arguments[0].node.op == "constant" and isinstance(factor, Fraction):
            return factor, moved(node.arguments[1], argument.axes)
    return Fraction(0), None


def complement(error: Argument, value: Fraction, factor: Fraction) -> Argument:
    """value erfc(-u), or value erfc(u)"""
    (inner,) = error.node.arguments
    tail = Node("erfc", (inner,), error.node.shape)
    if factor == value:
        minus = replace(error.node, op="multiply", arguments=(Argument(constant(-1), ()), inner), name="", origin=None)
        tail = apply("erfc", minus)
    return Argument(scaled(value, tail), error.axes)


def with_terms(node: Node, new: Argument, rest: tuple[Argument, ...]) -> Node:
    if rest:
        return replace(node, arguments=(new, *rest))
    if new.axes == tuple(range(len(node.shape))):
        return named(new.node, node.name, node.origin)
    return Node("view", (new,), node.shape, name=node.name, origin=node.origin)
