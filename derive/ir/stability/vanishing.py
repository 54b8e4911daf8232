"""Factors that overflow beside an exponential that is 0: infinity times 0, where the truth is 0.

    exp(x) / cosh(exp(x))**2      0 from x = 710 on, where exp(x) is infinite
    x**(c - 1) exp(-x**c)         0 where x**c is large, whether or not x**(c - 1) overflows
    x exp(-x**2 / (2 c**2)) / c**2

Contract: `bounded_beside_vanishing` maps a graph to an equal one: where an exponent is below -GONE, what may be
infinite in the factors of its exponential is taken within [-1, 1]. NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, has_input, moved, rebuild, topological, whole
from derive.ir.ops import BY_NAME
from derive.ir.stability.bounds import is_at_least_a_number, is_level
from derive.ir.stability.scaling import GROWING
from derive.ir.stability.shares import negated

GONE = 10_000
"""exp(-GONE) is 1e-4343: nothing that is a power of a few numbers makes up for it."""


def bounded_beside_vanishing(graph: Graph) -> Graph:
    """Factors that may overflow within [-1, 1] where they are multiplied with nothing."""
    return rebuild(graph, lambda n: with_bounds(n) if n.op == "multiply" else n)


def with_bounds(node: Node) -> Node:
    exponents = [vanishing(a) for a in node.arguments]
    arguments = list(node.arguments)
    for k, factor in enumerate(node.arguments):
        others = [w for i, w in enumerate(exponents) if w is not None and i != k]
        for above in (w for w in others if not vanishes_first(factor.node, w.node)):
            inside = with_like_exponentials(topological((above.node,)))
            sources = {n for n, why in overflowing(factor) if why in inside}
            new = bounded(factor, above, node, sources) if sources else factor
            if new != factor:
                arguments[k] = new
                break
    return node if tuple(arguments) == node.arguments else replace(node, arguments=tuple(arguments))


def with_like_exponentials(nodes: Iterable[Node]) -> set[Node]:
    """The nodes, and other functions that are as large as exponentials among them."""
    found = set(nodes)
    for node in [n for n in found if n.op == "exp" and n.data is None]:
        inner = node.arguments[0].node
        minus = negated(whole(inner))
        values = (inner, scaled(-1, inner), *((minus.node,) if minus else ()))
        found |= {apply("expm1", inner), *(apply(op, v) for op in ("sinh", "cosh") for v in values)}
    return found


def vanishing(argument: Argument) -> Argument | None:
    """The exponent w of a value that is 0 where exp(w) is."""
    node = argument.node
    if node.op == "exp" and node.data is None:
        inner = moved(node.arguments[0], argument.axes)
        return None if is_level(inner.node) else inner
    if node.op == "add":
        found = {vanishing(moved(a, argument.axes)) for a in node.arguments}
        return found.pop() if len(found) == 1 else None
    if node.op in ("multiply", "divide", "view"):
        parts = node.arguments[:1] if node.op == "divide" else node.arguments
        return next((w for a in parts if (w := vanishing(moved(a, argument.axes))) is not None), None)
    return None


def overflowing(factor: Argument) -> Iterator[tuple[Argument, Node]]:
    """The values in a factor that may be infinite though the inputs are not, each with what makes it so: what is large
    or, below a line, small."""
    node = factor.node
    if node.is_leaf or is_level(node) or BY_NAME[node.op].kind != "elementwise":
        return
    inner = [moved(a, factor.axes) for a in node.arguments]
    if node.op in GROWING:  # its exponent stays: beside another, this one may be the exponential that is 0
        yield factor, node
        return
    elif node.op == "raise" or (node.op == "power" and node.data not in LEVEL_POWERS):
        yield factor, inner[0].node
    elif node.op == "divide" and has_input(inner[1].node) and not is_at_least_a_number(inner[1].node):
        yield factor, inner[1].node
    for argument in inner:
        yield from overflowing(argument)


LEVEL_POWERS = (Fraction(1, 2), Fraction(1))


def vanishes_first(node: Node, exponent: Node) -> bool:
    """Whether a factor is a power of the one input of the exponent: multiplied step by step, or bounded beside a
    Gaussian, it does not overflow before the product is 0."""
    is_whole = node.op == "power" and isinstance(node.data, Fraction) and node.data > 0
    inputs = {n for n in topological((exponent,)) if n.op == "input"}
    return is_whole and inputs == {node.arguments[0].node}


def bounded(factor: Argument, exponent: Argument, user: Node, sources: Set[Argument]) -> Argument:
    """The factor with these values within [-1, 1] where the exponent is below -GONE."""
    if factor in sources:
        is_gone = Argument(apply("less", exponent.node, constant(-GONE)), exponent.axes)
        inner = apply("maximum", apply("minimum", factor.node, constant(1)), constant(-1))
        return whole(Node("where", (is_gone, Argument(inner, factor.axes), factor), user.shape))
    op, own = factor.node.op, tuple(range(len(user.shape)))
    if factor.axes != own or factor.node.is_leaf or op in GROWING or BY_NAME[op].kind != "elementwise":
        return factor
    new = tuple(bounded(a, exponent, factor.node, sources) for a in factor.node.arguments)
    return factor if new == factor.node.arguments else Argument(replace(factor.node, arguments=new), factor.axes)
