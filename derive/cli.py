"""The command line: arguments to calls, results to a terminal.

Exit codes: 0 done, 1 a check failed, 2 wrong usage or a faulty definition. Errors are one short message.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from derive.cli_certify import certify
from derive.cli_compare import compare
from derive.cli_descend import descend
from derive.cli_plot import plot
from derive.emit.detail import DETAILS
from derive.emit.formats import FORMATS
from derive.emit.notes_document import SETTINGS
from derive.language.derivation import KINDS
from derive.language.errors import CheckError, DeriveError
from derive.language.words import LANGUAGES
from derive.pipeline.build import build, files_of_all, studies
from derive.pipeline.build import check as check_folder
from derive.pipeline.define import define_all
from derive.pipeline.library import entry, library, names
from derive.pipeline.limits import DEFAULT_SECONDS, bounded_memory
from derive.pipeline.notes import tex
from derive.pipeline.pdf import engine_of, write_pdf
from derive.pipeline.publish import publish, refuse_early
from derive.pipeline.study import Study, study_of
from derive.terminal import watched

OUT = click.option(
    "--out", type=click.Path(path_type=Path), default=Path("generated"), show_default=True, help="Folder of the build."
)


@click.group(help=__doc__, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    pass


@cli.command("all")
@OUT
def build_all(out: Path) -> None:
    """Derive, check and write everything."""
    refuse_early(out)
    with watched(len(library())) as advance:
        found, files = build(advance)
    changed = publish(files, out)
    console = Console()
    console.print(overview(found))
    console.print(f"{'written to' if changed else 'nothing to change in'} {out}", soft_wrap=True)


@cli.command("list")
def list_all() -> None:
    """List the definitions of the catalogue."""
    table = Table("name", "title", "definition", box=None, padding=(0, 2, 0, 0))
    for one in library():
        table.add_row(one.definition.name, one.row.title.english, one.definition.text.splitlines()[0])
    Console().print(table)


@cli.command("show")
@click.argument("name")
@click.option("--wrt", help="Only derivatives by this input.")
@click.option("--format", "format_name", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--detail", type=click.Choice(list(DETAILS)), default="textbook", show_default=True)
def show(name: str, wrt: str | None, format_name: str, lang: str, detail: str) -> None:
    """Print the derivation of one definition."""
    found = study_of(entry(name))
    click.echo((found.only(wrt) if wrt else found).show(format_name, lang, detail).rstrip("\n"))


@cli.command("run")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("-e", "text", help="The definitions themselves, instead of a file.")
@click.option("--wrt", multiple=True, help="Input to differentiate by; may be given several times.")
@click.option("--kind", type=click.Choice(KINDS), help="Which derivative.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for kernels, notes and report.")
@click.option("--format", "format_name", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--detail", type=click.Choice(list(DETAILS)), default="textbook", show_default=True)
@click.option("--timeout", type=float, default=DEFAULT_SECONDS, show_default=True, help="Seconds; 0 for no limit.")
def run(
    file: Path | None,
    text: str | None,
    wrt: tuple[str, ...],
    kind: str | None,
    out: Path | None,
    format_name: str,
    lang: str,
    detail: str,
    timeout: float,
) -> None:
    """Derive definitions of one's own, from FILE or -e TEXT ('-' reads standard input)."""
    if out is not None:
        refuse_early(out)
    with bounded_memory():
        found = define_all(read_definitions(file, text), wrt=wrt, kind=kind, timeout=timeout)
    for one in found:
        click.echo(one.show(format_name, lang, detail).rstrip("\n") + "\n")
    if out is not None:
        publish(files_of_all(found), out)
        click.echo(f"written to {out}", err=True)


def read_definitions(file: Path | None, text: str | None) -> str:
    """The text of the definitions; a line may be given as two characters, backslash and n, with -e."""
    if (file is None) == (text is None):
        raise DeriveError("run takes a file or -e TEXT", hint="as in: python -m derive run definitions.txt")
    if text is not None:
        return text.replace("\\n", "\n")
    assert file is not None
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DeriveError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None


@cli.command("pdf")
@click.option("--lang", type=click.Choice(LANGUAGES), default="en", show_default=True)
@click.option("--detail", type=click.Choice(list(DETAILS)), default="textbook", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="The PDF; by default notes.pdf or notes_zh.pdf.")
def pdf(lang: str, detail: str, out: Path | None) -> None:
    """Set all notes as one PDF, where a TeX engine is installed."""
    setting = SETTINGS[lang]
    engine_of(setting)
    with watched(len(library())) as advance:
        found = studies(progress=advance)
    target = write_pdf(tex(found, lang, detail), setting, out or Path(setting.file).with_suffix(".pdf"))
    click.echo(f"written to {target}")


@cli.command("check")
@click.argument("chosen", metavar="[NAME]...", nargs=-1)
@OUT
def check(chosen: tuple[str, ...], out: Path) -> None:
    """Verify again and compare with what is on disk."""
    for name in chosen:
        entry(name)
    with watched(len(chosen) or len(library())) as advance:
        differences = check_folder(out, chosen, advance)
    if differences:
        raise CheckError("\n".join(differences))
    click.echo(f"checked {', '.join(chosen or names())}: {out} is as built")


cli.add_command(compare)
cli.add_command(certify)
cli.add_command(descend)
cli.add_command(plot)


def overview(found: tuple[Study, ...]) -> Table:
    table = Table("name", "derived", "steps", "worst difference", "kernels", box=None, padding=(0, 2, 0, 0))
    for one in found:
        worst = max((s.evidence.worst or -999 for d in one.derivations for s in d.steps if s.evidence), default=-999)
        table.add_row(
            one.name,
            ", ".join(dict.fromkeys(d.wanted.kind for d in one.derivations)),
            str(sum(len(d.steps) for d in one.derivations)),
            "0" if worst == -999 else f"1e{worst}",
            str(len(one.kernel_names)),
        )
    return table


def main() -> None:
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        fail("stopped", 130)
    except click.ClickException as error:
        fail(error.format_message(), 2)
    except DeriveError as error:
        fail(str(error), 2)
    except CheckError as error:
        fail(str(error), 1)
    except BrokenPipeError:
        sys.exit(1)


def fail(message: str, code: int) -> None:
    click.echo(f"derive: {message}", err=True)
    sys.exit(code)
