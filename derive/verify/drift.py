"""What is on disk against what a build gives: the sets of files both ways, and every byte.

Contract: `compare` returns one message for each file that is missing, stray or changed, sorted by name; no message
means that the folder is as built. Text that changed shows the first lines of its diff. __pycache__ is not looked at.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

MENDED_BY = "python -m derive all"
DIFF_LINES = 12
LINE_WIDTH = 120
IGNORED = "__pycache__"


def compare(expected: Mapping[str, bytes], folder: Path) -> list[str]:
    """One message per file that differs; names are relative to the folder, with forward slashes."""
    found = files_in(folder)
    messages = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            messages.append(f"{name} is missing; mend it with: {MENDED_BY}")
        elif name not in expected:
            messages.append(f"{name} is stray: no definition yields it; remove it, or run: {MENDED_BY}")
        elif (actual := read(found[name])) != expected[name]:
            shown = "\n".join(difference(expected[name], actual))
            messages.append(f"{name} is not what the build gives; mend it with: {MENDED_BY}\n{shown}")
    return messages


def files_in(folder: Path) -> dict[str, Path]:
    """Everything below the folder that is not a folder, by relative name; links are not followed."""
    found: dict[str, Path] = {}
    for root, folders, names in os.walk(folder):
        links = [f for f in folders if (Path(root) / f).is_symlink()]
        folders[:] = [f for f in folders if f != IGNORED and f not in links]
        for name in (*names, *links):
            path = Path(root) / name
            found[path.relative_to(folder).as_posix()] = path
    return found


def read(path: Path) -> bytes | None:
    """The bytes of a regular file; None for anything else, such as a link or a pipe."""
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def difference(expected: bytes, actual: bytes | None) -> Iterator[str]:
    """The first lines of a unified diff, or a sentence where the files are not text."""
    if actual is None:
        yield "  it is not a regular file"
        return
    try:
        built, on_disk = expected.decode("utf-8"), actual.decode("utf-8")
    except UnicodeDecodeError:
        yield f"  {len(expected)} bytes as built, {len(actual)} bytes on disk"
        return
    yield from text_difference(built, on_disk)


def text_difference(built: str, on_disk: str) -> Iterator[str]:
    # line ends are kept and shown: a file may differ in nothing else
    lines = difflib.unified_diff(built.split("\n"), on_disk.split("\n"), "as built", "on disk", lineterm="", n=1)
    shown = list(islice(lines, DIFF_LINES + 1))
    for line in shown[:DIFF_LINES]:
        visible = line.replace("\r", "\\r")
        yield "  " + (visible if len(visible) <= LINE_WIDTH else visible[:LINE_WIDTH] + " ...")
    if len(shown) > DIFF_LINES:
        yield "  ..."
