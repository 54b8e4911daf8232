"""What a derivation costs, as Markdown: how it grows with the equations and the sizes, and each row's own time.

    python -m benchmarks.derivation_cost [--rows]

Times are of the processor, the best of REPEATS, of `derive_all` alone: no parsing, checks or kernels. A chain is
differentiated by a parameter that every equation uses, so that each has an adjoint or tangent of its own.
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Iterator

from derive.calculus.rule import reaches
from derive.closedform.algebra import factors, fraction, solution, substituted
from derive.closedform.derivations import derive_all
from derive.closedform.eliminate import solved
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.recurrence import RecurrentDefinition
from derive.language.resolve import parse
from derive.pipeline.library import definitions, library
from derive.pipeline.wanted import wanted_by

LENGTHS = (5, 10, 20, 40)
SIZES = (3, 30, 300, 3000)
REPEATS = 3
KEPT = (solved, reaches, fraction, factors, solution, substituted)
"""Functions that keep their answers: each repeat works them out anew."""

STRAIGHT = "sigmoid(w[i]*{one}[i])"
RECONVERGENT = "sigmoid(w[i]*{one}[i]) + {one}[i]*{two}[i]"


def chain(length: int, equation: str, size: object = "n") -> Definition:
    """A definition of so many named equations, each of the one or two before it."""
    names = ["x", "x", *(f"h{k}" for k in range(1, length))]
    lines = [f"chain(x[{size}]; w[{size}]) -> E"]
    for k in range(1, length):
        lines.append(f"    h{k}[i] = " + equation.format(one=names[k], two=names[k - 1]))
    lines.append(f"    E = 1/2*sum(i, {names[-1]}[i]**2)")
    return parse("\n".join(lines), definitions())[-1]


def cost(definition: Definition, wanted: tuple[Wanted, ...] | None) -> float:
    """Seconds of the processor."""
    found = []
    for _ in range(REPEATS):
        for answers in KEPT:
            answers.cache_clear()
        start = time.process_time()
        derive_all(definition, wanted)
        found.append(time.process_time() - start)
    return min(found)


def growth(equation: str, kind: str) -> Iterator[tuple[int, float]]:
    """(number of equations, seconds)"""
    for length in LENGTHS:
        yield length, cost(chain(length, equation), (Wanted(kind, "E", "w"),))


def growth_table() -> Iterator[str]:
    yield "| chain | derivative | " + " | ".join(f"{n} equations" for n in LENGTHS) + " | 40 over 5, per equation |"
    yield "|---|---|" + "---:|" * (len(LENGTHS) + 1)
    for title, equation in (("straight", STRAIGHT), ("reconvergent", RECONVERGENT)):
        for kind in ("gradient", "hvp"):
            times = dict(growth(equation, kind))
            ratio = times[LENGTHS[-1]] / times[LENGTHS[0]] * LENGTHS[0] / LENGTHS[-1]
            yield row(title, kind, *(milliseconds(t) for t in times.values()), f"{ratio:.2f}")


def size_table() -> Iterator[str]:
    yield "| chain of 10 equations | " + " | ".join(f"n = {n}" for n in SIZES) + " |"
    yield "|---|" + "---:|" * len(SIZES)
    times = (cost(chain(10, RECONVERGENT, size), (Wanted("gradient", "E", "w"),)) for size in SIZES)
    yield row("reconvergent", *map(milliseconds, times))


def row_table() -> Iterator[str]:
    """Each row of the catalogue that is no recurrence and, where its peers are installed, of the field's corpus."""
    yield "| row | equations | derivations | time |"
    yield "|---|---:|---:|---:|"
    entries = [(e.definition, e.wanted) for e in library() if not isinstance(e.definition, RecurrentDefinition)]
    for definition, wanted in (*entries, *field_rows()):
        count = len(derive_all(definition, wanted))
        yield row(definition.name, str(len(definition.equations)), str(count), milliseconds(cost(definition, wanted)))


def field_rows() -> Iterator[tuple[Definition, tuple[Wanted, ...]]]:
    try:
        from tests.field.table import ROWS
    except ImportError:
        return
    for each in ROWS:
        definition = parse(textwrap.dedent(each.text).strip(), definitions())[-1]
        yield definition, wanted_by(definition, each.wrt, each.kind)


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", action="store_true", help="also the time of every row")
    arguments = parser.parse_args()
    tables = [growth_table, size_table, *([row_table] if arguments.rows else [])]
    for table in tables:
        print("\n".join(table()), end="\n\n")


if __name__ == "__main__":
    main()
