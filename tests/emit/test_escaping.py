"""Text of anyone, in every place that takes text and in every format: it shows, and it does nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from derive.emit.document import Document, Picture, document
from derive.emit.formats import FORMATS, write
from derive.emit.notes_markdown import picture_files
from derive.emit.phrases import Sentence
from derive.language.words import LANGUAGES, Words
from derive.pictures.drawing import svg
from tests.emit.notes_examples import info, perceptron

TEXTS = {
    "index": "x_1",
    "comment": "50% off",
    "tag": "<b>bold</b><script>alert(1)</script>",
    "input": r"\input{/etc/passwd}",
    "math": "$x$ and $$y$$ and \\(z\\)",
    "code": "`rm -rf`",
    "link": "[here](javascript:alert(1)) ![p](q)",
    "attribute": '" onload="alert(1)',
    "entity": "&lt; & &amp;",
    "terminal": "red \x1b[31m text\x07",
    "heading": "# no\n\n## heading",
    "template": "{{ 7 * 7 }} {% raw %} {0}",
    "tex": r"} \end{document} ^^5cinput # ~",
    "front matter": 'a: "b"\n---\nc: d',
}


def hostile(text: str, language: str) -> Document:
    both = Words(text, text)
    found = document(
        [perceptron()],
        info(text, summary=both, remarks=(both,), kernels=(text,), source=text.replace("\x1b", "")),
        language,
    )
    return replace(found, pictures=(Picture("p", "definition", svg(9, 9, [], text), text),))


def bare(text: str, sign: str) -> int:
    """How often a sign stands without a backslash."""
    return len(re.findall(rf"(?<!\\){re.escape(sign)}", text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEXTS)
def test_latex_has_no_command_of_it(name: str, language: str) -> None:
    plain, shown = (write(hostile(t, language), "latex") for t in ("plain", TEXTS[name]))
    shown = re.sub(r"\$[<>]\$", "", shown)  # how escape_latex writes them
    for command in (r"\input{", r"\end{document}", "^^", "\x1b"):
        assert command not in shown
    for sign in "%#&~$":
        assert bare(shown, sign) == bare(plain, sign)


class Tags(HTMLParser):
    """Names of all tags and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


@pytest.mark.parametrize("name", TEXTS)
def test_a_page_has_no_tag_and_no_attribute_of_it(name: str) -> None:
    known = Tags(write(hostile("plain", "en"), "html")).found
    for language in LANGUAGES:
        shown = write(hostile(TEXTS[name], language), "html")
        assert Tags(shown).found <= known
        assert "\x1b" not in shown


@pytest.mark.parametrize("format_name", ["markdown", "post"])
@pytest.mark.parametrize("name", TEXTS)
def test_markdown_has_no_markup_of_it(name: str, format_name: str) -> None:
    plain, shown = (outside_code(write(hostile(t, "en"), format_name)) for t in ("plain", TEXTS[name]))
    assert "<b>" not in shown
    assert "<script" not in shown
    assert "](javascript" not in shown
    assert "\x1b" not in shown
    for sign in ("$", "\n#", "\n---", "`", "]("):
        assert bare(shown, sign) == bare(plain, sign)


def outside_code(text: str) -> str:
    """Without the front matter's title, which is JSON, and without the names of functions, which are code."""
    return re.sub(r"(?<!\\)`[^`\n]*`", "", re.sub(r"^title: .*$", "", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", TEXTS)
def test_pictures_of_files_hold_it_as_text(name: str) -> None:
    (drawing,) = picture_files(hostile(TEXTS[name], "en")).values()
    assert Tags(drawing).found <= Tags(*picture_files(hostile("plain", "en")).values()).found


@pytest.mark.parametrize("name", TEXTS)
def test_a_terminal_gets_no_control_character(name: str) -> None:
    shown = write(hostile(TEXTS[name], "en"), "text")
    assert all(c == "\n" or c.isprintable() for c in shown)


@pytest.mark.parametrize("name", TEXTS)
def test_json_says_what_was_said(name: str) -> None:
    found = json.loads(write(hostile(TEXTS[name], "en"), "json"))
    assert isinstance(found, dict)
    assert len(json.dumps(found)) > 100


def test_every_format_is_tested_here() -> None:
    assert set(FORMATS) == {"latex", "html", "markdown", "post", "text", "json"}


def test_words_without_arguments_are_never_a_template() -> None:
    assert list(Sentence(TEXTS["template"]).pieces()) == [TEXTS["template"]]
