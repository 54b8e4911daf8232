"""Passes over look-ups: what is looked up at one place is computed there, and not along the whole axis.

Contract: as passes.py.
    take_largest    a sum over a choice of the largest entry becomes a look-up, and what is chosen is computed there
    take_maxima     the largest entry is looked up where its place is known
    look_ups_first  f(x)[y] as f(x[y]), where nothing else needs f(x)
Look-ups by labels come last while stable forms are looked for, since a shift by the largest serves all entries, and
first when the graph is to be computed.
"""

from __future__ import annotations

from dataclasses import replace

from derive.ir.graph import Argument, Graph, Node, moved, rebuild, topological, users, whole
from derive.ir.ops import BY_NAME
from derive.language.indices import Dimension


def look_ups_first(graph: Graph) -> Graph:
    """Look-ups by a label or of a fixed place, of what is computed entry by entry and needed nowhere else."""
    used = users(graph)

    def change(node: Node) -> Node:
        is_once = node.op in PLACES and used.get(node.arguments[0].node, 2) == 1
        return first_looked_up(node) if is_once else node

    found = rebuild(graph, change)
    return found if found == graph else look_ups_first(found)


def look_ups_inside(argument: Argument) -> Argument:
    """The same value with every look-up as far inside as it goes, so that two ways to write it become one."""
    node = argument.node
    if not any(n.op in PLACES for n in topological((node,))):
        return argument
    (found,) = rebuild((node,), lambda n: first_looked_up(n) if n.op in PLACES else n)
    return Argument(found, argument.axes) if found == node else look_ups_inside(Argument(found, argument.axes))


PLACES = ("gather", "pick")
"""Look-ups by a label, and of a fixed place."""


def first_looked_up(value: Node) -> Node:
    """The op of look-ups, each by the same label, in place of a look-up of the op."""
    entries, *label = value.arguments
    node, place = entries.node, len(value.shape)
    is_op = BY_NAME[node.op].kind == "elementwise" and not node.is_leaf
    if not is_op or place not in entries.axes or not set(range(place)) <= set(entries.axes):
        return value
    inner = [moved(argument, entries.axes) for argument in node.arguments]
    if any(place in a.axes and BY_NAME[a.node.op].boolean for a in inner):
        return value  # conditions are not looked up
    arguments = tuple(at_place(value, (a, *label)) if place in a.axes else a for a in inner)
    return Node(node.op, arguments, value.shape, data=node.data, name=value.name, origin=value.origin)


def at_place(value: Node, arguments: tuple[Argument, ...]) -> Argument:
    """The same look-up of something else, on the axes that this has."""
    rank = len(value.shape)
    used = sorted({axis for a in arguments for axis in a.axes if axis < rank})
    own = {axis: k for k, axis in enumerate([*used, rank])}
    lying = tuple(Argument(a.node, tuple(own[axis] for axis in a.axes)) for a in arguments)
    return Argument(Node(value.op, lying, tuple(value.shape[a] for a in used), value.bound, value.data), tuple(used))


def take_largest(graph: Graph) -> Graph:
    """sum_k where(k is the first largest of e, v_k, 0) as one look-up; where(k is it, f(v_k), w_k) by f of look-ups."""
    summed = rebuild(graph, lambda n: taken_at_largest(n) if n.op == "sum" and len(n.bound) == 1 else n)
    return rebuild(summed, lambda n: chosen_at_largest(n) if n.op == "where" else n)


def chosen_at_largest(value: Node) -> Node:
    """One value a row instead of a whole array of which one entry is used."""
    mask, chosen, others = value.arguments
    last = len(value.shape) - 1
    if mask != whole(mask.node) or mask.node.op != "first_max" or mask.node.data != last or last not in chosen.axes:
        return value
    by = mask.node.arguments[0]
    if by.axes != (*range(last), last + 1):
        return value
    return replace(value, arguments=(mask, looked_up(chosen, by.node, value.shape), others))


def looked_up(argument: Argument, by: Node, shape: tuple[Dimension, ...]) -> Argument:
    """What lies on these axes at the place along the last one where `by` is largest."""
    node, last = argument.node, len(shape) - 1
    if last not in argument.axes:
        return argument
    inner = tuple(looked_up(moved(a, argument.axes), by, shape) for a in node.arguments if node.op in ARITHMETIC)
    if inner:
        return whole(Node(node.op, inner, shape[:-1], data=node.data))
    own = tuple(range(len(shape)))
    values = argument if argument.axes == own else whole(Node("spread", (argument,), shape))
    return whole(Node("at_largest", (values, Argument(by, own)), shape[:-1], shape[-1:]))


ARITHMETIC = ("add", "multiply", "divide")
"""Ops that are computed again, of what is looked up; all else is looked up."""


def taken_at_largest(value: Node) -> Node:
    (argument,) = value.arguments
    own = tuple(range(len(value.space)))
    if argument.node.op != "where" or argument.node.name or argument.axes != own:
        return value
    mask, entries, zero = argument.node.arguments
    last = len(own) - 1
    if mask.node.op != "first_max" or mask.node.data != last or zero.node.op != "constant" or zero.node.data != 0:
        return value
    by = mask.node.arguments[0]
    if mask.axes != own or entries.axes != own or by.axes != (*own[:-1], last + 1):
        return value
    return replace(value, op="at_largest", arguments=(entries, Argument(by.node, own)))


def take_maxima(graph: Graph) -> Graph:
    """max_k e_k as a look-up, where the place of the largest e is looked for anyway."""
    known = {n.arguments[0] for n in topological(graph) if n.op == "first_max" and n.data == len(n.shape) - 1}

    def change(node: Node) -> Node:
        own = tuple(range(len(node.space)))
        if node.op != "max" or len(node.bound) != 1 or node.arguments[0].axes != own:
            return node
        (argument,) = node.arguments
        mask = Argument(argument.node, (*own[:-1], len(own)))
        return replace(node, op="at_largest", arguments=(argument, argument)) if mask in known else node

    return rebuild(graph, change)
