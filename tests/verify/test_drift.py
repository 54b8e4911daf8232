"""Comparison of a folder with what a build gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from derive.verify.drift import MENDED_BY, compare

FILES = {
    "kernels/f.py": b"def f(x):\n    return x\n",
    "latex/f.tex": "\\alpha und \u03b1\n".encode(),
    "notes/f.svg": bytes(range(256)),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_an_equal_folder_has_nothing_to_say(folder: Path) -> None:
    assert compare(FILES, folder) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0, -1])
def test_every_byte_counts(folder: Path, name: str, place: int) -> None:
    data = bytearray(FILES[name])
    data[place] ^= 1
    (folder / name).write_bytes(data)
    (message,) = compare(FILES, folder)
    assert message.startswith(f"{name} is not what the build gives")
    assert MENDED_BY in message


def test_a_changed_text_shows_a_short_diff(folder: Path) -> None:
    (folder / "kernels/f.py").write_bytes(b"def f(x):\n    return 2*x\n" + b"#\n" * 500)
    (message,) = compare(FILES, folder)
    assert "-    return x" in message
    assert "+    return 2*x" in message
    assert len(message.splitlines()) < 20


@pytest.mark.parametrize("data", [FILES["kernels/f.py"].replace(b"\n", b"\r\n"), FILES["kernels/f.py"].rstrip(b"\n")])
def test_line_ends_count(folder: Path, data: bytes) -> None:
    (folder / "kernels/f.py").write_bytes(data)
    (message,) = compare(FILES, folder)
    assert len(message.splitlines()) > 1


def test_a_missing_and_a_stray_file(folder: Path) -> None:
    (folder / "latex/f.tex").rename(folder / "latex/g.tex")
    missing, stray = compare(FILES, folder)
    assert missing.startswith("latex/f.tex is missing")
    assert stray.startswith("latex/g.tex is stray")
    assert MENDED_BY in missing
    assert MENDED_BY in stray


def test_a_missing_folder_is_all_files_missing(tmp_path: Path) -> None:
    assert len(compare(FILES, tmp_path / "nowhere")) == len(FILES)


def test_links_are_not_files(folder: Path) -> None:
    (folder / "kernels/f.py").rename(folder.parent / "elsewhere.py")
    (folder / "kernels/f.py").symlink_to(folder.parent / "elsewhere.py")
    (folder / "more").symlink_to(folder / "latex")
    link, stray = compare(FILES, folder)
    assert "not a regular file" in link
    assert stray.startswith("more is stray")


def test_bytecode_is_not_looked_at(folder: Path) -> None:
    (folder / "kernels/__pycache__").mkdir()
    (folder / "kernels/__pycache__/f.cpython-311.pyc").write_bytes(b"")
    assert compare(FILES, folder) == []
