"""A graph near 0: bounds that bound nothing there are left out, and factors that are 1, so that no bit changes.

    max(min(x, 44), -80)              x
    y exp(min(x + 80, 0))             y
    y / (m / clip(m, 1/R, R))         y,  m = max(|x|, 1)
    where(R < |x|, 1/|x|, 1)          1

Contract: `near(graph)` is the shorter graph and the names of the inputs that have to lie within WITHIN for it to have
the same bits as the other one; None where it would not be shorter by as much as it costs to look at these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, named, topological, whole
from derive.ir.ops import size_of

WITHIN = 40
LEAST = 4
"""Passes that must be saved: to look at an array costs about one."""

MARGIN = Fraction(1, 1000)
"""More than the values of a range are rounded by, relative to their size."""

OF_NUMBERS = ("add", "multiply", "divide", "maximum", "minimum")
"""Ops that take a number for an array of it."""

KEEP_ONE = ("abs", "divide", "maximum", "minimum", "power")
"""Ops whose value is 1 where all arguments are."""

Range = tuple[Fraction, Fraction]


def near(graph: Graph) -> tuple[Graph, tuple[str, ...]] | None:
    """The graph for inputs within WITHIN, and which of them count."""
    inputs = [n for n in topological(graph) if n.op == "input"]
    known = ranges(graph, inputs)
    bounds = [n for n in topological(graph) if idle(n, known) is not None]
    counting = [n for n in topological(bounds) if n.op == "input"]
    found = shortened(graph, ranges(graph, counting))
    if passes(graph) - passes(found) < LEAST:
        return None
    return found, tuple(str(n.data) for n in counting)


def passes(graph: Graph) -> int:
    return sum(not n.is_leaf for n in topological(graph))


# --- ranges ------------------------------------------------------------------------------------------------


def ranges(graph: Graph, inputs: Iterable[Node]) -> Mapping[Node, Range]:
    """From where to where values go, as far as is known, for these inputs within WITHIN."""
    found: dict[Node, Range] = {n: (Fraction(-WITHIN), Fraction(WITHIN)) for n in inputs}
    for node in topological(graph):
        always = idle(node, found)
        if node.op in ("constant", "still"):
            found[node] = (size_of(node.op, node.data), size_of(node.op, node.data))
        elif always is not None and always in found:
            found[node] = found[always]
        elif node.arguments and all(a.node in found for a in node.arguments):
            new = range_of(node, [found[a.node] for a in node.arguments])
            if new is not None:
                found[node] = new
    return found


def range_of(node: Node, given: list[Range]) -> Range | None:
    if node.op == "add":
        return sum(low for low, _ in given), sum(high for _, high in given)  # type: ignore[return-value]
    if node.op == "multiply":
        low, high = given[0]
        for other in given[1:]:
            ends = [a * b for a in (low, high) for b in other]
            low, high = min(ends), max(ends)
        return low, high
    if node.op == "abs":
        low, high = given[0]
        return max(low, -high, Fraction(0)), max(high, -low)
    if node.op in ("maximum", "minimum"):
        first = max if node.op == "maximum" else min
        return first(low for low, _ in given), first(high for _, high in given)
    return None


def idle(node: Node, known: Mapping[Node, Range]) -> Node | None:
    """What a choice or a bound by a number always is; None where there is no telling."""
    if node.op == "where":
        return chosen(node, known)
    if node.op not in ("maximum", "minimum") or node.arguments[0].node not in known:
        return None
    value, number = (a.node for a in node.arguments)
    if number.op not in ("constant", "still") or node.arguments[0] != whole(value):
        return None
    (low, high), (bound, _) = known[value], known[number]
    sign = 1 if node.op == "maximum" else -1
    least, most = sorted((sign * (low - bound), sign * (high - bound)))
    margin = MARGIN * max(abs(low), abs(high))
    return value if least > margin else number if most < -margin else None


def chosen(node: Node, known: Mapping[Node, Range]) -> Node | None:
    """The third argument of a choice that is for values above a number which none reaches."""
    condition, _, other = (a.node for a in node.arguments)
    if condition.op != "less" or any(a.node not in known for a in condition.arguments):
        return None
    (bound, _), (_, high) = (known[a.node] for a in condition.arguments)
    is_other = node.arguments[2] == whole(other) and other.shape in (node.shape, ())
    return other if is_other and high * (1 + MARGIN) < bound else None


# --- the graph without them --------------------------------------------------------------------------------


def shortened(graph: Graph, known: Mapping[Node, Range]) -> Graph:
    """The graph without bounds that are idle and factors that are 1."""
    new: dict[Node, Node] = {}
    for old in topological(graph):
        found = idle(old, known)
        if found is not None:
            new[old] = new[found] if found.shape else everywhere(found, old)
        else:
            moved = replace(old, arguments=tuple(Argument(new[a.node], a.axes) for a in old.arguments))
            is_one = old.op == "divide" and len(set(moved.arguments)) == 1 and is_positive(old.arguments[0].node, known)
            new[old] = everywhere(constant(1), old) if is_one else simpler(moved)
    return tuple(new[n] for n in graph)


def is_positive(node: Node, known: Mapping[Node, Range]) -> bool:
    return node in known and known[node][0] > 0


def everywhere(number: Node, node: Node) -> Node:
    """The number at each entry of the node."""
    return Node("spread", (Argument(number, ()),), node.shape)


def simpler(node: Node) -> Node:
    """e ** 0 is 1, log 1 is 0, 0 times what is finite 0, 0 is no term, 1 no factor and no divisor; |1|, 1 or 1 is 1."""
    if node.op == "exp" and is_number(node.arguments[0].node, 0):
        return everywhere(constant(1), node)
    if node.op == "log" and is_number(node.arguments[0].node, 1):
        return everywhere(constant(0), node)
    if node.op in OF_NUMBERS:
        node = with_numbers(node)
    if node.op == "add":
        return without_zeros(node)
    ones = [is_number(a.node, 1) for a in node.arguments]
    if (node.op in KEEP_ONE and all(ones)) or (node.op == "where" and all(ones[1:])):
        return everywhere(constant(1), node)
    if node.op == "divide" and is_number(node.arguments[1].node, 1) and is_whole(node.arguments[0], node):
        return named(node.arguments[0].node, node.name, node.origin)
    if node.op != "multiply":
        return node
    if any(is_number(a.node, 0) for a in node.arguments):
        return everywhere(constant(0), node)
    factors = tuple(a for a in node.arguments if not is_number(a.node, 1))
    if len(factors) <= 1 and all(f.node.op == "constant" for f in factors):
        return everywhere(factors[0].node if factors else constant(1), node)
    if len(factors) == 1 and len(node.arguments) > 1 and is_whole(factors[0], node):
        return named(factors[0].node, node.name, node.origin)
    return replace(node, arguments=factors) if fill(factors, node) else node


def with_numbers(node: Node) -> Node:
    """Numbers as they are in place of arrays of them, where others have all the axes."""
    arguments = tuple(a.node.arguments[0] if is_number_everywhere(a.node) else a for a in node.arguments)
    return replace(node, arguments=arguments) if fill(arguments, node) else node


def is_number_everywhere(node: Node) -> bool:
    return node.op == "spread" and node.arguments[0].node.op == "constant"


def fill(arguments: Iterable[Argument], node: Node) -> bool:
    """Whether arguments have all axes of a node between them."""
    return {axis for a in arguments for axis in a.axes} == set(range(len(node.shape)))


def without_zeros(node: Node) -> Node:
    """u + 1 - 1 is u + 0 and so u, up to the sign of 0."""
    numbers = [a for a in node.arguments if any(is_number(a.node, k) for k in (0, 1, -1))]
    rest = tuple(a for a in node.arguments if a not in numbers)
    total = sum(k * sum(is_number(a.node, k) for a in numbers) for k in (1, -1))
    if not numbers or total:
        return node
    if not rest:
        return everywhere(constant(0), node)
    return named(rest[0].node, node.name, node.origin) if len(rest) == 1 and is_whole(rest[0], node) else node


def is_number(node: Node, number: int) -> bool:
    return node == constant(number) or (node.op == "spread" and node.arguments[0].node == constant(number))


def is_whole(argument: Argument, node: Node) -> bool:
    return argument == whole(argument.node) and argument.node.shape == node.shape
