"""`python -m derive certify`: measured accuracy of the kernels, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table

from derive.pipeline.accuracy import lines
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
    head = ("function", "dtype", "bound", "max", "median", "at", "textbook", "beyond")
    table = Table(*head, box=None, padding=(0, 2, 0, 0))
    for name, certificate in found:
        for one in lines(name, certificate):
            unit = " roundings" if one.is_of_roundings else ""
            sizes = (one.bound, one.largest + unit, one.median)
            table.add_row(one.function, one.dtype, *sizes, one.at, one.textbook, one.extreme)
    return table
