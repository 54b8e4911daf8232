"""Bounds on what a stranger's definition may take: time, memory and depth.

Contract: `time_limit(seconds)` gives a function to say what is being done; when the time is up, DeriveError says
what took too long. It works in a program's main thread on systems with interval timers, and does nothing elsewhere.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from derive.language.errors import DeriveError, UnreachableError

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

DEFAULT_SECONDS = 20.0
MEMORY = 4 * 2**30
"""Bytes of address space that `bounded_memory` leaves a process."""

DEPTH = 5000
"""Calls in calls: hundreds of equations that build on each other, and far from the end of a thread's stack."""

AGAIN = 5.0
"""Seconds after which the alarm rings again, should something have swallowed it."""

Say = Callable[[str], None]


class ExpiredError(BaseException):
    """The time is up: no `except Exception` between the alarm and the limit may catch this."""


@contextmanager
def time_limit(seconds: float) -> Iterator[Say]:
    """Raise DeriveError after so many seconds inside, naming what was said last. No limit for 0 or less."""
    doing = ["start"]

    def say(what: str) -> None:
        doing[0] = what

    def stop(number: int, frame: FrameType | None) -> None:
        raise ExpiredError

    if seconds <= 0 or not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield say
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield say
    except ExpiredError:
        signal.setitimer(signal.ITIMER_REAL, 0)
        hint = "--timeout gives it more time"
        raise DeriveError(f"stopped after {seconds:g} s: {doing[0]} took too long", hint=hint) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Lower the process's limit of address space; what needs more is a DeriveError."""
    before = resource.getrlimit(resource.RLIMIT_AS) if resource else None
    try:
        if before is not None:
            resource.setrlimit(resource.RLIMIT_AS, (smaller(before[0], MEMORY), before[1]))
        yield
    except MemoryError:
        raise DeriveError(f"stopped: more than {MEMORY // 2**30} GiB of memory would be needed") from None
    finally:
        if before is not None:
            resource.setrlimit(resource.RLIMIT_AS, before)


@contextmanager
def bounded_depth() -> Iterator[None]:
    """Raise the interpreter's limit of calls in calls to DEPTH; what needs more is a DeriveError."""
    before = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(max(before, DEPTH))
        yield
    except RecursionError:
        raise DeriveError("stopped: too many equations build on each other") from None
    finally:
        sys.setrecursionlimit(before)


def smaller(limit: int, bound: int) -> int:
    """The tighter of two limits; a negative one means none."""
    return bound if limit < 0 else min(limit, bound)


@contextmanager
def reachable() -> Iterator[None]:
    """A definition of one's own that has no value where checks look is refused: nothing was found to be wrong."""
    try:
        yield
    except UnreachableError as error:
        hint = "checks draw inputs between -2 and 2, and narrower; the definition must have a value at some of them"
        raise DeriveError(str(error), hint=hint) from None
