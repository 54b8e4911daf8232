"""Real numbers that carry beside the value how far a computation in floating point may lie off it.

Contract: `Rounding` is a `System` of `evaluate` whose values are `Rounded`. It knows no derivatives: what kernels
compute is a closed form and has none left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from derive.language.expressions import Applied, Partial
from derive.verify.evaluate import from_equation
from derive.verify.points import Entry, Environment, Point, UndefinedError, Value
from derive.verify.systems import ORDINARY, Real, applied_value, function_point

SINGLE = 2.0**-24
"""The roundoff of float32: the largest that the error of a product is multiplied with."""


FLAT = 1e-6
"""The slope below which the second order of a function is looked at."""
DOUBT = 16
"""Roundings of float32 by which two values must differ for their order to be beyond doubt."""

STEEP = 1000
"""A value of a function without a digit in float32 is near a pole if it is larger than this."""


@dataclass(frozen=True)
class Rounded:
    """A value and how far floating-point arithmetic may lie off it, in units of the roundoff."""

    value: Any
    error: Any

    def __add__(self, other: Rounded) -> Rounded:
        value = self.value + other.value
        return Rounded(value, self.error + other.error + abs(value))

    def __mul__(self, other: Rounded) -> Rounded:
        value = self.value * other.value
        # beside a factor that is 0 the second order counts: the square of what was 0 before rounding
        both = self.error * other.error * SINGLE
        return Rounded(value, abs(self.value) * other.error + abs(other.value) * self.error + both + abs(value))

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
        is_exact = value.denominator == 1 and abs(value) * SINGLE <= 1  # as float32 holds it
        return Rounded(exact, self.real.context.zero if is_exact else abs(exact))

    def same(self, left: Value, right: Value) -> bool:
        return self.real.same(left.value, right.value)

    def apart(self, left: Value, right: Value) -> bool:
        """At a hard point, which is chosen, everything is what it is said to be."""
        gap = abs(left.value - right.value)
        return bool(not self.ordinary or not gap or gap > DOUBT * SINGLE * (left.error + right.error))

    def entry(self, point: Point, entry: Entry) -> Value:
        found: Rounded = from_equation(point, entry)
        if self.ordinary and abs(found.value) < self.real.noise * found.error:  # a difference of equal values
            found = replace(found, value=self.real.context.zero)
        return sharpened(found, [p.entry(entry).value for p in self.moved], self.unit)

    def call(self, function: str, arguments: tuple[Value, ...]) -> Value:
        if not arguments:
            constant = self.real.call(function, ())
            return Rounded(constant, abs(constant))
        (argument,) = arguments
        value = self.within(self.real.call(function, (argument.value,)))
        change = self.change(lambda x: self.real.call(function, (x,)), argument, value)
        if self.ordinary and abs(value) > STEEP and change * DOUBT * SINGLE > abs(value):
            raise UndefinedError("an argument is within float32's rounding of a pole")
        return Rounded(value, change + abs(value))

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
        """How far the value moves when its argument moves by its own error.

        Where the function is flat the second order counts, which is larger in float32.
        """
        if argument.error == 0:
            return self.real.context.zero
        found = self.moves(function, argument, value, self.real.number(self.unit))
        if self.ordinary and found < FLAT * argument.error:
            found = max(found, self.moves(function, argument, value, self.real.context.mpf(SINGLE)))
        return found

    def moves(self, function: Callable[[Any], Any], argument: Rounded, value: Any, unit: Any) -> Any:
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

    def partial(self, value: Partial, places: Environment, point: Point) -> Value:
        raise UndefinedError("a derivative has no rounding bound before it is worked out")
