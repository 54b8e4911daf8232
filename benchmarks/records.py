"""Measurements on file, a line of JSON each: a run that was stopped goes on where it was.

Contract: `Records(path)` holds what the file says, by place; `keep` adds a measurement to both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import Measurement, Place
from benchmarks.timing import Times


class Records:
    """What has been measured, and a file that knows it too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found = {place_of(m): m for m in read(path)}

    def get(self, place: Place) -> Measurement | None:
        return self.found.get(place)

    def keep(self, measurement: Measurement) -> None:
        self.found[place_of(measurement)] = measurement
        self.path.parent.mkdir(parents=True, exist_ok=True)
        whole = all(line.endswith("\n") for line in lines_of(self.path))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("" if whole else "\n") + json.dumps(asdict(measurement)) + "\n")


def place_of(m: Measurement) -> Place:
    return Place(m.kernel, m.size, m.dtype, m.threads)


def lines_of(path: Path) -> list[str]:
    """With their ends; none where there is no file."""
    return path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else []


def read(path: Path) -> Iterator[Measurement]:
    """The measurements of a file, of which a line may be cut off."""
    for line in lines_of(path):
        with suppress(json.JSONDecodeError):
            yield measurement_of(json.loads(line))


def measurement_of(row: dict[str, Any]) -> Measurement:
    return Measurement(**{**row, "times": {key: Times(**times) for key, times in row["times"].items()}})
