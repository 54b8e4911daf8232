"""Logarithms of tails, and Gaussians over them: where both underflow, the quotient is an ordinary number.

    log(c Q(v))                  log(c) + log Q(v), with log Q(v) = -v**2/2 + log of the ratio of Mills for v >= 0
    exp(-v**2/2) / Q(v)          one over the ratio of Mills for v >= 0: the hazard of the normal distribution
    log(c erfc(v)), exp(-v**2) / erfc(v)    likewise, and log1p(-erf(v)), which is the first of them

Contract: `beside_tails(graph)` maps a graph to an equal one; Gaussians are nodes of that op (see `gaussians`).
"""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, whole
from derive.ir.stability.error_function import as_normal, factored, is_up_to_sign

TAILS = MappingProxyType(
    {
        "normal_tail": ("log_normal_tail", "normal_hazard", Fraction(1, 2)),
        "erfc": ("log_erfc", "erfc_hazard", Fraction(1)),
    }
)
"""The logarithm of a tail, the Gaussian over it, and the c of that Gaussian exp(-c v**2)."""


def beside_tails(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: CHANGES[n.op](n) if n.op in CHANGES else n)


def logarithm(node: Node) -> Node:
    """log(c T(v))"""
    number, factors = factored(node.arguments[0])
    if len(factors) != 1 or factors[0].node.op not in TAILS or number <= 0:
        return node
    tail = factors[0]
    value = Argument(apply(TAILS[tail.node.op][0], tail.node.arguments[0].node), tail.axes)
    if tail.node.arguments[0] != whole(tail.node.arguments[0].node):
        return node
    parts = (value,) if number == 1 else (Argument(Node("logarithm", data=number), ()), value)
    found = Node("add", parts, node.shape) if len(parts) > 1 else value.node
    return named(found, node.name, node.origin) if len(parts) > 1 or value == whole(value.node) else node


def logarithm_of_one_plus(node: Node) -> Node:
    """log1p(-erf(u)) is log erfc(u), log1p(erf(u)) log erfc(-u)"""
    number, factors = factored(node.arguments[0])
    if abs(number) != 1 or len(factors) != 1 or factors[0].node.op != "erf":
        return node
    (inner,) = (moved(a, factors[0].axes) for a in factors[0].node.arguments)
    tail = as_normal(Node("erfc", (Argument(scaled(-number, inner.node), inner.axes),), node.shape))
    found = logarithm(Node("log", (whole(tail),), node.shape))
    return node if found.op == "log" else named(found, node.name, node.origin)


def quotient(node: Node) -> Node:
    """p exp(-c v**2) / (q T(v)) as p hazard(v) / q, and sums of such over T(v)"""
    (above, top), (below, bottom) = (factored(a) for a in node.arguments)
    bottom = [f for factor in bottom for f in without_square(factor)]
    changed = False
    for tail in [f for f in bottom if f.node.op in TAILS]:
        for k, factor in enumerate(top):
            value = over_tail(factor, tail)
            if value is not None:
                top, changed = [*top[:k], value, *top[k + 1 :]], True
                bottom.remove(tail)
                break
    if not changed:
        return node
    found = Node("multiply", (Argument(constant(above / below), ()), *top), node.shape)
    if bottom:
        found = Node("divide", (whole(found), whole(Node("multiply", tuple(bottom), node.shape))), node.shape)
    return named(found, node.name, node.origin)


def without_square(factor: Argument) -> list[Argument]:
    """T(v) twice for T(v)**2; a number times it is left to it"""
    node = factor.node
    inner = moved(node.arguments[0], factor.axes) if (node.op, node.data) == ("power", Fraction(2)) else None
    if inner is None:
        return [factor]
    number, parts = factored(inner)
    if len(parts) != 1 or parts[0].node.op not in TAILS:
        return [factor]
    return [*parts, *parts, *([Argument(constant(number**2), ())] if number != 1 else [])]


def over_tail(value: Argument, tail: Argument) -> Argument | None:
    """A Gaussian over a tail, a tail over itself, or a sum of products with such, over it"""
    node = value.node
    if node.op == "gaussian":
        found = hazard(tail, value)
        weight = moved(node.arguments[0], value.axes)
        if found is None or weight.node == constant(1):
            return found
        return Argument(Node("multiply", (weight, found), node.shape), tuple(range(len(node.shape))))
    if value == tail:
        return Argument(constant(1), ())
    if node.op not in ("add", "multiply") or value.axes != tuple(range(len(node.shape))):
        return None
    parts = [over_tail(a, tail) for a in node.arguments]
    if node.op == "multiply":
        place = next((k for k, p in enumerate(parts) if p is not None), None)
        if place is None:
            return None
        arguments = tuple(parts[k] if k == place else a for k, a in enumerate(node.arguments))
        return whole(Node("multiply", arguments, node.shape))  # type: ignore[arg-type]
    known = tuple(p for p in parts if p is not None)
    return whole(Node("add", known, node.shape)) if len(known) == len(parts) else None


def hazard(tail: Argument, bell: Argument) -> Argument | None:
    """The hazard at the value v of a tail, where the Gaussian is exp(-c v**2)."""
    _, op, wanted = TAILS[tail.node.op]
    (inner,) = tail.node.arguments
    _, base, square = bell.node.arguments
    own = inner == whole(inner.node) and tail.axes == moved(base, bell.axes).axes
    if square.node != constant(wanted) or not own or not is_up_to_sign(inner.node, base.node):
        return None
    return Argument(apply(op, inner.node), tail.axes)


CHANGES = MappingProxyType({"log": logarithm, "log1p": logarithm_of_one_plus, "divide": quotient})
