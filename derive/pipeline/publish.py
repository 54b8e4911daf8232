"""A tree of files put on disk whole or not at all.

Contract: `publish(files, folder)` writes a new tree beside the folder and exchanges the two in one step, so
that a kill at any moment leaves either the old tree or the new one. A folder that holds files which derive
did not write is refused. The list of files that it wrote is kept in MANIFEST.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from derive.language.errors import DeriveError

MANIFEST = "report/manifest.txt"
IGNORED = "__pycache__"
PARTS = ("__init__.py", "kernels", "latex", "notes", "report")
"""What stands at the top of a tree."""
ABANDONED_AFTER = 3600.0
EXCHANGE = 2
AT_CURRENT_FOLDER = -100


def with_manifest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and the list of their names."""
    names = sorted({*files, MANIFEST})
    return {**files, MANIFEST: ("\n".join(names) + "\n").encode()}


def publish(files: Mapping[str, bytes], folder: Path) -> bool:
    """Make the folder hold exactly these files; False where it already does."""
    folder = folder.absolute()
    refuse_foreign(folder, files)
    if content(folder) == dict(files):
        return False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(folder)
        stage = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise DeriveError(f"cannot write to {folder}: {error.strerror}") from None
    try:
        stage.chmod(0o755)
        for name, data in files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        exchange(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return True


def remove_abandoned(folder: Path) -> None:
    """Trees that a killed build left beside the folder; a build in progress is younger."""
    for stage in folder.parent.glob(f".{folder.name}-*"):
        if stage.is_dir() and time.time() - stage.stat().st_mtime > ABANDONED_AFTER:
            shutil.rmtree(stage, ignore_errors=True)


def content(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their relative names; nothing where there is no folder."""
    if not folder.is_dir():
        return {}
    files = (p for p in folder.rglob("*") if p.is_file() and IGNORED not in p.parts)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def refuse_early(folder: Path) -> None:
    """What can be refused before a build has begun: no folder, or files where a build puts none."""
    refuse_foreign(folder.absolute(), [name for name in content(folder) if name.split("/")[0] in PARTS])


def refuse_foreign(folder: Path, files: Collection[str]) -> None:
    """An existing folder must be empty or derive's own: someone's files are never replaced."""
    if folder.exists() and not folder.is_dir():
        raise DeriveError(f"{folder} is not a folder")
    there = content(folder)
    manifest = there.get(MANIFEST, b"").decode(errors="replace").splitlines()
    foreign = sorted(set(there) - set(manifest) - set(files)) if manifest else sorted(there)
    if foreign:
        hint = "choose an empty folder with --out, or move these files away"
        raise DeriveError(f"{folder} holds files that derive did not write: {', '.join(foreign[:3])}", hint=hint)


def exchange(stage: Path, folder: Path) -> None:
    """Put stage in the place of folder; afterwards stage holds what was there."""
    if not folder.exists():
        stage.rename(folder)
    elif not exchange_at_once(stage, folder):
        aside = stage.with_name(stage.name + "-old")
        folder.rename(aside)
        stage.rename(folder)
        aside.rename(stage)


def exchange_at_once(stage: Path, folder: Path) -> bool:
    """One atomic system call where the system has it (Linux), else False."""
    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    if call(AT_CURRENT_FOLDER, os.fsencode(stage), AT_CURRENT_FOLDER, os.fsencode(folder), EXCHANGE) == 0:
        return True
    failed = ctypes.get_errno()
    if failed in (errno.ENOSYS, errno.EINVAL):
        return False
    raise DeriveError(f"cannot write to {folder}: {os.strerror(failed)}")
