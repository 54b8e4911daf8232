"""Sums of products as pairwise contractions, the order chosen once, at generation time.

Contract: after `contract_sums` a `contract` node has two arguments, and no product is built on more axes than the
cheapest pairwise order needs. Where terms of a sum are outer products, the sum over their axes is distributed:
the gradient of a penalized loss never builds one matrix for each sample. Ties are broken so that gradients of
several variables share their products: factors on equal axes first, then computed ones before inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, named, topological, whole, with_arguments
from derive.ir.order import Operand, best_order, union_of
from derive.ir.sums import Space, arranged_on, combined, last_sum, merged, presummed
from derive.language.indices import Dimension, reaches

SIGNS = (constant(1), constant(-1))


def contract_sums(graph: Graph) -> Graph:
    """Every sum over a product, and every product on different axes, planned."""
    planner = Planner({n: k for k, n in enumerate(topological(graph))})
    return tuple(planner.visit(n) for n in graph)


class Planner:
    """One walk over a graph; `ranks` are the positions of its nodes in the order of computation."""

    def __init__(self, ranks: dict[Node, int]) -> None:
        self.ranks = ranks
        self.done: dict[Node, Node] = {}

    def visit(self, node: Node) -> Node:
        if node not in self.done:
            self.done[node] = self.changed(node)
        return self.done[node]

    def changed(self, node: Node) -> Node:
        if node.op == "delta":
            return named(
                indicator(node, tuple(Argument(self.visit(a.node), a.axes) for a in node.arguments)), node.name
            )
        if node.op == "sum" or (node.op == "multiply" and is_mixed(node)):
            space = Space(list(node.space), len(node.shape))
            own = tuple(range(len(node.shape)))
            parts = node.arguments if node.op == "sum" else (Argument(replace(node, name=""), own),)
            return named(self.product(self.flattened(parts, space), space, own), node.name, node.origin)
        return with_arguments(node, tuple(Argument(self.visit(a.node), a.axes) for a in node.arguments))

    # --- from a tree of products and sums to a flat list of operands ---

    def flattened(self, parts: Iterable[Argument], space: Space) -> list[Operand]:
        return [o for part in parts for o in self.operands(part.node, part.axes, space)]

    def operands(self, node: Node, axes: tuple[int, ...], space: Space) -> list[Operand]:
        """The factors of a node that lies on `axes`; quantities with a name are computed as such."""
        if not node.name and node.op in ("multiply", "sum"):
            inner = axes + space.new_axes(node.bound)
            return self.flattened((Argument(a.node, tuple(inner[k] for k in a.axes)) for a in node.arguments), space)
        if not node.name and node.op == "divide":
            return self.quotient(node, axes, space)
        return [Operand(node, axes, self.ranks.get(node, -1))]

    def quotient(self, node: Node, axes: tuple[int, ...], space: Space) -> list[Operand]:
        """The factors of the numerator, the divisor below the first one that has its axes."""
        above, below = (Argument(a.node, tuple(axes[k] for k in a.axes)) for a in node.arguments)
        known = len(space.sizes)
        factors = self.operands(above.node, above.axes, space)
        if len(factors) < 2 and set(below.axes) <= set(above.axes):
            del space.sizes[known:]  # the quotient stays whole, and so do the sums inside it
            return [Operand(node, axes, self.ranks.get(node, -1))]
        usable = [f.node.arguments and f.node.op != "delta" and set(below.axes) <= set(f.axes) for f in factors]
        home = next((k for k, fits in enumerate(usable) if fits), None)
        if home is None:
            factors.append(Operand(constant(1), (), -1))
            home = len(factors) - 1
        factors[home] = divided(factors[home], below, space, self.ranks.get(node, -1))
        return factors

    # --- products with the delta of a position ---

    def located(
        self, delta: Operand, rest: list[Operand], space: Space, wanted: tuple[int, ...], elsewhere: tuple[int, ...]
    ) -> Node:
        """delta times the rest: a choice where its axes are kept, else the sum of what lands at a label's place."""
        sides = tuple(Argument(self.visit(a.node), tuple(delta.axes[k] for k in a.axes)) for a in delta.node.arguments)
        if set(delta.axes) <= set(wanted):
            return self.chosen(sides, rest, space, wanted, elsewhere)
        ranges = delta.node.data
        assert isinstance(ranges, tuple)
        for place, label, size in zip(sides, sides[::-1], ranges[::-1], strict=True):
            is_place = place.node.op == "index" and place.axes[0] in wanted and reaches(place.node.shape[0], size)
            if is_place and self.lands(place, label, rest):
                return self.scattered(place.axes[0], label, rest, space, wanted, elsewhere)
        node = indicator(delta.node, tuple(Argument(self.visit(a.node), a.axes) for a in delta.node.arguments))
        return self.product([*rest, replace(delta, node=node)], space, wanted, elsewhere)

    def lands(self, place: Argument, label: Argument, rest: Sequence[Operand]) -> bool:
        """The axis of the place stands in the delta alone."""
        return place.axes[0] not in label.axes and all(place.axes[0] not in o.axes for o in rest)

    def chosen(
        self,
        sides: Sequence[Argument],
        rest: list[Operand],
        space: Space,
        wanted: tuple[int, ...],
        elsewhere: tuple[int, ...],
    ) -> Node:
        """The product of the rest where both sides are equal, else 0."""
        used = tuple(a for a in wanted if a in union_of(rest))
        value = self.product(rest, space, used, elsewhere)
        own = tuple(a for a in wanted if any(a in s.axes for s in sides))
        mask = Node("equal", tuple(on(s, own) for s in sides), space.dimensions(own))
        arguments = (on(Argument(mask, own), wanted), on(Argument(value, used), wanted), Argument(constant(0), ()))
        return Node("where", arguments, space.dimensions(wanted))

    def scattered(
        self,
        axis: int,
        label: Argument,
        rest: list[Operand],
        space: Space,
        wanted: tuple[int, ...],
        elsewhere: tuple[int, ...],
    ) -> Node:
        """The rest added up at the places that the label says."""
        kept = tuple(a for a in wanted if a == axis or a in label.axes or a in union_of(rest))
        bound = tuple(a for a in label.axes if a not in wanted)
        inner = tuple(a for a in (*kept, *bound) if a in union_of(rest))
        value = self.product(rest, space, inner, (*elsewhere, *bound))
        arguments = (on(Argument(value, inner), (*kept, *bound)), on(label, (*kept, *bound)))
        node = Node("scatter", arguments, space.dimensions(kept), space.dimensions(bound), kept.index(axis))
        return arranged_on(Operand(node, kept, -1), space, wanted)

    # --- from operands to nodes ---

    def product(
        self, operands: Sequence[Operand], space: Space, wanted: tuple[int, ...], elsewhere: tuple[int, ...] = ()
    ) -> Node:
        """The sum over all but the wanted axes of the product of the operands; not over those summed elsewhere."""
        for delta in (o for o in operands if o.node.op == "delta"):
            return self.located(delta, [o for o in operands if o is not delta], space, wanted, elsewhere)
        opened = next((o for o in operands if space.bound and is_sum_of_outer_products(o.node)), None)
        if opened is not None:
            return self.distributed(opened, operands, space, wanted, elsewhere)
        scalars = [o for o in operands if not o.axes]
        others = [o for o in operands if o.axes]
        scalars += [
            size_operand(space.sizes[a])
            for a in space.bound
            if a not in (*wanted, *elsewhere) and all(a not in o.axes for o in others)
        ]
        numbers = [self.visit(s.node) for s in scalars]
        small = None if all(n in SIGNS for n in numbers) else smallest(others, wanted)
        if small is not None:
            others, numbers = [self.scaled(o, numbers) if o is small else o for o in others], []
        core = self.core(others, space, wanted) if others else None
        return with_scalars(numbers, core, space.dimensions(wanted))

    def scaled(self, operand: Operand, numbers: Sequence[Node]) -> Operand:
        """The product of the numbers and the operand, planned."""
        node = self.visit(operand.node)
        return replace(operand, node=with_scalars(numbers, node, node.shape))

    def distributed(
        self,
        opened: Operand,
        operands: Sequence[Operand],
        space: Space,
        wanted: tuple[int, ...],
        elsewhere: tuple[int, ...],
    ) -> Node:
        """The sum of the products with each term in turn."""
        rest = [o for o in operands if o is not opened]
        terms = []
        for term in opened.node.arguments:
            own = Space(list(space.sizes), space.rank)
            axes = tuple(opened.axes[k] for k in term.axes)
            terms.append(self.product([*rest, *self.operands(term.node, axes, own)], own, wanted, elsewhere))
        own_axes = tuple(range(len(wanted)))
        return Node("add", tuple(Argument(t, own_axes[: len(t.shape)]) for t in terms), space.dimensions(wanted))

    def core(self, operands: Sequence[Operand], space: Space, wanted: tuple[int, ...]) -> Node:
        """The operands, all with axes, combined pair by pair."""
        found = [replace(o, node=self.visit(o.node)) for o in operands]
        found = merged(presummed(found, space, wanted), space, wanted)
        while len(found) > 1:
            left, right = best_order(found, space.sizes, wanted)
            pair = (found[left], found[right])
            rest = [o for k, o in enumerate(found) if k not in (left, right)]
            found = [*rest, combined(*pair, rest, space, wanted)]
        return arranged_on(last_sum(found[0], space, wanted), space, wanted)


