"""Derivative kernels against the value kernel itself, and JVP against VJP.

Contract: `check_directions` compares every derivative kernel with central differences of the value kernel along a
random direction, in float64; `check_adjoint` compares <u, J v> with <J^T u, v>. Both raise CheckError. The step of
the differences is the one at which two neighbouring steps agree best; a point at which none agrees (a kink is near)
is passed over. Where the values are so large that their rounding hides the change at every point, the differences are
those of the definition itself, with many digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.verify.calls import Call, Trial, flatten, jvp_calls, vjp_calls
from derive.verify.cases import Array, Case
from derive.verify.truth import Truth, place_of

STENCIL = ((1, 4 / 5), (2, -1 / 5), (3, 4 / 105), (4, -1 / 280))
"""Eighth-order central differences: multiples of the step and their weights."""

STEPS = tuple(2.0**-k for k in (4, 6, 8, 10, 12))
FINE = tuple(2.0**-k for k in (8, 12, 16, 20))
"""Steps for differences of values with many digits."""

TRUSTED = 1e-8
"""How well the differences at two steps must agree, relative to the size of the derivative, to be believed."""

TOLERANCE = 1e-7
ADJOINT_TOLERANCE = 1e-11
ADJOINT_ROUNDINGS = 16 * np.finfo(np.float64).eps / 2
"""Of the error that rounding may make in an entry, as for the entries themselves (`kernels.ROUNDINGS`)."""


@dataclass(frozen=True, eq=False)
class Kernels:
    """The functions of a module by their kind, on float64."""

    trial: Trial

    def has(self, kind: str) -> bool:
        return self.trial.function(kind) is not None

    def call(self, kind: str, *arguments: Array) -> list[Array]:
        function = self.trial.function(kind)
        assert function is not None
        with np.errstate(all="ignore"):
            return [np.asarray(part) for part in flatten(function(*arguments))]

    def value(self, *arguments: Array) -> Array:
        """The output that is differentiated."""
        return self.call("", *arguments)[self.trial.definition.outputs.index(self.trial.output)]

    def arguments(self, case: Case) -> tuple[Array, ...]:
        return tuple(case.inputs[i.name] for i in self.trial.definition.inputs)


# --- adjoint -------------------------------------------------------------------------------------------


def check_adjoint(trial: Trial, truth: Truth) -> None:
    """<u, J v> = <J^T u, v>, over the whole batch and all variables, as far as rounding of the entries allows."""
    kernels, case = Kernels(trial), truth.case
    if not kernels.has("vjp") or not kernels.has("jvp"):
        return
    variables = [d.wanted.variable for d in trial.scalar or trial.of("vjp")]
    given, cotangent = kernels.arguments(case), case.cotangents[trial.output]
    tangents = [case.tangents[v] for v in variables]
    forward = kernels.call("jvp", *given, *tangents)
    backward = kernels.call("vjp", *given, cotangent)
    left, right = inner(forward, [cotangent]), inner(backward, tangents)
    size = inner(map(np.abs, forward), [np.abs(cotangent)]) + inner(map(np.abs, backward), map(np.abs, tangents))
    rounded = rounding(next(jvp_calls(trial, truth)), [cotangent]) + rounding(next(vjp_calls(trial, truth)), tangents)
    if not abs(left - right) <= ADJOINT_TOLERANCE * size + rounded:
        forward_name, backward_name = trial.name("jvp"), trial.name("vjp")
        message = f"<u, J v> = {left!r} from {forward_name}, but <J^T u, v> = {right!r} from {backward_name}"
        raise CheckError(f"{trial.definition.name}: {message} at {place_of(case)}")


def inner(left: Iterable[Array], right: Iterable[Array]) -> float:
    """The sum of the products of all entries."""
    return sum(float(np.sum(a * b)) for a, b in zip(left, right, strict=True))


def rounding(call: Call, others: Sequence[Array]) -> float:
    """How far rounding may put off the inner product of a call's results with others, where terms in them cancel."""
    of_entry = np.frompyfunc(lambda r: 0.0 if r is None else float(r.error), 1, 1)
    errors = [np.asarray(of_entry(array), dtype=float) for array in call.expected]
    return ADJOINT_ROUNDINGS * inner(errors, [np.abs(o) for o in others])


# --- differences ---------------------------------------------------------------------------------------


def check_directions(trial: Trial, cases: Sequence[Case]) -> None:
    """Every derivative kernel along one random direction for each variable, at the first sample of each case."""
    kernels, here = Kernels(trial), list(singles(trial, cases))
    for variable in dict.fromkeys(d.wanted.variable for d in trial.derivations if d.wanted.output == trial.output):
        believed = [check_direction(kernels, case, variable) for case in here]
        if not any(believed):
            ought = any(ought_to_show(kernels, case, variable) for case in here)
            if ought or not any(check_direction(kernels, case, variable, exact=True) for case in here):
                of = "the value kernel" if ought else "the definition"
                raise CheckError(
                    f"{trial.definition.name}: the check could not run: no differences of {of} along {variable}"
                )


