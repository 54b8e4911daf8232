"""Choices in other words, since a choice costs as much as several passes. Those between numbers pass NaN on.

    where(u < 0, 0, where(u >= 0, c, u))      c indicator(u)
    where(u <= 0, 0, where(u > 0, c, u))      c (1 - indicator(-u))
    where(u < 0, b, where(u >= 0, a, u))      a indicator(u) + b (1 - indicator(u)), of which one term is 0
    where(u = v, c, 0)                        c times the same with 1, which is the comparison itself
    where(u >= 0, f(0), f(u))                 f(min(u, 0)), where f(0) is a number that nothing rounds: exp(0), tanh(0)

Contract: `indicators`, `units` and `borders` map a graph to an equal one, entry by entry.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import prod
from types import MappingProxyType

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, rebuild, whole
from derive.ir.ops import BY_NAME, OPPOSITE


def indicators(graph: Graph) -> Graph:
    """The first three rows above, and those with the two numbers exchanged."""
    return rebuild(graph, lambda n: replaced(n) if n.op == "where" else n)


def units(graph: Graph) -> Graph:
    """The last row above."""
    return rebuild(graph, lambda n: unit(n) if n.op == "where" else n)


def unit(node: Node) -> Node:
    """A choice between a number and 0 as a multiple of the choice between 1 and 0."""
    condition, first, second = (argument.node for argument in node.arguments)
    factor = number(first)
    if not BY_NAME[condition.op].boolean or factor in (None, 0, 1) or second != constant(0):
        return node
    assert factor is not None
    one = replace(node, arguments=(node.arguments[0], Argument(constant(1), ()), node.arguments[2]), name="")
    return replace(scaled(factor, one), name=node.name, origin=node.origin)


def replaced(node: Node) -> Node:
    condition, first, rest = (argument.node for argument in node.arguments)
    if rest.op != "where" or rest.name or not all(is_whole(a, node) for a in node.arguments):
        return node
    opposite, second, unknown = (argument.node for argument in rest.arguments)
    if opposite.op != OPPOSITE.get(condition.op) or opposite.arguments != condition.arguments:
        return node
    value, zero = (argument.node for argument in condition.arguments)
    if zero != constant(0) or value != unknown or value.shape != node.shape:
        return node
    if not all(is_whole(a, node) for a in (*rest.arguments, *condition.arguments)):
        return node
    above, below = number(first), number(second)
    if condition.op in ("less", "less_equal"):
        above, below = below, above
    if above is None or below is None or above == below:
        return node
    if condition.op in ("less", "greater_equal"):
        found = either(apply("indicator", value), above, below)
    else:
        found = either(apply("indicator", negative(value)), below, above)
    return replace(found, name=node.name, origin=node.origin)


def borders(graph: Graph) -> Graph:
    """The last row above, on either side of 0."""
    return rebuild(graph, lambda n: up_to_border(n) if n.op == "where" else n)


def up_to_border(node: Node) -> Node:
    condition, first, second = (argument.node for argument in node.arguments)
    if condition.op not in OPPOSITE or not all(is_whole(a, node) for a in (*node.arguments, *condition.arguments)):
        return node
    value, zero = (argument.node for argument in condition.arguments)
    known, function = (first, second) if number(first) is not None else (second, first)
    if zero != constant(0) or value.shape != node.shape:
        return node
    at_zero = value_at_border(function, value)
    if number(known) is None or function == value or at_zero != number(known):
        return node
    is_known_above = (known is first) == (condition.op in ("greater", "greater_equal"))
    bounded = apply("minimum" if is_known_above else "maximum", value, constant(0))
    (found,) = rebuild((function,), lambda n: bounded if n == value else n)
    return replace(found, name=node.name, origin=node.origin)


AT_ZERO = MappingProxyType(
    {"exp": 1, "cos": 1, "cosh": 1}
    | dict.fromkeys(("expm1", "log1p", "sin", "tan", "arcsin", "arctan", "sinh", "tanh", "arcsinh", "arctanh"), 0)
)
"""What NumPy gives for 0, without any rounding."""


def value_at_border(node: Node, value: Node) -> Fraction | None:
    """The number that an expression of `value` alone is, computed exactly, where `value` is 0."""
    if node == value:
        return Fraction(0)
    if number(node) is not None:
        return number(node)
    parts = [value_at_border(a.node, value) if is_whole(a, node) else None for a in node.arguments]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        return None
    if node.op in AT_ZERO and known == [0] and node.data is None:
        return Fraction(AT_ZERO[node.op])
    found = sum(known) if node.op == "add" else prod(known) if node.op == "multiply" else None
    return Fraction(found) if found is not None and found.denominator == 1 else None


def either(chosen: Node, one: Fraction, other: Fraction) -> Node:
    """`one` where the indicator is 1, `other` where it is 0, of which at most one is 0."""
    if other == 0:
        return scaled(one, chosen)
    rest = apply("add", constant(1), scaled(-1, chosen))
    if one == 0:
        return scaled(other, rest)
    # under a name: 1 beside other terms would round them
    return apply("add", scaled(one, chosen), scaled(other, replace(rest, name="~rest")))


def negative(value: Node) -> Node:
    """-u; u for -u."""
    first, *rest = value.arguments or (None,)
    is_negative = value.op == "multiply" and first is not None and first.node == constant(-1) and len(rest) == 1
    return rest[0].node if is_negative and rest[0] == whole(rest[0].node) else scaled(-1, value)


def is_whole(argument: Argument, node: Node) -> bool:
    return argument.axes in ((), tuple(range(len(node.shape))))


def number(node: Node) -> Fraction | None:
    return node.data if node.op == "constant" and isinstance(node.data, Fraction) else None
