"""Text to syntax trees: brackets balanced, sizes bounded, every tree with its line and column.

Contract: `read` returns Lark trees or raises a DeriveError with a caret; it never looks a name up (that is
resolve's work) and nothing in it evaluates text.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedToken

from derive.language.advice import advice_at
from derive.language.errors import DeriveError, Place
from derive.language.layered import normal

MAX_LENGTH = 50_000
MAX_BRACKETS = 60
OPENING, CLOSING = "([{", ")]}"

READABLE = {
    "NAME": "a name", "INTEGER": "a number", "DECIMAL": "a number", "_ARROW": "'->'", "RELATION": "a comparison",
    "_POWER": "'**'", "PLUS": "'+'", "MINUS": "'-'", "TIMES": "'*'", "DIVIDE": "'/'", "_EQUAL": "'='",
    "_LPAR": "'('", "_RPAR": "')'", "_LSQB": "'['", "_RSQB": "']'", "_COMMA": "','", "_SEMICOLON": "';'",
    "_NEWLINE": "the end of the line", "$END": "the end of the text",
}  # fmt: skip


class DropNewlinesInBrackets:
    """Lark post-lexer: a statement may go on over several lines inside brackets."""

    always_accept = ("_NEWLINE",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth = 0
        for token in stream:
            depth += (token.type in ("_LPAR", "_LSQB")) - (token.type in ("_RPAR", "_RSQB"))
            if token.type != "_NEWLINE" or depth == 0:
                yield token


@functools.cache
def grammar() -> Lark:
    text = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    names = {"NAME": lambda token: token.update(value=normal(token)) if "{" in token else token}
    return Lark(text, parser="lalr", propagate_positions=True, postlex=DropNewlinesInBrackets(), lexer_callbacks=names)


def read(text: str) -> list[Tree[Token]]:
    """The statements of a text, each a `header` or an `equation` tree."""
    if len(text) > MAX_LENGTH:
        raise DeriveError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read")
    check_brackets(text)
    try:
        return list(grammar().parse(text.rstrip() + "\n").children)  # type: ignore[arg-type]
    except UnexpectedCharacters as error:
        place = Place(text, error.line, error.column)
        raise DeriveError(f"unexpected character {error.char!r}", place, hint_at(place)) from None
    except UnexpectedToken as error:
        raise unexpected_token(text, error) from None
    except UnexpectedEOF:
        raise DeriveError("the text ends too early", end_of(text)) from None


def unexpected_token(text: str, error: UnexpectedToken) -> DeriveError:
    token = error.token
    at_end = token.type in ("$END", "_NEWLINE")
    what = READABLE[token.type] if at_end else repr(str(token))
    # at the end of a line the caret belongs behind the last thing read, not on the next line
    place = end_of(text) if token.type == "$END" else Place(text, error.line, error.column)
    wanted = readable(set(error.expected))
    hint = None if at_end else hint_at(place)
    return DeriveError(f"unexpected {what}", place, hint or (f"expected {', '.join(wanted)}" if wanted else None))


def readable(expected: set[str]) -> list[str]:
    """What is expected, in words; all that could go on with a finished term is an operator."""
    if "TIMES" in expected:
        return ["an operator or the end of the line"]
    starts = {"_LPAR", "PLUS", "MINUS"} if "INTEGER" in expected else set()
    return sorted({READABLE.get(name, name) for name in expected - starts - {"_NEWLINE"}})


def hint_at(place: Place) -> str | None:
    """What people mean who write this."""
    lines = place.text.splitlines()
    return advice_at(lines[place.line - 1], place.column) if place.line <= len(lines) else None


def check_brackets(text: str) -> None:
    """Every bracket closed by its own kind, none deeper than MAX_BRACKETS."""
    stack: list[tuple[str, Place]] = []
    for line_number, line in enumerate(text.splitlines(), 1):
        for column, character in enumerate(line.split("#")[0], 1):
            if character in OPENING:
                stack.append((character, Place(text, line_number, column)))
                if len(stack) > MAX_BRACKETS:
                    raise DeriveError(f"brackets nested deeper than {MAX_BRACKETS}", stack[-1][1])
            elif character in CLOSING:
                place = Place(text, line_number, column)
                if not stack:
                    raise DeriveError(f"'{character}' closes nothing", place)
                opened = stack.pop()[0]
                wanted = CLOSING[OPENING.index(opened)]
                if character != wanted:
                    raise DeriveError(f"'{character}' closes a '{opened}'", place, f"'{wanted}' would be right")
    if stack:
        character, place = stack[-1]
        raise DeriveError(f"'{character}' is never closed", place, f"'{CLOSING[OPENING.index(character)]}' is missing")


def end_of(text: str) -> Place:
    lines = text.rstrip().splitlines() or [""]
    return Place(text, len(lines), len(lines[-1]) + 1)
