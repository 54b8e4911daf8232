"""1 + erf(u) and 1 - erf(u) by the complementary error function, which keeps the digits of a small result.

    c + c erf(u)    c erfc(-u)                c - c erf(u)    c erfc(u), for rational c
    erfc(v / √2)    2 Q(v), the tail of the normal distribution: v / √2 is not rounded before it is squared
    p(v) Q(v) + q(v) exp(-v²/2)    one function, whose exponential is computed once

Contract: `complementary_errors`, `normal_tails`, `products_with_tails`, `sums_with_tails` map a graph to an equal one.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, topological, users, whole
from derive.ir.stability.squares import is_square_root


def complementary_errors(graph: Graph) -> Graph:
    """The graph with erfc where a number and an error function cancel, or a quantity and its product with erfc."""
    return rebuild(graph, lambda n: reflected(complemented(n)) if n.op == "add" else n)


def complemented(node: Node) -> Node:
    """c + k erf(u) + rest with k = c or k = -c"""
    numbers = [a for a in node.arguments if a.node.op == "constant"]
    for argument in node.arguments:
        factor, error = error_function(argument)
        for number in numbers if error is not None else ():
            value = number.node.data
            if error is not None and isinstance(value, Fraction) and value and abs(factor) == abs(value):
                rest = tuple(a for a in node.arguments if a is not argument and a is not number)
                return with_terms(node, complement(error, value, factor), rest)
    return node


def error_function(argument: Argument) -> tuple[Fraction, Argument | None]:
    """(k, erf(u)) where the argument is k erf(u)."""
    node = argument.node
    if node.op == "erf":
        return Fraction(1), argument
    if node.op == "multiply" and len(node.arguments) == 2 and node.arguments[1].node.op == "erf":
        factor = node.arguments[0].node.data
        if node.arguments[0].node.op == "constant" and isinstance(factor, Fraction):
            return factor, moved(node.arguments[1], argument.axes)
    return Fraction(0), None


def complement(error: Argument, value: Fraction, factor: Fraction) -> Argument:
    """value erfc(-u), or value erfc(u)"""
    (inner,) = error.node.arguments
    tail = Node("erfc", (inner,), error.node.shape)
    if factor == value:
        minus = replace(error.node, op="multiply", arguments=(Argument(constant(-1), ()), inner), name="", origin=None)
        tail = apply("erfc", minus)
    return Argument(scaled(value, tail), error.axes)


def with_terms(node: Node, new: Argument, rest: tuple[Argument, ...]) -> Node:
    if rest:
        return replace(node, arguments=(new, *rest))
    if new.axes == tuple(range(len(node.shape))):
        return named(new.node, node.name, node.origin)
    return Node("view", (new,), node.shape, name=node.name, origin=node.origin)


def reflected(node: Node) -> Node:
    """c p - c/2 p erfc(u) + rest = c/2 p erfc(-u) + rest"""
    if node.op != "add":
        return node
    parts = [factored(a) for a in node.arguments]
    for k, (number, factors) in enumerate(parts):
        tails = [f for f in factors if f.node.op == "erfc"]
        if len(tails) != 1:
            continue
        without = sorted((f for f in factors if f is not tails[0]), key=hash)
        for other, (coefficient, quantity) in enumerate(parts):
            if other != k and coefficient == -2 * number and sorted(quantity, key=hash) == without:
                rest = tuple(a for i, a in enumerate(node.arguments) if i not in (k, other))
                minus = whole(reflection(tails[0].node))
                arguments = (Argument(constant(-number), ()), *quantity, Argument(minus.node, tails[0].axes))
                return with_terms(node, whole(Node("multiply", arguments, node.shape)), rest)
    return node


def reflection(tail: Node) -> Node:
    """erfc(-u)"""
    (inner,) = tail.arguments
    minus = Node("multiply", (Argument(constant(-1), ()), inner), tail.shape)
    return Node("erfc", (whole(minus),), tail.shape)


def factored(argument: Argument) -> tuple[Fraction, list[Argument]]:
    """(c, factors) of a product, products inside opened."""
    node = argument.node
    if node.op == "constant" and isinstance(node.data, Fraction):
        return node.data, []
    if node.op != "multiply":
        return Fraction(1), [argument]
    number, factors = Fraction(1), []
    for part in node.arguments:
        inner, found = factored(moved(part, argument.axes))
        number *= inner
        factors += found
    return number, factors


# --- the normal distribution -------------------------------------------------------------------------------


def normal_tails(graph: Graph) -> Graph:
    """2 Q(v) for erfc(v / sqrt 2)"""
    return rebuild(graph, lambda n: as_normal(n) if n.op == "erfc" else n)


def products_with_tails(graph: Graph) -> Graph:
    """p(v) Q(v) in one, which is rounded below the normal range only once."""
    return rebuild(graph, lambda n: times_tail(n) if n.op == "multiply" else n)


def times_tail(node: Node) -> Node:
    """c p(v) Q(v)"""
    tails = [a for a in node.arguments if a.node.op == "normal_tail" and a == whole(a.node)]
    if len(tails) != 1:
        return node
    inner = {n for n in topological((tails[0].node,)) if n.op == "input"}
    own = [a for a in node.arguments if a is not tails[0] and inner & set(topological((a.node,)))]
    rest = tuple(a for a in node.arguments if a is not tails[0] and a not in own)
    if len(own) != 1 or own[0] != whole(own[0].node):
        return node
    fused = Node("times_tail", (own[0], tails[0].node.arguments[0]), tails[0].node.shape)
    return replace(node, arguments=(*rest, whole(fused))) if rest else named(fused, node.name, node.origin)


def sums_with_tails(graph: Graph) -> Graph:
    """p(v) Q(v) + q(v) exp(-v**2 / 2) in one: the exponential is the same, and computed once."""
    once = {node for node, count in users(graph).items() if count == 1}
    return rebuild(graph, lambda n: sum_with_tail(n, once) if n.op == "add" else n)


def sum_with_tail(node: Node, once: set[Node]) -> Node:
    """The first tail and the first Gaussian of the same value in a sum, and what is left."""
    for tail in (a for a in node.arguments if a.node in once and a == whole(a.node)):
        found = tail_and_factor(tail.node)
        for other in (a for a in node.arguments if a is not tail and a.node in once and a == whole(a.node)):
            beside = beside_gaussian(other.node, found[1]) if found else None
            if found and beside and all(part.shape in (node.shape, ()) for part in (*found, beside)):
                fused = apply("tail_sum", *found, beside)
                return with_terms(node, whole(fused), tuple(a for a in node.arguments if a not in (tail, other)))
    return node


def tail_and_factor(node: Node) -> tuple[Node, Node] | None:
    """(p, v) of p(v) Q(v)"""
    if node.op == "normal_tail":
        return constant(1), node.arguments[0].node
    if node.op == "times_tail":
        return node.arguments[0].node, node.arguments[1].node
    if node.op == "multiply" and len(node.arguments) == 2 and node.arguments[0].node.op == "constant":
        number, inner = (a.node for a in node.arguments)
        found = tail_and_factor(inner) if inner.shape == node.shape else None
        return (apply("multiply", number, found[0]), found[1]) if found else None
    return None


def beside_gaussian(node: Node, value: Node) -> Node | None:
    """q of q(v) exp(-v**2 / 2), whatever it is multiplied with or divided by."""
    if node.op == "gaussian":
        factor, base, square = (a.node for a in node.arguments)
        return factor if is_up_to_sign(value, base) and square == constant(Fraction(1, 2)) else None
    if node.op not in ("multiply", "divide"):
        return None
    for k, argument in enumerate(node.arguments[:1] if node.op == "divide" else node.arguments):
        inner = beside_gaussian(argument.node, value) if argument == whole(argument.node) else None
        if inner is not None and argument.node.shape == node.shape:
            arguments = tuple(whole(inner) if i == k else a for i, a in enumerate(node.arguments))
            return replace(node, arguments=arguments, name="", origin=None)
    return None


def is_up_to_sign(left: Node, right: Node) -> bool:
    """Whether one of two nodes is the other or its opposite."""
    return left in (right, scaled(-1, right)) or right == scaled(-1, left)


def as_normal(node: Node) -> Node:
    (argument,) = node.arguments
    value, sign, square = squared_scale(argument)
    if square != Fraction(1, 2) or value != whole(value.node) or value.node.shape != node.shape:
        return node
    return named(scaled(2, apply("normal_tail", scaled(sign, value.node))), node.name, node.origin)


def squared_scale(argument: Argument) -> tuple[Argument, int, Fraction]:
    """(v, the sign of c, c**2) with the argument = c v, c a product of rational numbers and their roots."""
    node, value = argument.node, argument
    if node.op not in ("multiply", "divide"):
        return argument, 1, Fraction(1)
    parts = [moved(a, argument.axes) for a in node.arguments]
    known = [root_number(p.node) for p in parts]
    rest = [p for p, k in zip(parts, known, strict=True) if k is None]
    if len(rest) != 1 or (node.op == "divide" and known[0] is not None):
        return argument, 1, Fraction(1)
    value, sign, square = squared_scale(rest[0])
    for number in known:
        if number is not None:
            sign *= number[0]
            square = square / number[1] if node.op == "divide" else square * number[1]
    return value, sign, square


def root_number(node: Node) -> tuple[int, Fraction] | None:
    """(sign, square) of a rational number or of the root of one."""
    if node.op == "constant" and isinstance(node.data, Fraction) and node.data:
        return (1 if node.data > 0 else -1), node.data**2
    is_root = is_square_root(node)
    inner = node.arguments[0].node if is_root else node
    return (1, inner.data) if is_root and inner.op == "constant" and isinstance(inner.data, Fraction) else None
