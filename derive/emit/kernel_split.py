"""A kernel that computes arrays sample by sample in tiles, and then adds up over all samples at once.

Contract: `split(kernel, rows, ...)` gives a Split, or None where too little can be computed in tiles. What depends on
more than its own sample (a sum over the samples, a product of matrices) has the samples for an axis and stays whole, so
that its bits depend on no tile; what it is made of is an array of all samples, which the tiles fill.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from derive.emit.kernel_body import Statement, body, sizes_used
from derive.emit.kernel_buffers import tile
from derive.emit.kernel_modes import is_by_sample
from derive.emit.kernel_parts import Kernel
from derive.emit.kernel_spelling import Locals
from derive.emit.kernel_tiles import Row, handed_over, in_tuple, mentions, of_arrays, quoted, uncommented
from derive.ir.graph import BATCH, Argument, Node, topological
from derive.ir.ops import LOOKS
from derive.language.indices import Dimension

LEAST = 4
"""Fewer large arrays computed in tiles are not worth a walk over them."""


@dataclass(frozen=True)
class Split:
    """The function of a tile (name, parameters, lines, outputs), its call, what follows, the results' variables.

    `dimensions` are those of the arrays that the tiles fill.
    """

    name: str
    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    outputs: tuple[str, ...]
    call: str
    statements: tuple[str, ...]
    results: tuple[str, ...]
    dimensions: tuple[Dimension, ...]


def split(
    kernel: Kernel, rows: Sequence[Row], taken: set[str], equations: Mapping[str, str], local: Locals, call: str
) -> Split | None:
    """Tiles for what each sample determines by itself, and the rest whole."""
    found = early(node for _, node, _ in rows)
    first = frontier([node for _, node, _ in rows], found)
    large = max((len(n.shape) for n in found), default=0)
    if sum(len(n.shape) == large and not n.is_leaf for n in found) < LEAST or not first:
        return None
    named = {node: row for row in rows for node in [row[1]]}
    parts = [named.get(n, (n.name.lstrip("~").partition(":")[0] or "u", n, "")) for n in first]
    begun = tile(parts, taken, equations, local)
    outputs, code = begun.outputs, uncommented(begun.lines)
    late, results = after(rows, dict(zip(first, outputs, strict=True)), taken, equations, local)
    sizes = [s for s in sizes_used(first) if s != BATCH and mentions(code, s)]
    sliced, shared, rest = handed_over(kernel, sizes, call)
    name = f"_{kernel.name}_tile"
    dimensions = [quoted(n.shape[1:]) for n in first]
    given = ", ".join([name, call, in_tuple(sliced), in_tuple(rest), *dimensions])
    return Split(
        name,
        (*sliced, *outputs, *shared, *sizes),
        (*of_arrays(code, outputs[0], outputs[0], local), *begun.lines),
        outputs,
        f"{', '.join(outputs)}{',' if len(first) == 1 else ''} = _in_parts({given})",
        tuple(line for s in late for line in s.lines),
        results,
        tuple(d for n in first for d in n.shape[1:]),
    )


def early(results: object) -> list[Node]:
    """What each sample determines by itself, in order."""
    found: dict[Node, None] = {}
    for node in topological(results):  # type: ignore[arg-type]
        if all(a.node in found for a in node.arguments) and is_by_sample(node):
            found[node] = None
    return list(found)


def frontier(results: Sequence[Node], found: Sequence[Node]) -> list[Node]:
    """Arrays of samples that are results, or that others need which are computed later."""
    own = {n for n in found if n in results or not is_seen_again(n)}
    later = {a.node for n in topological(results) if n not in own for a in n.arguments}
    found = [n for n in found if n in own]
    return [n for n in found if not n.is_leaf and n.shape[:1] == (BATCH,) and (n in results or n in later)]


def is_seen_again(node: Node) -> bool:
    """Another look at an input, a label perhaps: whoever needs it later looks for himself."""
    return node.op in LOOKS and all(a.node.is_leaf or is_seen_again(a.node) for a in node.arguments)


def after(
    rows: Sequence[Row], arrays: Mapping[Node, str], taken: set[str], equations: Mapping[str, str], local: Locals
) -> tuple[list[Statement], tuple[str, ...]]:
    """Statements for the other results, and the variables of all."""
    leaves = {n: Node("input", shape=n.shape, data=name, name=name) for n, name in arrays.items()}
    late = [(wanted, given(node, leaves), comment) for wanted, node, comment in rows if node not in arrays]
    statements, names = body(late, taken, equations, local, frozenset(arrays.values()))
    others = iter(names)
    return statements, tuple(arrays[node] if node in arrays else next(others) for _, node, _ in rows)


def given(node: Node, leaves: Mapping[Node, Node]) -> Node:
    """The node made of arrays that are there already."""
    new: dict[Node, Node] = {}
    for old in topological((node,)):
        fresh = replace(old, arguments=tuple(Argument(new[a.node], a.axes) for a in old.arguments))
        new[old] = leaves.get(old, fresh)
    return new[node]
