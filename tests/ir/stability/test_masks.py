"""What a choice leaves out of a sum of exponentials does not count, however large it is."""

from __future__ import annotations

import numpy as np
import pytest

import derive
from derive.ir.graph import topological
from derive.ir.optimise import PREPARE, SIMPLIFY, optimise
from derive.ir.stability.choices import NOTHING
from derive.ir.stability.masks import masked_exponentials
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of

BEFORE = (*SIMPLIFY, *PREPARE[: next(k for k, p in enumerate(PREPARE) if p.apply is masked_exponentials)])
MASK = "where(m[k] > 1, {}, 0)"
CHANGED = [
    f"f(a[n], m[n]) -> y\n y = sum(k, {MASK.format('exp(a[k])')})",
    f"f(a[n], m[n], b[n]) -> y\n y = sum(k, {MASK.format('b[k]*exp(a[k] + b[k])')})",
    f"f(a[n], m[n], b[n]) -> y\n y = log(3*sum(k, {MASK.format('2**a[k]/b[k]')}))",
    f"f(a[n], m[n], b[n]) -> y\n y = sum(k, {MASK.format('where(b[k] < 1, exp(a[k]), 0)')})",
    "f(a[n], m[n]) -> y\n y = sum(k, where(m[k] <= 1, 0, exp(a[k])))",
    "f(a[n], m) -> y\n y = sum(k, where(a[k] > m, exp(a[k]), 0))",
    f"f(a[n], m[n]) -> y\n e[k] = {MASK.format('exp(a[k])')}\n y[i] = e[i]/(1 + sum(k, e[k]))",
]
KEPT = [
    "f(x) -> y\n y = where(x > 0, exp(-1/x), 0)",  # no sum
    "f(a[n], m[n]) -> y\n y = sum(k, where(m[k] > 1, exp(a[k]), 1))",
    "f(a[n], m[n], b[n]) -> y\n y = sum(k, where(m[k] > 1, exp(a[k]), where(m[k] < 0, 0, b[k])))",
    "f(a[n], m[n]) -> y\n y = sum(k, where(m[k] > 1, exp(a[k]), exp(2*a[k])))",
    "f(a[n], m[n]) -> y\n y = sum(k, where(m[k] > 1, (1/2)**a[k], 0))",  # falls: 0 at +infinity
]


@pytest.mark.parametrize("text", CHANGED)
def test_the_graph_is_equal(text: str) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), BEFORE)
    found = masked_exponentials(graph)
    assert NOTHING in topological(found)
    for seed in range(5):
        assert difference_at_random(definition, found, graph, seed, 0.1, 3) < 1e-50
    assert masked_exponentials(found) == found
    assert not [n for n in topological(found) if n.op == "exp" and NOTHING not in topological((n,))]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_left_alone(text: str) -> None:
    graph = optimise(values_of(parse(text)[-1]), BEFORE)
    assert masked_exponentials(graph) == graph


def shares(logits: np.ndarray, mask: np.ndarray) -> np.ndarray:
    masked = np.where(mask > 0, logits, -np.inf)
    found = np.exp(masked - masked.max(axis=-1, keepdims=True))
    return found / found.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_over_what_a_mask_keeps(dtype: type) -> None:
    text = """
    f(a[n], m[n]) -> p
        e[i] = where(m[i] > 0, exp(a[i]), 0)
        p[i] = e[i]/sum(k, e[k])
    """
    module = derive.define(text, wrt="a").compile()
    mask = np.array([0, 1, 1, 1], dtype)
    for logits in ([3000, 2, 3, 1], [3000, 2990, 3, 2989], [-3000, -3010, -3001, -3002]):
        a, g = np.array(logits, dtype), np.array([5, 1, 2, 4], dtype)
        p = shares(a.astype(np.float64), mask)
        assert module.f(a, mask) == pytest.approx(p, rel=10 * float(np.finfo(dtype).eps), abs=0)
        expected = p * (g - g @ p)
        assert module.f_vjp(a, mask, g) == pytest.approx(expected, rel=30 * float(np.finfo(dtype).eps), abs=0)
    assert np.all(np.isnan(module.f(a, np.array([0, np.nan, 1, 1], dtype))))


