"""Independent work on several processors.

Contract: `each(work, names, progress)` gives the results in the order of the names; a failure is raised here as it
was raised there. On one processor, or where processes cannot be forked, the work is done in turn.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")
FEW = 3
"""For so few pieces of work no process is worth its start."""


def each(work: Callable[[str], T], names: Sequence[str], progress: Callable[[str], None]) -> list[T]:
    """work(name) for every name."""
    workers = min(processors(), len(names))
    if workers < 2 or len(names) <= FEW or "fork" not in multiprocessing.get_all_start_methods():
        return [noted(work, name, progress) for name in names]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        running = {name: pool.submit(work, name) for name in names}
        return [noted(lambda key: running[key].result(), name, progress) for name in names]


def noted(work: Callable[[str], T], name: str, progress: Callable[[str], None]) -> T:
    result = work(name)
    progress(name)
    return result


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
