"""Syntax trees looked at: places, names, subscripts.

Contract: pure functions of what the parser gives; nothing is looked up.
"""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token, Tree

from derive.language.errors import Place

Syntax = Tree[Token] | Token


def place_of(text: str, syntax: Syntax) -> Place:
    token = next(tokens(syntax), None)
    return Place(text, token.line or 1, token.column or 1) if token else Place(text, 1, 1)


def tokens(syntax: Syntax) -> Iterator[Token]:
    stack: list[Syntax] = [syntax]
    while stack:
        top = stack.pop()
        if isinstance(top, Token):
            yield top
        else:
            stack.extend(reversed(top.children))


def subtrees(syntax: Syntax) -> Iterator[Tree[Token]]:
    stack: list[Syntax] = [syntax]
    while stack:
        top = stack.pop()
        if isinstance(top, Tree):
            yield top
            stack.extend(reversed(top.children))


def names_in(tree: Tree[Token]) -> list[Token]:
    return [c for c in tree.children if isinstance(c, Token) and c.type == "NAME"]


def quantities_in(syntax: Syntax) -> Iterator[Token]:
    """The names that stand for quantities or indices, not for functions."""
    for tree in subtrees(syntax):
        name = tree.children[0] if tree.data == "reference" else None
        if isinstance(name, Token):
            yield name


def is_name(syntax: Syntax) -> bool:
    """A bare name, as the index that a reduction starts with."""
    return isinstance(syntax, Tree) and syntax.data == "reference" and len(syntax.children) == 1


def bare_name(place: Syntax) -> Token | None:
    """The name of a subscript that is nothing but a name."""
    inner = place.children[0] if isinstance(place, Tree) else None
    return next(tokens(inner)) if isinstance(inner, Tree) and is_name(inner) else None


def shift_of(place: Syntax) -> int:
    """The 1 of x[i+1]; 0 for a plain subscript."""
    number = place.children[-1] if isinstance(place, Tree) and len(place.children) == 3 else None
    return int(number) if isinstance(number, Token) and len(number) < 5 else 0


def shown_reference(reference: Tree[Token]) -> str:
    """A reference as it was written: x[i, 0]."""
    name, *places = reference.children
    return f"{name}[{', '.join(''.join(tokens(p)) for p in places)}]"
