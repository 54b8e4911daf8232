"""Sums and differences of squares.

    sqrt(sum x_k**2)   s sqrt(sum (x_k / s)**2), s = m / clip(m, 1/REACH, REACH) with m the largest |x_k|: 1 on the
                       ordinary range, and beyond it squares that neither overflow nor underflow
    x**2 - y**2        (x - y) (x + y)

Contract: `scaled_roots` and `factored_differences` map a graph to an equal one. m = 0, infinity and NaN have s = 1.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import reduce

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.stability.share_differences import opposite

REACH = 10**15
"""Squares of numbers from 1/REACH to REACH are normal in float32."""

HALF = Fraction(1, 2)

# --- roots -------------------------------------------------------------------------------------------------


def scaled_roots(graph: Graph) -> Graph:
    """Roots of sums of squares, scaled where the squares would overflow or underflow."""
    return rebuild(graph, lambda n: scaled_root(n) if n.op == "sqrt" or (n.op, n.data) == ("power", HALF) else n)


def scaled_root(node: Node) -> Node:
    (argument,) = node.arguments
    inner = argument.node
    if argument != whole(inner):
        return node
    if inner.op == "add":
        return root_of_terms(node, inner)
    return root_of_sum(node, inner) if inner.op == "sum" else node


def root_of_terms(node: Node, inner: Node) -> Node:
    """sqrt(x**2 + y**2 + c), c >= 0"""
    bases = [base_of(a) for a in inner.arguments]
    if any(b is None for b in bases) or all(b is not None and b.node.op == "constant" for b in bases):
        return node
    parts = [b for b in bases if b is not None]
    sizes = [Node("abs", (p,), inner.shape) if p.node.op != "constant" else p.node for p in parts]
    scale = scale_of(reduce(lambda a, b: apply("maximum", a, b), sizes))
    squares = [square(Node("divide", (p, whole(scale)), inner.shape)) for p in parts]
    return named(
        apply("multiply", scale, replace(node, arguments=(whole(apply("add", *squares)),), name="")), node.name
    )


def root_of_sum(node: Node, inner: Node) -> Node:
    """sqrt(sum_k x_k**2)"""
    (summed,) = inner.arguments
    if summed.node.op != "power" or summed.node.data != 2:
        return node
    base = moved(summed.node.arguments[0], summed.axes)
    size = Node("abs", (whole(base.node),), base.node.shape)
    scale = scale_of(Node("max", (Argument(size, base.axes),), inner.shape, inner.bound))
    lies = Argument(scale, tuple(range(len(inner.shape))))
    relative = Node("divide", (base, lies), inner.space)
    total = replace(inner, arguments=(whole(square(relative)),), name="", origin=None)
    root = replace(node, arguments=(whole(total),), name="", origin=None)
    return named(apply("multiply", scale, root), node.name, node.origin)


def base_of(argument: Argument) -> Argument | None:
    """x where the argument is x**2; the root of a number that is a square."""
    node = argument.node
    if node.op == "power" and node.data == 2:
        return moved(node.arguments[0], argument.axes)
    root = rational_root(node.data) if node.op == "constant" and isinstance(node.data, Fraction) else None
    return Argument(constant(root), ()) if root is not None else None


def rational_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def square(value: Node) -> Node:
    return apply("power", value, data=Fraction(2))


def scale_of(largest: Node) -> Node:
    """1 on the ordinary range, for 0, infinity and NaN; else what brings the largest to its edge."""
    within = apply("minimum", apply("maximum", largest, constant(Fraction(1, REACH))), constant(REACH))
    finite = apply("less", apply("multiply", constant(HALF), largest), largest)
    return replace(apply("where", finite, apply("divide", largest, within), constant(1)), name="~scale")


# --- differences -------------------------------------------------------------------------------------------


def factored_differences(graph: Graph) -> Graph:
    """x**2 - y**2 as (x - y) (x + y)"""
    return rebuild(graph, lambda n: factored(n) if n.op == "add" and len(n.arguments) == 2 else n)


def factored(node: Node) -> Node:
    for first, second in (node.arguments, tuple(reversed(node.arguments))):
        taken = negative(second)
        left, right = base_of(first), base_of(taken) if taken else None
        if left is None or right is None or both_numbers(left, right):
            continue
        minus = whole(Node("multiply", (Argument(constant(-1), ()), right), node.shape))
        if right.node.op == "constant":
            assert isinstance(right.node.data, Fraction)
            minus = Argument(constant(-right.node.data), ())
        parts = (Node("add", (left, minus), node.shape), Node("add", (left, right), node.shape))
        return replace(node, op="multiply", arguments=tuple(map(whole, parts)))
    return node


def negative(argument: Argument) -> Argument | None:
    """x where the argument is -x, or a negative number."""
    node = argument.node
    if node.op == "constant" and isinstance(node.data, Fraction) and node.data < 0:
        return Argument(constant(-node.data), ())
    return opposite(argument)


def both_numbers(*parts: Argument) -> bool:
    return all(p.node.op == "constant" for p in parts)
