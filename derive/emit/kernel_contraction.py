"""Sums of products of two arrays as matmul, vecdot or einsum.

Contract: `spell_contract(node, texts)` gives the text and whether it is a product (`a @ b`). Matmul where the one
summed axis can be put last in one operand and first in the other by transposing, vecdot where the sample axis
is all that both keep, tensordot where they keep no axis both, einsum of two operands else.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.ir.graph import Node
from derive.language.indices import Dimension

BLOCKS = 256
"""Up to so many products are added up at once."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Factor:
    """The text of an operand and the axes of the node that its own axes lie on."""

    text: str
    axes: tuple[int, ...]

    def in_order(self, axes: tuple[int, ...]) -> str | None:
        """The text with its axes in this order, if that is as it stands or with the last two swapped."""
        if self.axes == axes:
            return self.text
        if len(self.axes) == len(axes) > 1 and (*self.axes[:-2], self.axes[-1], self.axes[-2]) == axes:
            return f"{self.text}.{'T' if len(axes) == 2 else 'mT'}"
        return None


def spell_contract(node: Node, texts: list[str]) -> tuple[str, bool]:
    left, right = (Factor(t, a.axes) for t, a in zip(texts, node.arguments, strict=True))
    rank = len(node.shape)
    pairs = ((left, right), (right, left)) if len(node.bound) == 1 else ()
    products = [text for pair in pairs for text in [matmul(*pair, rank)] if text]
    if products:
        return min(products, key=lambda text: text.count(".T") + text.count(".mT")), True
    found = vecdot(left, right, rank, node.bound[0]) if len(node.bound) == 1 else None
    return (found or tensordot(left, right, rank) or einsum(left, right, rank)), False


def matmul(first: Factor, second: Factor, rank: int) -> str | None:
    """first @ second: (shared..., rows, sum) by (shared..., sum, column), or vectors in place of matrices."""
    kept_first = tuple(sorted(a for a in first.axes if a < rank))
    kept_second = tuple(sorted(a for a in second.axes if a < rank))
    shared = tuple(a for a in kept_first if a in kept_second)
    columns = tuple(a for a in kept_second if a not in shared)
    if len(columns) > 1 or (shared and not (columns and len(kept_first) == len(shared) + 1)):
        return None
    if kept_first + columns != tuple(range(rank)) or shared != tuple(range(len(shared))):
        return None
    rows = first.in_order((*kept_first, rank))
    others = second.in_order((*shared, rank, *columns))
    return f"{rows} @ {others}" if rows and others else None


def vecdot(left: Factor, right: Factor, rank: int, size: Dimension) -> str | None:
    """One product for each entry of the axes that both have.

    NumPy's adds up as BLAS does, a thousand entries with up to 17 roundings: a helper has it do so in blocks.
    Where the summed axis is the first of both, a helper adds up rows as they lie; vecdot would jump from row to row.
    """
    order = tuple(range(rank + 1))
    if left.axes == right.axes == (rank, *order[:-1]) and rank:
        return f"_summed({left.text}, {right.text})"
    first, second = left.in_order(order), right.in_order(order)
    function = "np.vecdot" if isinstance(size, int) and size <= BLOCKS else "_vecdot"
    return f"{function}({first}, {second})" if first and second else None


def tensordot(left: Factor, right: Factor, rank: int) -> str | None:
    """Sums over any axes of two arrays that share no axis of the result: one product of matrices inside."""
    for first, second in ((left, right), (right, left)):
        over = [a for a in first.axes if a >= rank]
        kept = tuple(a for part in (first, second) for a in part.axes if a < rank)
        matrices = len(first.axes) > len(over) < len(second.axes)
        if kept == tuple(range(rank)) and sorted(over) == sorted(a for a in second.axes if a >= rank) and matrices:
            axes = [[part.axes.index(a) for a in over] for part in (first, second)]
            return f"np.tensordot({first.text}, {second.text}, axes=({axes[0]}, {axes[1]}))"
    return None


def einsum(left: Factor, right: Factor, rank: int) -> str:
    spelled = ["".join(LETTERS[a] for a in f.axes) for f in (left, right)]
    return f'np.einsum("{spelled[0]},{spelled[1]}->{LETTERS[:rank]}", {left.text}, {right.text})'
