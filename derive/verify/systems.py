"""Number systems in which expressions are evaluated: real with many digits, exact, and real with a rounding bound.

Contract: each is a `System` of `evaluate`. `Real` computes with mpmath in a context of its own (no global precision)
and differentiates by differences, so that it knows no rule. `Exact` computes with fractions and treats every function
and derivative as an unknown of which it knows only that equal arguments give equal values. `Rounded` values carry
beside the value how far a computation in floating point may lie off.

To extend: a new system is one class here; a new function needs nothing (its name in mpmath stands on its row of
`primitives`).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import mpmath

from derive.language.definition import Definition
from derive.language.expressions import Applied, Expression, Index, Partial
from derive.language.primitives import BY_NAME
from derive.language.trees import canonical, free_indices, rename
from derive.verify.evaluate import (
    Entry,
    Point,
    Scope,
    System,
    UndefinedError,
    Value,
    entry_of,
    evaluate,
    from_equation,
)

DIGITS = 65
"""Digits that remain after every difference has been taken."""

STEP_DIGITS = 30
"""A central difference with h = 1e-30 is off by h^2 = 1e-60 and costs 30 digits."""


KINK = 1e-8
"""How far the slopes on both sides of a point may differ: a smooth function's differ by 1e-30 f''."""

HUGE = 2**64
ORDINARY = 1e30


@functools.cache
def context(digits: int) -> Any:
    """An mpmath context of that many digits; nobody changes it afterwards."""
    made = mpmath.MPContext()
    made.dps = digits
    return made


def exponential(value: Any) -> Any:
    """exp; mpmath takes seconds for a whole number such as 1e300, and no time for one beside it."""
    mp = value.context
    if abs(value) < HUGE or not mp.isint(value):
        return mp.exp(value)
    wide = context(mp.dps + len(str(int(abs(value)))))
    third = wide.mpf(1) / 3
    return mp.mpf(wide.exp(wide.mpf(value) - third) * wide.exp(third))


def difference_depth(value: Expression) -> int:
    """How many differences are taken of differences, at most."""
    own = 1 if isinstance(value, Partial) else len(value.derived) if isinstance(value, Applied) else 0
    return own + max((difference_depth(c) for c in value.children), default=0)


def definition_depth(definition: Definition) -> int:
    return max(
        [difference_depth(e.body) for e in definition.equations] + [definition_depth(f) for f in definition.functions],
        default=0,
    )


def real_system(definition: Definition, values: Iterable[Expression]) -> Real:
    """A system with digits enough for the differences in these expressions."""
    depth = max(map(difference_depth, values), default=0) + definition_depth(definition)
    return Real(DIGITS + STEP_DIGITS * depth, ordinary=True)


def function_point(value: Applied, arguments: tuple[Value, ...], point: Point, system: System) -> Point:
    """A point of the applied definition, its inputs at the arguments."""
    definition = point.definition.function(value.function)
    values: dict[Entry, Value] = {(i.name, ()): a for i, a in zip(definition.inputs, arguments, strict=True)}
    return Point(definition, {}, values, system)


def applied_value(value: Applied, point: Point) -> Value:
    """The output of an applied definition at its own point, differentiated by differences."""
    output = (point.definition.output, ())

    def derived(positions: tuple[int, ...], at: Point) -> Value:
        if not positions:
            return at.entry(output)
        entry = (at.definition.inputs[positions[0]].name, ())
        return at.system.difference(at, entry, lambda shifted: derived(positions[1:], shifted))  # type: ignore[attr-defined]

    return derived(value.derived, point)


def trigamma(value: Any) -> Any:
    """The second derivative of ln Gamma."""
    return value.context.psi(1, value)


OWN_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = MappingProxyType({"exp": exponential, "trigamma": trigamma})


