"""The command line: what it prints, its exit codes, and that faults leave the disk as it was."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from derive import cli
from derive.pipeline.publish import content

GENERATED = Path(__file__).parents[1] / "generated"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """(exit code, standard output, standard error) of one call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["derive", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checked-in tree, spoiled and built again by a process of its own with another seed of its hashes."""
    folder = copied(tmp_path_factory.mktemp("build"))
    (folder / "latex" / "tanh.tex").write_text("")
    (folder / "kernels" / "softmax.py").unlink()
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-m", "derive", "all", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "softmax" in done.stdout
    assert "written to" in done.stdout
    return folder


def copied(folder: Path) -> Path:
    """The checked-in tree once more, for a test to spoil."""
    return Path(shutil.copytree(GENERATED, folder / "generated", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copied(tmp_path)


def test_a_build_in_another_process_mends_the_tree_and_gives_what_is_checked_in(built: Path) -> None:
    assert content(built) == content(GENERATED)


def test_check_reports_one_byte_missing_and_stray(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = ("kernels/softmax.py", "latex/notes.tex", "report/softmax.json", "kernels/__init__.py", "__init__.py")
    for name in edited:
        data = bytearray((copy / name).read_bytes())
        data[len(data) // 2] ^= 1
        (copy / name).write_bytes(bytes(data))
    (copy / "latex" / "tanh.tex").unlink()
    (copy / "kernels" / "mine.py").write_text("")
    code, _, err = run(capsys, "check", "--out", str(copy))
    assert code == 1
    for name in edited:
        assert f"{name} is not what the build gives; mend it with: python -m derive all" in err
    assert "latex/tanh.tex is missing" in err
    assert "kernels/mine.py is stray" in err
    assert len([line for line in err.splitlines() if "mend it with" in line]) == len(edited) + 1


def test_check_of_one_name_looks_at_its_files_alone(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "latex" / "tanh.tex").write_text("")
    assert run(capsys, "check", "softmax", "--out", str(copy))[0] == 0
    assert run(capsys, "check", "tanh", "--out", str(copy))[0] == 1


def test_all_refuses_foreign_files_at_once(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "thesis.tex").write_text("mine")
    before = content(copy)
    code, _, err = run(capsys, "all", "--out", str(copy))
    assert code == 2
    assert "thesis.tex" in err
    assert content(copy) == before


def test_list_names_every_definition(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "list")
    assert code == 0
    for name in ("reciprocal", "sigmoid", "tanh", "relu", "softmax", "linear_model", "squared_error", "perceptron"):
        assert name in out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_in_every_format(capsys: pytest.CaptureFixture[str], language: str) -> None:
    command = ("show", "perceptron", "--lang", language, "--format")
    pages = {name: run(capsys, *command, name)[1] for name in ("text", "latex", "markdown")}
    assert "x_j" in pages["text"]
    assert r"\begin{align*}" in pages["latex"]
    assert r"\begin{aligned}" in pages["markdown"]
    code, out, _ = run(capsys, "show", "perceptron", "--format", "json", "--lang", language)
    assert code == 0
    assert json.loads(out)["name"] == "perceptron"


def test_show_by_one_input(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "show", "perceptron", "--wrt", "x")
    assert "∂E/∂x_j" in out
    assert "∂E/∂w_jk" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "softmix"), "did you mean softmax"),
        (("show", "softmax", "--wrt", "b"), "softmax has no derivation by b"),
        (("show", "softmax", "--format", "word"), "'word' is not one of"),
        (("check", "nothing"), "no function nothing"),
        (("fly",), "No such command"),
        (("all", "--out", "/dev/null"), "is not a folder"),
    ],
)
def test_faults_are_one_short_message(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert message in err
    assert len(err.splitlines()) <= 3


def test_a_fault_is_reported_after_two_seconds_of_work() -> None:
    """Of the processor's time, which other processes on a busy machine do not lengthen as they do that of the clock."""
    before = processor_time()
    done = subprocess.run([sys.executable, "-m", "derive", "show", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert processor_time() - before < 2


def processor_time() -> float:
    """What processes that have ended took, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
