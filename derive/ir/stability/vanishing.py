"""Factors that overflow beside an exponential that is 0: infinity times 0, where the truth is 0.

    exp(x) / cosh(exp(x))**2      0 from x = 710 on, where exp(x) is infinite
    x**(c - 1) exp(-x**c)         0 where x**c is large, whether or not x**(c - 1) overflows
    x exp(-x**2 / (2 c**2)) / c**2

Contract: `bounded_beside_vanishing` maps a graph to an equal one: where an exponent is below -GONE, the factors of its
exponential are taken within [-1, 1]. NaN stays NaN.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, has_input, moved, rebuild, topological, whole
from derive.ir.stability.bounds import is_at_least_a_number, is_level

GONE = 10_000
"""exp(-GONE) is 1e-4343: nothing that is a power of a few numbers makes up for it."""


def bounded_beside_vanishing(graph: Graph) -> Graph:
    """Factors that may overflow within [-1, 1] where they are multiplied with nothing."""
    return rebuild(graph, lambda n: with_bounds(n) if n.op == "multiply" else n)


def with_bounds(node: Node) -> Node:
    exponents = [vanishing(a) for a in node.arguments]
    arguments = list(node.arguments)
    for k, factor in enumerate(node.arguments):
        sources = overflowing(factor.node)
        others = [w for i, w in enumerate(exponents) if w is not None and i != k]
        above = next((w for w in others if sources and not sources.isdisjoint(topological((w.node,)))), None)
        if above is not None:
            arguments[k] = bounded(factor, above, node)
    return node if tuple(arguments) == node.arguments else replace(node, arguments=tuple(arguments))


def vanishing(argument: Argument) -> Argument | None:
    """The exponent w of a value that is 0 where exp(w) is."""
    node = argument.node
    if node.op == "exp" and node.data is None:
        inner = moved(node.arguments[0], argument.axes)
        return None if is_level(inner.node) else inner
    if node.op in ("multiply", "divide", "view"):
        parts = node.arguments[:1] if node.op == "divide" else node.arguments
        return next((w for a in parts if (w := vanishing(moved(a, argument.axes))) is not None), None)
    return None


def overflowing(node: Node) -> set[Node]:
    """The values that make another infinite though the inputs are not: by growing, or by vanishing below a line."""
    if node.is_leaf or is_level(node):
        return set()
    inner = [a.node for a in node.arguments]
    found = {n for a in inner for n in overflowing(a)}
    if node.op in ("exp", "sinh", "cosh"):
        return found | {node}
    if node.op == "raise" or (node.op == "power" and node.data not in LEVEL_POWERS):
        return found | {inner[0]}
    if node.op == "divide" and has_input(inner[1]) and not is_at_least_a_number(inner[1]):
        return found | {inner[1]}
    return found


LEVEL_POWERS = (Fraction(1, 2), Fraction(1))


def bounded(factor: Argument, exponent: Argument, node: Node) -> Argument:
    """The factor, within [-1, 1] where the exponent is below -GONE."""
    is_gone = Argument(apply("less", exponent.node, constant(-GONE)), exponent.axes)
    inner = apply("maximum", apply("minimum", factor.node, constant(1)), constant(-1))
    value = Node("where", (is_gone, Argument(inner, factor.axes), factor), node.shape)
    return whole(value)
