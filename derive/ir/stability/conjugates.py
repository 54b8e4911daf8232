"""Differences that cancel between a root and what is under it, products with signs, exponentials of exponentials.

    sqrt(r**2 + b**2) - r      b (b / (sqrt(r**2 + b**2) + r)), in the bracket b within FLAT r: beyond, it is 1 or -1
    sqrt(x**2 + c**2) - |x|    c (c / (sqrt(x**2 + c**2) + |x|))
    sqrt(x**2 + c**2) + x      the same, with -x for |x|, where x < 0
    x sign(x)                  |x|, so that 1 + |x| - x sign(x) is 1
    exp(-x) exp(-exp(-x))      exp(-x - exp(-x)), which does not overflow where it vanishes

Contract: `conjugates`, `sizes` and `one_exponent` map a graph to an equal one; r and c are positive rational numbers.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, topological, whole
from derive.ir.stability.bounds import is_level
from derive.ir.stability.exponentials import linear
from derive.ir.stability.squares import base_of, is_square_root

FLAT = 10**17
"""b / (sqrt(1 + b**2) + 1) is 1 from here on in both precisions, and b**2 is finite in both."""
LARGEST = 100
"""Larger numbers r times FLAT have no square in float32."""


def conjugates(graph: Graph) -> Graph:
    """Roots less what is under them, by the difference of the squares over the sum."""
    return rebuild(graph, lambda n: conjugate(n) if n.op == "add" and len(n.arguments) == 2 else n)


def conjugate(node: Node) -> Node:
    for root, other in (node.arguments, tuple(reversed(node.arguments))):
        found = square_and_number(root)
        new = less_number(node, root, other, *found) or less_quantity(node, root, other, *found) if found else None
        if new is not None:
            return named(new, node.name, node.origin)
    return node


def square_and_number(root: Argument) -> tuple[Argument, Fraction] | None:
    """(b, r) where the argument is sqrt(b**2 + r**2)."""
    node = root.node
    if not is_square_root(node):
        return None
    inner = moved(node.arguments[0], root.axes)
    if inner.node.op != "add" or len(inner.node.arguments) != 2:
        return None
    bases = [base_of(moved(a, inner.axes)) for a in inner.node.arguments]
    numbers = [b.node.data for b in bases if b is not None and b.node.op == "constant"]
    varying = [b for b in bases if b is not None and b.node.op != "constant"]
    if len(numbers) != 1 or len(varying) != 1 or not isinstance(numbers[0], Fraction) or numbers[0] <= 0:
        return None
    return varying[0], numbers[0]


def less_number(node: Node, root: Argument, other: Argument, base: Argument, number: Fraction) -> Node | None:
    """sqrt(b**2 + r**2) - r"""
    if linear(other) != {None: -number} or not 1 / Fraction(LARGEST) <= number <= LARGEST:
        return None
    inner = apply("maximum", apply("minimum", base.node, constant(FLAT * number)), constant(-FLAT * number))
    near = rebuild((root.node,), lambda n: inner if n == base.node else n)[0]
    below = Node("add", (Argument(near, root.axes), whole(constant(number))), node.shape)
    ratio = Node("divide", (Argument(inner, base.axes), whole(below)), node.shape)
    return Node("multiply", (base, whole(ratio)), node.shape)


def less_quantity(node: Node, root: Argument, other: Argument, base: Argument, number: Fraction) -> Node | None:
    """sqrt(x**2 + c**2) - |x|, or with x or -x for -|x|"""
    size = Argument(apply("abs", base.node), base.axes)
    below = Node("add", (root, size), node.shape)
    ratio = Node("divide", (Argument(constant(number), ()), whole(below)), node.shape)
    small = Node("multiply", (Argument(constant(number), ()), whole(ratio)), node.shape)
    if linear(other) == {size: Fraction(-1)}:
        return small
    if linear(other) not in ({base: Fraction(1)}, {base: Fraction(-1)}):
        return None
    positive = Argument(apply("greater_equal", other.node, constant(0)), other.axes)
    return Node("where", (positive, whole(replace(node, name="", origin=None)), whole(small)), node.shape)


# --- signs -------------------------------------------------------------------------------------------------


def sizes(graph: Graph) -> Graph:
    """x sign(x) as |x|"""
    return rebuild(graph, lambda n: with_size(n) if n.op == "multiply" else n)


def with_size(node: Node) -> Node:
    for k, sign in enumerate(node.arguments):
        if sign.node.op != "sign":
            continue
        inner = moved(sign.node.arguments[0], sign.axes)
        partner = next((i for i, a in enumerate(node.arguments) if a == inner), None)
        if partner is None:
            continue
        size = Argument(apply("abs", inner.node), inner.axes)
        rest = tuple(a for i, a in enumerate(node.arguments) if i not in (k, partner))
        if rest:
            return replace(node, arguments=(*rest, size))
        return named(size.node, node.name, node.origin) if size == whole(size.node) else node
    return node


# --- exponents ---------------------------------------------------------------------------------------------


def one_exponent(graph: Graph) -> Graph:
    """exp(a) exp(b) as exp(a + b), where b holds exp(a) or its like and may be as large"""
    return rebuild(graph, lambda n: with_one_exponent(n) if n.op == "multiply" else n)


def with_one_exponent(node: Node) -> Node:
    powers = [a for a in node.arguments if a.node.op == "exp" and a.node.data is None]
    for outer in (p for p in powers if not is_level(p.node.arguments[0].node)):
        inside = set(topological((outer.node.arguments[0].node,)))
        inner = next((a for a in powers if a is not outer and a.node in inside), None)
        if inner is None:
            continue
        exponents = tuple(moved(a.node.arguments[0], a.axes) for a in (inner, outer))
        power = Node("exp", (whole(Node("add", exponents, node.shape)),), node.shape)
        rest = tuple(a for a in node.arguments if a is not outer and a is not inner)
        return replace(node, arguments=(*rest, whole(power))) if rest else named(power, node.name, node.origin)
    return node
