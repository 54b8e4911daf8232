"""Logarithms of products and quotients of shares, each of which may be 0 in numbers.

    log(p_i / p_j)     a_i - a_j,  p = exp(a) / sum_k exp(a_k)
    log(p_i q_j)       log p_i + log q_j
    log(3 p_i**2)      2 log p_i + log 3

Contract: `logarithms_of_share_products` maps a graph to an equal one; numbers beside the shares are positive. The sum
of the exponentials is left out where its powers cancel; the logarithm of one share has a row of its own.
"""

from __future__ import annotations

from fractions import Fraction

from derive.ir.build import Labelled, elementwise
from derive.ir.graph import Graph, Node, rebuild, topological, whole
from derive.ir.ops import LOOK_UPS
from derive.ir.stability.cancelled import entry_of
from derive.ir.stability.products import Parts, arguments_of, factors, instead_of, labelled, over_line, times, total
from derive.ir.stability.shares import share_of
from derive.ir.stability.squares import is_positive_number


def logarithms_of_share_products(graph: Graph) -> Graph:
    """The rows above."""
    if not {"log", "sum", "exp"} <= {n.op for n in topological(graph)}:
        return graph
    return rebuild(graph, lambda n: split(n) if n.op == "log" else n)


def split(node: Node) -> Node:
    value = labelled(node)
    parts = factors(arguments_of(value)[0], is_share)
    shares = [(part, power) for part, power in parts if is_share(part)]
    others = [(part, power) for part, power in parts if not is_share(part)]
    if not shares or not all(is_positive_number(whole(part.node)) for part, _ in others):
        return node
    if len(parts) == 1 and shares[0][1] == 1:
        return node
    kept = with_sums(shares)
    logarithms = [times(power, elementwise("log", part)) for part, power in shares if sum_of(part) in kept]
    exponents = [times(power, exponent_of(part)) for part, power in shares if sum_of(part) not in kept]
    numbers = [elementwise("log", over_line(others))] if others else []
    return instead_of(node, total([*exponents, *logarithms, *numbers]))


def is_share(value: Labelled) -> bool:
    """A share, or one that is looked up."""
    return share_of(entries_of(value).node) is not None


def entries_of(value: Labelled) -> Labelled:
    """What is looked up, or the value itself."""
    return arguments_of(value)[0] if value.node.op in LOOK_UPS else value


def with_sums(shares: Parts) -> set[Labelled]:
    """The sums of exponentials whose powers do not cancel."""
    powers: dict[Labelled, Fraction] = {}
    for part, power in shares:
        powers[sum_of(part)] = powers.get(sum_of(part), Fraction(0)) + power
    return {value for value, power in powers.items() if power}


def sum_of(value: Labelled) -> Labelled:
    """s of the share e/s"""
    return arguments_of(entries_of(value))[1]


def exponent_of(value: Labelled) -> Labelled:
    """a of the share exp(a)/s, looked up where that is."""
    (exponent,) = arguments_of(arguments_of(entries_of(value))[0])
    return entry_of(exponent, value) if value.node.op in LOOK_UPS else exponent
