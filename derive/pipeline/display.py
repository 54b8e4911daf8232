"""What notebooks show: formulas and source that look like themselves.

Contract: a Shown has the same content as text, HTML, LaTeX and Markdown; a notebook takes the form it likes best.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.emit.document import Document
from derive.emit.notes_html import source_cell
from derive.emit.notes_latex import printer_of
from derive.emit.notes_text import printer_of as text_printer_of


@dataclass(frozen=True)
class Shown:
    """Text for terminals, and what a notebook asks for; an empty form is not offered."""

    text: str
    html: str | None = None
    latex: str | None = None
    markdown: str | None = None

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str | None:
        return self.html

    def _repr_latex_(self) -> str | None:
        return self.latex

    def _repr_markdown_(self) -> str | None:
        return self.markdown


def results(document: Document) -> Shown:
    """The closed forms of a document, one below the other."""
    ends = [(s.parts[-1].rows[0].left, s.parts[-1].rows[-1].right) for s in document.sections]
    latex, text = printer_of(document), text_printer_of(document)
    lines = [f"{latex(left)} &= {latex(right)}" for left, right in ends if left is not None]
    aligned = "\\begin{aligned}\n" + " \\\\[4pt]\n".join(lines) + "\n\\end{aligned}"
    plain = "\n".join(f"{text(left)} = {text(right)}" for left, right in ends if left is not None)
    return Shown(plain, latex=f"$$\n{aligned}\n$$", markdown=f"$$\n{aligned}\n$$")


def code(source: str) -> Shown:
    """Python source with highlighting."""
    return Shown(source, html=source_cell(source), markdown=f"```python\n{source}```")
