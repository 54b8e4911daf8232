"""HIPS autograd: NumPy, traced at every call."""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.forms.row import Forms
from benchmarks.peers.row import Run


def prepare(case: Case, forms: Forms | None, threads: int) -> Run | None:
    import autograd

    suffix, inputs = case.kernel.suffix, case.inputs
    if forms is None or suffix not in ("grad", "vjp", "value_and_grad", "jvp"):
        return None
    function = partial(forms.plain, names())
    places = case.places if len(case.places) > 1 else case.places[0]
    if suffix == "jvp":
        forward = autograd.make_jvp(function, places)
        tangent = case.extras if len(case.places) > 1 else case.extras[0]
        return lambda: forward(*inputs)(tangent)[1]
    backward = autograd.make_vjp(function, places)
    cotangent = case.extras[0] if case.extras else np.ones_like(case.values[0])

    def run() -> Any:
        pull, y = backward(*inputs)
        return (y, pull(cotangent)) if suffix == "value_and_grad" else pull(cotangent)

    return run


def names() -> Any:
    """autograd's NumPy, and its erf where SciPy is installed."""
    import autograd.numpy

    found = dict(vars(autograd.numpy))
    if find_spec("scipy"):
        import autograd.scipy.special

        found["erf"] = autograd.scipy.special.erf
    return SimpleNamespace(**found)
