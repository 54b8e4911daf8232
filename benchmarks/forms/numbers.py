"""Functions of numbers: activations, losses of one prediction, linear models, a test surface."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.forms.names import aten, nn, tensors
from benchmarks.forms.row import Form, Forms, Loop, of_loss, unary

Array = Any


# --- PyTorch's own operations, from the input: what a backward operation wants of the output is computed first


def sigmoid_direct(x: Any, g: Any) -> Form:
    y, out = tensors(x, 2)

    def run() -> Any:
        aten().sigmoid.out(x, out=y)
        return aten().sigmoid_backward.grad_input(g, y, grad_input=out)

    return run


def tanh_direct(x: Any, g: Any) -> Form:
    y, out = tensors(x, 2)

    def run() -> Any:
        aten().tanh.out(x, out=y)
        return aten().tanh_backward.grad_input(g, y, grad_input=out)

    return run


def backward_direct(name: str, *settings: Any) -> Form:
    """An operation name_backward(g, x, settings...)."""

    def prepare(x: Any, g: Any) -> Form:
        (out,) = tensors(x, 1)
        operation = getattr(aten(), name).grad_input
        return lambda: operation(g, x, *settings, grad_input=out)

    return prepare


def elu_direct(x: Any, g: Any) -> Form:
    (out,) = tensors(x, 1)
    return lambda: aten().elu_backward.grad_input(g, 1.0, 1.0, 1.0, False, x, grad_input=out)


def leaky_relu_direct(x: Any, g: Any) -> Form:
    (out,) = tensors(x, 1)
    return lambda: aten().leaky_relu_backward.grad_input(g, x, 0.01, False, grad_input=out)


def bce_direct(x: Any, t: Any) -> Form:
    (out,) = tensors(x, 1)

    def run() -> Any:
        aten().sigmoid.out(x, out=out)
        return aten().sub.out(out, t, out=out)

    return run


# --- textbook forms of several lines


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def sigmoid_slope(x: Array) -> Array:
    y = sigmoid(x)
    return y * (1 - y)


def silu_slope(x: Array) -> Array:
    s = sigmoid(x)
    return s * (1 + x * (1 - s))


def gelu_slope(x: Array) -> Array:
    from scipy.special import erf

    return 0.5 * (1 + erf(x / math.sqrt(2))) + x * np.exp(-0.5 * x**2) / math.sqrt(2 * math.pi)


def bce(xp: Any, x: Array, t: Array) -> Array:
    p = 1 / (1 + xp.exp(-x))
    return -(t * xp.log(p) + (1 - t) * xp.log(1 - p))


def huber_gradient(y: Array, t: Array, delta: Array) -> Array:
    r = y - t
    return np.where(np.abs(r) <= delta, r, delta * np.sign(r))


def himmelblau(xp: Any, x: Array, y: Array) -> Array:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def himmelblau_gradient(x: Array, y: Array) -> tuple[Array, Array]:
    u, v = x**2 + y - 11, x + y**2 - 7
    return 4 * x * u + 2 * v, 2 * u + 4 * y * v


def himmelblau_hessian(x: Array, y: Array) -> Array:
    cross = 4 * (x + y)
    rows = [[12 * x**2 + 4 * y - 42, cross], [cross, 12 * y**2 + 4 * x - 26]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def line_gradient(x: Array, w: Array, b: Array) -> tuple[Array, Array]:
    return np.sum(x), np.asarray(x.size, x.dtype)


def two_layers_gradient(x: Array, w1: Array, b1: Array, w2: Array, b2: Array) -> tuple[Array, Array]:
    return np.sum(w2 * x), np.sum(w1 * x + b1)


# --- loops for numba


def sigmoid_loop(x: float, g: float) -> float:
    y = 1 / (1 + math.exp(-x))
    return g * y * (1 - y)


def silu_loop(x: float, g: float) -> float:
    s = 1 / (1 + math.exp(-x))
    return g * s * (1 + x * (1 - s))


def gelu_loop(x: float, g: float) -> float:
    return g * (0.5 * (1 + math.erf(x * math.sqrt(0.5))) + x * math.exp(-0.5 * x * x) / math.sqrt(2 * math.pi))


def huber_loop(y: float, t: float, delta: float) -> float:
    r = y - t
    return r if abs(r) <= delta else math.copysign(delta, r)


def himmelblau_loop(x: Array, y: Array, a: Array, b: Array) -> None:
    for i in range(len(x)):
        u, v = x[i] * x[i] + y[i] - 11, x[i] + y[i] * y[i] - 7
        a[i] = 4 * x[i] * u + 2 * v
        b[i] = 2 * u + 4 * y[i] * v


ACTIVATIONS = (
    Forms(
        "step",
        plain=lambda xp, x: xp.where(x < 0, 0 * x, 0 * x + 1),
        textbook=unary(np.zeros_like, lambda x: np.where(x < 0, x.dtype.type(0), x.dtype.type(1))),
        loops={"vjp": Loop(lambda x, g: 0.0 * g)},
        arithmetic=True,
    ),
    Forms(
        "reciprocal",
        plain=lambda xp, x: 1 / x,
        textbook=unary(lambda x: -1 / x**2, lambda x: 1 / x),
        loops={"vjp": Loop(lambda x, g: -g / (x * x))},
        arithmetic=True,
    ),
    Forms(
        "sigmoid",
        plain=lambda xp, x: 1 / (1 + xp.exp(-x)),
        torch=lambda x: nn().torch.sigmoid(x),
        jax=lambda jax, x: jax.nn.sigmoid(x),
        textbook={**unary(sigmoid_slope, sigmoid), "vjp_from_output": lambda y, g: g * y * (1 - y)},
        direct={"vjp": sigmoid_direct, "vjp_from_output": backward_direct("sigmoid_backward")},
        loops={"vjp": Loop(sigmoid_loop)},
    ),
    Forms(
        "tanh",
        plain=lambda xp, x: xp.tanh(x),
        torch=lambda x: nn().torch.tanh(x),
        textbook={
            **unary(lambda x: 1 - np.tanh(x) ** 2, np.tanh),
            "vjp_from_output": lambda y, g: g * (1 - y**2),
        },
        direct={"vjp": tanh_direct},
        loops={"vjp": Loop(lambda x, g: g * (1 - math.tanh(x) ** 2))},
    ),
    Forms(
        "relu",
        plain=lambda xp, x: xp.where(x < 0, 0 * x, x),
        torch=lambda x: nn().relu(x),
        jax=lambda jax, x: jax.nn.relu(x),
        textbook={
            **unary(lambda x: (x >= 0).astype(x.dtype), lambda x: np.maximum(x, 0)),
            "vjp": lambda x, g: g * (x >= 0),
            "jvp": lambda x, v: v * (x >= 0),
        },
        direct={"vjp": backward_direct("threshold_backward", 0)},
        loops={"vjp": Loop(lambda x, g: g if x >= 0 else 0.0 * g)},
        arithmetic=True,
    ),
    Forms(
        "softplus",
        plain=lambda xp, x: xp.log(1 + xp.exp(x)),
        torch=lambda x: nn().softplus(x, threshold=1000),
        jax=lambda jax, x: jax.nn.softplus(x),
        textbook=unary(sigmoid, lambda x: np.log(1 + np.exp(x))),
        direct={"vjp": backward_direct("softplus_backward", 1, 1000)},
        loops={"vjp": Loop(lambda x, g: g / (1 + math.exp(-x)))},
    ),
    Forms(
        "silu",
        plain=lambda xp, x: x / (1 + xp.exp(-x)),
        torch=lambda x: nn().silu(x),
        jax=lambda jax, x: jax.nn.silu(x),
        textbook=unary(silu_slope, lambda x: x * sigmoid(x)),
        direct={"vjp": backward_direct("silu_backward")},
        loops={"vjp": Loop(silu_loop)},
    ),
    Forms(
        "elu",
        plain=lambda xp, x: xp.where(x < 0, xp.exp(x) - 1, x),
        torch=lambda x: nn().elu(x),
        jax=lambda jax, x: jax.nn.elu(x),
        textbook=unary(lambda x: np.where(x < 0, np.exp(x), 1), lambda x: np.where(x < 0, np.exp(x) - 1, x)),
        direct={"vjp": elu_direct},
        loops={"vjp": Loop(lambda x, g: g * math.exp(x) if x < 0 else g)},
    ),
    Forms(
        "leaky_relu",
        plain=lambda xp, x: xp.where(x < 0, x / 100, x),
        torch=lambda x: nn().leaky_relu(x),
        jax=lambda jax, x: jax.nn.leaky_relu(x),
        textbook={
            **unary(
                lambda x: np.where(x < 0, x.dtype.type(0.01), x.dtype.type(1)), lambda x: np.where(x < 0, x / 100, x)
            ),
            "vjp": lambda x, g: np.where(x < 0, g / 100, g),
            "jvp": lambda x, v: np.where(x < 0, v / 100, v),
        },
        direct={"vjp": leaky_relu_direct},
        loops={"vjp": Loop(lambda x, g: g / 100 if x < 0 else g)},
        arithmetic=True,
    ),
    Forms(
        "gelu",
        plain=lambda xp, x: x * (1 + xp.erf(x / math.sqrt(2))) / 2,
        torch=lambda x: nn().gelu(x),
        jax=lambda jax, x: jax.nn.gelu(x, approximate=False),
        textbook=unary(gelu_slope, lambda x: x * gelu_phi(x)),
        direct={"vjp": backward_direct("gelu_backward")},
        loops={"vjp": Loop(gelu_loop)},
    ),
)


def gelu_phi(x: Array) -> Array:
    from scipy.special import erf

    return 0.5 * (1 + erf(x / math.sqrt(2)))


LOSSES = (
    Forms(
        "binary_cross_entropy",
        plain=lambda xp, p, t: -(t * xp.log(p) + (1 - t) * xp.log(1 - p)),
        torch=lambda p, t: nn().binary_cross_entropy(p, t, reduction="none"),
        textbook=of_loss(
            lambda p, t: (1 - t) / (1 - p) - t / p, lambda p, t: -(t * np.log(p) + (1 - t) * np.log(1 - p))
        ),
        loops={"grad": Loop(lambda p, t: (1 - t) / (1 - p) - t / p)},
        arithmetic=True,
    ),
    Forms(
        "bce_with_logits",
        plain=bce,
        torch=lambda x, t: nn().binary_cross_entropy_with_logits(x, t, reduction="none"),
        textbook=of_loss(lambda x, t: sigmoid(x) - t, lambda x, t: bce(np, x, t)),
        direct={"grad": bce_direct},
        loops={"grad": Loop(lambda x, t: 1 / (1 + math.exp(-x)) - t)},
    ),
    Forms(
        "huber",
        plain=lambda xp, y, t, delta: xp.where(
            xp.abs(y - t) <= delta, (y - t) ** 2 / 2, delta * (xp.abs(y - t) - delta / 2)
        ),
        textbook=of_loss(
            huber_gradient,
            lambda y, t, delta: np.where(
                np.abs(y - t) <= delta, 0.5 * (y - t) ** 2, delta * (np.abs(y - t) - 0.5 * delta)
            ),
        ),
        loops={"grad": Loop(huber_loop)},
        arithmetic=True,
    ),
    Forms(
        "himmelblau",
        plain=himmelblau,
        textbook={
            **of_loss(himmelblau_gradient, lambda x, y: himmelblau(np, x, y)),
            "hessian": himmelblau_hessian,
        },
        loops={"grad": Loop(himmelblau_loop, "(n),(n)->(n),(n)")},
        arithmetic=True,
    ),
    Forms(
        "linear_model",
        plain=lambda xp, x, w, b: w * x + b,
        textbook=of_loss(line_gradient, lambda x, w, b: w * x + b),
        arithmetic=True,
    ),
    Forms(
        "two_layers",
        plain=lambda xp, x, w1, b1, w2, b2: (x * w1 + b1) * w2 + b2,
        textbook=of_loss(two_layers_gradient, lambda x, w1, b1, w2, b2: (x * w1 + b1) * w2 + b2),
        arithmetic=True,
    ),
    Forms(
        "squared_error",
        plain=lambda xp, x, y, w: (y - w * x) ** 2,
        textbook=of_loss(lambda x, y, w: np.sum(-2 * x * (y - w * x)), lambda x, y, w: (y - w * x) ** 2),
        arithmetic=True,
    ),
)

ROWS = (*ACTIVATIONS, *LOSSES)
