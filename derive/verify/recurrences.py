"""Kernels of recurrences as kernels of definitions of a fixed depth, so that these are checked as any others.

Contract: `at_depth(definition, unrolled, depth, module)` is a module whose functions take one argument for every
layer's input and call those of the recurrence with lists. `hard_points` and `domain_of` say the row's points and
ranges for the unrolled inputs.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from derive.language.definition import Definition
from derive.language.layered import Layer, at, base_of, layer_of
from derive.language.recurrence import RecurrentDefinition
from derive.verify.samples import Domain


def at_depth(definition: RecurrentDefinition, depth: int, module: Any) -> ModuleType:
    """The kernels for so many layers, under the names of the unrolled definition."""
    made = ModuleType(f"{definition.name}_{depth}")
    names = [n for n in module.__all__ if n == definition.name or n.startswith(f"{definition.name}_")]
    for name in names:
        setattr(made, made.__name__ + name[len(definition.name) :], flat(getattr(module, name), definition, depth))
    stray = [n for n in module.__all__ if n not in names]
    for name in stray:
        setattr(made, name, getattr(module, name))
    made.__dict__["__all__"] = [n for n in vars(made) if not n.startswith("__")]
    return made


def flat(function: Callable[..., Any], definition: RecurrentDefinition, depth: int) -> Callable[..., Any]:
    """The function with an argument for each layer in place of a list; further arguments are passed on."""
    layered = [layer_of(i.name) is not None for i in definition.inputs]
    count = sum(depth if one else 1 for one in layered)
    further = len(inspect.signature(function).parameters) - len(layered) - 1  # out= stands last

    def called(*arguments: Any) -> Any:
        given = iter(arguments)
        grouped = [[next(given) for _ in range(depth)] if one else next(given) for one in layered]
        return function(*grouped, *given)

    kind = inspect.Parameter.POSITIONAL_ONLY
    parameters = [inspect.Parameter(f"a{k}", kind) for k in range(count + further)]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return called


def domain_of(unrolled: Definition, domain: Domain) -> Domain:
    """The range of each layer's input is that of the input."""
    return {i.name: domain[base_of(i.name)] for i in unrolled.inputs if base_of(i.name) in domain}


def hard_points(
    definition: RecurrentDefinition, points: Sequence[Mapping[str, Any]], depth: int
) -> Iterator[Mapping[str, Any]]:
    """The points that have so many layers; a point that names no list fits any depth."""
    lists = {base_of(i.name) for i in definition.layered_inputs}
    for point in points:
        if {len(value) for name, value in point.items() if name in lists} <= {depth}:
            yield dict(entries(point, lists))


def entries(point: Mapping[str, Any], lists: set[str]) -> Iterator[tuple[str, Any]]:
    for name, value in point.items():
        if name in lists:
            yield from ((at(name, Layer("", k)), one) for k, one in enumerate(value, start=1))
        else:
            yield name, value
