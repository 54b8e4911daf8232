"""The engine: the outermost unresolved node that a rule fits is rewritten, one rule a step.

Contract: `rewrite(start, context, rules)` returns the steps; it keeps no state and knows no rule. It ends
when no rule fits, and refuses to take more than MAX_STEPS steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.calculus.rule import Context, Rewrite, Rule
from derive.calculus.table import RULES
from derive.language.derivation import Step
from derive.language.errors import DeriveError
from derive.language.expressions import Expression
from derive.language.trees import index_names

MAX_STEPS = 5_000
Types = type[Expression] | tuple[type[Expression], ...]


def rewrite(
    start: Expression,
    context: Context,
    rules: Sequence[Rule] = RULES,
    inside: Types = Expression,
) -> tuple[Step, ...]:
    """All steps from `start` to an expression that no rule fits; only nodes of the types `inside` are entered."""
    steps: list[Step] = []
    current = start
    quiet: set[Expression] = set()
    while (step := next_step(current, context, rules, inside, quiet)) is not None:
        steps.append(step)
        current = step.after
        if len(steps) > MAX_STEPS:
            raise DeriveError(f"{context.definition.name}: no end after {MAX_STEPS} steps")
    return tuple(steps)


def next_step(
    current: Expression, context: Context, rules: Sequence[Rule], inside: Types, quiet: set[Expression]
) -> Step | None:
    here = replace(context, taken=context.taken | index_names(current))
    found = first_fit(current, here, rules, inside, quiet)
    if found is None:
        return None
    rule, old, done, after = found
    return Step(rule.reason, current, after, old, done.new, done.arguments, done.cites)


def first_fit(
    node: Expression, context: Context, rules: Sequence[Rule], inside: Types, quiet: set[Expression]
) -> tuple[Rule, Expression, Rewrite, Expression] | None:
    """The first rule that fits the outermost, leftmost node: (rule, node, rewrite, whole expression after).

    quiet: trees in which nothing was found to fit, so that each is searched once.
    """
    if node in quiet:
        return None
    for rule in rules:
        if isinstance(node, rule.node_type):
            done = rule.apply(node, context)
            if done is not None:
                return rule, node, done, done.new
    for place, child in enumerate(node.children if isinstance(node, inside) else ()):
        found = first_fit(child, context, rules, inside, quiet)
        if found is not None:
            rule, old, done, new = found
            children = (*node.children[:place], new, *node.children[place + 1 :])
            return rule, old, done, node.with_children(children)
    quiet.add(node)
    return None
