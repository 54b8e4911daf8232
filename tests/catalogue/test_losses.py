"""The losses: their gradients read as in a textbook, with and without what they assume of the targets."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import numpy as np
import pytest

from derive.catalogue.losses import UNPUBLISHED
from derive.catalogue.row import Row
from derive.catalogue.table import ROWS
from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.assumption import read_assumption
from derive.language.derivation import Wanted
from derive.language.errors import CheckError
from derive.language.resolve import parse
from derive.pipeline.library import Entry, definitions, entry
from derive.pipeline.study import Study, study_of
from derive.verify.steps import check_steps

CLOSED = {
    ("mse", "y"): "2(y_i - t_i)/n",
    ("l2_norm", "d"): "d_i/r",
    ("linear_loss", "w"): "-2 Σ_i r_i x_i",
    ("linear_loss", "b"): "-2 Σ_i r_i",
    ("cross_entropy", "p"): "-t_i/p_i",
    ("binary_cross_entropy", "p"): "(p - t)/((1 - p) p)",
    ("bce_with_logits", "x"): "p - t",
    ("softmax_cross_entropy", "a"): "p_i - t_i",
}


def study(name: str) -> Study:
    """Of a row, published or not."""
    found = {e.definition.name: e for e in map(entry_of, UNPUBLISHED)}
    return study_of(found.get(name) or entry(name))


def entry_of(row: Row) -> Entry:
    (definition,) = parse(textwrap.dedent(row.text).strip(), definitions())
    return Entry(row, replace(definition, assumptions=tuple(read_assumption(definition, a) for a in row.assumptions)))


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
    assert unicode_text(derivation.closed) == "(Σ_j t_j) p_i - t_i"


def test_a_wrong_assumption_is_caught() -> None:
    definition = study("softmax_cross_entropy").definition
    (right,) = derive_all(definition, (Wanted("gradient", "L", "a"),))
    two = replace(definition, assumptions=(read_assumption(definition, "sum(i, t[i]) = 2"),))
    with pytest.raises(CheckError, match="assumed"):
        check_steps(replace(right, definition=two))


@pytest.mark.parametrize("row", UNPUBLISHED, ids=lambda r: entry_of(r).definition.name)
@pytest.mark.xfail(strict=True, raises=CheckError, reason="stability rewrites do not know these forms yet")
def test_what_is_not_published_yet(row: Row) -> None:
    study_of(entry_of(row)).with_checked_kernels()


def test_a_row_is_published_or_not() -> None:
    assert not {r.text for r in UNPUBLISHED} & {r.text for r in ROWS}


def test_loss_is_the_square_of_the_norm() -> None:
    generator = np.random.default_rng(7)
    x, y = generator.normal(size=(2, 5))
    loss = study("linear_loss").compile().linear_loss(x, y, 2.0, -1.0)
    norm = study("l2_norm").compile().l2_norm(y - (x * 2.0 - 1.0))
    assert loss == pytest.approx(norm**2, rel=1e-14)
    assert norm == pytest.approx(np.linalg.norm(y - (x * 2.0 - 1.0)), rel=1e-14)
