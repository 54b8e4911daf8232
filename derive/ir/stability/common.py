"""What all exponents of a sum have in common, and exponentials of logarithms: taken out before anything is shifted.

    exp(a_i - m) / sum_k exp(a_k - m)    exp(a_i) / sum_k exp(a_k), whatever m is, so that one shift serves all
    m + log sum_k exp(a_k - m)           log sum_k exp(a_k)
    exp(a_i - log s)                     exp(a_i) / s, unless exp(c (log s - a_i)) stands beside it
    exp(a_i + log q)                     exp(a_i) q, where q > 0
    log exp(a_i)                         a_i
    log(s / exp(a_i))                    -log(exp(a_i) / s)
    tanh(c log R)                        (R**(2 c) - 1) / (R**(2 c) + 1), R a function of one exponential

Contract: `without_common_parts` and `without_logarithms` map a graph to an equal one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, raised, scaled
from derive.ir.graph import BATCH, Argument, Graph, Node, moved, named, rebuild, topological, whole
from derive.ir.ops import LOOK_UPS
from derive.ir.passes import recombined
from derive.ir.stability.bounds import is_positive
from derive.ir.stability.exponentials import Exponentials, linear, multiple
from derive.ir.stability.shares import negated
from derive.ir.stability.shift import Shift

# --- common parts ------------------------------------------------------------------------------------------


def without_common_parts(graph: Graph) -> Graph:
    """Exponentials without the terms that do not vary along the axes of their sum, where that changes nothing."""
    for logarithms in (False, True):
        done: set[Node] = set()
        while True:
            found = next((c for c in candidates(graph) if c.old not in done and c.is_wanted(graph, logarithms)), None)
            if found is None:
                break
            done |= {found.old, found.new}
            graph = tuple(found.rewrite(n, logarithms) for n in graph)
    return rebuild(graph, lambda n: without_opposites(n) if n.op == "add" else n)


def candidates(graph: Graph) -> Iterator[Shift]:
    for node in topological(graph):
        if node.op == "exp" and node.data is None:
            found = common_part(node)
            if found is not None:
                yield Common(node, *found)


def common_part(node: Node) -> tuple[Argument, Argument, tuple[int, ...]] | None:
    """(what varies, what does not, the axes along which it does not) of the exponent."""
    (argument,) = node.arguments
    inner = argument.node
    if inner.op != "add" or argument != whole(inner) or inner.shape != node.shape:
        return None
    axes = [k for k, d in enumerate(node.shape) if d != BATCH]
    for axis in reversed(axes):
        fixed = tuple(a for a in inner.arguments if axis not in a.axes and a.node.op != "constant")
        varying = tuple(a for a in inner.arguments if axis in a.axes)
        if fixed and varying and len(fixed) + len(varying) == len(inner.arguments):
            kept = tuple(k for k in range(len(node.shape)) if k != axis)
            return total(varying, node, tuple(range(len(node.shape)))), total(fixed, node, kept), (axis,)
    return None


def total(parts: tuple[Argument, ...], node: Node, axes: tuple[int, ...]) -> Argument:
    """The sum of the parts on these axes of the node."""
    if len(parts) == 1 and parts[0].axes == axes:
        return parts[0]
    lying = tuple(Argument(p.node, tuple(axes.index(k) for k in p.axes)) for p in parts)
    op = "add" if len(parts) > 1 else "spread" if len(parts[0].axes) < len(axes) else "view"
    return Argument(Node(op, lying, tuple(node.shape[k] for k in axes)), axes)


class Common(Shift):
    """One exponential and the part of its exponent that may be subtracted."""

    def __init__(self, old: Node, varying: Argument, fixed: Argument, over: tuple[int, ...]) -> None:
        self.varying = varying
        super().__init__(old, over, fixed.node)

    def shifted_exponential(self) -> Node:
        return replace(self.old, arguments=(self.varying,), origin=None)


def without_opposites(node: Node) -> Node:
    """x - x + rest = rest, in nested sums too"""
    counts = linear(whole(node))
    terms = dict.fromkeys(term for a in node.arguments for term in linear(a))
    left = [(term, counts[term]) for term in terms if term in counts]
    if len(left) == len(terms) or not left:
        return node
    parts = [times(term, factor) for term, factor in left]
    if len(parts) > 1:
        return replace(node, arguments=tuple(parts))
    (only,) = parts
    if only.axes == tuple(range(len(node.shape))):
        return named(only.node, node.name, node.origin)
    return Node("view", (only,), node.shape, name=node.name, origin=node.origin)


def times(term: Argument | None, factor: Fraction) -> Argument:
    """factor * term; the number alone where there is no term."""
    if term is None:
        return Argument(constant(factor), ())
    return Argument(scaled(factor, term.node), term.axes)


# --- logarithms in exponents -------------------------------------------------------------------------------


def without_logarithms(graph: Graph) -> Graph:
    """exp(r - log s) as exp(r) / s; exp and tanh of whole multiples of log R as rational functions of R"""
    search = Exponentials()
    paired = beside_inverses(graph)

    def changed(node: Node) -> Node:
        rational = of_logarithm(node, search) if node.op in RATIONAL else None
        if rational is not None:
            return named(rational, node.name, node.origin)
        if node.op == "log":
            return exponent_alone(node) or turned_over(node) or node
        return divided(node) if node.op == "exp" and node.data is None and node not in paired else node

    return rebuild(graph, changed)


def exponent_alone(node: Node) -> Node | None:
    """log exp(u) as u"""
    (argument,) = node.arguments
    if argument.node.op != "exp" or argument.node.data is not None:
        return None
    return recombined(node, [moved(argument.node.arguments[0], argument.axes)])


def turned_over(node: Node) -> Node | None:
    """log(s/e) as -log(e/s), s a sum of exponentials and e one, as the rows for shares have it"""
    (argument,) = node.arguments
    if argument.node.op != "divide":
        return None
    above, below = (a.node for a in argument.node.arguments)
    looked_up = below.arguments[0].node if below.op in LOOK_UPS else below
    if above.op != "sum" or above.arguments[0].node.op != "exp" or looked_up.op != "exp":
        return None
    share = replace(argument.node, arguments=argument.node.arguments[::-1], name="", origin=None)
    return named(scaled(-1, replace(node, arguments=(Argument(share, argument.axes),))), node.name, node.origin)


def beside_inverses(graph: Graph) -> set[Node]:
    """Exponentials beside others of opposite sign, as in tanh(r - log s): both stay functions of one exponent."""
    nodes = [n for n in topological(graph) if n.op in ("exp", *HYPERBOLIC) and n.data is None]
    forms = {n: linear(n.arguments[0]) for n in nodes}

    def has_inverse(node: Node) -> bool:
        factors = ((n, multiple(forms[node], forms[n])) for n in nodes if n is not node)
        return any(factor is not None and (factor < 0 or n.op in HYPERBOLIC) for n, factor in factors)

    return {n for n in nodes if n.op == "exp" and has_inverse(n)}


HYPERBOLIC = ("tanh", "sinh", "cosh")
"""Functions of exponentials of both signs."""


def of_logarithm(node: Node, search: Exponentials) -> Node | None:
    """exp(c log R) or tanh(c log R) without a logarithm, c whole and R rational in one exponential."""
    (argument,) = node.arguments
    terms = linear(argument)
    if node.data is not None or len(terms) != 1:
        return None
    ((term, factor),) = terms.items()
    if term is None or term.node.op != "log" or factor.denominator != 1 or abs(factor) > MOST_FACTORS:
        return None
    inner = moved(term.node.arguments[0], term.axes)
    group = search.at(inner)
    if group is None or group.argument is None or inner != whole(inner.node) or inner.node.shape != node.shape:
        return None
    return RATIONAL[node.op](inner.node, factor)


def hyperbolic_tangent(base: Node, factor: Fraction) -> Node:
    square = raised(base, 2 * abs(factor))
    ratio = apply("divide", apply("add", square, constant(-1)), apply("add", square, constant(1)))
    return ratio if factor > 0 else scaled(-1, ratio)


def exponential(base: Node, factor: Fraction) -> Node:
    size = raised(base, abs(factor))
    return size if factor > 0 else apply("divide", constant(1), size)


RATIONAL = {"exp": exponential, "tanh": hyperbolic_tangent}
MOST_FACTORS = 4


def divided(node: Node) -> Node:
    """exp(r - log s) as exp(r) / s, exp(r + log q) as exp(r) q for q > 0"""
    (argument,) = node.arguments
    inner = argument.node
    terms = inner.arguments if inner.op == "add" and argument == whole(inner) else (argument,)
    for k, term in enumerate(terms):
        minus = negated(term)
        logarithm = term if minus is None else minus
        if logarithm.node.op != "log" or not (
            (len(terms) > 1 and minus) or is_positive(logarithm.node.arguments[0].node)
        ):
            continue
        value = moved(logarithm.node.arguments[0], logarithm.axes)
        above = exponential_of(tuple(a for i, a in enumerate(terms) if i != k), node)
        return replace(node, op="divide" if minus else "multiply", arguments=(above, value))
    return node


def exponential_of(terms: tuple[Argument, ...], node: Node) -> Argument:
    """exp of the sum of these terms, 1 where there are none."""
    if not terms:
        return Argument(constant(1), ())
    exponent = terms[0].node if len(terms) == 1 and terms[0] == whole(terms[0].node) else None
    if exponent is None or exponent.shape != node.shape:
        exponent = Node("add" if len(terms) > 1 else "spread", terms, node.shape)
    return whole(Node("exp", (whole(exponent),), node.shape))
