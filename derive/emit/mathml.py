"""Expressions in MathML Core, which browsers show without a script or a font of ours.

Contract: `MathmlPrinter(symbols, ordinary)(value)` is an element to stand inside <math>; every name and word is
escaped. Brackets grow with what they hold, by steps where there is a sum, whose limits they should not span.
To extend: see printing.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from itertools import pairwise

from derive.emit.printing import (
    RELATIONS,
    Level,
    Printed,
    Printer,
    Style,
    decimal,
    elementary,
    round_number,
    show_factor,
    signed,
)  # fmt: skip
from derive.emit.symbols import GREEK, escape_line, latex_as_text, latex_function, spelling
from derive.language.expressions import (
    Add,
    Applied,
    Call,
    Expression,
    Guarded,
    Mul,
    Number,
    Quotient,
    Reduce,
    Selected,
    Where,
)  # fmt: skip
from derive.language.layered import base_of, layer_of

BIG_OPERATORS = {"sum": "∑", "prod": "∏", "max": "max", "min": "min"}
RELATION_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥"}
ACCENT_SIGNS = {"hat": "^", "bar": "‾", "tilde": "~", "dot": "˙", "vec": "→"}
BRACKET_SIZES = ("", "1.3em", "1.8em", "")
"""Height of a bracket by what it holds: as a letter, a sum in a line, a sum in a display; a fraction stretches it."""

THIN = '<mspace width="0.17em"/>'
APPLY = "<mo>\u2061</mo>"
TAG = re.compile("<[^>]*>")


def element(tag: str, *inside: str, **attributes: str) -> str:
    named = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{tag}{named}>{''.join(inside)}</{tag}>"


def row(*inside: str) -> str:
    return inside[0] if len(inside) == 1 else element("mrow", *inside)


def word(text: str, tag: str = "mi") -> str:
    """Text of any origin; a capital Greek letter stands upright, as in LaTeX."""
    shown = escape(GREEK.get(text, escape_line(text)))
    upright = {"mathvariant": "normal"} if text in GREEK and text[0].isupper() else {}
    return element(tag, shown, **upright)


def sign(text: str, **attributes: str) -> str:
    return element("mo", escape(text), **attributes)


def piece(text: str, level: Level = Level.ATOM, height: int = 0) -> Printed:
    return Printed(text, level, height, len(TAG.sub("", text)) / 2)


def named(name: str, indices: tuple[str, ...] = ()) -> str:
    """A name under its accents, with its subscripts."""
    parts = spelling(base_of(name))
    base = word(parts.word, "mn" if parts.word.isdigit() else "mi")
    for accent in parts.accents:
        base = element("mover", base, sign(ACCENT_SIGNS[accent], stretchy=str(accent == "bar").lower()))
    below = [word(w, "mn" if w.isdigit() else "mi") for w in parts.below] + [named(i) for i in indices]
    above = [] if layer_of(name) is None else [element("mrow", bracket("("), layer_row(name), bracket(")"))]
    if not below:
        return element("msup", base, *above) if above else base
    comma = bool(parts.below) or any(len(i) > 1 for i in indices)
    between = sign(",") if comma else ""
    under = row(between.join(below)) if len(below) == 1 else element("mrow", between.join(below))
    return element("msubsup" if above else "msub", base, under, *above)


def size_name(name: str) -> str:
    """A size; that of a layer has it below, as in LaTeX: n_{l-1}."""
    if name.isdigit():
        return element("mn", name)
    return (
        named(name)
        if layer_of(name) is None
        else element("msub", named(base_of(name)), element("mrow", layer_row(name)))
    )


def bracket(text: str) -> str:
    """Of a superscript: as tall as its letter, close to it."""
    return sign(text, stretchy="false", lspace="0", rspace="0")


def layer_row(name: str) -> str:
    """What stands in the braces of a layered name: l-1."""
    layer = layer_of(name)
    assert layer is not None
    if not layer.letter:
        return word(str(layer), "mn")
    steps = [sign("+" if layer.offset > 0 else "−"), word(str(abs(layer.offset)), "mn")] if layer.offset else []
    return "".join([word(layer.letter), *steps])


SUBSCRIPT = re.compile(r"(?<!\\)_")
"""Where a LaTeX symbol has its subscript."""


def symbol_of(latex: str) -> str:
    """A function's LaTeX symbol, such as \\sigma or \\psi_1, as an element; an escaped underscore is a letter."""
    base, *below = map(latex_as_text, SUBSCRIPT.split(latex, 1))
    return element("msub", word(base), word(below[0], "mn" if below[0].isdigit() else "mi")) if below else word(base)


