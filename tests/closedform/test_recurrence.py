"""Backpropagation through symbolic depth: expert formulas, every step true, every concrete depth right."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest

from derive.closedform.recurrence import default_variables, derive_recurrence
from derive.closedform.unrolling import at_depth
from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Derivation
from derive.language.errors import CheckError, DeriveError
from derive.language.expressions import mul, number
from derive.language.recurrence import RecurrentDerivation
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps
from tests.recurrences import TEXTS, definition

DEPTHS = {"mlp": (1, 2, 3, 4), "rnn": (1, 2, 3, 4)}


@functools.cache
def derived(name: str) -> RecurrentDerivation:
    found = definition(TEXTS[name])
    return derive_recurrence(found, tuple(i.name for i in found.inputs if i.labels is None))


def forms(found: tuple[Derivation, ...]) -> dict[str, str]:
    return {unicode_text(d.names): unicode_text(d.closed) for d in found if d.names is not None}


def gradients(found: RecurrentDerivation) -> dict[str, list[str]]:
    return {unicode_text(g.variable): [unicode_text(p.closed) for p in g.parts] for g in found.gradients}


@pytest.mark.parametrize("name", TEXTS)
def test_every_step_holds_for_any_layer(name: str) -> None:
    for part in derived(name).parts:
        assert all(s.evidence for s in check_steps(part).steps)


@pytest.mark.parametrize("name", TEXTS)
def test_the_recurrence_is_the_gradient_of_every_depth(name: str) -> None:
    """Against differences of the unrolled definition with 65 digits."""
    for depth in DEPTHS.get(name, (1, 2)):
        found = at_depth(derived(name), depth)
        assert {d.wanted.variable for d in found} == {i.name for i in found[0].definition.inputs if i.labels is None}
        for one in found:
            check_steps(one)


@pytest.mark.parametrize(
    ("name", "depth"), [("mlp", 1), ("mlp", 2), ("mlp", 3), ("rnn", 1), ("softmax", 2), ("tied", 2)]
)
def test_the_recurrence_is_what_sympy_derives(name: str, depth: int) -> None:
    for one in at_depth(derived(name), depth):
        check_closed(one)


def test_a_wrong_step_is_found() -> None:
    """One factor too many in the induction step, which depth 1 does not use and depth 2 does."""
    right = derived("mlp")
    wrong = tuple(replace(d, closed=mul(number("2.001"), d.closed)) for d in right.step)
    (first, *_) = at_depth(replace(right, step=wrong), 1)
    check_steps(first)
    with pytest.raises(CheckError, match="changes the value"):
        for one in at_depth(replace(right, step=wrong), 2):
            check_steps(one)


def test_mlp_is_what_a_textbook_says() -> None:
    found = derived("mlp")
    assert forms(found.base) == {
        "Ō{L}_k": "O{L}_k - t_k",
        "X̄{L}_k": "(O{L}_k - t_k) O{L}_k (1 - O{L}_k)",
    }
    assert forms(found.step) == {
        "Ō{l}_k": "Σ_m X̄{l+1}_m W{l+1}_km",
        "X̄{l}_k": "(Σ_m X̄{l+1}_m W{l+1}_km) O{l}_k (1 - O{l}_k)",
    }
    assert gradients(found)["W{l}_jk"] == ["X̄{l}_k O{l-1}_j"]


def test_only_what_is_wanted_is_derived() -> None:
    mlp = definition(TEXTS["mlp"])
    assert default_variables(mlp) == ("W{l}",)
    found = derive_recurrence(mlp)
    assert found.start == ()
    assert [g.variable.name for g in found.gradients] == ["W{l}"]


def test_a_shared_parameter_gathers_what_reaches_it_everywhere() -> None:
    assert gradients(derived("tied"))["W_jk"] == [
        "2 s{T}_j (Σ_l W_lk s{T}_l - y_k)", "s̄{t}_k (1 - s{t}_k²) s{t-1}_j", "s̄{0}_k x_j",
    ]  # fmt: skip


def test_logits_go_straight_to_shares_minus_targets() -> None:
    assert forms(derived("softmax").base) == {"X̄{L}_k": "p_k Σ_m t_m - t_k"}


def test_a_loss_at_every_step() -> None:
    found = forms(derived("every_step").step)
    assert found["C̄{t}"] == "C̄{t+1}"
    assert found["s̄{t}_k"] == "C̄{t+1} Σ_m (P{t}_m - y{t}_m) V_km + Σ_l s̄{t+1}_l (1 - s{t+1}_l²) W_kl"


def test_what_the_end_does_not_use_has_the_adjoint_zero_there() -> None:
    assert forms(derived("two_tracks").base)["b̄{L}_i"] == "0"
    assert forms(derived("two_tracks").step)["b̄{l}_i"] != "0"


def test_an_adjoint_of_many_uses_keeps_its_name() -> None:
    found = forms(derived("gru").step)
    assert found["s̄{t}_k"] == "Σ_l ā{t+1}_l B_kl + Σ_l c̄{t+1}_l W_kl + s̄{t+1}_k (1 - z{t+1}_k)"
    assert found["c̄{t}_k"] == "s̄{t}_k z{t}_k (1 - tanh(c{t}_k)²)"


def test_by_an_input_that_is_not_used() -> None:
    found = definition(TEXTS["mlp"].replace("t[n{L}]", "t[n{L}], q[m]"))
    with pytest.raises(DeriveError, match="does not depend on q"):
        derive_recurrence(found, ("q",))
