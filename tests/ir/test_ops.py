"""The table of ops is complete: meaning and spelling for each."""

from __future__ import annotations

import pytest

from derive.emit.kernel_spelling import SPELL
from derive.ir.ops import BY_NAME, OPPOSITE, OPS, RELATIONS, REPLACED
from derive.language import primitives


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(OPS)


@pytest.mark.parametrize("row", primitives.PRIMITIVES, ids=lambda row: row.name)
def test_every_elementary_function_of_the_language_is_an_op(row: primitives.Primitive) -> None:
    assert BY_NAME[row.name].arity == row.arity


@pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)
def test_every_op_has_a_spelling(op) -> None:
    assert bool(op.numpy or op.name in SPELL) != (op.name in REPLACED)


@pytest.mark.parametrize("op", [o for o in OPS if o.kind in ("elementwise", "reduction")], ids=lambda op: op.name)
def test_every_computing_op_has_a_meaning(op) -> None:
    assert op.meaning is not None


def test_relations_have_opposites() -> None:
    assert {OPPOSITE[OPPOSITE[name]] for name in RELATIONS.values()} == set(RELATIONS.values())
