"""Lines of equal height on a grid.

Contract: `isolines(heights, level)` gives polylines in grid coordinates (column, row), closed ones with their first
point repeated. In a square whose two diagonals disagree the line keeps the heights above the level apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Edge = tuple[int, int, bool]
"""(row, column, whether it goes down a column): the side of a square between two neighbours of the grid."""
Place = tuple[float, float]

TOP, RIGHT, BOTTOM, LEFT = range(4)
PAIRS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((LEFT, TOP),), 2: ((TOP, RIGHT),), 3: ((LEFT, RIGHT),), 4: ((RIGHT, BOTTOM),),
    5: ((LEFT, TOP), (RIGHT, BOTTOM)), 6: ((TOP, BOTTOM),), 7: ((LEFT, BOTTOM),), 8: ((BOTTOM, LEFT),),
    9: ((TOP, BOTTOM),), 10: ((TOP, RIGHT), (BOTTOM, LEFT)), 11: ((RIGHT, BOTTOM),), 12: ((LEFT, RIGHT),),
    13: ((TOP, RIGHT),), 14: ((LEFT, TOP),),
}  # fmt: skip
"""Which sides a line joins, by the corners that lie above the level: 1, 2, 4, 8 clockwise from the top left."""


def isolines(heights: NDArray[np.float64], level: float) -> list[list[Place]]:
    """The polylines at one level."""
    above = heights > level
    codes = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    beside: dict[Edge, list[Edge]] = {}
    for row, column in np.argwhere((codes > 0) & (codes < 15)).tolist():
        for first, second in PAIRS[int(codes[row, column])]:
            a, b = side(row, column, first), side(row, column, second)
            beside.setdefault(a, []).append(b)
            beside.setdefault(b, []).append(a)
    return [[crossing(heights, level, edge) for edge in chain] for chain in chains(beside)]


def side(row: int, column: int, which: int) -> Edge:
    return {
        TOP: (row, column, False),
        RIGHT: (row, column + 1, True),
        BOTTOM: (row + 1, column, False),
        LEFT: (row, column, True),
    }[which]


def chains(beside: dict[Edge, list[Edge]]) -> list[list[Edge]]:
    """Open lines from end to end, then closed ones; every edge in one of them."""
    left = dict(beside)
    starts = [e for e, next_to in sorted(beside.items()) if len(next_to) == 1] + sorted(beside)
    found = []
    for start in starts:
        if start not in left:
            continue
        chain = [start]
        while (forward := next((e for e in left.pop(chain[-1]) if e in left), None)) is not None:
            chain.append(forward)
        if len(chain) > 2 and start in beside[chain[-1]]:
            chain.append(start)
        found.append(chain)
    return found


def crossing(heights: NDArray[np.float64], level: float, edge: Edge) -> Place:
    """Where the level lies between the two ends of an edge."""
    row, column, down = edge
    low, high = float(heights[row, column]), float(heights[row + down, column + (not down)])
    part = (level - low) / (high - low)
    return (column, row + part) if down else (column + part, row)
