"""Every stability rewrite: equal in 60 digits, needed at its witness, and right there in float64."""

from __future__ import annotations

import numpy as np
import pytest

from derive.ir.graph import BATCH
from derive.ir.interpret import Floats, interpret
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.passes import Pass
from derive.ir.stability.table import REWRITES
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import compute, exact, largest_difference, random_inputs, sizes_for, values_of

WITNESSES = [(row, w) for row in REWRITES for w in row.witnesses]


def prepared(text: str):
    definition = parse(text, DEFINITIONS)[-1]
    return definition, optimise(values_of(definition), SIMPLIFY)


@pytest.mark.parametrize("row", REWRITES, ids=lambda row: row.name)
def test_rows_say_why(row) -> None:
    assert row.condition
    assert row.because
    assert row.witnesses


@pytest.mark.parametrize(("row", "witness"), WITNESSES, ids=[f"{r.name}-{k}" for k, (r, _) in enumerate(WITNESSES)])
def test_a_rewrite_is_equal_in_mathematics(row, witness) -> None:
    definition, graph = prepared(witness.text)
    new = optimise(graph, [Pass(row.name, row.apply)])
    assert new != graph
    for seed, (low, high) in enumerate([(-2, 2), (-40, 40), (0.1, 1)]):
        sizes = sizes_for(definition)
        inputs = random_inputs(definition, sizes, seed, low, high)
        assert largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes)) < 1e-40


@pytest.mark.parametrize(("row", "witness"), WITNESSES, ids=[f"{r.name}-{k}" for k, (r, _) in enumerate(WITNESSES)])
def test_at_the_witness_the_plain_form_fails_and_the_new_one_does_not(row, witness) -> None:
    definition, graph = prepared(witness.text)
    stable = optimise(graph)
    sizes = {BATCH: 1} | {d: len(v) for v in witness.point.values() if isinstance(v, tuple) for d in definition.sizes}
    points = {name: np.asarray(value, dtype=float)[None] for name, value in witness.point.items()}
    truth = compute(graph, {k: exact(v) for k, v in points.items()}, sizes)
    floats = {k: v.astype(object) for k, v in points.items()}
    for name, value in points.items():
        floats[name] = np.array([np.float64(e) for e in value.ravel()], dtype=object).reshape(value.shape)
    plain = interpret(graph, floats, sizes, Floats())
    right = interpret(stable, floats, sizes, Floats())
    assert worst(plain, truth) > 1e-8
    assert worst(right, truth) < 4e-15


def worst(found, truth) -> float:
    """The largest relative error; not a number is infinitely wrong."""
    errors = [
        abs(float((e - t) / t)) if np.isfinite(float(e)) else np.inf
        for f, y in zip(found, truth, strict=True)
        for e, t in zip(f.ravel(), y.ravel(), strict=True)
    ]
    return max(errors)
