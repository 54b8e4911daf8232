"""The kernel functions that are measured: every one of `generated.kernels`, and a network of two layers.

Contract: `kernels()` finds them by the definitions of the catalogue, so a new row is measured without a word here;
`Kernel.function` is the function that users import. To measure a definition outside the catalogue: a text in OTHERS.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import derive
import generated.kernels
from derive.closedform.derivations import default_wanted
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.recurrence import RecurrentDefinition
from derive.language.resolve import parse
from derive.pipeline.library import definitions, library

OTHERS: Mapping[str, str] = {
    "mlp": """\
mlp(x[n], t[k]; V[n, m], W[m, k]) -> E
    H[j] = sigmoid(sum(i, V[i, j]*x[i]))
    O[l] = sigmoid(sum(j, W[j, l]*H[j]))
    E = 1/2*sum(l, (O[l] - t[l])**2)
""",
}
"""Definitions that are compiled for the measurement alone."""

SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "": (),
    "grad": ("derivative", "gradient"),
    "value_and_grad": ("derivative", "gradient"),
    "vjp": ("vjp", "derivative"),
    "jvp": ("jvp", "derivative"),
    "jacobian": ("jacobian",),
    "hessian": ("hessian",),
    "hvp": ("hvp",),
    "vjp_from_output": ("vjp", "derivative"),
}
"""What follows a definition's name, and the kinds of derivation that such a function computes."""

PRINCIPAL = ("vjp", "grad")
"""The one derivative that a quick run measures: the first of these that there is."""


@dataclass(frozen=True)
class Kernel:
    """One function: `suffix` of one `output` of a definition, by `wanted`."""

    name: str
    definition: Definition
    output: str
    suffix: str
    wanted: tuple[Wanted, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(w.variable for w in self.wanted))

    @property
    def function(self) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(module_of(self.definition.name), self.name)
        return function

    @property
    def arguments(self) -> tuple[str, ...]:
        """The names of what it must be given."""
        parameters = inspect.signature(self.function).parameters.values()
        return tuple(p.name for p in parameters if p.default is p.empty)


@functools.cache
def module_of(name: str) -> ModuleType:
    return derive.define(OTHERS[name]).compile() if name in OTHERS else generated.kernels


@functools.cache
def kernels() -> tuple[Kernel, ...]:
    """All of them, by definition."""
    rows = [(e.definition, e.wanted) for e in library() if not isinstance(e.definition, RecurrentDefinition)]
    rows += [(parse(text, definitions())[-1], None) for text in OTHERS.values()]
    return tuple(
        kernel for definition, wanted in rows for kernel in of(definition, wanted or default_wanted(definition))
    )


def of(definition: Definition, wanted: tuple[Wanted, ...]) -> Iterator[Kernel]:
    module = module_of(definition.name)
    several = len(definition.outputs) > 1
    for output in definition.outputs:
        for suffix, kinds in SUFFIXES.items():
            name = "_".join(filter(None, (definition.name, output if several and suffix else "", suffix)))
            mine = tuple(w for w in wanted if w.kind in kinds and w.output == output)
            if hasattr(module, name) and (mine or (not suffix and output == definition.output)):
                yield Kernel(name, definition, output, suffix, mine)


def principal() -> tuple[Kernel, ...]:
    """One derivative of each definition."""
    found: dict[str, Kernel] = {}
    for suffix in PRINCIPAL:
        for kernel in kernels():
            if kernel.suffix == suffix:
                found.setdefault(kernel.definition.name, kernel)
    return tuple(k for k in kernels() if k in found.values())
