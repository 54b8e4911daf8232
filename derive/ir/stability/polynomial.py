"""Rational functions of one variable with rational coefficients, exponents rational until the end.

Contract: `Ratio` is numerator/denominator of polynomials held as {exponent: coefficient}; arithmetic returns
None where a result would grow beyond MAX_TERMS. `reduced` cancels and gives whole, non-negative exponents.
SymPy's polynomials do the cancelling and factoring; nothing here simplifies an expression.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy

Terms = tuple[tuple[Fraction, Fraction], ...]
MAX_TERMS = 40
MAX_DEGREE = 24
E = sympy.Symbol("e")


@dataclass(frozen=True)
class Ratio:
    """numerator / denominator in one variable u; sorted (exponent, coefficient) pairs."""

    numerator: Terms
    denominator: Terms

    @property
    def is_number(self) -> bool:
        return all(exponent == 0 for exponent, _ in self.numerator + self.denominator)


def terms(pairs: Iterable[tuple[Fraction, Fraction]]) -> Terms:
    found: dict[Fraction, Fraction] = {}
    for exponent, coefficient in pairs:
        found[exponent] = found.get(exponent, Fraction(0)) + coefficient
    return tuple(sorted((e, c) for e, c in found.items() if c))


UNIT: Terms = ((Fraction(0), Fraction(1)),)


def number(value: Fraction) -> Ratio:
    return Ratio(terms([(Fraction(0), value)]), UNIT)


def monomial(exponent: Fraction) -> Ratio:
    """u ** exponent"""
    return Ratio(((exponent, Fraction(1)),), UNIT)


def times(left: Terms, right: Terms) -> Terms:
    return terms((a + b, c * d) for a, c in left for b, d in right)


def plus(left: Terms, right: Terms) -> Terms:
    return terms([*left, *right])


def bounded(value: Ratio) -> Ratio | None:
    fits = len(value.numerator) <= MAX_TERMS and len(value.denominator) <= MAX_TERMS
    return value if fits and value.denominator else None


def multiply(left: Ratio, right: Ratio) -> Ratio | None:
    return bounded(Ratio(times(left.numerator, right.numerator), times(left.denominator, right.denominator)))


def divide(left: Ratio, right: Ratio) -> Ratio | None:
    return multiply(left, Ratio(right.denominator, right.numerator)) if right.numerator else None


def add(left: Ratio, right: Ratio) -> Ratio | None:
    if left.denominator == right.denominator:
        return bounded(Ratio(plus(left.numerator, right.numerator), left.denominator))
    above = plus(times(left.numerator, right.denominator), times(right.numerator, left.denominator))
    return bounded(Ratio(above, times(left.denominator, right.denominator)))


def power(value: Ratio, exponent: int) -> Ratio | None:
    result: Ratio | None = number(Fraction(1))
    for _ in range(min(abs(exponent), MAX_DEGREE + 1)):
        result = multiply(result, value) if result else None
    return divide(number(Fraction(1)), result) if result and exponent < 0 else result


def rescaled(value: Ratio, factor: Fraction) -> Ratio:
    """u ** factor in place of u."""
    return Ratio(
        terms((e * factor, c) for e, c in value.numerator), terms((e * factor, c) for e, c in value.denominator)
    )


# --- whole exponents -----------------------------------------------------------------------------------


GRID = 64
"""Points between 0 and 1 at which the terms of a polynomial are compared with their sum."""
STEEP = 8


@dataclass(frozen=True)
class Reduced:
    """coefficients of numerator and denominator, constant first, without common factor; u = v ** unit."""

    numerator: tuple[Fraction, ...]
    denominator: tuple[Fraction, ...]
    unit: Fraction

    @property
    def stays_bounded(self) -> bool:
        """Finite limits for u -> 0 and u -> infinity."""
        return self.denominator[0] != 0 and len(self.numerator) <= len(self.denominator)

    @property
    def is_number(self) -> bool:
        return len(self.denominator) == 1 and len(self.numerator) <= 1

    def mirrored(self) -> Reduced:
        """The same function of 1/u."""
        degree = max(len(self.numerator), len(self.denominator))
        above = tuple(reversed(padded(self.numerator, degree)))
        below = tuple(reversed(padded(self.denominator, degree)))
        leading = below[0] or Fraction(1)
        return Reduced(
            trimmed(tuple(c / leading for c in above)), trimmed(tuple(c / leading for c in below)), self.unit
        )

    def negated(self) -> Reduced:
        return Reduced(tuple(-c for c in self.numerator), self.denominator, self.unit)


def padded(values: tuple[Fraction, ...], length: int) -> tuple[Fraction, ...]:
    return values + (Fraction(0),) * (length - len(values))


def trimmed(values: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    while values and values[-1] == 0:
        values = values[:-1]
    return values


@cache
def reduced(value: Ratio) -> Reduced | None:
    """Cancelled, the denominator's first coefficient 1 where it is not 0; None for a degree above MAX_DEGREE."""
    exponents = [e for e, _ in value.numerator + value.denominator]
    lowest = min(exponents)
    unit = common_unit(e - lowest for e in exponents)
    if not value.numerator or (max(exponents) - lowest) / unit > MAX_DEGREE:
        return None
    above, below = (poly({(e - lowest) / unit: c for e, c in side}) for side in (value.numerator, value.denominator))
    above, below = above.cancel(below, include=True)
    top, bottom = coefficients(above), coefficients(below)
    leading = bottom[0] or bottom[-1]
    return Reduced(tuple(c / leading for c in top), tuple(c / leading for c in bottom), unit)


