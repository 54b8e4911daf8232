"""Numbers with a derivative, of many digits: the truth of a formula as it is written. Shares no code with the package.

430 digits hold what cancels against 1 in every formula of the sweep, down to the smallest number of float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath

MANY = mpmath.mp.clone()
MANY.dps = 430
VANISHED = -(10**7)
"""The exponential of less is 0 whatever it is multiplied with."""


@dataclass(frozen=True)
class Dual:
    """value + derivative d"""

    value: Any
    derivative: Any

    def __add__(self, other: Any) -> Dual:
        other = lifted(other)
        return Dual(self.value + other.value, self.derivative + other.derivative)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.derivative)

    def __sub__(self, other: Any) -> Dual:
        return self + -lifted(other)

    def __rsub__(self, other: Any) -> Dual:
        return lifted(other) - self

    def __mul__(self, other: Any) -> Dual:
        other = lifted(other)
        return Dual(self.value * other.value, self.value * other.derivative + self.derivative * other.value)

    def __truediv__(self, other: Any) -> Dual:
        other = lifted(other)
        ratio = self.value / other.value
        return Dual(ratio, (self.derivative - ratio * other.derivative) / other.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return lifted(other) / self

    def __pow__(self, n: int) -> Dual:
        return Dual(self.value**n, n * self.value ** (n - 1) * self.derivative)

    def __abs__(self) -> Dual:
        return self if self.value >= 0 else -self

    __radd__ = __add__
    __rmul__ = __mul__


def lifted(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(MANY.mpf(value), MANY.mpf(0))


def exp(z: Dual) -> Dual:
    size = MANY.exp(z.value) if z.value > VANISHED else MANY.mpf(0)
    return Dual(size, size * z.derivative)


def log(z: Dual) -> Dual:
    return Dual(MANY.log(z.value), z.derivative / z.value)


def sqrt(z: Dual) -> Dual:
    root = MANY.sqrt(z.value)
    return Dual(root, z.derivative / (2 * root))


def tanh(z: Dual) -> Dual:
    e = exp(-2 * abs(z))
    size = (1 - e) / (1 + e)
    return size if z.value >= 0 else -size


def sigmoid(z: Dual) -> Dual:
    e = exp(-abs(z))
    return (1 if z.value >= 0 else e) / (1 + e)


def softplus(z: Dual) -> Dual:
    return (z if z.value > 0 else lifted(0)) + log(1 + exp(-abs(z)))
