"""Recurrences from text to notes and kernels: the catalogue's, one's own, and what is refused."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import derive
from derive.emit.formats import FORMATS
from derive.language.words import LANGUAGES
from derive.pipeline.define import define_all
from derive.pipeline.study import RecurrentStudy
from tests.recurrences import TEXTS

known = functools.cache(derive.known)


def test_a_recurrence_of_the_catalogue_has_evidence_for_every_step() -> None:
    study = known("mlp")
    assert isinstance(study, RecurrentStudy)
    assert all(s.evidence for part in study.derivations for s in part.steps)
    assert (study.recurrence.depths, study.kernel_names) == (4, ("mlp", "mlp_grad", "mlp_value_and_grad"))
    assert study.recurrence.evidence is not None
    assert study.recurrence.evidence.digits >= 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format_name", FORMATS)
def test_notes_in_every_format(format_name: str, language: str) -> None:
    text = known("rnn").show(format_name, language)
    assert "rnn_value_and_grad" in text.replace("\\_\\allowbreak ", "_").replace("\\_", "_")
    assert {"en": "Induction step", "zh": "归纳步骤"}[language] in text


def test_the_proof_is_said_in_order() -> None:
    text = known("mlp").show()
    parts = ["Base case", "X̄{L}_k = ", "Induction step", "X̄{l}_k = ", "Gradient", "∂E/∂W{l}_jk = ", "X̄{l}_k O{l-1}_j"]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert "1 to 4 layers" in text


def test_a_sum_over_steps_stands_in_the_result() -> None:
    text = known("rnn").only("U").show(detail="brief")
    assert "∂E/∂U_ik = Σ_t Z̄{t}_k x{t}_i" in text
    assert "∂E/∂W" not in text


@pytest.mark.parametrize("name", ["biases", "softmax", "labels"])
def test_texts_of_ones_own_pass_every_check(name: str) -> None:
    """Another activation, biases, cross entropy and labels are other texts and no other code."""
    (study,) = define_all(TEXTS[name])
    assert study.kernel_names == ("mlp", "mlp_grad", "mlp_value_and_grad")


def test_by_an_input() -> None:
    gradient = derive.define(TEXTS["mlp"], wrt=["x", "W"]).compile().mlp_grad([0.5, 1.0], [0.0], [[[1.0], [2.0]]])
    assert gradient._fields == ("x", "W")
    assert gradient.x.shape == (2,)
    assert np.allclose(gradient.x, gradient.W[0][0] / 0.5 * np.array([1.0, 2.0]))


@pytest.mark.parametrize(
    ("wrt", "kind", "message"),
    [("V", None, "V is not an input of mlp"), ("W", "hessian", "a recurrence has a gradient, no hessian")],
)
def test_requests_that_do_not_fit(wrt: str, kind: str | None, message: str) -> None:
    with pytest.raises(derive.DeriveError, match=message):
        derive.define(TEXTS["mlp"], wrt=wrt, kind=kind)


def test_a_label_has_no_derivative() -> None:
    with pytest.raises(derive.DeriveError, match="y is an integer label"):
        derive.define(TEXTS["labels"], wrt="y")


def test_costs_are_said_for_each_layer() -> None:
    assert known("mlp").costs["mlp._back"].operations == "4 B n{l-1} n{l} + B n{l-1}"


@pytest.mark.parametrize(("language", "of_layers", "of_time"), [("en", "layer", "time step"), ("zh", "层", "时刻")])
def test_layers_have_parameters_of_their_own_and_time_steps_share_them(
    language: str, of_layers: str, of_time: str
) -> None:
    assert of_layers in known("mlp").show("text", language)
    assert of_time not in known("mlp").show("text", language)
    assert of_time in known("rnn").show("text", language)
    assert of_layers not in known("rnn").show("text", language)
    shared = "f(x{t}[n], y[n]; w[n]) -> E\n  s{0}[i] = 0\n  s{t}[i] = w[i]*s{t-1}[i] + x{t}[i]\n"
    study = derive.define(shared + "  E = sum(i, (s{T}[i] - y[i])**2)")
    assert of_time in study.show("text", language)
    assert "one array for each step" in study.source
