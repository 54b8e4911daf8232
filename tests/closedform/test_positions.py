"""Fixed, chosen and shifted positions: the deltas they leave, the guards at the ends, and what is refused."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.errors import DeriveError
from derive.language.indices import Index, Less
from derive.language.resolve import parse
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps

CLOSED = {
    "f(x[n]) -> y\n y[i] = x[i+1] - x[i]": ("δ[i+1, j] - δ_ij", "1[1 ≤ j] g[j-1] - 1[j < n-1] g_j", "v[i+1] - v_i"),
    "f(x[n]) -> y\n y[i] = x[i+2] - 2*x[i+1] + x[i]": (
        "δ[i+2, j] - 2 δ[i+1, j] + δ_ij",
        "1[2 ≤ j] g[j-2] - 2 · 1[1 ≤ j < n-1] g[j-1] + 1[j < n-2] g_j",
        "v[i+2] - 2 v[i+1] + v_i",
    ),
    "f(x[n]) -> E\n E = sum(i, (x[i+1] - x[i])**2)": ("2(1[1 ≤ i] (x_i - x[i-1]) - 1[i < n-1] (x[i+1] - x_i))",),
    "f(x[n]) -> E\n E = x[0]*x[2] + x[1]": ("δ_0i x_2 + x_0 δ_2i + δ_1i",),
    "f(p[n], y) -> L\n L = -log(p[y]**2)": ("-2 δ_yi/p_y",),
    "f(a[n], y) -> L\n L = logsumexp(k, a[k]) - a[y]": ("e^(a_k)/(Σ_l e^(a_l)) - δ_yk",),
    "f(E[v, d], y[s]) -> L\n L = sum(i, sum(k, E[y[i], k]**2))": ("2 Σ_j δ[y_j, i] E[y_j, k]",),
}


@pytest.mark.parametrize("text", CLOSED)
def test_closed_forms(text: str) -> None:
    (definition,) = parse(text)
    found = derive_all(definition)
    for derivation in found:
        check_steps(derivation, {"p": (0.1, 0.9)})
        check_closed(derivation, {"p": (0.1, 0.9)})
    assert tuple(unicode_text(d.closed) for d in found) == CLOSED[text]


def test_a_shifted_index_keeps_what_range_is_left() -> None:
    (definition,) = parse("f(x[n]) -> y\n y[i] = x[i+2]*x[i]")
    assert definition.output_indices == (Index("i", Less("n", 2)),)
    assert definition.least_sizes == {"n": 3}
    assert definition.sizes == ("n",)


def test_a_label_is_no_variable() -> None:
    (definition,) = parse("f(p[n], y) -> L\n L = -log(p[y])")
    assert definition.input("y").labels == "n"
    assert {d.wanted.variable for d in derive_all(definition)} == {"p"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f(x[3]) -> y\n y = x[3]", "there is no position 3"),
        ("f(x[n]) -> y\n y = sum(i, x[i-1])", "an index is shifted forward only"),
        ("f(x[n], k) -> y\n y = x[k+1]", "k is no index here"),
        ("f(x[n], y; z[m]) -> L\n L = x[y] + z[y]", "y counts up to n elsewhere and up to m here"),
        (
            "f(x[n], w[n]) -> y\n d[i] = x[i+1] - x[i]\n y = sum(i, w[i]*d[i])",
            "index i runs over n in w[i] but over n-1",
        ),
    ],
)
def test_positions_that_cannot_be(text: str, message: str) -> None:
    with pytest.raises(DeriveError) as caught:
        parse(text)
    assert message in caught.value.message
