"""Ways to fold a fraction back into the function's own outputs; the one that hides most wins.

Contract: a plan takes a node and returns the moves it makes, each a reason, the new node and the arguments of
the reason. It never looks an answer up: a changed definition gets its own closed form.
To add a plan: one function, one row in PLANS; the first of equally good plans is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from derive.closedform.eliminate import eliminate
from derive.closedform.monomial import monomial, of_base, split
from derive.closedform.recognise import fold, foldable, is_heavy, weight
from derive.language.definition import Definition
from derive.language.derivation import Reason
from derive.language.expressions import Add, Expression, Quotient, add, negate
from derive.language.trees import canonical, match, references, walk

SPLIT = Reason("split", "split the fraction", "拆分分式", exact=True)
COMPLETE = Reason("complete", "add and subtract {0}", "分子加上并减去 {0}", exact=True)
RECOGNISE = Reason("recognise", "{0} = {1}", "{0} = {1}")
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


PLANS: tuple[Plan, ...] = (recognised, split_first, complete_first, eliminated)


def best_moves(node: Expression, definition: Definition) -> tuple[Move, ...]:
    """The moves of the plan after which least is left that is heavy; none if no plan helps."""
    best: tuple[Move, ...] = ()
    least = weight(node)
    for plan in PLANS:
        moves = plan(node, definition)
        if moves and weight(moves[-1].new) < least and not divides_anew(moves[-1].new, node):
            best, least = moves, weight(moves[-1].new)
    return best


def divides_anew(new: Expression, old: Expression) -> bool:
    """Whether the new form divides by a quantity that the old one did not divide by: it could be zero."""
    return not divisors(new) <= divisors(old)


def divisors(value: Expression) -> set[Expression]:
    below = (n.denominator for n in walk(value) if isinstance(n, Quotient))
    return {canonical(r) for b in below for r in references(b)}


def denominators(node: Expression, definition: Definition) -> Iterator[Add]:
    """Sums below the node's fraction line of the shape that an equation of the definition has there."""
    below = [b for b, e in monomial(node).powers.values() if isinstance(b, Add) and e < 0]
    for equation in foldable(definition):
        for base, exponent in monomial(equation.body).powers.values():
            if isinstance(base, Add) and exponent < 0:
                yield from (b for b in below if match(base, b, equation.indices) is not None)


def numerator_from(node: Expression, denominator: Add) -> tuple[Expression, Expression] | None:
    """(the node with its numerator's atom written as denominator - rest, the rest)."""
    whole = monomial(node)
    for term in denominator.terms:
        part = monomial(term)
        rest = add(*(t for t in denominator.terms if t is not term))
        for atom, exponent in part.powers.values():
            alone = not any(canonical(n) == canonical(atom) for n in walk(rest))
            if is_heavy(atom) and exponent == 1 and whole.exponent(atom) == 1 and alone:
                # the denominator stays a term of its own: ((1 + u) - 1) is not to be folded to u
                completed = of_base(Add((denominator, negate(rest))))
                return completed.times(whole).times(part, -1).expression, rest
    return None
