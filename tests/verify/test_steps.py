"""Step checks: every hand-made derivation passes with evidence; sizes, points and patterns are what they claim."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import pytest

from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import Call, Partial, Ref, add, mul, number, subtract
from derive.language.indices import Index
from derive.language.resolve import parse
from derive.verify.samples import FALLBACKS, SIZES, assignments, draw, first_success, pattern, size_choices
from derive.verify.sights import POINTS, TOLERANCE, Subject, agree, difference_order, look
from derive.verify.steps import check_steps
from derive.verify.systems import DIGITS, context
from tests.handmade import DERIVATIONS, PERCEPTRON, SIGMOID, SOFTMAX, derivation, sigmoid, with_step

ALL = [d for group in DERIVATIONS.values() for d in group]


@pytest.mark.parametrize("value", ALL, ids=lambda d: d.name)
def test_right_derivations_pass_with_evidence_in_every_step(value: Derivation) -> None:
    checked = check_steps(value)
    assert len(checked.steps) == len(value.steps)
    for step in checked.steps:
        assert step.evidence is not None
        assert step.evidence.points == POINTS
        assert step.evidence.digits == DIGITS >= 50
        assert step.evidence.worst is None or step.evidence.worst <= TOLERANCE
        assert step.evidence.exact == step.reason.exact
    assert replace(checked, steps=value.steps) == value


def test_sizes_are_several_and_differ_among_symbols() -> None:
    choices = size_choices(PERCEPTRON)
    assert [tuple(c.values()) for c in choices] == [row[:2] for row in SIZES]
    assert all(c["n"] != c["m"] for c in choices)
    assert {c["n"] for c in size_choices(SOFTMAX)} == {1, 2, 3}
    assert size_choices(SIGMOID) == ({},)


def test_points_are_the_same_every_time_and_inside_the_domain() -> None:
    one, two = (draw(PERCEPTRON.inputs, {"n": 2, "m": 3}, {"x": (5, 6)}, random.Random("s")) for _ in range(2))
    assert one == two
    assert len(one) == 2 + 3 + 6
    assert all(5 < v < 6 for (name, _), v in one.items() if name == "x")
    assert all(-2 < v < 2 for (name, _), v in one.items() if name != "x")


def test_equal_and_different_indices_are_both_met() -> None:
    i, j, k = Index("i", "n"), Index("j", "n"), Index("k", "m")
    chosen = assignments((i, j), {"n": 3}, 2, random.Random(0))
    assert sorted(a[i] == a[j] for a in chosen) == [False, True]
    assert pattern((i, j, k), (1, 1, 1)) == (0, 0, 2)
    assert assignments((), {}, 2, random.Random(0)) == [{}]


def test_narrower_ranges_are_tried_where_values_are_not_real() -> None:
    (definition,) = parse("f(x) -> y\n  y = arcsin(x)*log(x)")
    left = Partial(Ref("y"), Ref("x"))
    links = [(left, "", False), (Partial(definition.equation("y").body, Ref("x")), "definition", False)]
    wrong_range = check_steps(derivation(definition, "derivative", "x", links), {"x": (-9.0, -8.0)})
    assert wrong_range.steps[0].evidence is not None


def test_a_check_that_cannot_run_fails() -> None:
    (definition,) = parse("f(x) -> y\n  y = log(0 - x**2)")
    left = Partial(Ref("y"), Ref("x"))
    links = [(left, "", False), (Partial(definition.equation("y").body, Ref("x")), "definition", False)]
    with pytest.raises(CheckError, match="could not run"):
        check_steps(derivation(definition, "derivative", "x", links))


def test_first_success_gives_up_after_all_ranges() -> None:
    tried = []

    def attempt(values: object) -> None:
        tried.append(values)
        raise ZeroDivisionError

    with pytest.raises(CheckError, match="f: the check could not run"):
        first_success(SIGMOID.inputs, {}, None, "seed", attempt, "f")
    assert len(tried) == len(FALLBACKS)


def test_differences_are_relative_and_absolute_for_tiny_values() -> None:
    mp = context(DIGITS)
    assert difference_order(mp.mpf(1), mp.mpf(1)) is None
    assert difference_order(mp.mpf(1), 1 + mp.mpf(10) ** -30) == -30
    assert difference_order(mp.mpf(10) ** 20, mp.mpf(10) ** 20 + 1) == -20
    assert difference_order(mp.mpf(0), mp.mpf(10) ** -60) == -50


def test_an_exact_claim_that_holds_only_for_functions_is_refused() -> None:
    x = Ref("x")
    squares = add(mul(Call("sin", (x,)), Call("sin", (x,))), mul(Call("cos", (x,)), Call("cos", (x,))))
    before = mul(squares, Partial(Ref("y"), x))
    start = sigmoid()
    links = [(before, "", False), (Partial(Ref("y"), x), "pythagoras", True)]
    with pytest.raises(CheckError, match=r"step 1 \(pythagoras: pythagoras\).*arbitrary fraction"):
        check_steps(derivation(SIGMOID, "derivative", "x", links))
    links = [(before, "", False), (Partial(Ref("y"), x), "pythagoras", False)]
    assert check_steps(derivation(SIGMOID, "derivative", "x", links)).steps[0].evidence is not None
    assert start.steps


def test_the_message_names_everything() -> None:
    wrong = with_step(sigmoid(), 3, mul(Ref("y"), subtract(number(2), Ref("y"))))
    with pytest.raises(CheckError) as raised:
        check_steps(wrong)
    message = str(raised.value)
    for part in ("sigmoid.derivative.x", "step 4", "own_output", "own output", "x = ", "before 0.", "after "):
        assert part in message


def test_what_only_rounding_changes_is_seen_with_more_digits() -> None:
    """1e60 x comes and goes, with 60 digits of 65; a change by 1e-38 of the result is still one."""
    definition = parse("f(x) -> y\n  y = x*exp(60)")[-1]
    entry = Ref("x")
    huge = mul(number(10**60), entry)
    after = definition.equations[-1].body
    cancelling = subtract(add(huge, after), huge)
    subject = Subject("cancels", definition, (), {"x": (1.0, 1.1)})
    (sight, *_) = look(subject, (after, cancelling), points=1)
    assert agree(sight)
    tiny = mul(after, number(1 + Fraction(1, 10**38)))
    (sight, *_) = look(subject, (after, subtract(add(huge, tiny), huge)), points=1)
    assert not agree(sight)
