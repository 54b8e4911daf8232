"""Functions whose cost is that of products of matrices: perceptrons, a network of two layers, attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.forms.names import nn
from benchmarks.forms.numbers import sigmoid
from benchmarks.forms.row import Forms, of_loss
from benchmarks.forms.vectors import softmax

Array = Any


def squashed(xp: Any, x: Array) -> Array:
    return 1 / (1 + xp.exp(-x))


def perceptron(xp: Any, x: Array, t: Array, w: Array) -> Array:
    return xp.sum((squashed(xp, x @ w) - t) ** 2, axis=-1) / 2


def perceptron_single(xp: Any, x: Array, t: Array, w: Array) -> Array:
    return (squashed(xp, x @ w) - t) ** 2 / 2


def mlp(xp: Any, x: Array, t: Array, v: Array, w: Array) -> Array:
    return xp.sum((squashed(xp, squashed(xp, x @ v) @ w) - t) ** 2, axis=-1) / 2


def attention(xp: Any, q: Array, k: Array, v: Array) -> Array:
    return softmax(xp, q @ xp.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])) @ v


# --- textbook derivatives


def perceptron_gradient(x: Array, t: Array, w: Array) -> tuple[Array, Array]:
    o = sigmoid(x @ w)
    delta = (o - t) * o * (1 - o)
    return x.T @ delta, delta @ w.T


def perceptron_single_gradient(x: Array, t: Array, w: Array) -> Array:
    o = sigmoid(x @ w)
    return ((o - t) * o * (1 - o)) @ x


def mlp_gradient(x: Array, t: Array, v: Array, w: Array) -> tuple[Array, Array]:
    h = sigmoid(x @ v)
    o = sigmoid(h @ w)
    delta = (o - t) * o * (1 - o)
    return x.T @ ((delta @ w.T) * h * (1 - h)), h.T @ delta


def attention_vjp(q: Array, k: Array, v: Array, g: Array) -> tuple[Array, Array, Array]:
    scale = 1 / math.sqrt(q.shape[-1])
    p = softmax(np, q @ k.mT * scale)
    back = g @ v.mT
    s = p * (back - np.sum(back * p, axis=-1, keepdims=True)) * scale
    return s @ k, s.mT @ q, p.mT @ g


ROWS = (
    Forms(
        "perceptron",
        plain=perceptron,
        torch=lambda x, t, w: ((nn().sigmoid(x @ w) - t) ** 2).sum(-1) / 2,
        textbook=of_loss(perceptron_gradient, lambda x, t, w: perceptron(np, x, t, w)),
    ),
    Forms(
        "perceptron_single",
        plain=perceptron_single,
        torch=lambda x, t, w: (nn().sigmoid(x @ w) - t) ** 2 / 2,
        textbook=of_loss(perceptron_single_gradient, lambda x, t, w: perceptron_single(np, x, t, w)),
    ),
    Forms(
        "mlp",
        plain=mlp,
        torch=lambda x, t, v, w: ((nn().sigmoid(nn().sigmoid(x @ v) @ w) - t) ** 2).sum(-1) / 2,
        textbook=of_loss(mlp_gradient, lambda x, t, v, w: mlp(np, x, t, v, w)),
    ),
    Forms(
        "attention",
        plain=attention,
        torch=lambda q, k, v: nn().softmax(q @ k.mT / math.sqrt(q.shape[-1]), dim=-1) @ v,
        textbook={"": lambda q, k, v: attention(np, q, k, v), "vjp": attention_vjp},
    ),
)
