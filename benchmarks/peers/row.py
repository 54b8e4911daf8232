"""What a row of the contestants is.

Contract: `prepare(case, forms, threads)` gives the call that is timed, or None where the peer has no form of the
kernel; whatever is not part of a call (compilation aside, which the first call does) happens before. To add a peer: a
module with a `prepare` and one row in `table`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from benchmarks.cases import Case
from benchmarks.forms.row import Forms

Run = Callable[[], Any]
Prepare = Callable[[Case, Forms | None, int], Run | None]


@dataclass(frozen=True)
class Peer:
    """One contestant.

    library: what must be installed; empty for NumPy alone. beside: which of our own calls it is compared with.
    limit: what the machine can do, not a way to compute the kernel: its result is not compared.
    """

    key: str
    title: str
    prepare: Prepare
    library: str = ""
    beside: str = "ours"
    limit: bool = False

    @property
    def version(self) -> str | None:
        """Of its library; None where it is not installed."""
        try:
            return version(self.library) if self.library else ""
        except PackageNotFoundError:
            return None
