"""The field's own definitions: each derived, checked, compiled and compared with PyTorch's autograd."""

from __future__ import annotations

import textwrap

import pytest

pytest.importorskip("torch", reason="the peers of the extra `peers`")

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.language.resolve import parse
from derive.pipeline.checked import checked
from derive.pipeline.library import definitions, names
from derive.pipeline.load import load
from derive.pipeline.wanted import wanted_by
from derive.verify.kernels import check_kernels
from tests.field.peers import TOLERANCE, comparisons
from tests.field.row import FieldRow
from tests.field.table import ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_derived_checked_compiled_and_equal_to_autograd(row: FieldRow) -> None:
    (definition,) = parse(textwrap.dedent(row.text).strip(), definitions())
    derived = derive_all(definition, wanted_by(definition, row.wrt, row.kind))
    derivations = tuple(checked(d, row.domain) for d in derived)
    assert all(s.evidence and s.evidence.points for d in derivations for s in d.steps)
    module = load(row.name, emit_module(definition, derivations, title=row.name))
    check_kernels(definition, derivations, module, domain=row.domain)
    compared = tuple(comparisons(row, definition, derivations, module))
    assert len(compared) > 1
    for one in compared:
        assert one.error <= TOLERANCE, f"{one.name}: {one.error:.3g}"


def test_the_corpus_is_large_and_outside_the_catalogue() -> None:
    assert len({r.name for r in ROWS}) == len(ROWS) >= 40
    assert not {r.name for r in ROWS} & set(names())
    assert all(r.source for r in ROWS)
