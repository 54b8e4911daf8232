"""Where checks look: small sizes, all different where they can be, and random points from a seed.

Contract: the same definition gives the same sizes and points on every machine. Values are fractions with an odd
prime below the line, so that no point lies on the kink of a `where` at a round number.

`first_success` draws until the check could be evaluated: first from the row's ordinary domain, then from narrower
ranges inside which logarithms, roots and inverse functions have real values. Where nothing can be evaluated it
raises UnreachableError, a CheckError: a check that could not run has failed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import SupportsFloat, TypeVar

from derive.language.definition import Definition, Input
from derive.language.errors import UnreachableError
from derive.language.indices import Dimension, Index, extent
from derive.verify.points import Entry

Domain = Mapping[str, tuple[float, float]]
Sizes = Mapping[str, int]
Values = Mapping[Entry, Fraction]
Result = TypeVar("Result")

ORDINARY = (-2.0, 2.0)
FALLBACKS = (None, None, None, (0.1, 2.0), (0.1, 0.9), (1.1, 3.0), (-2.0, -0.1), (-0.9, -0.1))
"""Ranges to draw from in turn; None is the input's own domain."""

SIZES = ((2, 3, 4), (3, 2, 1), (1, 3, 2))
"""Three choices of sizes; the symbols of a definition go through each in turn."""

GRID = 999_983
"""Values lie on a grid of this prime: never on a round number."""


def size_choices(definition: Definition) -> tuple[Sizes, ...]:
    """Several small sizes for every symbol; one empty choice where there is no symbol."""
    names = definition.sizes
    if not names:
        return (MappingProxyType({}),)
    least = definition.least_sizes
    return tuple(
        MappingProxyType(
            {name: max(size, least[name]) for name, size in zip(names, itertools.cycle(choice), strict=False)}
        )
        for choice in SIZES
    )


def size_of(dimension: Dimension, sizes: Sizes) -> int:
    return extent(dimension, sizes)


def positions(dimensions: Iterable[Dimension], sizes: Sizes) -> Iterator[tuple[int, ...]]:
    """All index values, the last one running fastest."""
    return itertools.product(*(range(size_of(d, sizes)) for d in dimensions))


def draw(inputs: Sequence[Input], sizes: Sizes, domain: Domain, chance: random.Random) -> Values:
    """A random value for every entry of the inputs."""
    values: dict[Entry, Fraction] = {}
    for entry in inputs:
        low, high = (Fraction(bound) for bound in domain.get(entry.name, ORDINARY))
        for position in positions(entry.dimensions, sizes):
            if entry.labels is not None:
                values[entry.name, position] = Fraction(chance.randrange(size_of(entry.labels, sizes)))
                continue
            values[entry.name, position] = low + (high - low) * Fraction(chance.randint(1, GRID - 1), GRID)
    return MappingProxyType(values)


def first_success(
    inputs: Sequence[Input],
    sizes: Sizes,
    domain: Domain | None,
    seed: str,
    attempt: Callable[[Values], Result],
    what: str,
) -> Result:
    """The attempt's result at the first drawn point where every value is real; UnreachableError if there is none."""
    chance = random.Random(seed)
    reason: ArithmeticError | None = None
    for fallback in FALLBACKS:
        ranges = domain or {} if fallback is None else {i.name: fallback for i in inputs}
        try:
            return attempt(draw(inputs, sizes, ranges, chance))
        except ArithmeticError as error:
            reason = error
    raise UnreachableError(f"{what}: the check could not run: no point found at which all values are real ({reason})")


def assignments(indices: Sequence[Index], sizes: Sizes, count: int, chance: random.Random) -> list[dict[Index, int]]:
    """Up to `count` index values that meet each pattern of equal and different indices in turn."""
    by_pattern: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for values in positions((i.size for i in indices), sizes):
        by_pattern.setdefault(pattern(indices, values), []).append(values)
    groups = list(by_pattern.values())
    chance.shuffle(groups)
    chosen = [chance.choice(group) for group in groups[:count]]
    return [dict(zip(indices, values, strict=True)) for values in chosen]


def pattern(indices: Sequence[Index], values: Sequence[int]) -> tuple[int, ...]:
    """Which indices of one size are equal: each is labelled by the first that has its size and value."""
    labels = [(i.size, v) for i, v in zip(indices, values, strict=True)]
    return tuple(labels.index(label) for label in labels)


def describe(values: Mapping[Entry, SupportsFloat], sizes: Sizes, scope: Mapping[Index, int] | None = None) -> str:
    """A point in words: n = 2, j = 0, x[0] = 0.25, ..."""
    shown = [f"{name} = {size}" for name, size in sizes.items()]
    shown += [f"{index.name} = {value}" for index, value in (scope or {}).items()]
    shown += [
        f"{name}{list(position) if position else ''} = {float(value):.6g}"
        for (name, position), value in values.items()
    ]  # fmt: skip
    return ", ".join(shown[:16]) + (", ..." if len(shown) > 16 else "")
