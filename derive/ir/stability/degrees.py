"""Degrees of sums, products and powers in some values, and what is left of them where these are measured in a scale.

    x**3 + 2 x      degree 3 in x:   x**3 + 2 x = s**3 (x'**3 + 2 x' t**2),  x' = x/s, t = 1/s
    sqrt(x**2 + 1)  degree 1

Contract: `degree(value, is_base)` says how a value grows with its bases; `at_scale(value, scale)` is the value
over s to that power. A base that is one value of its entry is where |x| > beyond its sign, and s = |x|: then x' is 1 or
-1, and limits at infinity are right. Several bases are divided by the largest of them. What is no sum, product, power,
root or size of the bases is of degree 0. To extend: an op is a row of DEGREES and a case of `at_scale`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import zip_longest
from types import MappingProxyType

from derive.ir.build import Labelled, constant, elementwise
from derive.ir.graph import Node, has_input
from derive.ir.stability.products import ONE, arguments_of, raised
from derive.ir.stability.scaling import summed
from derive.ir.stability.squares import HALF, scale_of

NONE = Fraction(0)
Change = Callable[[Labelled], Labelled]
IsBase = Callable[[Labelled], bool]


@dataclass(frozen=True)
class Scale:
    """What bases are measured in: `size` is s, `part` is 1/s."""

    is_base: IsBase
    relative: Change
    """x/s of a base x."""
    size: Labelled
    part: Labelled
    finished: Change
    """What became of a value that is not scaled."""


def of_entries(is_base: IsBase, base: Labelled, beyond: int, finished: Change) -> Scale:
    """s = |x| where it is larger than `beyond`, else 1"""
    value = finished(base)
    size = elementwise("abs", value)
    is_large = elementwise("less", Labelled(constant(beyond)), size)
    within = elementwise("where", is_large, elementwise("copysign", ONE, value), value)
    part = elementwise("where", is_large, elementwise("divide", ONE, size), ONE)
    return Scale(is_base, lambda v: within, elementwise("where", is_large, size, ONE), part, finished)


def of_largest(is_base: IsBase, largest: Labelled, reach: int, finished: Change) -> Scale:
    """s brings the largest of several bases within `reach` of 1"""
    size = Labelled(scale_of(largest.node, reach), largest.labels)
    part = elementwise("divide", ONE, size)
    return Scale(is_base, lambda v: elementwise("divide", finished(v), size), size, part, finished)


# --- degrees ---------------------------------------------------------------------------------------------


def degree(value: Labelled, is_base: IsBase) -> Fraction:
    if is_base(value):
        return Fraction(1)
    find = DEGREES.get(value.node.op)
    return find(value, is_base) if find else NONE


def highest_of(value: Labelled, is_base: IsBase) -> Fraction:
    return max(degree(a, is_base) for a in arguments_of(value))


def total_of(value: Labelled, is_base: IsBase) -> Fraction:
    return sum((degree(a, is_base) for a in arguments_of(value)), NONE)


def of_quotient(value: Labelled, is_base: IsBase) -> Fraction:
    above, below = arguments_of(value)
    return degree(above, is_base) if is_number(below.node) else NONE


def of_power(value: Labelled, is_base: IsBase) -> Fraction:
    (base,) = arguments_of(value)
    found = degree(base, is_base) * exponent_of(value.node)
    return found if found > 0 else NONE


DEGREES: Mapping[str, Callable[[Labelled, IsBase], Fraction]] = MappingProxyType(
    {"add": highest_of, "multiply": total_of, "divide": of_quotient, "power": of_power, "sqrt": of_power,
     "abs": highest_of, "sum": highest_of, "view": highest_of}
)  # fmt: skip


def exponent_of(node: Node) -> Fraction:
    return node.data if isinstance(node.data, Fraction) else HALF


def is_number(node: Node) -> bool:
    return not has_input(node)


def at_scale(value: Labelled, scale: Scale) -> Labelled:
    """value / s**degree"""
    if scale.is_base(value):
        return scale.relative(value)
    most = degree(value, scale.is_base)
    if not most:
        return scale.finished(value)
    arguments = arguments_of(value)
    parts = [at_scale(a, scale) for a in arguments]
    match value.node.op:
        case "add":
            lacking = [most - degree(a, scale.is_base) for a in arguments]
            return elementwise("add", *(scale_down(p, scale, k) for p, k in zip(parts, lacking, strict=True)))
        case "sum":
            bound = [label for label in arguments[0].labels if label not in value.labels]
            return reduce(summed, bound, parts[0])
        case "view":
            return parts[0]
        case op:
            return elementwise(op, *parts, data=value.node.data)


def scale_down(value: Labelled, scale: Scale, power: Fraction) -> Labelled:
    """value t**power, which may vanish beside what it is added to"""
    if not power:
        return value
    part = raised(scale.part, power)
    return part if value == ONE else elementwise("multiply", value, part)


def times_powers(value: Labelled, powers: Sequence[tuple[Scale, Fraction]]) -> Labelled:
    """value s**power for each scale, one factor after the other, and those that are large between those that are small:
    none leaves the range that the result is in"""
    large = [f for scale, power in powers if power > 0 for f in repeated(scale.size, power)]
    small = [f for scale, power in powers if power < 0 for f in repeated(scale.part, -power)]
    for pair in zip_longest(large, small):
        value = reduce(lambda a, b: elementwise("multiply", a, b), filter(None, pair), value)
    return value


def repeated(step: Labelled, power: Fraction) -> list[Labelled]:
    count, rest = divmod(power, 1)
    return [*[step] * count, *([raised(step, rest)] if rest else [])]
