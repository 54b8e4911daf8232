"""Large arrays in tiles that fit the cache, on several threads: what all kernels of this package share.

Ufuncs release the interpreter's lock, so tiles are computed on all processors that the process may use;
`set_num_threads` says how many. A kernel's result has the same bits whatever their number. Any number of threads may
call kernels at once; threads start when they are first needed, end with the process, and are forgotten by a fork.
"""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

__all__ = ["get_num_threads", "set_num_threads"]

TILE = 7 << 17
"""Bytes of a tile's largest array: few enough for the cache, so many that a pass over them takes longer than a thread
waits for the interpreter's lock when another one has it."""


np.empty(1 << 24, np.uint8)
"""Freed at once, for the C library: glibc gives memory back to the system, page by page, above the size of what was freed
before, and the temporaries of every tile would be mapped anew. No page of this array is ever touched."""


class _State(threading.local):
    """Whether this thread is at work on a tile."""

    busy = False


class _Pool:
    """The helpers of whoever calls a kernel, and how many threads are wanted."""

    def __init__(self):
        self.wanted = None
        self.forget()

    def forget(self):
        """Start anew: the threads of a parent process are not in its child."""
        self.lock = threading.Lock()
        self.helpers, self.size = None, 0
        self.state = _State()

    def submit(self, task, count):
        """Have up to `count` helpers do a task; fewer where the interpreter is about to end."""
        with self.lock:
            if self.size < count:
                if self.helpers is not None:
                    self.helpers.shutdown(wait=False)
                self.helpers, self.size = ThreadPoolExecutor(count, thread_name_prefix="kernels"), count
            try:
                return [self.helpers.submit(task) for _ in range(count)]
            except RuntimeError:
                return []


_pool = _Pool()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.forget)


def set_num_threads(count):
    """Let kernels use so many threads, the caller's included; None for all processors that the process may use."""
    if count is not None and (not isinstance(count, int) or count < 1):
        raise ValueError(f"the number of threads is {count!r}: expected a whole number from 1 on, or None")
    _pool.wanted = count


def get_num_threads():
    """How many threads kernels may use."""
    if _pool.wanted is not None:
        return _pool.wanted
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Tiles:
    """The ranges of the samples that nobody has taken yet."""

    def __init__(self, count, each):
        self.lock = threading.Lock()
        self.starts = iter(range(0, count, each))
        self.each = each

    def take(self):
        """The next range, or None."""
        with self.lock:
            start = next(self.starts, None)
        return None if start is None else slice(start, start + self.each)

    def drop(self):
        """Leave nothing to take: a tile has failed."""
        with self.lock:
            self.starts = iter(())


def walk(tile, arrays, rest):
    """Call tile(*parts, *rest) for equal parts of all arrays along their first axis, which together are the whole.

    What a tile raises reaches the caller, once no other tile is at work.
    """
    count, each = _division(arrays)
    if each == count:
        tile(*arrays, *rest)
    else:
        _work(lambda part: tile(*[array[part] for array in arrays], *rest), count, each)


def add_up(tile, arrays, rest, summed, dtype):
    """What tile(*arrays, *rest) returns, by parts as in `walk`: arrays put together, and sums (`summed`) added up.

    The parts' sums are added in their order, whatever the number of threads.
    """
    count, each = _division(arrays)
    if each == count:
        return tile(*map(np.ascontiguousarray, arrays), *rest)
    # what is one number for all samples is written out for one tile
    spread = [None if array.strides[0] else np.ascontiguousarray(array[:each]) for array in arrays]
    whole = [None if is_sum else np.empty(count, dtype) for is_sum in summed]
    found = [None] * -(-count // each)

    def one(part):
        length = min(count, part.stop) - part.start
        own = [np.ascontiguousarray(a[part]) if same is None else same[:length] for a, same in zip(arrays, spread)]
        results = tile(*own, *rest)
        for array, result in zip(whole, results):
            if array is not None:
                array[part] = result
        found[part.start // each] = [result if array is None else None for array, result in zip(whole, results)]

    _work(one, count, each)
    totals = zip(*found)
    return tuple(np.add.reduce(total) if array is None else array for array, total in zip(whole, totals))


def _division(arrays):
    """How many samples there are, and how many make a tile."""
    count = len(arrays[0])
    parts = min(count, -(-max(array.nbytes for array in arrays) // TILE))
    return count, -(-count // parts) if parts > 1 else count


def _work(do, count, each):
    """do(part) for all parts, on as many threads as are wanted."""
    tiles = _Tiles(count, each)

    def work():
        before, _pool.state.busy = _pool.state.busy, True
        try:
            with np.errstate(all="ignore"):
                while part := tiles.take():
                    do(part)
        except BaseException:
            tiles.drop()
            raise
        finally:
            _pool.state.busy = before

    helpers = 0 if _pool.state.busy else min(get_num_threads(), -(-count // each)) - 1
    tasks = _pool.submit(work, helpers) if helpers > 0 else []
    try:
        work()
    finally:
        for task in tasks:
            task.cancel() or task.exception()
    for task in tasks:
        if not task.cancelled():
            task.result()
