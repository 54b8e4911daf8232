"""Products such as x sigmoid(x), which vanish on one side of 0 alone: one formula for both sides, and no choice.

    x sigmoid(x)             x / (1 + E) E                              E = exp(x)
    x sigmoid(x) its slope   (1 + x + E) / (1 + E (2 + E)) E

Beyond 44 (ops.STILL) E stands still: there 1 + E is E in both precisions, the function has reached its limit, and the
square of E is finite. So does x where E outgrows it. On the other side E is exp(max(x, -FAR)) and exp(min(FAR + x, 0)),
so that the product is rounded below the normal range only once, and x stands within FARTHEST, where E is 0.

Contract: `one_sided(slope)` is the node, or None where the condition does not hold: polynomials of E up to its square,
the denominator's coefficients not negative, and x beside the highest power of E only where it stands alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Node, whole
from derive.ir.stability.growth import at
from derive.ir.stability.mixtures import NOTHING, Monomial, Side, joined, monomial_node, renamed
from derive.ir.stability.polynomial import Reduced
from derive.ir.stability.two_sided import Bounded, product

FAR = 80
"""exp(-FAR) is a normal number in float32 and float64, and 1 + exp(-FAR) is 1."""

FARTHEST = 4096
"""exp(-FARTHEST) is 0 in both, times whatever power of FARTHEST."""

HIGHEST = 2
ONE = Reduced((Fraction(1),), (Fraction(1),), Fraction(1))


@dataclass(frozen=True)
class Small(Bounded):
    """E = exp(scale value), as far as it is a normal number and has a finite square."""

    @property
    def exponent(self) -> Node:
        below = apply("minimum", scaled(self.scale, self.value), still(1))
        return apply("maximum", below, constant(-FAR))

    @property
    def e(self) -> Node:
        return apply("exp", self.exponent, name="~e:still")

    @property
    def rest(self) -> Node:
        """What exp(scale value) has beyond FAR, where it is small."""
        beyond = apply("minimum", apply("add", scaled(self.scale, self.value), constant(FAR)), constant(0))
        return apply("exp", beyond, name="~tail")


@dataclass(frozen=True)
class Slope:
    """E ** power (c_0 + E (c_1 + ...)) / D(E) in E = exp(scale value), small where scale * value is negative.

    The value lies on `axes` of a node of `shape`; fresh: the quantities in the coefficients, polynomials of the value.
    """

    value: Node
    scale: Fraction
    side: Side
    axes: tuple[int, ...]
    shape: tuple[object, ...]
    fresh: Mapping[Argument, Argument]

    @property
    def small(self) -> Small:
        return Small(self.value, self.scale, None, ONE, ONE)

    @property
    def degree(self) -> int:
        return len(self.side.denominator) - 1

    @property
    def reaches_limit(self) -> bool:
        """Whether a coefficient with the value in it stands beside the highest power of E."""
        rows = self.side.numerator
        return len(rows) + self.side.power - 1 == self.degree and set(rows[-1]) != {NOTHING}

    def fits(self) -> bool:
        kept = all(c >= 0 for c in self.side.denominator) and self.degree <= HIGHEST
        return kept and self.side.power > 0 and not (self.reaches_limit and len(self.side.numerator) > 1)

    @property
    def quantities(self) -> dict[Argument, Argument]:
        """The value within reach, on the side of its limit only where it has reached that."""
        toward = 1 if self.scale > 0 else -1
        within = apply(BOUND[-toward], self.value, constant(-FARTHEST / self.scale))
        if not self.reaches_limit:
            within = apply(BOUND[toward], within, still(self.scale))
        return {old: Argument(at(new.node, self.value, within), new.axes) for old, new in self.fresh.items()}

    def numerator(self) -> Argument:
        """c_0 + E (c_1 + ...), quantities last: 1 + E is rounded by less than 1 + x."""
        names = self.quantities
        total = joined("add", self.terms(self.side.numerator[-1], names), self.shape)
        for row in reversed(self.side.numerator[:-1]):
            power = self.e if total.node == constant(1) else joined("multiply", [self.e, total], self.shape)
            number = self.terms({m: f for m, f in row.items() if m == NOTHING}, names)
            others = self.terms({m: f for m, f in row.items() if m != NOTHING}, names)
            total = joined("add", [*number, power, *others], self.shape)
        return total

    def terms(self, row: Mapping[Monomial, Fraction], names: dict[Argument, Argument]) -> list[Argument]:
        order = tuple(names.values())
        return [monomial_node(renamed(m, names), f, order, self.shape) for m, f in row.items()]

    @property
    def e(self) -> Argument:
        return Argument(self.small.e, self.axes)

    def node(self, name: str) -> Argument:
        """The quotient first: with an unbounded value, E times it would leave the floats."""
        below = product(self.small, self.side.denominator)
        bottom = Argument(below, self.axes if below.shape else ())
        ratio = whole(Node("divide", (self.numerator(), bottom), self.shape))  # type: ignore[arg-type]
        powers = [self.e, Argument(self.small.rest, self.axes)] * self.side.power
        return whole(Node("multiply", (ratio, *powers), self.shape, name=name))  # type: ignore[arg-type]


def still(factor: Fraction | int) -> Node:
    return Node("still", data=Fraction(factor))


BOUND: Mapping[int, str] = {1: "minimum", -1: "maximum"}


def one_sided(slope: Slope, name: str) -> Argument | None:
    return slope.node(name) if slope.fits() else None