def smallest(operands: Sequence[Operand], wanted: tuple[int, ...]) -> Operand | None:
    """An operand with fewer axes than the result: a number multiplies fewer entries there."""
    found = [o for o in operands if set(o.axes) < set(wanted)]
    return min(found, key=lambda o: len(o.axes), default=None)


def is_mixed(node: Node) -> bool:
    """A product with a sum or a delta among its factors, or of factors on different axes."""
    axes = {frozenset(a.axes) for a in node.arguments if a.axes}
    return len(axes) > 1 or any(a.node.op in ("sum", "delta") and not a.node.name for a in node.arguments)


def is_sum_of_outer_products(node: Node) -> bool:
    return node.op == "add" and not node.name and any(is_outer(a.node) for a in node.arguments)


def is_outer(node: Node) -> bool:
    """A product on more axes than each of its factors."""
    parts = [a for a in node.arguments if a.axes]
    return node.op == "multiply" and not node.name and all(len(set(a.axes)) < len(node.shape) for a in parts)


def divided(operand: Operand, below: Argument, space: Space, rank: int) -> Operand:
    """operand / below, on the axes of both."""
    axes = operand.axes + tuple(a for a in below.axes if a not in operand.axes)
    places = tuple(tuple(axes.index(a) for a in part) for part in (operand.axes, below.axes))
    arguments = (Argument(operand.node, places[0]), Argument(below.node, places[1]))
    return Operand(Node("divide", arguments, space.dimensions(axes)), axes, rank)


