"""Kernels beside their peers: `python -m benchmarks`.

Every kernel function is measured in turn with textbook NumPy, PyTorch, JAX, numba, HIPS autograd, SymPy's lambdify and
the limits of the machine; a Markdown table with the ratios and a picture are written. Peers are an extra,
`pip install -e '.[peers]'`; one that is missing is said to be missing.

Exit codes: 0 done, 1 a peer's result is not ours, 2 wrong usage.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import click

from benchmarks import growth as growths
from benchmarks.cases import sizes_of
from benchmarks.growth import Growth, Peak
from benchmarks.kernels import Kernel, kernels, principal
from benchmarks.measure import DIFFERS, Measurement, Place
from benchmarks.peers.table import OURS, PEERS
from benchmarks.picture import ratios
from benchmarks.records import Records
from benchmarks.report import document
from benchmarks.workers import Workers, processors
from derive.language.errors import DeriveError
from derive.terminal import watched

DTYPES = ("float32", "float64")
KEYS = tuple(p.key for p in PEERS if p.key not in OURS)
QUICK = 10**6
"""Elements of the largest arrays of a quick run."""


@dataclass(frozen=True)
class Plan:
    """What to measure, and for how many seconds in all."""

    places: tuple[Place, ...]
    keys: tuple[str, ...]
    seconds: float


@click.command(help=__doc__, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--kernels", "names", multiple=True, metavar="PATTERN", help="Such as 'softmax*'; several times.")
@click.option("--main", "only_main", is_flag=True, help="One derivative of each definition, not every function.")
@click.option("--sizes", multiple=True, metavar="PATTERN", help="Such as 1e7 or '*×1000'; several times.")
@click.option("--dtypes", multiple=True, type=click.Choice(DTYPES), default=DTYPES, show_default=True)
@click.option("--threads", multiple=True, type=click.IntRange(1), help="Several times; 1 and 2 if there are so many.")
@click.option("--peers", multiple=True, type=click.Choice(KEYS), default=KEYS, help="Several times; all by default.")
@click.option("--budget", type=float, default=600, show_default=True, help="Seconds for the rounds of all cases.")
@click.option("--quick", is_flag=True, help="About a minute: --main, one thread, up to a million elements.")
@click.option("--resume", is_flag=True, help="Go on where a run with the same --out was stopped.")
@click.option("--growth/--no-growth", default=True, help="Cost from 1e4 to 1e8 elements, memory at 1e8.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/benchmarks"), show_default=True)
def main(
    names: tuple[str, ...],
    only_main: bool,
    sizes: tuple[str, ...],
    dtypes: tuple[str, ...],
    threads: tuple[int, ...],
    peers: tuple[str, ...],
    budget: float,
    quick: bool,
    resume: bool,
    growth: bool,
    out: Path,
) -> None:
    chosen = chosen_kernels(principal() if only_main or quick else kernels(), names)
    counts = threads or ((1,) if quick else (1, 2)[: len(processors())])
    places = tuple(all_places(chosen, sizes, dtypes, counts, QUICK if quick else sys.maxsize))
    if not places:
        raise click.UsageError("no case has such a kernel and size")
    plan = Plan(places, (*OURS, *(k for k in KEYS if k in peers)), min(budget, 30) if quick else budget)
    largest = 0 if not growth else QUICK if quick else max(growths.SIZES)
    file = out / "measurements.jsonl"
    if not resume:
        file.unlink(missing_ok=True)
    with Workers() as workers:
        found = run(plan, workers, Records(file))
        grown, peaks = grown_and_peaks(workers, largest, max(counts))
    for path in write(found, grown, peaks, out, len(places)):
        click.echo(f"written to {path}")
    sys.exit(int(any(r.startswith(DIFFERS) for m in found for r in m.absent.values())))


def chosen_kernels(candidates: Sequence[Kernel], patterns: Sequence[str]) -> list[Kernel]:
    return [k for k in candidates if not patterns or any(fnmatch(k.name, p) for p in patterns)]


def all_places(
    chosen: Sequence[Kernel], sizes: Sequence[str], dtypes: Sequence[str], threads: Sequence[int], most: int
) -> Iterator[Place]:
    """By threads, then kernel, size and dtype."""
    for count in threads:
        for kernel in chosen:
            for size in sizes_of(kernel):
                if size.elements <= most and (not sizes or any(fnmatch(size.name, p) for p in sizes)):
                    yield from (Place(kernel.name, size.name, dtype, count) for dtype in dtypes)


def run(plan: Plan, workers: Workers, records: Records) -> list[Measurement]:
    """Every case, with an equal share of the seconds that are left; what there is, if somebody presses Control-C."""
    missing = [place for place in plan.places if records.get(place) is None]
    left = plan.seconds
    with suppress(KeyboardInterrupt), watched(len(missing)) as advance:
        for done, place in enumerate(missing):
            start = time.perf_counter()
            records.keep(workers.measured(place, plan.keys, left / (len(missing) - done)))
            left = max(0.0, left - (time.perf_counter() - start))
            advance(place.kernel)
    return [found for place in plan.places if (found := records.get(place)) is not None]


def grown_and_peaks(workers: Workers, largest: int, threads: int) -> tuple[list[Growth], list[Peak]]:
    """Up to so many elements; memory only of the largest, each peak in a process of its own."""
    sizes = [n for n in growths.SIZES if n <= largest]
    if not sizes:
        return [], []
    known = {k.name for k in kernels()}
    places = [Place(k, size, growths.DTYPE, 1) for k, size in growths.KERNELS if k in known]
    grown = [workers.call(1, "", growths.growth, place, sizes, 4.0) for place in places]
    wide = [Place(p.kernel, p.size, p.dtype, threads) for p in places if sizes == list(growths.SIZES)]
    return grown, [workers.call(threads, f"peak {p.kernel}", growths.peak, p, sizes[-1]) for p in wide]


def write(
    found: Sequence[Measurement], grown: Sequence[Growth], peaks: Sequence[Peak], out: Path, planned: int
) -> Iterator[Path]:
    """RESULTS.md and, where matplotlib is installed, RESULTS.svg."""
    out.mkdir(parents=True, exist_ok=True)
    picture = out / "RESULTS.svg"
    try:
        picture.write_bytes(ratios(found, min(m.threads for m in found)))
        shown = picture.name
        yield picture
    except DeriveError as error:
        click.echo(f"no picture: {error}", err=True)
        shown = ""
    table = out / "RESULTS.md"
    table.write_text(document(found, grown, peaks, shown, planned), encoding="utf-8")
    yield table


if __name__ == "__main__":
    main()
