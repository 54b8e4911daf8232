"""Markdown with $$ ... $$, for GitHub, Jupyter, Typora, Obsidian and Hexo with KaTeX or MathJax.

Contract: nothing in a formula that KaTeX lacks, no $ inside $$, text escaped. Layout: templates/notes.md.jinja.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from derive.emit.document import Document, Picture, Row
from derive.emit.latex import LatexPrinter
from derive.emit.notes_latex import margin, margin_voice, printer_of
from derive.emit.phrases import words
from derive.emit.printing import Printer
from derive.emit.sentences import LATEX_SIGNS, Voice
from derive.emit.symbols import escape_line, escape_markdown, latex_size_name
from derive.emit.templating import PICTURE_STYLE, asset, render

MOST_COMMANDS = 450
"""KaTeX stops at 1000 expansions of macros in one formula, and a command may take two."""


def voice_of(printer: Printer) -> Voice:
    return Voice(printer, escape_markdown, lambda m: f"${m}$", code, LATEX_SIGNS, latex_size_name)


def code(text: str) -> str:
    return "`" + "".join(c for c in text if c.isprintable() and c != "`") + "`"


def aligned(rows: Sequence[Row], document: Document) -> str:
    """The lines between \\begin{aligned} and \\end{aligned}."""
    printer = printer_of(document)
    return " \\\\[4pt]\n".join(aligned_row(row, printer, document.language) for row in rows)


def displays(rows: Sequence[Row], document: Document) -> list[str]:
    """The same in several displays, none with more commands than KaTeX expands at once."""
    printer = printer_of(document)
    found: list[list[str]] = [[]]
    room = MOST_COMMANDS
    for row in rows:
        line = aligned_row(row, printer, document.language)
        room -= line.count("\\") + 1
        if room < 0 and found[-1]:
            found.append([])
            room = MOST_COMMANDS - line.count("\\") - 1
        found[-1].append(line)
    return [" \\\\[4pt]\n".join(lines) for lines in found]


def aligned_row(row: Row, printer: LatexPrinter, language: str) -> str:
    right = printer(row.right)
    right = rf"\boxed{{\,{right}\,}}" if row.boxed else right
    beside = f" && {margin(row, margin_voice(printer), language)}" if row.margin else ""
    return f"{printer(row.left) if row.left is not None else ''} &= {right}{beside}".strip()


def markdown(document: Document) -> str:
    """The whole document as Markdown."""
    return f"# {voice_of(printer_of(document)).say(document.title)}\n{body(document)}"


def picture_files(document: Document) -> dict[str, str]:
    """The pictures that the Markdown refers to, by their names beside it."""
    return {picture_address(p): standalone(p.svg, asset(PICTURE_STYLE)) for p in document.pictures}


def standalone(picture: str, style: str) -> str:
    """A drawing as a file of its own, with its colours and its paper inside."""
    opening, rest = picture.split("\n", 1)
    return f'{opening}\n<style>\n{style}</style>\n<rect class="paper" width="100%" height="100%"/>\n{rest}\n'


def picture_address(picture: Picture) -> str:
    return f"pictures/{picture.name}.svg"


def shown(pictures: Sequence[Picture]) -> str:
    """Pictures of one place, side by side where there is room."""
    return " ".join(f"![{escape_markdown(p.alt)}]({picture_address(p)})" for p in pictures)


def post(document: Document) -> str:
    """The same with front matter, as blogs want it, which gives the title there."""
    title = json.dumps(plain(document), ensure_ascii=False)
    return f"---\ntitle: {title}\nmath: true\n---\n{body(document)}"


def plain(document: Document) -> str:
    return escape_line("".join(p for p in document.title.pieces() if isinstance(p, str)))


def body(document: Document) -> str:
    """Everything below the title."""
    voice = voice_of(printer_of(document))
    return "\n" + render(
        "notes.md.jinja",
        summary=voice.say(document.summary) if document.summary else "",
        definition_word=words("definition", document.language),
        definition=aligned(document.definition, document),
        inputs=voice.paragraph(document.inputs),
        pictures=shown(document.pictures_at("definition")),
        sections=[
            {
                "title": voice.say(s.title),
                "lead": words("space", document.language).join(map(voice.say, s.lead)),
                "parts": [(voice.say(p.title) if p.title else "", displays(p.rows, document)) for p in s.parts],
                "cases": list(map(voice.say, s.cases)),
                "after": words("space", document.language).join(map(voice.say, s.after)),
                "pictures": shown(document.pictures_at(s.name)),
                "evidence": voice.paragraph(s.evidence),
            }
            for s in document.sections
        ],
        identities_word=words("identities", document.language),
        identities=aligned(document.identities, document) if document.identities else "",
        remarks_word=words("remarks", document.language),
        remarks=list(map(voice.say, document.remarks)),
        kernels=voice.paragraph(document.kernels),
        accuracy=shown(document.pictures_at("kernels")),
    )
