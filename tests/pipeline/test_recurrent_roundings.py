"""Recurrences are measured in roundings at several depths, under the names of their own kernels."""

from __future__ import annotations

from derive.pipeline.certify import worst_roundings
from derive.pipeline.library import entry
from derive.pipeline.study import study_of
from derive.verify import certify_roundings


def test_kernels_of_a_recurrence_are_measured_by_their_own_names(monkeypatch) -> None:
    monkeypatch.setattr(certify_roundings, "ROUNDS", 0)
    found = worst_roundings(study_of(entry("mlp")))
    functions = ("mlp", "mlp_grad", "mlp_value_and_grad")
    assert set(found) == {(f, dtype) for f in functions for dtype in ("float64", "float32")}
    assert all(0 < worst.largest < 2 and worst.points > 10 for worst in found.values())
