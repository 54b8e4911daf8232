"""NumPy kernels of a definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from derive.language.definition import Definition
from derive.language.derivation import Derivation


def emit_module(
    definition: Definition,
    derivations: Sequence[Derivation],
    *,
    title: str,
    remark: str = "",
    accuracy: Mapping[str, str] | None = None,
) -> str:
    raise NotImplementedError


def kernel_names(definition: Definition, derivations: Sequence[Derivation]) -> tuple[str, ...]:
    raise NotImplementedError


def emit_kernels_init(modules: Mapping[str, Sequence[str]]) -> str:
    raise NotImplementedError
