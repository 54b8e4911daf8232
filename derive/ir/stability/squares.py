"""Sums and differences of squares.

    sqrt(sum x_k**2)   s sqrt(sum (x_k / s)**2), s = m / clip(m, 1/REACH, REACH) with m the largest |x_k|: 1 on the
                       ordinary range, and beyond it squares that neither overflow nor underflow (see `norms`)
    sqrt(c sum x_k**2 + e)  hypot(sqrt(c) sqrt(sum x_k**2), sqrt(e)), which is one number for all entries
    x**2 - y**2        (x - y) (x + y)
    x x                x**2, so that one form serves both
    mean x**2 - m**2   mean (x - m)**2, with m = mean x

Contract: `scaled_roots`, `factored_differences`, `as_squares` and `two_passes` map a graph to an equal one.
m = 0, infinity and NaN have s = 1. The root of a mean is the root of a sum over that of its size.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from types import MappingProxyType

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.stability.bounds import is_never_negative
from derive.ir.stability.share_differences import opposite
from derive.language.indices import Dimension

REACH = 10**15
"""Squares of numbers from 1/REACH to REACH are normal in float32."""

HALF = Fraction(1, 2)

# --- roots -------------------------------------------------------------------------------------------------


def scaled_roots(graph: Graph) -> Graph:
    """Roots of sums of squares, scaled where the squares would overflow or underflow."""
    return rebuild(graph, lambda n: scaled_root(n) if is_square_root(n) else n)


def is_square_root(node: Node) -> bool:
    return node.op == "sqrt" or (node.op, node.data) == ("power", HALF)


def scaled_root(node: Node) -> Node:
    (argument,) = node.arguments
    inner = argument.node
    if argument != whole(inner):
        return node
    if inner.op == "add":
        return root_beside_number(node, inner) or root_of_terms(node, inner)
    if inner.op == "multiply":
        return root_of_mean(node, inner)
    return root_of_sum(node, inner) if inner.op == "sum" else node


def root_of_mean(node: Node, inner: Node) -> Node:
    """sqrt(c sum_k x_k**2) as sqrt(c) sqrt(sum_k x_k**2), for c a positive number or one over a size"""
    sums = [a for a in inner.arguments if a.node.op == "sum"]
    numbers = tuple(a for a in inner.arguments if a.node.op != "sum")
    if len(sums) != 1 or not numbers or sums[0] != whole(sums[0].node) or not all(map(is_positive_number, numbers)):
        return node
    root = root_of_sum(replace(node, arguments=(sums[0],), name="", origin=None), sums[0].node)
    if root.op != "multiply":
        return node
    factor = reduce(lambda a, b: apply("multiply", a, b), (n.node for n in numbers))
    return named(apply("multiply", apply("sqrt", factor), root), node.name, node.origin)


def root_beside_number(node: Node, inner: Node) -> Node | None:
    """sqrt(c sum_k x_k**2 + e) as the hypotenuse of two roots, for c and e positive numbers"""
    numbers = [a for a in inner.arguments if is_positive_number(a)]
    others = [a for a in inner.arguments if a not in numbers]
    if len(numbers) != 1 or len(others) != 1 or others[0].node.op not in ("sum", "multiply"):
        return None
    root = replace(node, arguments=(whole(others[0].node),), shape=others[0].node.shape, name="", origin=None)
    length = scaled_root(root)
    if length == root:
        return None
    sides = (Argument(length, others[0].axes), whole(apply("sqrt", numbers[0].node)))
    return Node("hypot", sides, node.shape, name=node.name, origin=node.origin)


def is_positive_number(argument: Argument) -> bool:
    """A positive rational number, a size, or one over the other."""
    node = argument.node
    if node.op == "divide":
        return all(map(is_positive_number, node.arguments))
    return node.op == "size" or (node.op == "constant" and isinstance(node.data, Fraction) and node.data > 0)


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
    """x where the argument is x**2, 2 x where it is 4 x**2; the root of a number that is a square."""
    node = argument.node
    if node.op == "power" and node.data == 2:
        return moved(node.arguments[0], argument.axes)
    if node.op == "multiply" and len(node.arguments) == 2:
        factor, rest = (base_of(moved(a, argument.axes)) for a in node.arguments)
        if factor is None or rest is None or factor.node.op != "constant":
            return None
        return Argument(apply("multiply", factor.node, rest.node), rest.axes)
    root = rational_root(node.data) if node.op == "constant" and isinstance(node.data, Fraction) else None
    return Argument(constant(root), ()) if root is not None else None


def rational_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def square(value: Node) -> Node:
    return apply("power", value, data=Fraction(2))


def scale_of(largest: Node, reach: int = REACH) -> Node:
    """1 on the ordinary range, for 0, infinity and NaN; else what brings the largest to its edge."""
    within = apply("minimum", apply("maximum", largest, constant(Fraction(1, reach))), constant(reach))
    finite = apply("less", apply("multiply", constant(HALF), largest), largest)
    return replace(apply("where", finite, apply("divide", largest, within), constant(1)), name="~scale")


def two_passes(graph: Graph) -> Graph:
    """The mean square minus the square of the mean as the mean square of the differences from it."""
    return rebuild(graph, lambda n: variance(n) if n.op == "add" else n)


def variance(node: Node) -> Node:
    for k, first in enumerate(node.arguments):
        of_squares = mean_of(first)
        for j, second in enumerate(node.arguments) if of_squares is not None else ():
            taken = negative(second)
            inner = base_of(taken) if taken is not None else None
            of_entries = mean_of(inner) if inner is not None else None
            if of_squares is None or of_entries is None or inner is None or inner.axes != first.axes:
                continue
            squares, factor = of_squares
            entries, other = of_entries
            (summed,), (plain,) = squares.arguments, entries.arguments
            if factor != other or summed.node.op != "power" or summed.node.data != 2:
                continue
            base = moved(summed.node.arguments[0], summed.axes)
            if base != plain or squares.space != entries.space:
                continue
            minus = apply("multiply", constant(-1), inner.node)
            lies = Argument(minus, tuple(range(len(minus.shape))))
            total = replace(squares, arguments=(whole(square(Node("add", (base, lies), squares.space))),))
            new = Argument(apply("multiply", factor, total), first.axes)
            rest = tuple(a for i, a in enumerate(node.arguments) if i not in (j, k))
            if rest:
                return replace(node, arguments=(new, *rest))
            op = "view" if new.axes != tuple(range(len(node.shape))) else ""
            return replace(node, op=op, arguments=(new,)) if op else named(new.node, node.name, node.origin)
    return node


def mean_of(argument: Argument) -> tuple[Node, Node] | None:
    """(sum over an axis, 1/n) with the argument = 1/n times the sum, n the size of that axis."""
    node = argument.node
    if node.op != "multiply" or len(node.arguments) != 2:
        return None
    factor, total = (a.node for a in node.arguments)
    if total.op != "sum" or len(total.bound) != 1 or node.arguments[1] != whole(total):
        return None
    return (total, factor) if factor == one_over(total.bound[0]) else None


def one_over(size: Dimension) -> Node:
    """One over the number of entries of an axis."""
    if isinstance(size, int):
        return constant(Fraction(1, size))
    return Node("divide", (whole(constant(1)), whole(Node("size", data=size))))


def as_squares(graph: Graph) -> Graph:
    """x**2 for x x, also within longer products, and x**2 + c for the square of its root"""
    return rebuild(graph, lambda n: SQUARED[n.op](n) if n.op in SQUARED else n)


def of_root(node: Node) -> Node:
    """sqrt(u)**(2 k) = u**k for a sum u of terms that are never negative"""
    (root,) = node.arguments
    inner = root.node.arguments[0] if root.node.op == "sqrt" else root
    is_even = isinstance(node.data, Fraction) and node.data % 2 == 0 and node.data > 0
    if root.node.op != "sqrt" or not is_even or inner.node.op != "add" or not is_never_negative(inner.node):
        return node
    value = moved(inner, root.axes)
    if node.data != 2:
        return replace(node, arguments=(value,), data=node.data / 2)  # type: ignore[operator]
    return named(value.node, node.name, node.origin) if value == whole(value.node) else node


def squared(node: Node) -> Node:
    counts = Counter(node.arguments)
    if all(count == 1 for count in counts.values()):
        return node
    parts = tuple(a if c == 1 else raised(a, c, node) for a, c in counts.items())
    if len(parts) > 1:
        return replace(node, arguments=parts)
    ((argument, count),) = counts.items()
    return replace(node, op="power", arguments=(argument,), data=Fraction(count))


SQUARED = MappingProxyType({"multiply": squared, "power": of_root})


def raised(argument: Argument, count: int, node: Node) -> Argument:
    return whole(Node("power", (argument,), node.shape, data=Fraction(count)))


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
        minus = minus_of(right, node)
        parts = (Node("add", (left, minus), node.shape), Node("add", (left, right), node.shape))
        return replace(node, op="multiply", arguments=tuple(map(whole, parts)))
    return node


def minus_of(argument: Argument, node: Node) -> Argument:
    """-x on the axes of a node; of a sum the sum of the negated terms, which cancel what stands before them."""
    inner = argument.node
    if inner.op == "constant" and isinstance(inner.data, Fraction):
        return Argument(constant(-inner.data), ())
    if inner.op == "add" and argument.axes == tuple(range(len(node.shape))):
        terms = (negative(a) or minus_of(a, inner) for a in inner.arguments)
        return whole(Node("add", tuple(terms), inner.shape))
    return whole(Node("multiply", (Argument(constant(-1), ()), argument), node.shape))


def negative(argument: Argument) -> Argument | None:
    """x where the argument is -x, or a negative number."""
    node = argument.node
    if node.op == "constant" and isinstance(node.data, Fraction) and node.data < 0:
        return Argument(constant(-node.data), ())
    return opposite(argument)


def both_numbers(*parts: Argument) -> bool:
    return all(p.node.op == "constant" for p in parts)
