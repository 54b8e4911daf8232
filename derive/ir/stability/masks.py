"""Exponentials of which a choice leaves some out of a sum: those are exponentials of -infinity.

    where(c, exp(z), 0)         exp(where(c, z, -inf))
    where(c, b exp(z), 0)       where(c, b, 0) exp(where(c, z, -inf))
    where(c, f(exp(z)), 0)      where(c, f(exp(where(c, z, -inf))), 0)
    sum_c exp(z[c+1]) beside where(1 <= i, exp(z_i), 0)      the window of exp(where(1 <= i, z_i, -inf))

A shift then looks for the largest of what is summed, and nothing that is left out, however large, is computed.

Contract: `masked_exponentials` maps a graph to an equal one; so it is done with every choice whose exponential is
summed somewhere, by itself or at the places of a window.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from derive.ir.graph import Argument, Graph, Node, moved, named, rebuild, topological, whole
from derive.ir.ops import BY_NAME
from derive.ir.stability.choices import NOTHING, conditions, is_zero, kept, unmasked, with_leaves
from derive.ir.stability.look_ups import SUMS, Correspondence
from derive.ir.stability.look_ups import summed as summed_exponentials
from derive.ir.stability.one_exponential import factors_of
from derive.language.indices import reaches, shortened


def masked_exponentials(graph: Graph) -> Graph:
    """The rows above."""
    wanted = {found for n in topological(graph) if n.op in SUMS for found in summed(n)}
    windows = dict(windows_of_masked(graph))
    wanted |= {window.arguments[0].node for window in windows.values()}

    def change(node: Node) -> Node:
        if node in windows:
            return named(windows[node], node.name, node.origin)
        return masked(node, wanted) if node.op == "where" else node

    return rebuild(graph, change) if wanted else graph


def summed(node: Node) -> Iterator[Node]:
    """The exponentials of choices, masked, among what a sum adds up along one of their axes."""
    stack = list(node.arguments)
    while stack:
        argument = stack.pop()
        inner = argument.node
        found = exponentials(inner) if any(axis >= len(node.shape) for axis in argument.axes) else ()
        yield from (masked_exponential(inner, exponential) for exponential in found)
        if not found and BY_NAME[inner.op].kind == "elementwise" and inner.op != "exp":
            stack += [moved(a, argument.axes) for a in inner.arguments]


# --- choices -----------------------------------------------------------------------------------------------


def masked(node: Node, wanted: set[Node]) -> Node:
    """A choice with its exponentials masked, all of those that are wanted."""
    found = [e for e in exponentials(node) if masked_exponential(node, e) in wanted]
    if not found:
        return node
    value = kept(node)
    assert value is not None
    factors = factors_of(value)
    rest = tuple(f for f in factors if f not in found)
    if len(rest) + len(found) < len(factors) or any(has_exponential(f.node) for f in rest):
        return with_leaves(node, lambda leaf: masked_inside(leaf, node, found) if leaf == value else leaf)
    parts = [whole(masked_exponential(node, e)) for e in found]
    if rest:
        product = rest[0] if len(rest) == 1 else whole(Node("multiply", rest, node.shape))
        parts.insert(0, whole(with_leaves(node, lambda leaf: product if leaf == value else leaf)))
    result = parts[0].node if len(parts) == 1 else Node("multiply", tuple(parts), node.shape)
    return named(replace(result, name="", origin=None), node.name, node.origin)


def masked_inside(leaf: Argument, node: Node, found: list[Argument]) -> Argument:
    """A quotient, say, with the masked exponentials in it, on the axes of the choice."""
    if leaf in found:
        return whole(masked_exponential(node, leaf))
    inner = leaf.node
    if BY_NAME[inner.op].kind != "elementwise" or inner.is_leaf or not has_exponential(inner):
        return leaf
    arguments = tuple(masked_inside(moved(a, leaf.axes), node, found) for a in inner.arguments)
    return whole(replace(inner, arguments=arguments, shape=node.shape, name="", origin=None))


def masked_exponential(node: Node, exponential: Argument) -> Node:
    """exp(where(c, z, -inf)), for an exponential in a choice"""
    value = kept(node)
    exponent = moved(exponential.node.arguments[0], exponential.axes)
    nothing = Argument(NOTHING, ())
    chosen = with_leaves(node, lambda leaf: exponent if leaf == value else nothing if is_zero(leaf) else leaf)
    return Node("exp", (whole(chosen),), node.shape, data=exponential.node.data)


def exponentials(node: Node) -> tuple[Argument, ...]:
    """The exponentials that grow with their exponent, in what a choice keeps, on its axes."""
    value = kept(node) if node.op == "where" else None
    found: dict[Argument, None] = {}
    stack = [] if value is None else [value]
    while stack:
        argument = stack.pop()
        inner = argument.node
        if inner.op == "exp" and not (isinstance(inner.data, Fraction) and inner.data < 1):
            if unmasked(inner.arguments[0]) == inner.arguments[0]:
                found.setdefault(argument)
        elif inner.op in ("multiply", "divide"):
            stack += [moved(a, argument.axes) for a in inner.arguments]
    return tuple(found)


def has_exponential(node: Node) -> bool:
    return any(n.op == "exp" for n in topological((node,)))


# --- windows -----------------------------------------------------------------------------------------------


def windows_of_masked(graph: Graph) -> Iterator[tuple[Node, Node]]:
    """Exponentials that are summed, and each as a window of one that a choice masks outside of the window."""
    order = topological(graph)
    found = {e for n in order if n.op in SUMS for e, _ in summed_exponentials(n)}
    masks = [(n, e) for n in order if n.op == "where" for e in exponentials(n) if e == whole(e.node)]
    for node in order if masks else ():
        window = next((w for n, e in masks for w in windows(node, n, e)), None) if node in found else None
        if window is not None:
            yield node, window


def windows(node: Node, choice: Node, exponential: Argument) -> Iterator[Node]:
    """The exponential at the places of a window as the window of the masked one, which leaves out no such place."""
    for axis in range(len(exponential.node.shape)):
        found = Correspondence(axis)
        if found.fits(whole(node), exponential) and found.place is not None and found.place[0] == "window":
            window = found.looked_up(node, masked_exponential(choice, exponential))
            if all(holds(condition, axis, window) for condition in conditions(whole(choice))):
                yield window


def holds(condition: Argument, axis: int, window: Node) -> bool:
    """Whether a bound on the places along an axis leaves out none of a window's."""
    assert isinstance(window.data, tuple)
    filled, offset = window.data
    compared = [moved(a, condition.axes) for a in condition.node.arguments]
    if not compared or compared[0].node.op != "index" or compared[0].axes != (axis,):
        return False
    bound = compared[1].node
    if condition.node.op == "greater_equal":
        return bound.op == "constant" and bound.data <= offset
    size = bound.data if bound.op in ("constant", "size") else None
    last = shortened(window.shape[filled], -offset)
    return condition.node.op == "less" and isinstance(size, (str, int)) and reaches(size, last)
