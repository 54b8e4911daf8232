"""At which sizes a kernel is measured, and the arrays it is given.

Contract: `sizes_of(kernel)` are rows of a table, by the shape of the definition; `Case.arrays` are drawn from the row's
ordinary domain, the same at every call. To measure at other sizes: the tables below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import prod
from typing import Any

import numpy as np

from benchmarks.forms.table import forms_of
from benchmarks.kernels import Kernel
from derive.language.definition import Input
from derive.language.indices import Dimension, Less
from derive.pipeline.library import library

Array = Any


@dataclass(frozen=True)
class Size:
    """So many samples of definitions with these sizes; `elements` is the size by which sizes are chosen."""

    samples: int
    of: Mapping[str, int] = field(default_factory=dict)
    label: str = ""

    @property
    def elements(self) -> int:
        return self.samples * max(self.of.values(), default=1)

    @property
    def name(self) -> str:
        return self.label or "×".join(map(str, (self.samples, *self.of.values()))) if self.of else written(self.samples)


def written(count: int) -> str:
    """10, 1e4, 1e6."""
    text = f"{count:.0e}".replace("e+0", "e")
    return text if count > 1000 and float(text) == count else str(count)


NUMBERS = (10, 10_000, 1_000_000, 10_000_000)
"""Elements, of functions of numbers."""

ROWS = ((1, 10), (128, 1000), (4096, 1000), (32, 32_000), (10_000, 1000))
"""Samples and size, of functions of vectors."""

SQUARES = ((1, 10), (128, 100), (1000, 100))
"""The same where the result has the square of the size."""

MATRICES: Mapping[str, tuple[Size, ...]] = {
    "perceptron_single": (Size(1, {"n": 10}, "1×10→1"), Size(256, {"n": 784}, "256×784→1")),
    "perceptron": (Size(1, {"n": 10, "m": 2}, "1×10→2"), Size(256, {"n": 784, "m": 10}, "256×784→10")),
    "mlp": (
        Size(1, {"n": 10, "k": 2, "m": 5}, "1×10→5→2"),
        Size(256, {"n": 784, "k": 10, "m": 256}, "256×784→256→10"),
    ),
    "attention": (
        Size(1, {"s": 4, "d": 8, "r": 4, "e": 8}, "1×4×4, 8→8"),
        Size(1, {"s": 256, "d": 64, "r": 256, "e": 64}, "1×256×256, 64→64"),
        Size(8, {"s": 256, "d": 64, "r": 256, "e": 64}, "8×256×256, 64→64"),
    ),
}
"""Definitions whose cost is that of products of matrices: their contestants run in processes of their own."""


def shape_of(kernel: Kernel) -> str:
    """numbers, vectors or matrices: what a sample of the definition is made of."""
    if kernel.definition.name in MATRICES:
        return "matrices"
    return "vectors" if kernel.definition.sizes else "numbers"


def sizes_of(kernel: Kernel) -> tuple[Size, ...]:
    name, names = kernel.definition.name, kernel.definition.sizes
    if name in MATRICES:
        return MATRICES[name]
    if not names:
        return tuple(Size(n) for n in NUMBERS)
    pairs = SQUARES if kernel.suffix in ("jacobian", "hessian") else ROWS
    return tuple(Size(samples, dict.fromkeys(names, size)) for samples, size in pairs)


@dataclass(frozen=True)
class Case:
    """A kernel at a size in a dtype."""

    kernel: Kernel
    size: Size
    dtype: str

    @property
    def name(self) -> str:
        return f"{self.kernel.name} {self.size.name} {self.dtype}"

    @property
    def shape(self) -> str:
        return shape_of(self.kernel)

    @property
    def apart(self) -> bool:
        """Whether each contestant needs a process of its own, as pools of threads for matrices fight."""
        return self.shape == "matrices"

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """Every argument by name, in the order of the signature."""
        definition = self.kernel.definition
        chance = np.random.default_rng(1)
        found = {i.name: self.drawn(i, chance) for i in definition.inputs}
        own = [name for name in self.kernel.arguments if name not in found]
        tangents = iter(self.kernel.variables)
        for name in own:
            if definition.defines(name):
                found[name] = self.values[definition.outputs.index(name)]
            elif self.kernel.suffix in ("jvp", "hvp"):
                found[name] = filled(found[next(tangents)].shape, chance.standard_normal).astype(self.dtype)
            else:
                shape = self.values[definition.outputs.index(self.kernel.output)].shape
                found[name] = filled(shape, chance.standard_normal).astype(self.dtype)
        return {name: found[name] for name in self.kernel.arguments}

    def tiled(self, times: int) -> dict[str, Array]:
        """The arguments repeated along the samples; memory for nothing but themselves is used."""
        return {name: a if self.is_shared(name) else repeated(a, times) for name, a in self.arrays.items()}

    def is_shared(self, name: str) -> bool:
        return any(i.name == name and i.shared for i in self.kernel.definition.inputs)

    @cached_property
    def inputs(self) -> tuple[Array, ...]:
        """The definition's own arguments."""
        return tuple(self.arrays[i.name] for i in self.kernel.definition.inputs if i.name in self.arrays)

    @cached_property
    def extras(self) -> tuple[Array, ...]:
        """Cotangent or tangents."""
        definition = self.kernel.definition
        return tuple(a for name, a in self.arrays.items() if name not in definition.names)

    @cached_property
    def values(self) -> tuple[Array, ...]:
        """The definition's outputs at its inputs."""
        from_inputs = type(self)(self.value_kernel, self.size, self.dtype)
        return flat(self.value_kernel.function(*from_inputs.inputs))

    @property
    def value_kernel(self) -> Kernel:
        definition = self.kernel.definition
        return Kernel(definition.name, definition, definition.output, "", ())

    @property
    def places(self) -> tuple[int, ...]:
        """Where the variables stand among the inputs."""
        names = [i.name for i in self.kernel.definition.inputs]
        return tuple(names.index(v) for v in self.kernel.variables)

    def drawn(self, entry: Input, chance: np.random.Generator) -> Array:
        batch = () if entry.shared else (self.size.samples,)
        shape = (*batch, *(self.extent(d) for d in entry.dimensions))
        if entry.labels is not None:
            return filled(shape, partial(chance.integers, 0, self.extent(entry.labels)))
        forms = forms_of(self.kernel.definition.name)
        if forms is not None and entry.name in forms.draws:
            return filled(shape, partial(forms.draws[entry.name], chance)).astype(self.dtype)
        low, high = domain_of(self.kernel.definition.name).get(entry.name, (-2.0, 2.0))
        if entry.shared and self.apart:  # weights as networks begin with: sums over many stay where peers have values
            low, high = low / shape[0] ** 0.5, high / shape[0] ** 0.5
        return np.asarray(filled(shape, partial(chance.uniform, low, high)), dtype=self.dtype)

    def extent(self, dimension: Dimension) -> int:
        if isinstance(dimension, Less):
            return self.size.of[dimension.size] - dimension.by
        return dimension if isinstance(dimension, int) else self.size.of[dimension]


DRAWN = 2**17
"""Numbers that are drawn for an array; a larger one repeats them along its first axis."""


def filled(shape: tuple[int, ...], draw: Callable[[tuple[int, ...]], Array]) -> Array:
    if prod(shape) <= DRAWN:
        return draw(shape)
    first = max(1, DRAWN // prod(shape[1:]))
    return np.resize(draw((first, *shape[1:])), shape) if first < shape[0] else draw(shape)


def repeated(array: Array, times: int) -> Array:
    found = np.empty((times, *array.shape), array.dtype)
    found[...] = array
    return found.reshape((-1, *array.shape[1:]))


def domain_of(name: str) -> Mapping[str, tuple[float, float]]:
    return next((e.row.domain for e in library() if e.definition.name == name), {})


def flat(result: Any) -> tuple[Array, ...]:
    """Tuples in tuples to one of arrays."""
    if isinstance(result, tuple | list):
        return tuple(part for item in result for part in flat(item))
    return (result,)
