"""Certificates on file: where they lie, and the errors along the range that pictures show.

Contract: reading only; `derive.pipeline.certify` measures and writes them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "certificates"
Certificate = dict[str, Any]
Profiles = Mapping[str, Mapping[str, tuple[float, ...]]]
"""Errors of a function's forms ("kernel", "textbook") in the windows of the range, by the function's name."""


def path_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def load_certificate(name: str) -> Certificate | None:
    path = path_of(name)
    return parsed(path.read_text()) if path.is_file() else None


@functools.lru_cache(maxsize=64)
def parsed(text: str) -> Certificate:
    """Asked for several times on a study's way through a build; not to be changed."""
    found: Certificate = json.loads(text)
    return found


def profiles_of(name: str) -> Profiles:
    """The certified errors along the range of each function of one number."""
    kept = (load_certificate(name) or {}).get("profiles", {})
    return {one: {form: tuple(map(float, text.split())) for form, text in p.items()} for one, p in kept.items()}
