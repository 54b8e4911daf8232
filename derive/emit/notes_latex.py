"""LaTeX for \\input: a fragment for each definition.

Contract: `fragment(document)` needs amsmath alone and defines nothing; long steps and long margins break so
that they fit a line of an article (LINE em). With `cite` it refers to other notes of the same document.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from derive.emit.breaking import rows as broken_rows
from derive.emit.document import Document, Row
from derive.emit.latex import LatexPrinter
from derive.emit.phrases import Argument, words
from derive.emit.picture_tikz import tikz
from derive.emit.printing import Printer, Style
from derive.emit.sentences import LATEX_SIGNS, Voice
from derive.emit.symbols import escape_latex, latex_in_math, latex_size_name, width_of
from derive.emit.templating import render
from derive.language.expressions import Expression
from derive.language.words import Equality

Cite = Callable[[str], str]
"""From a definition's name to a reference such as \\cref{...}, or nothing where its notes are elsewhere."""

CITED = "section 10.10"
"""What a reference may read like: as wide as this."""

ADJACENT = re.compile(r"(\\text\{[^{}]*)\}\\text\{")
"""Two pieces of text side by side, which are one."""

AFTER_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) \}")
"""A space at the end of a piece of Chinese text, which TeX leaves out unless it is told not to."""

BEFORE_REFERENCE = re.compile(r"(?<=[\u4e00-\u9fff])(?:\\? )(?=(?:\}\\text\{)?\\cref)")

BREAK, KEEP = " \\\\[4pt]\n", " \\\\*[4pt]\n"
"""Between rows: a page may end there, or not."""

LINE = 33.6
"""Width in em of a line of text in LaTeX's article class at 10pt."""

EQUALS, EQUALITY = 1.5, 11.0
"""Width of an equals sign with its spaces, and of the widest equality that stays on one line."""

MARGIN, LEFT, GAP, BOX = 11.0, 9.0, 3.5, 1.0
"""Widest margin that does not wrap, widest left-hand side beside its formula, spaces, a box's frame: in em."""


def printer_of(document: Document) -> LatexPrinter:
    return printer(tuple(document.symbols.items()), document.ordinary, words("otherwise", document.language))


@functools.lru_cache(maxsize=16)
def printer(symbols: tuple[tuple[str, str], ...], ordinary: bool, otherwise: str) -> LatexPrinter:
    """One printer for all formulas of a setting: it prints no piece twice."""
    return LatexPrinter(dict(symbols), ordinary, otherwise)


def voice_of(printer: Printer, cite: Cite | None = None) -> Voice:
    """Sentences in running text."""

    def cited(name: str) -> str:
        return (cite(name) if cite else "") or code(name)

    return Voice(printer, escape_latex, lambda m: f"${m}$", code, LATEX_SIGNS, latex_size_name, cited)


def margin_voice(printer: Printer, cite: Cite | None = None) -> Voice:
    """Sentences inside a formula, for LaTeX and KaTeX: text stands in \\text, mathematics beside it."""

    def cited(name: str) -> str:
        reference = cite(name) if cite else ""
        return rf"\text{{{reference}}}" if reference else margin_words(name)

    return Voice(printer, margin_words, str, margin_words, LATEX_SIGNS, latex_size_name, cited)


def margin_words(text: str) -> str:
    return rf"\text{{{latex_in_math(text)}}}" if text else ""


def code(text: str) -> str:
    r"""A name in typewriter, which may break after an underscore."""
    return rf"\texttt{{{escape_latex(text)}}}".replace(r"\_", r"\_\allowbreak ")


def margin(row: Row, voice: Voice, language: str) -> str:
    """The reasons of a row, between commas, as one formula."""
    comma = margin_words(words("comma", language))
    return AFTER_CHINESE.sub(r"\\ }", ADJACENT.sub(r"\1", comma.join(map(voice.say, row.margin))))


@dataclass(frozen=True)
class Measure(LatexPrinter):
    """Prints an x for each half em: what a sentence says is as long as it is wide."""

    def __call__(self, value: Expression, style: Style = Style.DISPLAY) -> str:
        return "x" * round(2 * self.show(value, style).width)


