"""Choices of which one value is kept, where all else is 0: what they are between, and the same between others.

Contract: `kept(node)` is that value on the choice's axes, or None; `with_leaves` exchanges what a choice is between.
A choice may have choices inside, and a value that is NaN where its condition is between NaNs. `NOTHING` is the exponent
of 0, `unmasked(z)` the exponent that a choice leaves some of out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.ir.build import constant
from derive.ir.graph import Argument, Node, moved, whole
from derive.ir.ops import OPPOSITE

NOTHING = Node("minus_infinity")

Change = Callable[[Argument], Argument]


def kept(node: Node) -> Argument | None:
    """What a choice keeps, where all else is 0, or NaN beside a comparison of NaN."""
    found = {leaf for leaf, failed in leaves(whole(node)) if is_zero(leaf) or not is_nan(leaf, failed)}
    rest = [leaf for leaf in found if not is_zero(leaf)]
    return rest[0] if len(rest) == 1 and len(found) == 2 else None


def leaves(argument: Argument, failed: tuple[Argument, ...] = ()) -> Iterator[tuple[Argument, tuple[Argument, ...]]]:
    """What a choice is between, each with the conditions that failed just before it."""
    if argument.node.op != "where":
        yield argument, failed
        return
    condition, first, second = (moved(a, argument.axes) for a in argument.node.arguments)
    yield from leaves(first)
    yield from leaves(second, (*failed, condition))


def with_leaves(node: Node, change: Change) -> Node:
    """The choice between other values."""

    def changed(argument: Argument) -> Argument:
        if argument.node.op != "where":
            return change(argument)
        condition, *chosen = (moved(a, argument.axes) for a in argument.node.arguments)
        return whole(Node("where", (condition, *map(changed, chosen)), node.shape))

    return changed(whole(node)).node


def is_zero(leaf: Argument) -> bool:
    return leaf.node in (constant(0), NOTHING)


def is_nan(leaf: Argument, failed: tuple[Argument, ...]) -> bool:
    """Whether a value stands where neither a comparison nor its opposite holds, and is made of what these compare."""
    if len(failed) < 2:
        return False
    first, second = ([moved(a, f.axes) for a in f.node.arguments] for f in failed[-2:])
    are_opposite = OPPOSITE.get(failed[-2].node.op) == failed[-1].node.op and first == second
    parts = [moved(a, leaf.axes) for a in leaf.node.arguments] if leaf.node.op == "add" else [leaf]
    return are_opposite and all(part in first for part in parts)


def conditions(argument: Argument) -> Iterator[Argument]:
    """The conditions of a choice and of those inside it."""
    if argument.node.op == "where":
        condition, first, second = (moved(a, argument.axes) for a in argument.node.arguments)
        yield condition
        yield from conditions(first)
        yield from conditions(second)


def unmasked(exponent: Argument) -> Argument:
    """The exponent without the choice that is -infinity elsewhere."""
    if exponent.node.op != "where" or not any(leaf.node == NOTHING for leaf, _ in leaves(exponent)):
        return exponent
    value = kept(exponent.node)
    return exponent if value is None else moved(value, exponent.axes)
