"""Web pages: structure, folding, escapes, links."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from derive.emit.document import Chapter, Document, document
from derive.emit.formats import write
from derive.emit.notes_html import article, page
from derive.emit.phrases import PHRASES
from derive.emit.site import FIRST, assets, site
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
