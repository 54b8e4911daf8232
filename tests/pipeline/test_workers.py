"""Work on several processors: the order of the names, and failures as they were raised."""

from __future__ import annotations

import pickle

import pytest

from derive.language.errors import DeriveError, Place
from derive.language.indices import Index, Less
from derive.pipeline import workers
from derive.pipeline.workers import each

NAMES = [f"n{k}" for k in range(8)]


def shout(name: str) -> str:
    return name.upper()


def refuse(name: str) -> str:
    if name == "n5":
        raise DeriveError("no", Place("text", 1, 2), "a hint")
    return name


@pytest.mark.parametrize("processors", [1, 2])
def test_results_come_in_order_and_are_noted(monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(workers, "processors", lambda: processors)
    seen: list[str] = []
    assert each(shout, NAMES, seen.append) == [n.upper() for n in NAMES]
    assert seen == NAMES


@pytest.mark.parametrize("processors", [1, 2])
def test_a_failure_keeps_its_place_and_hint(monkeypatch: pytest.MonkeyPatch, processors: int) -> None:
    monkeypatch.setattr(workers, "processors", lambda: processors)
    with pytest.raises(DeriveError) as caught:
        each(refuse, NAMES, lambda name: None)
    assert (caught.value.message, caught.value.place, caught.value.hint) == ("no", Place("text", 1, 2), "a hint")


def test_values_survive_the_way_between_processes() -> None:
    index = Index("i", Less("n", 2))
    copy = pickle.loads(pickle.dumps(index))
    assert copy == index
    assert (copy.size.size, copy.size.by) == ("n", 2)
