"""Every formula of the notes is the last line of a derivation, and the lines before it are those of the notes."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from derive.catalogue import losses
from derive.descent.optimizers import optimizer
from derive.emit.unicode_text import unicode_text
from derive.pipeline.define import define
from derive.pipeline.descents import stationary_of
from derive.pipeline.functions import function_of_numbers
from derive.pipeline.library import entry, library
from derive.pipeline.study import Study, study_of

SEED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "seed_values.json").read_text(encoding="utf-8"))

LINES = {
    "sigmoid_derivative": (
        "sigmoid",
        "x",
        (
            "e^(-x)/(1 + e^(-x))²",
            "((1 + e^(-x)) - 1)/(1 + e^(-x))²",
            "1/(1 + e^(-x)) - 1/(1 + e^(-x))²",
            "σ(x) - σ(x)²",
            "σ(x) (1 - σ(x))",
        ),
    ),
    "tanh_derivative": (
        "tanh",
        "x",
        (
            "((e^x + e^(-x)) (e^x + e^(-x)) - (e^x - e^(-x)) (e^x - e^(-x)))/(e^x + e^(-x))²",
            "1 - (e^x - e^(-x))²/(e^x + e^(-x))²",
            "1 - tanh(x)²",
        ),
    ),
    "relu_derivative": ("relu", "x", ("{0, x < 0; 1, x ≥ 0}",)),
    "softmax_jacobian": ("softmax", "a", ("p_i (δ_ij - p_j)", "For i = j: p_i (1 - p_i).", "For i ≠ j: -p_i p_j.")),
    "perceptron_single": (
        "perceptron_single",
        "w",
        ("(O - t) · ∂O/∂w_j", "(O - t) σ′(X) · ∂X/∂w_j", "(O - t) O (1 - O) · ∂X/∂w_j", "(O - t) O (1 - O) x_j"),
    ),
    "perceptron_multi": (
        "perceptron",
        "w",
        (
            "(O_k - t_k) · ∂O_k/∂w_jk",
            "only O_k depends on w_jk",
            "(O_k - t_k) σ′(X_k) · ∂X_k/∂w_jk",
            "(O_k - t_k) O_k (1 - O_k) · ∂X_k/∂w_jk",
            "(O_k - t_k) O_k (1 - O_k) x_j",
        ),
    ),
}
"""Formula -> definition, variable, and what stands in its derivation in this order, the result last (cases after)."""

LAST = {
    "linear_model": {("linear_model", "w"): "x", ("linear_model", "b"): "1"},
    "losses_named": {
        ("mse", "y"): "2(y_i - t_i)/n",
        ("binary_cross_entropy", "p"): "(p - t)/(p (1 - p))",
        ("cross_entropy", "p"): "-t_i/p_i",
        ("softmax_cross_entropy", "a"): "p_i - t_i",
    },
}
"""Formulas of which the notes print the result alone."""


@functools.cache
def study(name: str) -> Study:
    return study_of(entry(name))


def result(name: str, variable: str) -> str:
    return unicode_text(study(name).only(variable).derivations[0].closed)


@pytest.mark.parametrize("formula", LINES)
def test_the_lines_of_the_notes_in_their_order(formula: str) -> None:
    name, variable, lines = LINES[formula]
    shown = study(name).only(variable).show()
    places = [shown.find(line) for line in lines]
    assert -1 not in places, [line for line, place in zip(lines, places, strict=True) if place < 0]
    assert places == sorted(places)


@pytest.mark.parametrize("formula", LAST)
def test_results(formula: str) -> None:
    for (name, variable), closed in LAST[formula].items():
        assert result(name, variable) == closed


def identity_of_tanh() -> None:
    (stated,) = study("tanh").info.identities
    assert unicode_text(stated.right) == "2 sigmoid(2 x) - 1"
    assert stated.evidence is not None


def square_of_the_norm() -> None:
    (stated,) = study("linear_loss").info.identities
    assert unicode_text(stated.right) == "(√(Σ_i (y_i - (x_i w + b))²))²"
    assert stated.evidence is not None


def two_layers_back() -> None:
    """The delta of the output layer, then that of the layer before it from the one above."""
    found = define(
        """
network(x[n], t[m]; V[n, h], W[h, m]) -> E
    X[j] = sum(i, V[i, j]*x[i])
    O[j] = sigmoid(X[j])
    Y[k] = sum(j, W[j, k]*O[j])
    P[k] = sigmoid(Y[k])
    E = 1/2*sum(k, (P[k] - t[k])**2)
"""
    )
    first = found.only("V").derivations[0]
    deltas = {d.names.name: unicode_text(d.closed) for d in first.adjoints if d.names is not None}
    assert deltas["Y_bar"].endswith("P_k (1 - P_k)")
    assert deltas["O_bar"].startswith("Σ_k")
    assert deltas["X_bar"].endswith("O_j (1 - O_j)")
    assert unicode_text(first.closed).endswith("x_i")


def one_step_down() -> None:
    """theta - alpha grad f"""
    down = optimizer("gradient-descent", lr=0.1)
    state = down.step(down.begin([1.0, 2.0]), np.array([10.0, -20.0]))
    np.testing.assert_array_equal(state.position, [0.0, 4.0])


OTHERWISE: dict[str, Callable[[], None]] = {
    "tanh_as_sigmoid": identity_of_tanh,
    "mse_vs_l2": square_of_the_norm,
    "backpropagation": two_layers_back,
    "descent": one_step_down,
}


@pytest.mark.parametrize("formula", OTHERWISE)
def test_statements(formula: str) -> None:
    OTHERWISE[formula]()


def test_no_formula_of_the_notes_is_left_out() -> None:
    assert {*LINES, *LAST, *OTHERWISE} == set(SEED["formulas"])
    assert {name for name, _ in LAST["losses_named"]} <= {e.definition.name for e in library() if e.row in losses.ROWS}


def test_the_four_minima() -> None:
    found = stationary_of(function_of_numbers("himmelblau"), ((-6, 6), (-6, 6)), 13)
    minima = [p.position for p in found if p.kind == "minimum"]
    printed = SEED["himmelblau"]["minima"]
    assert len(minima) == len(printed) == 4
    for expected in printed:
        assert min(np.max(np.abs(m - expected)) for m in minima) <= 1e-6  # one is printed cut off, not rounded
