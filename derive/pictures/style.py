"""The one look of all pictures, and SVG with the same bytes each time.

Contract: a function that returns a figure becomes a `picture`, which returns SVG: no date, no random names, letters
as paths, so that it looks the same wherever it is shown. Colours are those of Okabe and Ito (2008), which people with
any kind of colour vision tell apart; whatever a colour says, a dash, a mark or a word says too.
DeriveError where matplotlib is not installed.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec

from derive.language.errors import DeriveError

Arguments = ParamSpec("Arguments")

BLUE, ORANGE, GREEN, PINK, SKY, BLACK = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#222222"
COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)))
SIGNED = "PuOr"
"""Colours for signed values: orange below 0, violet above, white at 0."""

LOOK: Mapping[str, Any] = {
    "svg.hashsalt": "derive",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 2.0,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.unicode_minus": True,
    "path.simplify": True,
}


def library() -> Any:
    """matplotlib, or a DeriveError that says how to get it."""
    try:
        import matplotlib
        import matplotlib.figure
    except ImportError:
        raise DeriveError("pictures need matplotlib", hint="pip install 'derive[pictures]'") from None
    return matplotlib


def picture(draw: Callable[Arguments, Any]) -> Callable[Arguments, bytes]:
    """From a function that draws a figure to one that gives its SVG, all of it under the one look."""

    @functools.wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> bytes:
        with library().rc_context(dict(LOOK)):
            return svg(draw(*args, **kwargs))

    return drawn


def canvas(width: float, height: float, columns: int = 1) -> tuple[Any, Any]:
    """(figure, axes) in inches; with several columns an array of axes."""
    figure = library().figure.Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(1, columns)


def svg(figure: Any) -> bytes:
    """The figure's bytes, with nothing cut off."""
    buffer = io.BytesIO()
    nameless = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nameless, dpi=150, bbox_inches="tight", pad_inches=0.1)
    return buffer.getvalue()


def signed(value: float, digits: str = "g") -> str:
    """A number with a minus sign as it is printed."""
    return format(value, digits).replace("-", "\u2212")
