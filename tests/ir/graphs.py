"""Graphs of definitions and random numbers to compute them with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import mpmath
import numpy as np

from derive.ir.build import BATCH_INDEX, Labelled, arranged
from derive.ir.graph import BATCH, Graph
from derive.ir.interpret import Exact, interpret
from derive.ir.lower import Lowering
from derive.language.definition import Definition

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 60
EXACT = Exact(CONTEXT)


def values_of(definition: Definition) -> Graph:
    """The raw graph of all outputs, each with a batch axis."""
    lowering = Lowering(definition)
    return tuple(
        arranged(Labelled(found.node, found.labels), (BATCH_INDEX, *equation.indices))
        for equation in map(definition.equation, definition.outputs)
        for found in [lowering.visit(equation.left)]
    )


def sizes_for(definition: Definition, batch: int = 2) -> dict[Any, int]:
    return {BATCH: batch, **{name: 2 + k for k, name in enumerate(definition.sizes)}}


def random_inputs(
    definition: Definition, sizes: Mapping[Any, int], seed: int, low: float = 0.2, high: float = 1.4
) -> dict[str, Any]:
    """Uniform numbers of the context for every input."""
    generator = np.random.default_rng(seed)
    found = {}
    for entry in definition.inputs:
        dimensions = [d if isinstance(d, int) else sizes[d] for d in entry.dimensions]
        shape = dimensions if entry.shared else [sizes[BATCH], *dimensions]
        found[entry.name] = exact(generator.uniform(low, high, shape))
    return found


def exact(value: Any) -> Any:
    """An object array of the context's numbers."""
    array = np.asarray(value, dtype=float)
    result = np.empty(array.shape, dtype=object)
    for place in np.ndindex(array.shape):
        result[place] = CONTEXT.mpf(float(array[place]))
    return result


def compute(graph: Graph, inputs: Mapping[str, Any], sizes: Mapping[Any, int]) -> Sequence[Any]:
    return interpret(graph, inputs, sizes, EXACT)


def largest_difference(left: Sequence[Any], right: Sequence[Any]) -> Any:
    """The largest |a - b| / (1 + |b|) over all entries."""
    pairs = [(a, b) for x, y in zip(left, right, strict=True) for a, b in zip(x.ravel(), y.ravel(), strict=True)]
    assert pairs
    return max(abs(a - b) / (1 + abs(b)) for a, b in pairs)


def difference_at_random(definition: Definition, new: Graph, old: Graph, seed: int, low: float, high: float) -> Any:
    """The largest difference of two graphs of a definition, for inputs between two numbers."""
    sizes = sizes_for(definition)
    inputs = random_inputs(definition, sizes, seed, low, high)
    return largest_difference(compute(new, inputs, sizes), compute(old, inputs, sizes))