# --- real numbers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Real:
    """Real numbers of `digits` decimal digits; a value that is complex or infinite is undefined (UndefinedError).

    At an `ordinary` point a function beyond ORDINARY is undefined too: differences would have no digits left.
    """

    digits: int = DIGITS
    ordinary: bool = False
    context: Any = field(init=False, repr=False, compare=False)
    step: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", context(self.digits))
        object.__setattr__(self, "step", self.context.mpf(10) ** -STEP_DIGITS)

    def number(self, value: Fraction) -> Value:
        whole = self.context.mpf(value.numerator)
        return whole if value.denominator == 1 else whole / value.denominator

    def entry(self, point: Point, entry: Entry) -> Value:
        return from_equation(point, entry)

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value:
        if not arguments:
            return +getattr(self.context, BY_NAME[function].mpmath)
        own = OWN_FUNCTIONS.get(function)
        return self.real(own or getattr(self.context, BY_NAME[function].mpmath), arguments)

    def power(self, base: Value, exponent: Value) -> Value:
        whole = self.context.isint(exponent) and abs(exponent) < 10**6
        return self.real(lambda b, e: b ** (int(e) if whole else e), (base, exponent))

    def real(self, function: Callable[..., Any], arguments: tuple[Value, ...]) -> Value:
        try:
            result = function(*arguments)
        except ValueError as error:
            raise UndefinedError(str(error)) from None
        if not isinstance(result, self.context.mpf) or not self.context.isfinite(result):
            raise UndefinedError("no finite real value")
        if self.ordinary and abs(result) > ORDINARY:
            raise UndefinedError("a function of the formula is beyond all ordinary numbers")
        return result

    def applied(self, value: Applied, arguments: tuple[Value, ...], point: Point) -> Value:
        return applied_value(value, function_point(value, arguments, point, self))

    def partial(self, value: Partial, scope: Scope, point: Point) -> Value:
        entry = entry_of(value.variable, scope, point)
        return self.difference(point, entry, lambda shifted: evaluate(value.body, scope, shifted), value.holding)

    def difference(
        self, point: Point, entry: Entry, body: Callable[[Point], Value], held: frozenset[str] = frozenset()
    ) -> Value:
        """Central difference: (f(v + h) - f(v - h)) / 2h; at a kink, where the two sides differ, there is none."""
        ahead, behind = (body(point.shifted(entry, h, held)) for h in (self.step, -self.step))
        slope = (ahead - behind) / (2 * self.step)
        bend = abs(ahead + behind - 2 * body(point)) / self.step
        if bend > KINK * max(abs(slope), 1):
            raise UndefinedError("the point lies on a kink")
        return slope


# --- fractions over unknowns --------------------------------------------------------------------------


@dataclass(frozen=True)
class Exact:
    """Fractions; whatever is not rational arithmetic is an unknown with a random rational value."""

    seed: str
    atoms: dict[object, Fraction] = field(default_factory=dict, compare=False, repr=False)

    def number(self, value: Fraction) -> Value:
        return value

    def unknown(self, *key: object) -> Fraction:
        if key not in self.atoms:
            draw = random.Random(f"{self.seed} {len(self.atoms)}")
            self.atoms[key] = Fraction(draw.choice((-1, 1)) * draw.randint(1, 997), draw.randint(1, 97))
        return self.atoms[key]

    def entry(self, point: Point, entry: Entry) -> Value:
        found = self.unknown("entry", entry)
        labels = next((i.labels for i in point.definition.inputs if i.name == entry[0]), None)
        # a label is a position, whatever else is unknown of it
        return found if labels is None else Fraction(found.numerator % point.size(labels))

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value:
        return self.unknown("call", function, arguments)

    def power(self, base: Value, exponent: Value) -> Value:
        if exponent.denominator == 1 and abs(exponent) <= 64:
            return base ** int(exponent)
        return self.unknown("power", base, exponent)

    def applied(self, value: Applied, arguments: tuple[Value, ...], point: Point) -> Value:
        return self.unknown("applied", value.function, value.derived, arguments)

    def partial(self, value: Partial, scope: Scope, point: Point) -> Value:
        """An unknown for each body and variable, their indices replaced by the numbers they have here."""
        names = {i: Index(f"={scope[i]}", i.size) for i in free_indices(value)}
        return self.unknown("partial", canonical(rename(value, names)))


# --- real numbers with a rounding bound ---------------------------------------------------------------


