"""Bounds of time and memory: what is stopped says what it was doing."""

from __future__ import annotations

import resource
import signal
import sys
import threading
import time

import pytest

import derive
from derive.language.errors import DeriveError
from derive.pipeline.limits import MEMORY, bounded_depth, bounded_memory, time_limit


def test_time_limit_names_what_took_too_long() -> None:
    started = time.perf_counter()
    with pytest.raises(DeriveError, match=r"stopped after 0\.05 s: checking p took too long"), time_limit(0.05) as say:
        say("checking p")
        time.sleep(5)
    assert time.perf_counter() - started < 1
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


def test_no_limit_and_other_threads_go_on() -> None:
    with time_limit(0) as say:
        say("anything")
    done: list[bool] = []

    def elsewhere() -> None:
        with time_limit(0.001):
            time.sleep(0.01)
        done.append(True)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert done == [True]


def test_define_gives_up_in_time() -> None:
    text = "f(a[n]) -> p\n    p[i] = exp(a[i]**2)/sum(k, exp(a[k]**2) + sin(a[k]))"
    with pytest.raises(DeriveError, match="took too long"):
        derive.define(text, timeout=0.01)


def test_memory_is_bounded_and_given_back() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(DeriveError, match="more than 4 GiB"), bounded_memory():
        bytearray(2 * MEMORY)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_exponentials_of_exponentials_are_refused_before_they_fill_the_memory() -> None:
    with pytest.raises(DeriveError, match=r"no point found|took too long"):
        derive.define("f(x) -> y\n    y = " + "exp(" * 50 + "x" + ")" * 50, timeout=10)


def test_depth_is_bounded_and_given_back() -> None:
    def deep(calls: int) -> int:
        return 1 + deep(calls - 1) if calls else 0

    before = sys.getrecursionlimit()
    with bounded_depth():
        assert deep(3000) == 3000
    with pytest.raises(DeriveError, match="too many equations build on each other"), bounded_depth():
        deep(10_000)
    assert sys.getrecursionlimit() == before