def test_a_logarithm_of_nothing_is_minus_infinity() -> None:
    module = derive.define(f"f(a[n], m[n]) -> y\n    y = log(sum(k, {MASK.format('exp(a[k])')}))", wrt="a").compile()
    a = np.array([-800.0, 900.0, -801.0])
    assert module.f(a, np.array([2.0, 0.0, 2.0])) == pytest.approx(-800 + np.log1p(np.exp(-1)), rel=1e-15)
    assert module.f(a, np.zeros(3)) == -np.inf
    assert module.f_grad(a, np.array([2.0, 0.0, 2.0])) == pytest.approx(
        [1 / (1 + np.exp(-1)), 0, 1 / (1 + np.e)], rel=1e-15
    )


@pytest.mark.parametrize("exponent", ["a[c+1]", "2*a[c+1] - 1", "b*a[c+1]"])
@pytest.mark.parametrize("logits", [[800, 2, 3, 1], [1, 800, 2, 3], [-800, -900, -901, -899], [0, 1000, -1000, 999]])
def test_sums_over_a_window_and_their_gradient(exponent: str, logits: list[float]) -> None:
    """The whole axis takes part in the derivative: its first entry, which is not summed, may be the largest."""
    head = "f(a[n], b)" if "b" in exponent else "f(a[n])"
    module = derive.define(f"{head} -> y\n    y = log(sum(c, exp({exponent})))", wrt="a").compile()
    a, b = np.array(logits, float), np.array(2.0)
    inner, factor = {"a[c+1]": (a, 1), "2*a[c+1] - 1": (2 * a - 1, 2), "b*a[c+1]": (2 * a, 2)}[exponent]
    mask = np.array([0, 1, 1, 1])
    arguments = (a, b) if "b" in exponent else (a,)
    highest = inner[1:].max()
    expected = highest + np.log(np.exp(inner[1:] - highest).sum())
    assert module.f(*arguments) == pytest.approx(expected, rel=1e-15)
    assert module.f_grad(*arguments) == pytest.approx(factor * shares(inner, mask), rel=1e-13, abs=0)


def test_what_stands_last_may_be_left_out_too() -> None:
    text = "f(a[n], b[n]) -> y\n    y = sum(c, exp(a[c])*b[c+1]**2)/sum(c, exp(a[c])*b[c+1])"
    module = derive.define(text, wrt="a").compile()
    a, b = np.array([799.0, 800.0, 5000.0]), np.array([9.0, 2.0, 1.0])
    p = shares(a, np.array([1, 1, 0])) * np.array([2.0, 1.0, 0.0])
    p /= p.sum()
    value = p[0] * 2 + p[1]
    assert module.f(a, b) == pytest.approx(value, rel=1e-15)
    assert module.f_grad(a, b) == pytest.approx([p[0] * (2 - value), p[1] * (1 - value), 0], rel=1e-14)


def test_logarithms_of_shares_over_a_window() -> None:
    module = derive.define("f(a[n]) -> y\n    y = -sum(k, log(softmax(a)[k+1]))", wrt="a").compile()
    a = np.array([800.0, 2.0, 3.0, 1.0])
    assert module.f(a) == 2394
    assert np.array_equal(module.f_grad(a), [3, -1, -1, -1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_mask_that_leaves_nothing_beside_others(dtype: type) -> None:
    """sum exp(2 x_k) v_k over what the mask keeps, divided by a sum that has 10 for the rest."""
    text = "f(x[n], m) -> y\n y[i] = x[i]*logsumexp(k, where(m > x[k], 2*x[k], 10))"
    module = derive.define(text, wrt="x").compile()
    x, v = np.array([1, 2], dtype), np.array([3, -1], dtype)
    value = 10 + np.log(2)
    assert module.f_jvp(x, dtype(-3), v) == pytest.approx(v * value, rel=4 * float(np.finfo(dtype).eps))
    assert module.f_jvp(x, dtype(5), v) == pytest.approx(
        v * np.logaddexp(2, 4) + x * (2 * 3 * np.exp(2) - 2 * np.exp(4)) / (np.exp(2) + np.exp(4)),
        rel=8 * float(np.finfo(dtype).eps),
    )
