"""Polynomials of one value, and how fast a monotone one grows.

    x + x**3, sqrt(2/pi) (x + c x**3)   odd, of one sign: |p(v)| grows with |v|, at least as c_k |v|**k

Contract: `polynomial_of(node)` is the value and the coefficients, or None where the node is of another kind;
`monotone` says whether these are of one sign at odd powers only, and `reached` from which |v| on |p(v)| is `level`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.ir.graph import Node, has_input, rebuild, whole

MOST = 8
"""No higher power is looked at."""


@dataclass(frozen=True)
class Polynomial:
    """sum_k terms[k] value**k; a number has no value."""

    value: Node | None
    terms: Mapping[int, float]

    @property
    def degree(self) -> int:
        return max(self.terms, default=0)

    @property
    def sign(self) -> int:
        """1 or -1 for a monotone function without a constant, else 0."""
        signs = {(k % 2, c > 0) for k, c in self.terms.items() if c}
        return {frozenset({(1, True)}): 1, frozenset({(1, False)}): -1}.get(frozenset(signs), 0)

    def at(self, value: float) -> float:
        return math.fsum(c * value**k for k, c in self.terms.items())

    def reached(self, level: Fraction) -> Fraction:
        """A number beyond which a monotone polynomial is at least `level` in size; a whole one but for the value."""
        if self.terms == {1: 1.0}:
            return level
        return Fraction(math.ceil(min((level / abs(c)) ** (1 / k) for k, c in self.terms.items() if c)))

    def plus(self, other: Polynomial) -> Polynomial | None:
        if not self.fits(other):
            return None
        powers = {*self.terms, *other.terms}
        total = {k: self.terms.get(k, 0.0) + other.terms.get(k, 0.0) for k in powers}
        return Polynomial(self.value or other.value, total)

    def times(self, other: Polynomial) -> Polynomial | None:
        if not self.fits(other) or self.degree + other.degree > MOST:
            return None
        total: dict[int, float] = {}
        for j, a in self.terms.items():
            for k, b in other.terms.items():
                total[j + k] = total.get(j + k, 0.0) + a * b
        return Polynomial(self.value or other.value, total)

    def fits(self, other: Polynomial) -> bool:
        return self.value is None or other.value is None or self.value == other.value


def polynomial_of(node: Node) -> Polynomial | None:
    """The node as a polynomial of what is neither a sum, a product nor a power."""
    if not has_input(node):
        size = number(node)
        return None if size is None else Polynomial(None, {0: size})
    if node.op == "power" and isinstance(node.data, Fraction) and node.data.denominator == 1 and 2 <= node.data <= MOST:
        base = whole_part(node, 0)
        return raised(base, int(node.data)) if base else None
    if node.op == "divide":
        above, below = whole_part(node, 0), number(node.arguments[1].node)
        return above.times(Polynomial(None, {0: 1 / below})) if above and below else None
    if node.op not in ("add", "multiply"):
        return Polynomial(node, {1: 1.0})
    total: Polynomial | None = Polynomial(None, {0: 0.0 if node.op == "add" else 1.0})
    for k in range(len(node.arguments)):
        part = whole_part(node, k)
        if part is None or total is None:
            return None
        total = total.plus(part) if node.op == "add" else total.times(part)
    return total


def whole_part(node: Node, position: int) -> Polynomial | None:
    """An argument on all axes of its user, or a number."""
    argument = node.arguments[position]
    if argument != whole(argument.node) or (argument.node.shape and argument.node.shape != node.shape):
        return None
    return polynomial_of(argument.node)


def raised(base: Polynomial, exponent: int) -> Polynomial | None:
    total: Polynomial | None = base
    for _ in range(exponent - 1):
        total = total.times(base) if total else None
    return total


def number(node: Node) -> float | None:
    """The size of a node without inputs, where it is made of rational numbers, pi and roots."""
    if node.op == "constant" and isinstance(node.data, Fraction):
        return float(node.data)
    if node.op == "pi":
        return math.pi
    parts = [number(a.node) for a in node.arguments]
    known = [p for p in parts if p is not None]
    if len(known) < len(parts) or not known:
        return None
    if node.op == "sqrt" and known[0] >= 0:
        return math.sqrt(known[0])
    if node.op == "divide" and known[1]:
        return known[0] / known[1]
    if node.op in ("multiply", "add"):
        return math.prod(known) if node.op == "multiply" else math.fsum(known)
    return None


def at(node: Node, value: Node, new: Node) -> Node:
    """The node with another value in place of one."""
    return rebuild((node,), lambda n: new if n == value else n)[0]
