"""The command `compare`: the activation functions side by side."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from derive.emit.comparison import HEADINGS
from derive.language.words import LANGUAGES
from derive.pipeline.compare import activations, comparison, comparison_page


@click.command("compare")
@click.option("--format", "format_name", type=click.Choice(["markdown", "text"]), default="text", show_default=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
def compare(format_name: str, lang: str) -> None:
    """Compare the activation functions: derivative, range, where the gradient vanishes."""
    if format_name == "markdown":
        click.echo(comparison_page(activations(), lang).rstrip("\n"))
        return
    table = Table(*(heading[lang] for heading in HEADINGS.values()), box=None, padding=(0, 2, 0, 0))
    for row in comparison(activations(), lang):
        table.add_row(*row.cells)
    Console().print(table)
