"""One walk over expressions for every notation: order, signs and parentheses are decided here.

Contract: `Printer.show(value, style)` is total over NODE_TYPES and gives a `Printed` (text, how tightly it
binds, how tall and how wide it is). Terms and factors stay in the order of the tree; a negative
coefficient prints as a minus; parentheses stand only where the levels ask for them.

To extend: a new node type is one function here and one row of SHOW; a new notation is a subclass that
spells the pieces (see latex.py and unicode_text.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from fractions import Fraction
from typing import Any

from derive.language.expressions import (
    ONE,
    Add,
    Applied,
    Call,
    Chosen,
    Delta,
    Expression,
    Guarded,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Size,
    Where,
    factors_of,
    mul,
    split_coefficient,
)
from derive.language.indices import Dimension, Index, Less
from derive.language.primitives import BY_NAME


class Level(IntEnum):
    """How tightly a printed piece binds, from the loosest."""

    SUM = 0  # a + b, -a
    CASES = 1  # may only stand last
    REACH = 2  # takes everything to its right: a sum over k, a/b with a slash
    PRODUCT = 3  # a b
    FACTOR = 4  # stands in a product, not under a power: a fraction, a derivative
    POWER = 5  # x^2: stands below a slash
    ATOM = 6  # stands under a power


class Style(Enum):
    """Where a piece stands."""

    DISPLAY = "display"
    INNER = "inside a fraction"
    INLINE = "in a sentence"
    SCRIPT = "in an exponent"


@dataclass(frozen=True)
class Printed:
    """height: 0 a line, 1 a little more, 2 a sum with its index below, 3 a fraction. width: in em."""

    text: str
    level: Level = Level.ATOM
    height: int = 0
    width: float = 0.0


RELATIONS: Mapping[str, tuple[str, str]] = {"<": ("<", ">="), "<=": ("<=", ">"), ">": (">", "<="), ">=": (">=", "<")}
"""Each relation and its complement."""

REMEMBERED = 20_000
"""Most pieces that a printer keeps."""

LONG = 100
"""From this denominator on a fraction was written as a decimal, if it can be one."""

SHORT = 3.5
"""Widest body, in em, that stands inside the numerator of a derivative."""


@dataclass(frozen=True)
class Printer(ABC):
    """A notation. symbols: LaTeX symbols of defined functions by name. ordinary: d/dx instead of a partial."""

    symbols: Mapping[str, str] = field(default_factory=dict)
    ordinary: bool = False
    memo: dict[tuple[Expression, Style], Printed] = field(init=False, default_factory=dict, compare=False, repr=False)

    def __call__(self, value: Expression, style: Style = Style.DISPLAY) -> str:
        return self.show(value, style).text

    def show(self, value: Expression, style: Style = Style.DISPLAY) -> Printed:
        """The value printed once: neighbouring lines of a derivation share most of what they say."""
        found = self.memo.get((value, style))
        if found is None:
            if len(self.memo) >= REMEMBERED:
                self.memo.clear()
            found = self.memo[value, style] = SHOW[type(value)](self, value, style)
        return found

    def at(self, value: Expression, level: Level, style: Style) -> Printed:
        """The value in parentheses unless it binds at least as tightly as `level`."""
        shown = self.show(value, style)
        return shown if shown.level >= level else self.group(shown)

    def slash(self, numerator: Printed, denominator: Printed) -> Printed:
        width = numerator.width + denominator.width + 0.5
        height = max(numerator.height, denominator.height)
        return Printed(f"{numerator.text}/{denominator.text}", Level.REACH, height, width)

    def slashed(self, value: Quotient, style: Style) -> Printed:
        """A derivative above the slash has a slash of its own: it stands in parentheses."""
        above, below = self.at(value.numerator, Level.PRODUCT, style), self.at(value.denominator, Level.POWER, style)
        divided = above.level >= Level.PRODUCT and any(isinstance(f, Partial) for f in factors_of(value.numerator))
        return self.slash(self.group(above) if divided else above, below)

    def equation(self, left: Expression, right: Expression, style: Style = Style.DISPLAY) -> str:
        return f"{self(left, style)} = {self(right, style)}"

    @abstractmethod
    def group(self, inner: Printed) -> Printed:
        """In parentheses."""

    @abstractmethod
    def plus(self, parts: list[tuple[bool, Printed]]) -> Printed:
        """Terms, each with True for a minus before it."""

    @abstractmethod
    def times(self, parts: list[Printed]) -> Printed:
        """Factors side by side."""

    @abstractmethod
    def number(self, value: Fraction, style: Style) -> Printed:
        """A rational that is not negative."""

    @abstractmethod
    def name(self, name: str, indices: tuple[str, ...]) -> Printed:
        """A quantity at its indices."""

    @abstractmethod
    def quotient(self, value: Quotient, style: Style) -> Printed:
        """A quotient."""

    @abstractmethod
    def power(self, base: Expression, exponent: Expression, style: Style) -> Printed:
        """A power."""

    @abstractmethod
    def call(self, function: str, argument: Expression, style: Style) -> Printed:
        """An elementary function."""

    @abstractmethod
    def apply(self, value: Applied, style: Style) -> Printed:
        """A defined function or its derivative."""

    @abstractmethod
    def guarded(self, value: Guarded, style: Style) -> Printed:
        """A term that exists between two positions: an indicator before it."""

    @abstractmethod
    def reduce(self, value: Reduce, style: Style) -> Printed:
        """A sum, product, maximum or minimum over an index."""

    @abstractmethod
    def selected(self, value: Selected, style: Style) -> Printed:
        """1 at the place of the maximum."""

    @abstractmethod
    def cases(self, rows: list[tuple[Expression, Where | None]], last: Where, style: Style) -> Printed:
        """Values with their conditions; None stands for the complement of `last` or, after many, for the rest."""

    @abstractmethod
    def delta(self, left: str, right: str) -> Printed:
        """Kronecker's delta."""

    @abstractmethod
    def derivative(self, body: Printed | None, variable: Printed, style: Style) -> Printed:
        """dE/dw, or the operator d/dw where there is no body."""

    @abstractmethod
    def second(self, body: Printed, inner: Printed, outer: Printed, style: Style) -> Printed:
        """d2E/dx dy, the derivative by `outer` of the one by `inner`."""

    @abstractmethod
    def held(self, derivative: Printed, names: list[Printed]) -> Printed:
        """A derivative behind a bar with the quantities that stay fixed."""

    @abstractmethod
    def operate(self, operator: Printed, body: Expression, style: Style) -> Printed:
        """The operator d/dw before what it differentiates."""


