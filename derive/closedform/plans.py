"""Ways to fold a fraction back into the function's own outputs; the one that hides most wins.

Contract: a plan takes a node and returns the moves it makes, each a reason, the new node and the arguments of
the reason. It never looks an answer up: a changed definition gets its own closed form.
To add a plan: one function, one row in PLANS; the first of equally good plans is taken.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from derive.calculus.linearity import constants_out
from derive.closedform.eliminate import eliminate
from derive.closedform.monomial import Monomial, monomial, of_base, simplest, split
from derive.closedform.recognise import fold, foldable, is_heavy, weight
from derive.language.definition import Definition, Equation
from derive.language.derivation import Reason
from derive.language.expressions import (
    Add,
    Call,
    Expression,
    Quotient,
    Reduce,
    Ref,
    add,
    mul,
    negate,
    split_coefficient,
    sum_over,
)
from derive.language.trees import (
    count_nodes,
    free_indices,
    fresh_index,
    index_names,
    match,
    rebind,
    references,
    unordered,
    walk,
)  # fmt: skip

SPLIT = Reason("split", "split the fraction", "拆分分式", exact=True)
COMPLETE = Reason("complete", "add and subtract {0}", "分子加上并减去 {0}", exact=True)
RECOGNISE = Reason("recognise", "{0} = {1}", "{0} = {1}")
INSIDE = Reason("into_the_sum", "divide under the sum", "除进求和号内", exact=True)
EXPAND = Reason("expand_sum", "expand", "展开", exact=True)
ELIMINATE = Reason("eliminate", "{0} = {1}, from the definition", "由定义解得 {0} = {1}")


@dataclass(frozen=True)
class Move:
    """One step on a node."""

    reason: Reason
    new: Expression
    arguments: tuple[Expression, ...] = ()


Plan = Callable[[Expression, Definition], tuple[Move, ...]]


def recognised(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """e^{a_i} / sum_k e^{a_k} = p_i"""
    new, used = fold(node, definition)
    return (Move(RECOGNISE, new, used[:2]),) if new != node else ()


def split_first(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """(a - b)/c = a/c - b/c, then recognised"""
    parts = split(node)
    return () if parts is None else (Move(SPLIT, parts), *recognised(parts, definition))


def complete_first(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """u/(1 + u)^2 = ((1 + u) - 1)/(1 + u)^2, then split and recognised"""
    for denominator in denominators(node, definition):
        completed = numerator_from(node, denominator)
        if completed is not None:
            fraction, added = completed
            return (Move(COMPLETE, fraction, (added,)), *split_first(fraction, definition))
    return ()


def eliminated(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """y = f(u) is solved for u, and u substituted"""
    found = eliminate(node, definition)
    return () if found is None else (Move(ELIMINATE, found[0], found[1:]),)


def summed_first(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """sum_k (x_k - m) = sum_k x_k - n m, then solved for the sum"""
    if not (isinstance(node, Reduce) and node.kind == "sum" and isinstance(node.body, Add)):
        return ()
    parts = add(*(constants_out(node.index, term) for term in node.body.terms))
    return (Move(EXPAND, parts), *eliminated(parts, definition))


def inside_first(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """(sum_k u_k)/v = sum_k u_k/v, then recognised under the sum"""
    whole = monomial(node)
    for total, exponent in whole.powers.values():
        if isinstance(total, Reduce) and total.kind == "sum" and exponent == 1:
            below = Monomial(Fraction(1), {k: v for k, v in whole.powers.items() if v[1] < 0})
            above = whole.times(below, -1).times(of_base(total), -1)
            new = mul(above.expression, divided_inside(total, below))
            return (Move(INSIDE, new), *recognised(new, definition)) if below.powers else ()
    return ()


def divided_inside(total: Reduce, below: Monomial) -> Expression:
    if total.index in free_indices(below.expression):
        renamed = rebind(total, fresh_index(total.index, index_names(total) | index_names(below.expression)))
        assert isinstance(renamed, Reduce)
        total = renamed
    return sum_over(total.index, monomial(total.body).times(below).expression)


PLANS: tuple[Plan, ...] = (recognised, split_first, complete_first, summed_first, inside_first, eliminated)


def best_moves(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """The moves of the plan after which least is left that is heavy; none if no plan helps."""
    best: tuple[Move, ...] = ()
    least = weight(node)
    found = {plan: plan(node, definition) for plan in PLANS}
    for plan, moves in found.items():
        if plan is eliminated and moves and not is_worth(moves[-1].new, node):
            continue
        if moves and weight(moves[-1].new) < least and not divides_anew(moves[-1].new, node):
            best, least = moves, weight(moves[-1].new)
    plain = (found[recognised], apart(found[split_first], node), found[inside_first])
    return best or next(filter(None, (shorter(moves, node) for moves in plain)), ())


def apart(moves: tuple[Move, ...], node: Expression) -> tuple[Move, ...]:
    """Moves that split a fraction, for what then has a name or cancels in one term alone."""
    return moves if len(moves) > 1 or count_nodes(simplest(node)) >= count_nodes(node) else ()


def is_worth(new: Expression, old: Expression) -> bool:
    """Whether what is written by y leaves less to read, and no exponential grows that was one that shrinks."""
    return count_nodes(new) <= count_nodes(old) and directions(new) <= directions(old)


def directions(value: Expression) -> set[tuple[Expression, bool]]:
    """The arguments of exponentials up to a factor, and its sign."""
    arguments = (n.arguments[0] for n in walk(value) if isinstance(n, Call) and n.function == "exp")
    return {(unordered(rest), factor > 0) for factor, rest in map(split_coefficient, arguments)}


def shorter(moves: tuple[Move, ...], node: Expression) -> tuple[Move, ...]:
    """Moves that hide nothing heavy are worth taking where they make a result shorter."""
    return moves if moves and count_nodes(moves[-1].new) < count_nodes(node) else ()


def divides_anew(new: Expression, old: Expression) -> bool:
    """Whether the new form divides by a quantity that the old one did not divide by: it could be zero.

    A quantity that is a divisor itself is another case than one inside a divisor, as x in 1 + exp(x).
    """
    (plain, inside), (old_plain, old_inside) = divisors(new), divisors(old)
    return not (plain <= old_plain and inside <= old_plain | old_inside) or bool(compound(new) - compound(old))


def divisors(value: Expression) -> tuple[set[Expression], set[Expression]]:
    """(quantities that are divided by, quantities inside other divisors)"""
    bases = [b for n in walk(value) if isinstance(n, Quotient) for b, _ in monomial(n.denominator).powers.values()]
    plain = {unordered(b) for b in bases if isinstance(b, Ref)}
    return plain, {unordered(r) for b in bases if not isinstance(b, Ref) for r in references(b)}


def compound(value: Expression) -> set[Expression]:
    """What is divided by and is no quantity alone: it has zeros of its own, which its parts do not show."""
    bases = (b for n in walk(value) if isinstance(n, Quotient) for b, _ in monomial(n.denominator).powers.values())
    return {unordered(b) for b in bases if not isinstance(b, Ref)}


def denominators(node: Expression, definition: Definition) -> Iterator[Add]:
    """Sums below the node's fraction line of the shape that an equation of the definition has there."""
    below = [b for b, e in monomial(node).powers.values() if isinstance(b, Add) and e < 0]
    for equation, base in sums_below(definition) if below else ():
        yield from (b for b in below if match(base, b, equation.indices) is not None)


@functools.lru_cache(maxsize=256)
def sums_below(definition: Definition) -> tuple[tuple[Equation, Add], ...]:
    """What equations divide by."""
    return tuple(
        (equation, base)
        for equation in foldable(definition)
        for base, exponent in monomial(equation.body).powers.values()
        if isinstance(base, Add) and exponent < 0
    )


def numerator_from(node: Expression, denominator: Add) -> tuple[Expression, Expression] | None:
    """(the node with its numerator's atom written as denominator - rest, the rest)."""
    whole = monomial(node)
    for term in denominator.terms:
        part = monomial(term)
        rest = add(*(t for t in denominator.terms if t is not term))
        for atom, exponent in part.powers.values():
            alone = not any(unordered(n) == unordered(atom) for n in walk(rest))
            if is_heavy(atom) and exponent == 1 and whole.exponent(atom) == 1 and alone:
                # the denominator stays a term of its own: ((1 + u) - 1) is not to be folded to u
                completed = of_base(Add((denominator, negate(rest))))
                return completed.times(whole).times(part, -1).expression, rest
    return None
