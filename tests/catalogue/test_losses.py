"""The losses: their gradients read as in a textbook, with and without what they assume of the targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.assumption import read_assumption
from derive.language.derivation import Wanted
from derive.language.errors import CheckError
from derive.pipeline.library import entry
from derive.pipeline.study import Study, study_of
from derive.verify.steps import check_steps

CLOSED = {
    ("mse", "y"): "2(y_i - t_i)/n",
    ("l2_norm", "d"): "d_i/r",
    ("linear_loss", "w"): "-2 Σ_i r_i x_i",
    ("linear_loss", "b"): "-2 Σ_i r_i",
    ("cross_entropy", "p"): "-t_i/p_i",
    ("binary_cross_entropy", "p"): "(p - t)/(p (1 - p))",
    ("bce_with_logits", "x"): "p - t",
    ("softmax_cross_entropy", "a"): "p_i - t_i",
}


def study(name: str) -> Study:
    return study_of(entry(name))


@pytest.mark.parametrize(("name", "variable"), CLOSED)
def test_gradient(name: str, variable: str) -> None:
    (derivation,) = study(name).only(variable).derivations
    assert unicode_text(derivation.closed) == CLOSED[name, variable]
    assert derivation.evidence is not None
    assert all(s.evidence is not None for s in derivation.steps)


def test_the_assumption_is_a_named_step_and_stands_in_the_notes() -> None:
    found = study("softmax_cross_entropy")
    (derivation,) = found.derivations
    (step,) = (s for s in derivation.steps if s.reason.key == "assumed")
    assert [unicode_text(a) for a in step.arguments] == ["Σ_j t_j", "1"]
    for format_name, text in (("text", "Σ_i t_i = 1"), ("latex", r"\sum_i t_i = 1"), ("markdown", r"\sum_i t_i = 1")):
        shown = found.show(format_name)
        assert "It is assumed that" in shown
        assert text in shown.replace("$", "")
    assert "Assumes Σ_i t_i = 1." in found.source


def test_without_the_assumption_the_sum_of_the_targets_stays() -> None:
    definition = replace(study("softmax_cross_entropy").definition, assumptions=())
    (derivation,) = derive_all(definition, (Wanted("gradient", "L", "a"),))
    check_steps(derivation)
    assert unicode_text(derivation.closed) == "p_i Σ_j t_j - t_i"


def test_a_wrong_assumption_is_caught() -> None:
    definition = study("softmax_cross_entropy").definition
    (right,) = derive_all(definition, (Wanted("gradient", "L", "a"),))
    two = replace(definition, assumptions=(read_assumption(definition, "sum(i, t[i]) = 2"),))
    with pytest.raises(CheckError, match="assumed"):
        check_steps(replace(right, definition=two))


@pytest.mark.parametrize("size", [1, 2, 7])
def test_targets_need_no_logarithm_of_nothing(size: int) -> None:
    """One-hot targets and logits of any size: no NaN, no infinity, and p - t without its cancellation."""
    logits, target = np.zeros(size), np.zeros(size)
    logits[0], target[0] = 50.0, 1.0
    loss, gradient = study("softmax_cross_entropy").compile().softmax_cross_entropy_value_and_grad(logits, target)
    others = (size - 1) * np.exp(-50.0)
    assert loss == pytest.approx(others, rel=1e-14, abs=0)
    assert gradient[0] == pytest.approx(-others, rel=1e-14, abs=0)


def test_loss_is_the_square_of_the_norm() -> None:
    generator = np.random.default_rng(7)
    x, y = generator.normal(size=(2, 5))
    loss = study("linear_loss").compile().linear_loss(x, y, 2.0, -1.0)
    norm = study("l2_norm").compile().l2_norm(y - (x * 2.0 - 1.0))
    assert loss == pytest.approx(norm**2, rel=1e-14)
    assert norm == pytest.approx(np.linalg.norm(y - (x * 2.0 - 1.0)), rel=1e-14)
