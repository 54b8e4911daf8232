"""Quotients by a sum of squares, which overflows or vanishes where the quotient does neither.

    u / (x**2 + c)     ((u / (x'**2 + c')) / s) / s,  x' = x/s, c' = c/s**2
    u / sum_k x_k**2   the same over an axis

Contract: `divided_by_squares` maps a graph to an equal one. The scale s is that of the root of the sum (see `squares`):
1 on the ordinary range, so that nothing is rounded there that was not before. A number over a sum with a number in it
is left alone: that sum does not vanish, and where it overflows the quotient is 0.
"""

from __future__ import annotations

from fractions import Fraction

from derive.ir.build import Labelled, apply, elementwise
from derive.ir.graph import Graph, Node, has_input, rebuild
from derive.ir.stability.scaling import arguments_of, instead_of, labelled, over_line, parts_of
from derive.ir.stability.squares import scaled_root

MOST = 2
"""The sum may be squared, as in the derivative of such a quotient."""


def divided_by_squares(graph: Graph) -> Graph:
    """The graph with such quotients scaled where the squares would overflow or underflow."""
    return rebuild(graph, lambda node: divided(node) or node if node.op == "divide" else node)


def divided(node: Node) -> Node | None:
    """u / (w S**n) = u / (w S'**n) / s ... / s, once for each square"""
    above, below = arguments_of(labelled(node))
    parts = parts_of(below) or [(below, Fraction(1))]
    for place, (value, power) in enumerate(parts):
        scale = scaled_sum(value) if 1 <= power <= MOST and power.denominator == 1 else None
        if scale is None or not (has_input(above.node) or vanishes(value.node)):
            continue
        size, left = scale
        others = parts[:place] + parts[place + 1 :]
        found = over_line([(above, 1), *((other, -p) for other, p in others), (left, -power)])
        for _ in range(2 * int(power)):
            found = elementwise("divide", found, size)
        return instead_of(node, found)
    return None


def scaled_sum(value: Labelled) -> tuple[Labelled, Labelled] | None:
    """(s, S') with S = s**2 S', where the value is a sum S of squares"""
    if value.node.op not in ("add", "sum"):
        return None
    root = scaled_root(apply("sqrt", value.node))
    if root.op != "multiply":
        return None
    size, inner = (a.node for a in root.arguments)
    return Labelled(size, value.labels), Labelled(inner.arguments[0].node, value.labels)


def vanishes(total: Node) -> bool:
    """Whether a sum of squares can be 0: none of its terms is a number."""
    return all(a.node.op != "constant" for a in total.arguments)
