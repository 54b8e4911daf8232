"""Independent work on several processors.

Contract: `each(work, items, progress)` gives the results in the order of the items; a failure is raised here as it
was raised there. On one processor, or where processes cannot be forked, the work is done in turn.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

Item = TypeVar("Item")
T = TypeVar("T")
MANY = 1_000_000
"""How many objects a worker makes before it looks for garbage: it is short-lived, and most looks find none."""

FEW = 3
"""For so few pieces of work no process is worth its start."""


given: Callable[[Any], Any]
"""What a worker does with items, in its own process."""


def unseen(item: object) -> None:
    """The progress that nobody watches."""


def alike(item: object) -> int:
    """The size of items of which nothing is known."""
    return 1


def each(
    work: Callable[[Item], T],
    items: Sequence[Item],
    progress: Callable[[Item], None] = unseen,
    size: Callable[[Item], int] = alike,
) -> list[T]:
    """work(item) for every item; the largest by `size` begin first, so that none is left to the end alone."""
    workers = min(processors(), len(items))
    if workers < 2 or len(items) <= FEW or "fork" not in multiprocessing.get_all_start_methods():
        return [noted(work, item, progress) for item in items]
    gc.freeze()  # what is there stays: no worker need look for garbage in it
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), begin, (work,)) as pool:
        begun = sorted(range(len(items)), key=lambda place: -size(items[place]))
        running = {place: pool.submit(done, items[place]) for place in begun}
        for place in begun:
            running[place].result()
            progress(items[place])
        return [running[place].result() for place in range(len(items))]


def begin(work: Callable[[Any], Any]) -> None:
    """A worker inherits its work, with all that it holds: only items and results travel."""
    global given
    given = work
    gc.set_threshold(MANY)


def done(item: Any) -> Any:
    """In a worker: its work on an item."""
    return given(item)


def noted(work: Callable[[Item], T], item: Item, progress: Callable[[Item], None]) -> T:
    result = work(item)
    progress(item)
    return result


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
