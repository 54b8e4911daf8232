"""Exponentials of differences, summed over one side: the shares of exponentials are hidden in them.

    1 / sum_k exp(a_k - a_i)       e_i / sum_k e_k,  e = exp(a)
    -log sum_k exp(a_k - a_i)      log(e_i / sum_k e_k)

Contract: `without_pairs` maps a graph to an equal one. A difference is taken apart only where nothing is divided by an
exponential alone in the end: exp(a_k - a_i) is a number where exp(a_i) is 0, and a sum that stands by itself stays.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import Labelled, elementwise, reduction, scaled
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, topological, whole
from derive.ir.passes import flatten
from derive.ir.stability.cancelled import without_inverses
from derive.ir.stability.common import turned_over
from derive.ir.stability.exponentials import linear
from derive.ir.stability.gathered import gathered_shares
from derive.ir.stability.products import Parts, factors, instead_of, labelled, over_line, summand


def without_pairs(graph: Graph) -> Graph:
    """The rows above, all or none."""
    if not any(n.op == "sum" and pair_in(n.arguments[0].node) is not None for n in topological(graph)):
        return graph
    made: set[Node] = set()
    apart = rebuild(rebuild(graph, lambda n: taken_apart(n, made)), lambda n: outside(n, made))
    found = rebuild(gathered_shares(without_inverses(flatten(apart))), without_spreads)
    found = rebuild(found, lambda n: (turned_over(n) or n) if n.op == "log" else n)
    return graph if any(divides_by(n, made) for n in topological(found)) else found


def pair_in(node: Node) -> tuple[Argument, Argument] | None:
    """(u at one place, u at another) of exp(u_j - u_i), on the axes of the exponential."""
    terms = linear(node.arguments[0]) if node.op == "exp" and node.data is None else {}
    if len(terms) != 2 or None in terms:
        return None
    (first, one), (second, other) = sorted(terms.items(), key=lambda item: -item[1])
    if first is None or second is None or one != -other or first.node != second.node:
        return None
    return scaled_by(one, first), scaled_by(one, second)


def scaled_by(factor: Fraction, value: Argument) -> Argument:
    return Argument(scaled(factor, value.node), value.axes)


def taken_apart(node: Node, made: set[Node]) -> Node:
    """exp(u_j - u_i) as exp(u_j) / exp(u_i)"""
    pair = pair_in(node)
    if pair is None:
        return node
    labels = labelled(node).labels
    both = [Labelled(Node("exp", (whole(u.node),), u.node.shape), tuple(labels[a] for a in u.axes)) for u in pair]
    made.add(both[0].node)
    return instead_of(node, elementwise("divide", *both))


def outside(node: Node, made: set[Node]) -> Node:
    """sum_k x_k / e_i as (sum_k x_k) / e_i"""
    if node.op != "sum" or len(node.bound) != 1:
        return node
    value = labelled(node)
    inner, index = summand(value)
    parts = factors(inner)
    taken = [(part, power) for part, power in parts if part.node in made and index not in part.labels]
    if index is None or not taken:
        return node
    left: Parts = [pair for pair in parts if pair not in taken]
    return instead_of(node, over_line([(reduction("sum", over_line(left), index), 1), *taken]))


def divides_by(node: Node, made: set[Node]) -> bool:
    """Whether a node divides by one of these."""
    parts = factors(labelled(node)) if node.op in ("multiply", "divide") else []
    return any(power < 0 and part.node in made for part, power in parts)


def without_spreads(node: Node) -> Node:
    """A sum or product of values on the axes that they have."""
    if node.op not in ("add", "multiply", "divide"):
        return node
    inner = tuple(moved(a.node.arguments[0], a.axes) if a.node.op == "spread" else a for a in node.arguments)
    return node if inner == node.arguments else replace(node, arguments=inner)
