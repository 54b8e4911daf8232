"""Python source as HTML with its words marked by class, for pages that carry no script.

Contract: `highlighted(source)` escapes everything and keeps every character; the classes are those of KINDS.
To extend: a kind of word is a row of KINDS; the first that fits at a place wins.
"""

from __future__ import annotations

import keyword
import re
from html import escape

KINDS = (
    ("s", r'[rbfu]{0,2}(?:"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*')"),
    ("c", r"\#[^\n]*"),
    ("k", rf"\b(?:{'|'.join(keyword.kwlist)})\b"),
    ("f", r"(?<=def )\w+|(?<=class )\w+|\b[A-Za-z_]\w*(?=\()"),
    ("n", r"\b\d[\w.]*(?:(?<=e)[-+]\d+)?"),
    ("w", r"\w+"),
)
"""Strings, comments, keywords, names that are called or defined, numbers; other words carry no mark."""

PLAIN = "w"
WORDS = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in KINDS), re.DOTALL)


def highlighted(source: str) -> str:
    """The source with <span class="k">...</span> around what has a kind."""
    done, place = [], 0
    for found in WORDS.finditer(source):
        if found.lastgroup != PLAIN:
            mark = f'<span class="{found.lastgroup}">{escape(found[0])}</span>'
            done += [escape(source[place : found.start()]), mark]
            place = found.end()
    return "".join([*done, escape(source[place:])])
