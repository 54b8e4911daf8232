"""Web pages: MathML, steps that fold, and nothing that needs a server, a font or a script to be read.

Contract: `article(document)` is the notes as a piece of HTML; `page(document)` is a page that stands alone, with
its style and script inside. All text is escaped here; templates hold layout only. The script adds comfort:
buttons that copy and fold. To extend: what a page shows is a field of Document and a few lines of its template.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from html import escape
from math import ceil

from derive.emit.document import Document, Part, Picture, Row, Section
from derive.emit.highlight import highlighted
from derive.emit.latex import LatexPrinter
from derive.emit.mathml import MathmlPrinter, math, pieces, sign, size_name
from derive.emit.notes_latex import printer_of as latex_printer_of
from derive.emit.notes_markdown import aligned
from derive.emit.phrases import say, words
from derive.emit.printing import Printer
from derive.emit.sentences import Voice
from derive.emit.symbols import escape_line
from derive.emit.templating import PICTURE_STYLE, asset, render
from derive.language.expressions import Expression, factors_of, terms_of

LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}
BESIDE = 9.0
"""Widest left-hand side, in em, that stands beside its formula."""

Cite = Callable[[str], str]


def printer_of(document: Document) -> MathmlPrinter:
    return printer(tuple(document.symbols.items()), document.ordinary, words("otherwise", document.language))


@functools.lru_cache(maxsize=16)
def printer(symbols: tuple[tuple[str, str], ...], ordinary: bool, otherwise: str) -> MathmlPrinter:
    """One printer for all formulas of a setting: it prints no piece twice."""
    return MathmlPrinter(dict(symbols), ordinary, otherwise)


TOGETHER = re.compile(r"([(\[（“]*)(<math>(?:(?!</math>).)*</math>)([)\],.;:）”，。；：、]*)")
"""A formula in a sentence with the brackets and stops that it stands between."""
PHONE = 17.0
"""Width in em of what a phone shows of a line: a piece that does not break and is wider is made smaller there."""
SIGNS = tuple((s, sign(s)) for s in ("=", "≠", "<", "≤", ">", "≥", "×"))


def voice_of(printer: Printer, cite: Cite | None = None) -> Voice:
    """Sentences in running text; `cite` gives the address of another definition's notes."""
    link = None if cite is None else linked(cite)
    return Voice(printer, text, math, code, SIGNS, size_name, link)


def text(words_of_anyone: str) -> str:
    return escape(escape_line(words_of_anyone))


def kept_together(page: str) -> str:
    """No line ends behind a bracket that a formula follows, or begins with what closes or stops behind one."""
    return TOGETHER.sub(lambda m: f'<span class="kept">{m[0]}</span>' if m[1] or m[3] else m[0], page)


def code(name: str) -> str:
    return f"<code>{text(name)}</code>"


def linked(cite: Cite) -> Callable[[str], str]:
    def link(name: str) -> str:
        address = cite(name)
        return f'<a href="{escape(address)}">{text(name)}</a>' if address else code(name)

    return link


def formula(value: Expression, printer: MathmlPrinter, after: str = "") -> str:
    """The formula `after` what stands before it: each term an element of its own, so that a line can break."""
    first, *rest = pieces(value, printer)
    return "<wbr>".join(math(p, display=True) for p in (after + first, *rest))


def equation(row: Row, document: Document) -> dict[str, str]:
    """An equation on one line, with its source."""
    printer = printer_of(document)
    left = printer(row.left) if row.left is not None else ""
    spoken = voice_of(printer).paragraph(row.margin)
    return {
        "formula": formula(row.right, printer, left + sign("=")),
        "latex": latex_of(row.left, row.right, latex_printer_of(document)),
        "why": spoken,
    }


def latex_of(left: Expression | None, right: Expression, printer: LatexPrinter) -> str:
    before = printer(left) if left is not None else ""
    return escape(f"{before} = {printer(right)}".strip())


def widest(value: Expression, printer: LatexPrinter) -> float:
    """Width in em of the widest term or factor, inside which no line breaks."""
    parts = (f for t in terms_of(value) for f in factors_of(t))
    return max(printer.show(part).width for part in parts)


