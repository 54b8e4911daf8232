"""What the logarithm of a rational function of one exponential is made of, and how that is computed.

    log R(exp(z))    a z + k log1p(p(e)) on each side of 0, e = exp(-|z|)
    log(c R)         as it stands up to ORDINARY, where it may cancel; beyond, log R + log c
    log cosh z       -log1p(-tanh(z)**2)/2 up to 1
    log(1 - exp(z))  log(-expm1(z)) for exp(z) > 1/2, log1p(-exp(z)) below

Contract: `form_of(ratio)` is the form, or None where R is no power of exp(z) times powers of one sign of polynomials
with positive coefficients whose first and last are 1, with a linear part of the same sign; the functions below build
nodes in the exponential's own argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Node
from derive.ir.stability import polynomial
from derive.ir.stability.growing import U
from derive.ir.stability.one_exponential import without_factor
from derive.ir.stability.polynomial import UNIT, Ratio, coefficients, common_unit, poly

COSINES = ((Fraction(1), Fraction(1)), (Fraction(1), Fraction(0), Fraction(1)))
"""1 + v and 1 + v**2"""
LOG_2 = Fraction(7, 10)
"""About: either formula is right around it."""
Coefficients = tuple[Fraction, ...]
ORDINARY = 40
"""So large are exponents whose exponential every type holds."""


@dataclass(frozen=True)
class Form:
    """scale * u**power * product of factors**exponent, in v = u ** (1/unit)."""

    power: int
    factors: tuple[tuple[Coefficients, int], ...]
    unit: Fraction
    scale: Fraction = Fraction(1)

    @property
    def cosine(self) -> tuple[int, Fraction]:
        """k and c of cosh(c w)**k, where v = exp(w); k = 0 for another function"""
        ((entries, count),) = self.factors if len(self.factors) == 1 else (((), 0),)
        is_cosine = self.scale == Fraction(1, 2) ** count and 2 * self.power == -(len(entries) - 1) * count
        return (count, Fraction(len(entries) - 1, 2)) if is_cosine and entries in COSINES else (0, Fraction(0))

    @property
    def right(self) -> int:
        """The power of v that the function grows with for v -> infinity."""
        return self.power + sum((len(f) - 1) * k for f, k in self.factors)


def form_of(ratio: Ratio) -> Form | None:
    exponents = [e for e, _ in ratio.numerator + ratio.denominator]
    unit = common_unit(exponents)
    lowest = [min(e for e, _ in side) / unit for side in (ratio.numerator, ratio.denominator)]
    highest = max(abs(e) / unit for e in exponents)
    if highest > polynomial.MAX_DEGREE:
        return None
    above, below = (
        poly({e / unit - low: c for e, c in side})
        for (side, low) in zip((ratio.numerator, ratio.denominator), lowest, strict=True)
    )
    above, below = above.cancel(below, include=True)
    factors: list[tuple[Coefficients, int]] = []
    scale, power = Fraction(1), int(lowest[0] - lowest[1])
    for side, sign in ((above, 1), (below, -1)):
        constant_part, found = polynomial.factored(coefficients(side))
        scale *= constant_part**sign
        for factor, multiplicity in found:
            if factor == U:
                power += sign * multiplicity
            else:
                factors.append((factor, sign * multiplicity))
    form = Form(power, tuple(factors), unit, scale)
    return form if scale > 0 and keeps_one_sign(form) else None


def keeps_one_sign(form: Form) -> bool:
    if any(f[0] != 1 or f[-1] != 1 or min(f) < 0 for f, _ in form.factors):
        return False
    signs = {1 if k > 0 else -1 for _, k in form.factors}
    if not signs:
        return True
    (sign,) = signs if len(signs) == 1 else (0,)
    return sign != 0 and -form.power * sign >= 0 and form.right * sign >= 0


def spelled(argument: Node, base: Fraction | None, form: Form) -> Node:
    """power min(z, 0) + right max(z, 0) + sum k log1p(f - 1) with z = c v"""
    natural = argument if base is None else apply("multiply", Node("logarithm", data=base), argument)
    value, factor = without_factor(natural)
    scale = factor * form.unit
    below, above = (form.power, form.right) if scale > 0 else (form.right, form.power)
    if below == above:
        parts = [scaled(below * scale, value)]
    else:
        sides = (("minimum", below), ("maximum", above))
        parts = [scaled(power * scale, apply(op, value, constant(0))) for op, power in sides if power]
    e = apply("exp", scaled(-abs(scale), apply("abs", value)), name="~e")
    for entries, k in form.factors:
        left, right = entries, tuple(reversed(entries))
        parts.append(scaled(k, apply("log1p", rest_of(*((left, right) if scale > 0 else (right, left)), value, e))))
    return parts[0] if len(parts) == 1 else apply("add", *parts)


def scaled_form(argument: Node, base: Fraction | None, form: Form) -> Node:
    """log(c R): what is small only because log R and log c cancel is computed as it stands"""
    beyond = apply("add", spelled(argument, base, form), Node("logarithm", data=form.scale))
    steps = max(abs(form.power), abs(form.right))
    size = apply("abs", argument)
    count, factor = form.cosine
    if base is None and count:
        factor *= form.unit
        tangent = apply("tanh", scaled(factor, argument))
        missing = apply("log1p", scaled(-1, apply("power", tangent, data=Fraction(2))))
        near = apply("less_equal", scaled(factor, size), constant(1))
        return apply("where", near, scaled(Fraction(-count, 2), missing), beyond)
    reach = constant(ORDINARY / (form.unit * steps))
    within = apply("maximum", apply("minimum", argument, reach), scaled(-1, reach))
    near = apply("less_equal", size, reach)
    return apply("where", near, apply("log", plain(within, base, form)), beyond)


def plain(argument: Node, base: Fraction | None, form: Form) -> Node:
    """The function itself, as a product of powers."""
    v = apply("exp", scaled(form.unit, argument), data=base)
    parts = [apply("power", v, data=Fraction(form.power))] if form.power else []
    for entries, k in form.factors:
        total = apply("add", constant(entries[0]), horner(entries[1:], v))
        parts.append(total if k == 1 else apply("power", total, data=Fraction(k)))
    return scaled(form.scale, reduce(lambda a, b: apply("multiply", a, b), parts))


def near_one(argument: Node, base: Fraction | None, ratio: Ratio) -> Node | None:
    """log(1 - exp(z)), where the function is 1 - exp(z)"""
    (first, *others), below = sorted(ratio.numerator, key=lambda pair: pair[0] != 0), ratio.denominator
    if base is not None or below != UNIT or first != UNIT[0] or len(others) != 1 or others[0][1] != -1:
        return None
    z = scaled(others[0][0], argument)
    within = apply("log", scaled(-1, apply("expm1", z)))
    beyond = apply("log1p", scaled(-1, apply("exp", z)))
    return apply("where", apply("greater", z, constant(-LOG_2)), within, beyond)


def rest_of(below: Coefficients, above: Coefficients, value: Node, e: Node) -> Node:
    """f(e) - 1, by its coefficients on each side of 0."""
    left, right = horner(below[1:], e), horner(above[1:], e)
    return left if left == right else apply("where", apply("greater_equal", value, constant(0)), right, left)


def horner(values: Sequence[Fraction], e: Node) -> Node:
    """e (c_1 + e (c_2 + ...))"""

    def step(total: Node, value: Fraction) -> Node:
        inner = apply("multiply", e, total) if total.op != "constant" else scaled(total.data, e)  # type: ignore[arg-type]
        return apply("add", constant(value), inner) if value else inner

    total = reduce(step, reversed(values[:-1]), constant(values[-1]))
    return scaled(total.data, e) if total.op == "constant" else apply("multiply", e, total)  # type: ignore[arg-type]
