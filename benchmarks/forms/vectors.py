"""Functions of vectors, row by row: softmax and its logarithm, cross entropies, distances, normalization."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.forms.names import aten, nn, tensors
from benchmarks.forms.row import Form, Forms, Loop, of_loss

Array = Any


def one_hot(chance: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Targets of a classifier."""
    found = np.zeros(shape)
    np.put_along_axis(found, chance.integers(0, shape[-1], (*shape[:-1], 1)), 1.0, axis=-1)
    return found


# --- values, with the names of NumPy


def softmax(xp: Any, a: Array) -> Array:
    e = xp.exp(a - xp.max(a, axis=-1, keepdims=True))
    return e / xp.sum(e, axis=-1, keepdims=True)


def logsumexp(xp: Any, a: Array) -> Array:
    highest = xp.max(a, axis=-1, keepdims=True)
    return xp.log(xp.sum(xp.exp(a - highest), axis=-1)) + highest[..., 0]


def log_softmax(xp: Any, a: Array) -> Array:
    return a - logsumexp(xp, a)[..., None]


def label_cross_entropy(xp: Any, a: Array, y: Array) -> Array:
    return -log_softmax(xp, a)[np.arange(len(y)), y]


def layer_norm(xp: Any, x: Array, gamma: Array, beta: Array) -> Array:
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    return gamma * centred / xp.sqrt(xp.mean(centred**2, axis=-1, keepdims=True) + 1e-5) + beta


def rms_norm(xp: Any, x: Array, gamma: Array) -> Array:
    return gamma * x / xp.sqrt(xp.mean(x**2, axis=-1, keepdims=True) + 1e-5)


def length(xp: Any, x: Array) -> Array:
    return xp.sqrt(xp.sum(x**2, axis=-1))


def cosine(xp: Any, x: Array, y: Array) -> Array:
    return xp.sum(x * y, axis=-1) / (length(xp, x) * length(xp, y))


# --- textbook derivatives


def softmax_vjp(a: Array, g: Array) -> Array:
    p = softmax(np, a)
    return p * (g - np.sum(g * p, axis=-1, keepdims=True))


def softmax_jacobian(a: Array) -> Array:
    p = softmax(np, a)
    return p[..., :, None] * (np.eye(a.shape[-1], dtype=a.dtype) - p[..., None, :])


def label_gradient(a: Array, y: Array) -> Array:
    p = softmax(np, a)
    p[np.arange(len(y)), y] -= 1
    return p


def cosine_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    a, b = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (x, y))
    c = np.sum(x * y, axis=-1, keepdims=True) / (a * b)
    return y / (a * b) - c * x / a**2, x / (a * b) - c * y / b**2


def layer_norm_vjp(x: Array, gamma: Array, beta: Array, g: Array) -> tuple[Array, Array, Array]:
    centred = x - np.mean(x, axis=-1, keepdims=True)
    s = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + 1e-5)
    z, h = centred / s, gamma * g
    own = (h - np.mean(h, axis=-1, keepdims=True) - z * np.mean(h * z, axis=-1, keepdims=True)) / s
    return own, np.sum(g * z, axis=0), np.sum(g, axis=0)


def rms_norm_vjp(x: Array, gamma: Array, g: Array) -> tuple[Array, Array]:
    r = np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + 1e-5)
    z, h = x / r, gamma * g
    return (h - z * np.mean(h * z, axis=-1, keepdims=True)) / r, np.sum(g * z, axis=0)


def linear_loss_gradient(x: Array, y: Array, w: Array, b: Array) -> tuple[Array, Array]:
    r = y - (x * w + b)
    return np.sum(-2 * r * x), np.sum(-2 * r)


# --- PyTorch's own operations


def softmax_direct(a: Any, g: Any) -> Form:
    p, out = tensors(a, 2)

    def run() -> Any:
        aten()._softmax.out(a, -1, False, out=p)
        return aten()._softmax_backward_data.out(g, p, -1, a.dtype, grad_input=out)

    return run


def softmax_from_output_direct(p: Any, g: Any) -> Form:
    (out,) = tensors(p, 1)
    return lambda: aten()._softmax_backward_data.out(g, p, -1, p.dtype, grad_input=out)


def log_softmax_direct(a: Any, g: Any) -> Form:
    y, out = tensors(a, 2)

    def run() -> Any:
        aten()._log_softmax.out(a, -1, False, out=y)
        return aten()._log_softmax_backward_data.out(g, y, -1, a.dtype, out=out)

    return run


