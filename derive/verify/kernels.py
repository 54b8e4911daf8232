"""Generated kernels against the truth: every function, both precisions, batched and not, at random and hard points.

Contract: `check_kernels` calls every public function of a module and returns KernelEvidence, or raises CheckError
naming function, argument, point, dtype, what came out and what is right. A function that nobody knows how to check
is a failure too. An entry may be off by ROUNDINGS times its rounding bound (see `truth`): to first order the error
of evaluating the stated form with every input rounded once, at hard points that of the function itself. At kinks the
closed form decides, which carries the stated convention. Inputs are read-only, and any floating-point warning is
an error.

To extend: a new kind of kernel function is one row of FUNCTIONS.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from derive.language.definition import Definition
from derive.language.derivation import Derivation
from derive.language.errors import CheckError, UnreachableError
from derive.verify.calls import Call, Trial, flatten, of_first_output
from derive.verify.cases import Case, HardPoint, batch_plan, hard_case, random_case, with_batch
from derive.verify.directional import check_adjoint, check_directions
from derive.verify.rounding import Rounded
from derive.verify.samples import Domain, Sizes, Values, first_success, size_choices
from derive.verify.second_calls import functions
from derive.verify.sights import shown
from derive.verify.truth import Truth, check_against_differences, place_of

DTYPES = (np.float64, np.float32)
ROUNDINGS = 16
SUBNORMALS = 2**14
"""Intermediate results below the normal range lose digits: so many of the smallest numbers do not count."""


@dataclass(frozen=True)
class KernelEvidence:
    """What was checked: functions, cases, and for each function and dtype the worst error.

    roundings: in units of the rounding bound, (function, dtype) -> error; ROUNDINGS is the limit.
    ulps: in units in the last place, for functions of scalars.
    """

    functions: tuple[str, ...]
    random_points: int
    hard_points: int
    roundings: Mapping[tuple[str, str], float] = field(default_factory=dict)
    ulps: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Points:
    """Where the kernels of a definition are looked at, and the truth there: the same for every module.

    hard: for each hard point the truth for each dtype, one where rounding to the dtype changes nothing.
    """

    random: tuple[Truth, ...]
    hard: tuple[tuple[tuple[Any, Truth], ...], ...]


def points_of(
    definition: Definition,
    derivations: Sequence[Derivation],
    domain: Domain | None = None,
    hard_points: Sequence[HardPoint] = (),
) -> Points:
    """domain: ordinary range of each input. hard_points: input name -> value, in the input's shape.

    Raises CheckError where the closed forms at the first point are not the differences of the definition.
    """
    plan = batch_plan(definition)
    random = tuple(reachable_truth(definition, derivations, domain, *one, k) for k, one in enumerate(plan))
    hard = [hard_case(definition, point, domain, f"{definition.name} {k}") for k, point in enumerate(hard_points)]
    check_against_differences(random[0], derivations)
    return Points(random, tuple(tuple(hard_truths(definition, case)) for case in hard))


def hard_truths(definition: Definition, case: Case) -> Iterator[tuple[Any, Truth]]:
    """A hard point in each dtype."""
    truths: dict[bytes, Truth] = {}
    for dtype in DTYPES:
        rounded = case.as_dtype(dtype)
        yield dtype, truths.setdefault(rounded.key, Truth(definition, rounded))


def check_kernels(
    definition: Definition,
    derivations: Sequence[Derivation],
    module: Any,
    *,
    domain: Domain | None = None,
    hard_points: Sequence[HardPoint] = (),
    ulps: Mapping[str, float] | None = None,
) -> KernelEvidence:
    """Check every function of a kernel module at `points_of` these arguments. Raises CheckError.

    ulps: function name -> bound in units in the last place that functions of scalars must keep.
    """
    return check_at(points_of(definition, derivations, domain, hard_points), definition, derivations, module, ulps)


def check_at(
    points: Points,
    definition: Definition,
    derivations: Sequence[Derivation],
    module: Any,
    ulps: Mapping[str, float] | None = None,
) -> KernelEvidence:
    """Check every function of a kernel module at these points. Raises CheckError."""
    trials = [Trial(definition, tuple(derivations), module, output) for output in definition.outputs]
    names = checked_names(definition, module, trials)
    tally = Tally(definition, dict(ulps or {}))
    for trial in trials:
        for truth in points.random:
            check_case(trial, truth, DTYPES, tally)
            check_adjoint(trial, truth)
        check_directions(trial, [t.case for t in points.random])
        for dtype, truth in itertools.chain.from_iterable(points.hard):
            check_case(trial, truth, (dtype,), tally)
    samples = sum(int(np.prod(t.case.batch)) for t in points.random)
    roundings, worst = MappingProxyType(tally.roundings), MappingProxyType(tally.ulps)
    return KernelEvidence(names, samples, len(points.hard), roundings, worst)


def checked_names(definition: Definition, module: Any, trials: Sequence[Trial]) -> tuple[str, ...]:
    """The public functions of the module; each must be one that is checked, none may be missing."""
    rows = [(trial, row) for trial in reversed(trials) for row in functions(trial)]
    known = {trial.name(row.kind): row.required(trial) for trial, row in rows}
    there = public_functions(definition, module)
    for stray in sorted(there - known.keys()):
        raise CheckError(f"{definition.name}: nothing checks the kernel {stray}")
    for missing in sorted(name for name, required in known.items() if required and name not in there):
        raise CheckError(f"{definition.name}: the kernel {missing} is missing")
    return tuple(name for name in known if name in there)


def public_functions(definition: Definition, module: Any) -> set[str]:
    """What the module offers, by its __all__ or by the definition's name."""
    name = definition.name
    offered = {*getattr(module, "__all__", ()), *(n for n in vars(module) if n == name or n.startswith(f"{name}_"))}
    return {n for n in offered if callable(getattr(module, n)) and not isinstance(getattr(module, n), type)}