def size_operand(dimension: Dimension) -> Operand:
    node = constant(dimension) if isinstance(dimension, int) else Node("size", data=dimension)
    return Operand(node, (), -1)


def with_scalars(scalars: Sequence[Node], core: Node | None, shape: tuple[Dimension, ...]) -> Node:
    """The product of scalars, numbers folded to the front, and what has axes."""
    number = prod((s.data for s in scalars if isinstance(s.data, Fraction) and s.op == "constant"), start=Fraction(1))
    rest = [s for s in scalars if s.op != "constant"]
    parts = ([constant(number)] if number != 1 or not (rest or core) else []) + rest
    arguments = [Argument(p, ()) for p in parts]
    if core is not None:
        arguments.append(Argument(core, tuple(range(len(core.shape)))))
    if len(arguments) == 1:
        only = arguments[0].node
        return only if only.shape == shape else Node("spread", tuple(arguments), shape)
    if core is None and shape:
        return Node("spread", (Argument(Node("multiply", tuple(arguments)), ()),), shape)
    return Node("multiply", tuple(arguments), shape)


# --- deltas of positions -----------------------------------------------------------------------------------


def on(argument: Argument, axes: tuple[int, ...]) -> Argument:
    """An argument that lies on axes of a space, for a node that has just these."""
    return Argument(argument.node, tuple(axes.index(a) for a in argument.axes))


def indicator(delta: Node, sides: tuple[Argument, ...]) -> Node:
    """The delta as numbers, 1 or 0."""
    mask = Node("equal", sides, delta.shape)
    return Node("where", (whole(mask), Argument(constant(1), ()), Argument(constant(0), ())), delta.shape)
