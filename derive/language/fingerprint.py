"""A short text for a value: the same for equal values in every process, another for every other value.

Contract: values are trees of frozen dataclasses, tuples, frozensets, and names and numbers; a TypeError for anything
else, whose text could differ from one process to the next. Expressions remember theirs, since steps of a derivation
share most of what they are made of.
"""

from __future__ import annotations

import dataclasses
import hashlib
from fractions import Fraction
from types import NoneType
from typing import Any

from derive.language.expressions import Frozen

PLAIN = (str, int, float, Fraction, NoneType)
"""What Python writes the same everywhere."""


def fingerprint(value: object) -> str:
    """A hash of a dataclass, a list of those of the parts of a tuple or set, and plain values as Python writes them."""
    if isinstance(value, Frozen):
        known = value.__dict__.get("_fingerprint")
        if known is None:
            known = of_fields(value)
            object.__setattr__(value, "_fingerprint", known)
        return str(known)
    if isinstance(value, tuple):
        return f"({','.join(map(fingerprint, value))})"
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(map(fingerprint, value)))}}}"
    if isinstance(value, PLAIN):
        return repr(value)
    return of_fields(value)


def of_fields(value: Any) -> str:
    """Of a dataclass, by the name of its type and the fields in order."""
    parts = [type(value).__name__, *(fingerprint(getattr(value, field.name)) for field in dataclasses.fields(value))]
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
