"""What a row of the field's corpus is: a definition as its source writes it, and the same function in PyTorch.

To add a row: one entry in the module of its topic; `table` gathers them, `test_field` does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Peer = Callable[..., Any]
"""The function of one sample in PyTorch: tensors in the order of the signature to a tensor, or one for each output."""


@dataclass(frozen=True)
class FieldRow:
    """One definition outside the catalogue.

    text: the definition in the definition language; it may apply functions of the catalogue.
    source: where it stands in the literature.
    peer: the same function in PyTorch, of one sample.
    wrt: inputs to differentiate by; empty: what is derived by default.
    domain: ordinary range of each input, (-2, 2) if not given.
    sizes: numbers for some of the symbolic sizes; the others are drawn.
    """

    text: str
    source: str
    peer: Peer
    wrt: tuple[str, ...] = ()
    domain: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    kind: str | None = None

    @property
    def name(self) -> str:
        return self.text.strip().partition("(")[0]


POSITIVE = (0.3, 3.0)
PROBABILITY = (0.05, 0.95)
