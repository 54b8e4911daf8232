"""Powers of exp(z) times powers of exp(z) - 1, which grow without bound, by expm1.

    exp(z) - 1 = expm1(z),  1 - exp(-z) = -expm1(-z),  exp(2 z) - exp(z) = exp(z) expm1(z)
    1 - (exp(z) - 1)/exp(z) = exp(-z),  sinh(z)**2 = exp(2 |z|) (1 - exp(-2 |z|))**2 / 4

Contract: `by_expm1(value, base, ratio)` is the node, or None where the function is of another kind.
"""

from __future__ import annotations

from fractions import Fraction

from derive.ir.build import apply, raised, scaled
from derive.ir.graph import Node, has_input
from derive.ir.stability.polynomial import Reduced, factored

U = (Fraction(0), Fraction(1))
ONE_MINUS_U = (Fraction(1), Fraction(-1))


def by_expm1(argument: Node, base: Fraction | None, ratio: Reduced) -> Node | None:
    """c u**a (1 - u)**k, u = base ** (unit * argument)"""
    scale, above = factored(ratio.numerator)
    below_scale, below = factored(ratio.denominator)
    powers = dict(above)
    count = powers.pop(ONE_MINUS_U, 0)
    power = powers.pop(U, 0) - dict(below).get(U, 0)
    if powers or set(dict(below)) - {U}:
        return None
    z = scaled(ratio.unit, argument)
    if base is not None and not has_input(argument):
        return None  # 2**n - 1 is a whole number, and nothing cancels
    if count == 0:
        return scaled(scale / below_scale, apply("exp", scaled(power, z), data=base)) if power else None
    natural = z if base is None else apply("multiply", Node("logarithm", data=base), z)
    scale /= below_scale
    if power == -count:
        return scaled(scale, raised(apply("expm1", scaled(-1, natural), name="~m"), count))
    if power < 0:
        return scaled(scale * (-1) ** (count % 2), on_both_sides(z, natural, power, count, base))
    result = raised(apply("expm1", natural, name="~m"), count)
    if power:
        result = apply("multiply", apply("exp", scaled(power, z), data=base), result)
    return scaled(scale * (-1) ** count, result)


def on_both_sides(z: Node, natural: Node, power: int, count: int, base: Fraction | None) -> Node:
    """(-1)**k u**a (1 - u)**k with a < 0, where one factor goes to 0 and the other grows without bound.

    With w = 1 - exp(-|z|) it is w**k exp(max(a z, (a + k) z)), with the sign of z where k is odd.
    """
    shrinks = scaled(-1, apply("expm1", scaled(-1, apply("abs", natural)), name="~m"))
    signed = apply("copysign", shrinks, z) if count % 2 else shrinks
    low = scaled(power, z)
    exponent = low if power + count == 0 else apply("maximum", low, scaled(power + count, z))
    return apply("multiply", apply("exp", exponent, data=base), raised(signed, count))
