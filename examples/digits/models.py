"""Two models of handwritten digits, as definitions, and their kernels.

The last input of every sample is 1, so that its weights are the biases of the first layer.
"""

from __future__ import annotations

import functools
import itertools
from types import ModuleType
from typing import Any

import numpy as np

import derive

Array = np.ndarray[Any, np.dtype[np.float64]]
Weights = tuple[Array, ...]

TEXTS = {
    "perceptron": """
perceptron(x[n], t[m]; w[n, m]) -> E
    X[k] = sum(j, w[j, k] * x[j])
    O[k] = sigmoid(X[k])
    E = 1/2 * sum(k, (O[k] - t[k])**2)
""",
    "mlp": """
mlp(x[a], t[d]; W1[a, b], W2[b, c], W3[c, d]) -> E
    X1[j] = sum(i, W1[i, j] * x[i])
    O1[j] = sigmoid(X1[j])
    X2[k] = sum(j, W2[j, k] * O1[j])
    O2[k] = sigmoid(X2[k])
    X3[l] = sum(k, W3[k, l] * O2[k])
    O3[l] = sigmoid(X3[l])
    E = 1/2 * sum(l, (O3[l] - t[l])**2)
""",
}

SHAPES = {"perceptron": (65, 10), "mlp": (65, 48, 32, 10)}
"""Sizes of the layers, from the 64 pixels and the 1 to the ten digits."""

OUTPUTS = {"perceptron": "O", "mlp": "O3"}


@functools.cache
def kernels(name: str) -> ModuleType:
    """Derived, checked and compiled where it is first asked for: in this process or in a worker."""
    return derive.define(TEXTS[name]).compile()


@functools.cache
def outputs(name: str) -> ModuleType:
    """The same equations with the network's output as their result, for predictions."""
    return derive.define(prediction_text(name)).compile()


def prediction_text(name: str) -> str:
    """The definition up to its output, without target and loss."""
    header, *equations = TEXTS[name].strip().splitlines()
    inputs = header.partition("(")[2].partition(")")[0].replace(f", t[{'m' if name == 'perceptron' else 'd'}]", "")
    return "\n".join([f"{name}_output({inputs}) -> {OUTPUTS[name]}", *equations[:-1]])


def value_and_gradient(name: str, x: Array, t: Array, weights: Weights, total: int) -> tuple[float, Weights]:
    """The loss of these samples and its gradient by the weights, each sample weighing 1/total."""
    kernel = getattr(kernels(name), f"{name}_value_and_grad")
    losses, gradient = kernel(x, t, *weights, np.full(len(x), 1 / total))
    parts = gradient if isinstance(gradient, tuple) else (gradient,)
    return float(losses.sum() / total), tuple(parts)


def predict(name: str, x: Array, weights: Weights) -> Array:
    """The most active output of each sample."""
    return np.argmax(getattr(outputs(name), f"{name}_output")(x, *weights), axis=-1)


def first_weights(name: str, seed: int = 0) -> Weights:
    """Normal numbers, the narrower the more inputs a layer has."""
    generator = np.random.default_rng(seed)
    sizes = SHAPES[name]
    return tuple(
        generator.normal(scale=2 / np.sqrt(inputs), size=(inputs, outputs))
        for inputs, outputs in itertools.pairwise(sizes)
    )
