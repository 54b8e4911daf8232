"""The web site of the notes: pages that work from the file system, in every language.

Contract: `site(chapters, language)` gives the files of one language by their names below the site's folder:
English at the top, other languages in a folder of their own; links are relative. `assets()` are what they share.
To extend: a language is a row of LANGUAGE_NAMES and of notes_html.LANGUAGE_TAGS.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.emit.document import Chapter, Document
from derive.emit.notes_html import (
    LANGUAGE_TAGS,
    SCRIPT,
    STYLES,
    article,
    kept_together,
    plain_title,
    printer_of,
    text,
    voice_of,
)  # fmt: skip
from derive.emit.phrases import words
from derive.emit.templating import asset, render

LANGUAGE_NAMES = {"en": "English", "zh": "中文"}
FIRST = "en"
ASSETS = (*STYLES, SCRIPT)


def assets() -> dict[str, str]:
    return {name: asset(name) for name in ASSETS}


def site(chapters: Sequence[Chapter], language: str) -> dict[str, str]:
    """The pages of one language: an index and one for each document."""
    names = {d.name for chapter in chapters for d in chapter.documents}

    def cite(name: str) -> str:
        return f"{name}.html" if name in names else ""

    pages = {f"{d.name}.html": (plain_title(d), article(d, cite)) for c in chapters for d in c.documents}
    pages["index.html"] = (words("site_title", language), index(chapters, language))
    return {folder(language) + name: framed(name, title, main, language) for name, (title, main) in pages.items()}


def folder(language: str) -> str:
    return "" if language == FIRST else f"{language}/"


def up(language: str) -> str:
    """From a page of this language to the site's folder."""
    return "../" * folder(language).count("/")


def framed(name: str, title: str, main: str, language: str) -> str:
    """A page around its text: head, the way home and to the other languages."""
    top = up(language)
    others = [
        {"address": top + folder(o) + name, "name": label, "tag": LANGUAGE_TAGS[o]}
        for o, label in LANGUAGE_NAMES.items()
        if o != language
    ]
    styles = "\n".join(f'<link rel="stylesheet" href="{top}{name}">' for name in STYLES)
    home_label = text(words("all_notes", language))
    return render(
        "page.html.jinja",
        language=LANGUAGE_TAGS[language],
        title=text(title),
        head=f'{styles}\n<script src="{top}{SCRIPT}" defer></script>',
        navigation=render("navigation.html.jinja", home="index.html", home_label=home_label, others=others),
        main=main,
    )


def index(chapters: Sequence[Chapter], language: str) -> str:
    """All documents by topic, with a field that searches them."""
    keys = ("search", "nothing_found")
    return kept_together(
        render(
            "index.html.jinja",
            title=text(words("site_title", language)),
            lead=text(words("site_lead", language)),
            topics=[{"title": text(c.title[language]), "cards": [card(d) for d in c.documents]} for c in chapters],
            **{key: text(words(key, language)) for key in keys},
        )
    )


def card(document: Document) -> dict[str, str]:
    """What the index shows of a document, and the words it is found by."""
    voice = voice_of(printer_of(document))
    title = voice.say(document.title)
    summary = voice.say(document.summary) if document.summary else ""
    plain = "".join(p for s in (document.title, document.summary) if s for p in s.pieces() if isinstance(p, str))
    return {
        "address": f"{document.name}.html",
        "title": title,
        "summary": summary,
        "search": text(f"{document.name} {plain}".lower()),
    }
