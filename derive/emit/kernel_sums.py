"""A kernel that adds up over the samples what each gives by itself: tile by tile, and then the tiles' sums.

Contract: `sums(kernel, rows, ...)` gives Sums, or None where a result is not a sum of what the samples determine one by
one. A tile holds as many samples whatever the number of threads, and its sums are added in their order: the bits depend
on how many samples there are and on nothing else. Sums that are products of matrices stay whole, since NumPy hands them
to a library with threads and tiles of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.emit.kernel_body import sizes_used
from derive.emit.kernel_buffers import tile
from derive.emit.kernel_modes import is_by_sample
from derive.emit.kernel_parts import Kernel
from derive.emit.kernel_spelling import Locals
from derive.emit.kernel_tiles import Row, handed_over, in_tuple, mentions, of_arrays, quoted, uncommented
from derive.ir.graph import BATCH, Graph, Node, rebuild, topological
from derive.language.indices import Dimension


@dataclass(frozen=True)
class Sums:
    """The function of a tile (name, parameters, lines, the sums that it returns), its call, the results' variables.

    `dimensions` are those of the arrays that the tiles fill.
    """

    name: str
    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    outputs: tuple[str, ...]
    call: str
    results: tuple[str, ...]
    dimensions: tuple[Dimension, ...]


def sums(
    kernel: Kernel, rows: Sequence[Row], taken: set[str], equations: Mapping[str, str], local: Locals, call: str
) -> Sums | None:
    """Tiles for results that are sums over the samples, or arrays of them."""
    like = next((p.name for p in kernel.parameters if not p.shared and p.labels is None), "")
    if not like or not any(r.shared for r in kernel.results) or len({r.node for r in kernel.results}) < len(rows):
        return None
    if not all(is_sum(r.node) if r.shared else is_of_samples(r.node) for r in kernel.results):
        return None
    # sums first: an array that they need may be written over afterwards
    order = sorted(range(len(rows)), key=lambda k: not kernel.results[k].shared)
    added = sum(r.shared for r in kernel.results)
    weighing = by_weight([node for _, node, _ in rows], kernel.weight)
    body = tile([(rows[k][0], weighing[k], rows[k][2]) for k in order], taken, equations, local, made=added)
    totals, filled = body.outputs[:added], body.outputs[added:]
    code = uncommented(body.lines)
    sizes = [s for s in sizes_used(r.node for r in kernel.results) if s != BATCH and mentions(code, s)]
    sliced, shared, rest = handed_over(kernel, sizes, call)
    results = [name for _, name in sorted(zip(order, body.outputs, strict=True))]
    dimensions = [None if r.shared else r.dimensions for r in kernel.results]
    name = f"_{kernel.name}_tile"
    given = ", ".join([name, call, in_tuple(sliced), in_tuple(rest), *map(quoted, dimensions)])
    return Sums(
        name,
        (*sliced, *filled, *shared, *sizes),
        (*of_arrays(code, like, like, local), *body.lines),
        totals,
        f"{', '.join(results)}{',' if len(results) == 1 else ''} = _added_up({given})",
        tuple(results),
        tuple(d for row in dimensions if row is not None for d in row),
    )


def by_weight(graph: Sequence[Node], weight: str) -> Graph:
    """Sums over the samples of numbers times the weight, or of the weight alone, as such."""
    weights = Node("input", shape=(BATCH,), data=weight)

    def change(node: Node) -> Node:
        if node.op not in ("sum", "contract") or node.bound != (BATCH,) or node.shape:
            return node
        weighed = [a for a in node.arguments if a.node == weights]
        others = [a for a in node.arguments if a.node != weights]
        return replace(node, op="weighted", arguments=(*weighed, *others)) if len(weighed) == 1 else node

    return rebuild(tuple(graph), change)


def is_sum(node: Node) -> bool:
    """Whether the value at all samples is the sum of the values at parts of them."""
    if BATCH in node.bound:
        adds = node.op in ("sum", "contract") and node.bound == (BATCH,)
        return adds and all(is_of_samples(a.node) or is_free(a.node) for a in node.arguments) and not is_product(node)
    arguments = [a.node for a in node.arguments]
    if node.op == "add":
        return all(map(is_sum, arguments))
    if node.op == "multiply":
        rest = [a for a in arguments if not is_free(a)]
        return len(rest) == 1 and is_sum(rest[0])
    return node.op == "divide" and is_sum(arguments[0]) and is_free(arguments[1])


def is_product(node: Node) -> bool:
    """Whether a sum is a product of matrices, or of one with a vector: factors that have not all axes of the result."""
    return any(not set(range(len(node.shape))) <= set(a.axes) for a in node.arguments)


def is_free(node: Node) -> bool:
    """Whether a value has nothing to do with the samples, nor with how many there are."""
    return not any(is_of_batch(n) for n in topological((node,)))


def is_of_batch(node: Node) -> bool:
    return BATCH in (*node.shape, *node.bound) or (node.op == "size" and node.data == BATCH)


def is_of_samples(node: Node) -> bool:
    """Whether each sample determines its own part, with what all share."""
    nodes = list(topological((node,)))
    own = all(map(is_by_sample, nodes)) and node.shape[:1] == (BATCH,)
    return own and not any(n.op == "size" and n.data == BATCH for n in nodes)
