"""Functions of numbers applied by name: the derivative that is cited speaks of the function's own quantities alone."""

from __future__ import annotations

import pytest

import derive
from derive.closedform.derivations import lemmas_of
from derive.language.layers import parse_definitions
from derive.language.trees import reference_names

OWN = """
forked(x) -> y
    u = x**2
    y = x*u*sin(u)
long(x, c) -> y
    u = x**2 + c
    v = sin(u)
    w = cos(v)*u
    q = exp(-w**2)
    y = q*c + v
nested(x) -> y
    u = forked(x)*x
    y = u + log(1 + u**2)
"""

CASES = {
    "a fork": "f(a, b) -> z\n    z = forked(a*b)**2",
    "names that the caller has as well": "f(a, b) -> z\n    u = forked(a - b)\n    y = u*a\n    z = y*u",
    "a long chain of two arguments": "f(a, b) -> z\n    u = long(a*b, b)\n    z = u*a",
    "one inside the other": "f(a[n]) -> z\n    u[i] = nested(a[i])\n    z = sum(i, u[i]*forked(u[i]))",
    "of the catalogue": "f(x, b) -> y\n    u = gelu_tanh(x - b)\n    y = x*u",
}


@pytest.mark.parametrize("kind", [None, "hessian"])
@pytest.mark.parametrize("case", CASES)
def test_steps_and_kernels_hold(case: str, kind: str | None) -> None:
    study = derive.define(OWN + CASES[case], kind=kind)
    study.with_checked_kernels()
    assert all(s.evidence for d in study.derivations for s in d.steps)


def test_what_is_cited_names_no_adjoint() -> None:
    definition = parse_definitions(OWN + CASES["one inside the other"])[-1]
    found = lemmas_of(definition)
    assert {name for name, _ in found} == {"forked", "nested"}
    for lemma in found.values():
        assert reference_names(lemma.closed) <= {*lemma.function.names}
