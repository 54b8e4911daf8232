"""Where a Kronecker delta puts a bound index, and where that position exists.

Contract: `solved(delta, index)` reads delta_{i+k, j+m} as i = j + m - k. The sum over i has such a term only if
the position lies in its range; where that is not so for every j, the term is guarded.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.language.expressions import Chosen, Delta, Expression, guarded
from derive.language.indices import Dimension, Fixed, Index, Less, Shifted, shifted, shortened
from derive.language.trees import letters


@dataclass(frozen=True)
class Position:
    """The value of a bound index; it exists where low <= letter < high, or always if there is no letter."""

    position: Index
    letter: Index | None = None
    low: int = 0
    high: Dimension = 0

    def within(self, term: Expression) -> Expression:
        return term if self.letter is None else guarded(self.letter, self.low, self.high, term)


def solved(node: Delta, index: Index) -> Position | None:
    """The position that a delta gives a bound index; None where it says nothing of it or cannot be solved."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        base, shift = (one.base, one.offset) if isinstance(one, Shifted) else (one, 0)
        if base == index and index not in letters(other):
            return position(other, shift, index.size)
    return None


def position(other: Index, shift: int, size: Dimension) -> Position | None:
    """i with i + shift = other, for i below a size."""
    if isinstance(other, Fixed):
        inside = other.position >= shift and (not isinstance(size, Less) or other.position == shift)
        return Position(shifted(other, -shift, size)) if inside else None
    if isinstance(other, Chosen):
        return Position(other) if shift == 0 and other.size == size else None
    letter, offset = (other.base, other.offset) if isinstance(other, Shifted) else (other, 0)
    low = shift - offset
    return Position(shifted(letter, -low, size), letter, low, later(size, low))


def later(size: Dimension, by: int) -> Dimension:
    """size + by"""
    if isinstance(size, int):
        return size + by
    base, less = (size.size, size.by) if isinstance(size, Less) else (str(size), 0)
    return shortened(base, less - by)
