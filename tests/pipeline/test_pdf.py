"""PDFs: whole or not at all, and plain words where something is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from derive.emit.notes_document import SETTINGS
from derive.language.errors import CheckError, DeriveError
from derive.pipeline.pdf import write_pdf

ENGLISH = SETTINGS["en"]
TEXT = "\\documentclass{article}\\begin{document}\\tableofcontents\\section{A}\\ref{b}\\label{b}\\end{document}\n"

needs_tex = pytest.mark.skipif(shutil.which(ENGLISH.engine) is None, reason="pdflatex is not installed")


@needs_tex
def test_writes_a_pdf_and_nothing_else(tmp_path: Path) -> None:
    assert write_pdf(TEXT, ENGLISH, tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert [p.name for p in tmp_path.iterdir()] == ["a.pdf"]


@needs_tex
def test_a_complaint_of_tex_is_short_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"old")
    with pytest.raises(CheckError, match="Undefined control sequence"):
        write_pdf(TEXT.replace("\\section", "\\nosuchword"), ENGLISH, tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == b"old"


@needs_tex
def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DeriveError, match="is not a folder"):
        write_pdf(TEXT, ENGLISH, tmp_path / "none" / "a.pdf")


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=list(SETTINGS))
def test_says_what_to_install(setting: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(setting, type(ENGLISH))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeriveError, match="is not installed") as caught:
        write_pdf(TEXT, setting, tmp_path / "a.pdf")
    assert "apt-get install texlive" in str(caught.value)
