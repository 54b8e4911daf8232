"""How fractions stand: what is expected of small ones, and the same value on every line of the catalogue."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

import derive
from derive.calculus.elementary import DERIVATIVES
from derive.emit.detail import DETAILS, group
from derive.emit.fractions import settled, told
from derive.emit.unicode_text import TextPrinter
from derive.language.derivation import Derivation, Reason, Step
from derive.language.errors import CheckError
from derive.language.expressions import (
    Add,
    Call,
    Expression,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Ref,
    Size,
    mul,
    sum_over,
)
from derive.language.indices import Index
from derive.language.trees import canonical
from derive.pipeline.library import entry
from derive.pipeline.study import study_of
from derive.verify.steps import check_steps

N, HALF, TWO, ONE = Size("n"), Number(Fraction(1, 2)), Number(Fraction(2)), Number(Fraction(1))
r, s, u, v, x = (Ref(name) for name in "rsuvx")
i = Index("i", "n")
SUM = sum_over(i, Ref("a", (i,)))
DU = Partial(u, x)

LOOKS: dict[str, tuple[Expression, str]] = {
    "half above": (Quotient(mul(HALF, s), r), "s/(2 r)"),
    "fraction above": (Quotient(Quotient(u, v), N), "u/(n v)"),
    "fraction inside": (Quotient(Mul((TWO, Quotient(s, mul(TWO, r)), u)), N), "s u/(n r)"),
    "power below": (Quotient(Quotient(u, s), mul(N, s)), "u/(n s²)"),
    "twos": (Quotient(mul(TWO, u), mul(TWO, v)), "u/v"),
    "minus": (Quotient(Quotient(mul(Number(Fraction(-1)), u), v), s), "-u/(s v)"),
    "reciprocal before a sum": (Mul((TWO, v, Quotient(ONE, N), SUM)), "(2 v/n) Σ_i a_i"),
    "minus before": (Mul((Number(Fraction(-2)), v, Quotient(ONE, N), SUM)), "-(2 v/n) Σ_i a_i"),
    "reciprocal in the middle": (Mul((TWO, Quotient(ONE, N), Add((u, v)))), "2(u + v)/n"),
    "reciprocal first": (Mul((Quotient(ONE, N), SUM)), "(1/n) Σ_i a_i"),
    "derivative above": (Quotient(DU, v), "(1/v) · ∂u/∂x"),
    "derivative in a sum": (Quotient(Add((DU, u)), v), "(∂u/∂x + u)/v"),
    "twice the same": (Mul((TWO, x, x)), "2 x²"),
    "powers": (Mul((Power(x, TWO), x, u)), "x³ u"),
    "not of a root": (Mul((Call("sqrt", (x,)), Call("sqrt", (x,)))), "√x √x"),
    "decimal": (Quotient(mul(Number(Fraction(1, 10)), u), v), "0.1 u/v"),
    "finished": (Mul((u, Partial(x, x))), "u"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOOKS)
def test_looks(name: str) -> None:
    value, expected = LOOKS[name]
    assert TextPrinter()(settled(value)) == expected
    assert settled(settled(value)) == settled(value)


def test_a_reason_may_say_what_is_trivial() -> None:
    assert told(Partial(x, x)) == Partial(x, x)


def settling(step: Step) -> tuple[Step, ...]:
    """The step, and two more that settle its result and take that back."""
    neat, look = settled(step.after), Reason("look", "look", "look")
    return (
        step,
        replace(step, reason=look, before=step.after, after=neat, old=step.after, new=neat),
        replace(step, reason=look, before=neat, after=step.after, old=neat, new=step.after),
    )


NAMES = ("layer_norm", "rms_norm", "bce_with_logits", "gelu", "himmelblau", "mse", "huber")


def derivations(name: str) -> list[Derivation]:
    return [d for found in study_of(entry(name)).derivations for d in (found, *found.adjoints)]


@pytest.mark.parametrize("name", NAMES)
def test_lines_keep_their_value(name: str) -> None:
    for found in derivations(name):
        check_steps(
            replace(found, steps=tuple(s for step in found.steps for s in settling(step))), entry(name).row.domain
        )


def test_a_line_of_another_value_would_be_seen() -> None:
    (found,) = derivations("mse")
    wrong = [settling(step) for step in found.steps]
    first = wrong[0]
    other = mul(TWO, first[1].after)
    wrong[0] = (first[0], replace(first[1], after=other, new=other), replace(first[2], before=other, old=other))
    with pytest.raises(CheckError):
        check_steps(replace(found, steps=tuple(s for step in wrong for s in step)))


@pytest.mark.parametrize("detail", DETAILS)
def test_lines_end_with_the_settled_result(detail: str) -> None:
    for found in derivations("layer_norm"):
        assert group(found, detail)[-1].result == settled(found.closed)
        assert sum(len(line.steps) for line in group(found, detail)) == len(found.steps)


def test_elementary_rules_have_one_line() -> None:
    inner = Partial(Ref("u"), x)
    for rule in DERIVATIVES.values():
        assert "(∂u/∂x)/" not in TextPrinter()(settled(rule(Ref("u"), inner)))
    assert canonical(settled(inner)) == canonical(inner)


@pytest.mark.parametrize(
    ("exponent", "written"), [("-x**2/2", "e^{-x^2/2}"), ("2/3*(x + s)", "e^{2(x + s)/3}"), ("3*x", r"e^{3x}")]
)
def test_an_exponent_is_written_over_its_number(exponent: str, written: str) -> None:
    study = derive.define(f"f(x, s) -> y\n  y = exp({exponent}) + s", wrt="x")
    assert written in study.show("latex")
