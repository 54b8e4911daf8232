"""Exponentials shifted towards their largest argument: sums of exp(z_k) that overflow nowhere.

If every exp(z) is multiplied by one exp(-c) > 0, a node built from them is multiplied by a power of it, its degree.
Where the degree is 0, as in softmax and all that is made of it, exp(z - c) may stand for exp(z); and the logarithm
of a node of degree d is that of the shifted node plus d c.

c is not the largest argument m itself: z - m is rounded, by half of |z - m| units of the exponential. Where
0 <= m <= room nothing can overflow and nothing but what is 0 in truth underflows: c is 0, z stays as it is. Else
c = floor(max(m - room, min(m, 0))), a whole number, and for m < 0 the difference of two multiples of the last
place of z, not larger than z, is exact. c depends on its own row alone, so that tiling changes no bit.

Contract: `shift_ratios` and `shift_logarithms` map a graph to an equal one. The shift runs over some axes of the
exponential; c may differ along the others, so a degree is kept for each way in which those lie on a node's axes.
Entries: NaN gives NaN; one of +inf gives NaN (inf - inf), the limit is not unique if there are two; -inf beside a
finite one gives the limit, -inf alone NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import BATCH, Argument, Graph, Node, named, topological, whole, with_arguments
from derive.ir.ops import BY_NAME, LOOK_UPS, ROOM, room_of
from derive.ir.stability.choices import unmasked
from derive.ir.stability.exponentials import linear

LARGE = 10**38
"""A number of every type, beyond all exponents that are finite."""

Degree = Mapping[tuple[int, ...], Fraction]
"""For each placement of the exponential's other axes: the power of c that stands there."""


def shift_ratios(graph: Graph) -> Graph:
    """exp(z - c) for exp(z) wherever the degree is 0."""
    return shifted(graph, logarithms=False)


def shift_logarithms(graph: Graph) -> Graph:
    """log of a sum of exponentials as log of the shifted sum plus the shift, and then ratios that stand beside it."""
    return shift_ratios(shifted(graph, logarithms=True))


def shifted(graph: Graph, logarithms: bool) -> Graph:
    done: set[Node] = set()
    while True:
        found = next((s for s in candidates(graph, done) if s.is_wanted(graph, logarithms)), None)
        if found is None:
            return graph
        found = Shift(found.old, found.over, power=found.power(graph))
        done |= {found.old, found.new}
        graph = tuple(found.rewrite(n, logarithms) for n in graph)


def candidates(graph: Graph, done: set[Node]) -> Iterator[Shift]:
    """Every exponential, those around others before these, with every choice of its axes but the batch."""
    height = heights(graph)
    for node in sorted((n for n in height if n.op == "exp"), key=lambda n: -height[n]):
        axes = [k for k, d in enumerate(node.shape) if d != BATCH]
        if node in done or is_shifted(node):
            continue
        for count in range(1, len(axes) + 1):
            for over in combinations(axes, count):
                yield Shift(node, over)


def heights(graph: Graph) -> Mapping[Node, int]:
    """How many exponentials stand in the exponents of each other up to each node, at most."""
    known: dict[Node, int] = {}
    for node in topological(graph):
        known[node] = max((known[a.node] for a in node.arguments), default=0) + (node.op == "exp")
    return known


def is_shifted(node: Node) -> bool:
    """Whether the argument has its shift subtracted already."""
    argument = node.arguments[0].node
    return argument.op == "add" and any(
        a.node.op == "multiply" and a.node.arguments[-1].node.op == "floor" for a in argument.arguments
    )


