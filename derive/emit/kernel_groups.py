"""Steps, one NumPy call each, and groups of them, one for each quantity that a reader would name.

Contract: frozen values. Texts mention other values by marks (`mark`), which kernel_buffers.py replaces by variables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from derive.language.indices import Dimension

FLOAT, BOOLEAN, INDEX = "float", "boolean", "index"
MARK = re.compile("\ue000(\\d+)\ue001")


def mark(value: int) -> str:
    """What stands for a value in a text until it has a variable."""
    return f"\ue000{value}\ue001"


def marked(text: str) -> list[int]:
    """The values that a text mentions."""
    return [int(found) for found in MARK.findall(text)]


@dataclass(frozen=True)
class Step:
    """One call. With a `function` its result can go to a buffer; without one `operands` is an expression alone.

    shape, kind: of the result; `looks` says that the result may be another look at what is mentioned.
    """

    result: int
    function: str
    operands: tuple[str, ...]
    shape: tuple[Dimension, ...]
    kind: str = FLOAT
    looks: bool = False

    @property
    def reads(self) -> list[int]:
        return [value for operand in self.operands for value in marked(operand)]


@dataclass(frozen=True)
class Group:
    """The steps of one quantity: its name, its formula as NumPy would say it in one line, and what to say of it.

    own: the name is one of the definition's, which stands for this quantity alone.
    """

    name: str
    own: bool
    steps: tuple[Step, ...]
    formula: str
    comment: str


def unmarked(text: str) -> str:
    """The text with a short name for each value, to measure its length."""
    return MARK.sub("x", text)
