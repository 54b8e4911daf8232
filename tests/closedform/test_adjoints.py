"""Deep systems: named adjoints, expert closed forms, every step of every adjoint true."""

from __future__ import annotations

import pytest

from derive.closedform.adjoints import between, is_deep
from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.definition import Definition
from derive.language.derivation import Derivation, Wanted
from derive.language.resolve import parse
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps

FUNCTIONS = parse("sigmoid(x) -> y\n    y = 1/(1 + exp(-x))")
LAYER_NORM, ATTENTION, MLP, RESIDUAL = parse(
    """
layer_norm(x[n]; gamma[n], beta[n]) -> y
    mu = mean(k, x[k])
    v = mean(k, (x[k] - mu)**2)
    s = sqrt(v + 1/100000)
    z[i] = (x[i] - mu)/s
    y[i] = gamma[i]*z[i] + beta[i]
attention(Q[s, d], K[r, d], V[r, e]) -> O
    S[i, j] = sum(k, Q[i, k]*K[j, k])/sqrt(d)
    P[i, j] = exp(S[i, j])/sum(l, exp(S[i, l]))
    O[i, c] = sum(j, P[i, j]*V[j, c])
mlp(x[n], t[m]; A[n, h], B[h, m]) -> E
    a[j] = sum(i, A[i, j]*x[i])
    h1[j] = sigmoid(a[j])
    b[k] = sum(j, B[j, k]*h1[j])
    O[k] = sigmoid(b[k])
    E = 1/2*sum(k, (O[k] - t[k])**2)
residual(x[n]; w[n]) -> E
    h[i] = sigmoid(w[i]*x[i])
    g[i] = h[i]*w[i] + sigmoid(h[i])
    E = sum(i, g[i]**2 + h[i]*g[i])
""",
    FUNCTIONS,
)


def derived(definition: Definition, kind: str, variable: str) -> Derivation:
    """The derivation, after every step of it and of its adjoints has been checked."""
    (found,) = derive_all(definition, (Wanted(kind, definition.output, variable),))
    for one in (*found.adjoints, found):
        assert all(s.evidence for s in check_steps(one).steps)
    check_closed(found)
    return found


def closed_forms(derivation: Derivation) -> dict[str, str]:
    named = {d.names.name: unicode_text(d.closed) for d in derivation.adjoints if d.names is not None}
    return {**named, "": unicode_text(derivation.closed)}


def test_layer_norm_is_what_an_expert_would_write() -> None:
    forms = closed_forms(derived(LAYER_NORM, "vjp", "x"))
    assert forms["z_bar"] == "g_i γ_i"
    assert forms["mu_bar"] == "-(Σ_i z̄_i)/s"
    assert forms[""] == "(z̄_k - (Σ_i z̄_i)/n - (Σ_j z̄_j z_j) z_k/n)/s"


def test_attention_is_what_an_expert_would_write() -> None:
    forms = closed_forms(derived(ATTENTION, "vjp", "Q"))
    assert forms["P_bar"] == "Σ_c g_ic V_jc"
    assert forms["S_bar"] == "P_ij (P̄_ij - Σ_l P̄_il P_il)"
    assert forms[""] == "(Σ_l S̄_jl K_lk)/√d"
    assert closed_forms(derived(ATTENTION, "vjp", "V"))[""] == "Σ_i g_if P_ij"


def test_backpropagation_goes_layer_by_layer() -> None:
    forms = closed_forms(derived(MLP, "gradient", "A"))
    assert list(forms) == ["O_bar", "b_bar", "h1_bar", "a_bar", ""]
    assert forms["b_bar"] == "Ō_k O_k (1 - O_k)"
    assert forms[""] == "ā_j x_i"


def test_a_short_single_path_is_derived_forward() -> None:
    assert not is_deep(MLP, Wanted("gradient", "E", "B"))
    assert derived(MLP, "gradient", "B").adjoints == ()


@pytest.mark.parametrize("variable", ["x", "w"])
def test_quantities_that_reach_the_output_on_several_paths(variable: str) -> None:
    assert between(RESIDUAL, "E", variable) == ("h", "g")
    assert [d.names.name for d in derived(RESIDUAL, "gradient", variable).adjoints if d.names] == ["g_bar", "h_bar"]


def test_jvp_goes_forward_through_named_tangents() -> None:
    found = derived(ATTENTION, "jvp", "Q")
    forms = closed_forms(found)
    assert list(forms) == ["S_dot", "P_dot", ""]
    assert forms[""] == "Σ_k V_kc Ṗ_ik"
    assert "e^" not in forms["P_dot"]
    assert list(closed_forms(derived(LAYER_NORM, "jvp", "x"))) == ["mu_dot", "v_dot", "s_dot", "z_dot", ""]
