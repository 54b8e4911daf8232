"""Fingerprints: the same for equal values in every process, another for any change, refused where neither is sure."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

from derive.language.expressions import Number, Partial, Ref, add, mul
from derive.language.fingerprint import fingerprint
from derive.language.indices import Index
from derive.language.resolve import parse

TEXT = "f(x[n], a[n]) -> E\n    z[i] = a[i] * x[i] ** 2\n    E = sum(i, z[i])"
POSITION = Index("i", "n")


def test_equal_values_have_one() -> None:
    first, second = parse(TEXT)[0], parse(TEXT)[0]
    assert first is not second
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint((first, 1)) == fingerprint((second, 1))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Ref("x", (POSITION,)), Ref("x", (Index("k", "n"),))),
        (Number(Fraction(1, 2)), Number(Fraction(1, 3))),
        (add(Ref("x"), Ref("y")), add(Ref("y"), Ref("x"))),
        (add(Ref("x"), Ref("y")), mul(Ref("x"), Ref("y"))),
        (Partial(Ref("E"), Ref("x")), Partial(Ref("E"), Ref("x"), frozenset({"y"}))),
        ((Ref("x"), Ref("y")), (Ref("x"), (Ref("y"),))),
        ("1", 1),
        (parse(TEXT)[0], parse(TEXT.replace("** 2", "** 3"))[0]),
        (parse(TEXT)[0], replace(parse(TEXT)[0], assumptions=(None,))),
    ],
)
def test_different_values_have_different_ones(one: object, other: object) -> None:
    assert fingerprint(one) != fingerprint(other)


def test_the_order_of_a_set_is_of_no_account() -> None:
    names = [f"n{k}" for k in range(20)]
    assert fingerprint(frozenset(names)) == fingerprint(frozenset(reversed(names)))


@pytest.mark.parametrize("value", [object(), {"a": 1}, [1], lambda: 1])
def test_what_no_text_is_sure_of_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        fingerprint(value)


def test_every_process_finds_the_same() -> None:
    program = (
        "from derive.language.expressions import *; from derive.language.fingerprint import fingerprint\n"
        "print(fingerprint(Partial(Ref('E'), Ref('x'), frozenset({'a', 'b', 'c', 'd'}))))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(found) == 1
