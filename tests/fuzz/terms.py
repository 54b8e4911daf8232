"""Expressions of the fuzz: a text of the language, and the number that it means, worked out without the package.

Contract: a Term's `value` computes with mpmath at a Point; UndefinedError where there is no real value. Brackets stand
where the language's precedence needs them. Nothing here is shared with the package: that is its purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath

MP = mpmath.MPContext()
MP.dps = 60

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)

Scope = Mapping[str, int]
Entry = tuple[str, tuple[int, ...]]


class UndefinedError(ArithmeticError):
    """No real value here."""


@dataclass(frozen=True)
class Term:
    """A text, how tightly it binds, and its value at a point."""

    text: str
    level: int
    value: Callable[[Point, Scope], Any]

    def inside(self, level: int) -> str:
        """The text where something that binds as tightly as `level` is wanted."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True)
class Formula:
    """name[letters] = body"""

    letters: tuple[str, ...]
    body: Term


@dataclass(frozen=True)
class Point:
    """Sizes, the entries of the inputs, and the equations that say the rest."""

    sizes: Mapping[str, int]
    given: Mapping[Entry, Any]
    formulas: Mapping[str, Formula]
    memo: dict[Entry, Any] = field(default_factory=dict)

    def entry(self, name: str, position: tuple[int, ...]) -> Any:
        key = (name, position)
        if key in self.given:
            return self.given[key]
        if key not in self.memo:
            formula = self.formulas[name]
            self.memo[key] = formula.body.value(self, dict(zip(formula.letters, position, strict=True)))
        return self.memo[key]

    def moved(self, steps: Mapping[Entry, Any]) -> Point:
        """The point with something added to some entries of the inputs."""
        return Point(self.sizes, {**self.given, **{e: self.given[e] + s for e, s in steps.items()}}, self.formulas)


def real(value: Any) -> Any:
    """The value, if it is a real number."""
    if isinstance(value, MP.mpc) or not MP.isfinite(value):
        raise UndefinedError(str(value))
    return value


def constant(text: str, value: Any) -> Term:
    number = MP.mpf(value)
    return Term(text, ATOM, lambda point, scope: number)


EDGES: Mapping[str, tuple[int, ...]] = {"sqrt": (0,), "arccosh": (1,), "arcsin": (-1, 1), "arccos": (-1, 1)}
"""Where a function has a value and no slope."""

FAR = 1e6
"""exp of more has millions of digits before its point."""


def called(function: Callable[..., Any], name: str, *arguments: Term) -> Term:
    """A function of numbers by its name; at an edge, where its slope is infinite, it says nothing."""

    def value(point: Point, scope: Scope) -> Any:
        try:
            numbers = [a.value(point, scope) for a in arguments]
            if numbers[0] in EDGES.get(name, ()):
                raise UndefinedError(f"{name} has no slope at {numbers[0]}")
            if abs(numbers[0]) > FAR:
                raise UndefinedError(f"{name} is beyond all numbers, and takes as long")
            return real(function(*numbers))
        except (ValueError, ZeroDivisionError, OverflowError) as error:
            raise UndefinedError(str(error)) from None

    return Term(f"{name}({', '.join(a.text for a in arguments)})", ATOM, value)


def plus(left: Term, right: Term) -> Term:
    return Term(
        f"{left.inside(SUM)} + {right.inside(PRODUCT)}",
        SUM,
        lambda point, scope: left.value(point, scope) + right.value(point, scope),
    )


def minus(left: Term, right: Term) -> Term:
    return Term(
        f"{left.inside(SUM)} - {right.inside(PRODUCT)}",
        SUM,
        lambda point, scope: left.value(point, scope) - right.value(point, scope),
    )


def times(left: Term, right: Term) -> Term:
    return Term(
        f"{left.inside(PRODUCT)}*{right.inside(UNARY)}",
        PRODUCT,
        lambda point, scope: left.value(point, scope) * right.value(point, scope),
    )


def over(left: Term, right: Term) -> Term:
    def value(point: Point, scope: Scope) -> Any:
        below = right.value(point, scope)
        if below == 0:
            raise UndefinedError("division by zero")
        return left.value(point, scope) / below

    return Term(f"{left.inside(PRODUCT)}/{right.inside(UNARY)}", PRODUCT, value)


def negative(inner: Term) -> Term:
    return Term(f"-{inner.inside(UNARY)}", UNARY, lambda point, scope: -inner.value(point, scope))


def positive(inner: Term) -> Term:
    return Term(f"+{inner.inside(UNARY)}", UNARY, inner.value)


def raised(base: Term, exponent: Term) -> Term:
    def value(point: Point, scope: Scope) -> Any:
        low, high = base.value(point, scope), exponent.value(point, scope)
        if (low < 0 and not MP.isint(high)) or (low == 0 and high <= 0) or abs(high) > 10**6:
            raise UndefinedError("no real power")
        return real(MP.power(low, high))

    return Term(f"{base.inside(ATOM)}**{exponent.inside(UNARY)}", POWER, value)


RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}


def cases(left: Term, relation: str, right: Term, then: Term, otherwise: Term) -> Term:
    def value(point: Point, scope: Scope) -> Any:
        holds = RELATIONS[relation](left.value(point, scope), right.value(point, scope))
        return (then if holds else otherwise).value(point, scope)

    text = f"where({left.text} {relation} {right.text}, {then.text}, {otherwise.text})"
    return Term(text, ATOM, value)


REDUCTIONS: Mapping[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: MP.fsum(values),
    "mean": lambda values: MP.fsum(values) / len(values),
    "prod": lambda values: MP.fprod(values),
    "max": max,
    "min": min,
    "logsumexp": lambda values: MP.log(MP.fsum(MP.exp(v) for v in values)),
}


def reduced(kind: str, letter: str, length: Callable[[Point], int], body: Term) -> Term:
    def value(point: Point, scope: Scope) -> Any:
        return REDUCTIONS[kind]([body.value(point, {**scope, letter: k}) for k in range(length(point))])

    return Term(f"{kind}({letter}, {body.text})", ATOM, value)
