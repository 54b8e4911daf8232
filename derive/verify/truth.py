"""What kernels ought to return, with many digits, and how far rounding may take them off it.

Contract: a `Truth` gives for each output and each derivation an array of Rounded values, one per sample and entry;
None stands where there is no real value. At hard points the precision is raised until the value no longer moves, an
infinite input is replaced by huge numbers until the limit shows, and the error bound of each named quantity (of the
result itself, for a function of scalars) is how far it moves when the inputs do by one rounding, where that is below
the bound of its formula: a kernel must not inherit the overflow of the formula on paper.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from derive.language.definition import Definition
from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import Expression, Partial, Ref
from derive.language.indices import Index
from derive.language.trees import free_indices, walk
from derive.verify.cases import Array, Case
from derive.verify.evaluate import evaluate
from derive.verify.points import Entry, Point, Scope
from derive.verify.rounding import Rounded, Rounding, sharpened
from derive.verify.samples import describe, positions, size_of
from derive.verify.sights import FINENESS, shown
from derive.verify.systems import DIGITS, Real, real_system

UNIT = Fraction(1, 2**53)
Rung = tuple[int, int]
SIGNS = (1, -1)
LADDER: tuple[Rung, ...] = ((DIGITS, 330), (450, 360), (1200, 500), (4000, 1000))
"""Digits to try in turn, and the power of ten that stands for infinity beside them."""

DIFFERENCED_ENTRIES = 4
SAME = 20
"""Two precisions agree when they do to 20 digits, or when no float64 could tell them apart."""
BELOW_FLOATS, ABOVE_FLOATS = -345, 310


@dataclass(frozen=True, eq=False)
class Spot:
    """One sample of the batch; under a label of its own a derivation's named adjoints and directions there."""

    at: tuple[int, ...] = ()
    label: str = ""
    system: Definition | None = None
    directions: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Truth:
    """True values for a case. `fixed` overrides named quantities (what a kernel is given as its own output)."""

    definition: Definition
    case: Case
    fixed: Mapping[str, Array] = field(default_factory=dict)
    points: dict[object, Point] = field(default_factory=dict, repr=False)
    arrays: dict[str, Array] = field(default_factory=dict, repr=False)

    def output(self, name: str) -> Array:
        """batch + the output's shape"""
        if name not in self.arrays:
            indices = self.definition.equation(name).indices
            self.arrays[name] = self.array(Ref(name, indices), indices, Spot())
        return self.arrays[name]

    def derivation(self, derivation: Derivation) -> Array:
        """batch + the shape of the result: a gradient's is its variable's, a Jacobian's the output's and variable's."""
        if derivation.name not in self.arrays:
            spot = spot_of(derivation, self.case)
            self.arrays[derivation.name] = self.array(derivation.closed, result_indices(derivation), spot)
        return self.arrays[derivation.name]

    def array(self, value: Expression, indices: Sequence[Index], spot: Spot) -> Array:
        """The expression at every sample and every value of its indices."""
        shape = tuple(size_of(i.size, self.case.sizes) for i in indices)
        found = np.empty((*self.case.batch, *shape), dtype=object)
        for at in np.ndindex(*self.case.batch):
            here = replace(spot, at=at)
            for position in np.ndindex(*shape):
                found[(*at, *position)] = self.entry(value, dict(zip(indices, position, strict=True)), here)
        return found

    # --- one entry ---

    def entry(self, value: Expression, scope: Scope, spot: Spot) -> Rounded | None:
        if not self.case.hard:
            return self.value(value, scope, spot, LADDER[0])
        try:
            return self.settled(value, scope, spot)
        except ArithmeticError:
            return None

    def value(self, value: Expression, scope: Scope, spot: Spot, rung: Rung, sign: int = 0) -> Rounded:
        found: Rounded = evaluate(value, scope, self.point(spot, rung, sign))
        return found

    def settled(self, value: Expression, scope: Scope, spot: Spot) -> Rounded | None:
        """The value at the first precision that agrees with the one before; None for an infinity without a limit."""
        before = self.value(value, scope, spot, LADDER[0])
        for rung in LADDER[1:]:
            now = self.value(value, scope, spot, rung)
            if agree(before.value, now.value):
                return self.final(now, value, scope, spot, rung)
            before = now
        if any(np.isinf(a).any() for a in self.case.inputs.values()):
            return None
        place = place_of(self.case)
        raise CheckError(f"{self.definition.name}: the check could not run: no stable value at {place}")

    def final(self, found: Rounded, value: Expression, scope: Scope, spot: Spot, rung: Rung) -> Rounded:
        """A function of scalars must be as good as it can be; any other as good as its named quantities allow."""
        if not self.definition.is_scalar_function:
            return found
        return sharpened(found, [self.value(value, scope, spot, rung, sign).value for sign in SIGNS], UNIT)

    # --- points ---

    def point(self, spot: Spot, rung: Rung, sign: int) -> Point:
        """The point of one sample; `sign` moves every input by one rounding, neighbours in opposite directions."""
        key = (spot.at, spot.label, rung, sign)
        if key not in self.points:
            self.points[key] = self.made_point(spot, rung, sign)
        return self.points[key]

    def made_point(self, spot: Spot, rung: Rung, sign: int) -> Point:
        digits, infinity = rung
        sharp = self.case.hard and sign == 0 and rung != LADDER[0]
        moved = tuple(self.point(spot, rung, s) for s in SIGNS) if sharp else ()
        system = Rounding(Real(digits), UNIT, moved, ordinary=not self.case.hard)
        if spot.label:
            base = self.point(replace(spot, label="", system=None), rung, sign)
            extra = dict(self.entries(spot.at, spot.directions, system, infinity, sign))
            definition = spot.system or self.definition
            return Point(definition, self.case.sizes, {**base.values, **extra}, system, parent=base)
        given = {**self.case.inputs, **self.fixed}
        values = dict(self.entries(spot.at, given, system, infinity, sign))
        return Point(self.definition, self.case.sizes, values, system)

    def entries(
        self, at: tuple[int, ...], arrays: Mapping[str, Array], system: Rounding, infinity: int, sign: int
    ) -> Iterator[tuple[Entry, Rounded]]:
        unit = system.real.number(UNIT)
        shared = {i.name for i in self.definition.inputs if i.shared}
        for name, array in arrays.items():
            own = array if name in shared else array[at]
            for position in np.ndindex(*own.shape):
                value = exact(float(own[position]), system.real, infinity)
                sign = -sign
                moves = own.dtype.kind != "i"
                yield (name, position), Rounded(value * (1 + sign * unit) if moves else value, abs(value) * moves)


