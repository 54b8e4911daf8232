"""All ratios at a glance: a panel for each peer, a mark for each case, the bound as a line.

Contract: `ratios` gives SVG in the look of the project's pictures. DeriveError where matplotlib is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.bounds import verdicts
from benchmarks.measure import Measurement
from benchmarks.peers.row import Peer
from benchmarks.peers.table import OURS, PEERS
from derive.pictures.style import BLACK, BLUE, ORANGE, canvas, picture

COLUMNS = 4
MARKS = {"float32": ("o", BLUE), "float64": ("^", ORANGE)}


@picture
def ratios(found: Sequence[Measurement], threads: int) -> Any:
    """Our time over each peer's against the number of elements."""
    mine = [m for m in found if m.threads == threads]
    shown = [p for p in PEERS if p.key not in OURS and any(p.key in m.times for m in mine)]
    figure, first = canvas(3.2 * min(COLUMNS, len(shown)), 2.8 * -(-len(shown) // COLUMNS))
    first.remove()
    grid = figure.subplots(-(-len(shown) // COLUMNS), min(COLUMNS, len(shown)), sharex=True, sharey=True, squeeze=False)
    for axes, one in zip(grid.flat, shown, strict=False):
        panel(axes, one, mine)
    for axes in grid.flat[len(shown) :]:
        axes.set_visible(False)
    figure.supxlabel("elements")
    figure.supylabel(f"our time over theirs, {threads} thread{'s' if threads > 1 else ''}")
    handles, words = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, words, loc="outside upper right", ncols=len(words))
    return figure


def panel(axes: Any, one: Peer, found: Sequence[Measurement]) -> None:
    """Marks spread a little sideways by the kernel, filled where the bound is kept or there is none."""
    axes.axhline(1, color=BLACK, linewidth=1)
    chance = np.random.default_rng(0)
    for dtype, (mark, colour) in MARKS.items():
        mine = [m for m in found if m.dtype == dtype and one.key in m.times]
        kept = [v.met if (v := verdicts(m).get(one.key)) else True for m in mine]
        for good in (True, False):
            points = [(m.elements, m.ratio(one.key)) for m, k in zip(mine, kept, strict=True) if k == good]
            if points:
                x, y = np.array(points, dtype=float).T
                x = x * np.exp(chance.uniform(-0.3, 0.3, len(x)))
                style = {"markersize": 4, "linestyle": "none", "color": colour}
                fill = {"markerfacecolor": colour if good else "white", "label": dtype if good else f"{dtype}, misses"}
                axes.plot(x, y, mark, **style, **fill)
    axes.set(xscale="log", yscale="log", title=one.title)
