"""Single steps of a sum of products: operands multiplied, contracted and summed on the axes of one space.

Contract: each function takes Operands on the axes of a Space and gives Operands of the same total value; which pair to
take next is order.py's choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from derive.ir.graph import BATCH, Argument, Node
from derive.ir.order import Operand, union_of
from derive.language.expressions import mul
from derive.language.indices import Dimension


@dataclass
class Space:
    """The axes of one sum of products: those of the result, then all that are summed over."""

    sizes: list[Dimension]
    rank: int

    def new_axes(self, dimensions: Iterable[Dimension]) -> tuple[int, ...]:
        first = len(self.sizes)
        self.sizes.extend(dimensions)
        return tuple(range(first, len(self.sizes)))

    def dimensions(self, axes: Iterable[int]) -> tuple[Dimension, ...]:
        return tuple(self.sizes[a] for a in axes)

    @property
    def bound(self) -> range:
        return range(self.rank, len(self.sizes))


def presummed(operands: list[Operand], space: Space, wanted: tuple[int, ...]) -> list[Operand]:
    """Axes that are summed over and stand in one operand only are summed there at once."""
    if len(operands) == 1:
        return operands
    found = []
    for k, operand in enumerate(operands):
        others = union_of(operands[:k] + operands[k + 1 :])
        over = [a for a in operand.axes if a in space.bound and a not in others and a not in wanted]
        found.append(summed(operand, over, space) if over else operand)
    return found


def summed(operand: Operand, over: Sequence[int], space: Space) -> Operand:
    kept = tuple(a for a in operand.axes if a not in over)
    order = (*kept, *over)
    argument = Argument(operand.node, tuple(order.index(a) for a in operand.axes))
    node = Node("sum", (argument,), space.dimensions(kept), space.dimensions(over))
    return Operand(node, kept, operand.rank)


def merged(operands: list[Operand], space: Space, wanted: tuple[int, ...]) -> list[Operand]:
    """Operands on equal axes multiplied; the last two of all are left, if a sum over them can be a contraction."""
    groups: dict[frozenset[int], list[Operand]] = {}
    for operand in sorted(operands, key=lambda o: o.rank):
        groups.setdefault(frozenset(operand.axes), []).append(operand)
    if len(groups) == 1:
        (members,) = groups.values()
        sums = set(members[0].axes) - set(wanted)
        if sums and len(members) > 1:
            return [multiplied(members[:-1], space), members[-1]]
    return [without_own_sums(members, groups, space, wanted) for members in groups.values()]


def without_own_sums(
    members: Sequence[Operand], groups: Mapping[frozenset[int], list[Operand]], space: Space, wanted: tuple[int, ...]
) -> Operand:
    """The product of one group; axes that no other group has are summed over at once."""
    rest = [o for group in groups.values() if group is not members for o in group]
    if len(members) > 1 and set(members[0].axes) - union_of(rest) - set(wanted):
        return combined(multiplied(members[:-1], space), members[-1], rest, space, wanted)
    return multiplied(members, space)


def multiplied(members: Sequence[Operand], space: Space) -> Operand:
    """The elementwise product of operands on equal or nested axes, as one node."""
    if len(members) == 1:
        return members[0]
    axes = ordered(union_of(members), space)
    arguments = tuple(Argument(m.node, tuple(axes.index(a) for a in m.axes)) for m in members)
    origins = [m.node.origin for m in members if m.node.origin is not None]
    origin = mul(*origins) if len(origins) == len(members) else None
    node = Node("multiply", arguments, space.dimensions(axes), origin=origin)
    return Operand(node, axes, max(m.rank for m in members))


def combined(left: Operand, right: Operand, rest: Sequence[Operand], space: Space, wanted: tuple[int, ...]) -> Operand:
    """left * right, summed over the axes that nothing else needs."""
    left, right = sorted((left, right), key=lambda o: o.rank)
    both, needed = union_of((left, right)), union_of(rest) | set(wanted)
    over = ordered(both - needed, space)
    if not over:
        return multiplied((left, right), space)
    axes = ordered(both & needed, space)
    order = (*axes, *over)
    arguments = tuple(Argument(o.node, tuple(order.index(a) for a in o.axes)) for o in (left, right))
    node = Node("contract", arguments, space.dimensions(axes), space.dimensions(over))
    return Operand(node, axes, right.rank)


def ordered(axes: Iterable[int], space: Space) -> tuple[int, ...]:
    """The samples of a batch first, as everywhere."""
    return tuple(sorted(axes, key=lambda a: (space.sizes[a] != BATCH, a)))


def last_sum(operand: Operand, space: Space, wanted: tuple[int, ...]) -> Operand:
    """What is left to sum of the one operand; a sum of squares is a product with itself."""
    over = [a for a in operand.axes if a not in wanted]
    if not over:
        return operand
    node = operand.node
    if node.op == "power" and node.data == 2 and not node.name:
        (base,) = node.arguments
        root = Operand(base.node, tuple(operand.axes[k] for k in base.axes), operand.rank)
        return combined(root, root, (), space, wanted)
    return summed(operand, over, space)


def arranged_on(operand: Operand, space: Space, wanted: tuple[int, ...]) -> Node:
    """The operand's node with its axes in the wanted order."""
    if operand.axes == wanted:
        return operand.node
    places = tuple(wanted.index(a) for a in operand.axes)
    op = "view" if len(places) == len(wanted) else "spread"
    return Node(op, (Argument(operand.node, places),), space.dimensions(wanted))
