"""The notes as a PDF, by the TeX engine that is installed.

Contract: `write_pdf(text, setting, target)` runs the engine in a folder of its own, without access to a shell, and
puts the PDF at target only when it is whole. DeriveError where there is no engine, CheckError where TeX complains.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from derive.emit.notes_document import Setting
from derive.language.errors import CheckError, DeriveError

INSTALL = {
    "pdflatex": "apt-get install texlive-latex-base texlive-latex-extra",
    "xelatex": "apt-get install texlive-xetex texlive-lang-chinese texlive-latex-extra texlive-fonts-recommended",
}
MOST_RUNS = 4
SECONDS = 300


def write_pdf(text: str, setting: Setting, target: Path) -> Path:
    """Set the text and put the PDF at target."""
    engine = engine_of(setting)
    if not target.absolute().parent.is_dir():
        raise DeriveError(f"{target.parent} is not a folder")
    with tempfile.TemporaryDirectory() as folder:
        made = compiled(text, setting, engine, Path(folder))
        whole = target.with_name(f".{target.name}-{os.getpid()}")
        try:
            shutil.copyfile(made, whole)
            whole.replace(target)
        except OSError as error:
            raise DeriveError(f"cannot write {target}: {error.strerror}") from None
        finally:
            whole.unlink(missing_ok=True)
    return target


def engine_of(setting: Setting) -> str:
    engine = shutil.which(setting.engine)
    if engine is None:
        hint = f"on Debian or Ubuntu: {INSTALL[setting.engine]}; elsewhere TeX Live, MacTeX or MiKTeX"
        raise DeriveError(f"{setting.engine} is not installed, and it is what makes the PDF", hint=hint)
    return engine


def compiled(text: str, setting: Setting, engine: str, folder: Path) -> Path:
    """Run the engine until contents and references have settled."""
    source = folder / setting.file
    source.write_text(text, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", setting.file]
    for _ in range(MOST_RUNS):
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            raise CheckError(f"{setting.engine} took more than {SECONDS} seconds") from None
        if done.returncode != 0:
            raise CheckError(f"{setting.engine} could not set the notes:\n{complaint(folder, setting)}")
        if not unsettled(folder, setting):
            break
    return source.with_suffix(".pdf")


def log(folder: Path, setting: Setting) -> str:
    path = (folder / setting.file).with_suffix(".log")
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def unsettled(folder: Path, setting: Setting) -> bool:
    """Whether page numbers or references may change in another run."""
    words = log(folder, setting)
    return any(sign in words for sign in ("Rerun to get", "No file notes", "Rerun LaTeX", "rerun"))


def complaint(folder: Path, setting: Setting) -> str:
    """The lines of the log that say what is wrong."""
    lines = log(folder, setting).splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("!")), max(len(lines) - 10, 0))
    return "\n".join(lines[start : start + 8])
