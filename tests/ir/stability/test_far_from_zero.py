"""Definitions of users where a softmax has decided and where an exponential leaves the range: values against mpmath."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import derive

MANY = mpmath.mp.clone()
MANY.dps = 60
DTYPES = [np.float64, np.float32]
LOGITS = [(30, 0, -5), (60, 1, -5), (-60, 0, 3), (3, 3, 3), (0, 70, 69)]


def shares(logits: tuple[float, ...]) -> list[Any]:
    exponentials = [MANY.exp(a) for a in logits]
    return [e / sum(exponentials) for e in exponentials]


def without(p: list[Any], place: int) -> Any:
    """1 - p at a place."""
    return sum(share for k, share in enumerate(p) if k != place)


def relative(got: Any, truth: Any) -> float:
    return float(abs(MANY.mpf(float(got)) - truth) / abs(truth))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("logits", LOGITS)
@pytest.mark.parametrize("form", ["softmax(a)[t]", "exp(a[t])/sum(k, exp(a[k]))"])
def test_the_loss_of_an_unlikely_label(form: str, logits: tuple[float, ...], dtype: Any) -> None:
    """L = -log(1 - p_t), dL/da_t = p_t, dL/da_k = -p_t p_k / (1 - p_t)"""
    module = derive.define(f"f(a[n], t) -> L\n    L = -log(1 - {form})", wrt="a").compile()
    given, tolerance = np.array(logits, dtype), 40 * np.finfo(dtype).eps
    for label in range(3):
        p = shares(logits)
        rest = without(p, label)
        gradient = module.f_grad(given, label)
        assert gradient.dtype == dtype
        assert relative(module.f(given, label), -MANY.log(rest)) < tolerance
        for k in range(3):
            truth = p[label] if k == label else -p[label] * p[k] / rest
            tiny = np.finfo(dtype).tiny
            assert relative(gradient[k], truth) < tolerance if abs(truth) > tiny else abs(gradient[k]) <= tiny


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_less_a_share_at_a_fixed_place(dtype: Any) -> None:
    module = derive.define("f(a[n]) -> y\n    y = (1 - softmax(a)[0])**2", wrt="a").compile()
    for logits in LOGITS:
        truth = without(shares(logits), 0) ** 2
        if truth > np.finfo(dtype).tiny:
            assert relative(module.f(np.array(logits, dtype)), truth) < 40 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("x", [-100, -60, -45, -20, -5, 0.5, 5, 30, 44, 45, 60, 88, 100, 1000, 1e30])
def test_the_second_derivative_of_a_silu(x: float, dtype: Any) -> None:
    module = derive.define("f(x) -> y\n    y = silu(x)", wrt="x", kind="hessian").compile()
    sigma, other = 1 / (1 + MANY.exp(-x)), 1 / (1 + MANY.exp(x))
    truth = sigma * other * (2 + x * (other - sigma))
    got = float(np.asarray(module.f_hessian(dtype(x))).item())
    if abs(truth) < np.finfo(dtype).tiny:
        assert abs(got) < 2 * np.finfo(dtype).tiny
    else:
        assert relative(got, truth) < 300 * np.finfo(dtype).eps