class Shift:
    """One exponential and the axes that its largest argument is taken over."""

    def __init__(self, old: Node, over: tuple[int, ...], subtracted: Node | None = None, power: int = 1) -> None:
        self.old, self.over = old, over
        self.kept = tuple(k for k in range(len(old.shape)) if k not in over)
        self.largest = subtracted or largest(old.arguments[0], old, self.over, self.kept, power)
        self.new = self.shifted_exponential()
        self.degrees: dict[Node, Degree | None] = {old: {self.kept: Fraction(1)}}
        self.holds: dict[Node, bool] = {old: True}
        self.rewritten: dict[Node, Node] = {}
        self.replaced: dict[Node, Node] = {old: self.new}

    def shifted_exponential(self) -> Node:
        minus = apply("multiply", constant(-1), self.largest)
        arguments = (self.old.arguments[0], Argument(minus, self.kept))
        difference = Node("add", arguments, self.old.shape)
        return replace(self.old, arguments=(whole(difference),), name=self.old.name or "~e:shift", origin=None)

    # --- degrees ---

    def contains(self, node: Node) -> bool:
        if node not in self.holds:
            self.holds[node] = bool(self.among(node)) or any(self.contains(a.node) for a in node.arguments)
        return self.holds[node]

    def among(self, node: Node) -> Degree:
        """The degree of exp(c z + r): c, where z stands among the terms of another exponent."""
        if node.op != "exp" or node.data != self.old.data or is_shifted(node):
            return {}
        z = self.old.arguments[0]
        found: dict[tuple[int, ...], Fraction] = {}
        for part, factor in linear(node.arguments[0]).items():
            term = part and unmasked(part)
            if term is not None and term.node is z.node:
                places = dict(zip(z.axes, term.axes, strict=True))
                if all(k in places for k in self.kept):
                    found[tuple(places[k] for k in self.kept)] = factor
        return found

    def degree(self, node: Node) -> Degree | None:
        """The degree of a node, or None where it has none."""
        if node not in self.degrees and (own := self.among(node)):
            self.degrees[node] = own
        if node not in self.degrees:
            parts = [self.degree_at(a) for a in node.arguments]
            known = [p for p in parts if p is not None]
            self.degrees[node] = degree_of(node, known) if len(known) == len(parts) else None
        return self.degrees[node]

    def degree_at(self, argument: Argument) -> Degree | None:
        inner = self.degree(argument.node)
        return inner and {tuple(argument.axes[k] for k in key): power for key, power in inner.items()}

    # --- rewriting ---

    def is_wanted(self, graph: Graph, logarithms: bool) -> bool:
        """Something changes, and what is shifted is summed over these axes."""
        nodes = list(topological(graph))
        summed = any(n.op in ("sum", "contract") and self.degree(n) for n in nodes)
        return summed and any(self.is_target(n, logarithms) for n in nodes)

    def power(self, graph: Graph) -> int:
        """The highest power of the exponential that stands in a graph before it is divided by another."""
        degrees = [self.degree(n) or {} for n in topological(graph)]
        return math.ceil(max((sum(d.values()) for d in degrees), default=1))

    def is_target(self, node: Node, logarithms: bool) -> bool:
        if logarithms:
            return node.op == "log" and bool(self.degree(node.arguments[0].node))
        return self.contains(node) and self.degree(node) == {}

    def rewrite(self, node: Node, logarithms: bool) -> Node:
        if node not in self.rewritten:
            if self.is_target(node, logarithms):
                self.rewritten[node] = self.logarithm(node) if logarithms else self.put_in(node)
            else:
                arguments = tuple(Argument(self.rewrite(a.node, logarithms), a.axes) for a in node.arguments)
                self.rewritten[node] = with_arguments(node, arguments)
        return self.rewritten[node]

    def put_in(self, node: Node) -> Node:
        """The node with the shifted exponential in it."""
        if node not in self.replaced:
            own = self.among(node)
            arguments = tuple(Argument(self.put_in(a.node), a.axes) for a in node.arguments)
            self.replaced[node] = self.less(node, own) if own else with_arguments(node, arguments)
        return self.replaced[node]

    def less(self, node: Node, degree: Degree) -> Node:
        """exp(c z + r) with c times the shift subtracted."""
        minus = tuple(Argument(apply("multiply", constant(-power), self.largest), key) for key, power in degree.items())
        difference = Node("add", (node.arguments[0], *minus), node.shape)
        return replace(node, arguments=(whole(difference),), origin=None)

    def logarithm(self, node: Node) -> Node:
        """log f = log f' + d c, times the logarithm of the base"""
        (argument,) = node.arguments
        degree = self.degree_at(argument) or {}
        inner = with_arguments(node, (Argument(self.put_in(argument.node), argument.axes),))
        terms = [Argument(self.scaled_largest(power), key) for key, power in degree.items()]
        total = Node("add", (*terms, whole(replace(inner, name="", origin=None))), node.shape)
        return named(total, node.name, node.origin)

    def scaled_largest(self, power: Fraction) -> Node:
        result = self.largest if power == 1 else apply("multiply", constant(power), self.largest)
        if self.old.data is None:
            return result
        return apply("multiply", Node("logarithm", data=self.old.data), result)