def reachable_truth(
    definition: Definition,
    derivations: Sequence[Derivation],
    domain: Domain | None,
    sizes: Sizes,
    batch: tuple[int, ...],
    number: int,
) -> Truth:
    """The truth at these sizes, or at others where these have no point: a cosine of vectors of one entry is ±1."""
    others = [choice for choice in size_choices(definition) if choice != sizes]
    for choice in (sizes, *others[:-1]) if others else ():
        try:
            return random_truth(definition, derivations, domain, choice, batch, number)
        except UnreachableError:
            continue
    return random_truth(definition, derivations, domain, others[-1] if others else sizes, batch, number)


def random_truth(
    definition: Definition,
    derivations: Sequence[Derivation],
    domain: Domain | None,
    sizes: Sizes,
    batch: tuple[int, ...],
    number: int,
) -> Truth:
    """The truth for a batch of random points at which every result is a real number."""
    seed = f"{definition.name} kernels {number}"

    def attempt(values: Values) -> Truth:
        truth = Truth(definition, random_case(definition, sizes, batch, values, seed))
        for output in definition.outputs:
            truth.output(output)
        for derivation in derivations:
            truth.derivation(derivation)
        return truth

    inputs = [with_batch(i, batch) for i in definition.inputs]
    return first_success(inputs, sizes, domain, seed, attempt, f"{definition.name}, kernels")


def check_case(trial: Trial, truth: Truth, dtypes: Sequence[Any], tally: Tally) -> None:
    for row in functions(trial):
        function = trial.function(row.kind)
        if function is not None and (row.kind or of_first_output(trial)):
            for call in row.calls(trial, truth):
                for dtype in dtypes:
                    check_call(function, trial.name(row.kind), call, truth.case, dtype, tally)


def check_call(function: Callable[..., Any], name: str, call: Call, case: Case, dtype: Any, tally: Tally) -> None:
    """One call: shapes, dtypes and every entry."""
    where = f"{name}({', '.join(call.names)}) in {np.dtype(dtype).name} at {place_of(case)}"
    parts = flatten(run(function, call, dtype, where))
    if len(parts) != len(call.expected):
        raise CheckError(f"{where}: returns {len(parts)} arrays, expected {len(call.expected)}")
    infinite = any(np.isinf(a).any() for a in call.arguments)
    for part, expected in zip(parts, call.expected, strict=True):
        got = np.asarray(part)
        if got.shape != expected.shape or got.dtype != dtype:
            what = f"an array of shape {got.shape} and type {got.dtype}"
            raise CheckError(f"{where}: returns {what}, expected {expected.shape} and {np.dtype(dtype).name}")
        for position in np.ndindex(*expected.shape):
            tally.add(name, where, position, got[position], expected.item(position), infinite)


