"""Measurements as Markdown: the bounds and how many cases keep them, then every case.

Contract: nothing is left out; a cell without a number says why. A ratio is our time over the other's, so that less is
better for us; one that misses its bound stands in bold with the bound and, where it is known, the reason's number.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.bounds import BOUNDS, REASONS, Bound, Verdict, verdicts
from benchmarks.growth import Growth, Peak
from benchmarks.measure import DIFFERS, FAILED, NO_FORM, Measurement
from benchmarks.peers.row import Peer
from benchmarks.peers.table import OURS, PEERS
from benchmarks.timing import Times

SHAPES = {
    "numbers": "Functions of numbers",
    "vectors": "Functions of vectors, row by row",
    "matrices": "Products of matrices",
}

LEGEND = """\
Seconds are medians, with quartiles, of calls that the contestants make in turn in one process; products of matrices in
a process for each, sampled in turn, because pools of threads fight. Every result was compared with ours first.

A ratio is **our time over the other's**: below 1 we are faster. PyTorch autograd is forward and backward, on tensors
that exist; PyTorch direct calls the library's own operations with `out=`, the forward one first where the backward one
needs its result; JAX is compiled and takes and gives NumPy's arrays; SymPy's lambdify has no form for sums over an
index. The limits are one NumPy call on one thread, on arrays of the largest size that goes in or comes out: a copy, a
product of two arrays, an exponential. PyTorch direct and the limits are compared with our call with `out=`, all others
with the plain call. **Bold**: misses its bound; a number in parentheses is the reason below. –: no such form.
"""


def document(
    found: Sequence[Measurement],
    growth: Sequence[Growth],
    peaks: Sequence[Peak],
    picture: str = "",
    planned: int = 0,
) -> str:
    """planned: how many cases there were to be, where a run was stopped before its end."""
    parts = [
        "# Kernels beside their peers\n",
        "\n".join(machine()) + "\n",
        *([f"**Stopped after {len(found)} of {planned} cases.**\n"] if len(found) < planned else []),
        LEGEND,
        *([f"![Ratios of all cases]({picture})\n"] if picture else []),
        *section("## Bounds", bound_table(found)),
        *section("## Reasons", (f"{k}. {r.text}" for k, r in enumerate(REASONS, 1) if k in used_reasons(found))),
        *(part for threads in sorted({m.threads for m in found}) for part in of_threads(found, threads)),
        *section("## Remarks of contestants", remarks(found)),
        *section("## Cost by size", growth_table(growth)),
        *section("## Memory", peak_table(peaks)),
    ]
    return "\n".join(parts)


def section(title: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Nothing where there are no lines."""
    text = "\n".join(lines)
    return (f"{title}\n", f"{text}\n") if text else ()


def machine() -> Iterator[str]:
    busy = f", load {os.getloadavg()[1]:.1f} while measuring" if hasattr(os, "getloadavg") else ""
    yield f"- {processor()}, {os.cpu_count()} processors{busy}"
    yield f"- Python {platform.python_version()}, NumPy {np.__version__}"
    for one in PEERS:
        if one.library:
            yield f"- {one.title}: " + (one.version or f"missing (`pip install {one.library}`)")


def processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return name or platform.processor() or platform.machine()


# --- bounds


def bound_table(found: Sequence[Measurement]) -> Iterator[str]:
    judged = [(m, v) for m in found for v in verdicts(m).values()]
    if not judged:
        return
    yield row("against", "where", "at most", "cases", "met", "worst")
    yield row("---", "---", "---:", "---:", "---:", "---")
    for bound in BOUNDS:
        mine = [(m, v) for m, v in judged if v.bound is bound]
        if mine:
            worst = max(mine, key=lambda pair: pair[1].value)
            met = sum(v.met for _, v in mine)
            yield row(against(bound), bound.where, limit(bound), str(len(mine)), str(met), where(*worst))


def against(bound: Bound) -> str:
    return "seconds" if bound.peer == "ours" else next(p.title for p in PEERS if p.key == bound.peer)


def limit(bound: Bound) -> str:
    return seconds(bound.limit) if bound.peer == "ours" else f"{bound.limit:g}"


def where(m: Measurement, verdict: Verdict) -> str:
    value = seconds(verdict.value) if verdict.bound.peer == "ours" else f"{verdict.value:.2f}"
    return f"{value} ({m.kernel} {m.size} {m.dtype})"


