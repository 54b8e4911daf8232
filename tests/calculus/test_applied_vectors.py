"""Definitions of vectors applied by name: their Jacobian is derived once and cited, through any argument."""

from __future__ import annotations

import pytest

import derive
from derive.closedform.derivations import derive_all, lemmas_of
from derive.emit.unicode_text import TextPrinter
from derive.language.layers import parse_definitions
from derive.pipeline.library import definitions

OWN = """
softmax2(a[n]) -> p
    p[i] = exp(2*a[i])/sum(k, exp(2*a[k]))
scaled(x[n], c; w[n]) -> y
    y[i] = w[i]*x[i]**2 + c/n
pick(a[n], y) -> q
    q = a[y]**2
mixed(A[n, m], x[m]) -> y
    y[i] = sum(j, A[i, j]*x[j])**2
two(x[n]) -> y
    m = mean(k, x[k])
    y[i] = x[i] - m
first(x[3]) -> y
    y = x[0]*x[1]**2
"""

CITED = {
    "an input": ("f(b[m]) -> L\n  L = sum(j, j2[j]**2)\n  j2[j] = softmax2(b)[j]", "b", "softmax2"),
    "a row of a matrix": (
        "f(S[s, r]) -> L\n  P[i, k] = softmax2(S[i])[k]\n  L = sum(i, sum(k, P[i, k]**3))",
        "S",
        "softmax2",
    ),
    "a quantity": ("f(b[m]) -> L\n  z[i] = b[i]**2\n  p[i] = softmax2(z)[i]\n  L = p[0]", "b", "softmax2"),
    "a number of size": ("f(b[4]) -> L\n  L = log(softmax2(b)[1])", "b", "softmax2"),
    "a number as argument": ("f(x[n], t; w[n]) -> L\n  L = sum(i, scaled(x, t**2, w)[i]**2)", "t", "scaled"),
    "the vector beside it": ("f(x[n], t; w[n]) -> L\n  L = sum(i, scaled(x, t**2, w)[i]**2)", "w", "scaled"),
    "a label": ("f(a[n], k) -> L\n  L = exp(pick(a, k))", "a", "pick"),
    "a matrix and a vector": ("f(W[n, m], h[m]) -> L\n  L = sum(i, log(1 + mixed(W, h)[i]))", "W", "mixed"),
    "the vector of them": ("f(W[n, m], h[m]) -> L\n  L = sum(i, log(1 + mixed(W, h)[i]))", "h", "mixed"),
    "both arguments the same": ("f(W[n, n], h[n]) -> L\n  L = sum(i, mixed(W, h)[i]*h[i])", "h", "mixed"),
    "fixed places": ("f(x[3]) -> L\n  L = exp(first(x))", "x", "first"),
    "beside itself": (
        "f(z[m]) -> L\n  p[i] = softmax2(z)[i]\n  I[i] = min(p[0], z[i]*z[i])\n  L = sum(i, I[i])*p[1]",
        "z",
        "softmax2",
    ),
    "columns carried": ("f(S[s, 3]) -> L\n  L = sum(i, first(S[i])**2)", "S", "first"),
}


def steps_of(text: str, variable: str) -> list[tuple[str, str | None]]:
    study = derive.define(OWN + text, wrt=variable)
    found = [d for d in study.derivations if d.wanted.variable == variable]
    return [(s.reason.key, s.cites) for d in found for one in (*d.adjoints, d) for s in one.steps]


@pytest.mark.parametrize("case", CITED)
def test_the_jacobian_is_cited(case: str) -> None:
    """Every step and the result are checked by value; that the lemma was used is what is asked here."""
    text, variable, cited = CITED[case]
    assert ("jacobian", cited) in steps_of(text, variable)


@pytest.mark.parametrize("case", CITED)
def test_kernels_agree_with_the_definition_written_out(case: str) -> None:
    text, variable, _ = CITED[case]
    derive.define(OWN + text, wrt=variable).with_checked_kernels()


def test_several_equations_are_gone_through_one_by_one() -> None:
    """A quantity inside the applied definition has an adjoint of its own, so its Jacobian is not cited."""
    assert all(key != "jacobian" for key, _ in steps_of("f(x[n]) -> L\n  L = sum(i, two(x)[i]**2)", "x"))


def test_a_changed_function_changes_what_is_cited() -> None:
    """The factor of softmax2 stands in the lemma, not in a table."""
    definition = parse_definitions(OWN + "f(b[m]) -> p\n  p[i] = softmax2(b)[i]", definitions())[-1]
    (jacobian, *_) = derive_all(definition)
    assert TextPrinter()(jacobian.closed) == "2 p_i (δ_ij - p_j)"
    assert lemmas_of(definition)["softmax2", 0].function.name == "softmax2"


def test_an_equation_of_ones_own_cites_nothing() -> None:
    keys = steps_of("f(b[m]) -> L\n  p[i] = exp(b[i])/sum(k, exp(b[k]))\n  L = p[0]", "b")
    assert all(cites is None for _, cites in keys)
