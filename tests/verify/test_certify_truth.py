"""The ways to a truth agree with each other and with mpmath, and are chosen by what a graph needs."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from derive.ir.graph import BATCH
from derive.ir.optimise import optimise
from derive.language.resolve import parse
from derive.verify.certify_truth import CONTEXT, DIGIT_ENTRIES, EXTENDED, WAYS, exactly, to_extended, way_of
from tests.corpus import DEFINITIONS
from tests.ir.graphs import values_of

EXTENDED_WAY, DOUBLE_WAY, DIGITS_WAY = WAYS


def graph(body: str):
    return optimise(values_of(parse(f"f(x) -> y\n y = {body}", DEFINITIONS)[-1]))


@pytest.mark.parametrize(
    ("body", "wide", "narrow"),
    [
        ("sigmoid(x)", EXTENDED_WAY, EXTENDED_WAY),
        ("1/2*(1 + erf(x/sqrt(2)))", DIGITS_WAY, DOUBLE_WAY),
        ("exp(-x**2/2)", DIGITS_WAY, DOUBLE_WAY),
        ("digamma(x)", DIGITS_WAY, DIGITS_WAY),
    ],
)
def test_the_way_is_the_first_that_has_all_functions(body: str, wide, narrow) -> None:
    assert way_of(graph(body), np.float64) is wide
    assert way_of(graph(body), np.float32) is narrow


@pytest.mark.parametrize("body", ["sigmoid(x)", "x*exp(-x**2/2)", "x/2*(1 + erf(x/sqrt(2)))"])
def test_ways_agree(body: str) -> None:
    x = np.concatenate([np.linspace(-9, 9, 40), [0.0, np.inf, np.nan]])
    sizes = {BATCH: len(x)}
    (digits,) = DIGITS_WAY.compute(graph(body), {"x": x}, sizes)
    other = EXTENDED_WAY if body == "sigmoid(x)" else DOUBLE_WAY
    (found,) = other.compute(graph(body), {"x": x}, sizes)
    assert np.allclose(found.astype(float), digits.astype(float), rtol=other.agreement, atol=0, equal_nan=True)


def test_extended_numbers_and_digits_are_the_same_numbers() -> None:
    for value in (EXTENDED(1) / 3, EXTENDED("1e-4000"), EXTENDED(5e-324), EXTENDED(-2.5), EXTENDED("3e4900")):
        assert to_extended(exactly(value, CONTEXT)) == value
    assert to_extended(mpmath.mpf("1e-9999999")) == 0
    assert np.isinf(to_extended(mpmath.mpf("1e9999999")))
    assert np.isnan(to_extended(exactly(np.nan, CONTEXT)))


def test_many_digits_take_fewer_points_and_keep_the_ends() -> None:
    x = np.arange(5 * DIGIT_ENTRIES, dtype=float)
    thin = DIGITS_WAY.thinned({"x": x, "g": -x})
    assert len(thin["x"]) <= DIGIT_ENTRIES
    assert np.array_equal(thin["g"], -thin["x"])
    assert set(x[-10:]) <= set(thin["x"])
    assert EXTENDED_WAY.thinned({"x": x})["x"] is x
