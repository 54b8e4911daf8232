"""Where a fraction over one denominator is built: on both sides of 0, or in one formula.

Contract: a Spot is a place in a graph; `choice` and `one_sided` are its nodes. A quantity that grows while e shrinks
stands within FARTHEST, and e = exp(-|z|) in two factors, so that the product is rounded below the normal range once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Node, whole
from derive.ir.stability.growth import Polynomial, at
from derive.ir.stability.mixtures import NOTHING, Monomial, Side, joined, monomial_node, renamed
from derive.ir.stability.one_side import FAR, FARTHEST, ONE, Slope, one_sided
from derive.ir.stability.two_sided import Bounded, product

Row = Mapping[Monomial, Fraction]


def ordered(row: Row) -> list[tuple[Monomial, Fraction]]:
    """The terms of a coefficient, its number first."""
    return sorted(row.items(), key=lambda pair: pair[0] != NOTHING)


@dataclass(frozen=True)
class Tail(Bounded):
    """exp(-|z|) in two factors, the first of which is a normal number."""

    @property
    def exponent(self) -> Node:
        return apply("maximum", super().exponent, constant(-FAR))

    @property
    def rest(self) -> Node:
        """1 up to FAR."""
        beyond = apply("minimum", apply("add", constant(FAR), super().exponent), constant(0))
        return apply("exp", beyond, data=self.base, name="~tail")


@dataclass(frozen=True)
class Spot:
    """Where a form is built: the exponential's value on `axes` of the node of `shape`."""

    value: Node
    axes: tuple[int, ...]
    scale: Fraction
    base: Fraction | None
    shape: tuple[object, ...]
    fresh: dict[Argument, Argument]
    tail: Polynomial | None

    @property
    def has_tail(self) -> bool:
        return self.tail is not None

    @property
    def bounded(self) -> Bounded:
        return (Tail if self.has_tail else Bounded)(self.value, self.scale, self.base, ONE, ONE)

    @property
    def e(self) -> Argument:
        return Argument(self.bounded.e, self.axes)

    def one_sided(self, left: Side, right: Side, name: str) -> Argument | None:
        """One formula, where the function of its own argument vanishes on one side alone."""
        if self.tail is None or self.tail.terms != {1: 1.0} or self.base is not None or left.power * right.power:
            return None
        scale, side = (self.scale, left) if left.power else (-self.scale, right)
        return one_sided(Slope(self.value, scale, side, self.axes, self.shape, self.fresh), name or "~slope")

    def choice(self, left: Side, right: Side) -> Argument:
        """where(z >= 0, right, left), numerators apart from a common denominator."""
        top = self.shared(left, right) or self.separate(left, right)
        if left.denominator == right.denominator:
            bottom = self.denominator(left)
        else:
            bottom = self.chosen(self.denominator(right), self.denominator(left))
        if bottom.node == constant(1):
            return top
        return whole(Node("divide", (top, bottom), self.shape))  # type: ignore[arg-type]

    def separate(self, left: Side, right: Side) -> Argument:
        """A choice between the two numerators."""
        below, above = (self.numerator(s, sign) for s, sign in ((left, -1), (right, 1)))
        return above if above == below else self.chosen(above, below)

    def shared(self, left: Side, right: Side) -> Argument | None:
        """Numerators whose coefficients differ by numbers: ([z >= 0] - t) + e ((1 - [z >= 0]) - t), with no choice."""
        if self.has_tail or left.power or right.power or len(left.numerator) != len(right.numerator):
            return None
        rows = [self.between(low, high) for low, high in zip(left.numerator, right.numerator, strict=True)]
        return None if None in rows or left == right else self.polynomial([row for row in rows if row is not None])

    def between(self, low: Row, high: Row) -> list[Argument] | None:
        """One coefficient: c [z >= 0] or c (1 - [z >= 0]) in place of the number that only one side has."""
        number, other = high.get(NOTHING, Fraction(0)), low.get(NOTHING, Fraction(0))
        if {**low, NOTHING: 0} != {**high, NOTHING: 0} or (number != other and number * other != 0):
            return None
        order = tuple(self.fresh.values())
        row = [(m, f) for m, f in ordered(high) if m != NOTHING or number == other]
        terms = [monomial_node(renamed(m, self.fresh), f, order, self.shape) for m, f in row]
        if number == other:
            return terms
        side = apply("bracket", self.value)
        found = side if other == 0 else apply("add", constant(1), scaled(-1, side))
        return [Argument(scaled(number + other, found), self.axes), *terms]

    def chosen(self, above: Argument, below: Argument) -> Argument:
        sign = Argument(apply("greater_equal", self.value, constant(0)), self.axes)
        return whole(Node("where", (sign, above, below), self.shape))  # type: ignore[arg-type]

    def denominator(self, side: Side) -> Argument:
        node = product(self.bounded, side.denominator)
        return Argument(node, self.axes if node.shape else ())

    def polynomial(self, rows: list[list[Argument]]) -> Argument:
        """c_0 + e (c_1 + e ...)"""
        total = joined("add", rows[-1], self.shape)
        for row in reversed(rows[:-1]):
            total = joined("add", [*row, self.times([self.e, total])], self.shape)
        return total

    def numerator(self, side: Side, sign: int) -> Argument:
        """e ** power (c_0 + e (c_1 + e ...))"""
        within = {old: self.placed(old, sign) for old in self.fresh}
        rows = [self.row(row, within if side.power or k else self.fresh) for k, row in enumerate(side.numerator)]
        total = self.polynomial(rows)
        for _ in range(side.power):
            total = self.times([total, self.e])
            if isinstance(self.bounded, Tail):
                total = self.times([total, Argument(self.bounded.rest, self.axes)])
        return total

    def times(self, parts: list[Argument]) -> Argument:
        ones = [p for p in parts if p.node != constant(1)]
        return joined("multiply", ones or parts[:1], self.shape)

    def row(self, row: Row, quantities: dict[Argument, Argument]) -> list[Argument]:
        """The terms of a coefficient, made of these quantities."""
        order = tuple(quantities.values())
        return [monomial_node(renamed(m, quantities), f, order, self.shape) for m, f in ordered(row)]

    def placed(self, old: Argument, sign: int) -> Argument:
        """A quantity within reach on the side on which e shrinks as it grows."""
        new, tail = self.fresh[old], self.tail
        if tail is None or tail.value is None:
            return new
        sign *= tail.sign
        limit = constant(sign * tail.reached(FARTHEST / self.scale))
        within = apply("minimum" if sign > 0 else "maximum", tail.value, limit)
        return Argument(at(new.node, tail.value, within), new.axes)