def signed(value: Expression) -> tuple[bool, Expression]:
    """Whether the coefficient is negative, and the value without its sign."""
    coefficient, rest = split_coefficient(value)
    return (True, mul(Number(-coefficient), rest)) if coefficient < 0 else (False, value)


def show_number(p: Printer, value: Number, style: Style) -> Printed:
    if value.value < 0:
        return p.plus([(True, p.number(-value.value, style))])
    return p.number(value.value, style)


def show_size(p: Printer, value: Size, style: Style) -> Printed:
    """A size, or the n - 1 that an index keeps which also stands shifted."""
    if isinstance(value.name, Less):
        return p.plus([(False, p.name(value.name.size, ())), (True, p.number(Fraction(value.name.by), style))])
    return p.name(value.name, ())


def show_ref(p: Printer, value: Ref, style: Style) -> Printed:
    return p.name(value.name, tuple(map(subscript, value.indices)))


def subscript(index: Index) -> str:
    """What stands for an index: its letter, a number, or the label y_s that says the position."""
    inner = "".join(map(subscript, index.by.indices)) if isinstance(index, Chosen) else ""
    return f"{index.name}_{inner}" if inner else index.name


def show_add(p: Printer, value: Add, style: Style) -> Printed:
    last = len(value.terms) - 1
    return p.plus([show_term(p, term, place == last, style) for place, term in enumerate(value.terms)])


def show_term(p: Printer, term: Expression, last: bool, style: Style) -> tuple[bool, Printed]:
    minus, size = signed(term)
    return minus, p.at(size, Level.CASES if last else Level.REACH, style)


def show_mul(p: Printer, value: Mul, style: Style) -> Printed:
    minus, size = signed(value)
    if minus:
        return p.plus([(True, p.at(size, Level.CASES, style))])
    if style is Style.SCRIPT and (small := over_number(value)) is not None:
        return p.quotient(small, style)
    last = len(value.factors) - 1
    if last < 0:
        return p.number(Fraction(1), style)
    return p.times([show_factor(p, factor, place == last, style) for place, factor in enumerate(value.factors)])


def over_number(value: Mul) -> Quotient | None:
    """x^2/2 for (1/2) x^2, as an exponent is written."""
    coefficient, rest = split_coefficient(value)
    above = mul(Number(Fraction(coefficient.numerator)), rest)
    return None if coefficient.denominator == 1 else Quotient(above, Number(Fraction(coefficient.denominator)))


def show_factor(p: Printer, factor: Expression, last: bool, style: Style) -> Printed:
    """A derivative before other factors holds its body in the numerator: where it ends must be plain."""
    if not last and isinstance(factor, Partial) and not isinstance(factor.body, Partial):
        inside = p.at(factor.body, Level.CASES if isinstance(factor.body, Reduce) else Level.POWER, Style.INNER)
        return p.derivative(inside, p.show(factor.variable, style), style)
    return p.at(factor, Level.CASES if last else Level.FACTOR, style)


