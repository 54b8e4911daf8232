r"""Pictures for LaTeX documents: what `pictures.drawing` draws, as TikZ.

Contract: `tikz(svg)` is a tikzpicture of a finished drawing; it knows the elements that our own printer writes (path,
rect, text with raised parts) and gives their classes to styles of PREAMBLE, which a document needs beside TikZ itself.
DeriveError for any other element. The same bytes on every machine. To extend: a function and a row of SHAPES; a new
class of a drawing is a row of STYLES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from xml.etree import ElementTree

from derive.emit.symbols import escape_latex
from derive.language.errors import DeriveError

SCALE = 0.58
"""Points of the page for a pixel of the drawing: two drawings stand side by side."""

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "first": "0072B2", "second": "C04F00", "third": "007A5A", "fourth": "B04F8A", "fifth": "3A8FC4",
        "sixth": "6B5B00", "up": "0072B2", "down": "D55E00", "faint": "6F6F78", "grid": "DEDBD4",
    }
)  # fmt: skip
"""As in templates/picture.css, for paper."""

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "grid": "draw=derive grid, line width=0.4pt",
        "axis": "draw=derive faint, line width=0.5pt",
        "level": "draw=derive faint, line width=0.3pt, opacity=0.55",
        "first": "draw=derive first, line width=1pt",
        "second": "draw=derive second, line width=1pt, dash pattern=on 3.5pt off 2pt",
        "third": "draw=derive third, line width=1pt, dash pattern=on 1pt off 2pt",
        "fourth": "draw=derive fourth, line width=1pt, dash pattern=on 4.5pt off 1.5pt on 1pt off 1.5pt",
        "fifth": "draw=derive fifth, line width=1pt, dash pattern=on 7pt off 2pt",
        "sixth": "draw=derive sixth, line width=1pt, dash pattern=on 0.5pt off 1.5pt",
        "descent": "line width=1.4pt",
        "dot": "solid, line width=0.7pt",
        "ring": "fill=white",
        "minimum": "fill=black",
        "up": "fill=derive up",
        "down": "fill=derive down",
        "title": r"font=\small",
        "label": r"font=\footnotesize",
        "variable": r"font=\small\itshape",
        "tick": r"font=\scriptsize, text=derive faint",
        "quiet": r"font=\scriptsize, text=derive faint",
    }
)

PREAMBLE: tuple[str, ...] = (
    r"\usepackage{tikz}",
    r"\usetikzlibrary{svg.path}",
    *(rf"\definecolor{{derive {name}}}{{HTML}}{{{value}}}" for name, value in COLOURS.items()),
    *(rf"\tikzset{{derive {name}/.style={{{style}}}}}" for name, style in STYLES.items()),
)

ANCHORS: Mapping[str, str] = MappingProxyType({"start": "base west", "middle": "base", "end": "base east"})
CIRCLE = re.compile(r"M-([\d.]+) 0(a\1 \1 0 1 0 -?[\d.]+ 0){2}")
"""The outline of a circle around where it is moved to."""

STRAIGHT = re.compile(r"(?:M[-\d. ]+(?:L[-\d. ]+)+)+")
"""A path of straight lines between absolute places."""

SERIES = ("first", "second", "third", "fourth", "fifth", "sixth")
BETWEEN = re.compile(r"(?<!\\)\$\$")
"""Where one formula ends and the next begins."""

SIGNS: Mapping[str, str] = MappingProxyType(
    {"\u2212": "$-$", "\u2032": "$'$", "∂": r"$\partial$", "δ": r"$\delta$", "σ": r"$\sigma$", "Φ": r"$\Phi$"}
    | {mark: mark for mark in "，：（）"}
)
"""Signs and letters of formulas in running words; Chinese punctuation stays as it is."""


def tikz(svg: str) -> str:
    """The drawing as a tikzpicture."""
    shapes = [shape(element) for element in ElementTree.fromstring(svg)]
    body = "\n".join(line for line in shapes if line)
    return f"\\begin{{tikzpicture}}[x={SCALE}pt, y=-{SCALE}pt]\n{body}\n\\end{{tikzpicture}}"


def shape(element: ElementTree.Element) -> str:
    tag = element.tag.rpartition("}")[2]
    if tag not in SHAPES:
        raise DeriveError(f"a drawing has the element {tag}, which LaTeX pictures do not know")
    return SHAPES[tag](element)


def styles(element: ElementTree.Element) -> str:
    """The classes as styles, a series' colour first: what else is said of it comes after; a dot is filled with it."""
    names = element.get("class", "").split()
    series = [name for name in names if name in SERIES]
    found = [f"derive {name}" for name in (*series, *(n for n in names if n not in series))]
    filled = [f"fill=derive {name}" for name in series if "dot" in names and "ring" not in names]
    return ", ".join(found + filled)


def path(element: ElementTree.Element) -> str:
    """Straight lines by their places, a circle; any other outline as it is written, moved to where it stands."""
    outline = element.get("d", "")
    if STRAIGHT.fullmatch(outline):
        return rf"\path[{styles(element)}] {lines(outline)};"
    moved = re.fullmatch(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
    place = f"({moved[1]}, {moved[2]})" if moved else "(0, 0)"
    if circle := CIRCLE.fullmatch(outline):
        return rf"\path[{styles(element)}] {place} circle[radius={float(circle[1]) * SCALE:g}pt];"
    return rf"\path[shift={{{place}}}, xscale={SCALE}, yscale=-{SCALE}, {styles(element)}] svg {{{outline}}};"


def lines(outline: str) -> str:
    """M1 2L3 4 as (1, 2) -- (3, 4)"""
    parts = [part.split("L") for part in outline.split("M")[1:]]
    return " ".join(" -- ".join(f"({', '.join(point.split())})" for point in points) for points in parts)


def rectangle(element: ElementTree.Element) -> str:
    """A filled cell; the paper itself is not drawn."""
    if element.get("class") == "paper":
        return ""
    x, y, width, height = (element.get(name, "") for name in ("x", "y", "width", "height"))
    opacity = element.get("fill-opacity", "1")
    return rf"\path[{styles(element)}, fill opacity={opacity}] ({x}, {y}) rectangle +({width}, {height});"


def words(element: ElementTree.Element) -> str:
    """Words on their base line; a part that is moved up or down is a power or an index."""
    parts = [written(element.text or "")]
    for part in element:
        raised = "^" if part.get("dy", "").startswith("-") else "_"
        parts += [f"${raised}{{{digits(part.text or '')}}}$", written(part.tail or "")]
    anchor, place = ANCHORS[element.get("text-anchor", "start")], f"({element.get('x')}, {element.get('y')})"
    return rf"\node[inner sep=0pt, anchor={anchor}, {styles(element)}] at {place} {{{''.join(parts)}}};"


def digits(text: str) -> str:
    return escape_latex(text.replace("\u2212", "-"))


def written(text: str) -> str:
    """Text of anyone, the signs and letters of formulas in mathematics."""
    parts = "".join(SIGNS.get(character) or escape_latex(character) for character in text)
    return BETWEEN.sub("", parts)


SHAPES: Mapping[str, Callable[[ElementTree.Element], str]] = MappingProxyType(
    {"path": path, "rect": rectangle, "text": words}
)
