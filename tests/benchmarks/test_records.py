"""Measurements on file: what was measured is found again, a line that was cut off is not."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import Measurement, Place
from benchmarks.records import Records
from benchmarks.timing import Times

FIRST = Measurement(
    "relu_vjp", "10", 10, "numbers", "float32", 1, {"ours": Times(2e-6, 1e-6, 3e-6, 40)}, {"jax": "missing"}
)
SECOND = Measurement("relu_vjp", "1e4", 10_000, "numbers", "float64", 2, {"ours": Times(2e-5, 1e-5, 3e-5, 9)})


def test_a_run_finds_what_an_earlier_one_measured(tmp_path: Path) -> None:
    file = tmp_path / "out" / "measurements.jsonl"
    records = Records(file)
    assert records.get(Place("relu_vjp", "10", "float32", 1)) is None
    for one in (FIRST, SECOND):
        records.keep(one)
    again = Records(file)
    assert again.found == records.found
    assert again.get(Place("relu_vjp", "10", "float32", 1)) == FIRST
    assert again.get(Place("relu_vjp", "1e4", "float64", 2)) == SECOND
    assert again.get(Place("relu_vjp", "1e4", "float64", 1)) is None


def test_a_line_that_was_cut_off_is_measured_anew(tmp_path: Path) -> None:
    file = tmp_path / "measurements.jsonl"
    Records(file).keep(FIRST)
    with file.open("a", encoding="utf-8") as opened:
        opened.write(file.read_text(encoding="utf-8")[:40])
    records = Records(file)
    assert list(records.found.values()) == [FIRST]
    records.keep(SECOND)
    assert list(Records(file).found.values()) == [FIRST, SECOND]
