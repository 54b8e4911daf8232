"""Number systems in which expressions are evaluated: real with many digits, and exact.

Contract: each is a `System` of `evaluate`. `Real` computes with mpmath in a context of its own (no global precision)
and differentiates by differences, so that it knows no rule. `Exact` computes with fractions and treats every function
and derivative as an unknown of which it knows only that equal arguments give equal values. Numbers with a bound of
their rounding are a room of their own, `rounding`.

To extend: a new system is one class here; a new function needs nothing (its name in mpmath stands on its row of
`primitives`).
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import mpmath

from derive.language.definition import Definition
from derive.language.expressions import Applied, Expression, Partial
from derive.language.indices import Index
from derive.language.primitives import BY_NAME, POLYGAMMA
from derive.language.trees import canonical, free_indices, rename
from derive.verify.evaluate import entry_of, from_equation, program, slot
from derive.verify.points import Entry, Environment, Point, System, UndefinedError, Value

DIGITS = 65
"""Digits that remain after every difference has been taken."""

STEP_DIGITS = 30
"""A central difference with h = 1e-30 is off by h^2 = 1e-60 and costs 30 digits."""

GUARD_DIGITS = 15
"""Values that agree to all but so many of their digits are one: a condition between them is not left to rounding."""

STEEP = 1e10
"""A slope beyond it is looked at again with half the step: that of a jump doubles."""

KINK = 1e-8
"""How far the slopes on both sides of a point may differ: a smooth function's differ by 1e-30 f''."""

HUGE = 2**64
ORDINARY = 1e30
MOST_BITS = 2**16
"""A function of a longer number is undefined: an exponential of exponentials ends the process, out of memory."""


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


@functools.lru_cache(maxsize=2**14)
def difference_depth(value: Expression) -> int:
    """How many differences are taken of differences, at most."""
    own = 1 if isinstance(value, Partial) else len(value.derived) if isinstance(value, Applied) else 0
    return own + max((difference_depth(c) for c in value.children), default=0)


@functools.lru_cache(maxsize=256)
def definition_depth(definition: Definition) -> int:
    return max(
        [difference_depth(e.body) for e in definition.equations] + [definition_depth(f) for f in definition.functions],
        default=0,
    )


def real_system(definition: Definition, values: Iterable[Expression], fineness: int = 1) -> Real:
    """A system with digits enough for the differences in these expressions, so many times as fine as is usual."""
    depth = max(map(difference_depth, values), default=0) + definition_depth(definition)
    return Real(fineness * (DIGITS + STEP_DIGITS * depth), ordinary=True, step_digits=fineness * STEP_DIGITS)


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


def polygamma(order: int) -> Callable[[Any], Any]:
    """The derivative of digamma of an order."""
    return lambda value: value.context.psi(order, value)


OWN_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"exp": exponential, **{name: polygamma(order) for name, order in POLYGAMMA.items()}}
)


# --- real numbers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Real:
    """Real numbers of `digits` decimal digits; a value that is complex or infinite is undefined (UndefinedError).

    `noise` is what is left, beside 1, where equal values are subtracted.
    At an `ordinary` point a function beyond ORDINARY is undefined too: differences would have no digits left.
    """

    digits: int = DIGITS
    ordinary: bool = False
    step_digits: int = STEP_DIGITS
    context: Any = field(init=False, repr=False, compare=False)
    step: Any = field(init=False, repr=False, compare=False)
    noise: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", context(self.digits))
        object.__setattr__(self, "noise", self.context.mpf(10) ** (GUARD_DIGITS - self.digits))
        object.__setattr__(self, "step", self.context.mpf(10) ** -self.step_digits)

    def number(self, value: Fraction) -> Value:
        whole = self.context.mpf(value.numerator)
        return whole if value.denominator == 1 else whole / value.denominator

    def same(self, left: Value, right: Value) -> bool:
        apart = abs(left - right)
        return bool(not apart or apart <= max(abs(left), abs(right)) * self.noise)

    def apart(self, left: Value, right: Value) -> bool:
        return True

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
        if any(self.context.mag(a) > MOST_BITS for a in arguments):
            raise UndefinedError("a function of a number beyond all bounds")
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

    def partial(self, value: Partial, places: Environment, point: Point) -> Value:
        entry, body = entry_of(value.variable, places, point), program(value.body)
        return self.difference(point, entry, lambda shifted: body(places, shifted), value.holding)

    def difference(
        self, point: Point, entry: Entry, body: Callable[[Point], Value], held: frozenset[str] = frozenset()
    ) -> Value:
        """Central difference: (f(v + h) - f(v - h)) / 2h; at a kink, where the two sides differ, there is none."""
        if self.ordinary and abs(point.entry(entry)) > ORDINARY:
            raise UndefinedError("a quantity is beyond all ordinary numbers: a small step is lost beside it")

        def slope_of(step: Value) -> tuple[Value, Value]:
            ahead, behind = (body(point.shifted(entry, h, held)) for h in (step, -step))
            return (ahead - behind) / (2 * step), ahead + behind

        slope, both = slope_of(self.step)
        bend = abs(both - 2 * body(point)) / self.step
        if bend > KINK * max(abs(slope), 1):
            raise UndefinedError("the point lies on a kink")
        if abs(slope) > STEEP and abs(slope - slope_of(self.step / 2)[0]) > KINK * abs(slope):
            raise UndefinedError("the point lies on a jump")
        return slope


# --- fractions over unknowns --------------------------------------------------------------------------


HIGHEST = 1000
"""The highest power of a fraction that is worked out."""


@dataclass(frozen=True)
class Exact:
    """Fractions; whatever is not rational arithmetic is an unknown with a random rational value of one of `signs`."""

    seed: str
    signs: tuple[int, ...] = (-1, 1)
    atoms: dict[object, Fraction] = field(default_factory=dict, compare=False, repr=False)

    def number(self, value: Fraction) -> Value:
        return value

    def same(self, left: Value, right: Value) -> bool:
        return bool(left == right)

    def unknown(self, *key: object) -> Fraction:
        if key not in self.atoms:
            draw = random.Random(f"{self.seed} {len(self.atoms)}")
            self.atoms[key] = Fraction(draw.choice(self.signs) * draw.randint(1, 997), draw.randint(1, 97))
        return self.atoms[key]

    def apart(self, left: Value, right: Value) -> bool:
        return True

    def entry(self, point: Point, entry: Entry) -> Value:
        found = self.unknown("entry", entry)
        labels = next((i.labels for i in point.definition.inputs if i.name == entry[0]), None)
        # a label is a position, whatever else is unknown of it
        return found if labels is None else Fraction(found.numerator % point.size(labels))

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value:
        return self.unknown("call", function, arguments)

    def power(self, base: Value, exponent: Value) -> Value:
        if exponent.denominator == 1 and abs(exponent) <= HIGHEST:
            return base ** int(exponent)
        return self.unknown("power", base, exponent)

    def applied(self, value: Applied, arguments: tuple[Value, ...], point: Point) -> Value:
        return self.unknown("applied", value.function, value.derived, arguments)

    def partial(self, value: Partial, places: Environment, point: Point) -> Value:
        """An unknown for each body and variable, their indices replaced by the numbers they have here."""
        names = {i: Index(f"={places[slot(i)]}", i.size) for i in free_indices(value)}
        return self.unknown("partial", canonical(rename(value, names)))
