"""Runs on Himmelblau's function with the generated gradient: where they end, and what is said when they do not."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import pytest

from derive.descent.optimizers import optimizer
from derive.descent.run import Descent, descend
from derive.language.errors import DeriveError
from derive.pipeline.descents import descend_on
from derive.pipeline.functions import Compiled, function_of_numbers

MINIMA = {
    "right": (3.0, 2.0),
    "upper left": (-2.805118, 3.131312),
    "lower left": (-3.779310, -3.283186),
    "lower right": (3.584428, -1.848126),
}


@functools.cache
def himmelblau() -> Compiled:
    return function_of_numbers("himmelblau")


def run(start: tuple[float, ...], name: str = "adam", steps: int = 20_000, **settings: Any) -> Descent:
    return descend_on(himmelblau(), start, name, settings, steps=steps)


def test_the_run_of_the_notes() -> None:
    found = run((-4.0, 0.0), lr=0.001)
    assert [r.step for r in found.reports] == list(range(0, 20_001, 2_000))
    values = [r.value for r in found.reports]
    assert values[0] == 146.0
    assert all(later <= earlier for earlier, later in itertools.pairwise(values))
    np.testing.assert_allclose(found.end.position, MINIMA["lower left"], atol=1e-6)
    assert found.outcome == "converged"


@pytest.mark.parametrize(
    ("start", "settings", "ends"),
    [
        ((1.0, 0.0), {"lr": 0.01}, "right"),
        ((4.0, 0.0), {"lr": 0.01}, "lower right"),
        ((-4.0, 0.0), {"name": "gradient-descent", "lr": 0.01}, "lower left"),
        ((-4.0, 0.0), {"name": "gradient-descent", "lr": 0.02}, "upper left"),
        ((-4.0, 0.0), {"name": "momentum", "lr": 0.01, "momentum": 0.3}, "lower left"),
        ((-4.0, 0.0), {"name": "momentum", "lr": 0.01, "momentum": 0.7}, "upper left"),
    ],
)
def test_start_rate_and_momentum_decide_where_it_ends(
    start: tuple[float, ...], settings: dict[str, Any], ends: str
) -> None:
    found = run(start, steps=4_000, **settings)
    np.testing.assert_allclose(found.end.position, MINIMA[ends], atol=1e-6)


def test_divergence_is_an_outcome() -> None:
    found = run((-4.0, 0.0), "gradient-descent", steps=100, lr=0.1)
    assert found.outcome == "diverged"
    assert found.diverged_at is not None
    assert found.diverged_at < 20
    assert all(np.isfinite(r.position).all() and np.isfinite(r.value) for r in found.reports)


def test_a_run_that_is_not_at_rest() -> None:
    found = run((-4.0, 0.0), steps=10)
    assert found.outcome == "moving"
    assert [r.step for r in found.reports] == list(range(11))


def test_the_path_is_kept_where_it_is_asked_for() -> None:
    compiled = himmelblau()
    kept = descend_on(compiled, (1.0, 0.0), "adam", {}, steps=7, every=3, keep_path=True)
    assert kept.path.shape == (8, 2)
    assert [r.step for r in kept.reports] == [0, 3, 6, 7]
    np.testing.assert_array_equal(kept.path[-1], kept.end.position)


def test_any_function_of_any_shape() -> None:
    found = descend(lambda p: ((p**2).sum(), 2 * p), np.ones((2, 3)), optimizer("momentum", lr=0.05), steps=500)
    assert found.outcome == "converged"
    np.testing.assert_allclose(found.end.position, 0, atol=1e-6)


@pytest.mark.parametrize(
    ("start", "options", "message"),
    [
        ((1.0,), {"steps": 3}, "the start has 1 number: himmelblau"),
        ((1.0, float("inf")), {"steps": 3}, "not finite"),
        ((1.0, 0.0), {"steps": 0}, "steps is 0"),
        ((1.0, 0.0), {"steps": 3, "every": -1}, "every is -1"),
    ],
)
def test_faulty_runs(start: tuple[float, ...], options: dict[str, int], message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        descend_on(himmelblau(), start, "adam", {}, **options)


def test_a_gradient_of_another_shape_is_refused() -> None:
    with pytest.raises(DeriveError, match=r"the start has shape \(2,\), the gradient \(1,\)"):
        descend(lambda p: (0.0, np.zeros(1)), (1.0, 2.0), optimizer("adam"), steps=1)
