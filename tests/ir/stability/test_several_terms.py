"""Differences over one denominator, and those that stay apart because a term has a pole."""

from __future__ import annotations

import numpy as np
import pytest

from derive.ir.optimise import optimise
from derive.language.resolve import parse
from derive.verify.arrays import compute as on_arrays
from derive.verify.certify import errors
from tests.corpus import DEFINITIONS
from tests.ir.graphs import values_of


@pytest.mark.parametrize("body", ["v - w*exp(x)/expm1(x)", "v - w/expm1(-x)", "v + w/tanh(x)"])
def test_beside_a_pole_no_term_is_brought_over_its_denominator(body: str) -> None:
    """The difference is not small, while over one denominator (1 - e) v and w would cancel by themselves."""
    definition = parse(f"f(x, v, w) -> y\n y = {body}", DEFINITIONS)[-1]
    x = np.array([1e-9, -1e-9, 1e-6, -1e-6, 1e-3, 0.1, 5.0, 800.0, -800.0])
    inputs = {"x": x, "v": np.ones_like(x), "w": 3 * np.minimum(abs(x), 1)}
    (found,), (truth,) = (
        on_arrays(optimise(values_of(definition)), inputs, {"*": len(x)}, kind) for kind in (float, np.longdouble)
    )
    assert np.isfinite(found).all()
    assert errors(found, truth, truth).max() <= 8


@pytest.mark.parametrize(
    "body", ["(x - sigmoid(x))**4", "x*(x - sigmoid(x))**2", "(2*x - sigmoid(x))*(3*x - sigmoid(x))"]
)
def test_small_factors_are_not_multiplied_out(body: str) -> None:
    """Near x = sigmoid(x) = 0.659 a power of the difference has the digits of the difference, which are few."""
    definition = parse(f"f(x) -> y\n y = {body}", DEFINITIONS)[-1]
    x = 0.6590460684074065 + np.array([1e-2, -1e-2, 1e-4, -1e-4, 0.3, -0.3])
    (found,), (truth,) = (
        on_arrays(optimise(values_of(definition)), {"x": x}, {"*": len(x)}, kind) for kind in (float, np.longdouble)
    )
    allowed = 8 * (1 + 0.66 / abs(x - 0.6590460684074065))  # of x, and of the sigmoid, rounded once
    assert (errors(found, truth, truth) <= allowed).all()