def show_quotient(p: Printer, value: Quotient, style: Style) -> Printed:
    return p.quotient(value, style)


def show_power(p: Printer, value: Power, style: Style) -> Printed:
    return p.power(value.base, value.exponent, style)


def show_call(p: Printer, value: Call, style: Style) -> Printed:
    if not value.arguments:
        return p.name(value.function, ())
    return p.call(value.function, value.arguments[0], style)


def show_applied(p: Printer, value: Applied, style: Style) -> Printed:
    return p.apply(value, style)


def show_reduce(p: Printer, value: Reduce, style: Style) -> Printed:
    return p.reduce(value, style)


def show_selected(p: Printer, value: Selected, style: Style) -> Printed:
    return p.selected(value, style)


def show_where(p: Printer, value: Where, style: Style) -> Printed:
    """A chain of conditions is one list of cases."""
    rows: list[tuple[Expression, Where | None]] = []
    current: Expression = value
    last = value
    while isinstance(current, Where):
        rows.append((current.then, current))
        last, current = current, current.otherwise
    return p.cases([*rows, (current, None)], last, style)


def show_delta(p: Printer, value: Delta, style: Style) -> Printed:
    return p.delta(subscript(value.left), subscript(value.right))


def show_guarded(p: Printer, value: Guarded, style: Style) -> Printed:
    return p.guarded(value, style)


def show_partial(p: Printer, value: Partial, style: Style) -> Printed:
    """A short body stands in the numerator, a longer one behind the operator."""
    if value.holding and isinstance(value.body, Applied):
        plain = replace(p, ordinary=False).show(Partial(value.body, value.variable), style)
        return p.held(plain, [p.show(Ref(name), Style.SCRIPT) for name in sorted(value.holding)])
    if p.ordinary and value.holding:
        return replace(p, ordinary=False).show(value, style)
    variable = p.show(value.variable, style)
    inside = p.show(value.body, Style.INNER)
    if isinstance(value.body, Partial) and isinstance(value.body.body, Ref):
        return p.second(p.show(value.body.body, Style.INNER), p.show(value.body.variable, style), variable, style)
    short = inside.level >= Level.POWER and inside.height == 0 and inside.width <= SHORT
    if isinstance(value.body, Ref) or (short and value.body != ONE and not isinstance(value.body, Partial)):
        return p.derivative(inside, variable, style)
    return p.operate(p.derivative(None, variable, style), value.body, style)


SHOW: Mapping[type[Expression], Callable[[Any, Any, Style], Printed]] = {
    Number: show_number,
    Size: show_size,
    Ref: show_ref,
    Add: show_add,
    Mul: show_mul,
    Quotient: show_quotient,
    Power: show_power,
    Call: show_call,
    Applied: show_applied,
    Reduce: show_reduce,
    Selected: show_selected,
    Where: show_where,
    Delta: show_delta,
    Guarded: show_guarded,
    Partial: show_partial,
}


def decimal(value: Fraction) -> str | None:
    """The short decimal that a fraction such as 1/10, 94/125 or 8943/200000 was written as."""
    if value.denominator % 10 and (value.denominator % 5 or value.denominator < LONG):
        return None
    for digits in range(1, 13):
        scaled = value * 10**digits
        if scaled.denominator == 1:
            written = f"{scaled.numerator:0{digits + 1}d}"
            return f"{written[:-digits]}.{written[-digits:]}"
    return None


def round_number(value: Fraction) -> tuple[int, int] | None:
    """(m, e) with value = m * 10**e, for numbers that nobody writes out."""
    if value == 0:
        return None
    exponent, rest = 0, value
    while rest.denominator == 1 and rest.numerator % 10 == 0:
        rest, exponent = rest / 10, exponent + 1
    while rest.denominator % 10 == 0 and exponent > -500:
        rest, exponent = rest * 10, exponent - 1
    short = rest.denominator == 1 and abs(rest.numerator) < 10**6
    return (rest.numerator, exponent) if short and (exponent >= 6 or exponent <= -8) else None


def guard(value: Guarded, letter: str, at_most: str, less: str, size: Callable[[Dimension], str]) -> str:
    """The condition of a guard, without the half that always holds: 1 <= j, j < n-1."""
    above = f" {less} {size(value.high)}" if value.high != value.index.size else ""
    below = f"{value.low} {at_most} " if value.low > 0 else ""
    return f"{below}{letter}{above}"


def elementary(function: str) -> str:
    """The LaTeX symbol of an elementary function."""
    return BY_NAME[function].latex if function in BY_NAME else rf"\operatorname{{{function}}}"
