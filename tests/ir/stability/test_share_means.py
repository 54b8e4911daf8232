"""Losses and entropies of softmax where one share is near 1: every entry of the gradient keeps its digits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import derive
from tests.ir.softmax import MANY, shares

Numbers = Sequence[Any]


def log_sum(a: Numbers) -> Any:
    return max(a) + MANY.log(MANY.fsum(MANY.exp(x - max(a)) for x in a))


def brier(a: Numbers) -> Any:
    return MANY.fsum((p - (k == 0)) ** 2 for k, p in enumerate(shares(a)))


LOSSES: dict[str, tuple[str, Callable[[Numbers], Any]]] = {
    "temperature": ("y = logsumexp(k, a[k]/T) - a[0]/T", lambda a: log_sum([2 * x for x in a]) - 2 * a[0]),
    "gini": ("y = 1 - sum(k, softmax(a)[k]**2)", lambda a: 1 - MANY.fsum(p**2 for p in shares(a))),
    "entropy": (
        "p[k] = softmax(a)[k]\n    y = -sum(k, p[k]*log(p[k]))",
        lambda a: -MANY.fsum(p * MANY.log(p) for p in shares(a)),
    ),
    "entropy of logits": (
        "y = logsumexp(k, a[k]) - sum(k, a[k]*softmax(a)[k])",
        lambda a: -MANY.fsum(p * MANY.log(p) for p in shares(a)),
    ),
    "brier": ("p[k] = softmax(a)[k]\n    y = sum(k, (p[k] - t[k])**2)", brier),
}
LOGITS = [(40.0, 1.0, -3.0), (0.5, 0.25, -1.0), (300.0, 0.0, 20.0), (20.0, -5.0, 4.0)]


@pytest.mark.parametrize("logits", LOGITS)
@pytest.mark.parametrize("name", LOSSES)
def test_values_and_gradients(name: str, logits: tuple[float, ...]) -> None:
    text, truth = LOSSES[name]
    module = derive.define(f"f(a[n], t[n]; T) -> y\n    {text}", wrt="a").compile()
    exact = [MANY.mpf(x) for x in logits]
    arguments = (np.array(logits), np.array([1.0, 0.0, 0.0]), 0.5)
    h = MANY.mpf(10) ** -350
    for k, found in enumerate(module.f_grad(*arguments)):
        above, below = (truth([x + s * h * (i == k) for i, x in enumerate(exact)]) for s in (1, -1))
        slope = (above - below) / (2 * h)
        assert abs(found - slope) <= 300 * 2.0**-52 * abs(slope) * max(1, max(map(abs, logits)) / 4)
    value = truth(exact)
    assert abs(module.f(*arguments) - value) <= 300 * 2.0**-52 * abs(value)
