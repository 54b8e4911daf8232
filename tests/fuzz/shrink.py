"""A smaller text with the same fault, by leaving parts of it out.

Contract: `shrunk(text, fails)` tries to put one of its parts, or a number, in the place of every expression, and to
leave equations out, as long as `fails` stays true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lark import Token, Tree

from derive.language.errors import DeriveError
from derive.language.parser import read

ROUNDS = 200


def shrunk(text: str, fails: Callable[[str], bool]) -> str:
    for _ in range(ROUNDS):
        smaller = next((c for c in sorted(set(candidates(text)), key=len) if len(c) < len(text) and fails(c)), None)
        if smaller is None:
            return text
        text = smaller
    return text


def candidates(text: str) -> Iterator[str]:
    try:
        statements = read(text)
    except DeriveError:
        return
    for statement in statements:
        first, last = span(statement)
        if statement.data == "equation":
            yield text[:first].rstrip() + text[last:]
            for part in parts(statement.children[-1]):
                yield from without(text, part)


def parts(tree: Tree[Token] | Token) -> Iterator[Tree[Token]]:
    if isinstance(tree, Tree):
        yield tree
        for child in tree.children:
            yield from parts(child)


def span(tree: Tree[Token]) -> tuple[int, int]:
    return tree.meta.start_pos, tree.meta.end_pos


def without(text: str, part: Tree[Token]) -> Iterator[str]:
    first, last = span(part)
    inner = [c for c in part.children if isinstance(c, Tree) and c.data not in ("subscript",)]
    for put in ("1", *(f"({text[slice(*span(c))]})" for c in inner), *(text[slice(*span(c))] for c in inner)):
        yield text[:first] + put + text[last:]
