"""What a row of the catalogue is: a definition and what is not mathematics.

To add a function: one row in the module of its topic. Everything else follows from the text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from derive.language.words import Words

Values = float | tuple["Values", ...]

ROUNDINGS = "roundings"
IN_ROUNDINGS = "roundings of the formula: what rounding each input and each of its quantities once may change"


@dataclass(frozen=True)
class Bound:
    """What the error of a kernel function may be, in units in the last place; `derive certify` verifies it.

    function: "" for the value, else what follows the name: grad, vjp, jvp, jacobian.
    against: where the result has a root or its terms cancel, a definition of the same inputs (and cotangent g or
    tangent v) whose output is the size that the error is counted against; `words` says it in the docstring.
    ROUNDINGS: the error is counted in what rounding each input and each quantity of the formula once may change.
    """

    function: str
    float64: float
    float32: float
    against: str = ""
    words: str = ""

    def of(self, name: str) -> str:
        """The kernel function's full name."""
        return f"{name}_{self.function}" if self.function else name

    @property
    def sentence(self) -> str:
        """For the docstring."""
        unit = " ULP" if self.against != ROUNDINGS else ""
        size = f"at most {self.float64:g}{unit} in float64 and {self.float32:g} in float32"
        if self.against == ROUNDINGS:
            size = f"{size}, in {IN_ROUNDINGS}"
        return f"{size}, {self.words}" if self.words else size


@dataclass(frozen=True)
class Row:
    """One function.

    text: the definition in the definition language; it may apply the rows before it.
    symbol: how LaTeX writes the function's name; empty: by its own name.
    wanted: (kind, variable) pairs, ("hessian", "x y") for d2f/dx dy; empty: what `default_wanted` says.
    domain: ordinary range of each input, where random points are drawn; (-2, 2) if not given.
    hard: points at which kernels are tested beside random ones; inputs not named are drawn at random. An input of every
        layer has a tuple with one value a layer, whose length is the depth.
    through: quantities on the way from input to output through which the notes state the chain rule.
    assumptions: equations between inputs that the derivation may use, such as "sum(i, t[i]) = 1".
    bounds: what the errors of kernel functions may be.
    identities: right sides, in the definition language, that the output is stated to equal.
    """

    text: str
    title: Words
    summary: Words
    remarks: tuple[Words, ...] = ()
    symbol: str = ""
    wanted: tuple[tuple[str, str], ...] = ()
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    hard: tuple[Mapping[str, Values], ...] = ()
    through: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    identities: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Topic:
    """Rows that stand together in the notes, under a title."""

    title: Words
    rows: tuple[Row, ...]


def in_roundings(limit: float, *functions: str) -> tuple[Bound, ...]:
    """The same bound, counted in roundings, for several functions."""
    return tuple(Bound(function, limit, limit, ROUNDINGS) for function in functions)


def at(name: str, *values: float) -> tuple[Mapping[str, Values], ...]:
    """Hard points of a function of one scalar."""
    return tuple({name: v} for v in values)