def cross_entropy_direct(a: Any, t: Any) -> Form:
    (out,) = tensors(a, 1)

    def run() -> Any:
        aten()._softmax.out(a, -1, False, out=out)
        return aten().sub.out(out, t, out=out)

    return run


def label_direct(a: Any, y: Any) -> Form:
    (out,) = tensors(a, 1)
    places, minus = y[:, None], a.new_full((len(y), 1), -1.0)

    def run() -> Any:
        aten()._softmax.out(a, -1, False, out=out)
        return out.scatter_add_(1, places, minus)

    return run


def mse_direct(y: Any, t: Any) -> Form:
    (out,) = tensors(y, 1)
    factor = 2 / y.shape[-1]

    def run() -> Any:
        aten().sub.out(y, t, out=out)
        return aten().mul_.Scalar(out, factor)

    return run


# --- loops for numba, of one row


def softmax_loop(a: Array, g: Array, out: Array) -> None:
    highest, total, inner = -math.inf, 0.0, 0.0
    for i in range(len(a)):
        highest = max(highest, a[i])
    for i in range(len(a)):
        out[i] = math.exp(a[i] - highest)
        total += out[i]
        inner += out[i] * g[i]
    for i in range(len(a)):
        out[i] = out[i] / total * (g[i] - inner / total)


def log_softmax_loop(a: Array, g: Array, out: Array) -> None:
    highest, total, inner = -math.inf, 0.0, 0.0
    for i in range(len(a)):
        highest = max(highest, a[i])
    for i in range(len(a)):
        out[i] = math.exp(a[i] - highest)
        total += out[i]
        inner += g[i]
    for i in range(len(a)):
        out[i] = g[i] - inner * (out[i] / total)


def cross_entropy_loop(a: Array, t: Array, out: Array) -> None:
    highest, total = -math.inf, 0.0
    for i in range(len(a)):
        highest = max(highest, a[i])
    for i in range(len(a)):
        out[i] = math.exp(a[i] - highest)
        total += out[i]
    for i in range(len(a)):
        out[i] = out[i] / total - t[i]


def label_loop(a: Array, y: int, out: Array) -> None:
    highest, total = -math.inf, 0.0
    for i in range(len(a)):
        highest = max(highest, a[i])
    for i in range(len(a)):
        out[i] = math.exp(a[i] - highest)
        total += out[i]
    for i in range(len(a)):
        out[i] = out[i] / total
    out[y] -= 1


def logsumexp_loop(a: Array, out: Array) -> None:
    highest, total = -math.inf, 0.0
    for i in range(len(a)):
        highest = max(highest, a[i])
    for i in range(len(a)):
        out[i] = math.exp(a[i] - highest)
        total += out[i]
    for i in range(len(a)):
        out[i] = out[i] / total


def mse_loop(y: Array, t: Array, out: Array) -> None:
    for i in range(len(y)):
        out[i] = 2 * (y[i] - t[i]) / len(y)


def l2_norm_loop(d: Array, out: Array) -> None:
    total = 0.0
    for i in range(len(d)):
        total += d[i] * d[i]
    for i in range(len(d)):
        out[i] = d[i] / math.sqrt(total)


ROWWISE = "(n),(n)->(n)"

