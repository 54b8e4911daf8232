"""The graph: one frozen node type, a tensor with positional axes.

    graph    := node, ...                                          the outputs, in order
    node     := op(argument, ...) : [dimension, ...] / [bound, ...] {data}
    argument := node @ (axis, ...)                                 one axis of the node for each axis of its own
    dimension := the name of a symbolic size | a number | BATCH

A node's axes are those of its shape, then the bound ones that a reduction runs over. Its value at an
assignment of the axes is the op's meaning of its arguments' values at the axes they are mapped to, reduced
over the bound axes. So exp(a)[i] and exp(a)[k] are one node under two maps, a transposition is a map, and
equal structure is equal value. The samples of a batch are an ordinary axis, BATCH, always the first.

Contract: nodes are values; `name` (what a person calls it) and `origin` (the expression it was lowered
from) are carried along and take no part in equality.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace

from derive.language.expressions import Expression, node
from derive.language.indices import Dimension

BATCH = "*"
"""The dimension of the batch axis: no size can be called so."""


@node
class Argument:
    """A node used by another: axis i of the node lies on axis `axes[i]` of its user."""

    node: Node
    axes: tuple[int, ...]


@node
class Node:
    """A tensor; see the grammar in the head of the module."""

    op: str
    arguments: tuple[Argument, ...] = ()
    shape: tuple[Dimension, ...] = ()
    bound: tuple[Dimension, ...] = ()
    data: Hashable = None
    name: str = field(default="", compare=False)
    origin: Expression | None = field(default=None, compare=False)

    @property
    def space(self) -> tuple[Dimension, ...]:
        """The sizes of all axes that arguments may be mapped to."""
        return self.shape + self.bound

    @property
    def is_leaf(self) -> bool:
        return not self.arguments


Graph = tuple[Node, ...]


def whole(value: Node) -> Argument:
    """The node on its own axes."""
    return Argument(value, tuple(range(len(value.shape))))


def window_axis(node: Node) -> int | None:
    """The axis that a window fills; of any other node None."""
    return node.data[0] if node.op == "window" and isinstance(node.data, tuple) else None


def data_on(node: Node, axes: Mapping[int, int] | Sequence[int]) -> Hashable:
    """The node's data where its own axes are `axes` of another: a window names the one that it fills."""
    if node.op != "window":
        return node.data
    assert isinstance(node.data, tuple)
    axis, offset = node.data
    return axes[axis], offset


def moved(argument: Argument, axes: tuple[int, ...]) -> Argument:
    """The argument of a node that itself lies on `axes` of another."""
    return Argument(argument.node, tuple(axes[a] for a in argument.axes))


def named(value: Node, name: str = "", origin: Expression | None = None) -> Node:
    """The node under a name, unless it has one."""
    return replace(value, name=value.name or name, origin=value.origin or origin)


def topological(graph: Iterable[Node]) -> tuple[Node, ...]:
    """Every node once, arguments before their users, in a fixed order."""
    roots = tuple(graph)
    if not roots:
        return ()
    known = roots[0].__dict__.get("_order")  # passes ask again and again of the same graph
    if known is None or len(known[0]) != len(roots) or any(a is not b for a, b in zip(known[0], roots, strict=True)):
        known = (roots, tuple(in_order(roots)))
        object.__setattr__(roots[0], "_order", known)
    found: tuple[Node, ...] = known[1]
    return found


def in_order(roots: Graph) -> Iterator[Node]:
    """The same, worked out by depth first search."""
    done: set[Node] = set()
    met: set[int] = set()  # by identity, which costs less to ask than equality
    stack = [(n, False) for n in reversed(roots)]
    while stack:
        top, ready = stack.pop()
        if ready:
            done.add(top)
            yield top
        elif id(top) not in met:
            met.add(id(top))
            if top not in done:
                stack.append((top, True))
                stack.extend([(a.node, False) for a in reversed(top.arguments)])


def has_input(node: Node) -> bool:
    """Whether a value depends on an input, and not on numbers and sizes alone."""
    return any(n.op == "input" for n in topological((node,)))


def rebuild(graph: Graph, change: Callable[[Node], Node]) -> Graph:
    """The graph with `change` applied to every node, arguments first; equal nodes become one object."""
    new: dict[Node, Node] = {}
    shared: dict[Node, Node] = {}
    for old in topological(graph):
        same = all(new[a.node] is a.node for a in old.arguments)
        moved_on = old if same else replace(old, arguments=tuple(Argument(new[a.node], a.axes) for a in old.arguments))
        changed = change(moved_on)
        known = shared.setdefault(changed, changed)
        if changed.name and not known.name:
            known = shared[changed] = changed
        new[old] = known
    return tuple(new[n] for n in graph)


def with_arguments(value: Node, arguments: tuple[Argument, ...]) -> Node:
    same = all(a.node is b.node and a.axes == b.axes for a, b in zip(arguments, value.arguments, strict=True))
    return value if same else replace(value, arguments=arguments)


def users(graph: Graph) -> dict[Node, int]:
    """How often each node is used; being an output counts."""
    count: dict[Node, int] = {}
    for n in graph:
        count[n] = count.get(n, 0) + 1
    for n in topological(graph):
        for argument in n.arguments:
            count[argument.node] = count.get(argument.node, 0) + 1
    return count
