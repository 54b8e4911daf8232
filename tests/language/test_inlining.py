"""Definitions of vectors applied by name: the equations that come of it, and what is wrong with the rest."""

from __future__ import annotations

import pytest

from derive.language.definition import Definition
from derive.language.errors import DeriveError
from derive.language.layers import parse_definitions
from derive.language.trees import canonical, rename

TEXT = """
sigmoid(x) -> y
    y = 1/(1 + exp(-x))
softmax(a[n]) -> p
    p[i] = exp(a[i])/sum(k, exp(a[k]))
scaled(x[n], c; w[n]) -> y
    m = mean(k, x[k])
    y[i] = sigmoid(w[i]*(x[i] - m)) + c*n
pick(a[n], y) -> L
    L = -log(softmax(a)[y])
outer(u[n], v[m]) -> M
    M[i, j] = u[i]*v[j]
three(x[3]) -> y
    y = x[0]*x[1] + x[2]
steps(x[n]) -> d
    d[i] = x[i+1] - x[i]
two(x[n]) -> y, z
    y = sum(k, x[k])
    z = sum(k, x[k]**2)
"""
KNOWN = parse_definitions(TEXT)


def read(text: str) -> Definition:
    return parse_definitions(text, KNOWN)[-1]


SAME = {
    "the whole equation": (
        "f(b[m]) -> q\n  q[j] = softmax(b)[j]",
        "f(b[m]) -> q\n  q[j] = exp(b[j])/sum(k, exp(b[k]))",
    ),
    "an entry": (
        "f(b[m], t) -> L\n  L = t*log(softmax(b)[0])",
        "f(b[m], t) -> L\n  softmax[i] = exp(b[i])/sum(k, exp(b[k]))\n  L = t*log(softmax[0])",
    ),
    "twice the same": (
        "f(b[m]) -> L\n  L = sum(i, softmax(b)[i]**2)/softmax(b)[0]",
        "f(b[m]) -> L\n  softmax[i] = exp(b[i])/sum(k, exp(b[k]))\n  L = sum(i, softmax[i]**2)/softmax[0]",
    ),
    "rows": (
        "f(S[s, r]) -> P\n  P[i, k] = softmax(S[i])[k]",
        "f(S[s, r]) -> P\n  P[i, k] = exp(S[i, k])/sum(l, exp(S[i, l]))",
    ),
    "rows under a sum": (
        "f(S[s, r]) -> y\n  y = sum(k, softmax(S[k])[0])",
        "f(S[s, r]) -> y\n  softmax[k, i] = exp(S[k, i])/sum(l, exp(S[k, l]))\n  y = sum(k, softmax[k, 0])",
    ),
    "a shared column": (
        "f(x[a, b], w[b]) -> y\n  r2 = w[0]\n  y[r, i] = scaled(x[r], r2, w)[i]",
        "f(x[a, b], w[b]) -> y\n  r2 = w[0]\n  m[r] = mean(k, x[r, k])\n"
        "  y[r, i] = sigmoid(w[i]*(x[r, i] - m[r])) + r2*b",
    ),
    "a label": (
        "f(z[m], t) -> L\n  L = 2*pick(z, t)",
        "f(z[m], t) -> L\n  softmax[i] = exp(z[i])/sum(k, exp(z[k]))\n  pick = -log(softmax[t])\n  L = 2*pick",
    ),
    "sizes that are numbers": (
        "f(x[3], w[3]) -> y\n  y[i] = scaled(x, 1, w)[i]*three(x)",
        "f(x[3], w[3]) -> y\n  m = mean(k, x[k])\n  scaled[i] = sigmoid(w[i]*(x[i] - m)) + 3\n"
        "  three = x[0]*x[1] + x[2]\n  y[i] = scaled[i]*three",
    ),
    "a shorter range": (
        "f(x[n]) -> y\n  y = sum(i, steps(x)[i]**2)",
        "f(x[n]) -> y\n  steps[i] = x[i+1] - x[i]\n  y = sum(i, steps[i]**2)",
    ),
    "names that are taken": (
        "f(x[n], m, w[n]) -> softmax\n  softmax = m*sum(i, scaled(x, m, w)[i])*softmax(x)[0]",
        "f(x[n], m, w[n]) -> softmax\n  scaled_m = mean(k, x[k])\n"
        "  scaled[i] = sigmoid(w[i]*(x[i] - scaled_m)) + m*n\n"
        "  softmax_p[i] = exp(x[i])/sum(k, exp(x[k]))\n  softmax = m*sum(i, scaled[i])*softmax_p[0]",
    ),
    "two at once": (
        "f(u[a], v[b]) -> y\n  y = sum(k, sum(l, outer(u, v)[k, l]))",
        "f(u[a], v[b]) -> y\n  outer[i, j] = u[i]*v[j]\n  y = sum(k, sum(l, outer[k, l]))",
    ),
    "a layer": (
        "f(x[n]; W{l}[n, n]) -> E\n  O{0}[j] = x[j]\n  X{l}[k] = sum(j, W{l}[j, k]*O{l-1}[j])\n"
        "  O{l}[k] = softmax(X{l})[k]\n  E = sum(k, O{L}[k]**2)",
        "f(x[n]; W{l}[n, n]) -> E\n  O{0}[j] = x[j]\n  X{l}[k] = sum(j, W{l}[j, k]*O{l-1}[j])\n"
        "  O{l}[k] = exp(X{l}[k])/sum(j, exp(X{l}[j]))\n  E = sum(k, O{L}[k]**2)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_an_application_means_its_equations(what: str) -> None:
    got, expected = map(read, SAME[what])
    assert got.inputs == expected.inputs
    assert [e.name for e in got.equations] == [e.name for e in expected.equations]
    for mine, theirs in zip(got.equations, expected.equations, strict=True):
        assert [i.size for i in mine.indices] == [i.size for i in theirs.indices]
        letters = dict(zip(mine.indices, theirs.indices, strict=True))
        assert canonical(rename(mine.body, letters)) == canonical(theirs.body), mine.name


FAULTS = {
    "no index": ("f(a[n]) -> y\n  y = softmax(a)", "softmax(a) has 1 index, not 0", 7, "as in softmax(a)[i]"),
    "index of a number": ("f(x) -> y\n  y = sigmoid(x)[0]", "sigmoid(...) is a number and has no index", 7, None),
    "index of exp": ("f(x) -> y\n  y = exp(x)[0]", "exp(...) is a number and has no index", 7, None),
    "unknown": ("f(a[n]) -> y\n  y = softmux(a)[0]", "unknown function softmux", 7, "did you mean softmax?"),
    "arity": ("f(a[n]) -> y\n  y = softmax(a, a)[0]", "softmax takes 1 argument, not 2", 7, "softmax(a)"),
    "a scalar": ("f(a) -> y\n  y = softmax(a)[0]", "softmax takes a[n], but a has no indices left", 15, None),
    "a matrix": ("f(a[n, m]) -> y\n  y = softmax(a)[0]", "but a has 2 indices left", 15, "a is a[n, m]"),
    "no name": ("f(a[n]) -> y\n  y = softmax(2*a)[0]", "takes a[n]: a quantity by its name", 15, "z[i] = ..."),
    "sizes": ("f(x[n], w[m]) -> y\n  y = scaled(x, 1, w)[0]", "n is n and m", 20, None),
    "a number of sizes": ("f(x[4]) -> y\n  y = three(x)", "4 is not 3", 13, None),
    "unknown argument": ("f(a[n]) -> y\n  y = softmax(b)[0]", "unknown name b", 15, "known here"),
    "a label that is none": ("f(a[n], y) -> L\n  L = pick(a, 2*y)", "a label is an input with one range", 15, None),
    "several outputs": ("f(x[n]) -> L\n  L = two(x)", "two has several outputs", 7, None),
    "another function": (
        "sigmoid(x) -> y\n  y = 2*x\nf(x[n], w[n]) -> y\n  y = sigmoid(x[0])*scaled(x, 1, w)[0]",
        "scaled applies another sigmoid", 21, "another name",
    ),
    "position": ("f(x[3], w[3]) -> y\n  y = scaled(x, 1, w)[3]", "there is no position 3", 23, "0 to 2"),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_what_cannot_be_applied_is_said(what: str) -> None:
    text, message, column, hint = FAULTS[what]
    with pytest.raises(DeriveError) as caught:
        read(text)
    assert message in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.column == column
    assert hint is None or hint in str(caught.value)
