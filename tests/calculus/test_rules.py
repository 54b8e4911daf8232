"""Every rule takes a step somewhere, every step is true, and a wrong sign in any rule is caught."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from derive.calculus.engine import rewrite
from derive.calculus.rule import Context, Rewrite, Rule
from derive.calculus.table import RULES
from derive.closedform import plans
from derive.closedform.close import close
from derive.closedform.derivations import Lemmas, derive_all, lemmas_of
from derive.closedform.rules import RULES as CLOSING_RULES
from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import ONE, ZERO, Expression, negate
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps
from tests.corpus import DEFINITIONS, DOMAINS, MORE_WANTED, SPECIAL

PLAN_REASONS = (plans.SPLIT, plans.COMPLETE, plans.RECOGNISE, plans.ELIMINATE)


@functools.cache
def derivations() -> tuple[Derivation, ...]:
    return tuple(d for one in (*DEFINITIONS, *SPECIAL) for d in derive_all(one, MORE_WANTED.get(one.name)))


def first_use(rule_key: str) -> tuple[Derivation, int]:
    for derivation in derivations():
        for place, step in enumerate(derivation.steps):
            if step.reason.key == rule_key:
                return derivation, place
    raise AssertionError(f"no definition of the corpus uses {rule_key}")


@pytest.mark.parametrize("derivation", derivations(), ids=lambda d: d.name)
def test_every_step_and_every_result_is_true(derivation: Derivation) -> None:
    domain = DOMAINS.get(derivation.definition.name)
    checked = check_steps(derivation, domain)
    assert all(s.evidence is not None and s.evidence.points > 0 for s in checked.steps)
    assert check_closed(derivation, domain).points > 0


ALL_KEYS = sorted({r.reason.key for r in (*RULES, *CLOSING_RULES)} | {r.key for r in PLAN_REASONS})


@pytest.mark.parametrize("key", ALL_KEYS)
def test_every_rule_takes_a_step(key: str) -> None:
    first_use(key)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.reason.key}-{r.apply.__name__}")
def test_a_wrong_sign_in_a_rule_is_caught_and_named(rule: Rule) -> None:
    def wrong(node: Expression, context: Context) -> Rewrite | None:
        right = rule.apply(node, context)
        # 0 has no sign to change: a rule that gives 0 gives 1 instead
        return None if right is None else replace(right, new=ONE if right.new == ZERO else negate(right.new))

    sabotaged = tuple(replace(r, apply=wrong) if r is rule else r for r in RULES)
    with pytest.raises(CheckError) as caught:
        for derivation in derivations():
            if any(s.reason.key == rule.reason.key for s in derivation.steps):
                check_steps(derived_with(derivation, sabotaged), DOMAINS.get(derivation.definition.name))
    assert rule.reason.key in str(caught.value)
    assert "step" in str(caught.value)


def derived_with(derivation: Derivation, rules: tuple[Rule, ...]) -> Derivation:
    """The same derivation by other rules; a Hessian goes on from the gradient that it cites."""
    cited = derivation.steps[:1] if derivation.wanted.kind == "hessian" else ()
    start = cited[0].after if cited else derivation.left
    definition = derivation.system if cited else derivation.definition
    context = Context(definition, lemmas(definition.name), known(derivation), frozenset(definition.names))
    opened = rewrite(start, context, rules)
    closing = close(opened[-1].after, context)
    steps = (*cited, *opened, *closing)
    return replace(derivation, steps=steps, closed=steps[-1].after)


@functools.cache
def lemmas(name: str) -> Lemmas:

    return lemmas_of(next(d for d in (*DEFINITIONS, *SPECIAL) if d.name == name))


def known(derivation: Derivation) -> dict[Expression, Expression]:
    if derivation.wanted.kind not in ("vjp", "jvp"):
        return {}
    return {
        d.left: d.closed
        for d in derivations()
        if d.definition == derivation.definition
        and d.wanted.kind == "jacobian"
        and d.wanted.variable == derivation.wanted.variable
    }
