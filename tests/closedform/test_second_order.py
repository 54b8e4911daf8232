"""Hessians and Hessian-vector products: the engine applied to its own result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Derivation, Wanted
from derive.language.errors import CheckError
from derive.language.expressions import Ref, mul, number
from derive.language.resolve import parse
from derive.verify.gradients import check_closed, check_symmetry
from derive.verify.steps import check_steps
from tests.corpus import DEFINITIONS

MORE = parse(
    """
surface(x, y) -> f
    f = (x**2 + y - 11)**2 + (x + y**2 - 7)**2
log_sum(a[n]) -> y
    y = log(sum(k, exp(a[k])))
form(x[n]; A[n, n]) -> q
    q = 1/2*sum(i, sum(j, x[i]*A[i, j]*x[j]))
"""
)
BY_NAME = {d.name: d for d in (*DEFINITIONS, *MORE)}


def derived(name: str, kind: str, variable: str, second: str = "") -> Derivation:
    definition = BY_NAME[name]
    (found,) = derive_all(definition, (Wanted(kind, definition.output, variable, second),))
    for one in (*found.adjoints, found):
        assert all(s.evidence for s in check_steps(one).steps)
    check_closed(found)
    return found


@pytest.mark.parametrize(
    ("name", "variable", "second", "closed"),
    [
        ("surface", "x", "", "12 x² + 4 y - 42"),
        ("surface", "x", "y", "4(x + y)"),
        ("form", "x", "", "½ (A_il + A_li)"),
        ("sigmoid", "x", "", "y (1 - y) (1 - 2 y)"),
    ],
)
def test_hessian(name: str, variable: str, second: str, closed: str) -> None:
    found = derived(name, "hessian", variable, second)
    assert unicode_text(found.closed) == closed
    if not second:
        assert check_symmetry(found).points > 0


@pytest.mark.parametrize(
    ("name", "variable"), [("surface", "x"), ("log_sum", "a"), ("form", "x"), ("perceptron", "w"), ("deep", "W")]
)
def test_hessian_vector_product_builds_no_matrix(name: str, variable: str) -> None:
    found = derived(name, "hvp", variable)
    assert "δ" not in unicode_text(found.closed)
    assert [e.name for e in found.extras] == ["v"]


def test_a_hessian_that_is_not_symmetric_is_refused() -> None:
    found = derived("log_sum", "hessian", "a")
    lopsided = replace(found, closed=mul(found.closed, Ref("a", (found.left.variable.indices[0],)), number(2)))  # type: ignore[attr-defined]
    with pytest.raises(CheckError, match="not symmetric"):
        check_symmetry(lopsided)
