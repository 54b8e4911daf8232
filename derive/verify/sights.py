"""Values of expressions that ought to be equal, at several sizes, random points and index values.

Contract: `look` evaluates a chain of expressions together, so that what they share is worked out once. Two values
agree when they differ by at most 1e-40 of the larger one, or by 1e-40 * 1e-10 where both are smaller than 1e-10.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from derive.language.definition import Definition, Input
from derive.language.errors import CheckError, UnreachableError
from derive.language.expressions import Expression
from derive.language.indices import Index
from derive.language.trees import free_indices
from derive.verify.assumptions import satisfied
from derive.verify.evaluate import evaluate
from derive.verify.points import Point, Scope, UndefinedError
from derive.verify.samples import Domain, Sizes, Values, assignments, describe, first_success, size_choices
from derive.verify.systems import Real, real_system

POINTS = 8
ASSIGNMENTS = 2
"""Index values looked at per point; over the points every pattern of equal and different indices has its turn."""

TOLERANCE = -40
SMALL = -10

BEYOND = 1e60
"""No definition has such values at ordinary points."""

FINENESS = (1, 4)
"""How fine the arithmetic is at first, and where values differ."""


@dataclass(frozen=True)
class Subject:
    """What is looked at: the name for messages, the definition, the inputs, where they ordinarily lie."""

    name: str
    definition: Definition
    extras: tuple[Input, ...] = ()
    domain: Domain | None = None

    @property
    def inputs(self) -> tuple[Input, ...]:
        return (*self.definition.inputs, *self.extras)


@dataclass(frozen=True)
class Sight:
    """The values of a chain of expressions at one point and one choice of index values."""

    sizes: Sizes
    values: Values
    scope: Scope
    chain: tuple[Any, ...]

    @property
    def place(self) -> str:
        return describe(self.values, self.sizes, self.scope)


def unwatched(sight: Sight) -> None:
    """Nothing is said of a sight before all are seen."""


def look(
    subject: Subject,
    chain: Sequence[Expression],
    watch: Callable[[Sight], None] = unwatched,
    points: int = POINTS,
) -> list[Sight]:
    """The chain's values at all sizes and points, a few index values each. CheckError if nothing can be evaluated.

    `watch` sees each at once and may raise. A size at which the definition has no value, such as the variance of one
    number below a fraction line, is left out.
    """
    sights: list[Sight] = []
    failure = CheckError(f"{subject.name}: there is nothing to look at")
    for sizes in size_choices(subject.definition):
        for number in range(points):
            try:
                seen = look_at_point(subject, chain, sizes, number)
            except UnreachableError as error:
                failure = error
                break
            for sight in seen:
                watch(sight)
            sights += seen
    if not sights:
        raise failure
    return sights


def sizes_seen(sights: Sequence[Sight]) -> int:
    """At how many sizes there was something to look at."""
    return len({tuple(s.sizes.items()) for s in sights})


def look_at_point(subject: Subject, chain: Sequence[Expression], sizes: Sizes, number: int) -> list[Sight]:
    """All index values at one point. Where neighbours of the chain disagree, finer arithmetic has the last word:
    what was rounding is gone there, what was not remains.
    """
    seed = f"{subject.name} {sorted(sizes.items())} {number}"
    scopes = assignments(all_free_indices(chain), sizes, ASSIGNMENTS, random.Random(seed))

    def attempt(values: Values) -> list[Sight]:
        values = satisfied(subject.definition, sizes, values)
        for fineness in FINENESS:
            sights = seen_with(real_system(subject.definition, chain, fineness), values)
            if all(agree(s) for s in sights):
                break
        if any(abs(value) > BEYOND for sight in sights for value in sight.chain):
            raise UndefinedError("a value is beyond all numbers: it is one over what cancelled to its last digits")
        return sights

    def seen_with(system: Real, values: Values) -> list[Sight]:
        given = {entry: system.number(value) for entry, value in values.items()}
        point = Point(subject.definition, sizes, given, system)
        return [Sight(sizes, values, scope, tuple(evaluate(e, scope, point) for e in chain)) for scope in scopes]

    return first_success(subject.inputs, sizes, subject.domain, seed, attempt, subject.name)


def agree(sight: Sight) -> bool:
    """Whether no two neighbours of the chain differ."""
    orders = (difference_order(before, after) for before, after in itertools.pairwise(sight.chain))
    return all(order is None or order <= TOLERANCE for order in orders)


def all_free_indices(chain: Iterable[Expression]) -> tuple[Index, ...]:
    return tuple(dict.fromkeys(i for e in chain for i in free_indices(e)))


def difference_order(before: Any, after: Any) -> int | None:
    """The power of ten, rounded up, of |before - after| over the larger of both and 1e-10; None if they are equal."""
    if before == after:
        return None
    mp = before.context
    scale = max(abs(before), abs(after), mp.mpf(10) ** SMALL)
    return int(mp.ceil(mp.log10(abs(before - after) / scale)))


def worst_order(sights: Sequence[Sight], number: int) -> tuple[int | None, Sight]:
    """The worst difference between the chain's values `number` and `number + 1`, and where it is."""
    orders = [(difference_order(s.chain[number], s.chain[number + 1]), s) for s in sights]
    return max(orders, key=lambda pair: (pair[0] is not None, pair[0] or 0))


def shown(value: Any) -> str:
    return str(value.context.nstr(value, 20)) if hasattr(value, "context") else str(value)
