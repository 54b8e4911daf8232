"""Every stability rewrite: equal in 60 digits, needed at its witness, and right there in float64."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from derive.ir.graph import BATCH
from derive.ir.interpret import Exact, Floats, interpret
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
    pairs = [(e, t) for f, y in zip(found, truth, strict=True) for e, t in zip(f.ravel(), y.ravel(), strict=True)]
    errors = [abs(float((e - t) / (t or 1))) if np.isfinite(float(e)) else np.inf for e, t in pairs]
    return max(errors)


# --- not worse than the plain form --------------------------------------------------------------------------

SHARP = mpmath.mp.clone()
SHARP.dps = 700
SCALES = (1e-300, 1e-9, 0.1, 1.0, 10.0, 40.0, 300.0, 700.0)
ALWAYS = 4.0
"""So many ULP are no loss; beyond, the plain form must be as bad."""


@pytest.mark.parametrize(("row", "witness"), WITNESSES, ids=[f"{r.name}-{k}" for k, (r, _) in enumerate(WITNESSES)])
def test_no_rewrite_is_worse_than_the_plain_form(row, witness) -> None:
    """Each row comes after those before it in the table."""
    definition, raw = prepared(witness.text)
    earlier = REWRITES[: REWRITES.index(row)]
    graph = optimise(raw, [Pass(r.name, r.apply) for r in earlier])
    new = optimise(graph, [Pass(row.name, row.apply)])
    sizes = sizes_for(definition, batch=3)
    generator = np.random.default_rng(5)
    for scale in SCALES:
        points = {i.name: point(generator, i, sizes, scale) for i in definition.inputs}
        truth = interpret(raw, {k: as_objects(v, SHARP.mpf) for k, v in points.items()}, sizes, Exact(SHARP))
        floats = {k: as_objects(v, np.float64) for k, v in points.items()}
        plain, right = (interpret(g, floats, sizes, Floats()) for g in (graph, new))
        for old, found, true in zip(plain, right, truth, strict=True):
            for place in np.ndindex(true.shape):
                if isinstance(true[place], SHARP.mpc):  # outside of the domain
                    assert np.isnan(found[place])
                    continue
                before, after = (ulps(a[place], true[place]) for a in (old, found))
                assert after <= max(ALWAYS, 1.5 * before), (scale, points, before, after)


def point(generator, entry, sizes, scale: float):
    """Normal numbers of that scale; targets are 0 or 1 or between."""
    dimensions = [d if isinstance(d, int) else sizes[d] for d in entry.dimensions]
    shape = (sizes[BATCH], *dimensions)
    if entry.name == "t":
        return np.broadcast_to(generator.choice([0.0, 1.0, 0.25], size=(sizes[BATCH], *[1] * len(dimensions))), shape)
    return generator.normal(size=shape) * (scale if entry.name not in ("g", "v") else 1.0)


def as_objects(array, kind):
    result = np.empty(np.shape(array), dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = kind(float(array[place]))
    return result


def ulps(found, true) -> float:
    """The distance in units of the last place of the truth; not a number is infinitely wrong."""
    with np.errstate(all="ignore"):
        nearest = abs(np.float64(float(true)))
    if np.isinf(nearest):
        return 0.0 if found == float(true) else np.inf
    if not np.isfinite(found):
        return np.inf
    spacing = SHARP.mpf(float(np.spacing(nearest)))
    return float(abs(SHARP.mpf(float(found)) - true) / spacing)
