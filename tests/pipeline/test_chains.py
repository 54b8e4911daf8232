"""The chain rule: the whole is the product of the parts, and a part of the way is not."""

from __future__ import annotations

import numpy as np
import pytest

from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Wanted
from derive.language.errors import CheckError
from derive.language.resolve import parse
from derive.pipeline.chains import chain_identity
from derive.pipeline.library import definitions, entry
from derive.pipeline.study import study_of

CUTS = [
    ("two_layers", "y2", "w1", "y1", "∂y1/∂w1"),
    ("perceptron_single", "E", "w", "X", "∂E/∂X"),
    ("perceptron_single", "E", "w", "O", "∂E/∂O"),
    ("perceptron", "E", "w", "X", "Σ_l"),
    ("perceptron", "E", "x", "O", "Σ_k"),
    ("linear_loss", "loss", "w", "r", "Σ_i"),
]


@pytest.mark.parametrize(("name", "output", "variable", "through", "shown"), CUTS)
def test_the_whole_is_the_product_of_the_parts(name: str, output: str, variable: str, through: str, shown: str) -> None:
    found = chain_identity(entry(name).definition, Wanted("gradient", output, variable), through)
    assert shown in unicode_text(found.right)
    assert found.evidence is not None
    assert found.evidence.points > 0


def test_one_of_two_ways_is_not_the_whole() -> None:
    (forked,) = parse("f(x) -> y\n    u = sigmoid(x)\n    y = u*x", definitions())
    with pytest.raises(CheckError, match="the identity does not hold"):
        chain_identity(forked, Wanted("derivative", "y", "x"), "u")


def test_the_notes_state_it_and_the_kernels_keep_it() -> None:
    study = study_of(entry("two_layers"))
    assert "∂y2/∂w1 = ∂y2/∂y1 · ∂y1/∂w1" in study.show()
    module = study.compile()
    x, w1, b1, w2, b2 = np.random.default_rng(5).normal(size=5)
    by_w1, _ = module.two_layers_grad(x, w1, b1, w2, b2)
    # the parts, each by its own kernel: y2 = w2 y1 + b2 and y1 = w1 x + b1 are linear models
    part = study_of(entry("linear_model")).compile().linear_model_grad
    assert by_w1 == pytest.approx(w2 * part(x, w1, b1).w, rel=1e-15)
