"""A build is all or nothing, and nobody's files are replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from derive.language.errors import DeriveError
from derive.pipeline import publish as module
from derive.pipeline.publish import MANIFEST, content, publish, with_manifest

FIRST = with_manifest({"kernels/a.py": b"a = 1\n", "latex/a.tex": b"a"})
SECOND = with_manifest({"kernels/b.py": b"b = 2\n"})


def siblings(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.parent.iterdir())


def test_writes_whole_tree_and_its_manifest(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "generated"
    assert publish(FIRST, folder)
    assert content(folder) == FIRST
    assert FIRST[MANIFEST].decode().split() == sorted(FIRST)
    assert siblings(folder) == ["generated"]


def test_same_files_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    publish(FIRST, folder)
    before = (folder / "kernels/a.py").stat()
    assert not publish(FIRST, folder)
    assert (folder / "kernels/a.py").stat().st_ino == before.st_ino


@pytest.mark.parametrize("at_once", [True, False])
def test_old_tree_is_replaced_and_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    folder = tmp_path / "generated"
    publish(FIRST, folder)
    (folder / "kernels" / "__pycache__").mkdir()
    (folder / "kernels" / "__pycache__" / "a.pyc").write_bytes(b"")
    if not at_once:
        monkeypatch.setattr(module, "exchange_at_once", lambda stage, folder: False)
    assert publish(SECOND, folder)
    assert content(folder) == SECOND
    assert siblings(folder) == ["generated"]


def test_foreign_files_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")
    with pytest.raises(DeriveError, match=r"holds files that derive did not write: thesis\.tex"):
        publish(FIRST, folder)
    assert content(folder) == {"thesis.tex": b"years of work"}
    assert siblings(folder) == ["mine"]


def test_a_file_added_to_a_build_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "generated"
    publish(FIRST, folder)
    (folder / "note.txt").write_text("mine")
    with pytest.raises(DeriveError, match=r"note\.txt"):
        publish(SECOND, folder)
    assert (folder / "kernels/a.py").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "generated").write_text("")
    with pytest.raises(DeriveError, match="is not a folder"):
        publish(FIRST, tmp_path / "generated")


def test_failure_while_writing_leaves_the_old_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "generated"
    publish(FIRST, folder)

    def broken(stage: Path, folder: Path) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(module, "exchange", broken)
    with pytest.raises(OSError, match="disk full"):
        publish(SECOND, folder)
    assert content(folder) == FIRST
    assert siblings(folder) == ["generated"]


def test_abandoned_stage_is_removed_later(tmp_path: Path) -> None:
    stage = tmp_path / ".generated-killed"
    stage.mkdir()
    os.utime(stage, (0, 0))
    young = tmp_path / ".generated-young"
    young.mkdir()
    publish(FIRST, tmp_path / "generated")
    assert not stage.exists()
    assert young.exists()
