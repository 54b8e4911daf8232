"""Trees of notes for people: the web site, and the documents that TeX makes a PDF of.

Contract: pure functions from checked studies to files by name; nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.calculus.elementary import DERIVATIVES
from derive.catalogue.table import TOPICS
from derive.emit.document import Chapter
from derive.emit.notes_document import SETTINGS, notes
from derive.emit.phrases import PHRASES
from derive.emit.site import assets, site
from derive.language.expressions import Call, Expression, Partial, Ref
from derive.language.words import LANGUAGES, Words
from derive.pipeline.library import library
from derive.pipeline.study import Study


def site_files(found: Sequence[Study], languages: Sequence[str] = LANGUAGES) -> dict[str, str]:
    """The web site of these studies in these languages."""
    pages = {
        name: data for one in languages for name, data in site(chapters(found, one, illustrated=True), one).items()
    }
    return {**assets(), **pages}


def tex_files(found: Sequence[Study], languages: Sequence[str] = LANGUAGES) -> dict[str, str]:
    """The documents that TeX makes a PDF of, one a language."""
    return {SETTINGS[one].file: tex(found, one) for one in languages}


def tex(found: Sequence[Study], language: str, detail: str = "textbook") -> str:
    """All notes as one LaTeX document."""
    return notes(chapters(found, language, detail, illustrated=True), elementary(), language)


def elementary() -> list[tuple[Expression, Expression]]:
    """The derivative of each elementary function, as the rules of differentiation have it."""
    u, x = Ref("u"), Ref("x")
    inner = Partial(u, x)
    return [(Partial(Call(name, (u,)), x), rule(u, inner)) for name, rule in DERIVATIVES.items()]


def chapters(
    found: Sequence[Study], language: str, detail: str = "textbook", *, illustrated: bool = False
) -> tuple[Chapter, ...]:
    """The studies' documents by topic, what is of no topic last; a topic without any is left out."""
    topics = {s.name: title_of(s) for s in found}
    titles = [t.title for t in TOPICS if t.title in topics.values()]
    own = [PHRASES["own_definitions"]] if PHRASES["own_definitions"] in topics.values() else []
    return tuple(
        Chapter(
            title,
            tuple(s.document(language, detail, illustrated=illustrated) for s in found if topics[s.name] == title),
        )
        for title in (*titles, *own)
    )


def title_of(study: Study) -> Words:
    """The topic of a row of the catalogue, or that of everything else."""
    rows = {e.definition: e.row for e in library()}
    row = rows.get(study.definition)
    return next((t.title for t in TOPICS if row in t.rows), PHRASES["own_definitions"])
