"""The measurement of kernels: what is timed is right, nothing is left out of the table, misses are marked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import generated.kernels
from benchmarks import bounds, measure
from benchmarks.__main__ import main
from benchmarks.bounds import BOUNDS, Bound, Reason, verdicts
from benchmarks.cases import Case, flat, sizes_of
from benchmarks.forms.table import FORMS, forms_of
from benchmarks.growth import growth, peak
from benchmarks.kernels import kernels, principal
from benchmarks.measure import MISSING, NO_FORM, NotReadyError, Place, compare, ready
from benchmarks.peers import table
from benchmarks.peers.row import Peer
from benchmarks.peers.table import PEERS, peer
from benchmarks.report import document
from benchmarks.timing import LEAST, Times, in_turn, sampler, times

ROOT = Path(__file__).resolve().parents[2]
KERNELS = {k.name: k for k in kernels()}
SMALL = Place("sigmoid_vjp", "10", "float64", 1)


def measured(place: Place = SMALL, *keys: str) -> measure.Measurement:
    return measure.measure(place, ("ours", "ours_into", *keys), 0.0)


def test_every_function_of_the_catalogue_is_measured() -> None:
    names = {k.definition.name for k in kernels()}
    of_definitions = {n for n in generated.kernels.__all__ if n in names or any(n.startswith(f"{d}_") for d in names)}
    assert of_definitions <= KERNELS.keys()
    assert len(of_definitions) > 100
    assert {k.definition.name for k in principal()} == {k.definition.name for k in kernels() if k.suffix}


def test_every_row_of_forms_is_of_a_definition() -> None:
    definitions = {k.definition.name: k.definition for k in kernels()}
    for name, forms in FORMS.items():
        suffixes = {k.suffix for k in kernels() if k.definition.name == name}
        assert {*forms.textbook, *forms.direct, *forms.loops} <= suffixes, name
        assert forms.draws.keys() <= {i.name for i in definitions[name].inputs}


@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", KERNELS)
def test_installed_peers_compute_the_same(name: str) -> None:
    kernel = KERNELS[name]
    place = Place(name, sizes_of(kernel)[0].name, "float64", 1)
    for one in PEERS:
        if one.key not in ("textbook", "torch", "direct", "sympy", "copy", "multiply", "exp"):
            continue
        try:
            ready(place, one.key)
        except NotReadyError as reason:
            assert str(reason) == NO_FORM, f"{one.title}: {reason}"
    if forms_of(kernel.definition.name) is not None and kernel.suffix in ("vjp", "grad", ""):
        ready(place, "textbook")


def test_a_wrong_result_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(case: Case, forms: object, threads: int) -> object:
        x, g = case.arrays.values()
        return lambda: 1.000001 * generated.kernels.sigmoid_vjp(x, g)

    wrong_peer = replace(peer("textbook"), prepare=wrong)
    monkeypatch.setattr(table, "PEERS", tuple(wrong_peer if p.key == "textbook" else p for p in PEERS))
    found = measured(SMALL, "textbook")
    assert "textbook" not in found.times
    assert found.absent["textbook"].startswith("differs: by 1.0e-06")
    assert "differs" in document([found], [], [])


def test_shapes_and_counts_are_compared() -> None:
    case = SMALL.case
    right = case.kernel.function(*case.arrays.values())
    for wrong in (right[:-1], (right, right), np.full_like(right, np.nan)):
        with pytest.raises(NotReadyError, match="differs"):
            compare(wrong, SMALL)


def test_a_missing_peer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Peer("jax", "JAX jit", peer("jax").prepare, "no-such-library")
    monkeypatch.setattr(table, "PEERS", tuple(absent if p.key == "jax" else p for p in PEERS))
    found = measured(SMALL, "jax", "direct")
    assert found.absent["jax"] == MISSING
    monkeypatch.setattr("benchmarks.report.PEERS", table.PEERS)
    text = document([found], [], [])
    assert "- JAX jit: missing (`pip install no-such-library`)" in text
    assert "| missing |" in text


def fixed(ratio: float, kernel: str = "sigmoid_vjp", elements: int = 10**7) -> measure.Measurement:
    """As if the textbook took a second and we that ratio of it."""
    seconds = {"ours": ratio, "ours_into": ratio, "textbook": 1.0}
    found = {key: Times(s, s, s, 5) for key, s in seconds.items()}
    return measure.Measurement(kernel, "1e7", elements, "numbers", "float64", 1, found)


def test_misses_are_marked_with_bound_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "REASONS", ())
    assert "**" not in document([fixed(0.5)], [], []).partition("## 1 thread")[2]
    text = document([fixed(0.51)], [], [])
    assert "**0.51** > 0.5 |" in text
    assert "| textbook NumPy | 1e7, 1 thread | 0.5 | 1 | 0 | 0.51 (sigmoid_vjp 1e7 float64) |" in text
    monkeypatch.setattr(bounds, "REASONS", (Reason("*", "torch", "never"), Reason("sigmoid*", "textbook", "a reason")))
    monkeypatch.setattr("benchmarks.report.REASONS", bounds.REASONS)
    text = document([fixed(0.51)], [], [])
    assert "**0.51** > 0.5 (2) |" in text
    assert "2. a reason" in text
    assert "never" not in text


def test_a_run_that_was_stopped_says_so() -> None:
    assert "**Stopped after 1 of 3 cases.**" in document([fixed(0.5)], [], [], planned=3)
    assert "Stopped" not in document([fixed(0.5)], [], [], planned=1)


def test_the_first_bound_that_applies_counts() -> None:
    assert verdicts(fixed(0.8, "relu_vjp"))["textbook"].met
    assert not verdicts(fixed(0.8))["textbook"].met
    assert verdicts(fixed(1.05, elements=10**4))["textbook"].met
    assert not verdicts(fixed(1.2, elements=10**4))["textbook"].met
    slow = fixed(7e-6, elements=10)
    assert verdicts(slow)["ours"].bound.peer == "ours"
    assert not verdicts(slow)["ours"].met
    assert all(isinstance(b, Bound) and b.limit > 0 for b in BOUNDS)


def test_ratios_are_of_medians_in_the_peers_way_of_calling() -> None:
    seconds = {"ours": 3.0, "ours_into": 1.0, "textbook": 2.0, "direct": 2.0}
    found = replace(fixed(1.0), times={key: Times(s, s, s, 5) for key, s in seconds.items()})
    assert found.ratio("textbook") == 1.5
    assert found.ratio("direct") == 0.5
    assert found.ratio("torch") is None


def test_contestants_take_turns() -> None:
    said: list[str] = []
    clock = {"a": lambda: said.append("a") or 1.0, "b": lambda: said.append("b") or 2.0}  # type: ignore[func-returns-value]
    found = in_turn(clock, 0.0)
    assert said == ["a", "b"] * LEAST
    assert found["a"].median == 1.0
    assert times([1.0, 2.0, 3.0, 4.0, 100.0]) == Times(3.0, 2.0, 4.0, 5)


def test_a_sample_is_seconds_a_call() -> None:
    calls = []
    value = sampler(lambda: calls.append(1))()
    assert 0 < value < 1e-4
    assert len(calls) > 100


def test_growth_and_peak_call_the_kernel_on_so_many_elements() -> None:
    for kernel, size in (("sigmoid_vjp", "1e4"), ("mse_grad", "128×1000")):
        place = Place(kernel, size, "float32", 1)
        found = growth(place, [10**3, 128 * 10**4 if "mse" in kernel else 10**6], 0.0)
        assert all(s > 0 for s in found.seconds.values())
    assert peak(Place("sigmoid_vjp", "1e4", "float32", 1), 10**6).result == 4 * 10**6


def test_repeated_arguments_give_repeated_results() -> None:
    case = Place("mse_grad", "1×10", "float64", 1).case
    small = case.kernel.function(*case.arrays.values())
    large = case.kernel.function(*case.tiled(3).values())
    np.testing.assert_array_equal(large, np.concatenate([small] * 3))
    assert flat((1, (2, 3))) == (1, 2, 3)


def test_the_command_writes_a_table_and_a_picture(tmp_path: Path) -> None:
    words = "--kernels perceptron_grad --sizes 1×* --dtypes float64 --threads 1 --peers textbook"
    command = [sys.executable, "-m", "benchmarks", *words.split(), "--budget", "0.1", "--no-growth"]
    done = subprocess.run([*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "| perceptron_grad | 1×10→2 | float64 |" in text
    assert "![Ratios of all cases](RESULTS.svg)" in text
    assert (tmp_path / "RESULTS.svg").read_bytes().count(b"<svg") == 1


def test_nothing_to_measure_is_wrong_usage() -> None:
    done = CliRunner().invoke(main, ["--kernels", "nothing"])
    assert done.exit_code == 2
    assert "no case has such a kernel" in done.output
