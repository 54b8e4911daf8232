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

ALONE = 4
"""Tiles of numbers are so many times smaller where one thread works, which never waits: all arrays of a tile then fit the
nearer cache. Vectors of a sample cost calls for each tile beside the passes, and theirs stay as large."""


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
    count, each = _division(arrays, TILE // ALONE)
    if each < count and (_threads() > 1 or any([array.ndim > 1 for array in arrays])):
        count, each = _division(arrays, TILE)
    if each == count:
        tile(*arrays, *rest)
    else:
        _work(lambda part: tile(*[array[part] for array in arrays], *rest), count, each)


def add_up(tile, arrays, filled, rest):
    """The sums that tile(*parts, *filled parts, *rest) returns, by parts as in `walk`, added up in the parts' order.

    A part has as many samples whatever the number of threads. `filled`: arrays that the tiles write to.
    """
    count, each = _division([*arrays, *filled], TILE)
    if each == count:
        return tile(*arrays, *filled, *rest)
    found = [None] * -(-count // each)

    def one(part):
        found[part.start // each] = tile(*[array[part] for array in (*arrays, *filled)], *rest)

    _work(one, count, each)
    return tuple(np.add.reduce(np.stack(parts, axis=-1), axis=-1) for parts in zip(*found))


def _threads():
    """How many threads a call from here is for: within a tile this one."""
    return 1 if _pool.state.busy else get_num_threads()


def _division(arrays, size):
    """How many samples there are, and how many make a tile of so many bytes."""
    count = len(arrays[0])
    parts = min(count, -(-max([array.nbytes for array in arrays]) // size))
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

    helpers = min(_threads(), -(-count // each)) - 1
    tasks = _pool.submit(work, helpers) if helpers > 0 else []
    try:
        work()
    finally:
        for task in tasks:
            task.cancel() or task.exception()
    for task in tasks:
        if not task.cancelled():
            task.result()
