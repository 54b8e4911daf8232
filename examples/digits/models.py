"""Two models of handwritten digits: the catalogue's network `mlp` with one layer, a perceptron, and with three.

One kernel serves both: it takes a list of weights, as many as there are layers. The last input of every sample is 1, so
that its weights are the biases of the first layer.
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np

from generated.kernels import mlp_value_and_grad, sigmoid

Array = np.ndarray[Any, np.dtype[np.float64]]
Weights = tuple[Array, ...]

SHAPES = {"perceptron": (65, 10), "mlp": (65, 48, 32, 10)}
"""Sizes of the layers, from the 64 pixels and the 1 to the ten digits."""


def value_and_gradient(x: Array, t: Array, weights: Weights, total: int) -> tuple[float, Weights]:
    """The loss of these samples and its gradient by the weights, each sample weighing 1/total."""
    losses, gradient = mlp_value_and_grad(x, t, weights, 1 / total)
    return float(losses.sum() / total), tuple(gradient)


def predict(x: Array, weights: Weights) -> Array:
    """The most active output of each sample."""
    return np.argmax(functools.reduce(lambda outputs, layer: sigmoid(outputs @ layer), weights, x), axis=-1)


def first_weights(name: str, seed: int = 0) -> Weights:
    """Normal numbers, the narrower the more inputs a layer has."""
    generator = np.random.default_rng(seed)
    sizes = SHAPES[name]
    return tuple(
        generator.normal(scale=2 / np.sqrt(inputs), size=(inputs, outputs))
        for inputs, outputs in itertools.pairwise(sizes)
    )
