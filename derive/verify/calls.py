"""How each kernel function is called, and what it ought to return.

Contract: a row of FUNCTIONS gives, for a module and a case, the calls to make: on the whole batch and on its first
sample alone. Gradients of shared parameters are summed over the batch, weighted by the cotangent; all others keep
the batch axes.

To extend: a new kind of kernel function is one function here and one row.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np

from derive.language.definition import Definition
from derive.language.derivation import Derivation
from derive.language.trees import references
from derive.verify.cases import Array, Case
from derive.verify.rounding import Rounded
from derive.verify.truth import Truth

SCALE = 0.5
"""A weight for the whole batch, as in a mean."""


@dataclass(frozen=True)
class Trial:
    """A module and what it was made from; derivatives are those of one output."""

    definition: Definition
    derivations: tuple[Derivation, ...]
    module: Any
    output: str

    def of(self, *kinds: str) -> tuple[Derivation, ...]:
        return tuple(d for d in self.derivations if d.wanted.kind in kinds and d.wanted.output == self.output)

    def name(self, kind: str) -> str:
        """The name of a kernel: f_vjp, or f_y_vjp where y is one of several outputs."""
        output = [self.output] if kind and len(self.definition.outputs) > 1 else []
        return "_".join([self.definition.name, *output, *([kind] if kind else [])])

    def function(self, kind: str) -> Callable[..., Any] | None:
        return getattr(self.module, self.name(kind), None)

    @property
    def is_unary(self) -> bool:
        """A scalar function of one scalar of each sample: its VJP and JVP are products with the derivative."""
        inputs = self.definition.inputs
        return self.definition.is_scalar_function and len(inputs) == 1 and not inputs[0].shared

    @cached_property
    def scalar(self) -> tuple[Derivation, ...]:
        """Derivations of a scalar output: derivative or gradient."""
        return self.of("derivative", "gradient")

    def shared(self, derivation: Derivation) -> bool:
        """Whether the result is summed over the samples: a Hessian's block needs two shared variables."""
        wanted = derivation.wanted
        names = (wanted.variable, wanted.second or wanted.variable)
        return all(self.definition.input(n).shared for n in (names if wanted.kind == "hessian" else names[:1]))

    def takes_weight(self, kind: str, others: int = 0) -> bool:
        """Whether a function takes a positional argument beyond the definition's inputs and so many others."""
        function = self.function(kind)
        assert function is not None
        kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        parameters = inspect.signature(function).parameters.values()
        return sum(p.kind in kinds for p in parameters) > len(self.definition.inputs) + others


@dataclass(frozen=True, eq=False)
class Call:
    """Arguments with their names, and an array of Rounded for each array that comes back."""

    names: tuple[str, ...]
    arguments: tuple[Array, ...]
    expected: tuple[Array, ...]


@dataclass(frozen=True)
class Function:
    """A kind of kernel function, whether the module must have it, and the calls that check it."""

    kind: str
    required: Callable[[Trial], bool]
    calls: Callable[[Trial, Truth], Iterator[Call]]


def flatten(result: Any) -> list[Any]:
    """Tuples in tuples to a list of arrays."""
    if isinstance(result, tuple | list):
        return [part for item in result for part in flatten(item)]
    return [result]


# --- batches -------------------------------------------------------------------------------------------


def samples(case: Case) -> list[tuple[int, ...] | None]:
    """The whole batch (None), and its first sample alone where there is a batch."""
    return [None, (0,) * len(case.batch)] if case.batch else [None]


def taken(array: Array, at: tuple[int, ...] | None) -> Array:
    return array if at is None else np.asarray(array[at])


def inputs_at(trial: Trial, case: Case, at: tuple[int, ...] | None) -> tuple[Array, ...]:
    definition = trial.definition
    chosen = case if at is None else case.sample(at, definition)
    return tuple(chosen.inputs[i.name] for i in definition.inputs)


def input_names(trial: Trial) -> tuple[str, ...]:
    return tuple(i.name for i in trial.definition.inputs)


def times(left: Array, right: Array | float) -> Array:
    """Entry by entry; a plain number counts as exact. None (no real value) stays None."""

    def product(value: Rounded | None, factor: float) -> Rounded | None:
        if value is None:
            return None
        number = value.value.context.mpf(float(factor))
        return value * Rounded(number, abs(number))

    return np.asarray(np.frompyfunc(product, 2, 1)(left, right), dtype=object)


def plus(left: Rounded | None, right: Rounded | None) -> Rounded | None:
    return None if left is None or right is None else left + right


def summed(trial: Trial, derivation: Derivation, array: Array, batch: tuple[int, ...]) -> Array:
    """The gradient of a shared parameter is the sum over the batch; any other stays as it is."""
    if not trial.shared(derivation) or not batch:
        return array
    rows = array.reshape(-1, *array.shape[len(batch) :])
    return np.asarray(reduce(np.frompyfunc(plus, 2, 1), list(rows)), dtype=object)


def weighted(array: Array, weight: Array | float, batch: tuple[int, ...]) -> Array:
    """A cotangent of shape `batch` times an array of batch + entries."""
    if isinstance(weight, float):
        return times(array, weight)
    return times(array, weight.reshape((*batch, *[1] * (array.ndim - len(batch)))))


def gradients(trial: Trial, truth: Truth, at: tuple[int, ...] | None, weight: Array | float) -> tuple[Array, ...]:
    """The gradients of a scalar output by every variable, weighted."""
    batch = truth.case.batch if at is None else ()
    found = []
    for derivation in trial.scalar:
        array = weighted(taken(truth.derivation(derivation), at), weight, batch)
        found.append(summed(trial, derivation, array, batch))
    return tuple(found)