@dataclass(frozen=True)
class Rounded:
    """A value and how far floating-point arithmetic may lie off it, to first order, in units of the roundoff."""

    value: Any
    error: Any

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        return Rounded(value, self.error + other.error + abs(value))

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        return Rounded(value, abs(self.value) * other.error + abs(other.value) * self.error + abs(value))

    def __truediv__(self, other: Rounded) -> Rounded:
        value = self.value / other.value
        return Rounded(value, (self.error + abs(value) * other.error) / abs(other.value) + abs(value))

    def __int__(self) -> int:
        """A label's position."""
        return int(self.value)

    def __lt__(self, other: Rounded) -> bool:
        return bool(self.value < other.value)

    def __le__(self, other: Rounded) -> bool:
        return bool(self.value <= other.value)

    def __gt__(self, other: Rounded) -> bool:
        return bool(self.value > other.value)

    def __ge__(self, other: Rounded) -> bool:
        return bool(self.value >= other.value)


def sharpened(found: Rounded, moved: Sequence[Any], unit: Fraction) -> Rounded:
    """The smaller of the formula's bound and of how far the value moves when its inputs do."""
    if not moved:
        return found
    own = max(abs(m - found.value) for m in moved) * unit.denominator / unit.numerator + abs(found.value)
    return Rounded(found.value, min(found.error, own))


@dataclass(frozen=True)
class Rounding:
    """Real numbers that carry a bound for computing with the unit roundoff `unit` (2^-53 for float64).

    Only what kernels compute has a bound: there are no derivatives here, closed forms have none left.
    `moved` are points whose inputs are off by one rounding. Where there are any, a named quantity is bounded by how
    far it moves with its inputs, if that is less than what its formula loses. An `ordinary` point is one at which no
    function of the formula leaves ORDINARY, as written: there the first order says how rounding errors grow.
    """

    real: Real
    unit: Fraction
    moved: tuple[Point, ...] = field(default=(), compare=False, repr=False)
    ordinary: bool = False

    def number(self, value: Fraction) -> Value:
        exact = self.real.number(value)
        return Rounded(exact, self.real.context.zero if value.denominator == 1 else abs(exact))

    def entry(self, point: Point, entry: Entry) -> Value:
        found: Rounded = from_equation(point, entry)
        return sharpened(found, [p.entry(entry).value for p in self.moved], self.unit)

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value:
        if not arguments:
            constant = self.real.call(function, ())
            return Rounded(constant, abs(constant))
        (argument,) = arguments
        value = self.within(self.real.call(function, (argument.value,)))
        return Rounded(value, self.change(lambda x: self.real.call(function, (x,)), argument, value) + abs(value))

    def power(self, base: Value, exponent: Value) -> Value:
        value = self.within(self.real.power(base.value, exponent.value))
        by_base = self.change(lambda b: self.real.power(b, exponent.value), base, value)
        by_exponent = self.change(lambda e: self.real.power(base.value, e), exponent, value)
        return Rounded(value, by_base + by_exponent + abs(value))

    def within(self, value: Any) -> Any:
        """The value of a function; at an ordinary point, one that both precisions hold with room to spare."""
        if self.ordinary and value and not 1 / ORDINARY < abs(value) < ORDINARY:
            raise UndefinedError("a function of the formula leaves the range of float32")
        return value

    def change(self, function: Callable[[Any], Any], argument: Rounded, value: Any) -> Any:
        """How far the value moves when its argument moves by its own error."""
        if argument.error == 0:
            return self.real.context.zero
        unit = self.real.number(self.unit)
        moves = []
        for step in (argument.error * unit, -argument.error * unit):
            try:
                moves.append(abs(function(argument.value + step) - value) / unit)
            except ArithmeticError:  # beyond the edge of the domain
                continue
        return max(moves, default=abs(value))

    def applied(self, value: Applied, arguments: tuple[Value, ...], point: Point) -> Value:
        if value.derived:
            raise UndefinedError("a derivative has no rounding bound before it is worked out")
        # the moved points are of this definition, not of the applied one
        return applied_value(value, function_point(value, arguments, point, replace(self, moved=())))

    def partial(self, value: Partial, scope: Scope, point: Point) -> Value:
        raise UndefinedError("a derivative has no rounding bound before it is worked out")
