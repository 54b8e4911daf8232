"""From single rule applications to the lines of a textbook.

Contract: `group(derivation, detail)` is pure; the first line's `before` is the left-hand side, each line's
result is the next line's beginning, the last result is the closed form, and every step stands in exactly
one line (brief keeps the result alone). To extend: a level of detail is a row of DETAILS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from derive.emit.fractions import settled, told
from derive.language.derivation import Derivation, Reason, Step, Weight
from derive.language.errors import DeriveError, did_you_mean
from derive.language.expressions import Expression
from derive.language.trees import canonical, count_nodes, walk

MOST_NAMES = 3
"""More rule names than this are not listed in one margin."""


@dataclass(frozen=True)
class Note:
    """A reason as it applies here: its arguments and the definition whose result it cites."""

    reason: Reason
    arguments: tuple[Expression, ...] = ()
    cites: str | None = None


@dataclass(frozen=True)
class Line:
    """= result, by the notes in the margin; `steps` are what it stands for."""

    result: Expression
    notes: tuple[Note, ...]
    steps: tuple[Step, ...]


def group(derivation: Derivation, detail: str = "textbook") -> tuple[Line, ...]:
    """The lines after the left-hand side. Raises DeriveError for an unknown detail."""
    if detail not in DETAILS:
        raise DeriveError(f"unknown detail: {detail}", hint=did_you_mean(detail, DETAILS))
    return with_result(DETAILS[detail](derivation), derivation)


def brief(derivation: Derivation) -> tuple[Line, ...]:
    return (Line(settled(derivation.closed), (), derivation.steps),)


def full(derivation: Derivation) -> tuple[Line, ...]:
    return tuple(Line(s.after, (note(s),), (s,)) for s in derivation.steps)


def textbook(derivation: Derivation) -> tuple[Line, ...]:
    """Main steps close a line; lighter ones share one; a line that repeats the one before is part of it."""
    kept: list[Line] = []
    before = canonical(settled(derivation.left))
    waiting: tuple[Step, ...] = ()
    for line in (line_of(run) for run in absorbed(runs(derivation.steps))):
        now = canonical(line.result)
        if now != before:
            kept.append(replace(line, steps=waiting + line.steps))
            before, waiting = now, ()
        elif kept:
            kept[-1] = replace(kept[-1], steps=kept[-1].steps + line.steps)
        else:
            waiting += line.steps
    return tuple(kept)


DETAILS: Mapping[str, Callable[[Derivation], tuple[Line, ...]]] = {"brief": brief, "textbook": textbook, "full": full}


def runs(steps: tuple[Step, ...]) -> list[list[Step]]:
    """Steps that share a line: a main step and its likes at other places, or a run of lighter steps."""
    found: list[list[Step]] = []
    for step in steps:
        if found and shares(found[-1], step):
            found[-1].append(step)
        else:
            found.append([step])
    return found


def shares(run: list[Step], step: Step) -> bool:
    if step.reason.weight < Weight.MAIN:
        return run[0].reason.weight < Weight.MAIN
    return same_rule_elsewhere(run, step)


def same_rule_elsewhere(run: list[Step], step: Step) -> bool:
    """The same main rule at a place that the run has not just written."""
    same = all(s.reason == step.reason and s.arguments == step.arguments for s in run)
    return same and all(step.old not in set(walk(s.new)) for s in run)


def absorbed(found: list[list[Step]]) -> list[list[Step]]:
    """Routine runs have no line of their own: they tidy the line before, or prepare the one after."""
    lines: list[list[Step]] = []
    waiting: list[Step] = []
    for run in found:
        if is_routine(run) and lines and tidies(run):
            lines[-1].extend(run)
        elif is_routine(run) and not lines:
            waiting.extend(run)
        else:
            lines.append(waiting + run)
            waiting = []
    return [*lines, waiting] if waiting else lines


def is_routine(run: list[Step]) -> bool:
    return all(s.reason.weight is Weight.ROUTINE for s in run)


def tidies(run: list[Step]) -> bool:
    """Whether the run makes the expression no longer."""
    return count_nodes(run[-1].after) <= count_nodes(run[0].before)


def line_of(run: list[Step]) -> Line:
    return Line(settled(run[-1].after), notes_of(run), tuple(run))


def notes_of(run: list[Step]) -> tuple[Note, ...]:
    """The heaviest reasons of the run, each once; of routine ones the last."""
    heaviest = max(s.reason.weight for s in run)
    telling = run[-1:] if heaviest is Weight.ROUTINE else [s for s in run if s.reason.weight is heaviest]
    return tuple(dict.fromkeys(note(s) for s in telling))[:MOST_NAMES]


def note(step: Step) -> Note:
    return Note(step.reason, tuple(map(told, step.arguments)), step.cites)


def with_result(lines: tuple[Line, ...], derivation: Derivation) -> tuple[Line, ...]:
    """The last line is the closed form as it is to be read."""
    closed = settled(derivation.closed)
    if not lines or canonical(settled(lines[-1].result)) != canonical(closed):
        return (*lines, Line(closed, (), ()))
    return (*lines[:-1], replace(lines[-1], result=closed))
