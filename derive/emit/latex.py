"""Expressions in LaTeX, with amsmath alone and nothing that KaTeX lacks.

Contract: `LatexPrinter(symbols, ordinary)(value)` is a formula for display; braces are balanced, names
are escaped. Parentheses grow with what they hold. To extend: see printing.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from derive.emit.printing import RELATIONS, Level, Printed, Printer, Style, decimal, elementary, guard, round_number
from derive.emit.symbols import GREEK, latex_function, latex_name, latex_size_name, width_of, width_of_name
from derive.language.expressions import Applied, Call, Expression, Guarded, Number, Quotient, Reduce, Selected, Where
from derive.language.indices import Dimension, Less
from derive.language.layered import layer_of

SPACE = {Style.DISPLAY: 2, Style.INNER: 1, Style.INLINE: 1, Style.SCRIPT: 0}
"""How tall a sum sign makes its line, by style."""

BRACKETS = (("(", ")"), (r"\bigl(", r"\bigr)"), (r"\Bigl(", r"\Bigr)"), (r"\left(", r"\right)"))
BARS = ((r"\lvert ", r"\rvert"), (r"\bigl\lvert ", r"\bigr\rvert"), (r"\Bigl\lvert ", r"\Bigr\rvert"),
        (r"\left\lvert ", r"\right\rvert"))  # fmt: skip
BIG_OPERATORS = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}
RELATION_SIGNS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
BINARY, RELATION = 1.22, 1.33  # widths in em of a sign with its spaces


@dataclass(frozen=True)
class LatexPrinter(Printer):
    """Spells the pieces in LaTeX."""

    otherwise: str = "otherwise"

    def group(self, inner: Printed) -> Printed:
        left, right = BRACKETS[inner.height]
        return Printed(left + inner.text + right, Level.ATOM, inner.height, inner.width + 0.8 + 0.15 * inner.height)

    def plus(self, parts: list[tuple[bool, Printed]]) -> Printed:
        minus, first = parts[0]
        text, width = ("-" if minus else "") + first.text, first.width + (0.8 if minus else 0)
        for minus, part in parts[1:]:
            text += (" - " if minus else " + ") + part.text
            width += part.width + BINARY
        return Printed(text, Level.SUM, max(p.height for _, p in parts), width)

    def times(self, parts: list[Printed]) -> Printed:
        text = parts[0].text
        for left, right in pairwise(parts):
            text += between(left.text, right.text) + right.text
        width = sum(p.width for p in parts) + 0.17 * (len(parts) - 1)
        return Printed(text, min(Level.PRODUCT, parts[-1].level), max(p.height for p in parts), width)

    def number(self, value: Fraction, style: Style) -> Printed:
        rounded, written = round_number(value), decimal(value)
        if rounded is not None:
            return scientific(*rounded)
        if value.denominator == 1 or written is not None:
            text = written or str(value.numerator)
            return Printed(text, Level.ATOM, 0, width_of(text))
        top, bottom = Printed(str(value.numerator)), Printed(str(value.denominator))
        if style is Style.SCRIPT:
            return self.slash(top, bottom)
        short = len(top.text) == len(bottom.text) == 1
        text = rf"\tfrac{top.text}{bottom.text}" if short else rf"\tfrac{{{top.text}}}{{{bottom.text}}}"
        return Printed(text, Level.FACTOR, 1, 0.35 * max(len(top.text), len(bottom.text)) + 0.24)

    def name(self, name: str, indices: tuple[str, ...]) -> Printed:
        # a layer stands where a power would
        level = Level.ATOM if layer_of(name) is None else Level.POWER
        return Printed(latex_name(name, indices), level, 0, width_of_name(name, indices))

    def quotient(self, value: Quotient, style: Style) -> Printed:
        if style in (Style.INLINE, Style.SCRIPT):
            return self.slashed(value, style)
        return fraction(self.show(value.numerator, Style.INNER), self.show(value.denominator, Style.INNER), "frac")

    def power(self, base: Expression, exponent: Expression, style: Style) -> Printed:
        above = self.show(exponent, Style.SCRIPT)
        named = self.named(base)
        if named is not None and is_whole(exponent):
            symbol, arguments = named
            return self.application(f"{symbol}^{braced(above.text)}", arguments, style, 0.4)
        below = self.at(base, Level.ATOM, style)
        return raised(below, above)

    def named(self, base: Expression) -> tuple[str, tuple[Expression, ...]] | None:
        """Symbol and arguments of a function whose square is written as tanh^2(x)."""
        if isinstance(base, Call) and base.arguments and base.function not in SPECIAL:
            return elementary(base.function), base.arguments
        if isinstance(base, Applied) and not base.derived:
            symbol = latex_function(base.function, dict(self.symbols))
            return (symbol, base.arguments) if len(symbol) > 1 else None
        return None

    def call(self, function: str, argument: Expression, style: Style) -> Printed:
        if function in SPECIAL:
            return SPECIAL[function](self, argument, style)
        return self.application(elementary(function), (argument,), style)

    def apply(self, value: Applied, style: Style) -> Printed:
        symbol = latex_function(value.function, dict(self.symbols))
        derived, arguments = value.derived, value.arguments
        if not derived:
            return self.application(symbol, arguments, style)
        if len(arguments) == 1:
            return self.application(symbol + "'" * len(derived), arguments, style, 0.3)
        marks = " ".join(rf"\partial_{braced(str(place + 1))}" for place in derived)
        return self.application(f"{marks} {symbol}", arguments, style, 0.9)

    def application(self, symbol: str, arguments: tuple[Expression, ...], style: Style, more: float = 0) -> Printed:
        shown = [self.show(a, style) for a in arguments]
        inner = Printed(", ".join(s.text for s in shown), Level.SUM, max(s.height for s in shown),
                        sum(s.width for s in shown) + 0.6 * (len(shown) - 1))  # fmt: skip
        grouped = self.group(inner)
        return Printed(symbol + grouped.text, Level.ATOM, grouped.height, grouped.width + symbol_width(symbol) + more)

    def reduce(self, value: Reduce, style: Style) -> Printed:
        kind, left_out = value.kind, ", ".join(latex_name(i.name) for i in value.excluding)
        below = latex_name(value.index.name) + (rf" \ne {left_out}" if left_out else "")
        operator, height = BIG_OPERATORS[kind] + "_" + braced(below), SPACE[style]
        inner = self.at(value.body, Level.CASES, style)
        inner = self.group(inner) if is_signed(inner) else inner
        sign = (2.0 if kind in ("max", "min") else 1.5) + (0 if style is Style.DISPLAY else 0.35)
        return Printed(f"{operator} {inner.text}", Level.REACH, max(height, inner.height), inner.width + sign)

    def guarded(self, value: Guarded, style: Style) -> Printed:
        inner = self.at(value.body, Level.FACTOR, style)
        condition = guard(value, latex_name(value.index.name), r"\le", "<", latex_size)
        width = inner.width + 4.5
        return Printed(rf"\mathbf{{1}}[{condition}]\,{inner.text}", Level.PRODUCT, inner.height, width)

    def selected(self, value: Selected, style: Style) -> Printed:
        index = braced(latex_name(value.index.name))
        inner = self.at(value.body, Level.PRODUCT, style)
        which = rf"{latex_name(value.at.name)} = \operatorname{{arg\,{value.kind}}}_{index} {inner.text}"
        return Printed(rf"\mathbf{{1}}[{which}]", Level.ATOM, 0, inner.width + 6.5)

    def cases(self, rows: list[tuple[Expression, Where | None]], last: Where, style: Style) -> Printed:
        inner = Style.SCRIPT if style is Style.SCRIPT else Style.INLINE if style is Style.INLINE else Style.INNER
        printed = [(self.show(v, inner), self.condition(w, last, len(rows))) for v, w in rows]
        body = r" \\ ".join(f"{v.text} & {c.text}" for v, c in printed)
        width = max(v.width for v, _ in printed) + max(c.width for _, c in printed) + 2.2
        return Printed(rf"\begin{{cases}} {body} \end{{cases}}", Level.CASES, 3, width)

    def condition(self, where: Where | None, last: Where, count: int) -> Printed:
        if where is None and count > 2:
            return Printed(rf"\text{{{self.otherwise}}}", Level.SUM, 0, width_of(self.otherwise))
        sign = RELATION_SIGNS[last.relation if where else RELATIONS[last.relation][1]]
        sign = RELATION_SIGNS[where.relation] if where else sign
        source = where or last
        left, right = self.show(source.left, Style.INLINE), self.show(source.right, Style.INLINE)
        return Printed(f"{left.text} {sign} {right.text}", Level.SUM, 0, left.width + right.width + RELATION)

    def delta(self, left: str, right: str) -> Printed:
        return Printed(latex_name("delta", (left, right)), Level.ATOM, 0, width_of_name("delta", (left, right)))

    def derivative(self, body: Printed | None, variable: Printed, style: Style) -> Printed:
        sign = self.differential
        above = glued(sign, body.text) if body else sign
        top = Printed(above, width=(body.width if body else 0) + 0.55)
        return self.over(top, Printed(glued(sign, variable.text), width=variable.width + 0.55), style)

    def second(self, body: Printed, inner: Printed, outer: Printed, style: Style) -> Printed:
        sign = self.differential
        below = glued(sign, outer.text)
        text = f"{below}^2" if inner == outer and "_" not in below else rf"{below}\,{glued(sign, inner.text)}"
        bottom = Printed(text, width=inner.width + outer.width + 1.3)
        return self.over(Printed(f"{sign}^2 {body.text}", width=body.width + 1.0), bottom, style)

    @property
    def differential(self) -> str:
        return r"\mathrm{d}" if self.ordinary else r"\partial"

    def over(self, top: Printed, bottom: Printed, style: Style) -> Printed:
        """A derivative's fraction, with a slash where there is little room."""
        if style not in (Style.INLINE, Style.SCRIPT):
            return fraction(top, bottom, "dfrac" if style is Style.INNER else "frac")
        below = rf"({bottom.text})" if r"\," in bottom.text else bottom.text
        return Printed(f"{top.text}/{below}", Level.FACTOR, 0, top.width + bottom.width + 0.5)

    def held(self, derivative: Printed, names: list[Printed]) -> Printed:
        bar = r"\Big|" if derivative.height > 1 else r"\big|"
        text = f"{derivative.text}{bar}_{{{','.join(n.text for n in names)}}}"
        return Printed(text, Level.REACH, derivative.height, derivative.width + 0.4 + sum(n.width for n in names))

    def operate(self, operator: Printed, body: Expression, style: Style) -> Printed:
        reaches = isinstance(body, Reduce | Quotient | Where)
        inner = self.at(body, Level.CASES if reaches else Level.POWER, style)
        joined = self.times([operator, inner])
        return Printed(joined.text, Level.REACH, joined.height, joined.width)

    def radical(self, argument: Expression, style: Style) -> Printed:
        inner = self.show(argument, style)
        return Printed(rf"\sqrt{{{inner.text}}}", Level.POWER, inner.height, inner.width + 0.9)

    def bars(self, argument: Expression, style: Style) -> Printed:
        inner = self.show(argument, style)
        left, right = BARS[inner.height]
        return Printed(left + inner.text + right, Level.ATOM, inner.height, inner.width + 0.6)

    def exponential(self, argument: Expression, style: Style) -> Printed:
        """e to a power; a tall or long exponent stands in parentheses behind exp."""
        above = self.show(argument, Style.SCRIPT)
        tall = any(isinstance(n, Reduce | Where) for n in (argument, *argument.children))
        if tall and style is not Style.SCRIPT:
            return self.application(r"\exp", (argument,), style)
        return raised(Printed("e", width=0.47), above)


