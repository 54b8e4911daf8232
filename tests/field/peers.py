"""A row's kernels beside PyTorch: the same points, sample by sample, in double precision.

Contract: `compare(row, module, ...)` asserts that value and derivatives agree; an array is off by its largest
difference over its largest entry in PyTorch (the maximum norm), and TOLERANCE is the bound.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import torch

from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from tests.field.row import FieldRow

TOLERANCE = 1e-12
SAMPLES = 3
SIZES = (5, 4, 3, 6, 2)

Array = Any


@dataclass(frozen=True)
class Comparison:
    """A kernel's arrays and PyTorch's, under the name that a failure shows."""

    name: str
    got: Array
    expected: Array

    @property
    def error(self) -> float:
        """Largest difference over the largest entry."""
        assert np.shape(self.got) == np.shape(self.expected), f"{self.name}: {np.shape(self.got)}"
        scale = np.max(np.abs(self.expected), initial=0.0)
        apart = np.max(np.abs(np.subtract(self.got, self.expected)), initial=0.0)
        return float(apart / scale) if scale else float(apart)


def sizes_of(row: FieldRow, definition: Definition) -> dict[str, int]:
    return {**dict(zip(definition.sizes, itertools.cycle(SIZES), strict=False)), **row.sizes}


def drawn(entry: Input, row: FieldRow, sizes: Mapping[str, int], chance: np.random.Generator) -> Array:
    """Values of an input in its domain: a batch of samples, or one for all where it is shared."""
    batch = () if entry.shared else (SAMPLES,)
    shape = (*batch, *(d if isinstance(d, int) else sizes[d] for d in entry.dimensions))
    if entry.labels is not None:
        return chance.integers(0, entry.labels if isinstance(entry.labels, int) else sizes[entry.labels], shape)
    return chance.uniform(*row.domain.get(entry.name, (-2.0, 2.0)), shape)


def comparisons(
    row: FieldRow, definition: Definition, derivations: Sequence[Derivation], module: ModuleType
) -> Iterator[Comparison]:
    """Value and every derivative that was derived, batched, with a cotangent or tangent where the kind has one."""
    chance = np.random.default_rng(sum(map(ord, row.name)))
    sizes = sizes_of(row, definition)
    arrays = {i.name: drawn(i, row, sizes, chance) for i in definition.inputs}
    peer = Peer(row, definition, arrays)
    for place, output in enumerate(definition.outputs):
        mine = [d for d in derivations if d.wanted.output == output]
        prefix = f"{definition.name}_{output}" if len(definition.outputs) > 1 else definition.name
        if place == 0:
            values = getattr(module, definition.name)(*arrays.values())
            first = values[0] if len(definition.outputs) > 1 else values
            yield Comparison(definition.name, first, peer.values(place))
        for kind in dict.fromkeys(d.wanted.kind for d in mine):
            if kind in KINDS:
                chosen = [d for d in mine if d.wanted.kind == kind]
                yield from KINDS[kind](peer, place, chosen, module, prefix, chance)


@dataclass(frozen=True)
class Peer:
    """The row's function in PyTorch at one set of arrays."""

    row: FieldRow
    definition: Definition
    arrays: Mapping[str, Array]

    def sample(self, k: int, place: int) -> tuple[dict[str, Array], Any]:
        """(tensors, the output) of one sample."""
        tensors = {
            i.name: torch.tensor(np.asarray(self.arrays[i.name] if i.shared else self.arrays[i.name][k]))
            for i in self.definition.inputs
        }
        for tensor in tensors.values():
            tensor.requires_grad_(tensor.is_floating_point())
        found = self.row.peer(*tensors.values())
        return tensors, found[place] if isinstance(found, tuple) else found

    def values(self, place: int) -> Array:
        return np.array([self.sample(k, place)[1].detach().numpy() for k in range(self.samples)])

    def gradients(self, place: int, variables: Sequence[str], cotangent: Array) -> list[Array]:
        """Vector-Jacobian products: one for each sample, or their sum where the variable is shared."""
        found: dict[str, list[Array]] = {v: [] for v in variables}
        for k in range(self.samples):
            tensors, output = self.sample(k, place)
            wanted = torch.autograd.grad(
                output, [tensors[v] for v in variables], torch.tensor(cotangent[k]), materialize_grads=True
            )
            for variable, gradient in zip(variables, wanted, strict=True):
                found[variable].append(gradient.numpy())
        shared = {v: self.definition.input(v).shared for v in variables}
        return [np.sum(g, axis=0) if shared[v] else np.array(g) for v, g in found.items()]

    @property
    def samples(self) -> int:
        return next((len(self.arrays[i.name]) for i in self.definition.inputs if not i.shared), 1)


def parts(result: Any) -> list[Array]:
    return list(result) if isinstance(result, tuple) else [result]


def scalar_gradient(
    peer: Peer, place: int, derivations: Sequence[Derivation], module: ModuleType, prefix: str, chance: Any
) -> Iterator[Comparison]:
    variables = [d.wanted.variable for d in derivations]
    name = f"{prefix}_grad"
    got = parts(getattr(module, name)(*peer.arrays.values()))
    expected = peer.gradients(place, variables, np.ones(peer.samples))
    for variable, mine, theirs in zip(variables, got, expected, strict=True):
        yield Comparison(f"{name}, {variable}", mine, theirs)


def pulled_back(
    peer: Peer, place: int, derivations: Sequence[Derivation], module: ModuleType, prefix: str, chance: Any
) -> Iterator[Comparison]:
    variables = [d.wanted.variable for d in derivations]
    name = f"{prefix}_vjp"
    cotangent = chance.standard_normal(peer.values(place).shape)
    got = parts(getattr(module, name)(*peer.arrays.values(), cotangent))
    expected = peer.gradients(place, variables, cotangent)
    for variable, mine, theirs in zip(variables, got, expected, strict=True):
        yield Comparison(f"{name}, {variable}", mine, theirs)


Compare = Callable[[Peer, int, Sequence[Derivation], ModuleType, str, Any], Iterator[Comparison]]
KINDS: dict[str, Compare] = {"gradient": scalar_gradient, "derivative": scalar_gradient, "vjp": pulled_back}
