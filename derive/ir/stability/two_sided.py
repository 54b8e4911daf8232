"""R(exp(z)), rational and bounded, from e = exp(-|z|) <= 1 on both sides of 0: nothing overflows or cancels.

For z <= 0, exp(z) = e, and for z > 0, exp(z) = 1/e; both sides become polynomials of e over polynomials of e.
Contract: each form of FORMS takes a Bounded and returns the node, or None where its condition does not hold;
the first that fits is used. To extend: one function and its place in FORMS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.build import apply, constant, raised, scaled
from derive.ir.graph import Node
from derive.ir.stability.polynomial import Reduced, about_one, cancellation, factored, keeps_sign, padded

ONE_MINUS_E = (Fraction(1), Fraction(-1))
ONE_PLUS_E = (Fraction(1), Fraction(1))
SQUARE = (Fraction(1), Fraction(2), Fraction(1))
"""(1 + e)**2 as 1 + e (2 + e): what is rounded is small beside 1, and nothing rounded is squared."""
JUST_E = (Fraction(0), Fraction(1))
MOST_CANCELLATION = 16
"""Times by which the terms of a polynomial of e may be larger than their sum before 1 - e is tried."""


@dataclass(frozen=True)
class Bounded:
    """R(base ** (scale * value)) with scale > 0; `left` and `right` are R in e for value <= 0 and value > 0."""

    value: Node
    scale: Fraction
    base: Fraction | None
    left: Reduced
    right: Reduced

    @property
    def exponent(self) -> Node:
        """-|z|"""
        return scaled(-self.scale, apply("abs", self.value))

    @property
    def e(self) -> Node:
        return apply("exp", self.exponent, data=self.base, name="~e")

    @property
    def one_minus_e(self) -> Node:
        """1 - e without cancellation at z = 0."""
        exponent = self.exponent
        if self.base is not None:
            exponent = apply("multiply", Node("logarithm", data=self.base), exponent)
        return scaled(-1, apply("expm1", exponent, name="~m"))


def hyperbolic_tangent(value: Bounded) -> Node | None:
    """(u - 1)/(u + 1) = tanh(z/2)"""
    signs = {ONE_MINUS_E: -1, tuple(-c for c in ONE_MINUS_E): 1}
    sign = signs.get(value.left.numerator)
    if sign is None or value.left.denominator != ONE_PLUS_E or value.base is not None:
        return None
    return scaled(sign, apply("tanh", scaled(value.scale / 2, value.value)))


def even(value: Bounded) -> Node | None:
    """Both sides are one formula."""
    return quotient(value, value.left) if value.left == value.right else None


def odd(value: Bounded) -> Node | None:
    """The sides differ by their sign only, which is that of z."""
    sign = keeps_sign(value.right)
    if value.left != value.right.negated() or sign == 0:
        return None
    size = value.right if sign > 0 else value.left
    return scaled(sign, apply("copysign", quotient(value, size), value.value))


def complementary(value: Bounded) -> Node | None:
    """The sides add up to c: c |[z >= 0] - left / c|, or c |[-z >= 0] - right / c|, of the side that goes to 0."""
    small, large, argument = value.left, value.right, value.value
    if small.numerator[0] != 0:
        small, large, argument = large, small, scaled(-1, argument)
    level = large.numerator[0] / large.denominator[0]
    if small.numerator[0] != 0 or small.denominator != large.denominator or level == 0:
        return None
    if padded_sum(small.numerator, large.numerator) != tuple(level * c for c in small.denominator):
        return None
    relative = replace(small, numerator=tuple(c / level for c in small.numerator))
    if keeps_sign(relative) != 1 or keeps_sign(large) * level < 0:
        return None
    minus = scaled(-1, replace(vanishing(value, relative), name="~small"))
    return scaled(level, apply("abs", apply("add", apply("bracket", argument), minus)))


def vanishing(value: Bounded, ratio: Reduced) -> Node:
    """e / (1 + e) as e - e (e / (1 + e)): what is rounded beside a small e is small against it."""
    whole = quotient(value, ratio)
    if (ratio.numerator, ratio.denominator) != (JUST_E, ONE_PLUS_E):
        return whole
    return apply("add", value.e, scaled(-1, apply("multiply", value.e, whole)))


def one_denominator(value: Bounded) -> Node | None:
    """Only the numerators differ."""
    if value.left.denominator != value.right.denominator:
        return None
    return apply("divide", choice(value, "numerator"), product(value, value.left.denominator))


def general(value: Bounded) -> Node | None:
    return apply("divide", choice(value, "numerator"), choice(value, "denominator"))


FORMS = (hyperbolic_tangent, even, odd, complementary, one_denominator, general)


def padded_sum(left: tuple[Fraction, ...], right: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    size = max(len(left), len(right))
    return tuple(a + b for a, b in zip(padded(left, size), padded(right, size), strict=True))


def choice(value: Bounded, side: str) -> Node:
    """where(z >= 0, right, left)"""
    right, left = (product(value, getattr(r, side)) for r in (value.right, value.left))
    return apply("where", apply("greater_equal", value.value, constant(0)), right, left)


def quotient(value: Bounded, ratio: Reduced) -> Node:
    above, below = product(value, ratio.numerator), product(value, ratio.denominator)
    return above if below == constant(1) else apply("divide", above, below)


def product(value: Bounded, coefficients: tuple[Fraction, ...]) -> Node:
    """A polynomial of e as c * product of factors, 1 - e among them by expm1."""
    scale, factors = factored(coefficients)
    if len(factors) == 1 and factors[0][1] == 2 and factors[0][0] == ONE_PLUS_E:
        return scaled(scale, factor(value, SQUARE))
    parts = [raised(factor(value, entries), count) for entries, count in factors]
    if not parts:
        return constant(scale)
    whole = parts[0] if len(parts) == 1 else apply("multiply", *parts)
    return scaled(scale, whole)


def factor(value: Bounded, entries: tuple[Fraction, ...]) -> Node:
    """One irreducible factor, by Horner's rule: in e, or in 1 - e where the terms in e nearly cancel."""
    if entries == ONE_MINUS_E:
        return value.one_minus_e
    around_one = about_one(entries)
    if cancellation(entries) > MOST_CANCELLATION and cancellation(around_one) < cancellation(entries) / 2:
        return horner(value.one_minus_e, around_one)
    return horner(value.e, entries)


def horner(variable: Node, entries: tuple[Fraction, ...]) -> Node:
    total = constant(entries[-1])
    for entry in reversed(entries[:-1]):
        step = scaled(total.data, variable) if total.op == "constant" else apply("multiply", variable, total)  # type: ignore[arg-type]
        total = apply("add", constant(entry), step) if entry else step
    return total if entries != JUST_E else variable
