"""How the pieces of a recurrence call each other: the lines between the loops of its kernels.

Contract: `Flow.forward()` and `Flow.backward()` give finished lines by their place in the template. What a layer hands
on is a variable where only the value is wanted, and a list by layers where the way back needs it again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from derive.emit.kernel_parts import Result
from derive.emit.layer_functions import LOCAL, Given, LayerFunction
from derive.ir.graph import BATCH
from derive.language.layered import Layer, base_of, layer_of
from derive.language.recurrence import RecurrentDefinition


@dataclass(frozen=True)
class Flow:
    """call: the variable for what the arguments have in common. letters: those that count layers, as variables."""

    definition: RecurrentDefinition
    functions: Mapping[str, LayerFunction]
    call: str
    letters: Mapping[str, str]

    def forward(self) -> dict[str, str]:
        """For the value: what starts, what every layer does, what ends."""
        return {name: self.line(self.functions[name], lists=False) for name in ("start", "layer", "end")}

    def backward(self) -> dict[str, object]:
        """For value and gradients: forward, the end, and back."""
        start, layer, last, back, first = (self.function(n) for n in ("start", "layer", "last", "back", "first"))
        done = {gradient_name(self.definition, r.name) for r in last.piece.gradients}
        left = dict.fromkeys(r.name for r in (*back.piece.gradients, *first.piece.gradients) if is_plain(r))
        return {
            "handed": self.definition.carried,
            "kept": [base_of(r.name) for r in layer.piece.kept],
            "lists": [gradient_name(self.definition, r.name) for r in back.piece.gradients if not is_plain(r)],
            "sums": [n for n in (gradient_name(self.definition, name) for name in left) if n not in done],
            "start": self.line(start),
            "layer": self.line(layer),
            "last": self.line(last),
            "back": [self.line(back), *self.additions(back)],
            "first": [self.line(first), *self.additions(first)],
        }

    def function(self, name: str) -> LayerFunction:
        """The one that keeps values, where there is one."""
        return self.functions.get(f"{name}_kept", self.functions[name])

    # --- one call ---

    def line(self, function: LayerFunction, *, lists: bool = True) -> str:
        """targets = function(arguments)"""
        piece = function.piece
        targets = [base_of(r.name) for r in piece.values]
        targets += [self.place(r.name, lists=lists) for r in (*piece.handed, *piece.kept)]
        targets += self.gradient_targets(function)
        arguments = [self.argument(g, lists=lists) for g in function.given]
        return f"{', '.join(targets)} = {function.name}({', '.join(arguments)})"

    def gradient_targets(self, function: LayerFunction) -> list[str]:
        """An entry of a list; the whole at the end; a part that is added to it elsewhere."""
        seen: Counter[str] = Counter()
        found = []
        for result in function.piece.gradients:
            base, layer = base_of(result.name), layer_of(result.name)
            seen[base] += 1
            name = gradient_name(self.definition, result.name)
            part = f"part_{base}{seen[base] if seen[base] > 1 else ''}"
            whole = f"{name}[{self.number(layer)}]" if layer is not None else name
            found.append(whole if layer is not None or function.name == "_last" else part)
        return found

    def additions(self, function: LayerFunction) -> list[str]:
        """total = total + part, for each part that a function returns."""
        rows = zip(function.piece.gradients, self.gradient_targets(function), strict=True)
        plain = [(gradient_name(self.definition, r.name), part) for r, part in rows if is_plain(r)]
        return [f"{total} = _plus({total}, {part})" for total, part in plain]

    def argument(self, given: Given, *, lists: bool) -> str:
        if given.name == LOCAL.dtype:
            return f"{self.call}.dtype"
        if given.is_size:
            return f"{self.call}.samples" if given.name == BATCH else f"{self.call}.sizes[{self.size(given.name)}]"
        return self.place(given.name, lists=lists)

    def place(self, name: str, *, lists: bool) -> str:
        """The variable, or the entry of the list, that holds a value."""
        layer, base = layer_of(name), base_of(name)
        alone = base in self.variables or (not lists and base in self.definition.carried)
        return base if layer is None or alone else f"{base}[{self.number(layer)}]"

    @cached_property
    def variables(self) -> frozenset[str]:
        """Base names of what is never a list: adjoints, and what layer 0 keeps."""
        rows = (*self.functions["last"].piece.handed, *self.function("start").piece.kept)
        return frozenset(base_of(r.name) for r in rows)

    # --- numbers of layers ---

    def number(self, layer: Layer) -> str:
        """l - 1"""
        if not layer.letter:
            return str(layer.offset)
        letter = self.letters[layer.letter]
        return letter if not layer.offset else f"{letter} {'-' if layer.offset < 0 else '+'} {abs(layer.offset)}"

    def size(self, name: str) -> str:
        """The name of a size as text that says its layer: f"n{{{l - 1}}}"."""
        layer = layer_of(name)
        if layer is None or not layer.letter:
            return f'"{name}"'
        return f'f"{base_of(name)}{{{{{{{self.number(layer)}}}}}}}"'


def is_plain(result: Result) -> bool:
    """Whether all layers have this gradient together."""
    return layer_of(result.name) is None


def gradient_name(definition: RecurrentDefinition, name: str) -> str:
    """dE_dW"""
    return f"d{definition.output}_d{base_of(name)}"
