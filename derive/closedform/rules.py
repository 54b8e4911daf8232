"""Rules that tidy a closed form: like terms, common factors, cancelled fractions.

Contract: as for the rules of calculus; each applies to the outer arithmetic of a result, never inside the
arguments of a function, where it would teach nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from derive.calculus.indices import CANCEL, CONTRACTION, EXPAND, contraction, expand
from derive.calculus.linearity import OUTSIDE, out_of_the_sum
from derive.calculus.rule import Context, Rewrite, Rule
from derive.closedform.cases import in_each_case, in_one_case
from derive.closedform.deltas import at_one_index, where_it_cancels, where_products_cancel
from derive.closedform.expanding import (
    common_denominator,
    into_the_bracket,
    led_by_a_plus,
    multiplied_out,
    numbers_into_brackets,
    of_one_function,
    one_denominator,
    one_fraction_line,
    turned,
)  # fmt: skip
from derive.closedform.monomial import common_factor, letters_first, like_terms, simplest
from derive.language.derivation import Reason, Weight
from derive.language.expressions import (
    ONE,
    Add,
    Call,
    Expression,
    Guarded,
    Mul,
    Number,
    Power,
    Quotient,
    Reduce,
    Ref,
    factors_of,
    mul,
    split_coefficient,
)  # fmt: skip
from derive.language.trees import count_nodes, free_indices, rename, transform, unordered, walk

Tidy = Callable[[Expression], Expression | None]


def tidy(change: Tidy) -> Callable[[Expression, Context], Rewrite | None]:
    """A rule from a change of form that does not look at the context."""

    def apply(node: Expression, context: Context) -> Rewrite | None:
        new = change(node)
        return None if new is None or new == node else Rewrite(new)

    return apply


def cancelled(node: Expression) -> Expression | None:
    """u v / (u w) = v / w, u u = u^2 and u/v w/x = u w/(v x), where that is shorter or has fewer fraction lines"""
    new = simplest(node)
    fewer = fraction_lines(new) < fraction_lines(node) or (within_a_product(node) and not within_a_product(new))
    return new if fewer or length(new) < length(node) else None


def length(node: Expression) -> tuple[int, int]:
    """The nodes, and among forms of as many the factors."""
    return count_nodes(node), len(list(factors_of(node)))


def in_order(node: Expression) -> Expression | None:
    """3 sqrt(1 + x^2) x = 3 x sqrt(1 + x^2)"""
    return mul(*letters_first(list(factors_of(node))))


def within_a_product(node: Expression) -> bool:
    """u (v/w), where v is more than a number: it is written u v/w"""
    parts = [f for f in factors_of(node) if not isinstance(f, Number)]
    return len(parts) > 1 and any(isinstance(f, Quotient) and not isinstance(f.numerator, Number) for f in parts)


def fraction_lines(node: Expression) -> int:
    """Fractions of a product, those inside its sums and functions left out."""
    inner = sum(map(fraction_lines, node.children)) if isinstance(node, Mul | Quotient | Power) else 0
    return inner + isinstance(node, Quotient)


def without_roots(node: Expression) -> Expression | None:
    """exp(-(x/sqrt(2))^2) = exp(-x^2/2): roots that cancel inside an argument"""
    assert isinstance(node, Call)
    return node.with_children(tuple(transform(a, fewer_roots) for a in node.arguments))


def fewer_roots(node: Expression) -> Expression:
    if not isinstance(node, Mul | Quotient | Power):
        return node
    new = simplest(node)
    return new if roots(new) < roots(node) else node


def absolute(node: Expression) -> Expression | None:
    """u sgn(u) = |u|"""
    parts = list(factors_of(node))
    for place, sign in enumerate(parts):
        if isinstance(sign, Call) and sign.function == "sign" and sign.arguments[0] in parts:
            parts[place] = Call("abs", sign.arguments)
            parts.remove(sign.arguments[0])
            return mul(*parts)
    return None


def before_the_guard(node: Expression) -> Expression | None:
    """1[i < n-1] (-2 u) = -2 1[i < n-1] u"""
    assert isinstance(node, Guarded)
    coefficient, rest = split_coefficient(node.body)
    return mul(Number(coefficient), node.with_children((rest,)))


def roots(value: Expression) -> int:
    return sum(isinstance(n, Call) and n.function == "sqrt" for n in walk(value))


def assumed(node: Expression, context: Context) -> Rewrite | None:
    """sum_i t_i = 1, where the definition says so"""
    for assumption in context.definition.assumptions:
        if unordered(node) == unordered(assumption.left):
            return Rewrite(assumption.right, (node, assumption.right))
    return None


def shares_of_one_sum(node: Expression, context: Context) -> Rewrite | None:
    """sum_j p_j = 1, where p_j = u_j / sum_k u_k"""
    assert isinstance(node, Reduce)
    names = {e.left.name for e in context.definition.equations}
    if node.kind != "sum" or not isinstance(node.body, Ref) or node.body.name not in names:
        return None
    share = context.unfolded(node.body)
    whole = share.denominator if isinstance(share, Quotient) else None
    if not (isinstance(share, Quotient) and isinstance(whole, Reduce) and whole.kind == "sum"):
        return None
    if whole.index.size != node.index.size or node.index in free_indices(whole):
        return None
    is_own = unordered(rename(whole.body, {whole.index: node.index})) == unordered(share.numerator)
    return Rewrite(ONE, (node, ONE)) if is_own else None


ASSUMED = Reason("assumed", "{0} = {1} is assumed", "由假设 {0} = {1}")
SHARES = Reason("shares_of_one_sum", "{0} = {1}, shares of one sum", "{0} = {1}，各份之和")
COLLECT = Reason("collect", "collect like terms", "合并同类项", exact=True)
FACTOR = Reason("factor", "factor", "提取公因式", exact=True)
MULTIPLY_OUT = Reason("multiply_out", "expand; terms cancel", "展开后相消", exact=True)
ABSOLUTE = Reason("absolute", "u sgn(u) = |u|", "u sgn(u) = |u|")
COMMON = Reason("common_denominator", "common denominator", "通分", exact=True)
SAME_INDEX = Reason("same_index", "the delta lets the index be changed", "由 δ 可换指标")
CASES = Reason("in_each_case", "in each case", "分情形写出", exact=True)
ORDER = Reason("order", "reorder", "调整次序", Weight.ROUTINE, exact=True)
TURN = Reason("turn", "minus sign into the bracket", "去括号变号", Weight.NAMED, exact=True)

RULES = (
    Rule(ASSUMED, Expression, assumed),
    Rule(SHARES, Reduce, shares_of_one_sum),
    Rule(COLLECT, Add, tidy(like_terms)),
    Rule(MULTIPLY_OUT, Add, tidy(multiplied_out)),
    Rule(COLLECT, Add, tidy(numbers_into_brackets)),
    Rule(COLLECT, Add, tidy(of_one_function)),
    Rule(COMMON, Add, tidy(common_denominator)),
    Rule(CASES, Add, in_one_case),
    Rule(SAME_INDEX, Add, tidy(at_one_index)),
    Rule(SAME_INDEX, Quotient, tidy(where_it_cancels)),
    Rule(SAME_INDEX, Mul, tidy(where_products_cancel)),
    Rule(ABSOLUTE, Mul, tidy(absolute)),
    Rule(TURN, Mul, tidy(turned)),
    Rule(CANCEL, Mul, tidy(cancelled)),
    Rule(CANCEL, Quotient, tidy(cancelled)),
    Rule(COMMON, Quotient, tidy(one_fraction_line)),
    Rule(CASES, Mul, in_each_case),
    Rule(CASES, Quotient, in_each_case),
    Rule(EXPAND, Mul, tidy(into_the_bracket)),
    Rule(EXPAND, Quotient, tidy(into_the_bracket)),
    Rule(CANCEL, Power, tidy(cancelled)),
    Rule(FACTOR, Guarded, tidy(before_the_guard)),
    Rule(CANCEL, Call, tidy(without_roots)),
    Rule(CONTRACTION, Reduce, contraction),
    Rule(EXPAND, Reduce, expand),
    Rule(OUTSIDE, Reduce, out_of_the_sum),
    Rule(FACTOR, Add, tidy(common_factor)),
    Rule(COMMON, Add, tidy(one_denominator)),
    Rule(ORDER, Add, tidy(led_by_a_plus)),
    Rule(ORDER, Mul, tidy(in_order)),
)
