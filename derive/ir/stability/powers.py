"""Powers in products, quotients and logarithms, step by step: nothing leaves the range before the result does.

    a / x**2    (a / x) / x
    u x**2      x (x u)
    log x**2    2 log |x|

Contract: `divide_step_by_step`, `multiply_step_by_step` and `logarithms_of_powers` map a graph to an equal one.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, has_input, moved, named, rebuild, topological, whole, with_arguments
from derive.ir.stability.bounds import is_level, is_never_negative
from derive.ir.stability.degrees import exponent_of
from derive.ir.stability.exponentials import Exponentials
from derive.ir.stability.products import is_whole_power
from derive.ir.stability.scaling import GROWING

MOST = 4
BOUNDS = ("maximum", "minimum", "where")
"""What says that a value does not leave the range."""


def divide_step_by_step(graph: Graph) -> Graph:
    """a / x**k as ((a / x) / x) / ... for 2 <= k <= MOST, and x**-k as such a quotient of 1."""
    return rebuild(graph, divided)


def divided(node: Node) -> Node:
    if node.op != "divide":
        return node
    above, below = node.arguments
    if not is_low_power(below.node) or Exponentials().of(below.node) is not None:
        return node
    divisor = moved(below.node.arguments[0], below.axes)
    result = replace(node, arguments=(above, divisor), name="", origin=None)
    for _ in range(int(exponent_of(below.node)) - 1):
        result = replace(node, arguments=(whole(result), divisor))
    return result


def is_low_power(node: Node) -> bool:
    return is_whole_power(node) and exponent_of(node) in range(2, MOST + 1)


def multiply_step_by_step(graph: Graph) -> Graph:
    """u x**k as x (x ... (x u)) for 2 <= k <= MOST: x**k may leave the range where that does not"""
    return rebuild(graph, lambda node: FORMS[node.op](node) if node.op in FORMS else node)


def multiplied(node: Node) -> Node:
    powers = [a for a in node.arguments if is_power_of_value(a.node)]
    others = exponentials_first([a for a in node.arguments if a not in powers])
    if all(a.node.op == "constant" for a in others):
        return node
    return times_powers(node, product_of(others, node), powers) if powers else with_arguments(node, tuple(others))


def exponentials_first(parts: list[Argument]) -> list[Argument]:
    """What shrinks before several sums and others, whose product may be infinite."""
    sums = [p for p in parts if p.node.op == "add" and has_input(p.node)]
    early = [p for p in parts if p.node.op == "exp" and not p.node.name and not is_level(p.node)] if sums else []
    return [*early, *(p for p in parts if p not in early)] if len(parts) > 2 else parts


def over_exponential(node: Node) -> Node:
    """u x**k / S as x (x ... (u / S)), where there are exponentials in S: it may be infinite as x**k is"""
    above, below = node.arguments
    is_growing = any(n.op in GROWING for n in topological((below.node,))) and not is_level(below.node)
    parts = [moved(a, above.axes) for a in above.node.arguments] if above.node.op == "multiply" else [above]
    powers = [p for p in parts if is_power_of_value(p.node)]
    if not powers or not is_growing or above.node.name:
        return node
    others = [p for p in parts if p not in powers]
    first = product_of(others, node) if others else whole(constant(1))
    return times_powers(node, whole(replace(node, arguments=(first, below), name="", origin=None)), powers)


FORMS = MappingProxyType({"multiply": multiplied, "divide": over_exponential})


def product_of(parts: list[Argument], node: Node) -> Argument:
    """The product on the axes of a node."""
    return whole(Node("multiply", tuple(parts), node.shape)) if len(parts) > 1 else parts[0]


def times_powers(node: Node, value: Argument, powers: list[Argument]) -> Node:
    """The value times one base after the other, in place of a node."""
    for p in powers:
        (base,) = p.node.arguments
        for _ in range(int(exponent_of(p.node))):
            value = whole(Node("multiply", (moved(base, p.axes), value), node.shape))
    return replace(value.node, name=node.name, origin=node.origin)


def is_power_of_value(node: Node) -> bool:
    """A whole power of what may leave the range."""
    return is_low_power(node) and not node.name and node.arguments[0].node.op not in BOUNDS


def logarithms_of_powers(graph: Graph) -> Graph:
    """log x**k as k log |x| for even k, else k log x"""
    return rebuild(graph, lambda node: of_power(node) if node.op == "log" else node)


def of_power(node: Node) -> Node:
    """Not where the base is made of exponentials, whose logarithms have forms of their own."""
    base, exponent = node.arguments[0], Fraction(1)
    while is_whole_power(base.node):
        exponent *= exponent_of(base.node)
        base = moved(base.node.arguments[0], base.axes)
    if exponent == 1 or Exponentials().of(base.node) is not None:
        return node
    if exponent % 2 == 0 and not is_never_negative(base.node):
        base = whole(Node("abs", (base,), node.shape))
    found = replace(node, arguments=(base,), name="", origin=None)
    return named(Node("multiply", (whole(constant(exponent)), whole(found)), node.shape), node.name, node.origin)
