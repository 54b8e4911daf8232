"""Long formulas in LaTeX, broken before their signs so that no line runs over.

Contract: `rows(printer, value, width)` gives one row where the formula fits into `width` em, else several,
each a whole number of terms or factors; brackets that a break divides have a fixed size. What cannot be
divided (a name, a list of cases) stays as wide as it is.
To extend: a node type that can be divided is one function and one row of DIVIDE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from derive.emit.latex import BIG_OPERATORS, LatexPrinter, between, braced
from derive.emit.printing import Level, Style, elementary, signed
from derive.emit.symbols import latex_function, latex_name
from derive.language.expressions import (
    Add,
    Applied,
    Call,
    Expression,
    Mul,
    Partial,
    Power,
    Quotient,
    Reduce,
)  # fmt: skip

INDENT = 2.0
OPEN, CLOSE = r"\Bigl(", r"\Bigr)"


@dataclass(frozen=True)
class Piece:
    """A part that a row may end after. joint: the sign before it in a row; start: the sign at a row's beginning."""

    text: str
    width: float
    joint: str = ""
    start: str = ""


def rows(printer: LatexPrinter, value: Expression, width: float) -> tuple[str, ...]:
    """The rows of the formula; each but the first continues the one before."""
    filled: list[str] = []
    room = 0.0
    for part in pieces(printer, value, width):
        if filled and part.width <= room:
            filled[-1] += part.joint + part.text
            room -= part.width
        else:
            filled.append((part.start if filled else "") + part.text)
            room = width - part.width - (INDENT if len(filled) > 1 else 0)
    return tuple(filled)


def pieces(printer: LatexPrinter, value: Expression, width: float) -> list[Piece]:
    shown = printer.show(value)
    divide = DIVIDE.get(type(value))
    if shown.width <= width or divide is None or not value.children:
        return [Piece(shown.text, shown.width)]
    return divide(printer, value, width - INDENT)


def pieces_at(printer: LatexPrinter, value: Expression, level: Level, width: float) -> list[Piece]:
    """Pieces in brackets, unless the value binds tightly enough."""
    inner = pieces(printer, value, width)
    if printer.show(value).level >= level:
        return inner
    if len(inner) == 1:
        shown = printer.group(printer.show(value))
        return [Piece(shown.text, shown.width)]
    return enclosed(inner, OPEN, CLOSE)


def enclosed(inner: list[Piece], before: str, after: str, extra: float = 0.6) -> list[Piece]:
    """The text before on the first piece, the text after on the last."""
    first = replace(inner[0], text=before + inner[0].text, width=inner[0].width + extra)
    opened = [first, *inner[1:]]
    last = replace(opened[-1], text=opened[-1].text + after, width=opened[-1].width + (extra if after else 0))
    return [*opened[:-1], last]


def joined(inner: list[Piece], joint: str, start: str, extra: float) -> list[Piece]:
    """The sign that joins these pieces to the ones before them."""
    return [replace(inner[0], joint=joint, start=start, width=inner[0].width + extra), *inner[1:]]


def divide_add(printer: LatexPrinter, value: Add, width: float) -> list[Piece]:
    found: list[Piece] = []
    last = len(value.terms) - 1
    for place, term in enumerate(value.terms):
        minus, size = signed(term)
        inner = pieces_at(printer, size, Level.CASES if place == last else Level.REACH, width)
        sign = "-" if minus else "+"
        if found:
            found += joined(inner, f" {sign} ", f"{{}} {sign} ", 1.22)
        else:
            found += enclosed(inner, "-" if minus else "", "", 0.8 if minus else 0)
    return found


def divide_mul(printer: LatexPrinter, value: Mul, width: float) -> list[Piece]:
    minus, size = signed(value)
    if minus:
        return enclosed(pieces_at(printer, size, Level.CASES, width), "-", "", 0.8)
    found: list[Piece] = []
    for place, factor in enumerate(value.factors):
        last = place == len(value.factors) - 1
        inner = pieces_at(printer, factor, Level.CASES if last else Level.FACTOR, width)
        found += joined(inner, between(found[-1].text, inner[0].text), r"{} \cdot ", 0.3) if found else inner
    return found


def divide_quotient(printer: LatexPrinter, value: Quotient, width: float) -> list[Piece]:
    above = pieces_at(printer, value.numerator, Level.PRODUCT, width)
    below = pieces_at(printer, value.denominator, Level.POWER, width)
    return [*above, *joined(below, r" \big/ ", r"{} \big/ ", 0.6)]


def divide_power(printer: LatexPrinter, value: Power, width: float) -> list[Piece]:
    exponent = printer.show(value.exponent, Style.SCRIPT)
    return enclosed(pieces_at(printer, value.base, Level.ATOM, width), "", "^" + braced(exponent.text), exponent.width)


def divide_reduce(printer: LatexPrinter, value: Reduce, width: float) -> list[Piece]:
    operator = f"{BIG_OPERATORS[value.kind]}_{braced(latex_name(value.index.name))} "
    return enclosed(pieces_at(printer, value.body, Level.CASES, width), operator, "", 1.5)


def divide_partial(printer: LatexPrinter, value: Partial, width: float) -> list[Piece]:
    operator = printer.derivative(None, printer.show(value.variable), Style.DISPLAY)
    inner = pieces(printer, value.body, width)
    return enclosed(inner, operator.text + OPEN, CLOSE, operator.width + 0.6)


def divide_applied(printer: LatexPrinter, value: Applied, width: float) -> list[Piece]:
    if len(value.arguments) != 1:
        shown = printer.show(value)
        return [Piece(shown.text, shown.width)]
    symbol = latex_function(value.function, dict(printer.symbols)) + "'" * len(value.derived)
    return enclosed(pieces(printer, value.arguments[0], width), symbol + OPEN, CLOSE, 1.5)


def divide_call(printer: LatexPrinter, value: Call, width: float) -> list[Piece]:
    inner = pieces(printer, value.arguments[0], width)
    if value.function == "abs":
        return enclosed(inner, r"\Bigl\lvert ", r"\Bigr\rvert")
    if value.function == "sqrt":
        return enclosed(inner, OPEN, CLOSE + "^{1/2}", 1.0)
    return enclosed(inner, elementary(value.function) + OPEN, CLOSE, 2.0)


DIVIDE: Mapping[type[Expression], Callable[[LatexPrinter, Any, float], list[Piece]]] = {
    Add: divide_add,
    Mul: divide_mul,
    Quotient: divide_quotient,
    Power: divide_power,
    Reduce: divide_reduce,
    Partial: divide_partial,
    Applied: divide_applied,
    Call: divide_call,
}