# --- one function per kind of kernel -------------------------------------------------------------------


def value_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    for at in samples(truth.case):
        expected = tuple(taken(truth.output(o), at) for o in trial.definition.outputs)
        yield Call(input_names(trial), inputs_at(trial, truth.case, at), expected)


def weights(
    trial: Trial, case: Case, at: tuple[int, ...] | None, kind: str, others: int = 0
) -> Iterator[tuple[Array | float, ...]]:
    """No weight, one for all, and one a sample, where the function takes a weight."""
    yield ()
    if trial.takes_weight(kind, others):
        yield (SCALE,)
        yield (taken(case.cotangents[trial.output], at),)


def gradient_calls(trial: Trial, truth: Truth, kind: str = "grad", value: bool = False) -> Iterator[Call]:
    for at in samples(truth.case):
        given = inputs_at(trial, truth.case, at)
        values = (taken(truth.output(trial.output), at),) if value else ()
        for weight in weights(trial, truth.case, at, kind):
            expected = values + gradients(trial, truth, at, *(weight or (1.0,)))
            names = (*input_names(trial), *("g" for _ in weight))
            yield Call(names, (*given, *map(np.asarray, weight)), expected)


def value_and_gradient_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    yield from gradient_calls(trial, truth, "value_and_grad", value=True)


def jacobian_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    for at in samples(truth.case):
        expected = tuple(taken(truth.derivation(d), at) for d in trial.of("jacobian"))
        yield Call(input_names(trial), inputs_at(trial, truth.case, at), expected)


def vjp_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    for at in samples(truth.case):
        given = inputs_at(trial, truth.case, at)
        cotangent = taken(truth.case.cotangents[trial.output], at)
        yield Call((*input_names(trial), "g"), (*given, cotangent), pulled_back(trial, truth, at))


def pulled_back(trial: Trial, truth: Truth, at: tuple[int, ...] | None) -> tuple[Array, ...]:
    """The VJP by every variable, from its own derivation or as cotangent times gradient."""
    if trial.scalar:
        return gradients(trial, truth, at, taken(truth.case.cotangents[trial.output], at))
    batch = truth.case.batch if at is None else ()
    return tuple(summed(trial, d, taken(truth.derivation(d), at), batch) for d in trial.of("vjp"))


def jvp_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    """One tangent for each variable; what they bring forward is added."""
    derivations = trial.scalar or trial.of("jvp")
    for at in samples(truth.case):
        case = truth.case if at is None else truth.case.sample(at, trial.definition)
        tangents = tuple(case.tangents[d.wanted.variable] for d in derivations)
        parts = [pushed(trial, truth, d, at, t) for d, t in zip(derivations, tangents, strict=True)]
        expected = np.asarray(reduce(np.frompyfunc(plus, 2, 1), parts), dtype=object)
        names = (*input_names(trial), *(f"v_{d.wanted.variable}" for d in derivations))
        yield Call(names, (*inputs_at(trial, truth.case, at), *tangents), (expected,))


def pushed(trial: Trial, truth: Truth, derivation: Derivation, at: tuple[int, ...] | None, tangent: Array) -> Array:
    array = taken(truth.derivation(derivation), at)
    if derivation.wanted.kind == "jvp":
        return array
    batch = truth.case.batch if at is None else ()
    rank = array.ndim - len(batch)
    products = times(array, tangent)
    axes = products.reshape(*batch, -1) if rank else products[..., np.newaxis]
    return np.asarray(reduce(np.frompyfunc(plus, 2, 1), list(np.moveaxis(axes, -1, 0))), dtype=object)


def from_output_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    """The closed form read literally, at the outputs that it uses as floats hold them; nothing is summed."""
    (derivation,) = trial.of("vjp") or trial.of("derivative")
    used = {r.name for r in references(derivation.closed)}
    outputs = {o: as_floats(truth.output(o)) for o in trial.definition.outputs if o in used}
    if any(not np.isfinite(a).all() for a in outputs.values()):
        return
    given = Truth(trial.definition, truth.case, fixed=outputs).derivation(derivation)
    for at in samples(truth.case):
        cotangent = taken(truth.case.cotangents[trial.output], at)
        expected = taken(given, at) if derivation.extras else times(taken(given, at), cotangent)
        yield Call((*outputs, "g"), (*(taken(a, at) for a in outputs.values()), cotangent), (expected,))


def as_floats(array: Array) -> Array:
    """The truth rounded to float32, exact in both precisions; NaN where there is none."""
    with np.errstate(all="ignore"):
        floats = np.frompyfunc(lambda r: np.nan if r is None else float(r.value), 1, 1)(array)
        return np.asarray(floats, dtype=np.float32).astype(float)


def has(*kinds: str) -> Callable[[Trial], bool]:
    return lambda trial: bool(trial.of(*kinds))


def has_product(kind: str) -> Callable[[Trial], bool]:
    """A VJP or JVP of its own, or as a product with the derivative."""
    return lambda trial: bool(trial.of(kind)) or (trial.is_unary and bool(trial.of("derivative")))


def of_first_output(trial: Trial) -> bool:
    return trial.output == trial.definition.output


FUNCTIONS: Sequence[Function] = (
    Function("", of_first_output, value_calls),
    Function("grad", has("derivative", "gradient"), gradient_calls),
    Function("value_and_grad", has("derivative", "gradient"), value_and_gradient_calls),
    Function("jacobian", has("jacobian"), jacobian_calls),
    Function("vjp", has_product("vjp"), vjp_calls),
    Function("jvp", has_product("jvp"), jvp_calls),
    Function("vjp_from_output", lambda trial: False, from_output_calls),
)
"""The kernel from the output exists where the closed form needs nothing else; it is checked where it exists."""
