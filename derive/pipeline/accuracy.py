"""The table of certified accuracy that people read: bounds, and what was measured where.

Contract: `lines(name, certificate)` gives a Line for each array that a kernel function returns, in each precision;
`accuracy_page(certificates)` is derive/certificates/README.md, the same text for the same certificates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from derive.catalogue.row import ROUNDINGS

HEAD = """# Measured accuracy

Written by `python -m derive certify`; a row of the catalogue states the bounds, and a build refuses kernels whose
certificate is of other code. Errors are counted in units in the last place (ULP) of the truth: at numbers log-dense
from the smallest subnormal to the largest finite one with both signs, 0, -0, infinities and NaN, in float32 at every
thousandth of all bit patterns (`--exhaustive`: all); at rows of 1, 2, 3 and 1000 entries of several scales, with ties
and with one dominating entry. **Textbook** is the definition as it is written, computed by NumPy; **beyond** are rows
past what a bound speaks of, such as logits of several hundred, which a shift rounds.

"""
OF_ROUNDINGS = """
Functions of parameters that all samples share, and others whose conditioning changes from point to point, are counted
in roundings: what the result may change by when every input and every quantity of the formula is rounded once.

"""


@dataclass(frozen=True)
class Line:
    """One array of one function in one precision."""

    function: str
    dtype: str
    bound: str
    largest: str
    median: str
    at: str
    textbook: str = ""
    extreme: str = ""
    is_of_roundings: bool = False


def lines(name: str, certificate: Mapping[str, Any]) -> Iterator[Line]:
    bounds = {f"{name}_{b['function']}".rstrip("_"): b for b in certificate["bounds"]}
    for key, by_dtype in certificate["measured"].items():
        for dtype, parts in by_dtype.items():
            worst = parts.get(ROUNDINGS) or parts["kernel"]
            bound = bounds.get(function_of(name, key), {}).get(dtype)
            textbook, extreme = (short(parts[p]["largest"]) if p in parts else "" for p in ("textbook", "extreme"))
            largest, median = short(worst["largest"]), short(worst["median"])
            stated = "" if bound is None else f"{bound:g}"
            yield Line(key, dtype, stated, largest, median, worst["at"], textbook, extreme, ROUNDINGS in parts)


def function_of(name: str, key: str) -> str:
    """The function whose bound an array of f_value_and_grad keeps."""
    function, _, part = key.partition(": ")
    if function != f"{name}_value_and_grad":
        return function
    return name if part == "value" else f"{name}_grad"


def short(value: float | str) -> str:
    return f"{float(value):.3g}"


def accuracy_page(certificates: Mapping[str, Mapping[str, Any]]) -> str:
    """Markdown: a table for each way of counting, and the machines."""
    every = [line for name, found in certificates.items() for line in lines(name, found)]
    ranged = [line for line in every if not line.is_of_roundings]
    counted = [line for line in every if line.is_of_roundings]
    text = HEAD + table(
        ("function", "type", "bound", "max", "median", "worst at", "textbook", "beyond"), map(cells, ranged)
    )
    if counted:
        rows = (cells(line)[:6] for line in counted)
        text += OF_ROUNDINGS + table(("function", "type", "bound", "max", "median", "worst at"), rows)
    return text + "\n" + "\n".join(machines(certificates)) + "\n"


def cells(line: Line) -> tuple[str, ...]:
    return (
        f"`{line.function}`", line.dtype, line.bound, line.largest, line.median, line.at, line.textbook, line.extreme,
    )  # fmt: skip


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    every = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(row)} |\n" for row in every)


def machines(certificates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Which processor and NumPy measured what."""
    found: dict[str, list[str]] = {}
    for name, certificate in certificates.items():
        one = certificate["machine"]
        found.setdefault(f"{one['processor']}, {one['system']}, NumPy {one['numpy']}", []).append(name)
    if len(found) == 1:
        return [f"Measured on: {next(iter(found))}."]
    return [f"- {machine}: {', '.join(names)}" for machine, names in found.items()]
