"""A thin printer of SVG: shapes in, text out, the same bytes on every machine.

Contract: coordinates are rounded to a tenth of a pixel before anything is decided about them, so that the last bits of
a processor's exponential never reach a file. Colours are names of classes (`SERIES`, "up", "down", ...) to which
templates/picture.css gives values, for light and for dark; whatever a colour says, a dash, a mark or a word says too.
Text is escaped here. To extend: a shape is a function that returns a string.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

Pixels = tuple[int, int]
"""A place in tenths of a pixel."""

SERIES = ("first", "second", "third", "fourth", "fifth", "sixth")
TOLERANCE = 1
"""A point closer than this to its neighbours' line (in tenths of a pixel) is left out."""
MINUS = "\u2212"


def element(tag: str, content: str = "", **attributes: object) -> str:
    """<tag ...>content</tag>; `class_` is class, and an underscore inside a name a hyphen."""
    spelled = "".join(f' {k.rstrip("_").replace("_", "-")}="{escape(str(v))}"' for k, v in attributes.items())
    return f"<{tag}{spelled}>{content}</{tag}>" if content else f"<{tag}{spelled}/>"


def pixel(tenths: int) -> str:
    """A coordinate as it is written."""
    whole, part = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}" + (f".{part}" if part else "")


def rounded(x: float, y: float) -> Pixels:
    return round(10 * x), round(10 * y)


@dataclass(frozen=True)
class Scale:
    """From values to pixels; `logarithmic` by powers of ten."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            low, high, value = map(math.log10, (low, high, value))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def measure(self, value: float) -> float:
        return math.log10(value) if self.logarithmic else value

    @property
    def ticks(self) -> list[float]:
        """Round values: steps of 1, 2 or 5 times a power of ten, or every few powers."""
        low, high = self.measure(self.low), self.measure(self.high)
        step = tidy_step(high - low, whole=self.logarithmic)
        marks = [n * step for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
        return [10.0**m for m in marks] if self.logarithmic else [round(m, 10) for m in marks]


def tidy_step(span: float, *, whole: bool = False) -> float:
    """About five steps a span."""
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(s * power for s in (1, 2, 5, 10) if span / (s * power) <= 6)
    return max(1.0, round(step)) if whole else step


def tick_text(value: float, scale: Scale) -> str:
    """2, 0.5, -4 with its sign; on a long logarithmic scale 10 with its power raised."""
    if scale.logarithmic and scale.high > 1000 and value != 1:
        return f'10<tspan dy="-5" font-size="9">{signed(round(math.log10(value)))}</tspan>'
    return signed(value)


def signed(value: float, digits: str = "g") -> str:
    """A number with a minus sign as it is printed."""
    return format(value, digits).replace("-", MINUS)


# --- shapes -------------------------------------------------------------------------------------------------


def text(words: str, x: float, y: float, *, anchor: str = "start", class_: str = "label") -> str:
    """Words of anyone: escaped."""
    return label(escape(words), x, y, anchor=anchor, class_=class_)


def label(markup: str, x: float, y: float, *, anchor: str = "start", class_: str = "label") -> str:
    (left, top) = rounded(x, y)
    return element("text", markup, x=pixel(left), y=pixel(top), text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    (a, b), (c, d) = rounded(x1, y1), rounded(x2, y2)
    return element("path", d=f"M{pixel(a)} {pixel(b)}L{pixel(c)} {pixel(d)}", class_=class_)


def rectangle(x: float, y: float, width: float, height: float, class_: str, opacity: float) -> str:
    (a, b), (c, d) = rounded(x, y), rounded(width, height)
    return element("rect", x=pixel(a), y=pixel(b), width=pixel(c), height=pixel(d), class_=class_, fill_opacity=opacity)


def polyline(points: Sequence[tuple[float, float]], class_: str) -> str:
    """One line through the points; nothing for none."""
    return path([points], class_)


def path(lines: Iterable[Sequence[tuple[float, float]]], class_: str) -> str:
    """Several lines as one path."""
    parts = [simplified([rounded(*p) for p in points]) for points in lines]
    strokes = ["M" + "L".join(f"{pixel(x)} {pixel(y)}" for x, y in p) for p in parts if len(p) > 1]
    return element("path", d="".join(strokes), class_=class_) if strokes else ""


def simplified(points: Sequence[Pixels]) -> list[Pixels]:
    """The points without which the line would look different: Douglas and Peucker's way, in whole numbers."""
    if len(points) < 3:
        return list(points)
    places = np.array(points, dtype=np.int64)
    kept = {0, len(points) - 1}
    waiting = [(0, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        apart = distances(places[first + 1 : last], points[first], points[last])
        farthest = first + 1 + int(apart.argmax())
        if off_line(points[farthest], points[first], points[last]):
            kept.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [points[place] for place in sorted(kept)]


def distances(points: NDArray[np.int64], start: Pixels, end: Pixels) -> NDArray[np.int64]:
    """Of points from the line, or squared from its start where the line is closed, up to a factor for all alike."""
    across, down = points[:, 0] - start[0], points[:, 1] - start[1]
    if start == end:
        return across**2 + down**2
    found: NDArray[np.int64] = np.abs((end[0] - start[0]) * down - (end[1] - start[1]) * across)
    return found


def off_line(point: Pixels, start: Pixels, end: Pixels) -> bool:
    """Farther than TOLERANCE."""
    (across, down), (a, b) = ((p[0] - start[0], p[1] - start[1]) for p in (point, end))
    if start == end:
        return across**2 + down**2 > TOLERANCE**2
    return (a * down - b * across) ** 2 > TOLERANCE**2 * (a**2 + b**2)


MARKS = {
    "circle": "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    "square": "M-3.6 -3.6h7.2v7.2h-7.2z",
    "triangle": "M0 -4.6L4.4 3.4h-8.8z",
    "diamond": "M0 -5L4.4 0L0 5L-4.4 0z",
    "wedge": "M0 4.6L4.4 -3.4h-8.8z",
    "cross": "M-4 -4L4 4M-4 4L4 -4",
    "star": "M0 -6L1.5 -2L5.7 -1.9L2.4 0.8L3.5 4.9L0 2.5L-3.5 4.9L-2.4 0.8L-5.7 -1.9L-1.5 -2z",
}
"""Outlines around (0, 0); the first six go with SERIES."""


def mark(kind: str, x: float, y: float, class_: str) -> str:
    (left, top) = rounded(x, y)
    return element("path", d=MARKS[kind], transform=f"translate({pixel(left)} {pixel(top)})", class_=class_)


# --- a picture ----------------------------------------------------------------------------------------------


def svg(width: int, height: int, shapes: Iterable[str], alt: str) -> str:
    """A picture for a page that brings its colours; its opening tag is one line."""
    described = escape("".join(c for c in " ".join(alt.split()) if c.isprintable()))
    body = "\n".join(s for s in shapes if s)
    return (
        f'<svg class="derive-picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="{described}">\n{body}\n</svg>'
    )
