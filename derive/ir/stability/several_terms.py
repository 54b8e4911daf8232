"""Differences such as sigmoid(X) - t, and products such as x sigmoid(x), over one denominator.

    sigmoid(X) - t         ((1 - t) - t e) / (1 + e) for X >= 0 and ((1 - t) e - t) / (1 + e) below, e = exp(-|X|)
    x sigmoid(x)           x / (1 + e) for x >= 0 and x e / (1 + e) below, e in two factors

A quantity of its own, as t, is put together with the numbers before anything is multiplied by e: where it is a limit
of the function, 0 or 1 for a sigmoid, the difference keeps all digits. A quantity that is the exponential's own
argument grows while e shrinks: e is then exp(-min(|x|, FAR)) and exp(min(FAR - |x|, 0)), so that the product is
rounded below the normal range only once, and beside e x stands within FARTHEST, so that no infinity meets a 0. So do
polynomials of v beside sigmoid(p(v)), p a monotone one: v stands within what p needs to reach FARTHEST.

Contract: `one_denominator(graph)` maps a graph to an equal one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, has_input, topological, whole, with_arguments
from derive.ir.stability.exponentials import linear
from derive.ir.stability.growth import Polynomial, at, polynomial_of
from derive.ir.stability.mixtures import (
    NOTHING,
    Mixture,
    Mixtures,
    Monomial,
    Side,
    is_regular,
    joined,
    monomial_node,
    renamed,
    sides_of,
)  # fmt: skip
from derive.ir.stability.one_exponential import on_axes, without_factor
from derive.ir.stability.one_side import FAR, FARTHEST, ONE, Slope, one_sided
from derive.ir.stability.polynomial import Ratio, reduced
from derive.ir.stability.two_sided import Bounded, product

Row = Mapping[Monomial, Fraction]


def one_denominator(graph: Graph) -> Graph:
    """The graph with all such differences and products over one denominator."""
    rewrite = Rewriting()
    return tuple(rewrite.node(n) for n in graph)


class Rewriting:
    """One walk over a graph from the outputs down."""

    def __init__(self) -> None:
        self.search = Mixtures()
        self.done: dict[Node, Node] = {}

    def node(self, node: Node) -> Node:
        if node not in self.done:
            self.done[node] = self.changed(node)
        return self.done[node]

    def changed(self, node: Node) -> Node:
        mixture = self.search.of(node) if node.op in ("add", "multiply", "divide") else None
        new = self.form(mixture, node) if mixture else None
        if new is not None:
            return on_axes(new, node)
        if node.op == "multiply":
            node = self.regrouped(node)
        return with_arguments(node, tuple(Argument(self.node(a.node), a.axes) for a in node.arguments))

    def regrouped(self, node: Node) -> Node:
        """The factors x and sigmoid(x) of a longer product as one."""
        for k, argument in enumerate(node.arguments):
            group = self.search.search.at(argument)
            if group is None or group.argument is None:
                continue
            home = own_value(group.argument)
            grown = growth_of(home)
            members = [i for i, a in enumerate(node.arguments) if i == k or a == home or is_grown(a, grown)]
            if 1 < len(members) < len(node.arguments):
                part = on_own_axes(node, tuple(node.arguments[i] for i in members))
                rest = tuple(a for i, a in enumerate(node.arguments) if i not in members)
                return replace(node, arguments=(*rest, part))
        return node

    def form(self, mixture: Mixture, node: Node) -> Argument | None:
        if len(mixture.terms) < 1 or set(mixture.terms) == {NOTHING}:
            return None
        if not all(map(is_regular, mixture.terms.values())):
            return None
        home = own_value(mixture.argument)
        tail = tail_of(mixture, home)
        if tail is not None:
            if not decays(mixture):
                return None
        elif not is_difference(mixture, node):
            return None
        sides = sides_of(mixture.terms)
        if sides is None:
            return None
        value, factor = without_factor(mixture.argument.node)
        fresh = {a: Argument(self.node(a.node), a.axes) for a in in_order(mixture, node)}
        scale, base, left, right = abs(factor) * sides.unit, mixture.base, sides.left, sides.right
        if (factor < 0) != (base is not None and base < 1):
            left, right = right, left
        if base is not None and base < 1:
            base = 1 / base
        if tail is not None and tail.value is not None:
            if tail.reached(FARTHEST / scale) > max(FARTHEST / scale, Fraction(FARTHEST)):
                return None
            tail = replace(tail, value=self.node(tail.value))
        spot = Spot(self.node(value), mixture.argument.axes, scale, base, node.shape, fresh, tail)
        return spot.one_sided(left, right, node.name) or spot.choice(left, right)


def in_order(mixture: Mixture, node: Node) -> list[Argument]:
    """The quantities, those of one monomial as they are computed: a set has no order of its own."""
    position = {n: k for k, n in enumerate(topological((node,)))}
    return [a for m in mixture.terms for a, _ in sorted(m, key=lambda pair: (position[pair[0].node], pair[0].axes))]


def on_own_axes(node: Node, members: tuple[Argument, ...]) -> Argument:
    """The node's op of some of its arguments, on the axes that these have."""
    axes = tuple(sorted({a for m in members for a in m.axes}))
    inner = tuple(Argument(m.node, tuple(map(axes.index, m.axes))) for m in members)
    return Argument(Node(node.op, inner, tuple(node.shape[a] for a in axes), data=node.data), axes)


