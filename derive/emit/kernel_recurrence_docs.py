"""Docstrings of the kernels of recurrences: formulas, lists and their shapes, what is returned.

Contract: `docstring(kernel, found, title)` gives lines without quotes, like those of any other kernel.
"""

from __future__ import annotations

from collections.abc import Iterable

from derive.emit.kernel_docs import (
    SUMMARIES,
    equality,
    equations,
    escaped,
    formulas,
    notes,
    parameter_line,
    shape_of,
    wrapped,
)
from derive.emit.kernel_parts import Kernel, Result
from derive.language.definition import Input
from derive.language.derivation import Derivation
from derive.language.layered import base_of, layer_of
from derive.language.recurrence import RecurrentDefinition, RecurrentDerivation


def docstring(kernel: Kernel, found: RecurrentDerivation, title: str) -> list[str]:
    """The lines of a kernel's docstring."""
    d = found.definition
    paragraphs = [
        [SUMMARIES[kernel.kind].format(title=title, name=d.name)],
        [f"    {line}" for line in formulas_of(kernel, found)],
        [*(entry_line(p, kernel, d) for p in kernel.parameters), returns(kernel, d)],
        [line for sentence in notes(kernel, d, {}) for line in wrapped(sentence)],
    ]
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += ([""] if lines and paragraph else []) + paragraph
    return [escaped(line) for line in lines]


def formulas_of(kernel: Kernel, found: RecurrentDerivation) -> list[str]:
    """The equations; or the gradients, and the adjoints of the last layer and of any other."""
    if kernel.kind == "value":
        return list(equations(found.definition).values())
    return [*formulas(kernel, found.definition), *adjoints(found.base), *adjoints(found.step), *adjoints(found.start)]


def adjoints(found: Iterable[Derivation]) -> list[str]:
    return [equality(d.names, d.closed) for d in found if d.names is not None]


def entry_line(parameter: Input, kernel: Kernel, definition: RecurrentDefinition) -> str:
    """A parameter; of a list what it holds for every layer or step."""
    line = parameter_line(parameter, kernel)
    if layer_of(parameter.name) is None:
        return line
    places = f"{definition.letter} = 1..{definition.depth}"
    held = line.replace(": ", " ", 1).rstrip(".")
    return f"{base_of(parameter.name)}: a list (or array by {definition.place}s) of {held}, {places}."


def returns(kernel: Kernel, definition: RecurrentDefinition) -> str:
    results = [returned(r, named=kernel.many) for r in kernel.derivatives]
    value = "value (...,) and " if kernel.first_apart else ""
    return f"Returns {value}{', '.join(results)}."


def returned(result: Result, *, named: bool) -> str:
    shape = shape_of(result.dimensions, result.shared)
    name = f"{base_of(result.name)} " if named else ""
    return f"{name}{shape}" if layer_of(result.name) is None else f"{name}a list of {shape}"
