"""How fractions stand on a line: s/(2 r) and not one half of s over r, 2/n and not two times 1/n.

Contract: `settled(value)` is equal to the value wherever the value is defined, and divides by nothing that it did not
divide by; only the look of fractions, repeated factors and finished derivatives changes. What the rules of a derivation
say of a line stays true of it. To extend: a function from a node to what is written for it, and a row of LOOKS.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from fractions import Fraction

from derive.emit.printing import decimal
from derive.language.expressions import (
    MINUS_ONE,
    ONE,
    Expression,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Size,
    Where,
    factors_of,
    mul,
    power,
    split_coefficient,
)  # fmt: skip
from derive.language.trees import contains, count_nodes, transform

REMEMBERED = 5_000


@functools.lru_cache(REMEMBERED)
def settled(value: Expression) -> Expression:
    """Every node as it is to be read."""
    return transform(value, lambda v: written(finished_derivative(v)))


@functools.lru_cache(REMEMBERED)
def told(value: Expression) -> Expression:
    """The same for a reason, which may say what the derivative of x by x is."""
    return transform(value, written)


def written(value: Expression) -> Expression:
    for look in LOOKS:
        value = look(value)
    return value


def finished_derivative(value: Expression) -> Expression:
    """dx/dx is 1 as soon as it is written."""
    return ONE if isinstance(value, Partial) and value.body == value.variable else value


def repeated_factor(value: Expression) -> Expression:
    """x x = x^2"""
    if not isinstance(value, Mul):
        return value
    kept: list[Expression] = []
    for factor in value.factors:
        if kept and (joined := as_power(kept[-1], factor)) is not None:
            kept[-1] = joined
        else:
            kept.append(factor)
    return value if len(kept) == len(value.factors) else mul(*kept)


def as_power(left: Expression, right: Expression) -> Expression | None:
    """The product of two powers of one quantity."""
    (base, first), (other, second) = split_power(left), split_power(right)
    return power(base, Number(first + second)) if base == other and isinstance(base, Ref) else None


def split_power(value: Expression) -> tuple[Expression, Fraction]:
    if isinstance(value, Power) and isinstance(value.exponent, Number) and value.exponent.value > 0:
        return value.base, value.exponent.value
    return value, Fraction(1)


def one_fraction(value: Expression) -> Expression:
    """(a/b)/c = a/(b c), and whole numbers above and below the line."""
    if not isinstance(value, Quotient) or contains(value, Partial) or not has_inner_fraction(value):
        return value
    return fraction(value.numerator, value.denominator)


def has_inner_fraction(value: Quotient) -> bool:
    parts = (*factors_of(value.numerator), *factors_of(value.denominator))
    numbers = [p.value for p in parts if isinstance(p, Number)]
    broken = len(numbers) > 1 or any(n.denominator != 1 for n in numbers)
    return broken or any(isinstance(p, Quotient) for p in parts)


def fraction(numerator: Expression, denominator: Expression) -> Expression:
    """One line between whole numbers, products above and products below; a minus stands before it, and 1/0 as it is."""
    (above, under), (below, over) = opened(numerator), opened(denominator)
    top, rest = split_coefficient(mul(*above, *over))
    bottom, base = split_coefficient(mul(*joined(sorted((*below, *under), key=weight))))
    if bottom == 0 or decimal(top / bottom) is not None:
        return Quotient(numerator, denominator)
    share = top / bottom
    sign = MINUS_ONE if share < 0 else ONE
    line_above = mul(Number(Fraction(abs(share.numerator))), rest)
    line_below = mul(Number(Fraction(share.denominator)), base)
    return mul(sign, line_above if line_below == ONE else Quotient(line_above, line_below))


def weight(value: Expression) -> tuple[bool, int]:
    """Numbers and sizes first, then what is short."""
    return not isinstance(value, Number | Size), count_nodes(value)


def joined(factors: Iterable[Expression]) -> list[Expression]:
    """Each quantity once, with its power."""
    kept: list[Expression] = []
    for factor in factors:
        for place, other in enumerate(kept):
            if (both := as_power(other, factor)) is not None:
                kept[place] = both
                break
        else:
            kept.append(factor)
    return kept


def opened(value: Expression) -> tuple[list[Expression], list[Expression]]:
    """Factors above and below the line of a product of fractions."""
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in (f for v in factors_of(value) for f in factors_of(v)):
        if isinstance(factor, Quotient):
            above.append(factor.numerator)
            below.append(factor.denominator)
        else:
            above.append(factor)
    return above, below


def factor_above_the_line(value: Expression) -> Expression:
    """2 v 1/n sum = 2 v/n sum: what stands before a reciprocal is above its line, and what is short behind it."""
    if not isinstance(value, Mul):
        return value
    place = next((k for k, f in enumerate(value.factors) if isinstance(f, Quotient) and f.numerator == ONE), 0)
    before, after = value.factors[:place], value.factors[place + 1 :]
    if not all(map(is_light, before)) or value.factors[:place] in ((), (MINUS_ONE,)):
        return value
    inside = after if all(map(is_light, after)) else ()
    reciprocal = value.factors[place]
    assert isinstance(reciprocal, Quotient)
    return mul(fraction(mul(*before, *inside), reciprocal.denominator), *after[len(inside) :])


def is_light(value: Expression) -> bool:
    """Neither a sum nor a derivative nor a case: it may go above a line."""
    return not contains(value, (Reduce, Partial, Where))


def derivative_beside_the_line(value: Expression) -> Expression:
    """(du/dx)/v = 1/v du/dx"""
    if not isinstance(value, Quotient) or contains(value.denominator, Partial):
        return value
    *before, last = factors_of(value.numerator)
    if not isinstance(last, Partial) or any(contains(f, Partial) for f in before):
        return value
    return mul(fraction(mul(*before), value.denominator), last)


LOOKS: tuple[Callable[[Expression], Expression], ...] = (
    repeated_factor,
    one_fraction,
    derivative_beside_the_line,
    factor_above_the_line,
)