ROWS = (
    Forms(
        "softmax",
        plain=softmax,
        torch=lambda a: nn().softmax(a, dim=-1),
        jax=lambda jax, a: jax.nn.softmax(a, axis=-1),
        textbook={
            "": lambda a: softmax(np, a),
            "vjp": softmax_vjp,
            "jvp": softmax_vjp,
            "jacobian": softmax_jacobian,
            "vjp_from_output": lambda p, g: p * (g - np.sum(g * p, axis=-1, keepdims=True)),
        },
        direct={"vjp": softmax_direct, "vjp_from_output": softmax_from_output_direct},
        loops={"vjp": Loop(softmax_loop, ROWWISE), "jvp": Loop(softmax_loop, ROWWISE)},
    ),
    Forms(
        "logsumexp",
        plain=logsumexp,
        torch=lambda a: a.logsumexp(-1),
        jax=lambda jax, a: jax.nn.logsumexp(a, axis=-1),
        textbook=of_loss(lambda a: softmax(np, a), lambda a: logsumexp(np, a)),
        loops={"grad": Loop(logsumexp_loop, "(n)->(n)")},
    ),
    Forms(
        "log_softmax",
        plain=log_softmax,
        torch=lambda a: nn().log_softmax(a, dim=-1),
        jax=lambda jax, a: jax.nn.log_softmax(a, axis=-1),
        textbook={
            "": lambda a: log_softmax(np, a),
            "vjp": lambda a, g: g - softmax(np, a) * np.sum(g, axis=-1, keepdims=True),
            "jvp": lambda a, v: v - np.sum(softmax(np, a) * v, axis=-1, keepdims=True),
            "jacobian": lambda a: np.eye(a.shape[-1], dtype=a.dtype) - softmax(np, a)[..., None, :],
        },
        direct={"vjp": log_softmax_direct},
        loops={"vjp": Loop(log_softmax_loop, ROWWISE)},
    ),
    Forms(
        "softmax_cross_entropy",
        plain=lambda xp, a, t: -xp.sum(t * log_softmax(xp, a), axis=-1),
        torch=lambda a, t: nn().cross_entropy(a, t, reduction="none"),
        jax=lambda jax, a, t: -(t * jax.nn.log_softmax(a, axis=-1)).sum(-1),
        textbook=of_loss(lambda a, t: softmax(np, a) - t, lambda a, t: -np.sum(t * np.log(softmax(np, a)), axis=-1)),
        direct={"grad": cross_entropy_direct},
        loops={"grad": Loop(cross_entropy_loop, ROWWISE)},
        draws={"t": one_hot},
    ),
    Forms(
        "label_cross_entropy",
        plain=label_cross_entropy,
        torch=lambda a, y: nn().cross_entropy(a, y, reduction="none"),
        textbook=of_loss(label_gradient, lambda a, y: -np.log(softmax(np, a)[np.arange(len(y)), y])),
        direct={"grad": label_direct},
        loops={"grad": Loop(label_loop, "(n),()->(n)")},
    ),
    Forms(
        "cross_entropy",
        plain=lambda xp, p, t: -xp.sum(t * xp.log(p), axis=-1),
        textbook=of_loss(lambda p, t: -t / p, lambda p, t: -np.sum(t * np.log(p), axis=-1)),
        draws={"t": one_hot},
        arithmetic=True,
    ),
    Forms(
        "mse",
        plain=lambda xp, y, t: xp.mean((y - t) ** 2, axis=-1),
        torch=lambda y, t: nn().mse_loss(y, t, reduction="none").mean(-1),
        textbook=of_loss(lambda y, t: 2 * (y - t) / y.shape[-1], lambda y, t: np.mean((y - t) ** 2, axis=-1)),
        direct={"grad": mse_direct},
        loops={"grad": Loop(mse_loop, ROWWISE)},
        arithmetic=True,
    ),
    Forms(
        "l2_norm",
        plain=length,
        torch=lambda d: nn().torch.linalg.vector_norm(d, dim=-1),
        jax=lambda jax, d: jax.numpy.linalg.norm(d, axis=-1),
        textbook=of_loss(lambda d: d / np.linalg.norm(d, axis=-1, keepdims=True), lambda d: np.linalg.norm(d, axis=-1)),
        loops={"grad": Loop(l2_norm_loop, "(n)->(n)")},
        arithmetic=True,
    ),
    Forms(
        "linear_loss",
        plain=lambda xp, x, y, w, b: xp.sum((y - (x * w + b)) ** 2, axis=-1),
        textbook=of_loss(linear_loss_gradient, lambda x, y, w, b: np.sum((y - (x * w + b)) ** 2, axis=-1)),
        arithmetic=True,
    ),
    Forms(
        "layer_norm",
        plain=layer_norm,
        torch=lambda x, gamma, beta: nn().layer_norm(x, x.shape[-1:], gamma, beta, 1e-5),
        textbook={"": lambda x, gamma, beta: layer_norm(np, x, gamma, beta), "vjp": layer_norm_vjp},
        arithmetic=True,
    ),
    Forms(
        "rms_norm",
        plain=rms_norm,
        torch=lambda x, gamma: nn().rms_norm(x, x.shape[-1:], gamma, 1e-5),
        textbook={"": lambda x, gamma: rms_norm(np, x, gamma), "vjp": rms_norm_vjp},
        arithmetic=True,
    ),
    Forms(
        "cosine_similarity",
        plain=cosine,
        torch=lambda x, y: nn().cosine_similarity(x, y, dim=-1),
        textbook=of_loss(cosine_gradient, lambda x, y: cosine(np, x, y)),
        arithmetic=True,
    ),
)