def common_unit(exponents: Iterable[Fraction]) -> Fraction:
    """The largest rational that all exponents are whole multiples of."""
    found = [e for e in exponents if e]
    if not found:
        return Fraction(1)
    below = math.lcm(*(e.denominator for e in found))
    return Fraction(math.gcd(*(int(e * below) for e in found)), below)


def poly(value: dict[Fraction, Fraction]) -> sympy.Poly:
    table = {(int(e),): sympy.Rational(c.numerator, c.denominator) for e, c in value.items()}
    return sympy.Poly.from_dict(table, E, domain="QQ")


def coefficients(value: sympy.Poly) -> tuple[Fraction, ...]:
    """Constant first."""
    return tuple(Fraction(int(c.p), int(c.q)) for c in reversed(value.all_coeffs()))


@cache
def factored(values: tuple[Fraction, ...]) -> tuple[Fraction, tuple[tuple[tuple[Fraction, ...], int], ...]]:
    """(c, ((factor, multiplicity), ...)): a polynomial as c * product; each factor's first coefficient is positive."""
    constant, found = poly({Fraction(k): c for k, c in enumerate(values)}).factor_list()
    scale = Fraction(int(constant.p), int(constant.q))
    factors = []
    for factor, multiplicity in found:
        entries = coefficients(factor)
        leading = entries[0] or entries[-1]
        scale *= leading**multiplicity
        factors.append((tuple(c / leading for c in entries), int(multiplicity)))
    return scale, tuple(sorted(factors, key=lambda f: (len(f[0]), f[0])))


def keeps_sign(value: Reduced) -> int:
    """The sign of the function on 0 < u < 1, or 0 where it changes."""
    for side in (value.numerator, value.denominator):
        inside = poly({Fraction(k): c for k, c in enumerate(side)}).count_roots(0, 1) - sum(at_ends(side))
        if inside:
            return 0
    half = [sum(c / 2**k for k, c in enumerate(side)) for side in (value.numerator, value.denominator)]
    return 1 if half[0] * half[1] > 0 else -1


def at_ends(values: tuple[Fraction, ...]) -> tuple[bool, bool]:
    """Whether 0 and 1 are roots."""
    return values[0] == 0, sum(values) == 0


@cache
def about_one(values: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The coefficients of the polynomial in 1 - e."""
    found = [Fraction(0)] * len(values)
    for k, c in enumerate(values):
        for j in range(k + 1):
            found[j] += c * math.comb(k, j) * (-1) ** j
    return trimmed(tuple(found)) or (Fraction(0),)


@cache
def cancellation(values: tuple[Fraction, ...]) -> float:
    """How many times larger the terms are than their sum, at worst for a variable from 0 to 1."""
    worst = 1.0
    for place in range(1, GRID):
        total, size = total_and_size(values, place)
        worst = max(worst, float(size / abs(total)) if total else math.inf)
    return worst


@cache
def is_steep(values: tuple[Fraction, ...]) -> bool:
    """Whether the terms are nowhere from 0 to 1 much larger than the sum or what it changes by with its variable.

    Then what is rounded in the terms is not much more than the variable's own rounding: at plain roots, and only there.
    """
    slopes = tuple(k * c for k, c in enumerate(values))
    for place in range(1, GRID + 1):
        (value, size), (slope, _) = total_and_size(values, place), total_and_size(slopes, place)
        if size > STEEP * (abs(value) + abs(slope)):
            return False
    return True


def total_and_size(values: tuple[Fraction, ...], place: int) -> tuple[Fraction, Fraction]:
    """The sum of the terms at a point of the grid, and that of their sizes."""
    terms = [c * Fraction(place, GRID) ** k for k, c in enumerate(values)]
    return sum(terms, Fraction(0)), sum(map(abs, terms), Fraction(0))
