"""Micro-steps to textbook lines."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from derive.emit.detail import DETAILS, group
from derive.language.errors import DeriveError
from derive.language.expressions import Partial, mul
from derive.language.trees import canonical
from tests.emit.notes_examples import (
    CHAIN,
    LEMMA,
    perceptron,
    sigmoid,
    softmax_jacobian,
    softmax_vjp,
    steps,
    tanh,
    x,
    y,
)

ALL = [perceptron(), sigmoid(), softmax_jacobian(), softmax_vjp(), tanh()]


def test_textbook_lines_of_the_perceptron() -> None:
    lines = group(perceptron())
    assert [[n.reason.key for n in line.notes] for line in lines] == [
        ["power"], ["one_term_survives"], ["chain"], ["lemma"], ["power"],
    ]  # fmt: skip
    assert [len(line.steps) for line in lines] == [4, 1, 1, 1, 1]


@pytest.mark.parametrize("detail", DETAILS)
def test_the_last_line_is_the_closed_form(detail: str) -> None:
    for derivation in ALL:
        assert group(derivation, detail)[-1].result == derivation.closed


def test_no_step_is_lost_and_no_line_repeats() -> None:
    for derivation in ALL:
        for detail in DETAILS:
            lines = group(derivation, detail)
            assert tuple(s for line in lines for s in line.steps) == derivation.steps
        results = [canonical(derivation.left), *(canonical(line.result) for line in group(derivation))]
        assert all(a != b for a, b in pairwise(results))


def test_full_has_a_line_for_each_step_and_brief_has_one() -> None:
    derivation = perceptron()
    assert len(group(derivation, "full")) == len(derivation.steps)
    assert len(group(derivation, "brief")) == 1


def test_unknown_detail() -> None:
    with pytest.raises(DeriveError, match="unknown detail") as caught:
        group(perceptron(), "texbook")
    assert "did you mean textbook?" in str(caught.value)


def test_a_line_that_repeats_the_one_before_is_part_of_it() -> None:
    start = Partial(y, x)
    found = steps(start, (CHAIN, mul(y, Partial(x, x)), (), None), (LEMMA, y, (x, x), None))
    lines = group(replace(sigmoid(), steps=found, closed=y))
    assert [(line.result, line.steps) for line in lines] == [(y, found)]
