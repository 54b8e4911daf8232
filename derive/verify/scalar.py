"""Functions of one number over a range: how far computed derivatives lie off the truth, in ULP.

Contract: `errors_in_ulps(derivation, x, values)` compares values with the closed form at 50 digits or more, raised
until they no longer move; `grid` gives round points without 0 at its kinks.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.verify.cases import Array, Case
from derive.verify.kernels import error_in_ulps
from derive.verify.truth import Truth


def grid(low: float, high: float, count: int) -> Array:
    """Evenly spaced points."""
    return np.linspace(low, high, count)


def truth_of(derivation: Derivation, x: Array) -> Array:
    """The true derivative at every x, with its rounding bound."""
    (variable,) = derivation.definition.inputs
    case = Case({}, x.shape, {variable.name: x}, {}, {variable.name: np.zeros_like(x)}, hard=True)
    return Truth(derivation.definition, case).derivation(derivation)


def errors_in_ulps(derivation: Derivation, x: Array, values: Any) -> Array:
    """|value - truth| in units in the last place of the truth."""
    found = np.empty(x.shape)
    for place, expected in enumerate(truth_of(derivation, x)):
        if expected is None:
            raise CheckError(f"{derivation.name}: no real value at {x[place]}")
        found[place] = error_in_ulps(np.asarray(values)[place], expected)
    return found
