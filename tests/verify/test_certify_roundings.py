"""Errors in roundings: small for a good kernel, and seen where one is not."""

from __future__ import annotations

import pytest

from derive.language.errors import CheckError
from derive.pipeline.library import entry
from derive.pipeline.study import study_of
from derive.verify import certify_roundings
from derive.verify.certify_roundings import LONGEST, roundings, shortened


@pytest.fixture(autouse=True)
def few_points(monkeypatch) -> None:
    monkeypatch.setattr(certify_roundings, "ROUNDS", 1)


def measured(name: str, module):
    study = study_of(entry(name))
    return roundings(study.definition, study.derivations, module, study.domain, study.hard)


def test_every_function_of_a_module_is_measured_in_both_precisions() -> None:
    module = study_of(entry("squared_error")).compile()
    found = measured("squared_error", module)
    functions = ("squared_error", "squared_error_grad", "squared_error_value_and_grad")
    assert set(found) == {(f, dtype) for f in functions for dtype in ("float64", "float32")}
    for worst in found.values():
        assert 0 <= worst.median <= worst.largest < 4
        assert worst.points > 30
        assert len(worst.at) < LONGEST + 5


def test_a_kernel_that_is_off_by_some_roundings_shows() -> None:
    module = study_of(entry("squared_error")).compile()
    plain = module.squared_error
    module.squared_error = lambda x, y, w, **other: plain(x, y, w, **other) * (1 + 2.0**-48)
    assert measured("squared_error", module)["squared_error", "float64"].largest > 4
    module.squared_error = lambda x, y, w, **other: plain(x, y, w, **other) * 1.001
    with pytest.raises(CheckError, match="squared_error"):
        measured("squared_error", module)


def test_places_are_short() -> None:
    assert shortened("x = 1") == "x = 1"
    assert shortened(", ".join(f"x[{k}] = 1" for k in range(20))).endswith(", ...")
