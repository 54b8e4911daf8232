"""The softmax in so many digits that exp(-2000) counts beside 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath

MANY = mpmath.mp.clone()
MANY.dps = 1000


def shares(logits: Sequence[Any]) -> list[Any]:
    """exp(a_i) / sum_k exp(a_k)"""
    exponentials = [MANY.exp(a) for a in logits]
    total = MANY.fsum(exponentials)
    return [e / total for e in exponentials]
