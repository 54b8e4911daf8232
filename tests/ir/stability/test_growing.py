"""Functions of one exponential that grow without bound: no infinity meets a 0 on the way to their limits."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import derive

FORMS = {
    "sinh(x)**2": lambda x: mpmath.sinh(x) ** 2,
    "sinh(x)**3": lambda x: mpmath.sinh(x) ** 3,
    "exp(-x)*expm1(x)**3": lambda x: mpmath.exp(-x) * mpmath.expm1(x) ** 3,
    "3**(-2*x)*(3**x - 1)**3": lambda x: mpmath.mpf(3) ** (-2 * x) * (mpmath.mpf(3) ** x - 1) ** 3,
}
SIZES = (0.0, 1e-300, 1e-8, 0.3, 2.0, 30.0, 100.0, 200.0, 400.0, 1e5)


@pytest.mark.parametrize("form", FORMS)
def test_values_and_limits_on_both_sides(form: str) -> None:
    f = derive.define(f"f(x) -> y\n    y = {form}").compile().f
    with mpmath.workdps(60):
        for x in (*SIZES, *(-s for s in SIZES)):
            true = FORMS[form](mpmath.mpf(x))
            expected = float(true) if abs(true) < 1e308 else float(np.inf * np.sign(float(mpmath.sign(true))))
            assert np.isclose(float(f(np.float64(x))), expected, rtol=1e-15, atol=1e-300), x
