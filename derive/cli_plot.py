"""The command `plot`: pictures of definitions as SVG files."""

from __future__ import annotations

from pathlib import Path

import click

from derive.pipeline.library import entry
from derive.pipeline.plots import drawable, pictures_of
from derive.terminal import watched


@click.command("plot")
@click.argument("chosen", metavar="[NAME]...", nargs=-1)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("pictures"), show_default=True,
    help="Folder of the pictures.",
)  # fmt: skip
def plot(chosen: tuple[str, ...], out: Path) -> None:
    """Draw the definitions named, or all that have a picture."""
    for name in chosen:
        entry(name)
    files: dict[str, bytes] = {}
    with watched(len(chosen) or len(drawable())) as advance:
        for name in chosen or drawable():
            advance(name)
            files |= pictures_of(name)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
        click.echo(out / name)
