"""Sentences with mathematics in them, spoken in the voice of a format.

Contract: `Voice.say` escapes words and names once, and prints expressions with the format's printer.
To extend: a format brings its Voice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from derive.emit.phrases import Argument, Cite, Code, Sentence, Shape
from derive.emit.printing import Printer, Style
from derive.language.expressions import Expression
from derive.language.words import Equality


@dataclass(frozen=True)
class Voice:
    """words: escapes text; mathematics: wraps a printed formula; code: marks a program's name; cite: links
    a definition's.
    """

    printer: Printer
    words: Callable[[str], str]
    mathematics: Callable[[str], str]
    code: Callable[[str], str]
    signs: tuple[tuple[str, str], ...] = ()
    size: Callable[[str], str] = str
    cite: Callable[[str], str] | None = None

    def say(self, sentence: Sentence) -> str:
        return "".join(self.fill(piece) for piece in sentence.pieces())

    def paragraph(self, sentences: Iterable[Sentence]) -> str:
        return "".join(map(self.say, sentences))

    def fill(self, argument: Argument) -> str:
        match argument:
            case Code(text=text):
                return self.code(text)
            case Cite(text=text):
                return (self.cite or self.code)(text)
            case Equality(left=left, right=right, relation=relation):
                sign = dict(self.signs).get(relation, relation)
                return self.mathematics(f"{self.inline(left)} {sign} {self.inline(right)}")
            case Shape(dimensions=dimensions):
                times = f" {dict(self.signs).get('×', '×')} "
                return self.mathematics(times.join(self.size(str(d)) for d in dimensions))
            case str():
                return self.words(argument)
            case _:
                return self.mathematics(self.inline(argument))

    def inline(self, value: Expression) -> str:
        return self.printer(value, Style.INLINE)


LATEX_SIGNS = (("≠", r"\ne"), ("≤", r"\le"), ("≥", r"\ge"), ("×", r"\times"))
"""Signs that a formula in LaTeX spells out."""
