"""Quotients by a power: a / x**2 as (a / x) / x, which neither overflows nor underflows before the result does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.graph import Argument, Graph, Node, rebuild
from derive.ir.stability.exponentials import Exponentials

MOST = 4


def divide_step_by_step(graph: Graph) -> Graph:
    """a / x**k as ((a / x) / x) / ... for 2 <= k <= MOST, and x**-k as such a quotient of 1."""
    return rebuild(graph, divided)


def divided(node: Node) -> Node:
    if node.op != "divide":
        return node
    above, below = node.arguments
    exponent = below.node.data
    if below.node.op != "power" or not isinstance(exponent, Fraction) or exponent not in range(2, MOST + 1):
        return node
    if Exponentials().of(below.node) is not None:
        return node
    (base,) = below.node.arguments
    divisor = Argument(base.node, tuple(below.axes[k] for k in base.axes))
    result = replace(node, arguments=(above, divisor), name="", origin=None)
    for _ in range(int(exponent) - 1):
        result = replace(node, arguments=(Argument(result, tuple(range(len(node.shape)))), divisor))
    return result