def own_value(argument: Argument) -> Argument:
    """The exponential's argument without its factor."""
    return Argument(without_factor(argument.node)[0], argument.axes)


def growth_of(home: Argument) -> Polynomial | None:
    """The exponential's own value as a monotone polynomial of another one, which has an axis for each of its."""
    found = polynomial_of(home.node)
    return found if found is not None and found.value is not None and found.sign else None


def is_grown(argument: Argument, grown: Polynomial | None) -> bool:
    """Whether a quantity is a polynomial of the value that the exponential's own one grows with."""
    found = polynomial_of(argument.node) if grown else None
    return found is not None and grown is not None and found.value == grown.value


def tail_of(mixture: Mixture, home: Argument) -> Polynomial | None:
    """The exponential's own value as a polynomial of what all quantities are polynomials of: they grow, e shrinks."""
    if set(mixture.quantities) == {home}:
        return Polynomial(home.node, {1: 1.0})
    grown = growth_of(home)
    varying = [q for q in mixture.quantities if has_input(q.node)]
    if not varying or not all(q.axes == home.axes and is_grown(q, grown) for q in varying):
        return None
    numbers = [q for q in mixture.quantities if q not in varying]
    return grown if all(polynomial_of(q.node) for q in numbers) else None


def decays(mixture: Mixture) -> bool:
    """Whether a term with the argument in it goes to 0 on one side: there it is e times what grows."""
    found = [reduced(r) for m, r in mixture.terms.items() if m != NOTHING and not r.is_number]
    return any(r is not None and (r.numerator[0] == 0 or len(r.numerator) < len(r.denominator)) for r in found)


def is_difference(mixture: Mixture, node: Node) -> bool:
    """A function with a limit other than 0, and a quantity that does not depend on the exponential."""
    if node.op != "add" or len(mixture.terms) > 3 or any(p > 1 for m in mixture.terms for _, p in m):
        return False
    has_limit = any(has_level(r) for r in mixture.terms.values())
    plain = any(r.is_number and m != NOTHING for m, r in mixture.terms.items())
    inner = {key for key in linear(mixture.argument) if key is not None}
    apart = not any(key.node in set(topological((a.node,))) for a in mixture.quantities for key in inner)
    return has_limit and plain and apart


def has_level(ratio: Ratio) -> bool:
    """Whether the function has a limit other than 0 on one side or the other."""
    value = None if ratio.is_number else reduced(ratio)
    return value is not None and (value.numerator[0] != 0 or len(value.numerator) == len(value.denominator))


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
