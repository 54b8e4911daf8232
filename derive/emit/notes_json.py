"""The document as JSON: the same lines as every other format, each formula as LaTeX and as text.

Contract: deterministic, ends with a newline, non-ASCII characters as they are; keys are those of Document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from derive.emit import notes_latex, notes_text
from derive.emit.document import Document, Part, Row, Section
from derive.emit.phrases import Sentence
from derive.emit.sentences import Voice
from derive.language.expressions import Expression


def formula(value: Expression, document: Document) -> dict[str, str]:
    return {"latex": notes_latex.printer_of(document)(value), "text": notes_text.printer_of(document)(value)}


def row(entry: Row, document: Document, voice: Voice) -> dict[str, object]:
    return {
        "left": formula(entry.left, document) if entry.left is not None else None,
        "right": formula(entry.right, document),
        "reasons": [voice.say(m) for m in entry.margin],
        "closed": entry.boxed,
        "steps": entry.steps,
    }


def part(entry: Part, document: Document, voice: Voice) -> dict[str, object]:
    return {
        "title": voice.say(entry.title) if entry.title else None,
        "lines": [row(r, document, voice) for r in entry.rows],
    }


def section(entry: Section, document: Document, voice: Voice) -> dict[str, object]:
    return {
        "name": entry.name,
        "title": voice.say(entry.title),
        "lead": spoken(entry.lead, voice),
        "parts": [part(p, document, voice) for p in entry.parts],
        "cases": spoken(entry.cases, voice),
        "after": spoken(entry.after, voice),
        "evidence": voice.paragraph(entry.evidence) or None,
    }


def spoken(sentences: Iterable[Sentence], voice: Voice) -> list[str]:
    return [voice.say(s) for s in sentences]


def content(document: Document) -> dict[str, object]:
    """The document as plain values."""
    voice = notes_text.voice_of(notes_text.printer_of(document))
    return {
        "name": document.name,
        "language": document.language,
        "detail": document.detail,
        "title": voice.say(document.title),
        "summary": voice.say(document.summary) if document.summary else None,
        "definition": [row(r, document, voice) for r in document.definition],
        "inputs": voice.paragraph(document.inputs) or None,
        "sections": [section(s, document, voice) for s in document.sections],
        "identities": [row(r, document, voice) for r in document.identities],
        "remarks": spoken(document.remarks, voice),
        "kernels": voice.paragraph(document.kernels) or None,
    }


def to_json(document: Document) -> str:
    return json.dumps(content(document), ensure_ascii=False, indent=2) + "\n"
