"""Pictures in LaTeX: every drawing of the catalogue is printed, escaped, and says what its SVG says."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import derive
from derive.emit.picture_tikz import PREAMBLE, STYLES, tikz
from derive.language.errors import DeriveError
from derive.language.words import LANGUAGES
from derive.pictures.drawing import MARKS, line, mark, rectangle, svg, text

NAMES = ("sigmoid", "relu", "softmax", "gelu_tanh", "himmelblau")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_element_of_a_drawing_is_printed(name: str, language: str) -> None:
    pictures = derive.known(name).pictures(language)
    assert pictures
    for picture in pictures:
        printed = tikz(picture.svg).splitlines()
        elements = [e for e in ElementTree.fromstring(picture.svg) if e.get("class") != "paper"]
        assert len(printed) == len(elements) + 2
        assert printed[0].startswith(r"\begin{tikzpicture}")
        assert printed[-1] == r"\end{tikzpicture}"
        assert all(line.endswith(";") for line in printed[1:-1])
        assert "U+" not in "".join(printed)


def test_every_class_of_a_drawing_has_a_style() -> None:
    for name in NAMES:
        for picture in derive.known(name).pictures():
            used = {c for e in ElementTree.fromstring(picture.svg) for c in e.get("class", "").split()} - {"paper"}
            assert used <= STYLES.keys()
    assert all(any(rf"derive {name}/.style" in line for line in PREAMBLE) for name in STYLES)


def drawn(*shapes: str) -> str:
    return tikz(svg(10, 10, shapes, "alt"))


def test_places_are_those_of_the_drawing() -> None:
    assert r"\path[derive axis] (1, 2.5) -- (3, 4);" in drawn(line(1, 2.5, 3, 4, "axis"))
    assert "(1, 2) rectangle +(3, 4);" in drawn(rectangle(1, 2, 3, 4, "up", 0.5))
    assert "(5, 6) circle[radius=2.32pt];" in drawn(mark("circle", 5, 6, "dot first"))
    assert "shift={(5, 6)}" in drawn(mark("star", 5, 6, "minimum"))
    assert all(drawn(mark(kind, 1, 1, "dot first")) for kind in MARKS)


def test_words_of_anyone_are_escaped() -> None:
    printed = drawn(text(r"50% \input{/etc/passwd} $x$ a_1 <b>", 1, 1), text("\u2212\u2032σ", 2, 2))
    assert r"\input" not in printed
    assert r"50\%" in printed
    assert re.search(r"(?<!\\)\$x", printed) is None
    assert r"{$-'\sigma$}" in printed


def test_an_unknown_element_is_refused() -> None:
    with pytest.raises(DeriveError, match="the element ellipse"):
        tikz('<svg xmlns="http://www.w3.org/2000/svg"><ellipse/></svg>')
