"""Plain text for terminals: formulas in Unicode, reasons beside them in brackets.

Contract: no control character of a user's text reaches the terminal; lines are not wrapped.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from derive.emit.document import Document, Part, Row, Section, is_ordinary
from derive.emit.phrases import words
from derive.emit.sentences import Voice
from derive.emit.statements import spoken
from derive.emit.symbols import escape_line
from derive.emit.unicode_text import TextPrinter
from derive.language.definition import Definition
from derive.language.words import Words

WIDEST = 60
"""Formulas longer than this do not push the margins of the others to the right."""


def printer_of(document: Document) -> TextPrinter:
    return printer(tuple(document.symbols.items()), document.ordinary, words("otherwise", document.language))


@functools.lru_cache(maxsize=16)
def printer(symbols: tuple[tuple[str, str], ...], ordinary: bool, otherwise: str) -> TextPrinter:
    """One printer for all formulas of a setting: it prints no piece twice."""
    return TextPrinter(dict(symbols), ordinary, otherwise)


def voice_of(printer: TextPrinter) -> Voice:
    return Voice(printer, escape_line, str, escape_line)


def plain(words_of_row: Words, definition: Definition, symbols: Mapping[str, str]) -> str:
    """A sentence in English as a docstring holds it."""
    return voice_of(printer(tuple(symbols.items()), is_ordinary(definition), "otherwise")).say(
        spoken(words_of_row, "en")
    )


def text(document: Document) -> str:
    """The whole document for a terminal."""
    voice = voice_of(printer_of(document))
    title = f"{document.name}: {voice.say(document.title)}"
    blocks = [[title, "=" * columns(title)]]
    blocks += [[voice.say(document.summary)]] if document.summary else []
    blocks.append([words("definition", document.language), *table(document.definition, voice, document.language)])
    blocks += [[voice.paragraph(document.inputs)]] if document.inputs else []
    blocks += [section_lines(s, voice, document.language) for s in document.sections]
    if document.identities:
        blocks.append([words("identities", document.language), *table(document.identities, voice, document.language)])
    blocks += [[voice.say(r) for r in document.remarks]] if document.remarks else []
    blocks += [[voice.paragraph(document.kernels)]] if document.kernels else []
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


def section_lines(section: Section, voice: Voice, language: str) -> list[str]:
    """Title, lead, the table of lines, and the sentences after it."""
    head = [voice.say(section.title), *map(voice.say, section.lead)]
    tail = [*section.cases, *section.after]
    evidence = [voice.paragraph(section.evidence)] if section.evidence else []
    below = [f"  {line}" for line in (*map(voice.say, tail), *evidence)]
    return [*head, *(line for part in section.parts for line in part_lines(part, voice, language)), *below]


def part_lines(part: Part, voice: Voice, language: str) -> list[str]:
    title = ["", voice.say(part.title)] if part.title else []
    return [*title, *table(part.rows, voice, language)]


def table(rows: Sequence[Row], voice: Voice, language: str) -> list[str]:
    """left = right   [reason], in columns."""
    lefts = [voice.printer(r.left) if r.left is not None else "" for r in rows]
    rights = [voice.printer(r.right) for r in rows]
    left_width, right_width = widest(lefts), widest(w for w in rights if columns(w) <= WIDEST)
    comma = words("comma", language)
    margins = [f"   [{comma.join(map(voice.say, r.margin))}]" if r.margin else "" for r in rows]
    return [
        f"  {pad(left, left_width)} = {pad(right, right_width) if margin else right}{margin}"
        for left, right, margin in zip(lefts, rights, margins, strict=True)
    ]


def columns(line: str) -> int:
    """Columns that a terminal needs: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line if not unicodedata.combining(c))


def widest(lines: Iterable[str]) -> int:
    return max(map(columns, lines), default=0)


def pad(line: str, width: int) -> str:
    return line + " " * (width - columns(line))
