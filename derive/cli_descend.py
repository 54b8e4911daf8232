"""The command `descend`: a run of an optimizer on a function of the catalogue, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from derive.descent.optimizers import OPTIMIZERS
from derive.descent.run import Descent
from derive.language.errors import CheckError
from derive.pipeline.compiled import Compiled
from derive.pipeline.descents import descend_on
from derive.pipeline.functions import function_of_numbers
from derive.terminal import NumbersCommand, numbers, watched

SETTINGS = tuple(dict.fromkeys(key for row in OPTIMIZERS.values() for key in row.settings))
OUTCOMES = {
    "converged": "converged: the gradient vanishes here",
    "moving": "not at rest yet: more steps, or another learning rate",
}


def setting_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """One option for each setting of any optimizer."""
    for key in reversed(SETTINGS):
        users = [f"{row.name}: {row.settings[key].usual:g}" for row in OPTIMIZERS.values() if key in row.settings]
        command = click.option(f"--{key}", type=float, help=f"By default {', '.join(users)}.")(command)
    return command


@click.command("descend", cls=NumbersCommand)
@click.argument("name")
@click.option("--start", callback=numbers, required=True, metavar="NUMBER...", help="One number for each input.")
@click.option("--optimizer", "optimizer_name", default="adam", show_default=True, help=f"{', '.join(OPTIMIZERS)}.")
@click.option("--steps", type=int, default=1000, show_default=True)
@click.option("--every", type=int, help="Report after each so many steps; by default after each tenth of them.")
@setting_options
def descend(
    name: str,
    start: tuple[float, ...],
    optimizer_name: str,
    steps: int,
    every: int | None,
    **settings: float | None,
) -> None:
    """Descend from START along the generated gradient."""
    compiled = function_of_numbers(name)
    chosen = {key: value for key, value in settings.items() if value is not None}
    with watched(max(1, steps // max(1, every or steps // 10 or 1))) as advance:
        run = descend_on(
            compiled, start, optimizer_name, chosen, steps=steps, every=every,
            progress=lambda step: advance(f"step {step}"),
        )  # fmt: skip
    Console().print(table_of(run, compiled))
    if run.diverged_at is not None:
        raise CheckError(f"diverged after {run.diverged_at} steps{last_words(chosen)}")
    click.echo(OUTCOMES[run.outcome])


def last_words(settings: Mapping[str, float]) -> str:
    """What to try next."""
    return f": a learning rate below {settings['lr']:g} may hold" if "lr" in settings else ""


def table_of(run: Descent, compiled: Compiled) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("step", *compiled.inputs, compiled.definition.output, "|gradient|"):
        table.add_column(heading, justify="right")
    for report in run.reports:
        numbers = [f"{x:.6f}" for x in report.position]
        table.add_row(str(report.step), *numbers, f"{report.value:.6g}", f"{report.slope:.3g}")
    return table
