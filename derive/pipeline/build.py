"""The catalogue's tree of files: kernels, LaTeX, notes and the evidence.

Contract: `build(progress)` derives, checks and emits everything and returns studies and files by name, the same
bytes on every machine; nothing is written. `check(folder)` compares them with what is on disk.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from derive.catalogue.row import ROUNDINGS, Bound
from derive.emit.formats import write
from derive.emit.kernel_numpy import emit_kernels_init, emit_tiles
from derive.emit.notes_markdown import picture_files
from derive.emit.templating import environment
from derive.language.derivation import Derivation
from derive.language.words import LANGUAGES
from derive.pipeline.certify import is_checked, require
from derive.pipeline.compare import comparison_page
from derive.pipeline.evidence import NOTHING
from derive.pipeline.library import Entry, entry, library
from derive.pipeline.notes import site_files, tex_files
from derive.pipeline.profiles import load_certificate
from derive.pipeline.publish import with_manifest
from derive.pipeline.report import report
from derive.pipeline.study import Study, study_of
from derive.pipeline.workers import each
from derive.verify.drift import compare

Progress = Callable[[str], None]
PACKAGE_NOTE = b'"""Kernels, notes and evidence that `python -m derive all` writes; do not edit."""\n'


def silent(name: str) -> None:
    """The progress of a build that nobody watches."""


def studies(entries: Iterable[Entry] | None = None, progress: Progress = silent) -> tuple[Study, ...]:
    """Derive and check each row, kernels included."""
    names = [e.definition.name for e in (library() if entries is None else entries)]
    return tuple(each(checked_study, names, progress))


def checked_study(name: str) -> Study:
    return study_of(entry(name)).with_checked_kernels()


def files_of(study: Study) -> dict[str, bytes]:
    """What one definition contributes."""
    files = {
        f"kernels/{study.name}.py": study.source,
        f"latex/{study.name}.tex": study.show("latex"),
        f"report/{study.name}.json": report(study),
    }
    for language in LANGUAGES:
        notes = study.document(language, illustrated=True)
        files[f"notes/{language}/{study.name}.md"] = write(notes, "markdown")
        files |= {f"notes/{language}/{name}": text for name, text in picture_files(notes).items()}
    return {name: text.encode() for name, text in files.items()}


def files_of_all(found: Sequence[Study]) -> dict[str, bytes]:
    """The whole tree. Raises CheckError where a stated accuracy has no certificate."""
    return tree(found, each(files_of, found))


def build(progress: Progress = silent, *, anew: bool = False) -> tuple[tuple[Study, ...], dict[str, bytes]]:
    """The catalogue's studies, derived and checked, and their tree.

    What passed when it was certified, to the last letter, is not checked again unless `anew`: steps and kernels.
    """
    length = {e.definition.name: len(e.row.text) for e in library()}
    done = each(built_anew if anew else built, tuple(length), progress, length.__getitem__)
    found = tuple(study for study, _ in done)
    return found, tree(found, [files for _, files in done])


def built(name: str) -> tuple[Study, dict[str, bytes]]:
    """A row checked or as it was certified, and what it contributes: one process works nothing out twice."""
    study = study_of(entry(name), load_certificate(name) or NOTHING)
    return study if is_checked(study) else study.with_checked_kernels(), files_of(study)


def built_anew(name: str) -> tuple[Study, dict[str, bytes]]:
    """The same, every step looked at and every kernel called again."""
    study = checked_study(name)
    return study, files_of(study)


def tree(found: Sequence[Study], own: Iterable[Mapping[str, bytes]]) -> dict[str, bytes]:
    """Each definition's own files, and those that they share."""
    require(found)
    files = {name: data for part in own for name, data in part.items()}
    files["__init__.py"] = PACKAGE_NOTE
    for texts in each(functools.partial(shared_texts, tuple(found)), tuple(SHARED)):
        files |= {name: text.encode() for name, text in texts.items()}
    return with_manifest(files)


def shared_texts(found: Sequence[Study], part: str) -> dict[str, str]:
    return SHARED[part](found)


def site_part(language: str, found: Sequence[Study]) -> dict[str, str]:
    return {f"notes/html/{name}": text for name, text in site_files(found, (language,)).items()}


def latex_part(language: str, found: Sequence[Study]) -> dict[str, str]:
    return {f"latex/{name}": text for name, text in tex_files(found, (language,)).items()}


SHARED: Mapping[str, Callable[[Sequence[Study]], dict[str, str]]] = MappingProxyType({
    **{f"site {one}": functools.partial(site_part, one) for one in LANGUAGES},
    "activations": lambda found: {f"notes/{one}/activations.md": comparison_page(found, one) for one in LANGUAGES},
    **{f"latex {one}": functools.partial(latex_part, one) for one in LANGUAGES},
    "kernels": lambda found: {
        "kernels/__init__.py": emit_kernels_init({s.name: s.kernel_names for s in found}),
        "kernels/_tiles.py": emit_tiles(),
    },
    "report": lambda found: {"report/README.md": evidence_table(found)},
})  # fmt: skip
"""The files that several definitions share, in parts, the longest work first."""


def evidence_table(found: Sequence[Study]) -> str:
    """The table that people read: what was checked, and how well."""
    template = environment().get_template("report.md.jinja")
    rows = [Checked.of(d) for s in found for d in s.derivations]
    bounds = [Certified.of(s.name, bound) for s in found for bound in s.bounds]
    return template.render(rows=rows, bounds=bounds, kernels=[(s.name, s.kernel_names) for s in found])


@dataclass(frozen=True)
class Certified:
    """A line of the table of bounds."""

    function: str
    float64: str
    float32: str
    counted: str

    @classmethod
    def of(cls, name: str, bound: Bound) -> Certified:
        unit = "in roundings" if bound.against == ROUNDINGS else "in ULP"
        counted = f"{unit}, {bound.words}" if bound.words else unit
        return cls(bound.of(name), f"{bound.float64:g}", f"{bound.float32:g}", counted.replace("|", "\\|"))


@dataclass(frozen=True)
class Checked:
    """A line of the table of evidence."""

    name: str
    kind: str
    variable: str
    steps: int
    points: str
    worst: str

    @classmethod
    def of(cls, derivation: Derivation) -> Checked:
        seen = [s.evidence for s in derivation.steps if s.evidence is not None]
        worst = max((e.worst for e in seen if e.worst is not None), default=None)
        sizes, points = max((e.sizes for e in seen), default=0), max((e.points for e in seen), default=0)
        return cls(
            derivation.definition.name,
            derivation.wanted.kind,
            derivation.wanted.variable,
            len(derivation.steps),
            f"{sizes} × {points}",
            "0" if worst is None else f"1e{worst}",
        )


def check(folder: Path, names: Sequence[str] = (), progress: Progress = silent) -> list[str]:
    """What differs between a new build and the folder; with names, only those definitions' files."""
    if not names:
        return compare(build(progress, anew=True)[1], folder)
    found = studies([e for e in library() if e.definition.name in names], progress)
    expected = {name: data for one in found for name, data in files_of(one).items()}
    return compare_named(expected, folder)


def compare_named(expected: Mapping[str, bytes], folder: Path) -> list[str]:
    """Differences of the expected files alone: other files of the folder belong to other definitions."""
    return [m for m in compare(expected, folder) if any(m.startswith(name) for name in expected)]
