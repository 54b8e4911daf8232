"""Ours, the textbook's, and the limits: all that needs nothing but NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.cases import Case, flat
from benchmarks.forms.row import Forms
from benchmarks.peers.row import Run


def ours(case: Case, forms: Forms | None, threads: int) -> Run:
    """A call as users make it: the result is a new array."""
    function, arguments = case.kernel.function, tuple(case.arrays.values())
    return lambda: function(*arguments)


def ours_into(case: Case, forms: Forms | None, threads: int) -> Run:
    """The result goes to arrays that are there."""
    function, arguments = case.kernel.function, tuple(case.arrays.values())
    found = tuple(np.array(a) for a in flat(function(*arguments)))
    out = found if len(found) > 1 else found[0]
    return lambda: function(*arguments, out=out)


def textbook(case: Case, forms: Forms | None, threads: int) -> Run | None:
    form = forms.textbook.get(case.kernel.suffix) if forms else None
    arguments = tuple(case.arrays.values())
    return None if form is None else lambda: form(*arguments)


def largest(case: Case) -> Any:
    """The largest floating array that goes in or comes out, as one row of numbers."""
    arrays = (*case.arrays.values(), *map(np.asarray, flat(case.kernel.function(*case.arrays.values()))))
    return max((a for a in arrays if a.dtype.kind == "f"), key=np.size).ravel()


def copy(case: Case, forms: Forms | None, threads: int) -> Run:
    array = largest(case)
    out = np.empty_like(array)
    return lambda: np.copyto(out, array)


def multiply(case: Case, forms: Forms | None, threads: int) -> Run:
    """Two arrays read, one written."""
    left = largest(case)
    right, out = left.copy(), np.empty_like(left)
    return lambda: np.multiply(left, right, out=out)


def exponential(case: Case, forms: Forms | None, threads: int) -> Run:
    array = np.clip(largest(case), -10, 10)
    out = np.empty_like(array)
    return lambda: np.exp(array, out=out)
