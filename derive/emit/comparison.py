"""A table that compares functions of one number: value, derivative, range, where the gradient vanishes.

Contract: `compared(...)` puts what was derived and observed into finished strings; `comparison_markdown` and the
command line lay them out. To extend: a column is a field of Compared and a heading of HEADINGS.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Protocol

from derive.emit.document import View
from derive.emit.latex import LatexPrinter
from derive.emit.templating import render
from derive.emit.unicode_text import TextPrinter
from derive.language.derivation import Derivation
from derive.language.words import Words

INFINITE = float("inf")
MINUS = "\u2212"

HEADINGS: Mapping[str, Words] = MappingProxyType(
    {
        "name": Words("function", "函数"),
        "value": Words("value", "表达式"),
        "derivative": Words("derivative", "导数"),
        "range": Words("range", "值域"),
        "vanishing": Words("where the gradient vanishes", "梯度消失的区域"),
    }
)
TITLE = Words("Activation functions compared", "激活函数对照")
SMALL = Words("below 1 % of its maximum {0} for {1}", "当 {1} 时小于最大值 {0} 的 1 %")
FLAT = Words("0 for {0}", "当 {0} 时为 0")
EVERYWHERE = Words("0 everywhere", "处处为 0")
NOWHERE = Words("nowhere", "不消失")
OR, AND = Words(" or ", " 或 "), Words("; ", "；")


class Bound(Protocol):
    """An end of a range."""

    @property
    def value(self) -> float: ...

    @property
    def reached(self) -> bool: ...


class Region(Protocol):
    """Where the slope vanishes."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def flat(self) -> bool: ...


class Observed(Protocol):
    """What was seen of a function; see verify.observe."""

    @property
    def low(self) -> Bound: ...

    @property
    def high(self) -> Bound: ...

    @property
    def values(self) -> tuple[float, ...]: ...

    @property
    def steepest(self) -> float: ...

    @property
    def regions(self) -> Sequence[Region]: ...


@dataclass(frozen=True)
class Compared:
    """A row of the table, as finished strings."""

    name: str
    value: str
    derivative: str
    range: str
    vanishing: str

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(getattr(self, f.name) for f in fields(self))


def compared(
    derivation: Derivation, observed: Observed, symbols: Mapping[str, str], language: str, *, latex: bool
) -> Compared:
    """The row of one function; mathematics in LaTeX or in characters."""
    definition = derivation.definition
    view = View(definition, symbols)
    printer = LatexPrinter(symbols) if latex else TextPrinter(symbols)
    value, derivative = (
        f"${printer(view(e))}$" if latex else printer(view(e))
        for e in (definition.equation(definition.output).body, derivation.closed)
    )
    variable = definition.inputs[0].name
    return Compared(definition.name, value, derivative, range_of(observed), vanishing(observed, variable, language))


def range_of(observed: Observed) -> str:
    if observed.values:
        return "{" + ", ".join(map(number, observed.values)) + "}"
    low, high = observed.low, observed.high
    return f"{'[' if low.reached else '('}{number(low.value)}, {number(high.value)}{']' if high.reached else ')'}"


def number(value: float) -> str:
    """At most four digits, an infinity as its sign."""
    size = "∞" if abs(value) == INFINITE else f"{abs(value):.4g}"
    return (MINUS if value < 0 else "") + size


def vanishing(observed: Observed, variable: str, language: str) -> str:
    if not observed.steepest:
        return EVERYWHERE[language]
    flat, small = ([r for r in observed.regions if r.flat is kind] for kind in (True, False))
    parts = []
    if flat:
        parts.append(FLAT[language].format(where(flat, variable, language)))
    if small:
        parts.append(SMALL[language].format(number(observed.steepest), where(small, variable, language)))
    return AND[language].join(parts) or NOWHERE[language]


def where(regions: Sequence[Region], variable: str, language: str) -> str:
    """x < -5.99 or x > 5.99"""
    return OR[language].join(region_text(r, variable) for r in regions)


def region_text(region: Region, variable: str) -> str:
    low, high = round_edge(region.low), round_edge(region.high)
    if low == -INFINITE:
        return f"{variable} < {number(high)}"
    if high == INFINITE:
        return f"{variable} > {number(low)}"
    return f"{number(low)} < {variable} < {number(high)}"


def round_edge(value: float) -> float:
    """Two places; no edge is -0."""
    return value if abs(value) == INFINITE else round(value, 2) + 0.0


def comparison_markdown(rows: Sequence[Compared], language: str) -> str:
    """The table as a page of notes."""
    headings = [h[language] for h in HEADINGS.values()]
    return render("comparison.md.jinja", title=TITLE[language], headings=headings, rows=[r.cells for r in rows])
