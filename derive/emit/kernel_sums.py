"""A kernel of numbers that adds up over the samples: tile by tile, and then the tiles' sums.

Contract: `sums(kernel, rows, ...)` gives Sums, or None where a result is not a sum of what the samples determine one by
one. A tile holds as many samples whatever the number of threads, and its sums are added in their order: the bits depend
on how many samples there are and on nothing else. Kernels with vectors or matrices of a sample stay whole: their sums
are products of matrices, which NumPy hands to a library with threads and tiles of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.emit.kernel_body import body, sizes_used
from derive.emit.kernel_modes import is_by_sample
from derive.emit.kernel_parts import Kernel
from derive.emit.kernel_spelling import Locals
from derive.emit.kernel_split import Row, halved
from derive.emit.kernel_tiles import handed_over, in_tuple, mentions, of_arrays, uncommented
from derive.ir.graph import BATCH, Node, topological


@dataclass(frozen=True)
class Sums:
    """The function of a tile (name, parameters, lines, outputs), its call, the results' variables."""

    name: str
    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    outputs: tuple[str, ...]
    call: str
    results: tuple[str, ...]


def sums(
    kernel: Kernel, rows: Sequence[Row], taken: set[str], equations: Mapping[str, str], local: Locals, call: str
) -> Sums | None:
    """Tiles for results that are sums over the samples, or arrays of them."""
    like = next((p.name for p in kernel.parameters if not p.shared and p.labels is None), "")
    if not like or not any(r.shared for r in kernel.results):
        return None
    if not all(is_sum(r.node) if r.shared else is_of_samples(r.node) for r in kernel.results):
        return None
    lines, outputs = computed(rows, taken, equations, local, like)
    code = uncommented([*lines, *outputs])
    sizes = [s for s in sizes_used(r.node for r in kernel.results) if s != BATCH and mentions(code, s)]
    sliced, shared, rest = handed_over(kernel, sizes, call)
    name, targets = f"_{kernel.name}_tile", distinct(outputs)
    given = ", ".join([name, call, in_tuple(sliced), in_tuple(rest), *(str(r.shared) for r in kernel.results)])
    return Sums(
        name,
        (*sliced, *shared, *sizes),
        (*of_arrays(code, like, like, local), *lines),
        outputs,
        f"{', '.join(targets)}{',' if len(targets) == 1 else ''} = _added_up({given})",
        targets,
    )


def computed(
    rows: Sequence[Row], taken: set[str], equations: Mapping[str, str], local: Locals, like: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a tile and its results; long ones write to arrays of their own again and again. `like`: an array."""
    halves = halved(rows, taken, equations, local)
    if halves is not None:
        room = tuple(f"{name} = np.empty_like({like})" for name in halves.outputs)
        return (*room, *halves.lines, *halves.statements), halves.results
    statements, names = body(rows, taken, equations, local)
    return tuple(line for s in statements for line in s.lines), tuple(names)


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """Variables for results; a tile gives one array of its own to each."""
    found: list[str] = []
    for name in names:
        target = name.removesuffix(".copy()")
        while target in found:
            target += "_"
        found.append(target)
    return tuple(found)


def is_sum(node: Node) -> bool:
    """Whether the value at all samples is the sum of the values at parts of them."""
    if BATCH in node.bound:
        adds = node.op in ("sum", "contract") and node.bound == (BATCH,)
        return adds and not node.shape and all(is_of_samples(a.node) or is_free(a.node) for a in node.arguments)
    arguments = [a.node for a in node.arguments]
    if node.op == "add":
        return all(map(is_sum, arguments))
    if node.op == "multiply":
        rest = [a for a in arguments if not is_free(a)]
        return len(rest) == 1 and is_sum(rest[0])
    return node.op == "divide" and is_sum(arguments[0]) and is_free(arguments[1])


def is_free(node: Node) -> bool:
    """Whether a number has nothing to do with the samples, nor with how many there are."""
    return not node.shape and not any(is_of_batch(n) for n in topological((node,)))


def is_of_batch(node: Node) -> bool:
    return BATCH in (*node.shape, *node.bound) or (node.op == "size" and node.data == BATCH)


def is_of_samples(node: Node) -> bool:
    """Whether it is a number of each sample, made of such numbers and of numbers that all share."""
    nodes = list(topological((node,)))
    numbers = all(not n.bound and n.shape in ((), (BATCH,)) and is_by_sample(n) for n in nodes)
    return numbers and node.shape == (BATCH,) and not any(n.op == "size" and n.data == BATCH for n in nodes)
