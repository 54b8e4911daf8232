"""Inverse functions beside the end of their domain, where 1 + v is rounded as if v were 0.

    arccosh(1 + v)     2 arcsinh(sqrt(v/2)),   from cosh(2 w) = 1 + 2 sinh(w)**2
    arccos(1 - v)      2 arcsin(sqrt(v/2)),    from cos(2 w) = 1 - 2 sin(w)**2

Contract: `half_arguments` maps a graph to an equal one; outside of the domain both sides are NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, named, rebuild, whole
from derive.ir.stability.share_differences import opposite

HALVES: Mapping[str, tuple[str, int]] = MappingProxyType({"arccosh": ("arcsinh", 1), "arccos": ("arcsin", -1)})
"""The function of half the argument, and the sign of v."""


def half_arguments(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: half_argument(n) if n.op in HALVES else n)


def half_argument(node: Node) -> Node:
    """2 arcsinh(sqrt(v/2)) for arccosh(1 + v)"""
    inner = node.arguments[0].node
    ones = [a for a in inner.arguments if a.node == constant(1)]
    if inner.op != "add" or len(ones) != 1 or node.arguments[0] != whole(inner):
        return node
    function, sign = HALVES[node.op]
    rest = tuple(a if sign > 0 else negated(a) for a in inner.arguments if a is not ones[0])
    v = rest[0] if len(rest) == 1 else whole(replace(inner, arguments=rest, name="", origin=None))
    half = Node("multiply", (Argument(constant(Fraction(1, 2)), ()), v), inner.shape)
    return named(apply("multiply", constant(2), apply(function, apply("sqrt", half))), node.name, node.origin)


def negated(argument: Argument) -> Argument:
    """-x, of -x the x itself"""
    known = opposite(argument)
    node = argument.node
    if known is not None:
        return known
    return Argument(apply("multiply", constant(-1), node), argument.axes)
