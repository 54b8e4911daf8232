"""Stationary points from a grid of starts: found, told apart, each once."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from derive.descent.stationary import StationaryPoint, grid, stationary_points
from derive.pipeline.descents import stationary_of
from derive.pipeline.functions import Compiled, function_of_numbers

MINIMA = ((3.584428, -1.848126), (3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186))


@functools.cache
def himmelblau() -> Compiled:
    return function_of_numbers("himmelblau")


def test_the_generated_hessian() -> None:
    """Against [[12 x**2 + 4 y - 42, 4 (x + y)], [4 (x + y), 12 y**2 + 4 x - 26]]."""
    points = np.random.default_rng(2).uniform(-6, 6, size=(5, 2))
    x, y = points.T
    mixed = 4 * (x + y)
    expected = np.stack([12 * x**2 + 4 * y - 42, mixed, mixed, 12 * y**2 + 4 * x - 26], axis=-1).reshape(-1, 2, 2)
    np.testing.assert_allclose(himmelblau().hessian(points), expected, rtol=1e-12, atol=1e-12)


def test_all_nine_points_of_himmelblau() -> None:
    gradient = himmelblau().gradient
    found = stationary_of(himmelblau(), ((-6, 6), (-6, 6)), 13)
    assert [p.kind for p in found] == ["minimum"] * 4 + ["saddle"] * 4 + ["maximum"]
    for point, expected in zip(found, MINIMA, strict=False):
        np.testing.assert_allclose(point.position, expected, atol=5e-7)
    np.testing.assert_allclose(found[-1].position, (-0.270845, -0.923039), atol=5e-7)
    for point in found:
        assert np.abs(gradient(point.position)).max() < 1e-11


def test_starts_decide_what_is_found() -> None:
    found = stationary_points(himmelblau().gradient, himmelblau().hessian, np.array([[3.1, 2.1], [2.9, 1.9]]))
    assert [tuple(np.round(p.position, 9)) for p in found] == [(3.0, 2.0)]


def test_a_function_of_one_number_that_only_rises() -> None:
    assert stationary_of(function_of_numbers("sigmoid"), ((-1, 1),), 3) == ()


def test_no_stationary_point() -> None:
    found = stationary_points(np.ones_like, lambda p: np.zeros((*p.shape, p.shape[-1])), grid(((-1, 1),), 3))
    assert found == ()


@pytest.mark.parametrize(
    ("eigenvalues", "kind"),
    [
        ((1.0, 2.0), "minimum"),
        ((-1.0, -2.0), "maximum"),
        ((-1.0, 2.0), "saddle"),
        ((0.0, 2.0), "flat"),
        ((0.0,), "flat"),
    ],
)
def test_kinds(eigenvalues: tuple[float, ...], kind: str) -> None:
    assert StationaryPoint(np.zeros(len(eigenvalues)), np.array(eigenvalues)).kind == kind
