"""Sums of products as pairwise contractions, the order chosen once, at generation time.

Contract: after `contract_sums` no product inside a sum is ever built on more axes than the best pairwise order
needs; a `contract` node has two arguments, `multiply` nodes multiply small operands first. Sums are distributed
over a sum of products where its terms would have to be spread over more axes than they have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import prod

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, topological, with_arguments
from derive.language.expressions import Dimension

NOMINAL = 64
EXHAUSTIVE = 6


def contract_sums(graph: Graph) -> Graph:
    """Every sum over a product, and every product of operands on different axes, planned."""
    rank = {n: k for k, n in enumerate(topological(graph))}
    done: dict[Node, Node] = {}

    def visit(node: Node) -> Node:
        if node not in done:
            done[node] = planned(node, rank, visit) if node.op in ("sum", "multiply") else below(node, visit)
        return done[node]

    return tuple(visit(n) for n in graph)


def below(node: Node, visit: object) -> Node:
    return with_arguments(node, tuple(Argument(visit(a.node), a.axes) for a in node.arguments))  # type: ignore[operator]