def margin_width(row: Row, printer: LatexPrinter, cite: Cite | None) -> float:
    """Rough width in em of the margin on one line."""

    def cited(name: str) -> str:
        return long_as(CITED if cite and cite(name) else name)

    voice = Voice(Measure(printer.symbols, printer.ordinary), long_as, str, long_as, (), long_as, cited)
    return len("xx".join(map(voice.say, row.margin))) / 2


def long_as(text: str) -> str:
    return "x" * round(2 * width_of(text))


@dataclass(frozen=True)
class Layout:
    """Widths of one display: the widest formula before it breaks, its margin.

    hanging: formula and margin do not fit side by side; margins hang back from the end of the line into the formulas'
    column, and stand a row below a formula that leaves no room. filler: what the formulas leave of the line.
    """

    formula: float
    margin: float
    hanging: bool = False
    filler: float = 0.0


@dataclass(frozen=True)
class Place:
    """What every row of one display shares."""

    columns: Layout
    printer: LatexPrinter
    language: str
    cite: Cite | None
    line: float


def layout(rows: Sequence[Row], printer: LatexPrinter, cite: Cite | None, line: float = LINE) -> Layout:
    """The plainest layout in which the line holds."""
    left = max((printer.show(r.left).width for r in rows if r.left is not None), default=0.0)
    beside = max((margin_width(r, printer, cite) for r in rows), default=0.0)
    stiff = max((stiffest(r, printer) for r in rows), default=0.0)
    widest = max(printer.show(r.right).width for r in rows) + BOX
    room = line - GAP - (left if left <= LEFT else 1.0)
    for margin in (max(beside, stiff), max(min(beside, MARGIN), stiff)):
        if widest + margin <= room:
            return Layout(room - margin, margin)
    formula = room - BOX
    return Layout(formula, min(beside, MARGIN), hanging=True, filler=formula - min(widest, formula))


def stiffest(row: Row, printer: LatexPrinter) -> float:
    """Width in em of the widest formula in the margin, which no line break divides."""
    return max((stiff(p, printer) + 0.5 for sentence in row.margin for p in sentence.pieces()), default=0.0)


def stiff(piece: Argument, printer: LatexPrinter) -> float:
    """A short equality stays on one line, a longer one may break behind its sign; words break anywhere."""
    match piece:
        case Equality(left=left, right=right):
            widths = [printer.show(side, Style.INLINE).width for side in (left, right)]
            whole = sum(widths) + EQUALS
            return whole if whole <= EQUALITY else max(widths[0] + EQUALS, widths[1])
        case Expression():
            return printer.show(piece, Style.INLINE).width
        case _:
            return 0.0


def align(rows: Sequence[Row], document: Document, cite: Cite | None = None, line: float = LINE) -> str:
    """The lines between \\begin{align*} and \\end{align*}."""
    printer = printer_of(document)
    place = Place(layout(rows, printer, cite, line), printer, document.language, cite, line)
    found = joined([align_row(row, place) for row in rows])
    return together(filled(found, place.columns.filler))


def joined(rows: Sequence[list[str]]) -> str:
    """Lines of rows; no page ends inside a row, behind the first or before the last one."""
    kept = [KEEP.join(lines) for lines in rows]
    middle = BREAK.join(kept[1:-1])
    return KEEP.join(filter(None, (kept[0], middle, *kept[1:][-1:])))


def filled(lines: str, filler: float) -> str:
    """The first margin pushes all of them to the end of the line."""
    return lines.replace("&& ", rf"& \hspace{{{filler:.1f}em}} & ", 1) if filler >= 1 else lines


def together(text: str) -> str:
    """No space between a Chinese word and a reference, which begins with one."""
    return BEFORE_REFERENCE.sub("", text)


