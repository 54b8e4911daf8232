"""Kernel functions that are measured in roundings: of parameters that all samples share, of several outputs, of sums of
sums whose conditioning changes from point to point.

One rounding is what the result may change by, to first order, when every input and every quantity of the stated form is
rounded once (see systems.Rounded); at hard points of functions of scalars, when the inputs are. The check of the
kernels counts in it too; here there are more points, ordinary ones and ones ten times as large.

Contract: `roundings(definition, derivations, module, ...)` gives (function, dtype) -> Worst for every function.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from derive.language.definition import Definition
from derive.language.derivation import Derivation
from derive.verify.calls import Trial
from derive.verify.cases import HardPoint, batch_plan
from derive.verify.certify import Worst
from derive.verify.kernels import DTYPES, Tally, beyond_floats, check_case, points_of, reachable_truth
from derive.verify.rounding import Rounded
from derive.verify.samples import ORDINARY, Domain
from derive.verify.truth import Truth

ROUNDS = 5
"""So many batches of each shape at each scale."""

LONGEST = 60

Key = tuple[str, str]


@dataclass(frozen=True)
class Errors(Tally):
    """Every error with its place."""

    found: dict[Key, list[tuple[float, str]]] = field(default_factory=dict)

    def add(
        self, name: str, where: str, position: tuple[int, ...], got: Any, expected: Rounded | None, infinite: bool
    ) -> None:
        super().add(name, where, position, got, expected, infinite)
        if expected is not None and np.isfinite(got) and not beyond_floats(got, expected):
            errors = self.found.setdefault((name, got.dtype.name), [])
            errors.append((self.error_in_roundings(got, expected), shortened(where.partition(" at ")[2])))

    def worst(self, key: Key) -> Worst:
        largest, place = max(self.found[key])
        return Worst(largest, float(np.median([e for e, _ in self.found[key]])), place, len(self.found[key]))


def shortened(place: str) -> str:
    """Sizes and the first few entries."""
    return place if len(place) <= LONGEST else f"{place[: place.rfind(',', 0, LONGEST)]}, ..."


def roundings(
    definition: Definition,
    derivations: Sequence[Derivation],
    module: Any,
    domain: Domain,
    hard: Sequence[HardPoint],
) -> Mapping[Key, Worst]:
    """All functions of the module at random points of two scales, and at the hard ones. Raises CheckError."""
    tally = Errors(definition, {})
    points = points_of(definition, derivations, domain, hard)
    random = (*points.random, *more(definition, derivations, domain))
    truths: list[tuple[Truth, Sequence[Any]]] = [(t, DTYPES) for t in random]
    truths += [(t, (dtype,)) for dtype, t in itertools.chain.from_iterable(points.hard)]
    for output in definition.outputs:
        trial = Trial(definition, tuple(derivations), module, output)
        for truth, dtypes in truths:
            check_case(trial, truth, dtypes, tally)
    return {key: tally.worst(key) for key in tally.found}


def more(definition: Definition, derivations: Sequence[Derivation], domain: Domain) -> Sequence[Truth]:
    """Batches of ordinary numbers, and of ten times as large ones for inputs without a domain of their own."""
    wide = {i.name: (10 * ORDINARY[0], 10 * ORDINARY[1]) for i in definition.inputs} | dict(domain)
    return [
        reachable_truth(definition, derivations, ranges, *plan, 100 * scale + number)
        for scale, ranges in enumerate((domain, wide), 1)
        for number in range(ROUNDS)
        for plan in batch_plan(definition)
    ]
