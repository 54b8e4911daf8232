"""The panels of the pages: well-formed, the same on every machine, readable on a phone."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import numpy as np
import pytest

from derive.emit.templating import PICTURE_STYLE, asset
from derive.pictures.drawing import SERIES
from derive.pictures.figures import Series, contours, curve, errors, heat_map
from derive.pictures.surfaces import Landscape, Path

X = np.linspace(-3, 3, 121)
BOWL = Landscape("bowl", lambda p: (p**2).sum(axis=-1), (-2.0, 2.0), (-2.0, 2.0), minima=[np.zeros(2)])
STEP = np.where(X < 0, 0.0, 1.0)


def bowl(noise: float = 0.0) -> str:
    paths = [Path("down", np.array([[1.0, 1.0], [0.5, 0.5], [noise, 0.0]])), Path("away", np.array([[0.0, 0], [9, 9]]))]
    return contours("bowl", BOWL, paths, "minimum", "a bowl")


DRAWN: dict[str, Callable[[float], str]] = {
    "curve": lambda e: curve("f(x)", "x", [Series("", X, np.tanh(X) * (1 + e))], "f"),
    "two curves": lambda e: curve("f(x)", "x", [Series("t = 0", X, X + e), Series("t < 1", X, X**2)], "f"),
    "step": lambda e: curve("f(x)", "x", [Series("", X, STEP * (1 + e))], "f"),
    "errors": lambda e: errors(
        "f", "x", [Series("plain", X, np.abs(X) * (1 + e) * 1e9), Series("ours", X, 0 * X)], "f", "ULP"
    ),
    "heat map": lambda e: heat_map("J", "p", "a", np.array([[0.2, -0.1], [-0.1 - e, 0.0]]), "J"),
    "contours": bowl,
}


@pytest.mark.parametrize("name", DRAWN)
def test_last_bits_do_not_show(name: str) -> None:
    assert DRAWN[name](0.0) == DRAWN[name](3e-16) == DRAWN[name](-3e-16)


@pytest.mark.parametrize("name", DRAWN)
def test_panels_are_well_formed_and_fit_a_phone(name: str) -> None:
    root = ElementTree.fromstring(DRAWN[name](0.0))
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    assert width <= 343
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"]
    for found in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", "".join(ElementTree.tostring(root, "unicode"))):
        x, y = map(float, found)
        assert -8 <= x <= width + 8
        assert -8 <= y <= height + 8


def test_a_jump_has_a_dot_and_a_ring_and_no_line_across() -> None:
    drawing = DRAWN["step"](0.0)
    assert drawing.count("dot ring first") == 1
    assert drawing.count("dot first") == 1
    (curve_of_two,) = re.findall(r'd="([^"]*)" class="first"', drawing)
    assert curve_of_two.count("M") == 2


def test_nothing_is_drawn_across_a_pole() -> None:
    with np.errstate(divide="ignore"):
        drawing = curve("1/x", "x", [Series("", X, 1 / X)], "a pole")
    (line,) = re.findall(r'd="([^"]*)" class="first"', drawing)
    assert line.count("M") == 2


def test_signs_show_in_colour_and_in_words() -> None:
    drawing = DRAWN["heat map"](0.0)
    assert drawing.count('class="down"') == 2
    assert {"+0.200", "\u22120.100"} <= set(re.findall(r">([+\u2212][\d.]+)<", drawing))


def test_a_path_that_leaves_ends_at_the_edge() -> None:
    (away,) = re.findall(r'd="([^"]*)" class="descent second"', bowl())
    assert away.endswith("L328 34")


def test_series_differ_by_more_than_colour() -> None:
    style = asset(PICTURE_STYLE)
    dashes = [re.search(rf"\.{name} {{ stroke: [^}}]*?(stroke-dasharray: [^;]*)?; }}", style) for name in SERIES]
    assert all(dashes)
    assert len({d.group(1) for d in dashes if d}) == len(SERIES)
