"""Indices, positions and the sizes that they run up to.

Contract: an index is a value, and so is a position in its place: a fixed one, one some places after another, or one
that a quantity chooses (`expressions.Chosen`). A size is a name or a number, or one that is some positions shorter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Dimension = str | int
"""How far an index runs: the name of a symbolic size, or a number."""


class Less(str):
    """The size n - 1, which an index keeps that also stands shifted: the i of x[i+1] - x[i]."""

    __slots__ = ("by", "size")
    size: str
    by: int

    def __new__(cls, size: str, by: int) -> Less:
        made = super().__new__(cls, f"{size}-{by}")
        made.size, made.by = size, by
        return made

    def __getnewargs__(self) -> tuple[str, int]:  # type: ignore[override]
        return self.size, self.by


def shortened(size: Dimension, by: int) -> Dimension:
    """The size less a number of positions."""
    if by == 0 or isinstance(size, int):
        return size - by if isinstance(size, int) else size
    return Less(size.size, size.by + by) if isinstance(size, Less) else Less(size, by)


def extent(size: Dimension, sizes: Mapping[str, int]) -> int:
    """The number that a size is."""
    if isinstance(size, int):
        return size
    return sizes[size.size] - size.by if isinstance(size, Less) else sizes[size]


@dataclass(frozen=True)
class Index:
    """An index, such as i, and the size n that it runs up to."""

    name: str
    size: Dimension


@dataclass(frozen=True)
class Fixed(Index):
    """A fixed position where an index could stand: the 0 of x[0]."""

    position: int


@dataclass(frozen=True)
class Shifted(Index):
    """The position some places after an index: the i+1 of x[i+1]."""

    base: Index
    offset: int


def reaches(high: Dimension, size: Dimension) -> bool:
    """Whether the one is never smaller than the other, as n is never smaller than n - 1."""
    if isinstance(high, int) and isinstance(size, int):
        return high >= size
    (one, less), (other, more) = ((d.size, d.by) if isinstance(d, Less) else (d, 0) for d in (high, size))
    return one == other and less <= more


def shifted(base: Index, offset: int, size: Dimension) -> Index:
    """The position `offset` after another one, in a dimension of that size."""
    if isinstance(base, Shifted):
        return shifted(base.base, base.offset + offset, size)
    if isinstance(base, Fixed):
        return fixed(base.position + offset, size)
    return base if offset == 0 else Shifted(f"{base.name}{offset:+d}", size, base, offset)


def fixed(position: int, size: Dimension) -> Fixed:
    return Fixed(str(position), size, position)
