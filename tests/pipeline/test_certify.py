"""Certificates on file: of the kernels as they are now, or refused by name of the command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.catalogue.row import ROUNDINGS, Bound
from derive.language.errors import CheckError
from derive.pipeline import profiles
from derive.pipeline.certify import certify, is_checked, is_valid, require, save
from derive.pipeline.library import library
from derive.pipeline.profiles import load_certificate
from derive.pipeline.study import study_of

BOUNDED = [e for e in library() if e.row.bounds]


@pytest.mark.parametrize("row", BOUNDED, ids=lambda e: e.definition.name)
def test_every_stated_bound_has_a_certificate_that_keeps_it(row) -> None:
    found = load_certificate(row.definition.name)
    assert found is not None
    for bound in row.row.bounds:
        name = bound.of(row.definition.name)
        kept = [by_dtype for key, by_dtype in found["measured"].items() if key.partition(": ")[0] == name]
        assert kept
        for dtype in ("float64", "float32"):
            for parts in (by_dtype[dtype] for by_dtype in kept):
                worst = parts[ROUNDINGS] if bound.against == ROUNDINGS else parts["kernel"]
                assert worst["largest"] <= getattr(bound, dtype)


def test_certificates_are_of_the_kernels_as_they_are() -> None:
    require([study_of(e) for e in BOUNDED])


def test_a_changed_kernel_is_refused_with_the_command() -> None:
    study = study_of(next(e for e in BOUNDED if e.definition.name == "sigmoid"))
    other = replace(study, bounds=(Bound("", 0.1, 0.1),))
    with pytest.raises(CheckError, match="python -m derive certify sigmoid"):
        require([other])


def test_a_bound_that_does_not_hold_is_refused() -> None:
    study = study_of(next(e for e in BOUNDED if e.definition.name == "bce_with_logits"))
    with pytest.raises(CheckError, match=r"bce_with_logits in float64: .* ULP at .*, the bound is 0\.25"):
        certify(replace(study, bounds=(Bound("", 0.25, 4),)))
    with pytest.raises(CheckError, match="no function that can be certified"):
        certify(replace(study, bounds=(Bound("hessian", 1, 1),)))


def test_a_certificate_is_kept_and_found_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(profiles, "FOLDER", tmp_path)
    study = study_of(next(e for e in BOUNDED if e.definition.name == "bce_with_logits"))
    assert not is_valid(study)
    save("bce_with_logits", certify(study))
    assert is_valid(study)
    assert not is_valid(replace(study, bounds=()))


def test_only_the_very_module_that_was_checked_is_not_checked_again(monkeypatch) -> None:
    study = study_of(next(e for e in BOUNDED if e.definition.name == "sigmoid"))
    assert is_checked(study)
    for old, new in (("expected float16, float32", "expected float32"), ("np.exp(", "2.001 * np.exp(")):
        other = replace(study)
        monkeypatch.setitem(other.__dict__, "source", study.source.replace(old, new))
        assert other.source != study.source
        assert not is_checked(other)
    assert not is_checked(replace(study, domain={"x": (0.0, 1.0)}))
    assert not is_checked(replace(study, hard=(*study.hard, {"x": 0.125})))
    assert all(is_checked(study_of(e)) for e in BOUNDED)
