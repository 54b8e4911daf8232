"""Differences that cancel between a root and what is under it, products with signs, exponentials of exponentials.

    sqrt(r**2 + b**2) - r      b (b / (sqrt(r**2 + b**2) + r)), in the bracket b within FLAT r: beyond, it is 1 or -1
    sqrt(r**2 + d) - r         d / (sqrt(r**2 + d) + r) for d <= 3 r**2, for a d that is no square
    sqrt(x**2 + d) - |x|       d / (sqrt(x**2 + d) + |x|), of a square d = c**2 as c (c / (...))
    x / sqrt(x**2 + d) - 1     d / ((sqrt(x**2 + d) + x) sqrt(x**2 + d)) for x > 0
    sqrt(a) - sqrt(b)          (a - b) / (sqrt(a) + sqrt(b)), where a and b have terms in common
    sqrt(x**2 + d) + x         the same, with -x for |x|, where x < 0; half of it and other multiples likewise
    x sign(x)                  |x|, so that 1 + |x| - x sign(x) is 1
    exp(-x) exp(-exp(-x))      exp(-x - exp(-x)), which does not overflow where it vanishes

Contract: `conjugates`, `sizes` and `one_exponent` map a graph to an equal one; r is a positive rational number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled, unscaled
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
    for first, other in (node.arguments, tuple(reversed(node.arguments))):
        factor, value = unscaled(first)
        rest = Node("add", (value, over(other, factor)), node.shape)
        new = beside_root(rest) if is_square_root(value.node) else beside_one(rest)
        if new is not None:
            return named(scaled(factor, new), node.name, node.origin)
    return node


def beside_root(node: Node) -> Node | None:
    """sqrt(b**2 + d) or sqrt(a), and something that cancels it"""
    root, other = node.arguments
    found = (less(node, root, *split) for split in splits(root))
    return next((n for n in found if n is not None), None) or less_root(node, root, other)


def beside_one(node: Node) -> Node | None:
    """b / sqrt(b**2 + d) + 1 as d / ((sqrt(b**2 + d) + |b|) sqrt(b**2 + d)) for b < 0, and with -1 for b > 0"""
    ratio, other = node.arguments
    if ratio.node.op != "divide" or linear(other) not in ({None: Fraction(1)}, {None: Fraction(-1)}):
        return None
    base, root = (moved(a, ratio.axes) for a in ratio.node.arguments)
    sign = linear(other)[None]
    found = [rest for own, rest in splits(root) if own == base and base.node.op != "constant"]
    if not found:
        return None
    small = Node("divide", (whole(over_sum(base, root, found[0], node)), root), node.shape)
    same = Argument(apply("greater_equal", scaled(sign, base.node), constant(0)), base.axes)
    return Node("where", (same, whole(node), whole(scaled(sign, small))), node.shape)


def less_root(node: Node, root: Argument, other: Argument) -> Node | None:
    """sqrt(a) - sqrt(b) as (a - b) / (sqrt(a) + sqrt(b)), where terms of a and b are the same"""
    factor, second = unscaled(other)
    if factor != -1 or not is_square_root(second.node):
        return None
    first, last = (linear(moved(r.node.arguments[0], r.axes)) for r in (root, second))
    terms = {t: c for t in {**first, **last} if (c := first.get(t, Fraction(0)) - last.get(t, Fraction(0)))}
    if not terms or len(terms) + 1 >= len(first) + len(last):
        return None
    parts = [Argument(constant(c), ()) if t is None else Argument(scaled(c, t.node), t.axes) for t, c in terms.items()]
    above = parts[0] if len(parts) == 1 else whole(Node("add", tuple(parts), node.shape))
    below = Node("add", (root, second), node.shape)
    return Node("divide", (above, whole(below)), node.shape)


def over(argument: Argument, factor: Fraction) -> Argument:
    own, inner = unscaled(argument)
    if inner.node.op == "constant" and isinstance(inner.node.data, Fraction):
        return Argument(constant(inner.node.data * own / factor), ())
    return inner if own == factor else Argument(scaled(own / factor, inner.node), inner.axes)


def splits(root: Argument) -> Iterator[tuple[Argument, tuple[Argument, ...]]]:
    """(b, the other terms) of sqrt(b**2 + ...), numbers b last."""
    if not is_square_root(root.node):
        return
    inner = moved(root.node.arguments[0], root.axes)
    terms = [moved(a, inner.axes) for a in inner.node.arguments] if inner.node.op == "add" else []
    found = [(base, tuple(t for t in terms if t is not term)) for term in terms if (base := base_of(term)) is not None]
    yield from sorted(found, key=lambda pair: pair[0].node.op == "constant")


def less(node: Node, root: Argument, base: Argument, rest: tuple[Argument, ...]) -> Node | None:
    """sqrt(b**2 + d) + other, where other is b, -b or -|b|"""
    other = node.arguments[1]
    if base.node.op == "constant":
        return less_number(node, root, other, base, rest)
    small = over_sum(base, root, rest, node)
    if linear(other) == {Argument(apply("abs", base.node), base.axes): Fraction(-1)}:
        return small
    if linear(other) not in ({base: Fraction(1)}, {base: Fraction(-1)}):
        return None
    positive = Argument(apply("greater_equal", other.node, constant(0)), other.axes)
    return Node("where", (positive, whole(node), whole(small)), node.shape)


def over_sum(base: Argument, root: Argument, rest: tuple[Argument, ...], node: Node) -> Node:
    """d / (sqrt(b**2 + d) + |b|)"""
    size = Argument(apply("abs", base.node), base.axes)
    return quotient(rest, Node("add", (root, size), node.shape), node)


def quotient(rest: tuple[Argument, ...], below: Node, node: Node) -> Node:
    """d / below; of a square b (b / below), which is not squared."""
    base = base_of(rest[0]) if len(rest) == 1 else None
    above = base or (rest[0] if len(rest) == 1 else whole(Node("add", rest, node.shape)))
    ratio = Node("divide", (above, whole(below)), node.shape)
    return ratio if base is None else Node("multiply", (base, whole(ratio)), node.shape)


def less_number(node: Node, root: Argument, other: Argument, base: Argument, rest: tuple[Argument, ...]) -> Node | None:
    """sqrt(r**2 + d) - r: of a square d = b**2 with b in the bracket within FLAT r, of another up to d = 3 r**2."""
    number = base.node.data
    assert isinstance(number, Fraction)
    if linear(other) != {None: -number}:
        return None
    square = base_of(rest[0]) if len(rest) == 1 else None
    if square is None:
        below = Node("add", (root, whole(constant(number))), node.shape)
        d = rest[0] if len(rest) == 1 else whole(Node("add", rest, node.shape))
        is_large = Argument(apply("greater", d.node, constant(3 * number**2)), d.axes)
        return Node("where", (is_large, whole(node), whole(quotient(rest, below, node))), node.shape)
    if not 1 / Fraction(LARGEST) <= number <= LARGEST:
        return None
    inner = apply("maximum", apply("minimum", square.node, constant(FLAT * number)), constant(-FLAT * number))
    near = rebuild((root.node,), lambda n: inner if n == square.node else n)[0]
    below = Node("add", (Argument(near, root.axes), whole(constant(number))), node.shape)
    ratio = Node("divide", (Argument(inner, square.axes), whole(below)), node.shape)
    return Node("multiply", (square, whole(ratio)), node.shape)


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
