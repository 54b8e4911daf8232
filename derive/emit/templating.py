"""The Jinja2 environment that all emitters share, and where its templates lie.

Contract: templates hold layout only; mathematics and escaped text arrive as finished strings, so nothing
is escaped here. A name that a template uses and nobody passed is an error (StrictUndefined).
To extend: put a file into templates/ and call `render(name, ...)`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates_folder() -> Path:
    """The folder of templates: package data of an installed wheel, else the sibling of the package.

    Raises FileNotFoundError where neither exists.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"no templates beside or inside {package}: install the package again")


@cache
def environment() -> Environment:
    """One environment for all templates: strict, no blank lines from block tags, no escaping."""
    return Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def asset(name: str) -> str:
    """A style sheet or script of the templates' folder."""
    return (templates_folder() / name).read_text(encoding="utf-8")


PICTURE_STYLE = "picture.css"
"""What gives pictures their colours, on a page or inside a file of their own."""


def render(name: str, **values: object) -> str:
    """The template of that file name, filled in; the text ends with one newline."""
    return environment().get_template(name).render(**values).rstrip("\n") + "\n"
