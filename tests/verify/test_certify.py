"""Certification: sees what is wrong, agrees with many digits, and its arrays agree with the slow interpreter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from derive.ir.graph import BATCH
from derive.ir.interpret import Floats, interpret
from derive.ir.optimise import PASSES, optimise
from derive.language.errors import CheckError
from derive.pipeline.library import entry
from derive.pipeline.study import study_of
from derive.verify.arrays import compute
from derive.verify.certify import confirm, errors, measure
from derive.verify.certify_points import SPECIAL, batches, whole_range
from derive.verify.certify_profile import WINDOWS, profile
from derive.verify.certify_subjects import Subject, subjects

NAMES = ("sigmoid", "silu", "softmax", "log_softmax", "bce_with_logits")


def subject(name: str, function: str) -> Subject:
    study = study_of(entry(name))
    (found,) = (s for s in subjects(study.definition, study.derivations, study.domain) if s.key == function)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_arrays_agree_with_the_slow_interpreter(name: str) -> None:
    study = study_of(entry(name))
    for one in subjects(study.definition, study.derivations, study.domain):
        graph = optimise(one.raw(), PASSES)
        generator = np.random.default_rng(2)
        sizes = {BATCH: 4, **dict.fromkeys(study.definition.sizes, 3)}
        inputs = {i.name: generator.normal(size=(4, *[3] * len(i.dimensions))) for i in one.inputs}
        (found,) = compute(graph, inputs, sizes, np.float64)
        objects = {k: np.vectorize(np.float64, otypes=[object])(v) for k, v in inputs.items()}
        (slow,) = interpret(graph, objects, sizes, Floats())
        assert np.allclose(found, slow.astype(float), rtol=1e-14, atol=1e-15)


def test_a_good_kernel_is_measured_and_the_textbook_form_is_not_good() -> None:
    study = study_of(entry("sigmoid"))
    found = measure(subject("sigmoid", "sigmoid_grad"), study.compile().sigmoid_grad, np.float64)
    assert 0.5 < found.kernel.largest < 3
    assert 0 < found.kernel.median < 1
    assert found.kernel.at.startswith("x = ")
    assert found.textbook.largest > 1e15


@pytest.mark.parametrize(
    ("kernel", "least"),
    [
        (lambda x: 1 / (1 + np.exp(-x)) * (1 + 1e-15), 4),
        (lambda x: np.where(x < -700, 0, 1 / (1 + np.exp(-x))), 1e15),
        (lambda x: np.where(x == np.inf, np.nan, 1 / (1 + np.exp(-x))), np.inf),
    ],
    ids=["4 ULP", "0 for a small number", "no limit"],
)
def test_each_fault_of_a_kernel_is_seen(kernel, least: float) -> None:
    def quiet(x):
        with np.errstate(all="ignore"):
            return kernel(x)

    assert measure(subject("sigmoid", "sigmoid"), quiet, np.float64).kernel.largest >= least


@pytest.mark.parametrize("name", NAMES)
def test_the_extended_truth_is_that_of_many_digits(name: str) -> None:
    study = study_of(entry(name))
    for one in subjects(study.definition, study.derivations, study.domain):
        confirm(one, study.hard[:6])


def test_a_truth_of_something_else_is_refused() -> None:
    own, other = subject("sigmoid", "sigmoid"), subject("tanh", "tanh")

    class Wrong(Subject):
        def raw(self):
            return other.raw()

    with pytest.raises(CheckError, match="the extended truth at"):
        confirm(Wrong(own.name, own.definition), [{"x": 0.5}])


def test_errors_are_counted_in_the_last_place_of_the_truth() -> None:
    truth = np.array([1.0, 1.0, 0.0, np.inf, np.nan, 1e-320], np.longdouble)
    found = np.array([1 + 2**-52, np.nan, 5e-324, np.inf, 1.0, 0.0])
    assert errors(found, truth, truth).tolist()[:4] == [1.0, np.inf, 1.0, 0.0]
    assert np.isnan(errors(found, truth, truth)[4])
    assert errors(found, truth, truth)[5] > 2000
    assert errors(found, truth, 4 * truth)[0] == 0.25


def test_points_reach_the_ends_of_the_range() -> None:
    for dtype in (np.float32, np.float64):
        x, info = whole_range(dtype), np.finfo(dtype)
        assert x.dtype == dtype
        assert {info.max, -info.max, info.smallest_subnormal} <= set(x[np.isfinite(x)].tolist())
        assert sum(np.isnan(x)) == sum(np.isnan(SPECIAL))
    one = subject("sigmoid", "sigmoid")
    assert sum(len(b.inputs["x"]) for b in batches(one, np.float32)) > 2**32 // 1000
    rows = [b.label for b in batches(subject("softmax", "softmax"), np.float64)]
    for kind in ("logits ×10, n = 1000", "ties, n = 2", "one dominates by up to 800, n = 3", "logits ×1, n = 1"):
        assert kind in rows


def test_a_scale_counts_the_error_where_the_result_has_a_root() -> None:
    one = subject("silu", "silu_grad")
    bound = next(b for b in entry("silu").row.bounds if b.function == "grad")
    assert bound.against
    assert replace(one, against=None).scale() is None


def test_a_profile_goes_along_the_range_and_sees_a_form_that_fails() -> None:
    found = subject("sigmoid", "sigmoid_grad")
    kernel = study_of(entry("sigmoid")).compile().sigmoid_grad
    good = profile(found, kernel)
    assert good is not None
    assert good.kernel.shape == good.textbook.shape == (WINDOWS,)
    assert good.kernel.max() < 4 < 1e15 < good.textbook[-10:].min()
    assert good.textbook[:50].max() < 4
    bad = profile(found, lambda x: kernel(x) * np.where(np.abs(x - 7.5) < 0.5, 1.001, 1.0))
    assert bad is not None
    assert np.flatnonzero(bad.kernel > 100).tolist() == [WINDOWS // 2 + 7]


def test_only_functions_of_one_number_have_a_profile() -> None:
    study = study_of(entry("softmax"))
    for one in subjects(study.definition, study.derivations, study.domain):
        assert profile(one, getattr(study.compile(), one.name)) is None