def used_reasons(found: Sequence[Measurement]) -> set[int]:
    return {v.reason for m in found for v in verdicts(m).values() if not v.met and v.reason is not None}


# --- every case


def of_threads(found: Sequence[Measurement], threads: int) -> Iterator[str]:
    yield f"## {threads} thread{'s' if threads > 1 else ''}\n"
    for shape, title in SHAPES.items():
        mine = [m for m in found if m.threads == threads and m.shape == shape]
        yield from section(f"### {title}", case_table(mine))


def case_table(found: Sequence[Measurement]) -> Iterator[str]:
    if not found:
        return
    others = [p for p in PEERS if p.key not in OURS and any(p.key in (*m.times, *m.absent) for m in found)]
    yield row("kernel", "size", "dtype", "ours", "ns per element", "ours, out=", *(p.title for p in others))
    yield row("---", "---", "---", "---", *["---:"] * (2 + len(others)))
    for m in found:
        yield row(m.kernel, m.size, m.dtype, *own_cells(m), *(cell(m, p) for p in others))


def own_cells(m: Measurement) -> tuple[str, str, str]:
    verdict = verdicts(m).get("ours")
    mine, into = m.times.get("ours"), m.times.get("ours_into")
    if mine is None:
        return m.absent.get("ours", NO_FORM), "", ""
    shown = spread(mine)
    if verdict is not None and not verdict.met:
        shown = f"**{shown}** > {limit(verdict.bound)}{mark(verdict)}"
    return shown, f"{1e9 * mine.median / m.elements:.3g}", seconds(into.median) if into else ""


def cell(m: Measurement, one: Peer) -> str:
    value = m.ratio(one.key)
    if value is None:
        reason = m.absent.get(one.key, NO_FORM)
        return "–" if reason == NO_FORM else reason.partition(":")[0]
    verdict = verdicts(m).get(one.key)
    if verdict is None or verdict.met:
        return decimal(value)
    return f"**{decimal(value)}** > {verdict.bound.limit:g}{mark(verdict)}"


def decimal(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def mark(verdict: Verdict) -> str:
    return f" ({verdict.reason})" if verdict.reason else ""


def remarks(found: Sequence[Measurement]) -> Iterator[str]:
    """Contestants that could not take part, once each."""
    spoken = (
        f"- {m.kernel}, {key}: {reason}"
        for m in found
        for key, reason in m.absent.items()
        if reason.startswith((DIFFERS, FAILED))
    )
    yield from dict.fromkeys(spoken)


# --- growth and memory


def growth_table(growth: Sequence[Growth]) -> Iterator[str]:
    if not growth:
        return
    sizes = sorted({n for g in growth for n in g.seconds})
    yield row("ns per element, 1 thread", *(f"n = {n:.0e}".replace("e+0", "e") for n in sizes))
    yield row("---", *["---:"] * len(sizes))
    for g in growth:
        cells = (f"{1e9 * g.seconds[n] / n:.2f}" if n in g.seconds else "" for n in sizes)
        yield row(f"{g.kernel}, {g.dtype}", *cells)


def peak_table(peaks: Sequence[Peak]) -> Iterator[str]:
    if not peaks:
        return
    yield row("kernel", "elements", "dtype", "threads", "result", "temporaries at the peak", "at most 16 MiB")
    yield row("---", *["---:"] * 6)
    for p in peaks:
        held = "yes" if p.temporaries <= 16 * 2**20 else "**no**"
        count = f"{p.elements:.0e}".replace("e+0", "e")
        yield row(p.kernel, count, p.dtype, str(p.threads), mebibytes(p.result), mebibytes(p.temporaries), held)


# --- words


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def spread(times: Times) -> str:
    """Median and quartiles in one unit."""
    unit, factor = unit_of(times.median)
    return f"{times.median * factor:.3g} {unit} [{times.low * factor:.3g}, {times.high * factor:.3g}]"


def seconds(value: float) -> str:
    unit, factor = unit_of(value)
    return f"{value * factor:.3g} {unit}"


def unit_of(value: float) -> tuple[str, float]:
    return ("µs", 1e6) if value < 1e-3 else ("ms", 1e3) if value < 1 else ("s", 1.0)


def mebibytes(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
