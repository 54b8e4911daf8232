"""A piece of a recurrence as the text of a function: what it is given, its statements, what it returns.

Contract: `function(name, summary, piece, order)` prints one piece by the same statements as any kernel. Layered names
become names of Python: of the layer that the piece is about as they are, of the one before with `_before`. A Given
says which value of which layer a parameter stands for, so that the text of a call can be made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from derive.emit.kernel_body import body, sizes_used
from derive.emit.kernel_docs import equations, formula
from derive.emit.kernel_parts import Result
from derive.emit.kernel_spelling import Locals
from derive.emit.layer_graphs import Piece
from derive.emit.unicode_text import unicode_text
from derive.ir.graph import BATCH, Node, rebuild, topological
from derive.language.layered import Layer, base_of, layer_of, relabelled

SUFFIXES = {0: "", -1: "_before", -2: "_before2"}
"""How the distance of a layer from the one that a piece is about is written."""

LOCAL = Locals()


@dataclass(frozen=True)
class Given:
    """A parameter: its name, and the layered or plain name (of a size, where it is one) that it stands for."""

    parameter: str
    name: str
    is_size: bool = False


@dataclass(frozen=True)
class LayerFunction:
    """The text of one function; `returned` in the order of the piece's results."""

    name: str
    summary: str
    piece: Piece
    given: tuple[Given, ...]
    lines: tuple[str, ...]
    returned: tuple[str, ...]

    @property
    def signature(self) -> str:
        return ", ".join(g.parameter for g in self.given)


def function(name: str, summary: str, piece: Piece, order: Sequence[str]) -> LayerFunction:
    """One piece as a function; its parameters stand in the order of these base names."""
    spelling = Spelling(piece)
    computed = [r for r in piece.results if not r.node.is_leaf]
    nodes = spelling.renamed(tuple(r.node for r in computed))
    rows = [(spelling.target(r), n, spelling.comment(r)) for r, n in zip(computed, nodes, strict=True)]
    statements, texts = body(rows, spelling.taken, spelling.equations, LOCAL)
    lines = tuple(line for s in statements for line in s.lines)
    known = iter(texts)
    returned = tuple(spelling.leaf(r) if r.node.is_leaf else next(known) for r in piece.results)
    inputs = sorted(spelling.inputs(), key=lambda g: (order.index(base_of(g.name)), g.parameter))
    return LayerFunction(name, summary, piece, (*inputs, *spelling.sizes((*lines, *returned))), lines, returned)


@dataclass(frozen=True)
class Spelling:
    """Names of Python for the layered names of one piece."""

    piece: Piece

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(topological(r.node for r in self.piece.results))

    @cached_property
    def names(self) -> dict[str, str]:
        """Layered names to names that nothing else has."""
        plain = {n for n in (*self.piece.system.names, *self.dimensions) if layer_of(n) is None}
        found: dict[str, str] = {}
        for name in dict.fromkeys((*self.layered, *filter(layer_of, self.dimensions))):
            spelled = base_of(name) + self.suffix(layer_of(name))
            while spelled in plain or spelled in found.values():
                spelled += "_"
            found[name] = spelled
        return found

    @property
    def layered(self) -> Iterator[str]:
        """Layered names of nodes and results, and of the equations that comments are made of."""
        for node in self.nodes:
            yield from (n for n in (node.name, node.data) if isinstance(n, str) and layer_of(n) is not None)
        yield from (r.name for r in self.piece.results if layer_of(r.name) is not None)
        yield from (e.name for e in self.piece.system.equations if layer_of(e.name) is not None)

    @cached_property
    def dimensions(self) -> tuple[str, ...]:
        """All sizes, in a fixed order."""
        return tuple(dict.fromkeys(str(d) for n in self.nodes for d in n.space if isinstance(d, str) and d != BATCH))

    def suffix(self, layer: Layer | None) -> str:
        here = self.piece.here
        assert layer is not None
        distance = layer.offset - here.offset if layer.letter == here.letter else None
        return SUFFIXES[distance] if distance in SUFFIXES else f"_{layer.letter}{abs(layer.offset) or ''}"

    def spelled(self, name: str) -> str:
        return self.names.get(name, name)

    def renamed(self, graph: tuple[Node, ...]) -> tuple[Node, ...]:
        """The graph with names of Python; what its comments say keeps the layers."""

        def one(node: Node) -> Node:
            shape, bound, data, name = relabelled((node.shape, node.bound, node.data, node.name), self.spelled)
            return replace(node, shape=shape, bound=bound, data=data, name=name)

        return rebuild(graph, one)

    @cached_property
    def equations(self) -> dict[str, str]:
        """Each quantity's equation as text, by its name in Python."""
        return {self.spelled(name): text for name, text in equations(self.piece.system).items()}

    @property
    def taken(self) -> set[str]:
        own = {self.spelled(r.name) for r in self.piece.kept}
        names = {*self.names.values()} - own
        return {*names, *(g.parameter for g in self.inputs()), *self.dimensions, LOCAL.dtype, LOCAL.samples}

    # --- parameters ---

    def inputs(self) -> list[Given]:
        names = dict.fromkeys(str(n.data) for n in self.nodes if n.op == "input")
        return [Given(self.spelled(name), name) for name in names]

    def sizes(self, lines: Iterable[str]) -> Iterator[Given]:
        """The working dtype, the number of samples and the sizes that the statements mention."""
        code = "\n".join(line for line in lines if not line.startswith("#"))
        used = [(self.spelled(s), s) for s in sizes_used(r.node for r in self.piece.results) if s != BATCH]
        for parameter, name in ((LOCAL.dtype, LOCAL.dtype), (LOCAL.samples, BATCH), *used):
            if re.search(rf"\b{re.escape(parameter)}\b", code):
                yield Given(parameter, name, is_size=True)

    # --- results ---

    def leaf(self, result: Result) -> str:
        """Something given that is returned as it is; never to the kernel's caller."""
        name = self.spelled(str(result.node.data))
        return f"{name}.copy()" if result in self.piece.gradients else name

    def target(self, result: Result) -> str:
        if result in self.piece.gradients:
            return f"d{self.piece.system.output}_d{base_of(result.name)}"
        return self.spelled(result.name)

    def comment(self, result: Result) -> str:
        if result in self.piece.kept:
            return unicode_text(result.node.origin) if result.node.origin is not None else ""
        if result in self.piece.gradients:
            return formula(result) if layer_of(result.name) else f"a part of {formula(result).replace(' = ', ': ', 1)}"
        return ""
