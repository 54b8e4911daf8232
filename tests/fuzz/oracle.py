"""Is what came out right? Kernels against differences of the definition's own numbers.

Contract: `judge(made, wanted, module)` raises WrongError where a kernel's value or derivative is not what central
differences with many digits say, and returns how many arrays it compared: 0 where the definition has no real value at
any point tried.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from tests.fuzz.grammar import Made, Quantity, extent
from tests.fuzz.terms import MP, Entry, Point

FIRST, SECOND = MP.mpf(10) ** -18, MP.mpf(10) ** -16
RANGES = ((-1.5, 1.5), (0.2, 0.9), (0.3, 2.5), (1.1, 2.0), (-0.8, -0.1), (0.01, 0.3))
SIZES = ({"n": 3, "m": 4, "d": 3}, {"n": 4, "m": 3, "d": 3})
RELATIVE = 1e-9
NUDGE = 1e-12
CANCELLED = 1e-12
NOTHING = MP.mpf(10) ** -25
"""What differences with many digits leave of 0."""

Array = Any
Position = tuple[int, ...]


class WrongError(Exception):
    """A kernel said something else than the definition."""


@dataclass(frozen=True)
class Trial:
    """A definition at a point, and the arrays that its kernels are given."""

    made: Made
    point: Point

    @property
    def arrays(self) -> list[Array]:
        return [self.array(q) for q in self.made.inputs]

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(extent(s, self.point.sizes) for s in self.made.quantities[name].sizes)

    def array(self, quantity: Quantity) -> Array:
        found = np.empty(self.shape(quantity.name), dtype=float if quantity.labels is None else np.int64)
        for position in np.ndindex(*found.shape):
            value = self.point.given[quantity.name, position]
            found[position] = float(value) if quantity.labels is None else int(value)
        return found

    def positions(self, name: str) -> Iterator[Position]:
        return np.ndindex(*self.shape(name))

    def value(self, output: str) -> Array:
        return self.filled(output, lambda place: self.point.entry(output, place))

    def filled(self, name: str, entry: Callable[[Position], Any]) -> Array:
        found = np.empty(self.shape(name), dtype=object)
        for place in np.ndindex(*found.shape):
            found[place] = entry(place)
        return found

    # --- derivatives ---

    def along(self, output: str, steps: Mapping[Entry, Any]) -> Array:
        """The directional derivative of an output."""
        ahead, behind = (self.point.moved({e: s * h for e, s in steps.items()}) for h in (FIRST, -FIRST))
        return self.filled(output, lambda p: (ahead.entry(output, p) - behind.entry(output, p)) / (2 * FIRST))

    def jacobian(self, output: str, variable: str) -> Array:
        """output's shape + variable's shape"""
        found = np.empty((*self.shape(output), *self.shape(variable)), dtype=object)
        for place in self.positions(variable):
            column = self.along(output, {(variable, place): MP.one})
            for row in np.ndindex(*self.shape(output)):
                found[(*row, *place)] = column[row]
        return found

    def hessian(self, output: str, first: str, second: str) -> Array:
        found = np.empty((*self.shape(first), *self.shape(second)), dtype=object)
        for a, b in itertools.product(self.positions(first), self.positions(second)):
            found[(*a, *b)] = self.mixed(output, (first, a), (second, b))
        return found

    def mixed(self, output: str, a: Entry, b: Entry) -> Any:
        total = MP.zero
        for s, t in itertools.product((1, -1), repeat=2):
            steps: dict[Entry, Any] = {a: s * SECOND}
            steps[b] = steps.get(b, MP.zero) + t * SECOND
            total += s * t * self.point.moved(steps).entry(output, ())
        return total / (4 * SECOND**2)

    def nudged(self) -> Trial:
        """The point with every real input moved by a little of itself."""
        real = {q.name for q in self.made.inputs if q.labels is None}
        steps = {
            e: v * MP.mpf(NUDGE) * (1 if k % 2 else -1)
            for k, (e, v) in enumerate(self.point.given.items())
            if e[0] in real
        }
        return Trial(self.made, self.point.moved(steps))


def trials(made: Made) -> Iterator[Trial]:
    """Points at which every equation has an ordinary real value, one for each choice of sizes."""
    for number, sizes in enumerate(SIZES):
        for k, (low, high) in enumerate((*RANGES, *RANGES[:2])):
            chance = random.Random(f"{made.text} {number} {k}")
            trial = Trial(made, Point(sizes, drawn(made, sizes, low, high, chance), made.formulas))
            try:
                huge = max((largest(trial.value(name)) for name in made.formulas), default=MP.zero)
            except ArithmeticError:
                continue
            if huge < 1e30:
                yield trial
                break


def drawn(made: Made, sizes: Mapping[str, int], low: float, high: float, chance: random.Random) -> dict[Entry, Any]:
    given: dict[Entry, Any] = {}
    for quantity in made.inputs:
        for place in np.ndindex(*(extent(s, sizes) for s in quantity.sizes)):
            if quantity.labels is not None:
                given[quantity.name, place] = chance.randrange(extent(quantity.labels, sizes))
            else:
                given[quantity.name, place] = MP.mpf(chance.uniform(low, high))
    return given


# --- kernels -------------------------------------------------------------------------------------------


def judge(made: Made, wanted: Sequence[Any], module: ModuleType) -> int:
    """Every kernel at a few points; `wanted` says what was derived (kind, output, variable, second)."""
    compared = 0
    for trial in trials(made):
        single = made.outputs[0] if len(made.outputs) == 1 else None
        values = parts(getattr(module, made.name)(*trial.arrays))
        for output, got in zip(made.outputs, values, strict=True):
            compare(trial, f"{made.name}, {output}", got, lambda t, o=output: t.value(o))
            compared += 1
        for output in made.outputs:
            prefix = made.name if single else f"{made.name}_{output}"
            mine = [w for w in wanted if w.output == output]
            for kind in dict.fromkeys(w.kind for w in mine):
                variables = list(dict.fromkeys(n for w in mine if w.kind == kind for n in (w.variable, w.second) if n))
                compared += KINDS[kind](trial, module, prefix, output, variables)
    return compared


def parts(result: Any) -> list[Array]:
    if isinstance(result, tuple | list):
        return [p for r in result for p in parts(r)]
    return [np.asarray(result)]


def compare(trial: Trial, what: str, got: Array, truth: Callable[[Trial], Array]) -> None:
    """Equal up to what rounding the inputs does; a point without a real derivative says nothing.

    An entry that is zero here and around here is what cancels from terms of ordinary size: of these it keeps roundings.
    """
    try:
        expected = truth(trial)
    except ArithmeticError:
        return
    got = np.asarray(got)
    if got.shape != expected.shape:
        raise WrongError(f"{what} has shape {got.shape}, expected {expected.shape}")
    for place in np.ndindex(*expected.shape):
        right, mine = expected[place], float(got[place])
        if abs(right) > 1e300:
            continue
        if not np.isfinite(mine) and largest(expected) > 1e300:
            continue  # made of what no float holds
        if not np.isfinite(mine):
            raise WrongError(f"{what}{list(place)} = {mine}, expected {MP.nstr(right, 17)} at {shown(trial)}")
        apart = abs(MP.mpf(mine) - right)
        if apart > RELATIVE * max(abs(right), 1e-290) and apart > 1e-13 * largest(expected):
            try:
                moved = abs(truth(trial.nudged())[place] - right)
            except ArithmeticError:
                moved = MP.zero
            if apart > 10 * moved + (CANCELLED if max(abs(right), moved) < NOTHING else 1e-18):
                raise WrongError(f"{what}{list(place)} = {mine!r}, expected {MP.nstr(right, 17)} at {shown(trial)}")


def largest(array: Array) -> Any:
    return max((abs(v) for v in array.flat), default=MP.zero)


def shown(trial: Trial) -> str:
    return ", ".join(f"{q.name} = {a.tolist()}" for q, a in zip(trial.made.inputs, trial.arrays, strict=True))


def gradients(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    got = parts(getattr(module, f"{prefix}_grad")(*trial.arrays))
    for variable, array in zip(variables, got, strict=True):
        compare(trial, f"{prefix}_grad, {variable}", array, lambda t, v=variable: t.jacobian(output, v))
    both = parts(getattr(module, f"{prefix}_value_and_grad")(*trial.arrays))
    for variable, array, other in zip(variables, both[1:], got, strict=True):
        if not np.allclose(array, other, rtol=1e-9, atol=0, equal_nan=True):  # of what cancels, both keep roundings
            compare(trial, f"{prefix}_value_and_grad, {variable}", array, lambda t, v=variable: t.jacobian(output, v))
    return len(got)


def jacobians(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    got = parts(getattr(module, f"{prefix}_jacobian")(*trial.arrays))
    for variable, array in zip(variables, got, strict=True):
        compare(trial, f"{prefix}_jacobian, {variable}", array, lambda t, v=variable: t.jacobian(output, v))
    return len(got)


def direction(shape: tuple[int, ...], seed: str) -> Array:
    chance = random.Random(seed)
    return np.array([chance.uniform(-1.5, 1.5) for _ in range(int(np.prod(shape)))], dtype=float).reshape(shape)


def pulled_back(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    cotangent = direction(trial.shape(output), "cotangent")
    got = parts(getattr(module, f"{prefix}_vjp")(*trial.arrays, cotangent))
    rank = cotangent.ndim

    def truth(t: Trial, variable: str) -> Array:
        weight = cotangent.reshape(cotangent.shape + (1,) * len(t.shape(variable)))
        return np.asarray((t.jacobian(output, variable) * weight).sum(axis=tuple(range(rank))), dtype=object)

    for variable, array in zip(variables, got, strict=True):
        compare(trial, f"{prefix}_vjp, {variable}", array, lambda t, v=variable: truth(t, v))
    return len(got)


def tangents_of(trial: Trial, variables: Sequence[str]) -> dict[str, Array]:
    return {v: direction(trial.shape(v), v) for v in variables}


def steps(tangents: Mapping[str, Array]) -> dict[Entry, Any]:
    return {(v, p): MP.mpf(float(a[p])) for v, a in tangents.items() for p in np.ndindex(*a.shape)}


def pushed(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    tangents = tangents_of(trial, variables)
    got = getattr(module, f"{prefix}_jvp")(*trial.arrays, *tangents.values())
    compare(trial, f"{prefix}_jvp", got, lambda t: t.along(output, steps(tangents)))
    return 1


def hessians(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    got = parts(getattr(module, f"{prefix}_hessian")(*trial.arrays))
    pairs = list(itertools.product(variables, repeat=2))

    def matrix(t: Trial) -> Array:
        k = len(variables)
        return np.array([t.hessian(output, a, b).item() for a, b in pairs], dtype=object).reshape(k, k)

    if len(got) == 1 and len(pairs) > 1:
        compare(trial, f"{prefix}_hessian", got[0], matrix)
        return 1
    for (a, b), array in zip(pairs, got, strict=True):
        compare(trial, f"{prefix}_hessian, {a} {b}", array, lambda t, a=a, b=b: t.hessian(output, a, b))
    return len(got)


def curved(trial: Trial, module: ModuleType, prefix: str, output: str, variables: Sequence[str]) -> int:
    """f_hvp: the Hessian by all variables times a tangent for each."""
    tangents = tangents_of(trial, variables)
    got = parts(getattr(module, f"{prefix}_hvp")(*trial.arrays, *tangents.values()))

    def truth(t: Trial, variable: str) -> Array:
        total: Any = 0
        for other, tangent in tangents.items():
            block = t.hessian(output, variable, other)
            axes = tuple(range(len(t.shape(variable)), block.ndim))
            total = total + (block * tangent).sum(axis=axes) if axes else total + block * float(tangent)
        return np.asarray(total, dtype=object)

    for variable, array in zip(variables, got, strict=True):
        compare(trial, f"{prefix}_hvp, {variable}", array, lambda t, v=variable: truth(t, v))
    return len(got)


Kind = Callable[[Trial, ModuleType, str, str, Sequence[str]], int]
KINDS: Mapping[str, Kind] = {
    "derivative": gradients,
    "gradient": gradients,
    "jacobian": jacobians,
    "vjp": pulled_back,
    "jvp": pushed,
    "hessian": hessians,
    "hvp": curved,
}
