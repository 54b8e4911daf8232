"""Pictures: well-formed, the same bytes each time, no date; jumps and paths are drawn as they are."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import numpy as np
import pytest

from derive.language.errors import DeriveError
from derive.pictures.curves import errors, jumps, shown_range, with_derivative
from derive.pictures.matrices import heat_map
from derive.pictures.style import COLOURS, signed
from derive.pictures.surfaces import Landscape, Path, contours, surface, until_outside

X = np.linspace(-3, 3, 13)
BOWL = Landscape("bowl", lambda p: (p**2).sum(axis=-1), (-2.0, 2.0), (-1.0, 1.0), minima=[np.zeros(2)])
PATH = Path("from (1, 1)", np.array([[1.0, 1.0], [0.5, 0.5], [0.0, 0.0]]))

DRAWN: dict[str, Callable[[], bytes]] = {
    "curve": lambda: with_derivative("step", lambda x: np.where(x < 0, 0.0, 1.0), np.zeros_like),
    "pole": lambda: with_derivative("inverse", lambda x: 1 / np.where(x == 0, np.nan, x), lambda x: -(x**2)),
    "errors": lambda: errors("f", X, [("plain", np.abs(X) * 1e9), ("kernel", np.abs(X))]),
    "heat map": lambda: heat_map("J", "p", "a", np.array([[0.2, -0.1], [-0.1, 0.0]])),
    "surface": lambda: surface(BOWL),
    "contours": lambda: contours(BOWL, "bowl", [PATH, Path("away", np.array([[0.0, 0.0], [1e30, 0.0]]))]),
}


@pytest.mark.parametrize("name", DRAWN)
def test_picture_is_svg_and_always_the_same(name: str) -> None:
    once = DRAWN[name]()
    assert once == DRAWN[name]()
    root = ElementTree.fromstring(once)
    assert root.tag.endswith("svg")
    assert float(root.attrib["viewBox"].split()[2]) > 100
    for word in (b"dc:date", b"Matplotlib", b"2026"):
        assert word not in once


def test_a_jump_is_found_and_a_slope_is_not() -> None:
    x = np.linspace(-1, 1, 201)
    assert jumps(np.where(x < 0, 0.0, 1.0)) == [99]
    assert jumps(np.tanh(9 * x)) == []
    assert jumps(30 * x) == []


def test_a_pole_does_not_rule_the_axis() -> None:
    low, high = shown_range(np.array([-1e6, *np.linspace(-2, 2, 100), 1e6]))
    assert -3 < low < high < 3
    low, high = shown_range(np.array([0.0, 1.0]))
    assert low < 0
    assert high > 1


def test_a_path_ends_with_its_first_point_outside() -> None:
    away = np.array([[0.0, 0.0], [1.0, 0.0], [9.0, 0.0], [1.0, 0.0]])
    np.testing.assert_array_equal(until_outside(away, BOWL), away[:3])
    assert len(until_outside(PATH.positions, BOWL)) == 3


def test_colours_differ_in_lightness_too() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted(map(lightness, COLOURS))
    assert len(set(COLOURS)) == len(COLOURS)
    assert shades[-1] - shades[0] > 100


def test_minus_signs_are_minus_signs() -> None:
    assert signed(-4.0) == "\u22124"
    assert signed(0.25, "+.2f") == "+0.25"


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(DeriveError, match="pictures need matplotlib"):
        DRAWN["curve"]()
