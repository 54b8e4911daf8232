"""Kernels of scalar arguments as functions of points, whose last axis holds the coordinates.

Contract: the adapters only rearrange arrays; a result per input (a NamedTuple) becomes the last axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from derive.descent.optimizers import Array

Kernel = Callable[..., Any]


def joined(parts: Any) -> Array:
    """One array per input, or a single array, to an array with the inputs as last axis."""
    arrays = parts if isinstance(parts, tuple) else (parts,)
    return np.stack(np.broadcast_arrays(*arrays), axis=-1).astype(np.float64, copy=False)


def coordinates(points: Array) -> tuple[Array, ...]:
    return tuple(np.moveaxis(np.asarray(points, dtype=np.float64), -1, 0))


def value_and_gradient(kernel: Kernel) -> Callable[[Array], tuple[Any, Array]]:
    """(value, gradient) at points from f_value_and_grad."""

    def function(points: Array) -> tuple[Any, Array]:
        value, *parts = kernel(*coordinates(points))
        return value, joined(parts[0] if len(parts) == 1 else tuple(parts))

    return function


def gradient(kernel: Kernel) -> Callable[[Array], Array]:
    """The gradient at points from f_grad."""
    return lambda points: joined(kernel(*coordinates(points)))


def hessian(kernel: Kernel) -> Callable[[Array], Array]:
    """The matrix of second derivatives at points from f_hessian; one input gives 1 x 1."""

    def function(points: Array) -> Array:
        inputs = coordinates(points)
        found = np.asarray(kernel(*inputs), dtype=np.float64)
        return found.reshape((*np.shape(inputs[0]), len(inputs), len(inputs)))

    return function


def value(kernel: Kernel) -> Callable[[Array], Any]:
    """The value at points from f."""
    return lambda points: kernel(*coordinates(points))
