"""Quotients, roots and logarithms of sums of powers, which leave the range where what is asked for does not.

    x**3 / (1 + x**2)    (x'**3 / (t**2 + x'**2)) s,   x' = x/s, t = 1/s
    u / sum_k x_k**2     ((u / sum_k x'_k**2) t) t
    sqrt(1 + x**4)       s s sqrt(t**4 + x'**4)
    log(1 + x**2)        2 log s + log1p(x'**2 + (t**2 - 1))

Contract: `homogeneous` maps a graph to an equal one. The scale s is that of `degrees`: 1 on the ordinary range, so that
nothing is rounded there that was not before. A sum is scaled where its terms of the highest degree are numbers times
powers of one value, or all of its terms positive numbers times even powers of one degree: no other term can be what is
left where these vanish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil
from types import MappingProxyType

from derive.ir.build import Labelled, elementwise
from derive.ir.graph import Argument, Graph, Node, topological, with_arguments
from derive.ir.passes import flatten
from derive.ir.stability.bases import Bases, base_alone, bases_of
from derive.ir.stability.degrees import NONE, Change, Scale, at_scale, degree, exponent_of, times_powers
from derive.ir.stability.products import (
    MINUS_ONE,
    ONE,
    Parts,
    arguments_of,
    factors,
    instead_of,
    is_whole_power,
    labelled,
    over_line,
    raised,
    times,
)
from derive.ir.stability.squares import is_square_root, scaled_root

LEAST = 2
"""No value of a lower degree leaves the range before its base does."""
ROOTS = ("sqrt", "power")
DIGITS = 30
"""Powers of ten that the largest term has at the end of the ordinary range: float32 has 38."""


def homogeneous(graph: Graph) -> Graph:
    """The graph with such quotients, roots and logarithms scaled."""
    graph = flatten(graph)
    new: dict[Node, Node] = {}

    def finished(value: Labelled) -> Labelled:
        return Labelled(new.get(value.node, value.node), value.labels)

    for old in topological(graph):
        find = FORMS.get(old.op)
        found = find(old, finished) if find else None
        new[old] = found or with_arguments(old, tuple(Argument(new[a.node], a.axes) for a in old.arguments))
    return tuple(new[n] for n in graph)


def factors_and_bases(value: Labelled) -> Parts:
    """The factors, but the bases of sums below the line are left whole above it."""
    parts = factors(value)
    bases = [b for part, power in parts if power < 0 for b in [bases_of(part)] if b is not None]
    return factors(value, lambda v: any(b.include(v) for b in bases)) if bases else parts


def quotient(node: Node, finished: Change) -> Node | None:
    """N/S = (N'/S') s**d"""
    parts = factors_and_bases(labelled(node))
    scales = scales_below(parts, finished)
    if not scales:
        return None
    found, powers = in_scales(parts, scales)
    return instead_of(node, times_powers(found, powers))


def scales_below(parts: Parts, finished: Change) -> list[Scale]:
    """A scale for the sums below the line, and another for those of other bases."""
    found: list[Bases] = []
    for part, power in parts:
        bases = bases_of(part) if power < 0 and not any(degree(part, b.include) for b in found) else None
        if bases is not None and max(growth(parts, bases)[0], grown(part, -power, bases)) >= LEAST:
            found.append(bases)
    return [b.scale(reach_of(max(growth(parts, b)) * len(found)), finished) for b in found]


def in_scales(parts: Parts, scales: Sequence[Scale]) -> tuple[Labelled, list[tuple[Scale, Fraction]]]:
    """The product with every part in the first scale that it has a degree in, and these degrees."""
    left, degrees = [], dict.fromkeys(range(len(scales)), NONE)
    for value, power in parts:
        place = next((k for k, s in enumerate(scales) if degree(value, s.is_base)), 0)
        left.append((at_scale(value, scales[place]), power))
        degrees[place] += degree(value, scales[place].is_base) * power
    return over_line(left), [(scales[k], power) for k, power in degrees.items()]


def grown(part: Labelled, power: Fraction, bases: Bases) -> Fraction:
    """The degree of a sum, of what a root of one is taken of, and of powers of the root of several squares."""
    if part.node.op not in ROOTS:
        return degree(part, bases.include)
    return degree(part, bases.include) * (power if bases.are_several else 1 / exponent_of(part.node))


def growth(parts: Parts, bases: Bases) -> tuple[Fraction, Fraction]:
    """The degrees above and below the line."""
    degrees = [degree(v, bases.include) * p for v, p in parts]
    return sum((d for d in degrees if d > 0), NONE), sum((-d for d in degrees if d < 0), NONE)


def reach_of(most: Fraction) -> int:
    return int(10 ** max(1, DIGITS // ceil(most)))


def root(node: Node, finished: Change) -> Node | None:
    """S**c = S'**c s**(c d), where it is no square root with a form of its own"""
    (base,) = arguments_of(labelled(node))
    power = exponent_of(node)
    bases = bases_of(base) if abs(power) < 1 else None
    most = degree(base, bases.include) if bases is not None else NONE
    if bases is None or most < LEAST or (is_square_root(node) and scaled_root(node) is not node):
        return None
    scale = bases.scale(reach_of(most), finished)
    left = elementwise(node.op, at_scale(base, scale), data=node.data)
    return instead_of(node, times_powers(left, [(scale, most * power)]))


def negative_power_or_root(node: Node, finished: Change) -> Node | None:
    if is_whole_power(node):
        return quotient(node, finished) if exponent_of(node) < 0 else None
    return root(node, finished)


def logarithm(node: Node, finished: Change) -> Node | None:
    """log N/S = log N'/S' + d log s, and log(1 + u) by way of log1p"""
    (inner,) = arguments_of(labelled(node))
    parts = factors(inner) if node.op == "log" else [(elementwise("add", inner, ONE), Fraction(1))]
    for part, power in parts:
        bases = bases_of(part) or (base_alone(part) if abs(power) >= LEAST else None)
        above, below = growth(parts, bases) if bases else (NONE, NONE)
        if bases is None or abs(above - below) < LEAST:
            continue
        scale = bases.scale(reach_of(max(above, below)), finished)
        if node.op == "log":
            found = elementwise("log", in_scales(parts, [scale])[0])
        else:
            found = elementwise("log1p", elementwise("add", at_scale(inner, scale), less_one(scale.part, above)))
        return instead_of(node, elementwise("add", times(above - below, elementwise("log", scale.size)), found))
    return None


def less_one(part: Labelled, power: Fraction) -> Labelled:
    """t**d - 1, which has a name: beside it, 0 on the ordinary range, what is small is not lost as beside 1"""
    found = elementwise("add", raised(part, power), MINUS_ONE)
    return replace(found, node=replace(found.node, name="~missing"))


FORMS: Mapping[str, Callable[[Node, Change], Node | None]] = MappingProxyType(
    {"multiply": quotient, "divide": quotient, "power": negative_power_or_root, "sqrt": root, "log": logarithm,
     "log1p": logarithm}
)  # fmt: skip