SPECIAL: dict[str, Callable[[LatexPrinter, Expression, Style], Printed]] = {
    "exp": LatexPrinter.exponential,
    "sqrt": LatexPrinter.radical,
    "abs": LatexPrinter.bars,
}
"""Elementary functions that are not written as a name with an argument in parentheses."""


def is_whole(exponent: Expression) -> bool:
    """2, 3, ...: what may stand between a function's name and its argument."""
    return isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value > 1


def between(left: str, right: str) -> str:
    """What stands between two factors."""
    if right[0].isdigit() or right.startswith(r"\tfrac"):
        return r" \cdot "
    if right.startswith(tuple(f"{s}_" for s in BIG_OPERATORS.values())):
        return " "
    if left[-1].isdigit() and (left.replace(".", "").isdigit() or left.startswith(r"\tfrac")):
        return "" if right[0] == "(" else " " if left.startswith(r"\tfrac") or right[0] == "\\" else ""
    return "" if left.endswith(")") and right.startswith("(") else r"\,"


def braced(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def glued(sign: str, text: str) -> str:
    """A differential: a control word needs a space before a letter."""
    return f"{sign} {text}" if sign[-1].isalpha() and (text[0].isalpha() or text[0] == "(") else f"{sign}{text}"


def is_signed(inner: Printed) -> bool:
    return inner.level is Level.SUM


def raised(below: Printed, above: Printed) -> Printed:
    text = f"{below.text}^{braced(above.text)}"
    return Printed(text, Level.POWER, below.height, below.width + 0.7 * above.width + 0.05)


def fraction(above: Printed, below: Printed, command: str) -> Printed:
    text = rf"\{command}{{{above.text}}}{{{below.text}}}"
    return Printed(text, Level.FACTOR, 3, max(above.width, below.width) + 0.24)


def scientific(digits: int, exponent: int) -> Printed:
    power = f"10^{{{exponent}}}"
    text = power if digits == 1 else rf"{digits} \cdot {power}"
    return Printed(text, Level.POWER if digits == 1 else Level.PRODUCT, 0, width_of(str(digits)) + 2.8)


def latex_size(size: Dimension) -> str:
    """n, 3 or n - 1."""
    if isinstance(size, Less):
        return f"{latex_size_name(size.size)} - {size.by}"
    return latex_size_name(size) if isinstance(size, str) else str(size)


def symbol_width(symbol: str) -> float:
    """Rough width in em of a function's symbol, without primes and powers."""
    command = symbol.split("'")[0].split("^")[0]
    bare = command.removeprefix(r"\operatorname{").strip("\\{}")
    return 0.6 if len(bare) == 1 or bare in GREEK else width_of(bare)


LATEX = LatexPrinter()


def latex(value: Expression, printer: LatexPrinter = LATEX, style: Style = Style.DISPLAY) -> str:
    """The expression as LaTeX mathematics."""
    return printer(value, style)


__all__ = ["LATEX", "LatexPrinter", "latex"]
