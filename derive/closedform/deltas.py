"""What stands beside a delta may be written at either of its indices.

Contract: `at_one_index` gives an equal sum or None; it takes the index at which the terms have a common factor.
`where_it_cancels` gives an equal fraction or None, with the index at which a factor stands above and below the line;
`where_products_cancel` the same for a factor before a bracket with such a fraction in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.indices import multiplied
from derive.closedform.monomial import common_factor, monomial
from derive.language.expressions import Add, Chosen, Delta, Expression, Mul, Quotient, Ref, add, mul
from derive.language.indices import Fixed, Index
from derive.language.trees import count_nodes, rename, resubscripted, transform


def at_one_index(node: Expression) -> Expression | None:
    """delta_0i f_0 - f_i g_i = delta_0i f_i - f_i g_i, where that has a common factor and is shorter for it"""
    assert isinstance(node, Add)
    least = count_nodes(common_factor(node) or node)
    for place, term in enumerate(node.terms):
        for new in at_other_indices(term):
            found = add(*node.terms[:place], new, *node.terms[place + 1 :])
            factored = common_factor(found)
            if factored is not None and count_nodes(factored) < least:
                return found
    return None


def where_it_cancels(node: Expression) -> Expression | None:
    """delta_0i f_i / f_0 = delta_0i f_0 / f_0"""
    assert isinstance(node, Quotient)
    if shared_factors(node):
        return None
    return next((new for new in at_other_indices(node) if isinstance(new, Quotient) and shared_factors(new)), None)


def where_products_cancel(node: Expression) -> Expression | None:
    """p_i (1 - delta_0i/p_0) = p_i - delta_0i, where that is shorter"""
    assert isinstance(node, Mul)
    for place, bracket in enumerate(node.factors):
        outside = mul(*node.factors[:place], *node.factors[place + 1 :])
        terms = bracket.terms if isinstance(bracket, Add) else ()
        products = [monomial(mul(outside, term)).expression for term in terms]
        for at, product in enumerate(products):
            moved = [monomial(new).expression for new in at_other_indices(product)]
            for new in moved:
                found = add(*products[:at], new, *products[at + 1 :])
                if count_nodes(new) < count_nodes(product) and count_nodes(found) < count_nodes(node):
                    return found
    return None


def shared_factors(value: Quotient) -> set[Expression]:
    """Factors that stand above and below the line."""
    return set(multiplied(value.numerator)) & set(multiplied(value.denominator))


def at_other_indices(term: Expression) -> Iterator[Expression]:
    """The term with one index of one of its deltas in place of the other, but for in that delta itself."""
    for delta in multiplied(term):
        if isinstance(delta, Delta):
            for old, new in ((delta.left, delta.right), (delta.right, delta.left)):
                moved = beside(term, delta, old, new)
                if moved != term:
                    yield moved


def beside(value: Expression, delta: Delta, old: Index, new: Index) -> Expression:
    """The factors of a value, other than the delta, at another index."""
    if value == delta:
        return value
    if isinstance(value, Mul) or (isinstance(value, Quotient) and delta in multiplied(value)):
        return value.with_children(tuple(beside(c, delta, old, new) for c in value.children))
    if not isinstance(old, Fixed | Chosen):
        return rename(value, {old: new})
    return transform(value, lambda node: with_index(node, old, new))


def with_index(node: Expression, old: Index, new: Index) -> Expression:
    """The node with another index where it writes a fixed or chosen one."""
    if isinstance(node, Ref):
        return Ref(node.name, tuple(new if index == old else index for index in node.indices))
    return resubscripted(node, lambda index: new if index == old else index)
