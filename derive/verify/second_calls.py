"""How kernels of second derivatives are called, and what they ought to return.

Contract: `functions(trial)` are all kinds of kernels of a module: the rows of calls.FUNCTIONS, and those whose names
depend on what was derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from derive.language.derivation import Derivation
from derive.verify.calls import (
    FUNCTIONS,
    Call,
    Function,
    Trial,
    has,
    input_names,
    inputs_at,
    samples,
    summed,
    taken,
    weighted,
    weights,
)
from derive.verify.cases import Array
from derive.verify.truth import Truth

At = tuple[int, ...] | None
Expected = Callable[[Any, At], tuple[Array, ...]]


def second_calls(
    trial: Trial, truth: Truth, kind: str, expected: Expected, tangents: Sequence[str] = ()
) -> Iterator[Call]:
    """Calls with and without a weight; `expected(weight, at)` are the arrays, `tangents` the directions' variables."""
    for at in samples(truth.case):
        case = truth.case if at is None else truth.case.sample(at, trial.definition)
        along = [(tangent, case.tangents[tangent]) for tangent in tangents]
        for weight in weights(trial, truth.case, at, kind, len(along)):
            names = (*input_names(trial), *(f"v_{n}" for n, _ in along), *("g" for _ in weight))
            given = (*inputs_at(trial, truth.case, at), *(a for _, a in along), *map(np.asarray, weight))
            (factor,) = weight or (1.0,)
            yield Call(names, given, expected(factor, at))


def second(trial: Trial, truth: Truth, derivation: Derivation, weight: Array | float, at: At) -> Array:
    """A Hessian's block or a Hessian-vector product, weighted, summed where the samples share it."""
    batch = truth.case.batch if at is None else ()
    array = weighted(taken(truth.derivation(derivation), at), weight, batch)
    return summed(trial, derivation, array, batch)


def hessian_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    def expected(weight: Array | float, at: At) -> tuple[Array, ...]:
        found = {pair_of(d): second(trial, truth, d, weight, at) for d in trial.of("hessian")}
        variables = list(dict.fromkeys(name for pair in found for name in pair))
        blocks = [
            found[a, b] if (a, b) in found else transposed(found[b, a], *(rank(trial, v) for v in (b, a)))
            for a in variables
            for b in variables
        ]
        if len(blocks) == 1 or not is_matrix(trial, variables):
            return tuple(blocks)
        square = np.stack(blocks, axis=-1)
        return (square.reshape(*square.shape[:-1], len(variables), len(variables)),)

    return second_calls(trial, truth, "hessian", expected)


def is_matrix(trial: Trial, variables: Sequence[str]) -> bool:
    """Scalars that are all shared or all of each sample have one matrix; any others have blocks."""
    inputs = [trial.definition.input(v) for v in variables]
    return not any(i.dimensions for i in inputs) and len({i.shared for i in inputs}) == 1


def rank(trial: Trial, variable: str) -> int:
    return len(trial.definition.input(variable).dimensions)


def transposed(block: Array, first: int, second: int) -> Array:
    """The last axes, `first` and then `second` many, exchanged."""
    start = block.ndim - first - second
    return np.moveaxis(block, range(start, start + first), range(start + second, block.ndim))


def pair_of(derivation: Derivation) -> tuple[str, str]:
    wanted = derivation.wanted
    return wanted.variable, wanted.second or wanted.variable


def one_calls(trial: Trial, truth: Truth, kind: str, derivation: Derivation) -> Iterator[Call]:
    """A function of one derivation alone."""
    tangents = derivation.wanted.directions if derivation.wanted.kind == "hvp" else ()
    return second_calls(trial, truth, kind, lambda w, at: (second(trial, truth, derivation, w, at),), tangents)


def joint_calls(trial: Trial, truth: Truth) -> Iterator[Call]:
    """f_hvp by several inputs: an array for each, from a direction for each."""
    found = [d for d in trial.of("hvp") if d.wanted.along]

    def expected(weight: Array | float, at: At) -> tuple[Array, ...]:
        return tuple(second(trial, truth, d, weight, at) for d in found)

    return second_calls(trial, truth, "hvp", expected, found[0].wanted.along)


def second_functions(trial: Trial) -> Iterator[Function]:
    """Kernels whose names depend on what was derived: f_hvp, f_hvp_x, f_hessian, f_hessian_x_y."""
    products, blocks = [d for d in trial.of("hvp") if not d.wanted.along], trial.of("hessian")
    if any(d.wanted.along for d in trial.of("hvp")):
        yield Function("hvp", always, joint_calls)
    for d in products:
        kind = "_".join(filter(None, ("hvp", d.wanted.variable, d.wanted.second))) if len(products) > 1 else "hvp"
        yield Function(kind, always, partial(one_calls, kind=kind, derivation=d))
    pairs = {pair_of(d) for d in blocks}
    names = {name for pair in pairs for name in pair}
    if blocks and all((a, b) in pairs or (b, a) in pairs for a in names for b in names):
        yield Function("hessian", has("hessian"), hessian_calls)
        return
    for d in blocks:
        kind = "_".join(("hessian", *pair_of(d)))
        yield Function(kind, always, partial(one_calls, kind=kind, derivation=d))


def always(trial: Trial) -> bool:
    return True


def functions(trial: Trial) -> tuple[Function, ...]:
    """All kinds of kernels that a module may have."""
    return (*FUNCTIONS, *second_functions(trial))
