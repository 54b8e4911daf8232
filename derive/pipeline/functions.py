"""Functions of numbers, compiled with derivatives by all their inputs, for descents and pictures.

Contract: `function_of_numbers(name)` derives, checks and compiles; DeriveError for a function of vectors.
"""

from __future__ import annotations

from derive.language.derivation import Wanted
from derive.language.errors import DeriveError
from derive.pipeline.compiled import Compiled
from derive.pipeline.library import entry
from derive.pipeline.study import study
from derive.pipeline.wanted import wanted_by


def function_of_numbers(name: str) -> Compiled:
    """The row of that name with the gradient by all inputs."""
    definition = entry(name).definition
    if not definition.is_scalar_function:
        arrays = ", ".join(i.name for i in definition.inputs if i.dimensions) or "its outputs"
        raise DeriveError(f"{name} is not a function of numbers: {arrays} has indices")
    kind = "derivative" if len(definition.inputs) == 1 else "gradient"
    wanted = tuple(Wanted(kind, definition.output, i.name) for i in definition.inputs)
    inputs = [i.name for i in definition.inputs]
    return Compiled(
        definition,
        study(definition, wanted).compile(),
        lambda: study(definition, wanted_by(definition, inputs, "hessian")).compile(),
    )
