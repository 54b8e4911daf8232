"""Every step of a derivation, looked at from outside: the value before it and the value after it.

Contract: `check_steps` returns the derivation with Evidence in every step or raises CheckError. It sees values and
no rule; what counts as equal is said in `sights`. Steps that claim to be rational identities are also checked with
fractions, exactly, with every function and derivative an unknown. The chain is checked too: it starts at `left`,
has no gap and ends at `closed`.
"""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Sequence
from dataclasses import replace

from derive.language.derivation import Derivation, Evidence, Step
from derive.language.errors import CheckError, UnreachableError
from derive.language.expressions import Call, Expression, Number, Power
from derive.language.trees import canonical, walk
from derive.verify.evaluate import evaluate
from derive.verify.points import Point
from derive.verify.samples import Domain, Sizes, Values, assignments, describe, first_success, size_choices
from derive.verify.sights import (
    POINTS,
    TOLERANCE,
    Sight,
    Subject,
    all_free_indices,
    difference_order,
    look,
    shown,
    sizes_seen,
    worst_order,
)  # fmt: skip
from derive.verify.systems import DIGITS, HIGHEST, Exact

EXACT_POINTS = 2
EXACT_ASSIGNMENTS = 4
ANY_SIGN = 3
"""How many draws of fractions have both signs, where the first ones divide by zero."""


def check_steps(derivation: Derivation, domain: Domain | None = None, points: int = POINTS) -> Derivation:
    """The derivation with evidence in every step. Raises CheckError naming definition, rule, step and point."""
    check_chain(derivation)
    subject = Subject(derivation.name, derivation.system, (), domain)
    chain = (derivation.left, *(s.after for s in derivation.steps))
    sights = look(subject, chain, functools.partial(refuse_change, derivation), points)
    steps = tuple(
        replace(step, evidence=step_evidence(derivation, number, sights, points))
        for number, step in enumerate(derivation.steps)
    )  # fmt: skip
    return replace(derivation, steps=steps)


def require_evidence(derivation: Derivation) -> None:
    """CheckError unless every step, and the closed form, has been checked: what was not checked is not published."""
    for number, step in enumerate(derivation.steps):
        if step.evidence is None or not step.evidence.points:
            raise CheckError(f"{derivation.name}: step {number + 1} ({rule_name(step)}) was never checked")
    if not derivation.steps or derivation.evidence is None or not derivation.evidence.points:
        raise CheckError(f"{derivation.name}: the closed form was never checked")


def refuse_change(derivation: Derivation, sight: Sight) -> None:
    """CheckError at the first step that changes the value here."""
    for number, (before, after) in enumerate(itertools.pairwise(sight.chain)):
        order = difference_order(before, after)
        if order is not None and order > TOLERANCE:
            raise changed(derivation, number, sight.place, before, after)


def step_evidence(derivation: Derivation, number: int, sights: Sequence[Sight], points: int) -> Evidence:
    worst, _ = worst_order(sights, number)
    sizes = size_choices(derivation.definition)
    return Evidence(sizes_seen(sights), points, DIGITS, worst, check_exact(derivation, number, sizes))


def changed(derivation: Derivation, number: int, place: str, before: object, after: object) -> CheckError:
    return CheckError(
        f"{derivation.name}: step {number + 1} ({rule_name(derivation.steps[number])}) changes the value at {place}: "
        f"before {shown(before)}, after {shown(after)}"
    )


def rule_name(step: Step) -> str:
    return f"{step.reason.key}: {step.reason.english}"


# --- the chain -----------------------------------------------------------------------------------------


def check_chain(derivation: Derivation) -> None:
    """The steps lead from `left` to `closed` without a gap."""
    steps = derivation.steps
    if not steps:
        raise CheckError(f"{derivation.name}: no steps lead from the derivative to the closed form")
    ends = (derivation.left, *(s.after for s in steps))
    starts = (*(s.before for s in steps), derivation.closed)
    for number, (end, start) in enumerate(zip(ends, starts, strict=True)):
        if end != start and canonical(end) != canonical(start):
            raise CheckError(f"{derivation.name}: {gap(steps, number)}")


def gap(steps: Sequence[Step], number: int) -> str:
    """Which join of the chain is open, in words."""
    if number == 0:
        return f"step 1 ({rule_name(steps[0])}) does not start at the derivative that was asked for"
    if number == len(steps):
        return f"the last step, {number} ({rule_name(steps[-1])}), does not end at the closed form"
    return f"step {number + 1} ({rule_name(steps[number])}) does not start where step {number} ends"


# --- exactly -------------------------------------------------------------------------------------------


def check_exact(derivation: Derivation, number: int, sizes: Sequence[Sizes]) -> bool:
    """Whether the step claims to be a rational identity; CheckError if it claims so and is not.

    Where roots stand in a step, it is one of radicals: a fraction has no root among the fractions, and no power u ** v.
    """
    step = derivation.steps[number]
    if not step.reason.exact or any(is_root(n) for e in (step.before, step.after) for n in walk(e)):
        return False
    seen, failure = 0, CheckError(f"{derivation.name}: step {number + 1}: there is no size to look at")
    for choice in sizes:
        try:
            for attempt in range(EXACT_POINTS):
                check_exact_at(derivation, number, choice, f"{derivation.name} {attempt}")
                seen += 1
        except UnreachableError as error:  # a size without a value is left out, as in `look`
            failure = error
    if not seen:
        raise failure
    return True


def is_root(node: Expression) -> bool:
    """sqrt(u), u ** (3/2) or u ** v; a power beyond HIGHEST is as unknown"""
    if isinstance(node, Power):
        exponent = node.exponent.value if isinstance(node.exponent, Number) else None
        return exponent is None or exponent.denominator != 1 or abs(exponent) > HIGHEST
    return isinstance(node, Call) and node.function == "sqrt"


def check_exact_at(derivation: Derivation, number: int, sizes: Sizes, seed: str) -> None:
    step = derivation.steps[number]
    chance = random.Random(seed)
    scopes = assignments(all_free_indices((step.before, step.after)), sizes, EXACT_ASSIGNMENTS, chance)

    tries = itertools.count()

    def attempt(_: Values) -> None:
        # a division by zero is drawn again, with other fractions: by clip(x, 0, 2), with positive ones
        signs = (-1, 1) if next(tries) < ANY_SIGN else (1,)
        point = Point(derivation.system, sizes, {}, Exact(str(chance.random()), signs))
        for scope in scopes:
            before, after = (evaluate(e, scope, point) for e in (step.before, step.after))
            if before != after:
                where = describe({}, sizes, scope) or "every point"
                place = f"{where}, every quantity an arbitrary fraction"
                raise changed(derivation, number, place, before, after)

    what = f"{derivation.name}: step {number + 1} ({rule_name(step)}), exactly"
    first_success((), sizes, None, seed, attempt, what)
