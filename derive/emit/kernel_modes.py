"""Whether a kernel's samples can be computed in tiles, and how.

Contract: `mode_of(results)` is one of

    flat    every array has one shape: any run of entries is a tile
    rows    each sample is computed by itself: any run of samples is a tile
    whole   samples are added up, or are the rows of a product of matrices, whose bits depend on how many there are

so that results have the same bits whatever the tiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from derive.emit.kernel_parts import Result
from derive.ir.graph import BATCH, Node, topological
from derive.ir.ops import BY_NAME

FLAT, ROWS, WHOLE = "flat", "rows", "whole"


def mode_of(results: Sequence[Result]) -> str:
    """How the kernel of these results walks over its arrays."""
    nodes = list(topological(r.node for r in results))
    if any(r.shared or r.node.shape[:1] != (BATCH,) for r in results) or not all(map(is_by_sample, nodes)):
        return WHOLE
    return FLAT if is_flat(nodes) else ROWS


def is_by_sample(node: Node) -> bool:
    """Whether an entry depends on its own sample alone, by an op that treats samples one by one."""
    if BATCH in (*node.shape[1:], *node.bound):
        return False
    arguments_have = [a.node.shape[:1] == (BATCH,) and a.axes[0] == 0 for a in node.arguments]
    if any(BATCH in a.node.shape and not has for a, has in zip(node.arguments, arguments_have, strict=True)):
        return False
    return node.op != "contract" or all(arguments_have)


def is_flat(nodes: Iterable[Node]) -> bool:
    """Whether all arrays that are not single numbers have the same axes, and only entries of one place meet."""
    shapes = set()
    for node in nodes:
        if node.shape or node.bound:
            shapes.add(node.shape)
            elementwise = BY_NAME[node.op].kind == "elementwise" and node.op != "view"
            in_place = all(a.axes == tuple(range(len(a.axes))) for a in node.arguments)
            if node.bound or not (node.op == "input" or (elementwise and in_place)):
                return False
    return len(shapes) == 1
