"""Contestants timed side by side: one sample of each in turn, again and again.

Contract: `in_turn` returns medians with quartiles of seconds a call. A machine that is slow for a while is slow for
all of them, so that ratios hold where absolute times drift.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

LEAST, MOST = 3, 40
"""Rounds."""
SAMPLE = 0.5e-3
"""Seconds that a sample lasts at least: short calls are repeated."""
LONG = 5e-3
"""Seconds of a call whose first time tells enough."""
REST = 2e-3
"""Seconds between contestants on several threads: a pool goes on spinning after its work is done."""


@dataclass(frozen=True)
class Times:
    """Seconds a call."""

    median: float
    low: float
    high: float
    rounds: int


def sampler(run: Callable[[], Any]) -> Callable[[], float]:
    """Measures seconds a call; how often it calls follows from the first calls."""
    once = clocked(run, 1)
    if once < LONG:
        once = min(once, clocked(run, 1))
    count = max(1, round(SAMPLE / max(once, 1e-7)))
    if count == 1:
        return lambda: clocked(run, 1)

    def sample() -> float:
        run()
        return clocked(run, count)

    return sample


def clocked(run: Callable[[], Any], count: int) -> float:
    start = time.perf_counter()
    for _ in repeat(None, count):
        run()
    return (time.perf_counter() - start) / count


def in_turn(samplers: Mapping[str, Callable[[], float]], seconds: float, rest: float = 0.0) -> dict[str, Times]:
    """Rounds until the seconds are over, LEAST to MOST of them."""
    found: dict[str, list[float]] = {key: [] for key in samplers}
    for _ in rounds(seconds):
        for key, sample in samplers.items():
            time.sleep(rest)
            found[key].append(sample())
    return {key: times(values) for key, values in found.items()}


def rounds(seconds: float) -> Iterator[int]:
    end = time.perf_counter() + seconds
    for count in range(MOST):
        if count >= LEAST and time.perf_counter() > end:
            return
        yield count


def times(values: list[float]) -> Times:
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    return Times(float(median), float(low), float(high), len(values))