@dataclass(frozen=True)
class MathmlPrinter(Printer):
    """Spells the pieces in elements."""

    otherwise: str = "otherwise"

    def group(self, inner: Printed) -> Printed:
        return self.fenced("(", inner, ")")

    def fenced(self, left: str, inner: Printed, right: str) -> Printed:
        size = BRACKET_SIZES[inner.height]
        how = {"minsize": size, "maxsize": size} if size else {} if inner.height else {"stretchy": "false"}
        opening = sign(left, fence="true", form="prefix", **how)
        closing = sign(right, fence="true", form="postfix", **how)
        return piece(element("mrow", opening, inner.text, closing), Level.ATOM, inner.height)

    def plus(self, parts: list[tuple[bool, Printed]]) -> Printed:
        minus, first = parts[0]
        inside = [sign("−", form="prefix"), first.text] if minus else [first.text]
        for negative, part in parts[1:]:
            inside += [sign("−" if negative else "+"), part.text]
        return piece(row(*inside), Level.SUM, max(p.height for _, p in parts))

    def times(self, parts: list[Printed]) -> Printed:
        inside = [parts[0].text]
        for left, right in pairwise(parts):
            inside += [between(left, right), right.text]
        return piece(row(*inside), min(Level.PRODUCT, parts[-1].level), max(p.height for p in parts))

    def number(self, value: Fraction, style: Style) -> Printed:
        rounded, written = round_number(value), decimal(value)
        if rounded is not None:
            return self.scientific(*rounded)
        if value.denominator == 1 or written is not None:
            return piece(element("mn", written or str(value.numerator)))
        top, bottom = piece(element("mn", str(value.numerator))), piece(element("mn", str(value.denominator)))
        if style is Style.SCRIPT:
            return self.slash(top, bottom)
        small = element("mstyle", element("mfrac", top.text, bottom.text), displaystyle="false")
        return piece(small, Level.FACTOR, 1)

    def scientific(self, digits: int, exponent: int) -> Printed:
        above = element("mn", str(exponent).replace("-", "−"))
        power = element("msup", element("mn", "10"), above)
        if digits == 1:
            return piece(power, Level.POWER)
        return piece(row(element("mn", str(digits)), sign("·"), power), Level.PRODUCT)

    def slash(self, numerator: Printed, denominator: Printed) -> Printed:
        divided = row(numerator.text, sign("/", lspace="0.1em", rspace="0.1em"), denominator.text)
        return piece(divided, Level.REACH, max(numerator.height, denominator.height))

    def name(self, name: str, indices: tuple[str, ...]) -> Printed:
        # a layer stands where a power would
        return piece(named(name, indices), Level.ATOM if layer_of(name) is None else Level.POWER)

    def quotient(self, value: Quotient, style: Style) -> Printed:
        if style in (Style.INLINE, Style.SCRIPT):
            return self.slashed(value, style)
        return self.fraction(self.show(value.numerator, Style.INNER), self.show(value.denominator, Style.INNER))

    def fraction(self, above: Printed, below: Printed) -> Printed:
        return piece(element("mfrac", row(above.text), row(below.text)), Level.FACTOR, 3)

    def power(self, base: Expression, exponent: Expression, style: Style) -> Printed:
        above = self.show(exponent, Style.SCRIPT)
        known = self.known(base)
        if known is not None and isinstance(exponent, Number) and exponent.value.denominator == 1 < exponent.value:
            symbol, arguments = known
            return self.application(element("msup", symbol, above.text), arguments, style)
        below = self.at(base, Level.ATOM, style)
        return piece(element("msup", below.text, above.text), Level.POWER, below.height)

    def known(self, base: Expression) -> tuple[str, tuple[Expression, ...]] | None:
        """Symbol and arguments of a function whose square is written as tanh²(x)."""
        if isinstance(base, Call) and base.arguments and base.function not in SPECIAL:
            return symbol_of(elementary(base.function)), base.arguments
        if isinstance(base, Applied) and not base.derived:
            return symbol_of(latex_function(base.function, dict(self.symbols))), base.arguments
        return None

    def call(self, function: str, argument: Expression, style: Style) -> Printed:
        if function in SPECIAL:
            return SPECIAL[function](self, argument, style)
        return self.application(symbol_of(elementary(function)), (argument,), style)

    def apply(self, value: Applied, style: Style) -> Printed:
        symbol = symbol_of(latex_function(value.function, dict(self.symbols)))
        derived, arguments = value.derived, value.arguments
        if not derived:
            return self.application(symbol, arguments, style)
        if len(arguments) == 1:
            primes = sign("′" * len(derived), lspace="0", rspace="0")
            return self.application(element("mrow", symbol, primes), arguments, style)
        marks = [element("msub", sign("∂"), element("mn", str(place + 1))) for place in derived]
        return self.application(row(*marks, symbol), arguments, style)

    def application(self, symbol: str, arguments: tuple[Expression, ...], style: Style) -> Printed:
        shown = [self.show(a, style) for a in arguments]
        inner = piece(row(sign(",").join(s.text for s in shown)), Level.SUM, max(s.height for s in shown))
        grouped = self.group(inner)
        return piece(element("mrow", symbol, APPLY, grouped.text), Level.ATOM, grouped.height)

    def reduce(self, value: Reduce, style: Style) -> Printed:
        below = named(value.index.name)
        if value.excluding:
            left_out = sign(",").join(named(i.name) for i in value.excluding)
            below = element("mrow", below, sign("≠"), left_out)
        operator = element("munder", sign(BIG_OPERATORS[value.kind], movablelimits="true"), below)
        inner = self.at(value.body, Level.CASES, style)
        inner = self.group(inner) if inner.level is Level.SUM else inner
        height = {Style.DISPLAY: 2, Style.INNER: 1, Style.INLINE: 1, Style.SCRIPT: 0}[style]
        gap = THIN if value.kind in ("max", "min") else ""
        return piece(element("mrow", operator, gap, inner.text), Level.REACH, max(height, inner.height))

    def guarded(self, value: Guarded, style: Style) -> Printed:
        inner = self.at(value.body, Level.FACTOR, style)
        above = (sign("<"), element("mi", escape(str(value.high)))) if value.high != value.index.size else ()
        below = (element("mn", str(value.low)), sign("≤")) if value.low > 0 else ()
        condition = element("mrow", *below, named(value.index.name), *above)
        one = element("mn", "1", mathvariant="bold")
        indicator = self.fenced("[", piece(condition), "]").text
        return piece(element("mrow", one, indicator, THIN, inner.text), Level.PRODUCT, inner.height)

    def selected(self, value: Selected, style: Style) -> Printed:
        inner = self.at(value.body, Level.PRODUCT, style)
        best = element("munder", sign(f"arg {value.kind}", movablelimits="true"), named(value.index.name))
        which = element("mrow", named(value.at.name), sign("="), best, THIN, inner.text)
        one = element("mn", "1", mathvariant="bold")
        return piece(element("mrow", one, self.fenced("[", piece(which, height=inner.height), "]").text))

    def cases(self, rows: list[tuple[Expression, Where | None]], last: Where, style: Style) -> Printed:
        inner = style if style in (Style.SCRIPT, Style.INLINE) else Style.INNER
        lines = [(self.show(value, inner).text, self.condition(where, last, len(rows))) for value, where in rows]
        cells = (element("mtr", element("mtd", value), element("mtd", condition)) for value, condition in lines)
        table = element("mtable", *cells, **{"class": "cases", "columnalign": "left left"})
        return piece(element("mrow", sign("{", fence="true", form="prefix"), table), Level.CASES, 3)

    def condition(self, where: Where | None, last: Where, count: int) -> str:
        if where is None and count > 2:
            return element("mtext", escape(self.otherwise))
        source = where or last
        relation = source.relation if where else RELATIONS[last.relation][1]
        left, right = self(source.left, Style.INLINE), self(source.right, Style.INLINE)
        return element("mrow", left, sign(RELATION_SIGNS[relation]), right)

    def delta(self, left: str, right: str) -> Printed:
        return piece(named("delta", (left, right)))

    @property
    def differential(self) -> str:
        return element("mi", "d", mathvariant="normal") if self.ordinary else element("mi", "∂")

    def derivative(self, body: Printed | None, variable: Printed, style: Style) -> Printed:
        above = element("mrow", self.differential, body.text) if body else self.differential
        return self.over(above, element("mrow", self.differential, variable.text), style)

    def second(self, body: Printed, inner: Printed, outer: Printed, style: Style) -> Printed:
        above = element("mrow", element("msup", self.differential, element("mn", "2")), body.text)
        if inner == outer and "msub" not in outer.text:
            below = element("mrow", self.differential, element("msup", outer.text, element("mn", "2")))
        else:
            below = element("mrow", self.differential, outer.text, THIN, self.differential, inner.text)
        return self.over(above, below, style)

    def over(self, above: str, below: str, style: Style) -> Printed:
        if style in (Style.INLINE, Style.SCRIPT):
            closed = self.group(piece(below)).text if THIN in below else below
            return piece(element("mrow", above, sign("/", lspace="0.1em", rspace="0.1em"), closed), Level.FACTOR)
        divided = element("mfrac", above, below)
        return piece(element("mstyle", divided, displaystyle="true"), Level.FACTOR, 3)

    def held(self, derivative: Printed, names: list[Printed]) -> Printed:
        bar = element("mo", "|", minsize="2em", lspace="0.1em", rspace="0")
        below = element("mrow", sign(",").join(n.text for n in names))
        return piece(element("mrow", derivative.text, element("msub", bar, below)), Level.REACH, derivative.height)

    def operate(self, operator: Printed, body: Expression, style: Style) -> Printed:
        reaches = isinstance(body, Reduce | Quotient | Where)
        inner = self.at(body, Level.CASES if reaches else Level.POWER, style)
        joined = self.times([operator, inner])
        return Printed(joined.text, Level.REACH, joined.height, joined.width)

    def exponential(self, argument: Expression, style: Style) -> Printed:
        """e to a power; a tall exponent stands in parentheses behind exp."""
        tall = any(isinstance(n, Reduce | Where) for n in (argument, *argument.children))
        if tall and style is not Style.SCRIPT:
            return self.application(word("exp"), (argument,), style)
        return piece(element("msup", word("e"), self.show(argument, Style.SCRIPT).text), Level.POWER)

    def radical(self, argument: Expression, style: Style) -> Printed:
        inner = self.show(argument, style)
        return piece(element("msqrt", inner.text), Level.POWER, inner.height)

    def bars(self, argument: Expression, style: Style) -> Printed:
        return self.fenced("|", self.show(argument, style), "|")


