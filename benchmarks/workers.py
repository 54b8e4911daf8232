"""Processes to measure in, each allowed so many processors.

Contract: a `Workers` keeps its processes until it is closed; `measured` runs the contestants of a case in one of them,
or, where pools of threads would fight, each in its own, sampled in turn from here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any, Self

from benchmarks.measure import Measurement, Place, make_ready, measure, measurement, sample
from benchmarks.timing import REST, in_turn
from generated.kernels import set_num_threads

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Workers:
    def __init__(self) -> None:
        self.pools: dict[tuple[int, str], ProcessPoolExecutor] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pool in self.pools.values():
            pool.shutdown(cancel_futures=True)

    def call(self, threads: int, key: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """In the process of that key, which starts with the first call."""
        found = self.pools.get((threads, key))
        if found is not None:
            return found.submit(function, *arguments).result()
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), prepare, (threads,))
        self.pools[threads, key] = pool
        with restricted(threads):
            future = pool.submit(function, *arguments)
        return future.result()

    def measured(self, place: Place, keys: Sequence[str], seconds: float) -> Measurement:
        if not place.case.apart:
            found: Measurement = self.call(place.threads, "", measure, place, keys, seconds)
            return found
        reasons = {key: self.call(place.threads, key, make_ready, place, key) for key in keys}
        samplers = {key: partial(self.call, place.threads, key, sample, place, key) for key in keys if not reasons[key]}
        times = in_turn(samplers, seconds, REST)
        return measurement(place, times, {key: reason for key, reason in reasons.items() if reason})


def prepare(threads: int) -> None:
    """What a process does first; Control-C is for the one that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_num_threads(threads)


def processors() -> list[int]:
    """Those that this process may use."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else list(range(os.cpu_count() or 1))


@contextmanager
def restricted(threads: int) -> Iterator[None]:
    """Processes that start meanwhile may use so many processors, and their libraries know it."""
    allowed, before = processors(), {name: os.environ.get(name) for name in VARIABLES}
    os.environ.update(dict.fromkeys(VARIABLES, str(threads)))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, allowed[-threads:])
    try:
        yield
    finally:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, allowed)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
