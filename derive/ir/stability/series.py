"""Power series at 0 of functions of one value, as far as a number of terms.

    exp(v) - 1 - v        v**2 / 2 + v**3 / 6 + ...
    sin(v) / v            1 - v**2 / 6 + ...
    1 / tanh(v) - 1 / v   v / 3 - v**3 / 45 + ...

Contract: `Expansions(terms).series(node)` is the series of a function of VARIABLE, with its terms of negative order;
None where it has none at 0, as |v|, sqrt(v) and log(v). Coefficients are numbers of CONTEXT: what is rounding beside
the terms that it is the sum of is 0. To extend: an op that is not a function of one argument is a row of SERIES.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import mpmath

from derive.ir.graph import Node
from derive.language.primitives import POLYGAMMA, PRIMITIVES

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 120
ROUNDING = CONTEXT.mpf(10) ** -60
"""A sum that is smaller than this beside its terms is 0: the digits of CONTEXT leave room for either."""
VARIABLE = Node("input", data="v")
NOT_ANALYTIC = ("abs", "sign", "lgamma", "digamma", *POLYGAMMA)
FUNCTIONS = MappingProxyType(
    {"tanh": "tanh", "erfc": "erfc"}
    | {p.name: p.mpmath for p in PRIMITIVES if p.arity == 1 and p.name not in NOT_ANALYTIC}
)
"""Functions that have a series at 0, or at any value of their argument, and their names in mpmath."""


@dataclass(frozen=True)
class Series:
    """v**order (c_0 + c_1 v + ...), c_0 not 0 unless all are."""

    order: int
    coefficients: tuple[Any, ...]

    @property
    def at_zero(self) -> Any:
        return self.coefficients[0] if self.order == 0 else CONTEXT.mpf(0)

    @property
    def is_zero(self) -> bool:
        return not any(self.coefficients)

    def upto(self, end: int) -> tuple[Any, ...]:
        """The coefficients of v**0, ..., v**(end - 1); the order is not negative."""
        zeros = (CONTEXT.mpf(0),) * self.order
        return (zeros + self.coefficients)[:end]


def normal(order: int, coefficients: tuple[Any, ...]) -> Series:
    lead = next((k for k, c in enumerate(coefficients) if c), 0)
    return Series(order + lead, coefficients[lead:])


def number_series(value: Any, terms: int) -> Series:
    return Series(0, (CONTEXT.mpf(value), *[CONTEXT.mpf(0)] * (terms - 1)))


def total(parts: tuple[Series, ...]) -> Series:
    """The sum, as far as all of its terms are known."""
    order = min(p.order for p in parts)
    end = min(p.order + len(p.coefficients) for p in parts)
    rows = [(CONTEXT.mpf(0),) * (p.order - order) + p.coefficients for p in parts]
    return normal(order, tuple(added(column) for column in zip(*(row[: end - order] for row in rows), strict=True)))


def added(column: Sequence[Any]) -> Any:
    if len(column) < 2:
        return column[0] if column else CONTEXT.mpf(0)
    found = CONTEXT.fsum(column)
    return found if abs(found) > ROUNDING * max(map(abs, column)) else CONTEXT.mpf(0)


def product(left: Series, right: Series) -> Series:
    a, b = left.coefficients, right.coefficients
    columns: list[list[Any]] = [[] for _ in range(min(len(a), len(b)))]
    filled = [(j, y) for j, y in enumerate(b) if y]
    for i, x in enumerate(a[: len(columns)]):
        for j, y in filled if x else ():
            if i + j < len(columns):
                columns[i + j].append(x * y)
    return normal(left.order + right.order, tuple(map(added, columns)))


def inverse(series: Series) -> Series:
    first, *rest = series.coefficients
    found = [1 / first]
    for k in range(1, len(series.coefficients)):
        found.append(-added(tuple(rest[i - 1] * found[k - i] for i in range(1, k + 1))) / first)
    return Series(-series.order, tuple(found))


def composed(coefficients: tuple[Any, ...], inner: Series) -> Series:
    """sum_k c_k (u - u(0))**k"""
    terms = inner.order + len(inner.coefficients)
    shift = inner if inner.order else normal(0, (CONTEXT.mpf(0), *inner.coefficients[1:]))
    columns: list[list[Any]] = [[] for _ in range(terms)]
    power = number_series(1, terms)
    for c in coefficients:
        for k, value in enumerate(power.upto(terms) if c else ()):
            if value:
                columns[k].append(c * value)
        power = product(power, shift)
        if power.order >= terms or power.is_zero:
            break
    return normal(0, tuple(map(added, columns)))


@lru_cache(maxsize=256)
def taylor(function: str, at: Any, terms: int) -> tuple[Any, ...]:
    return tuple(CONTEXT.taylor(getattr(CONTEXT, function), at, terms - 1))


# --- of nodes ----------------------------------------------------------------------------------------------


def of_sum(node: Node, parts: tuple[Series, ...], terms: int) -> Series | None:
    return total(parts)


def of_product(node: Node, parts: tuple[Series, ...], terms: int) -> Series | None:
    found = parts[0]
    for part in parts[1:]:
        found = product(found, part)
    return found


def of_quotient(node: Node, parts: tuple[Series, ...], terms: int) -> Series | None:
    above, below = parts
    return None if below.is_zero else product(above, inverse(below))


def of_power(node: Node, parts: tuple[Series, ...], terms: int) -> Series | None:
    """A whole power of any series, another of one that is positive at 0."""
    (base,), exponent = parts, node.data
    if not isinstance(exponent, Fraction) or base.is_zero:
        return None
    if exponent.denominator == 1 and abs(exponent) <= LARGEST_POWER:
        found = number_series(1, terms)
        for _ in range(abs(int(exponent))):
            found = product(found, base)
        return found if exponent > 0 else inverse(found)
    if base.order or base.at_zero <= 0:
        return None
    power = CONTEXT.mpf(exponent.numerator) / exponent.denominator
    return composed(tuple(CONTEXT.binomial(power, k) * base.at_zero ** (power - k) for k in range(terms)), base)


LARGEST_POWER = 16
SERIES: Mapping[str, Callable[[Node, tuple[Series, ...], int], Series | None]] = MappingProxyType(
    {"add": of_sum, "multiply": of_product, "divide": of_quotient, "power": of_power}
)


def of_function(node: Node, parts: tuple[Series, ...], terms: int) -> Series | None:
    """A function of the language, where it is finite."""
    (inner,) = parts
    if node.data is not None or inner.order < 0:
        return None
    try:
        found = taylor(FUNCTIONS[node.op], inner.at_zero, terms)
    except (ValueError, ZeroDivisionError, TypeError):
        return None
    return composed(found, inner) if all(isinstance(c, CONTEXT.mpf) and CONTEXT.isfinite(c) for c in found) else None


def has_series(node: Node) -> bool:
    return node.op in SERIES or node.op in FUNCTIONS


class Expansions:
    """Series of functions of the input VARIABLE."""

    def __init__(self, terms: int) -> None:
        self.terms = terms
        self.known: dict[Node, Series | None] = {}

    def series(self, node: Node) -> Series | None:
        if node not in self.known:
            self.known[node] = self.expanded(node)
        return self.known[node]

    def expanded(self, node: Node) -> Series | None:
        if node == VARIABLE:
            return Series(1, (CONTEXT.mpf(1), *[CONTEXT.mpf(0)] * (self.terms - 2)))
        if node.op == "constant":
            assert isinstance(node.data, Fraction)
            return number_series(CONTEXT.mpf(node.data.numerator) / node.data.denominator, self.terms)
        if node.op == "pi":
            return number_series(CONTEXT.pi, self.terms)
        parts = tuple(self.series(a.node) for a in node.arguments)
        if not has_series(node) or any(p is None for p in parts):
            return None
        given = tuple(p for p in parts if p is not None)
        return SERIES[node.op](node, given, self.terms) if node.op in SERIES else of_function(node, given, self.terms)
