"""Sums that become shorter when they are multiplied out, brought over one denominator, or turned around.

Contract: each function gives an equal expression or None. A sum is multiplied out only where terms cancel: what
merely looks different afterwards stays as it was written.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import prod

from derive.closedform.monomial import Monomial, common_factor, is_function, like_terms, monomial, of_base, simplest
from derive.language.expressions import (
    Add,
    Expression,
    Mul,
    Number,
    Quotient,
    add,
    factors_of,
    mul,
    negate,
    quotient,
    split_coefficient,
    terms_of,
)
from derive.language.trees import count_nodes, unordered, walk

MAX_PRODUCTS = 64
"""A sum of more products is left as it is."""


def multiplied_out(value: Expression) -> Expression | None:
    """t (1 - p) - (1 - t) p = t - p; None where no terms cancel"""
    if not isinstance(value, Add):
        return None
    if sum(prod(len(terms_of(f)) for f in factors_of(t)) for t in value.terms) > MAX_PRODUCTS:
        return None
    products = [m for t in value.terms for m in products_of(t)]
    kinds = {frozenset((base, e) for base, (_, e) in monomial(p).powers.items()) for p in products}
    collected = like_terms(add(*products))
    if collected is None or len(terms_of(collected)) == len(kinds) or len(products) == len(value.terms):
        return None
    ordered = add(*positive_first(terms_of(collected)))
    return ordered if count_nodes(ordered) < count_nodes(value) else None


def numbers_into_brackets(value: Expression) -> Expression | None:
    """2 (1 + x) - x = 2 + x; None where no terms are alike then, or the sum is no shorter"""
    if not isinstance(value, Add):
        return None
    opened = [t for term in value.terms for t in by_its_number(term)]
    found = like_terms(add(*opened)) if len(opened) > len(value.terms) else None
    return found if found is not None and count_nodes(found) < count_nodes(value) else None


def of_one_function(value: Expression) -> Expression | None:
    """(1 - x) ln x - x ln x = (1 - 2 x) ln x; None where no terms are alike beside a function"""
    parts = [monomial(t) for t in terms_of(value)]
    for key, (base, exponent) in {k: v for p in parts for k, v in p.powers.items()}.items():
        having = [p for p in parts if p.powers.get(key, (base, 0))[1] == exponent]
        beside = add(*(p.times(of_base(base), -int(exponent)).expression for p in having))
        alike = like_terms(beside) or numbers_into_brackets(beside)
        rest = alike if is_function(base) and exponent.denominator == 1 else None
        if rest is not None and 1 < len(having) < len(parts):
            found = mul(rest, *factors_of(of_base(base, exponent).expression))
            first = parts.index(having[0])
            others = [p.expression for p in parts if p not in having]
            new = add(*others[:first], found, *others[first:])
            return new if count_nodes(new) < count_nodes(value) else None
    return None


def by_its_number(term: Expression) -> list[Expression]:
    """The terms of a number times a sum."""
    number, rest = split_coefficient(term)
    return [mul(Number(number), t) for t in rest.terms] if isinstance(rest, Add) else [term]


def products_of(term: Expression) -> list[Expression]:
    """The terms of a product of sums."""
    return [mul(*choice) for choice in itertools.product(*(terms_of(f) for f in factors_of(term)))]


def common_denominator(value: Expression) -> Expression | None:
    """u/p - v/(1 - p) = (u (1 - p) - v p)/(p (1 - p)), where terms cancel and the whole is no longer"""
    parts = [fraction(t) for t in terms_of(value)]
    below = denominators_of(parts)
    found = over(below, parts) if len(below) > 1 else None
    return found if found is not None and count_nodes(simplest(found)) <= count_nodes(value) else None


def one_denominator(value: Expression) -> Expression | None:
    """u/(1 + u) - 1 = -1/(1 + u), where one term is left and the whole is shorter"""
    parts = [fraction(t) for t in terms_of(value)]
    below = denominators_of(parts)
    if len(below) != 1 or any(isinstance(n, Quotient) for top, under in parts if under is None for n in walk(top)):
        return None
    found = over(below, parts)
    if found is None or any(isinstance(n, Add) for n in factors_of(fraction(found)[0])):
        found = over_a_root(below[0], parts)
    return found if found is not None and count_nodes(simplest(found)) < count_nodes(value) else None


def numerator_over(below: Expression, parts: Parts) -> Expression:
    """What stands over the only denominator of some terms, where all of them are brought over it"""
    return add(*(top if under is not None else simplest(mul(top, below)) for top, under in parts))


def over_a_root(below: Expression, parts: Parts) -> Expression | None:
    """sqrt(u) + v/sqrt(u) = (u + v)/sqrt(u), where u and v have terms alike"""
    roots = [base for base, exponent in monomial(below).powers.values() if exponent.denominator == 2]
    above = numerator_over(below, parts)
    found = like_terms(above) if roots and isinstance(above, Add) else None
    return quotient(found, below) if found is not None else None


def one_fraction_line(value: Expression) -> Expression | None:
    """(u r - v/r)/w = (u r^2 - v)/(r w) and (1 + v/r)/(r + v) = 1/r, where the whole is no longer"""
    if not isinstance(value, Quotient):
        return None
    sums = [f for f in factors_of(value.numerator) if isinstance(f, Add)]
    parts = [fraction(t) for t in terms_of(sums[0])] if len(sums) == 1 else []
    below = denominators_of(parts)
    if len(below) != 1:
        return None
    bases = monomial(below[0]).powers.keys()
    is_alike = all(under is not None or bases & monomial(top).powers.keys() for top, under in parts)
    above = numerator_over(below[0], parts)
    beside = (f for f in factors_of(value.numerator) if f is not sums[0])
    found = simplest(quotient(mul(*beside, above), mul(below[0], value.denominator)))
    is_one_term = not any(isinstance(f, Add) for f in factors_of(fraction(found)[0]))
    return found if (is_alike or is_one_term) and count_nodes(found) <= count_nodes(value) else None


def into_the_bracket(value: Expression) -> Expression | None:
    """x^2 (1 + (y/x)^2) = x^2 + y^2 and 1/(1 + y/x) = x/(x + y), where that clears fractions of a sum and is no longer

    Not where a term is negative: 1 - p, what a share leaves of 1, is better known as that.
    """
    whole = monomial(value)
    for base, exponent in whole.powers.values():
        is_total = isinstance(base, Add) and not any(map(is_negative, base.terms))
        clear = cleared(base) if is_total and exponent.denominator == 1 else None
        if clear is None or not (exponent == -1 or divides(clear, whole, int(exponent))):
            continue
        inner = add(*(monomial(t).times(clear).expression for t in terms_of(base)))
        rest = whole.times(of_base(base), -int(exponent)).times(clear, -int(exponent))
        found = rest.times(of_base(inner), int(exponent)).expression
        return found if count_nodes(found) <= count_nodes(value) else None
    return None


def cleared(total: Expression) -> Monomial | None:
    """What a sum is multiplied by so that no term is a fraction any more; None where none is one"""
    below: dict[Expression, tuple[Expression, Fraction]] = {}
    for term in terms_of(total):
        for key, (base, exponent) in monomial(term).powers.items():
            if exponent < 0:
                below[key] = (base, max(-exponent, below[key][1] if key in below else -exponent))
    return Monomial(Fraction(1), below) if below else None


def divides(part: Monomial, whole: Monomial, times: int) -> bool:
    """Whether the whole has that many times the part, on the same side of the fraction line."""
    needed = ((key, times * exponent) for key, (_, exponent) in part.powers.items())
    return all(key in whole.powers and whole.powers[key][1] / e >= 1 for key, e in needed)


Parts = list[tuple[Expression, Expression | None]]


def denominators_of(parts: Parts) -> list[Expression]:
    """Each once."""
    return list({unordered(d): d for _, d in parts if d is not None}.values())


def over(below: list[Expression], parts: Parts) -> Expression | None:
    """The sum over the product of these denominators; None where no terms of its numerator cancel"""
    whole = mul(*below)
    above = add(*(mul(top, whole if under is None else simplest(quotient(whole, under))) for top, under in parts))
    numerator = multiplied_out(above)
    return None if numerator is None else quotient(numerator, whole)


def fraction(term: Expression) -> tuple[Expression, Expression | None]:
    """(numerator, denominator) of c u/v; no denominator where the term is no fraction"""
    coefficient, rest = split_coefficient(term)
    if not isinstance(rest, Quotient):
        return term, None
    return mul(Number(coefficient), rest.numerator), rest.denominator


def turned(value: Expression) -> Expression | None:
    """-(t - p) = p - t; None where no term has a minus to give, or where a factor can be taken out first"""
    if not (isinstance(value, Mul) and len(value.factors) == 2 and split_coefficient(value)[0] == -1):
        return None
    inner = value.factors[1]
    terms = terms_of(inner)
    if len(terms) < 2 or not any(map(is_negative, terms)) or common_factor(inner) is not None:
        return None
    return add(*positive_first(tuple(map(negate, terms))))


def led_by_a_plus(value: Expression) -> Expression | None:
    """-u + v = v - u"""
    if not isinstance(value, Add) or not is_negative(value.terms[0]) or all(map(is_negative, value.terms)):
        return None
    first = next(t for t in value.terms if not is_negative(t))
    return add(first, *(t for t in value.terms if t is not first))


def positive_first(terms: tuple[Expression, ...]) -> tuple[Expression, ...]:
    """p - t instead of -t + p"""
    return tuple(sorted(terms, key=is_negative))


def is_negative(term: Expression) -> bool:
    return bool(split_coefficient(term)[0] < 0)
