"""Helpers that a kernel module holds only where it calls them: functions that NumPy lacks.

Contract: `helpers(code)` names the helpers that some code calls, with those that they call themselves, in the order of
the table; each is templates/partials/kernel_NAME.py.jinja and defines the function _NAME. To extend: a partial and a
row; tests/emit/test_kernel_helpers.py compares each special function with mpmath.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Helper:
    """A function _NAME, and the helpers that it calls."""

    name: str
    needs: tuple[str, ...] = ()


HELPERS = (
    Helper("in_parts"),
    Helper("added_up"),
    Helper("summed"),
    Helper("weighted"),
    Helper("norm", ("vecdot",)),
    Helper("vecdot"),
    Helper("exp_less"),
    Helper("sharp_exp"),
    Helper("polynomial"),
    Helper("within"),
    Helper("chosen"),
    Helper("largest"),
    Helper("highest"),
    Helper("rest"),
    Helper("hits"),
    Helper("changed"),
    Helper("indicator", ("compared",)),
    Helper("compared"),
    Helper("first_largest"),
    Helper("at_largest"),
    Helper("scattered"),
    Helper("product_of_others"),
    Helper("shifted"),
    Helper("erf", ("erfc", "mills", "gaussian")),
    Helper("log_tail", ("scaled_tail", "erf", "erfc", "mills", "gaussian")),
    Helper("hazard", ("scaled_tail", "mills", "gaussian")),
    Helper("scaled_tail", ("mills",)),
    Helper("normal_tail", ("mills", "gaussian")),
    Helper("erfc", ("mills", "gaussian")),
    Helper("mills"),
    Helper("gaussian"),
    Helper("lgamma1p", ("lgamma",)),
    Helper("lgamma"),
    Helper("digamma"),
    Helper("polygamma"),
)


def helpers(code: Iterable[str]) -> list[str]:
    """The names of the helpers that these lines need."""
    called = set(re.findall(r"\b_(\w+)\(", "\n".join(line for line in code if not line.startswith("#"))))
    called |= {need for h in HELPERS if h.name in called for need in h.needs}
    return [h.name for h in HELPERS if h.name in called]
