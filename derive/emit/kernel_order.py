"""Numbers of rows before the passes that may write over what they are made of.

Contract: `numbers_first(groups, kept, numbers)` gives groups of the same values. z - (sum of z) - (sum of z w) w has z
for the last time in its second sum: once that number is known, the first difference can take the place of z. To the
eye it changes one line, to the memory one array of a tile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from derive.emit.kernel_groups import Group, Step, mark, marked


def numbers_first(groups: Sequence[Group], kept: Iterable[int], numbers: Collection[str]) -> list[Group]:
    """The groups, each with the numbers first that would keep an array of it alive.

    kept: values of the results; numbers: the texts that make an array of their own, and are no look at another one.
    """
    needed, found = set(kept), list[Group]()
    fresh = 1 + max((step.result for group in groups for step in group.steps), default=0)
    for group in reversed(groups):
        steps = in_order(group.steps, needed, fresh, numbers)
        fresh += len(steps) - len(group.steps)
        needed |= {value for step in steps for value in step.reads}
        found.insert(0, replace(group, steps=steps))
    return found


def in_order(steps: tuple[Step, ...], needed: set[int], fresh: int, numbers: Collection[str]) -> tuple[Step, ...]:
    """The steps of a group with numbers moved ahead; `needed`: what later groups read; `fresh`: the next free value."""
    for k, step in enumerate(steps):
        texts = [text for value in step.reads for text in keeping(value, k, steps, numbers) if value not in needed]
        if texts:
            text = texts[0]
            number = Step(fresh, "", (text,), ())
            after = [replace(s, operands=tuple(mark(fresh) if o == text else o for o in s.operands)) for s in steps[k:]]
            return in_order((*steps[:k], number, *after), needed, fresh + 1, numbers)
    return steps


def keeping(value: int, place: int, steps: Sequence[Step], numbers: Collection[str]) -> list[str]:
    """The numbers that keep a value alive after a step which could write over it; none where anything else does."""
    step, later = steps[place], steps[place + 1 :]
    if mark(value) not in step.operands or not step.function.startswith("np."):
        return []
    texts = [text for s in later for text in s.operands if value in marked(text)]
    made = {s.result for s in steps[place:]}
    ready = all(text in numbers and made.isdisjoint(marked(text)) for text in texts)
    return texts if ready else []
