"""Mathematics in sentences: what stands between backticks is read in the definition's own language.

Contract: `read_words(words, definition, functions)` replaces each `snippet` by a place {n} and gives the expressions as
arguments; a snippet is an expression in the definition's names, or two with =, !=, <, <=, > or >= between. A letter
that is no quantity stands for an index. Raises DeriveError for anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from derive.language.definition import Definition
from derive.language.expressions import Expression, Ref
from derive.language.indices import Dimension
from derive.language.resolve import parse
from derive.language.words import Equality, Words

SNIPPET = re.compile(r"`([^`]+)`")
RELATION = re.compile(r"\s*(>=|<=|!=|=|<|>)\s*")
SIGNS = {">=": "≥", "<=": "≤", "!=": "≠"}
PLACED = re.compile(r"\w+\[([a-z](?:\s*,\s*[a-z])*)\]")
READ = "read_aloud"


def read_words(words: Words, definition: Definition, functions: Iterable[Definition] = ()) -> Words:
    """The same words with their mathematics as arguments."""
    snippets = list(dict.fromkeys(SNIPPET.findall(words.english) + SNIPPET.findall(words.chinese)))
    if not snippets:
        return words
    known = tuple(functions)
    arguments = tuple(read(s, definition, known) for s in snippets)
    english, chinese = (SNIPPET.sub(lambda m: f"{{{snippets.index(m[1])}}}", t) for t in (words.english, words.chinese))
    return Words(english, chinese, arguments)


def read(snippet: str, definition: Definition, functions: Iterable[Definition] = ()) -> Expression | Equality:
    """An expression, or two with a relation between them."""
    parts = RELATION.split(snippet.strip())
    if len(parts) == 1:
        return side(parts[0], definition, functions)
    left, sign, right = parts
    return Equality(side(left, definition, functions), side(right, definition, functions), SIGNS.get(sign, sign))


def side(text: str, definition: Definition, functions: Iterable[Definition]) -> Expression:
    shapes = quantities(definition)
    if len(text) == 1 and text.isalpha() and text not in shapes and text not in definition.sizes:
        return Ref(text)
    if shapes.get(text):
        return Ref(text)
    signature = ", ".join(f"{name}{dims}" for name, dims in shapes.items())
    letters = dict.fromkeys(letter for found in PLACED.finditer(text) for letter in re.split(r"\s*,\s*", found[1]))
    free = f"[{', '.join(letters)}]" if letters else ""
    (stated,) = parse(f"{READ}({signature}) -> {READ}_value\n    {READ}_value{free} = {text}", functions)
    return stated.equation(f"{READ}_value").body


def quantities(definition: Definition) -> dict[str, str]:
    """Inputs and named quantities with their sizes, as in a signature."""
    sizes: dict[str, tuple[Dimension, ...]] = {i.name: i.dimensions for i in definition.inputs}
    sizes |= {e.left.name: tuple(i.size for i in e.indices) for e in definition.equations}
    return {name: f"[{', '.join(map(str, dims))}]" if dims else "" for name, dims in sizes.items() if "{" not in name}
