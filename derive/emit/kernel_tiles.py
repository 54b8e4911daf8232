"""A kernel that is computed in tiles: the function of one tile, and how the public function hands over to it.

Contract: `tiled(kernel, ...)` gives finished strings for templates/kernel.py.jinja, or None where a kernel needs all
samples at once (kernel_modes). Arrays of samples and results are cut into parts; what all share is passed whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from derive.emit.kernel_body import sizes_used
from derive.emit.kernel_buffers import tile
from derive.emit.kernel_modes import FLAT, WHOLE, mode_of
from derive.emit.kernel_parts import Kernel
from derive.emit.kernel_spelling import Locals
from derive.ir.graph import BATCH, Node
from derive.ir.near import WITHIN, near

Row = tuple[str, Node, str]
"""A result: the variable that is wanted for it, its node, its comment."""


@dataclass(frozen=True)
class Tiled:
    """Finished strings.

    name, parameters, lines, outputs: the function of a tile.
    call: how the public function hands over; returns: whether a line of its own returns the results.
    fast: what it does first, for small arrays that need neither conversion nor check.
    near: the function of a tile without entries far from 0, with fewer passes, where there is one.
    """

    name: str
    parameters: tuple[str, ...]
    lines: tuple[str, ...]
    outputs: tuple[str, ...]
    call: str
    returns: bool
    fast: tuple[str, ...]
    flat: bool
    near: Near | None = None

    @property
    def code(self) -> tuple[str, ...]:
        """All lines of both functions."""
        return self.lines if self.near is None else (*self.lines, self.near.test, *self.near.lines)


@dataclass(frozen=True)
class Near:
    """Name and lines of the shorter function, and the test that the other one begins with."""

    name: str
    lines: tuple[str, ...]
    test: str


def tiled(
    kernel: Kernel,
    rows: Sequence[Row],
    taken: set[str],
    equations: Mapping[str, str],
    local: Locals,
    *,
    call: str,
    results_as: str,
    returned: str,
    checked: bool,
) -> Tiled | None:
    """The function of a tile. `checked`: arguments are to be checked for more than their shapes."""
    mode = mode_of(kernel.results)
    if mode == WHOLE or len({r.node for r in kernel.results}) < len(kernel.results):
        return None  # one array for each result: a tile cannot write one value to two of them
    body = tile(rows, taken, equations, local)
    code = uncommented(body.lines)
    sizes = [s for s in sizes_used(r.node for r in kernel.results) if s != BATCH and mentions(code, s)]
    sliced, shared, rest = handed_over(kernel, sizes, call)
    first = [*sliced, *body.outputs][0]
    name = f"_{kernel.name}_tile"
    short = near_of(kernel.name, rows, taken, equations, local, first, sizes) if mode == FLAT else None
    # what is spread over the samples needs arrays of one axis, which the straight way does not make of them
    counts = mentions("\n".join([code, *(short.lines if short else ())]), local.samples)
    dimensions = [quoted(r.dimensions) for r in kernel.results]
    flat = mode == FLAT and any(r.dimensions for r in kernel.results)
    arguments = [name, call, "out", in_tuple(sliced), in_tuple(rest), *dimensions, *(["flat=True"] if flat else [])]
    single = len(kernel.results) == 1
    over = f"_tiled({', '.join(arguments)})"
    return Tiled(
        name,
        (*sliced, *body.outputs, *shared, *sizes),
        (*of_arrays(code, body.outputs[0], first, local), *body.lines),
        body.outputs,
        f"return {over}[0]" if single else f"{results_as} = {over}",
        not single,
        () if checked or counts else fast(kernel, mode, name, sizes, body.outputs, results_as, returned),
        flat,
        short,
    )


def near_of(
    name: str,
    rows: Sequence[Row],
    taken: set[str],
    equations: Mapping[str, str],
    local: Locals,
    first: str,
    sizes: Sequence[str],
) -> Near | None:
    """The function of a tile whose entries lie near 0; `first` is an array of it, `sizes` are known in it."""
    found = near(tuple(node for _, node, _ in rows))
    if found is None:
        return None
    graph, counting = found
    body = tile([(w, n, c) for (w, _, c), n in zip(rows, graph, strict=True)], taken, equations, local)
    test = " and ".join(f"_within({x}, {WITHIN}.0)" for x in counting)
    code = uncommented(body.lines)
    if any(mentions(code, s) for s in sizes_used(graph) if s not in (BATCH, *sizes)):
        return None
    setup = of_arrays(code, body.outputs[0], first, local)
    return Near(f"_{name}_near", (*setup, *body.lines), test)


def handed_over(kernel: Kernel, sizes: Sequence[str], call: str) -> tuple[list[str], list[str], list[str]]:
    """Parameters that are cut into tiles, those that all samples share, and what a tile gets whole: these and sizes."""
    sliced = [p.name for p in kernel.parameters if not p.shared]
    shared = [p.name for p in kernel.parameters if p.shared]
    return sliced, shared, [*shared, *(f'{call}.sizes["{size}"]' for size in sizes)]


def uncommented(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if not line.startswith("#"))


def of_arrays(code: str, output: str, first: str, local: Locals) -> tuple[str, ...]:
    """What the code mentions of the arrays of a tile: the dtype and the number of samples."""
    rows = ((local.dtype, f"{output}.dtype"), (local.samples, f"len({first})"))
    return tuple(f"{name} = {value}" for name, value in rows if mentions(code, name))


def mentions(code: str, name: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", code) is not None


def quoted(value: object) -> str:
    """A value as Python writes it, with the quotation marks of the modules."""
    return repr(value).replace("'", '"')


def in_tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def fast(
    kernel: Kernel,
    mode: str,
    name: str,
    sizes: Sequence[str],
    outputs: Sequence[str],
    results_as: str,
    returned: str,
) -> tuple[str, ...]:
    """Straight to the tile, where all arguments and results have the same dimensions."""
    dimensions = kernel.parameters[0].dimensions if kernel.parameters else ()
    alike = all(p.dimensions == dimensions and not p.shared and p.labels is None for p in kernel.parameters)
    if not alike or len(dimensions) > 1 or any(r.dimensions != dimensions for r in kernel.results):
        return ()
    if not kernel.parameters or any(isinstance(d, int) for d in dimensions) or any(s not in dimensions for s in sizes):
        return ()
    names = [p.name for p in kernel.parameters]
    rank = f" and {names[0]}.ndim == 2" if mode != FLAT and dimensions else ""
    lengths = [f"{names[0]}.shape[-1]" for _ in sizes]
    call = f"{name}({', '.join([*names, '{}', *lengths])})"
    if len(outputs) == 1:
        head = f"if ({outputs[0]} := _target(out, {', '.join(names)})) is not None:"
        straight = f"return {call.format(outputs[0])}"
        if not rank:
            return (head, f"    {straight}")
        rows = ", ".join([f"*_rows({', '.join([*names, outputs[0]])})", *lengths])
        return (
            head,
            f"    if {names[0]}.ndim == 2:",
            f"        {straight}",
            f"    {name}({rows})",
            f"    return {outputs[0]}",
        )
    head = f"if out is None and ({outputs[0]} := _target(None, {', '.join(names)})) is not None{rank}:"
    call = call.format(", ".join([outputs[0], *([f"np.empty_like({outputs[0]})"] * (len(outputs) - 1))]))
    if not kernel.first_apart and returned == "tuple(results)":
        return (head, f"    return {call}")
    return (head, f"    {results_as} = {call}", f"    return {returned}")