def line(row: Row, document: Document, voice: Voice, start: Expression | None) -> dict[str, object]:
    """A line of a derivation; `start` is what the whole chain is equal to."""
    printer, source = printer_of(document), latex_printer_of(document)
    equals = sign("=", form="infix")
    wide = row.left is not None and source.show(row.left).width > BESIDE
    return {
        "left": math(printer(row.left), display=True) if row.left is not None else "",
        "wide": wide,
        "ems": ems if (ems := ceil(widest(row.right, source))) > PHONE else 0,
        "equals": math(equals),
        "formula": formula(row.right, printer, "" if row.boxed else equals),
        "why": text(words("comma", document.language)).join(map(voice.say, row.margin)),
        "boxed": row.boxed,
        "latex": latex_of(start, row.right, source),
        "inner": [line(r, document, voice, start) for r in row.inner],
        "count": voice.say(say("rules_count", document.language, str(len(row.inner)))),
    }


def part(entry: Part, document: Document, voice: Voice) -> dict[str, object]:
    start = next((r.left for r in entry.rows if r.left is not None), None)
    return {
        "title": voice.say(entry.title) if entry.title else "",
        "lines": [line(row, document, voice, start) for row in entry.rows],
        "latex": aligned_source(entry.rows, document),
    }


def aligned_source(rows: Sequence[Row], document: Document) -> str:
    return escape(f"\\begin{{aligned}}\n{aligned(rows, document)}\n\\end{{aligned}}")


def section(entry: Section, document: Document, voice: Voice) -> dict[str, object]:
    printer = printer_of(document)
    start, end = entry.parts[-1].rows[0].left, entry.parts[-1].rows[-1].right
    assert start is not None
    return {
        "id": escape(entry.name),
        "title": voice.say(entry.title),
        "lead": [voice.say(s) for s in entry.lead],
        "result": formula(end, printer, printer(start) + sign("=")),
        "result_latex": latex_of(start, end, latex_printer_of(document)),
        "parts": [part(p, document, voice) for p in entry.parts],
        "cases": [voice.say(s) for s in entry.cases],
        "after": [voice.say(s) for s in entry.after],
        "evidence": voice.paragraph(entry.evidence),
        "pictures": drawings(document.pictures_at(entry.name)),
    }


def drawings(pictures: Sequence[Picture]) -> list[str]:
    """Pictures as they stand in the page, which gives them its colours."""
    return [p.svg for p in pictures]


def article(document: Document, cite: Cite | None = None) -> str:
    """The notes between <article> and </article>; `cite` gives the addresses of other notes, or nothing."""
    voice = voice_of(printer_of(document), cite)
    return kept_together(
        render(
            "article.html.jinja",
            say={key: text(words(key, document.language)) for key in WORDS},
            language=LANGUAGE_TAGS[document.language],
            title=voice.say(document.title),
            summary=voice.say(document.summary) if document.summary else "",
            definition=[equation(r, document) for r in document.definition],
            definition_latex=aligned_source(document.definition, document),
            inputs=voice.paragraph(document.inputs),
            pictures=drawings(document.pictures_at("definition")),
            sections=[section(s, document, voice) for s in document.sections],
            identities=[equation(r, document) for r in document.identities],
            remarks=[voice.say(r) for r in document.remarks],
            kernels=voice.paragraph(document.kernels),
            accuracy=drawings(document.pictures_at("kernels")),
            source=highlighted(document.source),
        )
    )


WORDS = ("definition", "identities", "remarks", "steps_label", "copy", "copy_source", "copied", "source",
         "show_result", "show_textbook", "show_full")  # fmt: skip
"""Phrases that the template of an article asks for."""


STYLES = ("article.css", PICTURE_STYLE, "page.css")
SCRIPT = "notes.js"
CELL = ".derive { color: var(--ink); background: var(--paper); padding: 0.2rem 1rem; border-radius: 0.4rem; }\n"
"""A notebook may be light where the system is dark: a cell brings its paper with its ink."""


def cell(document: Document) -> str:
    """The notes as a notebook shows them: the article and its own look, and nothing around it."""
    return f"<style>\n{''.join(map(asset, STYLES[:2]))}{CELL}</style>\n{article(document)}"


def source_cell(source: str) -> str:
    """Python source as a notebook shows it."""
    block = f'<div class="derive"><pre><code>{highlighted(source)}</code></pre></div>'
    return f"<style>\n{asset(STYLES[0])}{CELL}</style>\n{block}\n"


def page(document: Document) -> str:
    """A page that stands alone."""
    return render(
        "page.html.jinja",
        language=LANGUAGE_TAGS[document.language],
        title=text(plain_title(document)),
        head=f"<style>\n{''.join(map(asset, STYLES))}</style>\n<script>\n{asset(SCRIPT)}</script>",
        navigation="",
        main=article(document),
    )


def plain_title(document: Document) -> str:
    """The title without markup, for the window and for search."""
    return "".join(piece for piece in document.title.pieces() if isinstance(piece, str))
