"""The order in which operands of a sum of products are combined in pairs.

Contract: `best_order` names the pair to combine next, on the cheapest way through all of them: exhaustively
for a few operands, greedily for many. Sizes are symbols, so all count as NOMINAL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

from derive.ir.graph import Node
from derive.language.indices import Dimension

NOMINAL = 64
EXHAUSTIVE = 5

Cost = tuple[int, int, int]


@dataclass(frozen=True)
class Operand:
    """A node on some axes of a sum; `rank` is its place in the order of computation."""

    node: Node
    axes: tuple[int, ...]
    rank: int

    @property
    def is_input(self) -> bool:
        return self.node.is_leaf


@dataclass(frozen=True)
class Item:
    """What the cost of an order depends on."""

    axes: frozenset[int]
    is_input: bool


def union_of(operands: Iterable[Operand]) -> set[int]:
    return {a for o in operands for a in o.axes}


def best_order(operands: Sequence[Operand], sizes: Sequence[Dimension], wanted: Sequence[int]) -> tuple[int, int]:
    """The positions of the pair to combine next."""
    items = [Item(frozenset(o.axes), o.is_input) for o in operands]
    search = Search(sizes, frozenset(wanted))
    if len(items) <= EXHAUSTIVE:
        return search.best(tuple(items))[1]
    return min(combinations(range(len(items)), 2), key=lambda pair: search.step(tuple(items), *pair)[0])


@dataclass(frozen=True)
class Search:
    """Costs of orders: entries touched, then inputs multiplied early, then products made late."""

    sizes: Sequence[Dimension]
    wanted: frozenset[int]

    def best(self, items: tuple[Item, ...]) -> tuple[Cost, tuple[int, int]]:
        """The least cost of combining all items, and the first pair of that order."""
        found = []
        for pair in combinations(range(len(items)), 2):
            cost, rest = self.step(items, *pair)
            later = self.best(rest)[0] if len(rest) > 1 else (0, 0, 0)
            found.append((tuple(a + b for a, b in zip(cost, later, strict=True)), pair))
        return min(found)  # type: ignore[return-value]

    def step(self, items: tuple[Item, ...], left: int, right: int) -> tuple[Cost, tuple[Item, ...]]:
        """The cost of one pair and the items after it."""
        rest = tuple(item for k, item in enumerate(items) if k not in (left, right))
        both = items[left].axes | items[right].axes
        needed = self.wanted.union(*(item.axes for item in rest))
        kept = both & needed
        inputs = items[left].is_input + items[right].is_input
        is_product = kept == both
        cost = (self.entries(both), inputs if is_product else 0, 0 if is_product else len(rest))
        return cost, (*rest, Item(kept, False))

    def entries(self, axes: Iterable[int]) -> int:
        dimensions = (self.sizes[a] for a in axes)
        return prod(d if isinstance(d, int) else NOMINAL for d in dimensions)
