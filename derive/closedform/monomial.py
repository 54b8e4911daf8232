"""Products and quotients as powers of their bases: what cancels, divides and is common can be read off.

Contract: a Monomial keeps its bases in the order in which they were written, so that what is built back
from it reads in the order of people. A square root is a power of 1/2; what stands under a root is one base, and
a power with a variable exponent is a base of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from derive.language.expressions import (
    Add,
    Call,
    Expression,
    Mul,
    Number,
    Power,
    Quotient,
    Ref,
    add,
    mul,
    number,
    power,
    quotient,
)  # fmt: skip
from derive.language.trees import references, unordered


@dataclass(frozen=True)
class Monomial:
    """coefficient * product of base ** exponent; equal bases (up to bound letters) stand once.

    Zero stays a base, so that 1/0 is written as it stands: it has no value, and no check finds a point for it.
    """

    coefficient: Fraction
    powers: Mapping[Expression, tuple[Expression, Fraction]]
    """canonical base -> (base as written, exponent)"""

    def exponent(self, base: Expression) -> Fraction:
        return self.powers.get(unordered(base), (base, Fraction(0)))[1]

    def times(self, other: Monomial, repeat: int = 1) -> Monomial:
        """self * other ** repeat"""
        powers = dict(self.powers)
        coefficient = self.coefficient * other.coefficient**repeat
        for key, (base, exponent) in other.powers.items():
            written, before = powers.get(key, (base, Fraction(0)))
            total = before + repeat * exponent
            if isinstance(base, Number) and base.value != 0 and total.denominator == 1:
                coefficient *= base.value ** int(total)
                total = Fraction(0)
            powers[key] = (written, total)
        return Monomial(coefficient, {k: v for k, v in powers.items() if v[1] != 0})

    @property
    def expression(self) -> Expression:
        above = factors(self.powers.values(), 1)
        below = factors(self.powers.values(), -1)
        return quotient(mul(Number(self.coefficient), *above), mul(*below))


HALF = Fraction(1, 2)
UNIT = Monomial(Fraction(1), {})


def of_base(base: Expression, exponent: Fraction = Fraction(1)) -> Monomial:
    return Monomial(Fraction(1), {unordered(base): (base, exponent)})


def factors(powers: Iterable[tuple[Expression, Fraction]], sign: int) -> list[Expression]:
    """The powers above (sign 1) or below the fraction line; roots of constants stand under one root, as sqrt(2 pi)."""
    here = [(b, sign * e) for b, e in powers if sign * e > 0]
    constants = [
        b for b, e in here if e == HALF and (isinstance(b, Number) or (isinstance(b, Call) and not b.arguments))
    ]
    if len(constants) < 2:
        return letters_first([raised(b, e) for b, e in here])
    root = Call("sqrt", (mul(*constants),))
    return [root, *letters_first([raised(b, e) for b, e in here if e != HALF or b not in constants])]


def letters_first(parts: list[Expression]) -> list[Expression]:
    """x sqrt(1 + x^2) for sqrt(1 + x^2) x: functions stand behind the last letter, and the only sum behind its own."""
    last = max((k for k, part in enumerate(parts) if is_letter(part)), default=-1)
    letters = {r for part in parts if is_letter(part) for r in references(part)}
    sums = [part for part in parts if isinstance(part, Add) or (isinstance(part, Power) and isinstance(part.base, Add))]
    of_letters = [part for part in sums if len(sums) == 1 and letters <= set(references(part))]
    late = [part for part in parts[: last + 1] if is_function(part) or part in of_letters]
    return [*(part for part in parts[: last + 1] if part not in late), *late, *parts[last + 1 :]]


def is_letter(part: Expression) -> bool:
    return isinstance(part.base if isinstance(part, Power) else part, Ref)


def is_function(part: Expression) -> bool:
    base = part.base if isinstance(part, Power) else part
    is_root = isinstance(part, Power) and isinstance(part.exponent, Number) and part.exponent.value.denominator != 1
    return (is_root or isinstance(base, Call)) and any(True for _ in references(base))


def raised(base: Expression, exponent: Fraction) -> Expression:
    """A power as it is written: u^2, or the root of u."""
    return Call("sqrt", (base,)) if exponent == HALF else power(base, number(exponent))


def monomial(value: Expression) -> Monomial:
    """The monomial of a product or quotient; a sum, a call or a reference is one base."""
    cached = value.__dict__.get("_monomial")
    if cached is None:
        cached = monomial_of(value)
        object.__setattr__(value, "_monomial", cached)
    found: Monomial = cached
    return found


def monomial_of(value: Expression) -> Monomial:
    if isinstance(value, Number) and value.value != 0:
        return Monomial(value.value, {})
    if isinstance(value, Mul):
        result = UNIT
        for factor in value.factors:
            result = result.times(monomial(factor))
        return result
    if isinstance(value, Quotient):
        return monomial(value.numerator).times(monomial(value.denominator), -1)
    if isinstance(value, Power) and is_whole(value.exponent):
        assert isinstance(value.exponent, Number)
        return UNIT.times(monomial(value.base), int(value.exponent.value))
    if isinstance(value, Power) and isinstance(value.exponent, Number):
        return of_base(value.base, value.exponent.value)
    if isinstance(value, Call) and value.function == "sqrt":
        return of_base(value.arguments[0], Fraction(1, 2))
    return of_base(value)


def is_whole(value: Expression) -> bool:
    return isinstance(value, Number) and value.value.denominator == 1


def simplest(value: Expression) -> Expression:
    """Equal factors above and below cancelled, powers collected."""
    return monomial(value).expression


def split(value: Expression) -> Expression | None:
    """(a + b)/c = a/c + b/c, each fraction cancelled; None where there is no sum above a fraction line."""
    if not isinstance(value, Quotient):
        return None
    top = monomial(value.numerator)
    sums = [(b, e) for b, e in top.powers.values() if isinstance(b, Add) and e == 1]
    if len(sums) != 1:
        return None
    (total, _), rest = sums[0], top.times(of_base(sums[0][0]), -1).times(monomial(value.denominator), -1)
    assert isinstance(total, Add)
    return add(*(monomial(t).times(rest).expression for t in total.terms))


def common_factor(value: Expression) -> Expression | None:
    """a b + a c = a (b + c); None where the terms share nothing."""
    if not isinstance(value, Add):
        return None
    parts = [monomial(t) for t in value.terms]
    shared: dict[Expression, tuple[Expression, Fraction]] = {}
    for key, (base, _) in parts[0].powers.items():
        if not all(key in p.powers for p in parts):
            continue
        exponents = [p.powers[key][1] for p in parts]
        if any((e - exponents[0]).denominator != 1 for e in exponents):
            continue
        if all(e > 0 for e in exponents):
            shared[key] = (base, min(exponents))
        elif all(e < 0 for e in exponents):
            shared[key] = (base, max(exponents))
    coefficient = common_coefficient([p.coefficient for p in parts], bool(shared))
    if not shared and coefficient == 1:
        return None
    factor = Monomial(coefficient, shared)
    inner = add(*(p.times(factor, -1).expression for p in positive_first(parts)))
    above = Monomial(coefficient, {k: v for k, v in shared.items() if v[1] > 0})
    below = Monomial(Fraction(1), {k: (b, -e) for k, (b, e) in shared.items() if e < 0})
    return quotient(mul(above.expression, inner), below.expression)


def common_coefficient(coefficients: list[Fraction], shared: bool) -> Fraction:
    """The number to factor out: one that all terms have, else what clears fractions and a leading minus."""
    sizes = {abs(c) for c in coefficients}
    if not shared:
        return sizes.pop() if len(sizes) == 1 else Fraction(1)
    size = sizes.pop() if len(sizes) == 1 else Fraction(1, lcm(*(c.denominator for c in coefficients)))
    return -size if all(c < 0 for c in coefficients) else size


def positive_first(parts: list[Monomial]) -> list[Monomial]:
    """b - a instead of -a + b, where the order is free anyway."""
    first = next((p for p in parts if p.coefficient > 0), parts[0])
    return [first, *(p for p in parts if p is not first)]


def like_terms(value: Expression) -> Expression | None:
    """2 a + 3 a = 5 a; None where no two terms are alike."""
    if not isinstance(value, Add):
        return None
    found: dict[frozenset[tuple[Expression, Fraction]], Monomial] = {}
    for term in value.terms:
        part = monomial(term) if term != Number(Fraction(0)) else UNIT
        key = frozenset((k, e) for k, (_, e) in part.powers.items())
        old = found.get(key)
        found[key] = part if old is None else Monomial(old.coefficient + part.coefficient, old.powers)
    if len(found) == len(value.terms):
        return None
    return add(*(m.expression for m in found.values() if m.coefficient != 0))
