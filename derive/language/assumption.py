"""Equations between inputs that a derivation may use, read from text such as "sum(i, t[i]) = 1".

Contract: `read_assumption(definition, text, functions)` reads both sides in the definition's own signature, by the
same parser and the same tables, and raises a DeriveError where one is no number or no input stands on the left.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.language.definition import Assumption, Definition
from derive.language.errors import DeriveError
from derive.language.resolve import parse
from derive.language.trees import references

LEFT, RIGHT = "assumed_left", "assumed_right"


def read_assumption(definition: Definition, text: str, functions: Iterable[Definition] = ()) -> Assumption:
    """left = right, for numbers made of the definition's inputs."""
    left, sign, right = text.partition("=")
    if not sign or "\n" in text:
        raise DeriveError(f"{text!r} is no assumption", hint="as in sum(i, t[i]) = 1")
    header = definition.text.partition("->")[0]
    composed = f"{header}-> {LEFT}, {RIGHT}\n    {LEFT} = {left}\n    {RIGHT} = {right}"
    (stated,) = parse(composed, functions)
    sides = stated.equation(LEFT).body, stated.equation(RIGHT).body
    restricted = [r.name for r in references(sides[0]) if r.name in {i.name for i in definition.inputs}]
    if not restricted:
        raise DeriveError(f"the assumption {text} restricts no input", hint="an input stands on its left side")
    return Assumption(*sides, restricted[0])
