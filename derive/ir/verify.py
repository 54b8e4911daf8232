"""The checker that runs after every pass: a wrong rewrite becomes an error, never a wrong kernel.

Contract: `verify(graph)` returns the graph or raises MalformedGraphError with the op and what is wrong with it.
It checks form; that values stay the same is checked by the tests of each pass and by the check of the kernel.
"""

from __future__ import annotations

import functools
from fractions import Fraction

from derive.ir.build import HAVE_AXIS
from derive.ir.graph import Argument, Graph, Node, topological
from derive.ir.ops import BY_NAME, Op


class MalformedGraphError(AssertionError):
    """A pass broke the grammar of the graph: an error of this package, not of its user."""


def verify(graph: Graph) -> Graph:
    """Every node obeys the grammar: a known op, the right arguments, axes that fit."""
    for node in topological(graph):
        for problem in (*problems(node), *data_problems(node)):
            raise MalformedGraphError(f"{node.op} {node.name or ''} {list(node.shape)}/{list(node.bound)}: {problem}")
    return graph


@functools.lru_cache(maxsize=8192)
def problems(node: Node) -> tuple[str, ...]:
    """What is wrong with the form of a node, in words. Equal nodes have equal form, and most pass unchanged."""
    op = BY_NAME.get(node.op)
    if op is None:
        return ("unknown op; is a lowering missing?",)
    found = arity_problems(node, op) + bound_problems(node, op) + shape_problems(node, op)
    for argument in node.arguments:
        found += argument_problems(node, op, argument)
    return tuple(found)


def arity_problems(node: Node, op: Op) -> list[str]:
    count = len(node.arguments)
    if op.arity is None:
        return [] if count else ["no arguments"]
    return [] if count == op.arity else [f"{count} arguments instead of {op.arity}"]


def bound_problems(node: Node, op: Op) -> list[str]:
    reduces = op.kind in ("reduction", "contraction", "position") or op.name.startswith("first_")
    if bool(node.bound) != reduces:
        return ["needs a bound axis" if reduces else "has a bound axis but does not reduce"]
    used = {a for argument in node.arguments for a in argument.axes}
    unused = [a for a in range(len(node.shape), len(node.space)) if a not in used]
    return [f"bound axis {a} stands in no argument" for a in unused]


def shape_problems(node: Node, op: Op) -> list[str]:
    """An elementwise op is as large as its arguments make it: only a spread repeats values along an axis."""
    if op.kind != "elementwise":
        return []
    used = {a for argument in node.arguments for a in argument.axes}
    return [f"axis {a} stands in no argument" for a in range(len(node.shape)) if a not in used]


def data_problems(node: Node) -> list[str]:
    if node.op in ("constant", "power", "logarithm", "still") and not isinstance(node.data, Fraction):
        return [f"data {node.data!r} is no rational number"]
    if node.op == "window" and not isinstance(node.data, tuple):
        return [f"data {node.data!r} is no axis with an offset"]
    if node.op in ("pick", *HAVE_AXIS) and not isinstance(node.data, int):
        return [f"data {node.data!r} is no position"]
    if node.op == "others" and isinstance(node.data, int) and node.shape[node.data] != node.bound[0]:
        return ["the place that is left out and the axis of the product differ in size"]
    if node.op in ("input", "size") and not isinstance(node.data, str):
        return ["has no name"]
    return []


def argument_problems(node: Node, op: Op, argument: Argument) -> list[str]:
    value, space = argument.node, node.space
    if len(argument.axes) != len(value.shape):
        return [f"{len(argument.axes)} axes for an argument of rank {len(value.shape)}"]
    if any(not 0 <= a < len(space) for a in argument.axes):
        return [f"axes {argument.axes} outside of {list(space)}"]
    if any(space[a] != d for a, d in zip(argument.axes, value.shape, strict=True)):
        return [f"an argument {list(value.shape)} lies on axes {argument.axes} of {list(space)}"]
    is_condition = op.name == "where" and argument is node.arguments[0]
    if BY_NAME[value.op].boolean != is_condition:
        return ["a condition stands where a number should" if not is_condition else "the condition is a number"]
    return []
