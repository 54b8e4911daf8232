"""Sums of products of other quantities with rational functions of one exponential: sum_m m R_m(exp(z)).

Contract: `Mixtures().of(node)` gives a Mixture, or None where the node has no exponential in it. In O - t with
O = sigmoid(X) the monomials are 1 and t; in sigmoid(x) (1 + x (1 - sigmoid(x))) they are 1 and x. `sides_of` brings
all terms over one denominator: polynomials in e = exp(-|z|) for z <= 0 and for z > 0, ordered by powers of e, so
that coefficients such as 1 - t are formed before anything is multiplied by e.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

import sympy

from derive.ir.build import constant
from derive.ir.graph import Argument, Node, moved, whole
from derive.ir.stability import polynomial
from derive.ir.stability.exponentials import Exponentials, Group, aligned
from derive.ir.stability.polynomial import (
    Ratio,
    Reduced,
    coefficients,
    common_unit,
    is_steep,
    keeps_sign,
    poly,
    reduced,
)

Monomial = frozenset[tuple[Argument, int]]
"""Quantities and their powers; the empty one is 1."""

NOTHING: Monomial = frozenset()
MOST_TERMS = 6
MOST_FACTORS = 4


@dataclass(frozen=True)
class Mixture:
    """terms[m] is R_m in u = base ** argument; on the axes of the node that it belongs to."""

    terms: Mapping[Monomial, Ratio]
    argument: Argument
    base: Fraction | None

    @property
    def quantities(self) -> tuple[Argument, ...]:
        return tuple(dict.fromkeys(a for monomial in self.terms for a, _ in monomial))


Loose = tuple[Mapping[Monomial, Ratio], Group | None]
"""Terms, and a group that says which exponential they are of (None: of none yet)."""


class Mixtures:
    """Finds mixtures; remembers what it found for each node of a graph."""

    def __init__(self, search: Exponentials | None = None) -> None:
        self.search = search or Exponentials()
        self.known: dict[Node, Loose | None] = {}

    def of(self, node: Node) -> Mixture | None:
        terms, home = self.loose(node) or ({}, None)
        if home is None or home.argument is None:
            return None
        return Mixture(terms, home.argument, home.base)

    def loose(self, node: Node) -> Loose | None:
        if node not in self.known:
            group = self.search.of(node)
            combine = COMBINE.get(node.op)
            if group is not None:
                self.known[node] = ({NOTHING: group.ratio}, group)
            else:
                self.known[node] = combine(self, node) if combine else None
        return self.known[node]

    def at(self, argument: Argument) -> Loose:
        """The terms of an argument on the axes of its user; what has no exponential in it is a quantity."""
        terms, home = self.loose(argument.node) or ({}, None)
        if home is None:
            return quantity(argument)
        if home.argument is None and set(terms) == {NOTHING}:
            return terms, home
        if home.argument is None:
            return quantity(argument)
        moved_terms = {
            frozenset((moved(a, argument.axes), power) for a, power in monomial): ratio
            for monomial, ratio in terms.items()
        }
        return moved_terms, replace(home, argument=moved(home.argument, argument.axes))


def quantity(argument: Argument) -> Loose:
    """What has no exponential in it; c x is x, c times, so that x R - x is x (R - 1)."""
    key, factor, node = argument, Fraction(1), argument.node
    first = node.arguments[0].node if node.op == "multiply" and len(node.arguments) == 2 else node
    if first is not node and first.op == "constant" and isinstance(first.data, Fraction):
        key, factor = moved(node.arguments[1], argument.axes), first.data
    return {frozenset({(key, 1)}): polynomial.number(factor)}, None


# --- sums and products -------------------------------------------------------------------------------------


def combined(left: Loose | None, right: Loose, combine: Callable[..., Mapping[Monomial, Ratio] | None]) -> Loose | None:
    """Both in one exponential, or None where they are of two families or become too long."""
    if left is None:
        return None
    (terms, home), (others, other_home) = left, right
    if home is None or home.argument is None:
        home = other_home or home
    elif other_home is not None and other_home.argument is not None:
        rescaled = {}
        for monomial, ratio in others.items():
            fitted = aligned(home, replace(other_home, ratio=ratio))
            if fitted is None:
                return None
            rescaled[monomial] = fitted.ratio
        others = rescaled
    result = combine(terms, others)
    return (result, home) if result is not None and len(result) <= MOST_TERMS else None


def added(left: Mapping[Monomial, Ratio], right: Mapping[Monomial, Ratio]) -> Mapping[Monomial, Ratio] | None:
    total = dict(left)
    for monomial, ratio in right.items():
        here = polynomial.add(total[monomial], ratio) if monomial in total else ratio
        if here is None:
            return None
        total[monomial] = here
    return {m: r for m, r in total.items() if r.numerator}


def multiplied(left: Mapping[Monomial, Ratio], right: Mapping[Monomial, Ratio]) -> Mapping[Monomial, Ratio] | None:
    """The product, unless sums would be multiplied out: where (x - s)(x - s) is small its terms are not."""
    if len(left) > 1 and len(right) > 1:
        return None
    total: Mapping[Monomial, Ratio] | None = {}
    for one, first in left.items():
        for other, second in right.items():
            powers = Counter(dict(one))
            powers.update(dict(other))
            product = polynomial.multiply(first, second)
            total = added(total, {frozenset(powers.items()): product}) if product and total is not None else None
    return total


def combine_all(combine: Callable[..., Mapping[Monomial, Ratio] | None]) -> Callable[[Mixtures, Node], Loose | None]:
    def fold(search: Mixtures, node: Node) -> Loose | None:
        parts = [search.at(a) for a in node.arguments]
        if all(home is None or home.argument is None for _, home in parts):
            return None
        first: Loose | None = parts[0]
        return reduce(lambda a, b: combined(a, b, combine), parts[1:], first)

    return fold


def over_group(search: Mixtures, node: Node) -> Loose | None:
    """A mixture over a rational function of its exponential."""
    above, below = node.arguments
    group = search.search.at(below)
    if group is None or not group.ratio.numerator:
        return None
    inverse = Ratio(group.ratio.denominator, group.ratio.numerator)
    return combined(search.at(above), ({NOTHING: inverse}, replace(group, ratio=inverse)), multiplied)


def whole_power(search: Mixtures, node: Node) -> Loose | None:
    """A small whole power of a mixture, as a product."""
    exponent = node.data
    if not isinstance(exponent, Fraction) or exponent.denominator != 1 or not 2 <= exponent <= MOST_FACTORS:
        return None
    part = search.at(node.arguments[0])
    if part[1] is None or part[1].argument is None:
        return None
    factors: list[Loose] = [part] * (int(exponent) - 1)
    start: Loose | None = part
    return reduce(lambda a, b: combined(a, b, multiplied), factors, start)


COMBINE: Mapping[str, Callable[[Mixtures, Node], Loose | None]] = {
    "add": combine_all(added),
    "multiply": combine_all(multiplied),
    "divide": over_group,
    "power": whole_power,
    "view": lambda search, node: search.at(node.arguments[0]),
}


# --- one denominator ---------------------------------------------------------------------------------------

Powers = tuple[Mapping[Monomial, Fraction], ...]
"""For each power of e the coefficient: a number for each monomial."""


@dataclass(frozen=True)
class Side:
    """numerator / denominator in e on one side of 0; `power` factors e stand before the numerator."""

    numerator: Powers
    denominator: tuple[Fraction, ...]
    power: int


@dataclass(frozen=True)
class Sides:
    """Both sides; u = base ** (unit * argument)."""

    left: Side
    right: Side
    unit: Fraction


def is_regular(ratio: Ratio) -> bool:
    """Bounded, and without a change of sign but at a plain root: then nothing cancels but what the monomials are.

    A pole at exp(0) = 1 is one of a term alone: over one denominator what is multiplied by 1 - e would be two terms.
    """
    if ratio.is_number:
        return True
    value = reduced(ratio)
    if value is None or not value.stays_bounded or 0 in (sum(value.numerator), sum(value.denominator)):
        return False
    sides = [without_power(side) for side in (value, value.mirrored())]
    return all(keeps_sign(side) != 0 or has_plain_roots(side) for side in sides)


def has_plain_roots(value: Reduced) -> bool:
    """Whether it has no pole, and its sign changes only where rounding the variable does as much as rounding terms."""
    return keeps_sign(replace(value, numerator=(Fraction(1),))) != 0 and is_steep(value.numerator)


def without_power(value: Reduced) -> Reduced:
    """The same without a factor u, which keeps its sign."""
    numerator = value.numerator
    while numerator and numerator[0] == 0:
        numerator = numerator[1:]
    return replace(value, numerator=numerator)


def sides_of(terms: Mapping[Monomial, Ratio]) -> Sides | None:
    """The terms over their common denominator; None for a degree that is too high."""
    every = [e for r in terms.values() for e, _ in r.numerator + r.denominator]
    lowest_of = {m: min(e for e, _ in r.numerator + r.denominator) for m, r in terms.items()}
    unit = common_unit([e - lowest_of[m] for m, r in terms.items() for e, _ in r.numerator + r.denominator])
    fractions = {}
    for monomial, ratio in terms.items():
        lowest = lowest_of[monomial]
        if (max(every) - min(every)) / unit > polynomial.MAX_DEGREE:
            return None
        fractions[monomial] = tuple(
            poly({(e - lowest) / unit: c for e, c in side}) for side in (ratio.numerator, ratio.denominator)
        )
    return over_one_denominator({m: above.cancel(below, include=True) for m, (above, below) in fractions.items()}, unit)


def over_one_denominator(fractions: Mapping[Monomial, tuple[sympy.Poly, sympy.Poly]], unit: Fraction) -> Sides:
    below = reduce(lambda a, b: a.lcm(b), (b for _, b in fractions.values()))
    size = len(coefficients(below))
    numerators = {m: coefficients(a * below.quo(b)) for m, (a, b) in fractions.items()}
    assert all(len(c) <= size for c in numerators.values())
    padded = {m: polynomial.padded(c, size) for m, c in numerators.items()}
    mirrored = {m: tuple(reversed(c)) for m, c in padded.items()}
    denominator = polynomial.padded(coefficients(below), size)
    return Sides(side(padded, denominator), side(mirrored, tuple(reversed(denominator))), unit)


def side(numerators: Mapping[Monomial, tuple[Fraction, ...]], denominator: tuple[Fraction, ...]) -> Side:
    scale = denominator[0]
    powers = [{m: c[k] / scale for m, c in numerators.items() if c[k]} for k in range(len(denominator))]
    while powers and not powers[-1]:
        powers.pop()
    lowest = next((k for k, p in enumerate(powers) if p), 0)
    return Side(tuple(powers[lowest:]), polynomial.trimmed(tuple(c / scale for c in denominator)), lowest)


# --- nodes -------------------------------------------------------------------------------------------------


def joined(op: str, parts: list[Argument], shape: tuple[object, ...]) -> Argument:
    """One op of arguments that all lie on axes of one shape; of one argument alone, that argument."""
    return parts[0] if len(parts) == 1 else whole(Node(op, tuple(parts), shape))  # type: ignore[arg-type]


def monomial_node(
    monomial: Monomial, factor: Fraction, order: tuple[Argument, ...], shape: tuple[object, ...]
) -> Argument:
    """factor * product of the monomial's quantities."""
    parts = []
    for argument, power in sorted(monomial, key=lambda pair: order.index(pair[0])):
        parts.append(argument if power == 1 else raised(argument, power, shape))
    if factor != 1 or not parts:
        parts.insert(0, Argument(constant(factor), ()))
    return joined("multiply", parts, shape)


def raised(argument: Argument, power: int, shape: tuple[object, ...]) -> Argument:
    return whole(Node("power", (argument,), shape, data=Fraction(power)))  # type: ignore[arg-type]


def renamed(monomial: Monomial, names: Mapping[Argument, Argument]) -> Monomial:
    """The monomial of other quantities."""
    return frozenset((names[a], power) for a, power in monomial)
