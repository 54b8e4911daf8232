"""Numbers in the text of a kernel, and the numbers that products start with.

Contract: pure functions; a fraction becomes a Python number, exact where a float is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, moved, users, whole
from derive.language.errors import DeriveError

EXACT_INTEGERS = 2**53


def number(value: Fraction) -> str:
    """A Python number, exact where a float is."""
    if value.denominator == 1 and abs(value) <= EXACT_INTEGERS:
        return str(value.numerator)
    try:
        result = float(value)
    except OverflowError:
        raise DeriveError(f"the number {float_text(value)} is larger than any floating-point number") from None
    return repr(result)


def coefficients(node: Node) -> str:
    """The coefficients of a polynomial, short fractions as such."""
    assert isinstance(node.data, tuple)
    texts = (f"{c.numerator} / {c.denominator}" if is_short(c) else number(c) for c in node.data)
    return f"({', '.join(texts)},)"


def is_short(value: Fraction) -> bool:
    return value.denominator > 1 and max(abs(value.numerator), value.denominator) < SHORT


SHORT = 10**6
"""Fractions of smaller numbers are read more easily than their digits."""


TUPLE = re.compile(r"(_polynomial\(.+?, )\(([^()]*),\)")
SHOWN = 3
LINE = 88


def laid_out(lines: Iterable[str]) -> list[str]:
    """Lines with the coefficients of polynomials over several lines; in a comment the first of them."""
    return [part for line in lines for part in (opened(line) if TUPLE.search(line) else [line])]


def opened(line: str) -> list[str]:
    if line.startswith("#"):
        return [TUPLE.sub(lambda found: f"{found[1]}({', '.join(found[2].split(', ')[:SHOWN])}, ...)", line)]
    place = TUPLE.search(line)
    assert place is not None
    head, tail = line[: place.start()] + place[1] + "(", ")" + line[place.end() :]
    return [head, *(f"    {row}" for row in rows(place[2].split(", "))), tail]


def rows(numbers: Iterable[str]) -> list[str]:
    """Rows that end after a number: a fraction is not torn apart."""
    found = [""]
    for part in numbers:
        if len(found[-1]) + len(part) > LINE:
            found.append("")
        found[-1] = f"{found[-1]} {part},".lstrip()
    return found


def float_text(value: Fraction) -> str:
    return f"10**{len(str(abs(value.numerator) // value.denominator)) - 1}"


def coefficient(node: Node) -> Fraction | None:
    """The number that a product starts with."""
    first = node.arguments[0].node if node.op == "multiply" else node
    return first.data if first.op == "constant" and isinstance(first.data, Fraction) else None


def without_sign(argument: Argument) -> Argument | None:
    """The argument times -1, where it is a negative number or product without a name."""
    node, factor = argument.node, coefficient(argument.node)
    if factor is None or factor >= 0 or node.name:
        return None
    if node.op == "constant":
        return Argument(constant(-factor), ())
    rest = node.arguments[1:]
    if factor == -1 and len(rest) == 1:
        return moved(rest[0], argument.axes)
    head = () if factor == -1 else (Argument(constant(-factor), ()),)
    return Argument(replace(node, arguments=(*head, *rest)), argument.axes)


def uses(graph: Graph) -> dict[Node, int]:
    """How often each node stands in the text: that of -u is u, wherever -u stands."""
    count = users(graph)
    for node, times in list(count.items()):
        rest = without_sign(whole(node))
        if rest is not None and rest.node in count:
            count[rest.node] += times - 1
    return count


def float_is_inexact(value: Fraction) -> bool:
    return value.denominator & (value.denominator - 1) != 0 and value.denominator <= EXACT_INTEGERS
