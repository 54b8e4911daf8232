"""Markdown with $$ ... $$, for GitHub, Jupyter, Typora, Obsidian and Hexo with KaTeX or MathJax.

Contract: nothing in a formula that KaTeX lacks, no $ inside $$, text escaped. Layout: templates/notes.md.jinja.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.emit.document import Document, Row
from derive.emit.latex import LatexPrinter
from derive.emit.notes_latex import margin, margin_voice, printer_of
from derive.emit.phrases import words
from derive.emit.printing import Printer
from derive.emit.sentences import LATEX_SIGNS, Voice
from derive.emit.symbols import escape_markdown, latex_name
from derive.emit.templating import render


def voice_of(printer: Printer) -> Voice:
    return Voice(printer, escape_markdown, lambda m: f"${m}$", code, LATEX_SIGNS, latex_name)


def code(text: str) -> str:
    return "`" + "".join(c for c in text if c.isprintable() and c != "`") + "`"


def aligned(rows: Sequence[Row], document: Document) -> str:
    """The lines between \\begin{aligned} and \\end{aligned}."""
    printer = printer_of(document)
    return " \\\\[4pt]\n".join(aligned_row(row, printer, document.language) for row in rows)


def aligned_row(row: Row, printer: LatexPrinter, language: str) -> str:
    right = printer(row.right)
    right = rf"\boxed{{\,{right}\,}}" if row.boxed else right
    beside = f" && {margin(row, margin_voice(printer), language)}" if row.margin else ""
    return f"{printer(row.left) if row.left is not None else ''} &= {right}{beside}".strip()


def markdown(document: Document) -> str:
    """The whole document as Markdown."""
    voice = voice_of(printer_of(document))
    return render(
        "notes.md.jinja",
        title=voice.say(document.title),
        summary=voice.say(document.summary) if document.summary else "",
        definition_word=words("definition", document.language),
        definition=aligned(document.definition, document),
        inputs=voice.paragraph(document.inputs),
        sections=[
            {
                "title": voice.say(s.title),
                "lead": words("space", document.language).join(map(voice.say, s.lead)),
                "parts": [(voice.say(p.title) if p.title else "", aligned(p.rows, document)) for p in s.parts],
                "cases": list(map(voice.say, s.cases)),
                "after": words("space", document.language).join(map(voice.say, s.after)),
                "evidence": voice.paragraph(s.evidence),
            }
            for s in document.sections
        ],
        identities_word=words("identities", document.language),
        identities=aligned(document.identities, document) if document.identities else "",
        remarks_word=words("remarks", document.language),
        remarks=list(map(voice.say, document.remarks)),
        kernels=voice.paragraph(document.kernels),
    )
