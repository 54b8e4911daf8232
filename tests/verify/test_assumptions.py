"""Points at which assumptions hold: exactly, in float32 too, for every sample; and what cannot be met is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from derive.language.assumption import read_assumption
from derive.language.definition import Definition
from derive.language.errors import CheckError, DeriveError
from derive.language.resolve import parse
from derive.verify.assumptions import satisfied
from derive.verify.cases import hard_case, with_batch
from derive.verify.samples import draw

(PLAIN,) = parse("f(a[n], t[n]; s[n]) -> y\n    y = sum(i, a[i]*t[i]*s[i])")
SIZES = {"n": 3}


def assuming(*texts: str) -> Definition:
    return replace(PLAIN, assumptions=tuple(read_assumption(PLAIN, t) for t in texts))


@pytest.mark.parametrize("batch", [(), (4,), (2, 2)])
def test_every_sample_meets_every_assumption(batch: tuple[int, ...]) -> None:
    definition = assuming("sum(i, t[i]) = 1", "sum(i, 2*s[i]) = n")
    inputs = [with_batch(i, batch) for i in definition.inputs]
    values = draw(inputs, SIZES, {"t": (0.0, 1.0), "s": (0.5, 2.0)}, random.Random(3))
    found = satisfied(definition, SIZES, values, batch)
    assert found.keys() == values.keys()
    for at in np.ndindex(*batch):
        targets = [found["t", (*at, i)] for i in range(3)]
        assert sum(targets) == 1
        assert all(Fraction(float(np.float32(float(t)))) == t for t in targets)
        assert min(targets) >= 0
    assert sum(found["s", (i,)] for i in range(3)) == Fraction(3, 2)
    assert {k: v for k, v in found.items() if k[0] == "a"} == {k: v for k, v in values.items() if k[0] == "a"}


def test_without_assumptions_nothing_moves() -> None:
    values = draw(PLAIN.inputs, SIZES, {}, random.Random(0))
    assert satisfied(PLAIN, SIZES, values) == dict(values)


def test_an_assumption_that_is_not_linear_is_refused() -> None:
    values = draw(PLAIN.inputs, SIZES, {"t": (0.1, 1.0)}, random.Random(0))
    with pytest.raises(CheckError, match="not linear in t"):
        satisfied(assuming("sum(i, t[i]**2) = 1"), SIZES, values)


def test_a_hard_point_off_the_assumption_is_refused() -> None:
    definition = assuming("sum(i, t[i]) = 1")
    assert hard_case(definition, {"t": (0.1, 0.9)}, None, "seed").hard
    assert sum(hard_case(definition, {"a": (1.0, 2.0)}, None, "seed").inputs["t"]) == 1
    with pytest.raises(CheckError, match="misses an assumption on t"):
        hard_case(definition, {"t": (0.5, 0.6)}, None, "seed")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum(i, t[i])", "is no assumption"),
        ("t[i] = 1", "free on the right only"),
        ("2 = 3", "restricts no input"),
        ("u = 1", "unknown name u"),
    ],
)
def test_faulty_assumptions(text: str, message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        read_assumption(PLAIN, text)
