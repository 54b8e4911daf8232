"""The functions that everybody writes, in other words: digits and limits do not depend on the words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import derive
from tests.ir.softmax import MANY, shares

SOFTMAX = (
    "y[i] = exp(a[i])/sum(k, exp(a[k]))",
    "e[i] = exp(a[i])\n y[i] = e[i]/sum(k, e[k])",
    "m = max(k, a[k])\n e[i] = exp(a[i] - m)\n s = sum(k, e[k])\n y[i] = e[i]/s",
    "y[i] = exp(a[i] - logsumexp(a))",
    "l[i] = a[i] - log(sum(k, exp(a[k])))\n y[i] = exp(l[i])",
    "y[i] = exp(log(softmax(a)[i]))",
    "y[i] = 1/sum(k, exp(a[k] - a[i]))",
    "y[i] = exp(a[i])*sum(k, exp(a[k]))**(-1)",
    "z = 1/sum(k, exp(a[k]))\n y[i] = exp(a[i])*z",
)
LOG_SOFTMAX = (
    "y[i] = a[i] - log(sum(k, exp(a[k])))",
    "y[i] = log(softmax(a)[i])",
    "e[i] = exp(a[i])\n y[i] = log(e[i]/sum(k, e[k]))",
    "e[i] = exp(a[i])\n y[i] = log(e[i]) - log(sum(k, e[k]))",
    "y[i] = -log(sum(k, exp(a[k] - a[i])))",
    "y[i] = -log(sum(k, exp(a[k]))/exp(a[i]))",
    "m = max(k, a[k])\n y[i] = a[i] - m - log(sum(k, exp(a[k] - m)))",
)
LOGITS = ([40, 1, 2, 0], [800, 0, 0, 0], [-800, -900, -801, -2], [1000, 1000, 0, -400], [0.5, -0.25, 0.125, 1])
COTANGENT = [1, 2.5, -1.75, 0.25]


def error(got: Any, truth: list[Any], dtype: Any) -> float:
    """The largest in roundings; none within the smallest ordinary number."""
    limits = np.finfo(dtype)
    assert got.dtype == dtype
    distances = [(abs(float(g) - t), abs(t)) for g, t in zip(got, truth, strict=True)]
    assert all(MANY.isfinite(distance) for distance, _ in distances)
    return max((float(d / (float(limits.eps) * t)) for d, t in distances if d > float(limits.tiny)), default=0.0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("body", SOFTMAX)
def test_softmax(body: str, dtype: Any) -> None:
    module = derive.define(f"f(a[n]) -> y\n {body}").compile()
    g = np.array(COTANGENT, dtype)
    for logits in LOGITS:
        a = np.array(logits, dtype)
        p = shares(a)
        mean = MANY.fdot(p, map(float, g))
        # a logarithm of size 1000 has roundings of its own, which exp makes relative ones
        through = 1 + float(np.ptp(a)) if "log(softmax" in body else 1
        assert error(module.f(a), p, dtype) <= 16 * through
        products = [share * (float(x) - mean) for share, x in zip(p, g, strict=True)]
        assert error(module.f_vjp(a, g), products, dtype) <= 32 * through
        assert error(module.f_jvp(a, g), products, dtype) <= 32 * through
        for i, row in enumerate(module.f_jacobian(a)):
            others = MANY.fsum(q for k, q in enumerate(p) if k != i)
            assert error(row, [p[i] * (others if i == j else -p[j]) for j in range(4)], dtype) <= 32 * through


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("body", LOG_SOFTMAX)
def test_logarithms_of_softmax(body: str, dtype: Any) -> None:
    module = derive.define(f"f(a[n]) -> y\n {body}").compile()
    g = np.array(COTANGENT, dtype)
    for logits in LOGITS:
        a = np.array(logits, dtype)
        p = shares(a)
        assert error(module.f(a), [MANY.log(q) for q in p], dtype) <= 16
        total = MANY.fsum(map(float, g))
        rest = [MANY.fsum(q for k, q in enumerate(p) if k != i) for i in range(4)]
        others = [total - float(x) for x in g]
        pulled = [float(x) * r - q * o for x, r, q, o in zip(g, rest, p, others, strict=True)]
        assert error(module.f_vjp(a, g), pulled, dtype) <= 64
        mean = MANY.fdot(p, map(float, g))
        assert error(module.f_jvp(a, g), [float(x) - mean for x in g], dtype) <= 64


CROSS_ENTROPY = (
    "L = -sum(k, t[k]*log(softmax(a)[k]))",
    "L = sum(i, t[i])*log(sum(k, exp(a[k]))) - sum(i, t[i]*a[i])",
    "L = sum(i, t[i])*logsumexp(a) - sum(i, t[i]*a[i])",
    "L = sum(i, t[i]*(logsumexp(a) - a[i]))",
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("body", CROSS_ENTROPY)
def test_cross_entropies(body: str, dtype: Any) -> None:
    module = derive.define(f"f(a[n], t[n]) -> L\n {body}", wrt="a").compile()
    for logits in LOGITS:
        a = np.array(logits, dtype)
        p = shares(a)
        for label in range(4):
            t = np.eye(4, dtype=dtype)[label]
            assert error(module.f(a, t)[None], [-MANY.log(p[label])], dtype) <= 16
            rest = MANY.fsum(q for k, q in enumerate(p) if k != label)
            assert error(module.f_grad(a, t), [-rest if k == label else p[k] for k in range(4)], dtype) <= 32


def test_a_logit_less_the_logarithm_of_its_share() -> None:
    """a_0 - log p_0 is log sum exp(a): its gradient is the softmax."""
    study = derive.define("f(a[n]) -> y\n y = a[0] - log(softmax(a)[0])")
    assert str(study).splitlines()[-1] == "∂y/∂a_i = softmax[i]"
    module = study.compile()
    for logits in LOGITS:
        assert error(module.f_grad(np.array(logits, float)), shares(logits), np.float64) <= 32


def sigmoid(x: Any) -> Any:
    return 1 / (1 + MANY.exp(-x))


UNARY: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "e = exp(x)\n y = x*e/(1 + e)": (
        lambda x: x * sigmoid(x),
        lambda x: sigmoid(x) * (1 + x * sigmoid(-x)),
    ),
    "y = log(exp(0) + exp(x))": (lambda x: MANY.log(1 + MANY.exp(x)), sigmoid),
    "y = exp(log(1 + exp(x)) - x)": (lambda x: 1 + MANY.exp(-x), lambda x: -MANY.exp(-x)),
}


@pytest.mark.parametrize("body", UNARY)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_functions_of_numbers(body: str, dtype: Any) -> None:
    module = derive.define(f"f(x) -> y\n {body}").compile()
    value, derivative = UNARY[body]
    x = np.array([-87, -60, -20, -3, -0.5, 0, 0.25, 2, 17, 40, 80, 89, 700], dtype)
    x = x[(x > -88) & (x < 89)] if "- x)" in body else x
    truth = [derivative(float(v)) for v in x]
    assert error(module.f(x), [value(float(v)) for v in x], dtype) <= 8
    assert error(module.f_grad(x), truth, dtype) <= 16
    assert error(module.f_vjp(x, np.full_like(x, -2)), [-2 * t for t in truth], dtype) <= 16


BINARY_CROSS_ENTROPY = (
    "L = log(1 + exp(z)) - t*z",
    "L = softplus(z) - t*z",
    "e = exp(z)\n p = e/(1 + e)\n L = -(t*log(p) + (1 - t)*log(1 - p))",
    "L = t*softplus(-z) + (1 - t)*softplus(z)",
)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("body", BINARY_CROSS_ENTROPY)
def test_binary_cross_entropies(body: str, dtype: Any) -> None:
    module = derive.define(f"f(z, t) -> L\n {body}", wrt="z").compile()
    z = np.array([-700, -60, -20, -2, -0.5, 0, 0.25, 3, 17, 40, 80, 700], dtype)
    for target in (0, 1):
        t, sign = np.full_like(z, target), 1 - 2 * target
        assert error(module.f(z, t), [MANY.log(1 + MANY.exp(sign * float(v))) for v in z], dtype) <= 8
        assert error(module.f_grad(z, t), [sign * sigmoid(sign * float(v)) for v in z], dtype) <= 8
