"""What notebooks show."""

from __future__ import annotations

import pytest

import derive
from derive.language.errors import DeriveError

STUDY = derive.define("half(x) -> y\n    y = x**2/2")


def test_a_study_shows_itself_in_every_form() -> None:
    html = STUDY._repr_html_()
    assert html.startswith("<style>")
    assert '<article class="derive" lang="en"' in html
    assert "<body" not in html
    assert "<script" not in html
    assert STUDY._repr_latex_() == "$$\n\\begin{aligned}\n\\frac{\\mathrm{d}y}{\\mathrm{d}x} &= x\n\\end{aligned}\n$$"
    assert STUDY._repr_markdown_().startswith("# half\n")


def test_the_closed_form_alone() -> None:
    shown = STUDY.closed
    assert repr(shown) == "dy/dx = x"
    assert shown._repr_html_() is None
    assert shown._repr_latex_() == shown._repr_markdown_() == STUDY._repr_latex_()


def test_a_terminal_shows_the_definition_and_the_closed_forms() -> None:
    assert repr(STUDY) == f"{STUDY.definition.text}\n\ndy/dx = x"


def test_source_is_highlighted() -> None:
    shown = STUDY.kernel
    assert repr(shown) == STUDY.source
    assert '<span class="k">def</span> <span class="f">half</span>(x' in (shown._repr_html_() or "")
    assert (shown._repr_markdown_() or "").startswith("```python\n")
    assert shown._repr_latex_() is None


def test_the_look_of_an_article_does_not_leave_it() -> None:
    style = STUDY._repr_html_().split("</style>")[0]
    rules = [line.strip() for line in style.splitlines() if "{" in line and not line.lstrip().startswith(("@", "/*"))]
    assert all(
        part.strip().startswith((".derive", ".picture")) for rule in rules for part in rule.split("{")[0].split(",")
    )


def test_rows_of_the_catalogue_by_name() -> None:
    assert derive.known("tanh").name == "tanh"
    with pytest.raises(DeriveError, match="did you mean sigmoid"):
        derive.known("sigmod")


def test_notes_in_a_language_and_at_a_level_of_detail() -> None:
    shown = STUDY.notes("zh", "full")
    assert 'lang="zh-Hans"' in (shown._repr_html_() or "")
    assert "定义" in repr(shown)
    assert (shown._repr_markdown_() or "").count("&=") > STUDY._repr_markdown_().count("&=")
    assert "](pictures/" not in (shown._repr_markdown_() or "")
    with pytest.raises(DeriveError, match="unknown detail"):
        STUDY.notes("en", "everything")


def test_a_cell_brings_its_paper_with_its_ink() -> None:
    for html in (STUDY._repr_html_(), STUDY.kernel._repr_html_() or ""):
        style = html.split("</style>")[0]
        assert "color: var(--ink); background: var(--paper)" in style
