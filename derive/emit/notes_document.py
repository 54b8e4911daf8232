r"""The notes as one document with contents, references between lemmas and uses, and the rules in an appendix.

Contract: `notes(chapters, elementary, language)` is the whole text: amsmath, TikZ, hyperref and cleveref; English for
pdflatex, Chinese (ctex) for xelatex. The rules of the elementary functions are passed in, as equations.
To extend: a language is a row of SETTINGS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from derive.emit.document import Chapter, Document
from derive.emit.fractions import settled
from derive.emit.latex import LatexPrinter
from derive.emit.notes_latex import Cite, fragment, printer_of, voice_of
from derive.emit.phrases import words
from derive.emit.picture_tikz import PREAMBLE
from derive.emit.rule_guide import GUIDE
from derive.emit.symbols import escape_latex
from derive.emit.templating import render
from derive.language.expressions import Expression

LINE = 42.0
"""Width in em of a line of the documents, whose margins are narrower than an article's."""


@dataclass(frozen=True)
class Setting:
    """How a language is set: file, engine, class, its options, and the lines that its class needs."""

    file: str
    engine: str
    document_class: str
    options: str
    preamble: tuple[str, ...]


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    {
        "en": Setting(
            "notes.tex",
            "pdflatex",
            "article",
            "10pt",
            (r"\crefname{subsection}{section}{sections}", r"\crefname{appendix}{appendix}{appendices}"),
        ),
        "zh": Setting(
            "notes_zh.tex",
            "xelatex",
            "ctexart",
            "zihao=false, 10pt, fontset=fandol",
            tuple(rf"\crefformat{{{kind}}}{{{before}~#2#1#3{after}}}" for kind, before, after in (
                ("section", "第", "~节"), ("subsection", "第", "~节"), ("appendix", "附录", " "),
            )),
        ),
    }
)  # fmt: skip


def notes(
    chapters: Sequence[Chapter], elementary: Sequence[tuple[Expression, Expression]], language: str = "en"
) -> str:
    """The text of notes.tex or notes_zh.tex; `elementary` are (derivative, what it is) of the elementary functions."""
    setting = SETTINGS[language]
    names = {d.name for chapter in chapters for d in chapter.documents}

    def cite(name: str) -> str:
        return rf"\cref{{derive:{label(name)}}}" if name in names else ""

    return render(
        "document.tex.jinja",
        engine=setting.engine,
        file=setting.file,
        document_class=setting.document_class,
        options=setting.options,
        preamble=(*PREAMBLE, *setting.preamble),
        title=words("notes_title", language),
        lead=words("document_lead", language).format(r"\cref{derive:rules}"),
        chapters=[
            {"title": escape_latex(c.title[language]), "entries": [entry(d, cite) for d in c.documents]}
            for c in chapters
        ],
        run_in=words("run_in", language),
        rules_title=words("rules_title", language),
        rules_lead=words("rules_lead", language),
        rules=[
            {
                "name": escape_latex(capital(r.name[language])),
                "words": escape_latex(r.words[language]),
                "formula": r.formula,
            }
            for r in GUIDE
        ],
        elementary_title=words("elementary_title", language),
        elementary=" \\\\\n".join(paired(elementary)),
    )


def capital(words_of_rule: str) -> str:
    """A rule's name at the beginning of a paragraph."""
    return words_of_rule[:1].upper() + words_of_rule[1:]


def entry(document: Document, cite: Cite) -> dict[str, str]:
    """A definition's notes under a title of their own."""
    title = voice_of(printer_of(document)).say(document.title)
    return {"title": title, "label": label(document.name), "text": fragment(document, cite, LINE).rstrip()}


def label(name: str) -> str:
    """A definition's name, of which nothing but letters, digits and signs without meaning in TeX is left."""
    return "".join(c for c in name if c.isascii() and (c.isalnum() or c in "_-"))


def paired(equations: Sequence[tuple[Expression, Expression]]) -> list[str]:
    """Two equations a row."""
    printer = LatexPrinter()
    cells = [f"{printer(left)} &= {printer(settled(right))}" for left, right in equations]
    return [" & ".join(cells[place : place + 2]) for place in range(0, len(cells), 2)]
