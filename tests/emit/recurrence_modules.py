"""Kernel modules of the recurrences that the tests share, and networks in PyTorch to compare them with."""

from __future__ import annotations

import functools
from types import ModuleType

from derive.closedform.recurrence import derive_recurrence
from derive.emit.kernel_recurrence import emit_recurrence
from derive.language.recurrence import RecurrentDerivation
from tests.recurrences import TEXTS, definition


def parameters(name: str) -> tuple[str, ...]:
    """Every input that can be differentiated by."""
    return tuple(i.name for i in definition(TEXTS[name]).inputs if i.labels is None)


@functools.cache
def derived(name: str, *, every: bool = False) -> RecurrentDerivation:
    return derive_recurrence(definition(TEXTS[name]), parameters(name) if every else ())


@functools.cache
def source(name: str, *, every: bool = False) -> str:
    return emit_recurrence(derived(name, every=every), title=name)


@functools.cache
def module(name: str, *, every: bool = False) -> ModuleType:
    """The compiled kernels, by the parameters or by every input."""
    made = ModuleType(name)
    exec(compile(source(name, every=every), name, "exec"), made.__dict__)
    return made
