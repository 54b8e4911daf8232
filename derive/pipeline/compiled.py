"""A function of numbers and its kernels, as points see it: for descents and pictures.

Contract: `second` gives the module that has the Hessian; it is asked when the Hessian first is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from derive.descent.points import gradient, hessian, value, value_and_gradient
from derive.descent.run import Function
from derive.language.definition import Definition


@dataclass(frozen=True)
class Compiled:
    """A function of numbers and its kernels."""

    definition: Definition
    module: ModuleType
    second: Callable[[], ModuleType]

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
        return hessian(getattr(self.second(), f"{self.definition.name}_hessian"))

    @property
    def value_and_gradient(self) -> Function:
        return value_and_gradient(self.kernel("_value_and_grad"))
