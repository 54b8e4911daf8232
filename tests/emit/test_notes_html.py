"""Web pages: structure, folding, escapes, links."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from math import ceil

import pytest

from derive.emit.document import Chapter, Document, document
from derive.emit.formats import write
from derive.emit.latex import LatexPrinter
from derive.emit.notes_html import PHONE, article, kept_together, page, widest
from derive.emit.phrases import PHRASES
from derive.emit.site import FIRST, assets, site
from derive.language.derivation import Step
from derive.language.expressions import Expression, Ref, add, mul, number, quotient
from derive.language.words import LANGUAGES, Words
from tests.emit.notes_examples import HOSTILE, documents, info, perceptron, softmax_jacobian

VOID = {"meta", "link", "input", "wbr", "mspace"}


class Outline(HTMLParser):
    """Reads a page; every element that is opened must be closed in its turn."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[dict[str, str | None]] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def values(self, attribute: str) -> list[str]:
        return [v for a in self.attributes if (v := a.get(attribute)) is not None]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("detail", ["brief", "textbook", "full"])
def test_pages_are_well_formed_and_have_every_line(language: str, detail: str) -> None:
    for shown in documents(language, detail):
        outline = Outline(page(shown))
        latex = outline.values("data-latex")
        data = json.loads(write(shown, "json"))
        for section in data["sections"]:
            for part in section["parts"]:
                for line in part["lines"]:
                    assert any(found.endswith(f"= {line['right']['latex']}") for found in latex)


def test_every_rule_folds_inside_the_textbook() -> None:
    outline = Outline(article(document([perceptron()], info())))
    rows = [a for a in outline.attributes if (a.get("class") or "") == "row"]
    folded = [t for t, a in zip(outline.tags, outline.attributes, strict=True) if a.get("class") == "row"]
    assert folded.count("details") == 1
    assert len(rows) == 5 + 4
    assert outline.tags.count("h2") == 2


def test_the_result_stands_in_the_summary_and_in_a_box() -> None:
    shown = article(document([softmax_jacobian()], info()))
    assert shown.count('class="boxed"') == 1
    assert '<details class="steps" open>' in shown
    assert 'class="result formula"' in shown


def test_hostile_text_is_text() -> None:
    titled = document([perceptron()], info(HOSTILE, remarks=(Words(HOSTILE, HOSTILE),), kernels=("<b>",), source="<b>"))
    for html in (page(titled), article(titled), site((Chapter(Words("<b>", "<b>"), (titled,)),), "en")["index.html"]):
        Outline(html)
        assert "<b>" not in html
        assert "&lt;b&gt;" in html


def test_lemmas_are_links_where_their_page_is_known() -> None:
    shown = document([perceptron()], info())
    assert "<code>sigmoid</code>" in article(shown)
    assert '<a href="sigmoid.html">sigmoid</a>' in article(shown, lambda name: f"{name}.html")
    assert "<code>sigmoid</code>" in article(shown, lambda name: "")


def files() -> dict[str, str]:
    found: dict[str, str] = dict(assets())
    for language in LANGUAGES:
        shown: tuple[Document, ...] = tuple(
            replace(d, summary=None) if d.name == "tanh" else d for d in documents(language)
        )
        found |= site((Chapter(Words("First", "一"), shown[:2]), Chapter(Words("Second", "二"), shown[2:])), language)
    return found


def test_the_site_has_no_link_that_leads_nowhere() -> None:
    found = files()
    assert {"index.html", "zh/index.html", "softmax.html", "zh/softmax.html", *assets()} <= set(found)
    for name, html in found.items():
        if name.endswith(".html"):
            outline = Outline(html)
            for address in outline.values("href") + outline.values("src"):
                assert resolved(name, address) in found, (name, address)


def resolved(name: str, address: str) -> str:
    folder = name.split("/")[:-1]
    for part in address.split("/"):
        folder = folder[:-1] if part == ".." else [*folder, part]
    return "/".join(folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_finds_by_name_and_by_word(language: str) -> None:
    prefix = "" if language == FIRST else f"{language}/"
    outline = Outline(files()[f"{prefix}index.html"])
    words = outline.values("data-search")
    assert len(words) == 4
    assert all(any(name in entry for entry in words) for name in ("softmax", "perceptron", "标题"[: language == "zh"]))
    assert PHRASES["search"][language] in outline.values("placeholder")


def test_pages_need_nothing_from_elsewhere() -> None:
    for text in (*files().values(), page(documents()[0])):
        assert "http" not in text.replace("http://www.w3.org", "")
        assert "@import" not in text
        assert "url(" not in text


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("into (<math><mn>0</mn></math>, 1)", '<span class="kept">(<math><mn>0</mn></math>,</span>'),
        ("the <math><mi>x</mi></math>.", '<span class="kept"><math><mi>x</mi></math>.</span>'),
        ("对 <math><mi>x</mi></math>。", '<span class="kept"><math><mi>x</mi></math>。</span>'),
    ],
)
def test_a_formula_stays_with_its_brackets_and_stops(sentence: str, kept: str) -> None:
    assert kept in kept_together(sentence)


def test_a_formula_between_words_may_stand_alone_and_displays_are_left() -> None:
    for text in ("the <math><mi>x</mi></math> is", '(<math displaystyle="true"><mi>x</mi></math>)'):
        assert kept_together(text) == text


def test_only_what_is_too_wide_for_a_phone_is_made_smaller() -> None:
    x = Ref("long_name_of_it")
    fraction = quotient(add(*(mul(number(k), x, x) for k in range(2, 7))), add(x, number(1)))
    printer = LatexPrinter()
    assert widest(fraction, printer) > PHONE
    assert widest(add(x, quotient(x, add(x, number(1)))), printer) < PHONE
    assert "--ems" not in article(document([softmax_jacobian()], info()))
    wide = document([replace(softmax_jacobian(), closed=fraction, steps=(step_to(fraction),))], info())
    (row,) = wide.sections[0].rows
    assert f'style="--ems: {ceil(widest(row.right, printer))}"' in article(wide)


def step_to(value: Expression) -> Step:
    first = softmax_jacobian().steps[0]
    return replace(first, after=value, new=value)