def align_row(row: Row, place: Place) -> list[str]:
    """One row, or several where the left-hand side or the formula is long."""
    lines, start = [], ""
    if row.left is not None:
        left = place.printer.show(row.left)
        start = left.text if left.width <= LEFT else ""
        lines = [] if start else [rf"& {left.text}"]
    parts = broken_rows(place.printer, row.right, place.columns.formula)
    first = rf"\boxed{{\,{parts[0]}\,}}" if row.boxed and len(parts) == 1 else parts[0]
    lines += [f"{start}\n  &= {first}".lstrip("\n"), *(rf"  &\quad {part}" for part in parts[1:])]
    return beside(lines, row, place)


def beside(lines: list[str], row: Row, place: Place) -> list[str]:
    """The margin joins the row of the formula, or follows below where the formula leaves no room."""
    if not row.margin:
        return lines
    cell = margin_cell(row, place)
    taken = place.printer.show(row.right).width + (BOX if row.boxed else 0) + box_width(row, place)
    if place.columns.hanging and taken + 1.5 > place.columns.formula:
        return [*lines, f"  &&& {cell}"]
    return [*lines[:-1], f"{lines[-1]} && {cell}"]


def margin_cell(row: Row, place: Place) -> str:
    """The reasons on one line, in a box that wraps them, or in a box that hangs to the left."""
    columns, printer, cite = place.columns, place.printer, place.cite
    short = margin_width(row, printer, cite) <= columns.margin
    if short and not columns.hanging:
        return margin(row, margin_voice(printer, cite), place.language)
    running = words("comma", place.language).join(map(voice_of(printer, cite).say, row.margin))
    box = rf"\parbox[t]{{{box_width(row, place):.1f}em}}{{\raggedright {running}}}"
    return rf"\llap{{{box}}}" if columns.hanging else box


def box_width(row: Row, place: Place) -> float:
    """The margin's width, or more for a formula that is wider."""
    return min(max(place.columns.margin, stiffest(row, place.printer)), place.line - GAP)


def definition_display(document: Document, line: float = LINE) -> str:
    """Equations side by side where they fit, else one below the other."""
    printer = printer_of(document)
    equations = [(printer.show(r.left), printer.show(r.right)) for r in document.definition if r.left is not None]
    if sum(left.width + right.width + 4 for left, right in equations) <= line:
        inner = r", \qquad ".join(f"{left.text} = {right.text}" for left, right in equations)
        return f"\\begin{{align*}}\n{inner}\n\\end{{align*}}"
    return f"\\begin{{align*}}\n{align(document.definition, document, None, line)}\n\\end{{align*}}"


def fragment(document: Document, cite: Cite | None = None, line: float = LINE) -> str:
    """The text of NAME.tex; `cite` refers to another definition's notes, which are named otherwise; line in em.

    Pictures of the document are printed as TikZ: a fragment that needs amsmath alone is of a document without any.
    """
    voice = voice_of(printer_of(document))
    return render(
        "fragment.tex.jinja",
        function=comment(document.name),
        summary=voice.say(document.summary) if document.summary else "",
        run_in=words("run_in", document.language),
        definition_word=words("definition", document.language),
        definition=definition_display(document, line),
        inputs=voice.paragraph(document.inputs),
        pictures=[tikz(p.svg) for p in document.pictures_at("definition")],
        accuracy=[tikz(p.svg) for p in document.pictures_at("kernels")],
        sections=[
            {
                "title": voice.say(s.title),
                "lead": words("space", document.language).join(map(voice.say, s.lead)),
                "parts": [
                    (voice.say(p.title) if p.title else "", align(p.rows, document, cite, line)) for p in s.parts
                ],
                "pictures": [tikz(p.svg) for p in document.pictures_at(s.name)],
                "after": [voice.paragraph([c]) for c in (*s.cases, *s.after)],
                "evidence": voice.paragraph(s.evidence),
            }
            for s in document.sections
        ],
        identities_word=words("identities", document.language),
        identities=align(document.identities, document, None, line) if document.identities else "",
        remarks=list(map(voice.say, document.remarks)),
        kernels=voice.paragraph(document.kernels),
    )


def comment(text: str) -> str:
    """Text that cannot leave a comment's line."""
    return "".join(c for c in text if c.isprintable())


def heading(document: Document) -> str:
    return voice_of(printer_of(document)).say(document.title)
