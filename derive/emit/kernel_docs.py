"""Docstrings of kernels: formula, shapes, what is returned, errors, accuracy, derivation.

Contract: `docstring(kernel, definition, accuracy)` gives lines without quotes. To extend: a row in SUMMARIES for
a new kind of kernel.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from types import MappingProxyType

from derive.emit.kernel_parts import Kernel, Result
from derive.emit.unicode_text import unicode_text
from derive.language.definition import Definition, Input
from derive.language.expressions import Expression
from derive.language.indices import Dimension

WIDTH = 100

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "value": "{title}.",
        "grad": "Derivative of {name}.",
        "value_and_grad": "Value and derivative of {name}; what they share is computed once.",
        "jacobian": "Jacobian of {name}.",
        "vjp": "Vector-Jacobian product of {name}: the cotangent {extra} pulled back.",
        "jvp": "Jacobian-vector product of {name}: the tangent {extra} pushed forward.",
        "hessian": "Hessian of {name}.",
        "hvp": "Hessian-vector product of {name}: the Hessian times {extra}, which is never built itself.",
        "vjp_from_output": "Vector-Jacobian product of {name} from its own output.",
    }
)

LOSS = (
    "The closed form as it stands: no exponential is computed again, but where an output was rounded to 0, 1 or"
    " -1 the digits that the derivative needs are lost (relative error up to 1); {vjp} keeps them."
)


def docstring(kernel: Kernel, definition: Definition, title: str, accuracy: Mapping[str, str]) -> list[str]:
    """The lines of a kernel's docstring."""
    paragraphs = [
        [SUMMARIES[kernel.kind].format(title=title, name=definition.name, extra=extras_of(kernel, definition))],
        [f"    {line}" for line in formulas(kernel, definition)],
        shapes(kernel, definition),
        [line for sentence in notes(kernel, definition, accuracy) for line in wrapped(sentence)],
    ]
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += ([""] if lines and paragraph else []) + paragraph
    return [escaped(line) for line in lines]


def escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def wrapped(sentence: str) -> list[str]:
    return textwrap.wrap(sentence, WIDTH, break_long_words=False)


def extras_of(kernel: Kernel, definition: Definition) -> str:
    own = {i.name for i in definition.inputs} | set(definition.outputs)
    return ", ".join(p.name for p in kernel.parameters if p.name not in (*own, kernel.weight))


# --- formulas ----------------------------------------------------------------------------------------------


def equations(definition: Definition) -> dict[str, str]:
    """Each named quantity's equation as text."""
    return {e.name: f"{unicode_text(e.left)} = {unicode_text(e.body)}" for e in definition.equations}


def formulas(kernel: Kernel, definition: Definition) -> list[str]:
    if kernel.kind == "value":
        return list(equations(definition).values())
    if kernel.formulas:
        return [equality(*sides) for sides in kernel.formulas]
    return list(dict.fromkeys(formula(r) for r in kernel.derivatives))


def formula(result: Result) -> str:
    return equality(result.left, result.right)


def equality(left: Expression, right: Expression) -> str:
    return f"{unicode_text(left)} = {unicode_text(right)}"


# --- shapes ------------------------------------------------------------------------------------------------


def shape_of(dimensions: tuple[Dimension, ...], shared: bool) -> str:
    parts = [*([] if shared else ["..."]), *map(str, dimensions)]
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def shapes(kernel: Kernel, definition: Definition) -> list[str]:
    lines = [parameter_line(p, kernel) for p in kernel.parameters]
    results = [f"{r.name} {shape_of(r.dimensions, r.shared)}" for r in kernel.derivatives]
    if not kernel.many:
        results = [shape_of(kernel.derivatives[0].dimensions, kernel.derivatives[0].shared)]
    if kernel.first_apart:
        results = [f"value {shape_of(kernel.results[0].dimensions, False)} and", *results]
        return [*lines, f"Returns {results[0]} {', '.join(results[1:])}."]
    return [*lines, f"Returns {', '.join(results)}."]


def parameter_line(parameter: Input, kernel: Kernel) -> str:
    shape = shape_of(parameter.dimensions, parameter.shared)
    if parameter.name == kernel.weight:
        return f"{parameter.name}: {shape}, weight of each sample; 1/B for a mean over B samples."
    shared = ", shared by all samples" if parameter.shared else ""
    labels = f", labels: integers from 0 to {parameter.labels} - 1" if parameter.labels is not None else ""
    return f"{parameter.name}: {shape}{shared}{labels}."


# --- notes -------------------------------------------------------------------------------------------------


def notes(kernel: Kernel, definition: Definition, accuracy: Mapping[str, str]) -> list[str]:
    summed = [r.name for r in kernel.derivatives if r.shared]
    found = []
    if summed:
        found.append(f"The result by {' and '.join(summed)} is summed over the samples.")
    for assumed in definition.assumptions if kernel.kind != "value" else ():
        found.append(f"Assumes {unicode_text(assumed.left)} = {unicode_text(assumed.right)}.")
    if kernel.kind == "vjp_from_output":
        found.append(LOSS.format(vjp=kernel.name.replace("_vjp_from_output", "_vjp")))
    if kernel.name in accuracy:
        found.append(f"Error: {accuracy[kernel.name].rstrip('.')}.")
    found.append("ValueError for shapes that do not fit, TypeError for complex, object or text arrays.")
    found.append(f"Derivation: latex/{definition.name}.tex")
    return found