def largest(argument: Argument, old: Node, over: tuple[int, ...], kept: tuple[int, ...], power: int) -> Node:
    """The shift, from the largest (for a base below 1: smallest) argument over the axes, which come last."""
    order = {axis: position for position, axis in enumerate((*kept, *over))}
    shape, bound = tuple(old.shape[k] for k in kept), tuple(old.shape[k] for k in over)
    falls = isinstance(old.data, Fraction) and old.data < 1
    lies = Argument(argument.node, tuple(order[k] for k in argument.axes))
    extreme = Node("min" if falls else "max", (lies,), shape, bound, name="~highest")
    inner, outer = ("maximum", "minimum") if falls else ("minimum", "maximum")
    if unmasked(argument) != argument:  # a finite shift where nothing is left
        extreme = apply("maximum", extreme, constant(-LARGE))
    beyond = apply("add", extreme, reach_of(old.data, 1 if falls else -1, power))
    beyond = apply(outer, beyond, apply(inner, extreme, constant(0)))
    return replace(apply("floor", beyond), name="~shift")


def reach_of(base: Hashable, sign: int, power: int) -> Node:
    """How far exponents may go: half of what the type holds; for another base than e what float32 holds.

    Where powers of the exponential stand, so much less that they leave as much to what they are multiplied with.
    """
    if base is None:
        return scaled(sign, Node("room", data=power))
    assert isinstance(base, Fraction)
    return constant(sign * int(room_of(ROOM, power) / abs(math.log(base))))


def degree_of(node: Node, parts: list[Degree]) -> Degree | None:
    """The degree of a node from those of its arguments; None where it has none."""
    if not any(parts):
        return {}
    rule = DEGREES.get(node.op)
    found = rule(node, parts) if rule else None
    if found and any(k >= len(node.shape) for key in found for k in key):
        return None
    return found


def add_degrees(node: Node, parts: list[Degree], signs: tuple[int, ...] = ()) -> Degree:
    total: dict[tuple[int, ...], Fraction] = {}
    for k, part in enumerate(parts):
        for key, power in part.items():
            total[key] = total.get(key, Fraction(0)) + (signs[k] if signs else 1) * power
    return {key: power for key, power in total.items() if power}


def divide_degrees(node: Node, parts: list[Degree]) -> Degree:
    return add_degrees(node, parts, (1, -1))


def same_degree(node: Node, parts: list[Degree]) -> Degree | None:
    return parts[0] if all(p == parts[0] for p in parts) else None


def compare_degrees(node: Node, parts: list[Degree]) -> Degree | None:
    return None if same_degree(node, parts) is None else {}


def where_degree(node: Node, parts: list[Degree]) -> Degree | None:
    """A 0 has every degree."""
    chosen = [p for a, p in zip(node.arguments[1:], parts[1:], strict=True) if a.node != constant(0)]
    return None if parts[0] else same_degree(node, chosen or parts[1:])


def source_degree(node: Node, parts: list[Degree]) -> Degree | None:
    """What is looked up has the degree of the whole; a label has none."""
    return None if any(parts[1:]) else parts[0]


def power_degree(node: Node, parts: list[Degree]) -> Degree | None:
    exponent = Fraction(1, 2) if node.op == "sqrt" else node.data
    return {k: p * exponent for k, p in parts[0].items()} if isinstance(exponent, Fraction) else None


DEGREES: Mapping[str, Callable[[Node, list[Degree]], Degree | None]] = {
    "multiply": add_degrees,
    "contract": add_degrees,
    "divide": divide_degrees,
    "power": power_degree,
    "sqrt": power_degree,
    "where": where_degree,
    **dict.fromkeys(LOOK_UPS, source_degree),
    **dict.fromkeys(("add", "view", "abs", "maximum", "minimum", "spread", "sum", "max", "min"), same_degree),
    **dict.fromkeys([row.name for row in BY_NAME.values() if row.boolean], compare_degrees),
}
