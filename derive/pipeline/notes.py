"""Trees of notes for people: the web site, and the documents that TeX makes a PDF of.

Contract: pure functions from checked studies to files by name; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.catalogue.table import TOPICS
from derive.emit.site import Chapter, assets, site
from derive.language.words import LANGUAGES
from derive.pipeline.library import library
from derive.pipeline.study import Study


def site_files(found: Sequence[Study]) -> dict[str, str]:
    """The web site of these studies in every language."""
    pages = {name: data for one in LANGUAGES for name, data in site(chapters(found, one), one).items()}
    return {**assets(), **pages}


def chapters(found: Sequence[Study], language: str) -> tuple[Chapter, ...]:
    """The studies' documents by topic, topics without any left out."""
    documents = {s.name: s.document(language) for s in found}
    names = {id(e.row): e.definition.name for e in library()}
    grouped = [(t.title, tuple(documents[n] for r in t.rows if (n := names[id(r)]) in documents)) for t in TOPICS]
    return tuple(Chapter(title, there) for title, there in grouped if there)
