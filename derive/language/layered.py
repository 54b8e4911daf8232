"""Names that carry a layer: O{0}, O{l}, O{l-1}, O{L}.

Contract: such a name is one string, so that everything that works on names works on it; `layer_of` reads its layer,
`moved` shifts it, and `relabelled` renames every layered name inside any frozen value: an expression, an equation,
a definition, a derivation.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any, TypeVar

from derive.language.indices import Less

LAYERED = re.compile(r"([A-Za-z][A-Za-z0-9_]*)\{(?:([A-Za-z][A-Za-z0-9_]*)([+-][0-9]+)?|([0-9]+))\}")
SPACES = re.compile(r"\s+")
Value = TypeVar("Value")


@dataclasses.dataclass(frozen=True)
class Layer:
    """l-1 is Layer("l", -1), 0 is Layer("", 0)."""

    letter: str
    offset: int = 0

    def __str__(self) -> str:
        if not self.letter:
            return str(self.offset)
        return self.letter + (f"{self.offset:+d}" if self.offset else "")

    def before(self) -> Layer:
        return Layer(self.letter, self.offset - 1)

    def after(self) -> Layer:
        return Layer(self.letter, self.offset + 1)


def layer_of(name: str) -> Layer | None:
    """The layer of a name, or None where it has none."""
    found = LAYERED.fullmatch(name) if "{" in name else None
    if found is None:
        return None
    _, letter, offset, number = found.groups()
    return Layer("", int(number)) if number else Layer(letter, int(offset or 0))


def base_of(name: str) -> str:
    """The name without its layer; any other name is its own."""
    found = LAYERED.fullmatch(name) if "{" in name else None
    return name if found is None else found[1]


def at(name: str, layer: Layer) -> str:
    """O at layer l-1 is O{l-1}."""
    return f"{base_of(name)}{{{layer}}}"


def accented(name: str, accent: str) -> str:
    """O{l} and bar make O_bar{l}: the layer stays at the end."""
    base = base_of(name)
    return f"{base}_{accent}{name[len(base) :]}"


def normal(name: str) -> str:
    """The name as it is compared: without spaces in its braces."""
    return SPACES.sub("", name)


def moved(name: str, letter: str, to: Layer) -> str:
    """The name with `letter` standing for another layer: O{l-1} with l at 3 is O{2}."""
    layer = layer_of(name)
    if layer is None or layer.letter != letter:
        return name
    return at(name, Layer(to.letter, to.offset + layer.offset))


def mover(letter: str, to: Layer) -> Callable[[str], str]:
    """`moved` as a function of the name alone."""
    return lambda name: moved(name, letter, to)


def relabelled(value: Value, change: Callable[[str], str]) -> Value:
    """The value with every layered name in it changed; strings that are no such name stay."""
    found: Any = value
    if isinstance(found, Less):
        found = Less(relabelled(found.size, change), found.by)
    elif isinstance(found, str):
        found = change(found) if LAYERED.fullmatch(found) else found
    elif isinstance(found, tuple | frozenset):
        found = type(found)(relabelled(part, change) for part in found)
    elif dataclasses.is_dataclass(found) and not isinstance(found, type):
        own = [f.name for f in dataclasses.fields(found) if f.init]
        found = dataclasses.replace(found, **{n: relabelled(getattr(found, n), change) for n in own})
    same: Value = found
    return same
