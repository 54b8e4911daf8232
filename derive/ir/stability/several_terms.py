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

from dataclasses import replace
from fractions import Fraction

from derive.ir.graph import Argument, Graph, Node, has_input, topological, with_arguments
from derive.ir.stability.exponentials import linear
from derive.ir.stability.growth import Polynomial, polynomial_of
from derive.ir.stability.mixtures import (
    NOTHING,
    Mixture,
    Mixtures,
    is_regular,
    sides_of,
)  # fmt: skip
from derive.ir.stability.one_exponential import on_axes, without_factor
from derive.ir.stability.one_side import FARTHEST
from derive.ir.stability.polynomial import Ratio, reduced
from derive.ir.stability.spots import Spot


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
        """The factors x and sigmoid(x) of a longer product as one, and those that are sums of such products."""
        for k, argument in enumerate(node.arguments):
            group = self.search.search.at(argument)
            if group is None or group.argument is None:
                continue
            home = own_value(group.argument)
            grown = growth_of(home)
            found = {i: q for i, a in enumerate(node.arguments) if (q := self.quantities(a, home, grown)) is not None}
            members = [i for i, q in found.items() if i == k or q]
            if 1 < len(members) < len(node.arguments):
                part = on_own_axes(node, tuple(node.arguments[i] for i in members))
                rest = tuple(a for i, a in enumerate(node.arguments) if i not in members)
                return replace(node, arguments=(*rest, part))
        return node

    def quantities(self, argument: Argument, home: Argument, grown: Polynomial | None) -> set[Argument] | None:
        """What stands beside functions of the exponential of `home`, if it all grows with that; else None."""
        terms, own = self.search.at(argument)
        found = {a for monomial in terms for a, _ in monomial}
        apart = own is not None and own.argument is not None and own_value(own.argument) != home
        return None if apart or not all(a == home or is_grown(a, grown) for a in found) else found

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
