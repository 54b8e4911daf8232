"""Points at which the assumptions of a definition hold.

Contract: `satisfied(definition, sizes, values)` moves drawn values so that every assumption holds exactly: the input
that it restricts is scaled, rounded to multiples of 2**-20 (so that float32 holds it too) and its last entry set to
what is left. An assumption has to be linear in that input; CheckError where it is not, ArithmeticError where no
scale will do, so that another point is drawn. Without assumptions the values come back as they are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction

from derive.language.definition import Assumption, Definition
from derive.language.errors import CheckError
from derive.verify.evaluate import evaluate
from derive.verify.points import Entry, Point
from derive.verify.systems import Exact

Values = Mapping[Entry, Fraction]
GRID = 2**20
ROUNDING = Fraction(1, 10**6)
"""How far a hard point, given in floating point, may lie off an assumption."""


def satisfied(
    definition: Definition, sizes: Mapping[str, int], values: Values, batch: tuple[int, ...] = ()
) -> dict[Entry, Fraction]:
    """The values with every assumption met, for each sample of a batch."""
    found = dict(values)
    for assumption in definition.assumptions:
        for at in itertools.product(*map(range, batch)):
            own = sample(definition, found, at)
            met = met_by(assumption, definition, sizes, own)
            shared = definition.input(assumption.of).shared
            found.update({(name, (() if shared else at) + place): met[name, place] for name, place in met})
    return found


def sample(definition: Definition, values: Values, at: tuple[int, ...]) -> dict[Entry, Fraction]:
    """The values of one sample, without the batch axes."""
    shared = {i.name for i in definition.inputs if i.shared}
    return {
        (name, place if name in shared else place[len(at) :]): value
        for (name, place), value in values.items()
        if name in shared or place[: len(at)] == at
    }


def met_by(
    assumption: Assumption, definition: Definition, sizes: Mapping[str, int], values: Values
) -> dict[Entry, Fraction]:
    """New values of the restricted input's entries."""
    entries = [e for e in values if e[0] == assumption.of]

    def gap(changed: Values) -> Fraction:
        return difference(assumption, definition, sizes, {**values, **changed})

    nothing = gap(dict.fromkeys(entries, Fraction(0)))
    scale = nothing / (nothing - gap({}))
    found = {e: Fraction(round(values[e] * scale * GRID), GRID) for e in entries}
    last = entries[-1]
    missing = gap(found)
    found[last] -= missing / (gap({**found, last: found[last] + 1}) - missing)
    if gap(found):
        raise CheckError(f"{definition.name}: an assumption is not linear in {assumption.of}")
    return found


def difference(assumption: Assumption, definition: Definition, sizes: Mapping[str, int], values: Values) -> Fraction:
    """left - right"""
    point = Point(definition, sizes, values, Exact(definition.name))
    left, right = (Fraction(evaluate(side, {}, point)) for side in (assumption.left, assumption.right))
    return left - right


def check_satisfied(definition: Definition, sizes: Mapping[str, int], values: Values) -> None:
    """CheckError where a point that someone wrote down does not meet an assumption."""
    for assumption in definition.assumptions:
        gap = difference(assumption, definition, sizes, values)
        if abs(gap) > ROUNDING:
            raise CheckError(f"{definition.name}: a hard point misses an assumption on {assumption.of} by {float(gap)}")
