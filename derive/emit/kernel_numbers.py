"""Numbers in the text of a kernel, and the numbers that products start with.

Contract: pure functions; a fraction becomes a Python number, exact where a float is.
"""

from __future__ import annotations

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
