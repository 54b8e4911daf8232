"""The whole document: references, the appendix of rules, and both engines."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from derive import calculus, closedform
from derive.calculus.elementary import DERIVATIVES
from derive.closedform.derivations import derive_all
from derive.emit.document import Chapter, document
from derive.emit.notes_document import SETTINGS, notes
from derive.emit.rule_guide import GUIDE
from derive.emit.statements import Accuracy
from derive.language.derivation import Reason
from derive.language.words import LANGUAGES, Words
from derive.pipeline.notes import elementary
from tests.emit.notes_examples import HOSTILE, NORMALISED, balanced, compile_tex, complaints, documents, info


def chapters(language: str, detail: str = "textbook") -> tuple[Chapter, ...]:
    first, *rest = documents(language, detail)
    deep = document(derive_all(NORMALISED), replace(info("Deep"), accuracy=(Accuracy("f", 2.0, 3),)), language, detail)
    return (
        Chapter(Words("First", "第一部分"), (first,)),
        Chapter(Words("50% of <x_1>", "50% 的 <x_1>"), (*rest, deep)),
    )


def whole(language: str, detail: str = "textbook") -> str:
    return notes(chapters(language, detail), elementary(), language)


def modules(package: ModuleType) -> list[ModuleType]:
    return [importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__)]


def test_every_rule_is_explained_once() -> None:
    found = [v for p in (calculus, closedform) for m in modules(p) for v in vars(m).values() if isinstance(v, Reason)]
    explained = [key for row in GUIDE for key in row.keys]
    assert len(explained) == len(set(explained))
    assert {r.key for r in found} - set(DERIVATIVES) <= set(explained)
    assert set(explained) - {r.key for r in found} == {"backward"}
    assert len(elementary()) == len(DERIVATIVES)


@pytest.mark.parametrize("row", GUIDE, ids=lambda row: row.keys[0])
def test_explanations_are_whole(row: object) -> None:
    assert isinstance(row, type(GUIDE[0]))
    assert balanced(row.formula)
    assert all(row.name[language] and row.words[language] for language in LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lemmas_are_references_where_the_document_has_them(language: str) -> None:
    text = whole(language)
    assert r"\cref{derive:sigmoid}" in text
    assert r"\label{derive:sigmoid}" in text
    assert r"\cref{derive:rules}" in text
    alone = notes(chapters(language)[1:], elementary(), language)
    assert r"\cref{derive:sigmoid}" not in alone
    assert "sigmoid" in alone


def test_text_of_a_definition_is_text() -> None:
    titled = replace(documents()[0], name=r"a}\input{/etc/passwd}%")
    text = notes((Chapter(Words(HOSTILE, HOSTILE), (titled,)),), elementary(), "en")
    assert not [line for line in text.splitlines() if r"\input{" in line and not line.startswith("%")]
    assert r"50\% of x\_1 \&" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_engines_have_nothing_to_complain_about(tmp_path: Path, language: str) -> None:
    setting = SETTINGS[language]
    (tmp_path / setting.file).write_text(whole(language, "full"), encoding="utf-8")
    assert complaints(compile_tex(tmp_path, setting.file, setting.engine)) == []


def test_detail() -> None:
    lengths = [len(whole("en", detail)) for detail in ("brief", "textbook", "full")]
    assert lengths == sorted(lengths)
