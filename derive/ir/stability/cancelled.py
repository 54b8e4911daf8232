"""Exponentials above and below the line, which cancel in mathematics and are 0/0 or infinity/infinity in numbers.

    e (x/e), (e x)/e          x
    e (x/e + y)               x + e y
    p_j (g_j/p_j - sum g)     g_j - p_j sum g, as p is e_j / sum_k e_k
    x/((1 - p) (1 + e))       x, as p is e/(1 + e)

Contract: `without_inverses` maps a graph to an equal one; e is an exponential or a sum of them over an index, which is
never 0. Other values are left: x/x is no number at 0. An output that would depend on an input no more is left: it is
NaN where that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import Labelled, arranged, constant
from derive.ir.graph import Argument, Graph, Node, rebuild, topological
from derive.ir.ops import LOOK_UPS
from derive.ir.stability.exponentials import Exponentials, families
from derive.ir.stability.polynomial import reduced
from derive.ir.stability.products import (
    Parts,
    arguments_of,
    factors,
    instead_of,
    labelled,
    over_line,
    product,
    terms,
    total,
)
from derive.ir.stability.shares import at_place


def without_inverses(graph: Graph) -> Graph:
    """The rows above, but for outputs that would not depend on an input any more."""
    if not {"exp", "divide"} <= {n.op for n in topological(graph)}:
        return graph
    search = Exponentials()
    found = rebuild(graph, lambda n: cancelled(without_numbers(n, search)))
    return tuple(new if inputs(old) == inputs(new) else old for new, old in zip(found, graph, strict=True))


def cancelled(node: Node) -> Node:
    if node.op not in ("multiply", "divide"):
        return node
    parts = opened(factors(labelled(node)))
    left = collected(parts)
    return instead_of(node, over_line(left)) if inverses(parts, left) else multiplied_out(node, left)


def opened(parts: Parts) -> Parts:
    """The parts, with a product that is looked up as the product of what is looked up in its factors."""
    return [
        pair
        for part, power in parts
        for pair in (looked_up(part, power) if part.node.op in LOOK_UPS else [(part, power)])
    ]


def looked_up(part: Labelled, power: Fraction) -> Parts:
    return [(entry_of(factor, part), power * own) for factor, own in factors(arguments_of(part)[0])]


def entry_of(value: Labelled, look_up: Labelled) -> Labelled:
    """The value at the place that is looked up, where it varies along that axis."""
    labels = arguments_of(look_up)[0].labels
    if set(value.labels) <= set(look_up.labels):
        return value
    return Labelled(at_place(look_up.node, arranged(value, labels)), look_up.labels)


def is_exponential(value: Labelled) -> bool:
    """Whether it is an exponential, also one that is looked up, or a sum of them over an index."""
    node = value.node.arguments[0].node if value.node.op in LOOK_UPS else value.node
    return node.op == "exp" or (node.op == "sum" and node.arguments[0].node.op == "exp")


def collected(parts: Parts) -> Parts:
    """The parts with one power of each exponential."""
    found: dict[Labelled, Fraction] = {}
    for part, power in parts:
        found[part] = found.get(part, Fraction(0)) + power
    others = [(part, power) for part, power in parts if not is_exponential(part)]
    return [*others, *((part, power) for part, power in found.items() if is_exponential(part) and power)]


def inverses(parts: Parts, left: Parts) -> bool:
    """Whether an exponential has powers of both signs in a product, of which these are left."""
    own = dict(left)
    return any(is_exponential(part) and power * own.get(part, 0) <= 0 for part, power in parts)


def multiplied_out(node: Node, parts: Parts) -> Node:
    """e (x/e + y) as x + e y, where e or a power of it stands before the bracket and against it in the bracket."""
    for place, (bracket, power) in enumerate(parts):
        added = terms(bracket) if power == 1 and bracket.node.op == "add" else []
        outside = [*parts[:place], *parts[place + 1 :]]
        taken = [(e, p) for e, own in outside if is_exponential(e) for p in [against(e, own, added)] if p]
        if any(p > 0 and e.node.op == "exp" for e, p in taken):  # else the bracket divides by nothing that may be 0
            inner = total([multiplied(term, taken) for term in added])
            left = [(e, own - dict(taken).get(e, 0)) for e, own in outside]
            return instead_of(node, product([over_line(left), inner]))
    return node


def against(value: Labelled, power: Fraction, added: Sequence[Labelled]) -> Fraction:
    """The part of value ** power that cancels in one of the terms, at most."""
    sign = Fraction(1 if power > 0 else -1)
    found = (sum((-sign * own for part, own in factors(term) if part == value), Fraction(0)) for term in added)
    return sign * min(sign * power, max([Fraction(0), *found]))


def multiplied(term: Labelled, taken: Parts) -> Labelled:
    return over_line(collected([*taken, *factors(term)]))


# --- numbers in the guise of functions ---------------------------------------------------------------------


def without_numbers(node: Node, search: Exponentials) -> Node:
    """x/R, and x R S, where R and R S are numbers"""
    if node.op == "divide":
        above, below = node.arguments
        number = number_of(below.node, search)
        if number:
            return replace(node, op="multiply", arguments=(Argument(constant(1 / number), ()), above))
    for members in families(search, node) if node.op == "multiply" else ():
        rest = tuple(a for k, a in enumerate(node.arguments) if k not in members)
        part = replace(node, arguments=tuple(node.arguments[k] for k in members), name="")
        number = number_of(part, search) if len(members) > 1 else None
        if number:
            return replace(node, arguments=(Argument(constant(number), ()), *rest))
    return node


def number_of(node: Node, search: Exponentials) -> Fraction | None:
    """What a function of one exponential is where it is the same for all values."""
    group = search.of(node)
    ratio = reduced(group.ratio) if group is not None and group.argument is not None else None
    return ratio.numerator[0] / ratio.denominator[0] if ratio is not None and ratio.is_number else None


def inputs(node: Node) -> set[Node]:
    return {n for n in topological((node,)) if n.op == "input"}
