"""Definitions of users where a softmax has decided and where an exponential leaves the range: values against mpmath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import derive
from tests.ir.softmax import MANY, shares

DTYPES = [np.float64, np.float32]
LOGITS = [(30, 0, -5), (60, 1, -5), (-60, 0, 3), (3, 3, 3), (0, 70, 69)]


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


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shift", ["log(1 + b**2)", "b**2", "max(k, a[k])"])
def test_what_all_logits_share_changes_nothing(shift: str, dtype: Any) -> None:
    text = f"f(a[n], b) -> L\n    z[i] = a[i] - {shift}\n    L = log(1 - softmax(z)[0])"
    module = derive.define(text if "b" in shift else text.replace(", b)", ")"), wrt="a").compile()
    for logits in LOGITS:
        rest = [dtype(3)] if "b" in shift else []
        got = module.f(np.array(logits, dtype), *rest)
        assert relative(got, MANY.log(without(shares(logits), 0))) < 40 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("x", [-90, -20, -1.5, 0.5, 5, 20, 24, 44, 60, 300])
def test_the_second_derivative_of_a_squared_silu(x: float, dtype: Any) -> None:
    """Its slopes stand beside each other: (1 + e^x)**4 leaves the range of float32 from 22 on."""
    module = derive.define("f(x[n]) -> y\n    y = sum(k, silu(x[k])**2)", wrt="x", kind="hvp").compile()

    def square(t: Any) -> Any:
        return (t / (1 + MANY.exp(-t))) ** 2

    truth = MANY.diff(square, MANY.mpf(x), 2)
    got = module.f_hvp(np.array([x], dtype), np.ones(1, dtype))[0]
    assert relative(got, truth) < 300 * np.finfo(dtype).eps or abs(truth) < np.finfo(dtype).tiny


WEIGHTS = [(3, 1, 2), (17.5, 12.5, -19.5), (40, 41, 39), (-40, 60, 80)]


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_several_kinds_below_the_line(dtype: Any) -> None:
    """p_i p_j sigma(a_i) sigma(a_j): (sum_k e^z_k)**2 and 1 + e^a are multiplied before anything is divided."""
    text = "f(a[n], c[n]) -> L\n    z[i] = log(1 + exp(a[i])) - c[i]\n    L = z[0] - log(sum(k, exp(z[k])))"
    module = derive.define(text, wrt="a", kind="hessian").compile()
    for a in WEIGHTS:
        exponentials = [1 + MANY.exp(x) for x in a]
        p = [e / sum(exponentials) for e in exponentials]
        sigma = [1 / (1 + MANY.exp(-x)) for x in a]
        hessian = module.f_hessian(np.array(a, dtype), np.zeros(3, dtype))
        for i, j in [(0, 1), (2, 1), (0, 2)]:
            truth = p[i] * p[j] * sigma[i] * sigma[j]
            assert relative(hessian[i, j], truth) < 300 * np.finfo(dtype).eps or truth < np.finfo(dtype).tiny


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("power", [2, 3])
def test_sums_of_powers_of_sums(power: int, dtype: Any) -> None:
    """dL/da_k = c p_k sigma(a_k) for w = (1 + e^a)**c, p = w / sum w and L = log sum w"""
    text = f"f(a[n]) -> L\n    w[i] = (1 + exp(a[i]))**{power}\n    L = log(sum(k, w[k]))"
    module = derive.define(text, wrt="a").compile()
    for a in WEIGHTS:
        weights = [(1 + MANY.exp(x)) ** power for x in a]
        gradient = module.f_grad(np.array(a, dtype))
        assert relative(module.f(np.array(a, dtype)), MANY.log(sum(weights))) < 40 * np.finfo(dtype).eps
        for k, x in enumerate(a):
            truth = power * weights[k] / sum(weights) / (1 + MANY.exp(-x))
            assert relative(gradient[k], truth) < 300 * np.finfo(dtype).eps or truth < np.finfo(dtype).tiny


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("label", [0, 1, 2])
def test_a_label_of_logits_that_are_functions(label: int, dtype: Any) -> None:
    """dL/da_i = f'(a_i) (p_i - delta_yi)"""
    text = "f(a[n], y) -> L\n    z[i] = a[i]**2\n    L = log(sum(k, exp(z[k]))) - z[y]"
    module = derive.define(text, wrt="a").compile()
    for a in [(6.5, 1, 2), (1, 7, 3), (0.125, -3, 0.25)]:
        p = shares(tuple(x**2 for x in a))
        gradient = module.f_grad(np.array(a, dtype), label)
        for i, x in enumerate(a):
            truth = 2 * MANY.mpf(x) * (-without(p, i) if i == label else p[i])
            assert relative(gradient[i], truth) < 300 * np.finfo(dtype).eps


SQUARES = [
    ("f(x, y) -> z\n    z = log(1 + x**2 + 4*y**2)", lambda x, y: 2 * x / (1 + x**2 + 4 * y**2)),
    ("f(x, y) -> z\n    z = log(x**2 + y**2)", lambda x, y: 2 * x / (x**2 + y**2)),
    ("f(x, y) -> z\n    z = arctan(y/x)", lambda x, y: -y / (x**2 + y**2)),
    ("f(x, y) -> z\n    z = 1/(1 + x**2) + y", lambda x, y: -2 * x / (1 + x**2) ** 2),
    ("f(x, y) -> z\n    z = log(x + sqrt(x**2 + 1)) + y", lambda x, y: 1 / MANY.sqrt(x**2 + 1)),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("text", "truth"), SQUARES, ids=[text.partition("= ")[2] for text, _ in SQUARES])
def test_quotients_by_sums_of_squares_over_the_whole_range(text: str, truth: Any, dtype: Any) -> None:
    """Squares leave the range from the root of the largest number on, and below that of the smallest."""
    module = derive.define(text, wrt="x").compile()
    largest, tiny = (float(MANY.log10(MANY.mpf(float(n)))) for n in (np.finfo(dtype).max, np.finfo(dtype).tiny))
    sizes = [10.0**p for p in (0.9 * tiny, 0.6 * tiny, -3, 0, 3, 0.6 * largest, 0.9 * largest)]
    points = [(dtype(sign * x), dtype(y)) for x in sizes for y in sizes for sign in (1, -1)]
    for x, y in points:
        wanted = truth(MANY.mpf(float(x)), MANY.mpf(float(y)))
        if np.finfo(dtype).tiny < abs(wanted) < np.finfo(dtype).max:
            assert relative(module.f_grad(x, y), wanted) < 20 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("x", [-1e5, -800, -3, 0.5, 3, 80])
def test_logarithms_of_shares_with_numbers(x: float, dtype: Any) -> None:
    """A share whose sum has another number than 1, and a weight that grows beside a logarithm."""
    module = derive.define("f(x) -> y\n    y = log(exp(x)/(1 + 2*exp(x)))", wrt="x").compile()
    t = MANY.mpf(float(dtype(x)))
    assert relative(module.f(dtype(x)), -MANY.log(2 + MANY.exp(-t))) < 20 * np.finfo(dtype).eps
    module = derive.define("f(x) -> y\n    y = log(cosh(x))*log(sigmoid(x))", wrt="x").compile()
    low = -MANY.log(1 + MANY.exp(-t))
    truth = MANY.tanh(t) * low + MANY.log(MANY.cosh(t)) / (1 + MANY.exp(t))
    if abs(truth) > np.finfo(dtype).tiny:
        assert relative(module.f_grad(dtype(x)), truth) < 100 * np.finfo(dtype).eps