def run(function: Callable[..., Any], call: Call, dtype: Any, where: str) -> Any:
    """The call on read-only arrays; a warning or an exception fails the check."""
    arguments = []
    for argument in call.arguments:
        with np.errstate(all="ignore"):
            array = np.array(argument, dtype=argument.dtype if argument.dtype.kind == "i" else dtype)
        array.setflags(write=False)
        arguments.append(array)
    try:
        with np.errstate(all="raise"), warnings.catch_warnings():
            warnings.simplefilter("error")
            return function(*arguments)
    except Exception as error:
        raise CheckError(f"{where}: {type(error).__name__}: {error}") from error


@dataclass(frozen=True)
class Tally:
    """Judges entries and keeps the worst error of each function."""

    definition: Definition
    limits: Mapping[str, float]
    roundings: dict[tuple[str, str], float] = field(default_factory=dict)
    ulps: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(
        self, name: str, where: str, position: tuple[int, ...], got: Any, expected: Rounded | None, infinite: bool
    ) -> None:
        """Raise CheckError if the entry is farther off than rounding explains.

        At infinite inputs, and where the true value is beyond the dtype's range, a function of scalars must give its
        limit; any other may give NaN instead, as for a sum of infinities.
        """
        if expected is None:  # no real value here: whatever comes out, it came without a warning
            return
        # a sum on the way to an entry may be larger than the entry: it is rounded, so it counts in the error
        share = 0.0 if self.definition.is_scalar_function else 1.0
        if beyond_floats(got, expected, share):
            return
        if not np.isfinite(got):
            unbounded = infinite or beyond_range(expected, got.dtype, share)
            if np.isnan(got) and unbounded and not self.definition.is_scalar_function:
                return
            raise wrong(where, position, got, expected)
        key = (name, got.dtype.name)
        error = self.error_in_roundings(got, expected)
        if error > ROUNDINGS:
            raise wrong(where, position, got, expected, f"error {error:.3g} roundings, {ROUNDINGS} are allowed")
        self.roundings[key] = max(self.roundings.get(key, 0.0), error)
        if self.definition.is_scalar_function:
            ulps, limit = error_in_ulps(got, expected), self.limits.get(name, np.inf)
            self.ulps[key] = max(self.ulps.get(key, 0.0), ulps)
            if ulps > limit:
                raise wrong(where, position, got, expected, f"error {ulps:.3g} ULP, the bound is {limit}")

    def error_in_roundings(self, got: Any, expected: Rounded) -> float:
        info = np.finfo(got.dtype)
        floor = float(info.smallest_subnormal) * (2 if self.definition.is_scalar_function else SUBNORMALS)
        mp = expected.value.context
        apart = max(abs(mp.mpf(float(got)) - expected.value) - mp.mpf(floor), 0)
        bound = expected.error * mp.mpf(float(info.eps)) / 2
        return float(apart / bound) if bound else (0.0 if not apart else float("inf"))


def error_in_ulps(got: Any, expected: Rounded) -> float:
    mp = expected.value.context
    spacing = mp.mpf(float(np.spacing(np.abs(got.dtype.type(float(expected.value))))))
    return float(abs(mp.mpf(float(got)) - expected.value) / spacing)


def wrong(where: str, position: tuple[int, ...], got: Any, expected: Rounded, error: str = "") -> CheckError:
    place = f"{where}, entry {list(position)}" if position else where
    return CheckError(f"{place}: got {got!s}, expected {shown(expected.value)}" + (f" ({error})" if error else ""))


def beyond_floats(got: Any, expected: Rounded, share: float = 0.0) -> bool:
    """An infinity of the right sign where the true value is beyond the dtype's range, or within rounding of it."""
    return bool(np.isinf(got) and (got > 0) == (expected.value > 0) and beyond_range(expected, got.dtype, share))


def beyond_range(expected: Rounded, dtype: Any, share: float = 0.0) -> bool:
    """Whether the true value, or what rounding makes of it, is larger than any number of the dtype.

    share: how much of the error in roundings is added; at least ROUNDINGS of the dtype.
    """
    info = np.finfo(dtype)
    mp = expected.value.context
    reach = expected.error * mp.mpf(max(share, ROUNDINGS * float(info.eps)))
    return bool(abs(expected.value) + reach >= mp.mpf(float(info.max)))
