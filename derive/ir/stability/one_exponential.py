"""The rewrite of every bounded rational function of one exponential to its two-sided form.

Contract: `one_exponential(graph)` replaces maximal groups (see exponentials.py) whose R stays finite on both
sides; one that grows overflows in truth and stays as written, but for a factor exp(x) - 1 (see growing.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from derive.ir.graph import Argument, Graph, Node, moved, named, whole, with_arguments
from derive.ir.stability.exponentials import Exponentials, Group, aligned, families
from derive.ir.stability.growing import by_expm1
from derive.ir.stability.polynomial import Reduced, reduced
from derive.ir.stability.quotients import holds_exponential
from derive.ir.stability.two_sided import FORMS, Bounded
from derive.language.expressions import Expression, add, mul


def one_exponential(graph: Graph) -> Graph:
    """The graph with two-sided forms in place of all bounded groups."""
    rewrite = Rewriting()
    return tuple(rewrite.node(n) for n in graph)


class Rewriting:
    """One walk over a graph from the outputs down."""

    def __init__(self) -> None:
        self.search = Exponentials()
        self.done: dict[Node, Node] = {}

    def node(self, node: Node) -> Node:
        if node not in self.done:
            self.done[node] = self.changed(node)
        return self.done[node]

    def changed(self, node: Node) -> Node:
        new = self.group(self.search.of(node))
        if new is not None:
            return on_axes(new, node)
        node = self.apart(node) if node.op == "divide" else node
        arguments = self.regrouped(node) if node.op in ("multiply", "add") else node.arguments
        if len(arguments) == 1 and len(node.arguments) > 1:
            return on_axes(arguments[0], node)
        fresh = tuple(a if a.node in self.done.values() else Argument(self.node(a.node), a.axes) for a in arguments)
        if len(fresh) != len(node.arguments):
            return replace(node, arguments=fresh)
        return with_arguments(node, fresh)

    def regrouped(self, node: Node) -> tuple[Argument, ...]:
        """The arguments of a sum or product, those of one bounded group as one."""
        arguments: list[Argument | None] = list(node.arguments)
        for members in families(self.search, node):
            if len(members) < 2:
                continue
            part = replace(node, arguments=tuple(node.arguments[k] for k in members), name="")
            new = self.group(self.search.of(part))
            if new is not None:
                arguments[members[0]] = Argument(named(new.node, origin=joint_origin(part)), new.axes)
                for k in members[1:]:
                    arguments[k] = None
        return tuple(a for a in arguments if a is not None)

    def apart(self, node: Node) -> Node:
        """(a R) / (b S) as (a (R / S)) / b, R and S of one exponential, whatever a and b are."""
        above, below = (factors_of(a) for a in node.arguments)
        homes = [g for g in map(self.search.at, below) if g is not None and g.argument is not None]
        for home in homes:
            (top, rest), (bottom, under) = (self.parted(side, home) for side in (above, below))
            if not top or not (rest or under) or any(map(grows, rest)):
                continue
            part = Node("divide", (product(top, node), product(bottom, node)), node.shape)
            if self.group(self.search.of(part)) is None:
                continue
            whole_top = product([*rest, whole(part)], node)
            if under:
                return replace(node, arguments=(whole_top, product(under, node)))
            return replace(node, op="multiply", arguments=whole_top.node.arguments)
        return node

    def parted(self, factors: Sequence[Argument], home: Group) -> tuple[list[Argument], list[Argument]]:
        """The factors that are of one exponential with a group, and the others."""
        found = [self.search.at(a) for a in factors]
        own = [f is not None and f.argument is not None and aligned(home, f) is not None for f in found]
        inside = [a for a, mine in zip(factors, own, strict=True) if mine]
        return inside, [a for a in factors if a not in inside]

    def group(self, group: Group | None) -> Argument | None:
        """The two-sided form of a group, on the axes of the group's argument."""
        if group is None or group.argument is None:
            return None
        ratio = reduced(group.ratio)
        if ratio is None or ratio.is_number:
            return None
        value = self.node(group.argument.node)
        new = by_expm1(value, group.base, ratio) if not ratio.stays_bounded else two_sided(value, group.base, ratio)
        if new is None:
            return None
        self.done[new] = new
        return Argument(new, group.argument.axes)


def grows(factor: Argument) -> bool:
    """Whether a factor is a sum with an exponential, which may be large where a quotient of others underflows."""
    return factor.node.op == "add" and holds_exponential(factor.node)


def factors_of(argument: Argument) -> list[Argument]:
    """The factors of a product, and those of its products, on the axes of its user; of anything else, itself."""
    if argument.node.op != "multiply":
        return [argument]
    return [f for a in argument.node.arguments for f in factors_of(moved(a, argument.axes))]


def product(factors: Sequence[Argument], node: Node) -> Argument:
    """The factors as one argument of a node that lies on all their axes."""
    return factors[0] if len(factors) == 1 else whole(Node("multiply", tuple(factors), node.shape))


def joint_origin(part: Node) -> Expression | None:
    """What the members of a group stand for together."""
    origins = [a.node.origin for a in part.arguments]
    known = [o for o in origins if o is not None]
    if len(known) < len(origins):
        return None
    return mul(*known) if part.op == "multiply" else add(*known)


def two_sided(argument: Node, base: Fraction | None, ratio: Reduced) -> Node:
    """The first form that fits; R(base ** (unit * argument))."""
    value, factor = without_factor(argument)
    left, right = ratio, ratio.mirrored()
    if factor < 0:
        left, right = right, left
    if base is not None and base < 1:
        base, left, right = 1 / base, right, left
    bounded = Bounded(value, abs(factor) * ratio.unit, base, left, right)
    return next(new for form in FORMS for new in [form(bounded)] if new is not None)


def without_factor(argument: Node) -> tuple[Node, Fraction]:
    """(value, c) with argument = c * value on the same axes."""
    if argument.op == "multiply" and argument.arguments[0].node.op == "constant":
        factor = argument.arguments[0].node.data
        rest: Sequence[Argument] = argument.arguments[1:]
        assert isinstance(factor, Fraction)
        if len(rest) > 1:
            return replace(argument, arguments=tuple(rest), name="", origin=None), factor
        if rest[0] == whole(rest[0].node) and rest[0].node.shape == argument.shape:
            return rest[0].node, factor
    return argument, Fraction(1)


def on_axes(new: Argument, old: Node) -> Node:
    """The new value on the axes and under the name of the old node."""
    if new.axes == tuple(range(len(old.shape))) and new.node.shape == old.shape:
        return named(new.node, old.name, old.origin)
    return Node("view", (new,), old.shape, name=old.name, origin=old.origin)
