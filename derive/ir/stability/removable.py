"""What loses its digits near 0, or is 0/0 there, as its power series.

    x - tanh(x)                |x| < 1/4:  x**3 (1/3 - x**2 (2/15 - ...))
    (exp(u) - 1 - u)/u**2      |u| < 1/2:  1/2 + u (1/6 + u (1/24 + ...))
    x/(exp(x) - 1)             |x| < 1/16: 1 - x (1/2 - x (1/12 - ...)), which is 1 at 0
    c (1 - exp(-u)) - c u exp(-u), u = (x/c)**2
                               |x/c| < 1/2: c (x/c)**4 (1/2 - ...)

Contract: `near_zero(graph, plain)` maps a graph to an equal one. A node that is a function of one value (see
`variables`) is replaced where two things hold: a sum in it cancels, or something is divided by what vanishes at 0, as
its series says; and what the other passes make of it (`plain`) is wrong near 0, as a trial in float32 and float64
shows. So nothing is touched that another row gets right, however that one does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import gcd
from typing import Any

import numpy as np

from derive.ir.build import apply, constant
from derive.ir.graph import Graph, Node, named, rebuild, topological, whole
from derive.ir.interpret import Exact, Floats, interpret
from derive.ir.stability.series import CONTEXT, Expansions, Series
from derive.ir.stability.variables import Dependence, Dependences

Plain = Callable[[Graph], Graph]

FEW, MANY = 12, 60
"""Terms to see what cancels, and to see how many are needed."""
MOST = 28
"""Coefficients of a polynomial."""
WIDTHS = tuple(Fraction(1, 2**k) for k in (4, 3, 2, 1, 0))
"""Within which a series may stand in."""
LOST = 10
"""What is left to the plain form loses no more than this factor by cancellation."""
ENOUGH = CONTEXT.mpf(2) ** -56
TRIALS = {np.float64: (1e-3, 1e-6, 1e-9, 1e-20, 1e-100, 1e-200), np.float32: (1e-2, 1e-4, 1e-8, 1e-15, 1e-30)}
PARTNERS = (1.0, 1.375)
WRONG = 4096
"""Times the rounding unit: no row of the table leaves as much, and what cancels near 0 loses all digits."""


def near_zero(graph: Graph, plain: Plain) -> Graph:
    """The graph with a series where nothing else keeps the digits."""
    replaced: dict[Node, Node] = {}
    for node, on in outermost(graph):
        shape = shape_of(on.function) if is_wrong(on, plain) else None
        if shape is not None:
            replaced[node] = named(with_series(node, on, shape), node.name, node.origin)
    return rebuild(graph, lambda n: replaced.get(n, n)) if replaced else graph


# --- where -------------------------------------------------------------------------------------------------


def outermost(graph: Graph) -> Iterator[tuple[Node, Dependence]]:
    """The largest functions of one value that are finite at 0 and have something in them that may be lost there."""
    dependences, seen = Dependences(graph), Expansions(FEW)
    met: set[Node] = set()
    stack = list(graph)
    while stack:
        node = stack.pop()
        if node in met:
            continue
        met.add(node)
        on = next((on for on in dependences.of(node) if may_lose(on.function, seen)), None)
        if on is not None:
            yield node, on
        else:
            stack += [a.node for a in node.arguments]


def may_lose(function: Node, seen: Expansions) -> bool:
    found = seen.series(function)
    return found is not None and found.order >= 0 and not found.is_zero and loses(function, seen)


def loses(function: Node, seen: Expansions) -> bool:
    return any(cancels(n, seen) for n in topological((function,)))


def cancels(node: Node, seen: Expansions) -> bool:
    """Whether a sum is smaller than its terms near 0, a logarithm that of 1, or a divisor vanishes at 0."""
    found = seen.series(node)
    if found is None:
        return False
    if node.op == "log":
        return found.order > 0
    parts = [s for a in node.arguments if (s := seen.series(a.node)) is not None]
    if node.op == "add":
        orders = [s.order for s in parts if not s.is_zero]
        return bool(orders) and (found.is_zero or found.order > min(orders))
    return node.op == "divide" and parts[1].order > 0


# --- whether -----------------------------------------------------------------------------------------------


def is_wrong(on: Dependence, plain: Plain) -> bool:
    """Whether the other passes leave it without its digits near 0."""
    computed = plain((on.trial,))
    series = Expansions(FEW).series(on.function)
    assert series is not None
    return any(
        is_off(computed, series, on, kind(sign * size), kind(partner))
        for kind, sizes in TRIALS.items()
        for size in (sizes if on.other else (*sizes, 0.0))
        for sign in (1, -1)
        for partner in (PARTNERS if on.other else PARTNERS[:1])
    )


def is_off(computed: Graph, series: Series, on: Dependence, point: Any, partner: Any) -> bool:
    """Whether a graph is far from a series, or NaN; results that are no normal numbers do not count."""
    value = point * partner if on.sign > 0 else point / partner
    found = interpret(computed, {"v": value, "b": partner}, {}, Floats(type(point)))[0].item()
    b, limits = CONTEXT.mpf(float(partner)), np.finfo(type(point))
    truth = value_of(series, CONTEXT.mpf(float(value)) * b**-on.sign) * b ** int(on.degree)
    is_ordinary = float(limits.tiny) < abs(truth) < float(limits.max)
    off = abs(CONTEXT.mpf(float(found)) - truth) > WRONG * float(limits.eps) * abs(truth)
    return bool(np.isnan(found)) or (is_ordinary and off)


def value_of(series: Series, at: Any) -> Any:
    return at**series.order * CONTEXT.polyval(series.coefficients[::-1], at)


# --- the series --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """v**order P(v**step), |v| < width"""

    order: int
    step: int
    coefficients: tuple[Any, ...]
    width: Fraction


def with_series(node: Node, on: Dependence, shape: Shape) -> Node:
    """where(|u| < width, b**degree u**order P(u**step), node)"""
    u = on.value
    inner = u if shape.step == 1 else apply("power", u, data=Fraction(shape.step))
    numbers = tuple(map(rational, shape.coefficients))
    series = apply("polynomial", inner, data=numbers, name="~series")
    factors = [series if len(numbers) > 1 else constant(numbers[0])]
    if shape.order:
        factors.insert(0, u if shape.order == 1 else apply("power", u, data=Fraction(shape.order)))
    if on.other is not None and on.degree:
        factors.insert(0, on.other if on.degree == 1 else apply("power", on.other, data=on.degree))
    value = Node("multiply", tuple(map(whole, factors)), u.shape) if len(factors) > 1 else factors[0]
    is_near = apply("less", apply("abs", u), constant(shape.width))
    parts = (is_near, value, replace(node, name="", origin=None))
    return Node("where", tuple(map(whole, parts)), node.shape)


def shape_of(function: Node) -> Shape | None:
    """The narrowest series outside which little is lost; the widest that is short where there is none."""
    series = Expansions(MANY).series(function)
    if series is None:
        return None
    found = [s for width in WIDTHS if (s := cut(series, width)) is not None]
    return next((s for s in found if loss(function, s.width) <= LOST), found[-1] if found else None)


def cut(series: Series, width: Fraction) -> Shape | None:
    """As many terms as count within the width; None where these are too many."""
    places = [k for k, c in enumerate(series.coefficients) if c]
    step = reduce(gcd, places) or 1
    coefficients = series.coefficients[::step]
    size = CONTEXT.mpf(width.numerator) / width.denominator
    parts = [abs(c) * size ** (step * k) for k, c in enumerate(coefficients)]
    last = max((k for k, part in enumerate(parts) if part > ENOUGH * parts[0]), default=0)
    if last >= MOST or last + 1 >= len(parts) or sum(parts) > 3 * parts[0]:
        return None
    return Shape(series.order, step, coefficients[: last + 1], width)


def loss(function: Node, width: Fraction) -> Any:
    """By how much the terms of sums exceed these at the ends of the range, and 1 the logarithms of what is near 1."""
    sums = [n for n in topological((function,)) if n.op in ("add", "log")]
    parts = [a.node for n in sums for a in n.arguments]
    worst = CONTEXT.mpf(1)
    for sign in (1, -1):
        inputs = {"v": sign * CONTEXT.mpf(width.numerator) / width.denominator}
        found = [e.item() for e in interpret((*sums, *parts), inputs, {}, Exact(CONTEXT))]
        values = dict(zip((*sums, *parts), found, strict=True))
        for node in sums:
            size = 1 if node.op == "log" else CONTEXT.fsum(abs(values[a.node]) for a in node.arguments)
            worst = max(worst, size / abs(values[node])) if values[node] else worst
    return worst


def rational(value: Any) -> Fraction:
    """The number as a short fraction where it is one, else as the nearest float."""
    near = Fraction(CONTEXT.nstr(value, 100)).limit_denominator(10**12)
    is_it = abs(CONTEXT.mpf(near.numerator) / near.denominator - value) < abs(value) * CONTEXT.mpf(10) ** -50
    return near if is_it else Fraction(float(value))
