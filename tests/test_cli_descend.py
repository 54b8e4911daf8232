"""The command `descend`: its table, its exit codes."""

from __future__ import annotations

import pytest

from tests.test_cli import run


def test_a_run_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "descend", "himmelblau", "--lr", "0.01", "--steps", "4000", "--start", "-4", "0")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["step", "x", "y", "f", "|gradient|"]
    assert lines[1].split()[:4] == ["0", "-4.000000", "0.000000", "146"]
    assert len(lines) == 13
    assert lines[-2].split()[:3] == ["4000", "-3.779310", "-3.283186"]
    assert lines[-1].startswith("converged")


def test_divergence_fails_and_prints_no_numbers_beyond(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--optimizer", "gradient-descent", "--lr", "1", "--start", "1", "0", "--every", "1")
    code, out, err = run(capsys, "descend", "himmelblau", *arguments)
    assert code == 1
    assert "inf" not in out
    assert "nan" not in out
    assert err.startswith("derive: diverged after")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("himmelblau", "--start", "1"), "the start has 1 number: himmelblau(x, y) needs 2"),
        (("himmelblau", "--start", "1", "0", "--lr", "-1"), "lr is -1: it has to be above 0"),
        (("himmelblau", "--start", "1", "0", "--optimizer", "adm"), "no optimizer adm"),
        (("himmelblau", "--start", "nan", "0"), "the start is not finite"),
        (("himmelblau", "--start", "a"), "is not a row of numbers"),
        (("himmelblau",), "Missing option '--start'"),
        (("softmax", "--start", "1"), "softmax is not a function of numbers"),
        (("himelblau", "--start", "1"), "did you mean himmelblau?"),
    ],
)
def test_faults(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "descend", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
