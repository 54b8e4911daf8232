"""Expressions as plain Unicode text for terminals: σ(x) = 1/(1 + e^(-x)), ∂E/∂w_jk, Σ_k, δ_ij.

Contract: the text has one line and reads without knowing LaTeX; names are cleaned of control characters.
To extend: see printing.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from derive.emit.printing import RELATIONS, Level, Printed, Printer, Style, decimal, guard, round_number
from derive.emit.symbols import text_function, text_name
from derive.language.expressions import Applied, Expression, Guarded, Number, Quotient, Reduce, Selected, Where

BIG_OPERATORS = {"sum": "Σ", "prod": "Π", "max": "max", "min": "min"}
RELATION_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
VULGAR = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(2, 3): "⅔", Fraction(1, 4): "¼", Fraction(3, 4): "¾"}
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SYMBOLS = {"log": "ln", "sign": "sgn"}


def piece(text: str, level: Level = Level.ATOM) -> Printed:
    return Printed(text, level, 0, len(text) / 2)


@dataclass(frozen=True)
class TextPrinter(Printer):
    """Spells the pieces in characters."""

    otherwise: str = "otherwise"

    def group(self, inner: Printed) -> Printed:
        return piece(f"({inner.text})")

    def plus(self, parts: list[tuple[bool, Printed]]) -> Printed:
        minus, first = parts[0]
        rest = "".join((" - " if minus else " + ") + part.text for minus, part in parts[1:])
        return piece(("-" if minus else "") + first.text + rest, Level.SUM)

    def times(self, parts: list[Printed]) -> Printed:
        text = parts[0].text
        for left, right in pairwise(parts):
            text += between(left, right) + right.text
        return piece(text, min(Level.PRODUCT, parts[-1].level))

    def number(self, value: Fraction, style: Style) -> Printed:
        rounded = round_number(value)
        if rounded is not None:
            digits, exponent = rounded
            return piece(("" if digits == 1 else f"{digits}·") + f"10{raised(exponent)}", Level.POWER)
        if value in VULGAR:
            return piece(VULGAR[value], Level.POWER)
        written = decimal(value)
        if value.denominator == 1 or written is not None:
            return piece(written or str(value.numerator))
        return self.slash(piece(str(value.numerator)), piece(str(value.denominator)))

    def name(self, name: str, indices: tuple[str, ...]) -> Printed:
        return piece(text_name(name, indices))

    def quotient(self, value: Quotient, style: Style) -> Printed:
        return self.slashed(value, style)

    def power(self, base: Expression, exponent: Expression, style: Style) -> Printed:
        below = self.at(base, Level.ATOM, style)
        if isinstance(exponent, Number) and exponent.value.denominator == 1:
            return piece(below.text + raised(int(exponent.value)), Level.POWER)
        return self.raised(below.text, exponent, style)

    def raised(self, below: str, exponent: Expression, style: Style) -> Printed:
        above = self.show(exponent, style).text
        return piece(f"{below}^{above}" if len(above) == 1 else f"{below}^({above})", Level.POWER)

    def call(self, function: str, argument: Expression, style: Style) -> Printed:
        if function in SPECIAL:
            return SPECIAL[function](self, argument, style)
        return piece(f"{SYMBOLS.get(function, function)}({self(argument, style)})")

    def apply(self, value: Applied, style: Style) -> Printed:
        symbol = text_function(value.function, dict(self.symbols))
        inside = ", ".join(self(a, style) for a in value.arguments)
        if len(value.arguments) == 1:
            return piece(f"{symbol}{'′' * len(value.derived)}({inside})")
        return piece("".join(f"∂_{place + 1} " for place in value.derived) + f"{symbol}({inside})")

    def reduce(self, value: Reduce, style: Style) -> Printed:
        left_out = ",".join(i.name for i in value.excluding)
        below = f"({value.index.name}≠{left_out})" if left_out else value.index.name
        return piece(f"{BIG_OPERATORS[value.kind]}_{below} {self.at(value.body, Level.CASES, style).text}", Level.REACH)

    def guarded(self, value: Guarded, style: Style) -> Printed:
        condition = guard(value, value.index.name, "≤", "<", str)
        return piece(f"1[{condition}] {self.at(value.body, Level.FACTOR, style).text}", Level.PRODUCT)

    def selected(self, value: Selected, style: Style) -> Printed:
        body = self.at(value.body, Level.PRODUCT, style).text
        return piece(f"1[{value.at.name} = arg {value.kind}_{value.index.name} {body}]")

    def cases(self, rows: list[tuple[Expression, Where | None]], last: Where, style: Style) -> Printed:
        return piece("{" + "; ".join(f"{self(v, style)}, {self.condition(w, last, len(rows))}" for v, w in rows) + "}")

    def condition(self, where: Where | None, last: Where, count: int) -> str:
        if where is None and count > 2:
            return self.otherwise
        source = where or last
        relation = source.relation if where else RELATIONS[last.relation][1]
        return f"{self(source.left)} {RELATION_SIGNS[relation]} {self(source.right)}"

    def delta(self, left: str, right: str) -> Printed:
        return piece(text_name("delta", (left, right)))

    def derivative(self, body: Printed | None, variable: Printed, style: Style) -> Printed:
        sign = "d" if self.ordinary else "∂"
        plain = body is None or body.text.replace("_", "").isalnum() or body.text.startswith("(")
        inside = "" if body is None else body.text if plain else f"({body.text})"
        return piece(f"{sign}{inside}/{sign}{variable.text}", Level.FACTOR)

    def second(self, body: Printed, inner: Printed, outer: Printed, style: Style) -> Printed:
        sign = "d" if self.ordinary else "∂"
        below = f"{sign}{outer.text}²" if inner == outer else f"({sign}{outer.text} {sign}{inner.text})"
        return piece(f"{sign}²{body.text}/{below}", Level.FACTOR)

    def held(self, derivative: Printed, names: list[Printed]) -> Printed:
        return piece(f"{derivative.text}|_{','.join(n.text for n in names)}", Level.FACTOR)

    def operate(self, operator: Printed, body: Expression, style: Style) -> Printed:
        return piece(f"{operator.text} ({self(body, style)})", Level.FACTOR)

    def exponential(self, argument: Expression, style: Style) -> Printed:
        return self.raised("e", argument, style)

    def radical(self, argument: Expression, style: Style) -> Printed:
        return piece(f"√{self.at(argument, Level.ATOM, style).text}", Level.POWER)

    def bars(self, argument: Expression, style: Style) -> Printed:
        return piece(f"|{self(argument, style)}|")


SPECIAL: dict[str, Callable[[TextPrinter, Expression, Style], Printed]] = {
    "exp": TextPrinter.exponential,
    "sqrt": TextPrinter.radical,
    "abs": TextPrinter.bars,
}


def between(left: Printed, right: Printed) -> str:
    """A space; a dot beside a derivative, which has a slash of its own, and before a number."""
    if Level.FACTOR in (left.level, right.level) or right.text[0].isdigit() or right.text[0] in VULGAR.values():
        return " · "
    return "" if left.text.isdigit() and right.text[0] == "(" else " "


def raised(exponent: int) -> str:
    return str(exponent).translate(RAISED)


TEXT = TextPrinter()


def unicode_text(value: Expression, printer: TextPrinter = TEXT) -> str:
    """The expression as one line of characters."""
    return printer(value)
