"""`python -m derive certify`: measured accuracy of the kernels, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from derive.pipeline.certify import bounded_names, certify_all
from derive.pipeline.library import entry
from derive.pipeline.profiles import Certificate
from derive.terminal import watched


@click.command("certify")
@click.argument("chosen", metavar="[NAME]...", nargs=-1)
@click.option("--exhaustive", is_flag=True, help="Every float32 there is, for functions of one number: hours.")
def certify(chosen: tuple[str, ...], exhaustive: bool) -> None:
    """Measure kernels over the whole floating-point range: those named, or all of rows that state a bound."""
    for name in chosen:
        entry(name)
    with watched(len(chosen or bounded_names())) as advance:
        found = certify_all(chosen or bounded_names(), advance, exhaustive=exhaustive)
    Console().print(accuracy_table(found))


def accuracy_table(found: Sequence[tuple[str, Certificate]]) -> Table:
    table = Table("function", "dtype", "max ULP", "median", "at", "textbook", "extreme", box=None, padding=(0, 2, 0, 0))
    for _, certificate in found:
        for function, by_dtype in certificate["measured"].items():
            for dtype, parts in by_dtype.items():
                kernel, extreme = parts["kernel"], parts["extreme"]
                beyond = short(extreme["largest"]) if extreme["points"] else ""
                sizes = (short(kernel["largest"]), short(kernel["median"]))
                table.add_row(function, dtype, *sizes, kernel["at"], short(parts["textbook"]["largest"]), beyond)
    return table


def short(value: float | str) -> str:
    return f"{float(value):.3g}"