def ought_to_show(kernels: Kernels, case: Case, variable: str) -> bool:
    """Whether the definition changes so smoothly, and is so small, that its kernel must show it."""
    numeric = differences(kernels, case, variable, defined(kernels, case))
    if numeric is None:
        return False
    size = max(float(np.max(np.abs(numeric), initial=0.0)), 1.0)
    return rounded_away(kernels.value(*kernels.arguments(case)), STEPS[-1]) <= TRUSTED * size


def singles(trial: Trial, cases: Sequence[Case]) -> Iterator[Case]:
    for case in cases:
        for at in list(np.ndindex(*case.batch))[:2]:
            yield case.sample(at, trial.definition)


def check_direction(kernels: Kernels, case: Case, variable: str, *, exact: bool = False) -> bool:
    """Whether differences could be taken here; CheckError if a kernel disagrees with them.

    exact: differences of the definition itself instead of its kernel.
    """
    numeric = (
        differences(kernels, case, variable, defined(kernels, case), FINE)
        if exact
        else differences(kernels, case, variable, kernels.value)
    )
    if numeric is None:
        return False
    for kind, claimed, along in claims(kernels, case, variable):
        expected = np.sum(numeric * along) if along is not None else numeric
        size = max(float(np.max(np.abs(numeric), initial=0.0)), 1.0)
        if not np.all(np.abs(claimed - expected) <= TOLERANCE * size):
            name = kernels.trial.definition.name
            message = f"along a direction of {variable} the kernel gives {claimed}, differences of {name} {expected}"
            raise CheckError(f"{kernels.trial.name(kind)} in float64 at {place_of(case)}: {message}")
    return True


def claims(kernels: Kernels, case: Case, variable: str) -> Iterator[tuple[str, Any, Array | None]]:
    """(kind, what it says of the output's change, what the change is to be multiplied with) for one variable."""
    trial, given = kernels.trial, kernels.arguments(case)
    tangent, cotangent = case.tangents[variable], case.cotangents[trial.output]
    for kind, derivations, extra, along in (
        ("grad", trial.scalar, (), np.asarray(1.0)),
        ("value_and_grad", trial.scalar, (), np.asarray(1.0)),
        ("vjp", trial.scalar or trial.of("vjp"), (cotangent,), cotangent),
    ):
        if kernels.has(kind) and variable in variables_of(derivations):
            parts = kernels.call(kind, *given, *extra)[-len(derivations) :]
            yield kind, inner([parts[variables_of(derivations).index(variable)]], [tangent]), along
    if kernels.has("jacobian"):
        found = variables_of(trial.of("jacobian"))
        jacobian = kernels.call("jacobian", *given)[found.index(variable)]
        yield "jacobian", np.tensordot(jacobian, tangent, axes=tangent.ndim), None
    if kernels.has("jvp"):
        found = variables_of(trial.scalar or trial.of("jvp"))
        tangents = [case.tangents[v] * (v == variable) for v in found]
        yield "jvp", kernels.call("jvp", *given, *tangents)[0], None


def variables_of(derivations: Sequence[Derivation]) -> list[str]:
    return [d.wanted.variable for d in derivations]


Valued = Callable[..., Array]


def defined(kernels: Kernels, case: Case) -> Valued:
    """The output as the definition says, with many digits."""
    definition, output = kernels.trial.definition, kernels.trial.output
    digits = np.frompyfunc(lambda entry: np.nan if entry is None else entry.value, 1, 1)

    def value(*arguments: Array) -> Array:
        moved = replace(case, inputs=dict(zip((i.name for i in definition.inputs), arguments, strict=True)))
        return np.asarray(digits(Truth(definition, moved).output(output)))

    return value


def differences(
    kernels: Kernels, case: Case, variable: str, valued: Valued, steps: Sequence[float] = STEPS
) -> Array | None:
    """The derivative of the value along the variable's tangent; None where no two steps agree, or rounding hides it."""
    try:
        found = [difference(kernels, case, variable, step, valued) for step in steps]
    except ArithmeticError:
        return None
    pairs = list(pairwise(found))
    gaps = [float(np.max(np.abs(a - b), initial=0.0)) if np.isfinite(a - b).all() else np.inf for a, b in pairs]
    best = int(np.argmin(gaps))
    chosen = found[best + 1]
    size = max(float(np.max(np.abs(chosen), initial=0.0)), 1.0)
    hidden = rounded_away(valued(*kernels.arguments(case)), steps[best + 1])
    return chosen if gaps[best] <= TRUSTED * size and hidden <= TRUSTED * size else None


def rounded_away(value: Array, step: float) -> float:
    """What rounding of the values may put off their differences by; values with many digits are not rounded."""
    if value.dtype == object:
        return 0.0
    return float(np.finfo(np.float64).eps * np.max(np.abs(value), initial=0.0) / step)


def difference(kernels: Kernels, case: Case, variable: str, step: float, valued: Valued) -> Array:
    names = [i.name for i in kernels.trial.definition.inputs]
    place, given = names.index(variable), list(kernels.arguments(case))

    def value(shift: float) -> Array:
        moved = [*given[:place], given[place] + shift * case.tangents[variable], *given[place + 1 :]]
        return valued(*moved)

    with np.errstate(all="ignore"):
        total = sum(w * (value(m * step) - value(-m * step)) for m, w in STENCIL) / step
    return np.asarray(total, dtype=float)
