"""Polynomials that stand for functions of VARIABLE near 0.

    v - tanh(v)      v**3 (1/3 - v**2 (2/15 - ...)), |v| < 1/2

Contract: `shape_of(function)` is the polynomial and the width within which it has all digits, narrow enough to be short
and wide enough that outside of it the terms of the function's sums cancel little; None where there is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, reduce
from math import gcd
from typing import Any

from derive.ir.build import apply, constant
from derive.ir.graph import Node, topological
from derive.ir.interpret import Exact, interpret
from derive.ir.stability.series import CONTEXT, Expansions, Series

TERMS = 60
"""Enough to see how many are needed."""
MOST = 28
"""Coefficients of a polynomial."""
WIDTHS = tuple(Fraction(1, 2**k) for k in (4, 3, 2, 1, 0))
"""Within which a series may stand in."""
LOST = 10
"""What is left to the plain form loses no more than this factor by cancellation."""
ENOUGH = CONTEXT.mpf(2) ** -56


@dataclass(frozen=True)
class Shape:
    """v**order P(v**step), |v| < width"""

    order: int
    step: int
    coefficients: tuple[Any, ...]
    width: Fraction

    def polynomial(self, u: Node) -> Node:
        """P(u**step), or the number that it is"""
        numbers = tuple(map(rational, self.coefficients))
        inner = u if self.step == 1 else apply("power", u, data=Fraction(self.step))
        return apply("polynomial", inner, data=numbers, name="~series") if len(numbers) > 1 else constant(numbers[0])


@lru_cache(maxsize=64)  # the kernels of a definition ask the same
def shape_of(function: Node) -> Shape | None:
    """The narrowest series outside which little is lost; the widest that is short where there is none."""
    series = Expansions(TERMS).series(function)
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
    if not value:
        return Fraction(0)
    near = Fraction(CONTEXT.nstr(value, 100)).limit_denominator(10**12)
    is_it = abs(CONTEXT.mpf(near.numerator) / near.denominator - value) < abs(value) * CONTEXT.mpf(10) ** -50
    return near if is_it else Fraction(float(value))
