"""Any leading axes: every kernel of the catalogue gives for arrays of two batch axes what it gives for one."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest

from derive.language.definition import Input
from derive.language.recurrence import RecurrentDefinition
from derive.pipeline.library import library

BATCH, SIZE = (3, 4), 2
NAMES = [e.definition.name for e in library() if not isinstance(e.definition, RecurrentDefinition)]


def values_of(entry: Input | None, batch: tuple[int, ...], generator: np.random.Generator) -> np.ndarray:
    """Numbers between 0 and 1, which are probabilities too; labels are whole."""
    dimensions = [d if isinstance(d, int) else SIZE for d in entry.dimensions] if entry else []
    shape = tuple(dimensions) if entry and entry.shared else (*batch, *dimensions)
    if entry and entry.labels is not None:
        return generator.integers(0, SIZE, size=shape)
    return generator.uniform(0.1, 0.9, size=shape)


def flattened(array: np.ndarray, entry: Input | None) -> np.ndarray:
    return array if entry and entry.shared else array.reshape(-1, *array.shape[len(BATCH) :])


def parts(result: object) -> list[np.ndarray]:
    return [p for r in result for p in parts(r)] if isinstance(result, tuple) else [np.asarray(result)]


@pytest.mark.parametrize("name", NAMES)
def test_two_batch_axes_are_one(name: str) -> None:
    definition = next(e.definition for e in library() if e.definition.name == name)
    module = importlib.import_module(f"generated.kernels.{name}")
    inputs = {i.name: i for i in definition.inputs}
    generator = np.random.default_rng(1)
    called = 0
    for kernel in (k for k in vars(module) if k == name or k.startswith(f"{name}_")):
        function = getattr(module, kernel)
        names = [p for p, v in inspect.signature(function).parameters.items() if p != "out" and v.default is v.empty]
        if any(n not in inputs and not definition.is_scalar_function for n in names):
            continue  # a cotangent or tangent of an array
        given = [values_of(inputs.get(n), BATCH, generator) for n in names]
        flat = [flattened(a, inputs.get(n)) for a, n in zip(given, names, strict=True)]
        for one, other in zip(parts(function(*given)), parts(function(*flat)), strict=True):
            assert one.size == other.size, kernel
            assert np.array_equal(one.reshape(-1), other.reshape(-1)), kernel
        called += 1
    assert called
