"""Plain text."""

from __future__ import annotations

from derive.emit.document import document
from derive.emit.notes_text import columns, text
from tests.emit.notes_examples import TANH_IDENTITY, documents, info, perceptron, tanh

EXPECTED = """\
perceptron: A title
===================

Definition
  X_k = Σ_j w_jk x_j
  O_k = σ(X_k)
  E   = ½ Σ_k (O_k - t_k)²

Here x has size n, t has size m, the parameter w has size n × m.

Gradient with respect to w
  ∂E/∂w_jk = Σ_l (O_l - t_l) · ∂O_l/∂w_jk             [power rule]
           = (O_k - t_k) · ∂O_k/∂w_jk                 [only O_k depends on w_jk]
           = (O_k - t_k) σ′(X_k) · ∂X_k/∂w_jk         [chain rule]
           = (O_k - t_k) O_k (1 - O_k) · ∂X_k/∂w_jk   [σ′(x) = σ(x) (1 - σ(x)), see sigmoid]
           = (O_k - t_k) O_k (1 - O_k) x_j            [power rule]
"""


def test_the_perceptron() -> None:
    assert text(document([perceptron()], info())).startswith(EXPECTED)


def test_identities() -> None:
    shown = text(document([tanh()], info(identities=(TANH_IDENTITY,))))
    assert "  tanh(x) = 2σ(2 x) - 1" in shown or "  tanh(x) = 2 σ(2 x) - 1" in shown
    assert "[Checked at 8 random points with 50 digits.]" in shown


def test_columns_count_what_a_terminal_shows() -> None:
    assert columns("σ′(x)") == 5
    assert columns("导数") == 4


def test_no_control_characters() -> None:
    for language in ("en", "zh"):
        for shown in documents(language):
            assert text(shown).replace("\n", "").isprintable()