def exact(value: float, system: Real, infinity: int) -> Any:
    """A float as it is; an infinity as a power of ten beyond all floats."""
    if np.isinf(value):
        return system.context.mpf(10) ** infinity * int(np.sign(value))
    return system.context.mpf(value)


def agree(before: Any, now: Any) -> bool:
    """Whether no float64 could tell the two apart, or 20 digits are equal."""
    mp = now.context
    apart, size = abs(now - before), min(abs(now), abs(before))
    beyond = size > mp.mpf(10) ** ABOVE_FLOATS and (now > 0) == (before > 0)
    return bool(beyond or apart <= size / mp.mpf(10) ** SAME or apart < mp.mpf(10) ** BELOW_FLOATS)


def result_indices(derivation: Derivation) -> tuple[Index, ...]:
    """The indices of the result in the order of a kernel's axes."""
    partial = next(n for n in walk(derivation.left) if isinstance(n, Partial))
    output, variable = free_indices(partial.body), partial.variable.indices
    rows = {"jvp": output, "hvp": output, "jacobian": (*output, *variable), "hessian": (*output, *variable)}
    return rows.get(derivation.wanted.kind, variable)


def spot_of(derivation: Derivation, case: Case) -> Spot:
    """The extra inputs of a VJP (the output's cotangent), JVP or HVP (the variables' tangents), by their names."""
    wanted, directions = derivation.wanted, {}
    sources = [wanted.output] if wanted.kind == "vjp" else wanted.directions
    for extra, name in zip(derivation.extras, sources, strict=False):
        source = case.cotangents[name] if wanted.kind == "vjp" else case.tangents[name]
        if wanted.kind in ("jvp", "hvp") and derivation.definition.input(name).shared:
            source = np.broadcast_to(source, (*case.batch, *source.shape))
        directions[extra.name] = source
    label = derivation.name if derivation.extras or derivation.adjoints else ""
    return Spot((), label, derivation.system, directions)


def place_of(case: Case) -> str:
    values = {
        (name, position): array[position]
        for name, array in case.inputs.items()
        for position in np.ndindex(*array.shape)
    }
    return describe(values, case.sizes)


# --- against the definition ------------------------------------------------------------------------------


def check_against_differences(truth: Truth, derivations: Sequence[Derivation]) -> None:
    """The closed forms at the first sample against differences of the definition, with many digits."""
    for derivation in derivations:
        scopes, apart = list(scopes_of(derivation, truth.case)), []
        for fineness in FINENESS:
            found = differenced(truth, derivation, scopes, fineness)
            apart = [(scope, pair) for scope, pair in zip(scopes, found, strict=True) if not are_close(*pair)]
            scopes = [scope for scope, _ in apart]
            if not apart:
                break
        if apart:
            expected, got = apart[0][1]
            message = f"differences give {shown(expected)}, the closed form {shown(got)}"
            raise CheckError(f"{derivation.name}: wrong at {place_of(truth.case)}: {message}")


def differenced(
    truth: Truth, derivation: Derivation, scopes: Sequence[Scope], fineness: int
) -> Iterator[tuple[Any, Any]]:
    """Entries by differences and by the closed form; (0, 0) at a kink, where the convention decides."""
    system = real_system(truth.definition, (derivation.left,), fineness)
    spot = replace(spot_of(derivation, truth.case), at=(0,) * len(truth.case.batch))
    given = {**truth.case.inputs, **spot.directions}
    entries = truth.entries(spot.at, given, Rounding(system, UNIT), 0, 0)
    point = Point(truth.definition, truth.case.sizes, {entry: v.value for entry, v in entries}, system)
    for scope in scopes:
        try:
            expected = evaluate(derivation.left, scope, point)
        except ArithmeticError:
            yield system.context.zero, system.context.zero
            continue
        yield expected, truth.value(derivation.closed, scope, spot, LADDER[min(fineness, 2) - 1]).value


def are_close(expected: Any, got: Any) -> bool:
    return bool(abs(expected - got) <= max(abs(expected), 1) * expected.context.mpf(10) ** -40)


def scopes_of(derivation: Derivation, case: Case) -> Iterator[Scope]:
    """The first few entries of the result."""
    indices = result_indices(derivation)
    for position in itertools.islice(positions((i.size for i in indices), case.sizes), DIFFERENCED_ENTRIES):
        yield dict(zip(indices, position, strict=True))
