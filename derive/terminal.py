"""What commands share on a terminal: a progress bar, and numbers after an option."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


@contextmanager
def watched(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=total)

        def advance(name: str) -> None:
            progress.update(task, description=name)
            progress.advance(task)

        yield advance


def numbers(ctx: click.Context, param: click.Parameter, value: str) -> tuple[float, ...]:
    """The numbers between commas, as `NumbersCommand` joins them: the callback of an option."""
    try:
        return tuple(float(part) for part in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a row of numbers, as in -4 0", ctx, param) from None


class NumbersCommand(click.Command):
    """A command one of whose options takes as many numbers as follow it: --start -4 0."""

    numbers = "--start"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, joined(args, self.numbers))


def joined(arguments: Sequence[str], option: str) -> list[str]:
    """The numbers behind the option as one word, so that -4 is not read as an option."""
    if option not in arguments:
        return list(arguments)
    first = list(arguments).index(option) + 1
    last = first
    while last < len(arguments) and is_number(arguments[last]):
        last += 1
    if first == last:
        return list(arguments)
    return [*arguments[: first - 1], f"{option}={','.join(arguments[first:last])}", *arguments[last:]]


def is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
