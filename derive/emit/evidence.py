"""The sentence that says what was checked, from the evidence stored with the steps.

Contract: nothing is claimed that the evidence does not hold: steps without evidence give no sentence,
and of many steps the fewest sizes, points and digits and the worst difference are named.
"""

from __future__ import annotations

from fractions import Fraction

from derive.emit.phrases import Sentence, say
from derive.language.derivation import Derivation, Evidence
from derive.language.expressions import Expression, Number, Power


def evidence_of(derivation: Derivation, language: str) -> tuple[Sentence, ...]:
    """The parts of one sentence; empty unless every step was checked."""
    steps = [s for d in (*derivation.adjoints, derivation) for s in d.steps]
    found = [s.evidence for s in steps if s.evidence is not None]
    if not found or len(found) != len(steps):
        return ()
    return (
        *steps_checked(found, language),
        *difference(found, language),
        *exactly(found, language),
        *result_checked(derivation.evidence, language),
        say("stop", language),
    )


def steps_checked(found: list[Evidence], language: str) -> tuple[Sentence, ...]:
    seen = zip(*((e.sizes, e.points, e.digits) for e in found), strict=True)
    sizes, points, digits = (str(min(values)) for values in seen)
    head = say("checked_one", language) if len(found) == 1 else say("checked_steps", language, str(len(found)))
    if sizes == "1":
        return head, say("at_points", language, points, digits)
    return head, say("at_sizes", language, sizes, points, digits)


def difference(found: list[Evidence], language: str) -> tuple[Sentence, ...]:
    worst = [e.worst for e in found if e.worst is not None]
    return (say("worst", language, tenth(max(worst))) if worst else say("no_difference", language),)


def exactly(found: list[Evidence], language: str) -> tuple[Sentence, ...]:
    count = sum(e.exact for e in found)
    return (say("exactly_too", language, str(count)),) if count else ()


def result_checked(evidence: Evidence | None, language: str) -> tuple[Sentence, ...]:
    if evidence is None:
        return ()
    if evidence.worst is None:
        return (say("result_equal", language),)
    return (say("result_agrees", language, tenth(evidence.worst)),)


def tenth(exponent: int) -> Expression:
    """10**exponent, exactly; written out as a number only where that is one that a page could show."""
    short = abs(exponent) <= LONGEST
    return Number(Fraction(10) ** exponent) if short else Power(Number(Fraction(10)), Number(Fraction(exponent)))


LONGEST = 400
"""Digits of a number."""


def identity_checked(evidence: Evidence | None, language: str) -> tuple[Sentence, ...]:
    if evidence is None:
        return ()
    return (say("identity_checked", language, str(evidence.points), str(evidence.digits)),)
