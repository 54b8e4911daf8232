"""The formats of the notes: one row each.

To extend: one printer, one template, one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.emit.document import Document
from derive.emit.notes_html import page
from derive.emit.notes_json import to_json
from derive.emit.notes_latex import fragment
from derive.emit.notes_markdown import markdown, post
from derive.emit.notes_text import text
from derive.language.errors import DeriveError, did_you_mean


@dataclass(frozen=True)
class Format:
    """A way to write a document; extension is the file's; illustrated: whether it carries pictures in itself."""

    name: str
    extension: str
    write: Callable[[Document], str]
    illustrated: bool = False


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        row.name: row
        for row in (
            Format("text", "txt", text),
            Format("latex", "tex", fragment),
            Format("markdown", "md", markdown),
            Format("post", "md", post),
            Format("html", "html", page, illustrated=True),
            Format("json", "json", to_json),
        )
    }
)


def write(document: Document, format_name: str) -> str:
    """The document in a format; DeriveError for an unknown one."""
    if format_name not in FORMATS:
        raise DeriveError(f"unknown format: {format_name}", hint=did_you_mean(format_name, FORMATS))
    return FORMATS[format_name].write(document)
