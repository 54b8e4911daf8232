"""The pictures of the catalogue, and the command `plot`."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.catalogue import activations
from derive.language.errors import DeriveError
from derive.pipeline.functions import function_of_numbers
from derive.pipeline.library import library
from derive.pipeline.plots import drawable, ending, pictures_of, run_on
from tests.test_cli import run


def test_every_activation_is_drawn() -> None:
    of_activations = {e.definition.name for e in library() if e.row in activations.ROWS}
    assert of_activations <= set(drawable())
    assert {"softmax", "himmelblau"} <= set(drawable())


def test_files_of_a_definition() -> None:
    assert set(pictures_of("relu")) == {"relu.svg"}
    assert set(pictures_of("softmax")) == {"softmax-jacobian.svg"}


def test_what_has_no_picture_says_so() -> None:
    with pytest.raises(DeriveError, match="mse has no picture"):
        pictures_of("mse")


def test_a_descent_that_diverges_is_labelled() -> None:
    run_away = run_on(function_of_numbers("himmelblau"), (-4.0, 0.0), "gradient-descent", 0.1, 50)
    assert ending(run_away) == " (diverges, step 4)"


def test_the_command_writes_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "plot", "sigmoid", "--out", str(tmp_path / "new"))
    assert code == 0
    written = sorted(p.name for p in (tmp_path / "new").iterdir())
    assert written == ["sigmoid-error.svg", "sigmoid.svg"]
    assert all(name in out for name in written)
    code, _, err = run(capsys, "plot", "sigmoit", "--out", str(tmp_path / "other"))
    assert code == 2
    assert "did you mean sigmoid?" in err
    assert not (tmp_path / "other").exists()
