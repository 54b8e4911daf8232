"""From a derivative without open Partials to its closed form.

Contract: `close(start, context)` returns the steps: fractions folded into the definition's own quantities by
the best plan, then the whole tidied.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.calculus.engine import rewrite
from derive.calculus.rule import Context
from derive.closedform.plans import Move, best_moves, divides_anew
from derive.closedform.rules import RULES
from derive.language.derivation import Step, end_of
from derive.language.expressions import Add, Expression, Mul, Power, Quotient, Reduce, Where
from derive.language.trees import count_nodes, references, replace

OUTER = (Add, Mul, Quotient, Power, Reduce, Where)


ROUNDS = 4
"""Tidying can bring new fractions together, which fold again; this is more than any definition has needed."""


def close(start: Expression, context: Context) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = ()
    current = start
    for _ in range(ROUNDS):
        folded = fold_steps(current, context)
        current = end_of(folded, current)
        tidied = rewrite(current, context, RULES, OUTER)
        current = end_of(tidied, current)
        steps = (*steps, *folded, *tidied)
        if not tidied:
            break
    return steps


def fold_steps(start: Expression, context: Context) -> tuple[Step, ...]:
    """The best plan's moves on every fraction, then on the whole."""
    steps: list[Step] = []
    current = start
    for fraction in dict.fromkeys(candidates(start)):
        moved = moves_on(fraction, current, context) or moves_on_sums(fraction, current, context)
        steps += moved
        current = end_of(moved, current)
    return (*steps, *moves_on(current, current, context))


def moves_on_sums(fraction: Expression, whole: Expression, context: Context) -> list[Step]:
    """The best plan's moves on the sums of sums inside a fraction that stays as it is."""
    steps: list[Step] = []
    for inner in dict.fromkeys(sums_inside(fraction)):
        steps += moves_on(inner, end_of(steps, whole), context)
    return steps


def moves_on(part: Expression, whole: Expression, context: Context) -> list[Step]:
    """The best plan's moves on one part of the whole, as steps of the whole."""
    steps: list[Step] = []
    moves = best_moves(part, context.definition)
    if moves and is_shorter(part, moves[-1], context):
        return steps
    for move in moves:
        after = replace(whole, {part: move.new})
        steps.append(Step(move.reason, whole, after, part, move.new, move.arguments))
        part, whole = move.new, after
    return steps


def is_shorter(left: Expression, move: Move, context: Context) -> bool:
    """Whether the first is shorter once both are tidied, or divides by less: what cancels says more than a name."""
    plain, other = (end_of(rewrite(value, context, RULES, OUTER), value) for value in (left, move.new))
    names_more = {r.name for r in references(other)} - {r.name for r in references(plain)}
    if names_more and isinstance(plain, Quotient) and fractions_deep(plain) < fractions_deep(other):
        return True
    return plain != left and (count_nodes(plain) < count_nodes(other) or divides_anew(other, plain))


def fractions_deep(value: Expression) -> int:
    """How many fraction lines lie one inside the other."""
    inner = max(map(fractions_deep, value.children), default=0)
    return inner + isinstance(value, Quotient)


def candidates(value: Expression) -> Iterator[Expression]:
    """Outermost fractions and sums of sums of the outer arithmetic, from left to right."""
    if isinstance(value, Quotient) or (isinstance(value, Reduce) and isinstance(value.body, Add)):
        yield value
    elif isinstance(value, OUTER):
        for child in value.children:
            yield from candidates(child)


def sums_inside(value: Expression) -> Iterator[Expression]:
    """Sums of sums of the outer arithmetic, those inside fractions too, from left to right."""
    for child in value.children if isinstance(value, OUTER) else ():
        if isinstance(child, Reduce) and isinstance(child.body, Add):
            yield child
        else:
            yield from sums_inside(child)