SPECIAL: dict[str, Callable[[MathmlPrinter, Expression, Style], Printed]] = {
    "exp": MathmlPrinter.exponential,
    "sqrt": MathmlPrinter.radical,
    "abs": MathmlPrinter.bars,
}
"""Elementary functions that are not written as a name with an argument in parentheses."""


def between(left: Printed, right: Printed) -> str:
    """A thin space; a dot before a number."""
    if right.text.startswith(("<mn", '<mstyle displaystyle="false"')):
        return sign("·")
    number = left.text.startswith("<mn>") and left.text.count("<") == 2
    return sign("\u2062") if number or (left.text.endswith("</mrow>") and right.text.startswith("<mrow><mo")) else THIN


def pieces(value: Expression, printer: MathmlPrinter) -> list[str]:
    """The terms and factors of a formula for display, between which a line may break."""
    found: list[str] = []
    for place, term in enumerate(value.terms if isinstance(value, Add) else (value,)):
        minus, size = signed(term)
        inner = factors(size, printer)
        mark = sign("−" if minus else "+", form="infix" if place else "prefix") if minus or place else ""
        found += [mark + inner[0], *inner[1:]]
    return found


def factors(value: Expression, printer: MathmlPrinter) -> list[str]:
    """The factors of a product, or the value whole; a dot or a thin space ends what does not stand last."""
    if not isinstance(value, Mul) or signed(value)[0]:
        return [printer.at(value, Level.CASES, Style.DISPLAY).text]
    last = len(value.factors) - 1
    shown = [show_factor(printer, f, place == last, Style.DISPLAY) for place, f in enumerate(value.factors)]
    joints = [between(left, right) for left, right in pairwise(shown)]
    return [factor.text + joint for factor, joint in zip(shown, [*joints, ""], strict=True)]


def math(inside: str, display: bool = False) -> str:
    """The element that holds a formula."""
    return element("math", inside, **({"displaystyle": "true"} if display else {}))
