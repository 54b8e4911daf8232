"""Functions of numbers, compiled with derivatives by all their inputs, for descents and pictures.

Contract: `function_of_numbers(name)` derives, checks and compiles; DeriveError for a function of vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

from derive.descent.points import gradient, hessian, value, value_and_gradient
from derive.descent.run import Function
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.errors import DeriveError
from derive.pipeline.library import entry
from derive.pipeline.study import study, wanted_by


@dataclass(frozen=True)
class Compiled:
    """A function of numbers and its kernels."""

    definition: Definition
    module: ModuleType

    def kernel(self, suffix: str = "") -> Any:
        return getattr(self.module, f"{self.definition.name}{suffix}")

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(i.name for i in self.definition.inputs)

    @property
    def value(self) -> Any:
        return value(self.kernel())

    @property
    def gradient(self) -> Any:
        return gradient(self.kernel("_grad"))

    @property
    def hessian(self) -> Any:
        """Derived and checked when it is first asked for."""
        found = study(self.definition, wanted_by(self.definition, self.inputs, "hessian")).compile()
        return hessian(getattr(found, f"{self.definition.name}_hessian"))

    @property
    def value_and_gradient(self) -> Function:
        return value_and_gradient(self.kernel("_value_and_grad"))


def function_of_numbers(name: str) -> Compiled:
    """The row of that name with the gradient by all inputs."""
    definition = entry(name).definition
    if not definition.is_scalar_function:
        arrays = ", ".join(i.name for i in definition.inputs if i.dimensions) or "its outputs"
        raise DeriveError(f"{name} is not a function of numbers: {arrays} has indices")
    kind = "derivative" if len(definition.inputs) == 1 else "gradient"
    wanted = tuple(Wanted(kind, definition.output, i.name) for i in definition.inputs)
    return Compiled(definition, study(definition, wanted).compile())
