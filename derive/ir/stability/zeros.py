"""0 log 0, which is 0: a value times the logarithm of what vanishes with it.

    x log(x)                 x where(x == 0, max(log(x), -1), log(x)), which keeps NaN
    t log(t/q), t (log(t) - log(q))    likewise in t: a probability may be 0

Contract: `zero_times_logarithm` maps a graph to an equal one: u log(u w) goes to 0 with u. Exponentials, which are
never 0, are left alone, and what stands beside the logarithm stays NaN where it is.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, topological, whole

EXPONENTIAL = ("exp", "exp2", "cosh", "sqrt", "size", "constant", "pi")


def zero_times_logarithm(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: with_zeros(n) if n.op == "multiply" else n)


def with_zeros(node: Node) -> Node:
    """u log(u w), also where the logarithm is a term beside u"""
    for factor in node.arguments:
        if not may_be_zero(factor.node):
            continue
        arguments = tuple(a if a is factor else within(a, factor, node) for a in node.arguments)
        if arguments != node.arguments:
            return replace(node, arguments=arguments)
    return node


def may_be_zero(node: Node) -> bool:
    return node.op not in EXPONENTIAL and not any(n.op == "exp" for n in topological((node,)))


def within(argument: Argument, factor: Argument, user: Node) -> Argument:
    """The argument with numbers for logarithms of what vanishes with the factor, where the factor is 0."""
    node = argument.node
    if node.op == "log" and vanishes(moved(node.arguments[0], argument.axes), factor):
        is_zero = Argument(apply("equal", factor.node, constant(0)), factor.axes)
        finite = Argument(apply("maximum", node, constant(-1)), argument.axes)
        return whole(Node("where", (is_zero, finite, argument), user.shape))
    if node.op not in ("add", "multiply") or argument.axes != tuple(range(len(user.shape))) or node.name:
        return argument
    inner = tuple(within(a, factor, node) for a in node.arguments)
    return argument if inner == node.arguments else Argument(replace(node, arguments=inner), argument.axes)


def vanishes(value: Argument, factor: Argument) -> bool:
    """Whether a value is a product with the factor in it."""
    node = value.node
    if value == factor:
        return True
    if node.op in ("multiply", "divide", "view"):
        parts = node.arguments[:1] if node.op == "divide" else node.arguments
        return any(vanishes(moved(a, value.axes), factor) for a in parts)
    is_power = node.op == "power" and isinstance(node.data, Fraction) and node.data > 0
    return is_power and vanishes(moved(node.arguments[0], value.axes), factor)
