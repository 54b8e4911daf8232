"""What a value never exceeds, by its form alone.

Contract: `highest(node)` is a number, or None where the form says nothing; `is_bounded` compares it, with what an
exponential bears where nothing else is said; `is_positive`, `is_never_negative` and `is_level`, which is far from the
ends of the range on both sides, are true only where the form shows it. To extend: an op that keeps a bound is a row of
BOUNDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from derive.ir.graph import Node, has_input
from derive.ir.ops import STILL, size_of


def is_bounded(node: Node, limit: Fraction | int = STILL) -> bool:
    """Whether a value stays, by its form, below what an exponential bears."""
    found = highest(node)
    return found is not None and found <= limit


def is_bounded_below(node: Node, limit: Fraction | int) -> bool:
    """Whether a value is bounded below by a number, as the last thing that is done to it."""
    bounds = [a.node.data for a in node.arguments if a.node.op == "constant"] if node.op == "maximum" else []
    return any(isinstance(b, Fraction) and b >= limit for b in bounds)


def highest(node: Node) -> Fraction | None:
    """A number that a value never exceeds, by its form."""
    if node.op in ("constant", "still"):
        return size_of(node.op, node.data) if isinstance(node.data, Fraction) else None
    bounds = [highest(a.node) for a in node.arguments]
    known = [b for b in bounds if b is not None]
    if node.op == "minimum":
        return min(known, default=None)
    if node.op == "multiply":
        return highest_of_product([a.node for a in node.arguments], bounds)
    if len(known) < len(bounds):
        return None
    return BOUNDS[node.op](known) if node.op in BOUNDS else None


BOUNDS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = MappingProxyType(
    {"add": lambda known: sum(known, Fraction(0)), "maximum": max, "max": max, "view": max}
)


def highest_of_product(parts: Sequence[Node], bounds: Sequence[Fraction | None]) -> Fraction | None:
    """c u for a number c: 0 where c <= 0 <= u"""
    first, *rest = parts
    number = first.data if first.op == "constant" else None
    if not isinstance(number, Fraction):
        return None
    if number <= 0:
        return Fraction(0) if all(map(is_never_negative, rest)) else None
    return None if len(rest) > 1 or bounds[-1] is None else number * bounds[-1]


def is_never_negative(node: Node) -> bool:
    if node.op == "constant" and isinstance(node.data, Fraction):
        return node.data >= 0
    if node.op == "power" and isinstance(node.data, Fraction) and node.data.denominator == 1:
        return node.data % 2 == 0 or is_never_negative(node.arguments[0].node)
    if node.op in ("add", "multiply", "divide", "view", "sum"):
        return all(is_never_negative(a.node) for a in node.arguments)
    return node.op in ("abs", "exp", "cosh", "size", "sqrt", "pi")


LEVEL = (
    "tanh", "sin", "cos", "arctan", "erf", "erfc", "normal_tail", "bracket", "indicator", "sign", "log", "log1p",
    "arcsinh", "arccosh",
)  # fmt: skip
"""Ops whose values are numbers below 1000 in size, or infinite."""
KEEP_LEVEL = ("add", "multiply", "where", "maximum", "minimum", "copysign", "abs", "view", "spread", "sqrt")


def is_level(node: Node) -> bool:
    """Whether values are neither very large nor made of what is."""
    if node.op in LEVEL or not has_input(node):
        return True
    if node.op in ("exp", "gaussian"):
        return is_bounded(node.arguments[0].node) if node.op == "exp" else is_level(node.arguments[0].node)
    if node.op == "divide":
        above, below = (a.node for a in node.arguments)
        return is_level(above) and is_at_least_a_number(below)
    parts = node.arguments[1:] if node.op == "where" else node.arguments
    is_kept = node.op in KEEP_LEVEL or (node.op == "power" and isinstance(node.data, Fraction) and node.data > 0)
    return is_kept and all(is_level(a.node) for a in parts)


def is_at_least_a_number(node: Node) -> bool:
    """Whether a sum of what is never negative has a number in it."""
    return is_never_negative(node) and node.op == "add" and not all(has_input(a.node) for a in node.arguments)


def is_positive(node: Node) -> bool:
    """Whether a value is above 0 in mathematics: made of exponentials and numbers by products, quotients and sums."""
    if node.op == "constant":
        return isinstance(node.data, Fraction) and node.data > 0
    return node.op == "exp" or (node.op in KEEP_POSITIVE and all(is_positive(a.node) for a in node.arguments))


KEEP_POSITIVE = ("add", "multiply", "divide", "power", "sqrt", "sum", "view", "spread", "pick")
