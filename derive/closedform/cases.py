"""Products with a case that is 0: what stands beside it is written in the case where it counts.

Contract: `in_each_case` and `in_one_case` are rules. They move only what depends on nothing but what the case compares,
so that NaN of any other input is not left out with it; and what is divided by only where the function was a number
there: the derivative of sqrt(max(0, x)) is 0 for x < 0, that of log(max(0, x)) is not defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from derive.calculus.indices import pieces_of
from derive.calculus.rule import Context, Rewrite
from derive.language.expressions import (
    ZERO,
    Add,
    Applied,
    Call,
    Expression,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Ref,
    Where,
    add,
    factors_of,
    mul,
    quotient,
)  # fmt: skip
from derive.language.trees import contains, references, transform, walk

Factors = list[Expression]


def in_each_case(node: Expression, context: Context) -> Rewrite | None:
    """u {0, x < 0; v, x >= 0}/w = {0, x < 0; u v/w, x >= 0}, where u and w depend on x alone"""
    if contains(node, Partial):
        return None
    above = list(factors_of(node.numerator if isinstance(node, Quotient) else node))
    below = list(factors_of(node.denominator)) if isinstance(node, Quotient) else []
    for place, case in enumerate(above):
        if isinstance(case, Where) and has_zero(case):
            found = beside_case(case, [*above[:place], *above[place + 1 :]], below, context)
            if found is not None:
                return Rewrite(found)
    return None


def beside_case(case: Where, above: Factors, below: Factors, context: Context) -> Expression | None:
    """The case times the one and over the other, with what may be moved in it, numbers among it."""
    inner = [f for f in above if any(is_alike(n, case) for n in walk(f)) and depends_alike(f, case, context)]
    under = [f for f in below if not isinstance(f, Number) and depends_alike(f, case, context)]
    if not inner + under or vanishing(under, case, context) - vanishing(inner, case, context) >= 1:
        return None
    inner += [f for f in above if isinstance(f, Number)]
    under += [f for f in below if isinstance(f, Number)]
    outer = quotient(mul(*(f for f in above if f not in inner)), mul(*(f for f in below if f not in under)))
    return mul(outer, pieces_of(case, *(in_case(case, branch, [*inner, case], under) for branch in (0, 1))))


def in_case(case: Where, branch: int, above: Factors, below: Factors) -> Expression:
    """What a branch of the case makes of the product; 0 stays 0, whatever it is divided by."""
    if (case.then, case.otherwise)[branch] == ZERO:
        return ZERO

    def chosen(inner: Expression) -> Expression:
        return (inner.then, inner.otherwise)[branch] if isinstance(inner, Where) and is_alike(inner, case) else inner

    up, down = ([transform(f, chosen) for f in factors] for factors in (above, below))
    return quotient(mul(*up), mul(*down))


def in_one_case(node: Expression, context: Context) -> Rewrite | None:
    """u {0, x < 0; v, x >= 0} + {0, x < 0; w, x >= 0} = {0, x < 0; u v + w, x >= 0}"""
    assert isinstance(node, Add)
    if contains(node, Partial):
        return None
    found = [(k, case) for k, t in enumerate(node.terms) if (case := case_of(t, context)) is not None]
    for place, (one, case) in enumerate(found):
        for other, another in found[place + 1 :]:
            if is_alike(another, case) and (another.then == ZERO) == (case.then == ZERO):
                terms = (node.terms[one], node.terms[other])
                pieces = (add(*(in_case(case, branch, [t], []) for t in terms)) for branch in (0, 1))
                rest = (t for t in node.terms if t not in terms)
                return Rewrite(add(*rest, pieces_of(case, *pieces)))
    return None


def case_of(term: Expression, context: Context) -> Where | None:
    """The case that is 0 in a term, where all else depends on nothing but what it compares."""
    cases = (f for f in factors_of(term) if isinstance(f, Where) and has_zero(f))
    return next((case for case in cases if depends_alike(term, case, context)), None)


def has_zero(case: Where) -> bool:
    return ZERO in (case.then, case.otherwise)


def is_alike(value: Expression, case: Where) -> bool:
    """Whether cases are told apart in the same way."""
    if not isinstance(value, Where):
        return False
    return (value.relation, value.left, value.right) == (case.relation, case.left, case.right)


# --- what a value depends on -------------------------------------------------------------------------------


def depends_alike(value: Expression, case: Where, context: Context) -> bool:
    """Whether a value depends on no entry of an input but those that a case compares."""
    return inputs(value, context) <= inputs(case.left, context) | inputs(case.right, context)


def inputs(value: Expression, context: Context) -> frozenset[Ref]:
    """The entries of inputs, and of adjoints and tangents, that a value is computed from."""
    found: set[Ref] = set()
    for ref in references(value):
        found |= inputs(context.unfolded(ref), context) if context.definition.defines(ref.name) else {ref}
    return frozenset(found)


# --- how fast a value goes to 0 ----------------------------------------------------------------------------

NEVER_ZERO = ("exp", "cosh", "pi")


def vanishing(factors: Iterable[Expression], case: Where, context: Context) -> Fraction:
    """The power with which a product goes to 0 where what is 0 in a case does: 1/2 for the root of it."""
    return sum((order(f, case, context) for f in factors), Fraction(0))


def order(value: Expression, case: Where, context: Context) -> Fraction:
    """The same of one value; at least 1 for what is not known."""
    match value:
        case Where():
            return Fraction(has_zero(value))
        case Ref() if context.definition.defines(value.name):
            return order(context.unfolded(value), case, context)
        case Power(base, Number(exponent)):
            return exponent * order(base, case, context)
        case Call("sqrt", (inner,)):
            return order(inner, case, context) / 2
        case Mul():
            return vanishing(value.children, case, context)
        case Quotient():
            return order(value.numerator, case, context) - order(value.denominator, case, context)
        case Add():
            return min(order(term, case, context) for term in value.terms)
        case Call() if value.function not in NEVER_ZERO:
            return Fraction(any(order(a, case, context) for a in value.arguments))
        case Applied():
            return Fraction(1)
        case _:
            return Fraction(0)
