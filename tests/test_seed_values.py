"""The numbers of the notes that the project starts from, reproduced to the printed digits.

data/seed_values.json holds every number of five public notes on gradients that can be recomputed; the entry
"source" says which note, "decimals" how many digits it prints.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generated.kernels import (
    perceptron,
    perceptron_grad,
    perceptron_single,
    perceptron_single_grad,
    relu,
    sigmoid,
    softmax,
    softmax_jacobian,
    squared_error,
    squared_error_grad,
    tanh,
)  # fmt: skip

SEED: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "seed_values.json").read_text(encoding="utf-8"))
BY_NAME = {"tanh": tanh, "relu": relu}


def test_sigmoid_on_its_grid() -> None:
    printed = np.array(SEED["sigmoid"]["y"])
    values = sigmoid(np.linspace(-100, 100, 10))
    # five digits are printed, of small values as of large ones; the note's 0 at -100 is the number that it cannot show
    np.testing.assert_allclose(values[1:], printed[1:], rtol=5e-5)
    assert values[0] == pytest.approx(3.7201e-44, rel=1e-4)
    assert sigmoid(np.float32(-100)) == pytest.approx(3.7201e-44, rel=0.05)  # a subnormal: two digits


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_activation_on_its_grid(name: str) -> None:
    np.testing.assert_allclose(BY_NAME[name](np.linspace(-10, 10, 10)), SEED[name]["y"], atol=0.51e-4, rtol=0)


@pytest.mark.parametrize("place", range(2))
def test_softmax(place: int) -> None:
    row = SEED["softmax"][place]
    np.testing.assert_allclose(softmax(row["a"]), row["p"], atol=1.01e-4, rtol=0)
    for entry in range(2):
        if f"jacobian_row_{entry}" in row:
            jacobian = softmax_jacobian(row["a"])
            np.testing.assert_allclose(jacobian[entry], row[f"jacobian_row_{entry}"], atol=1.01e-4, rtol=0)


def test_squared_error_and_its_gradient() -> None:
    row = SEED["mse_linear"]
    x, w, y = row["x"][0], row["w"][0], row["y"][0]
    assert squared_error(x, y, w) == row["loss"]
    assert squared_error_grad(x, y, w) == row["dloss_dw"]


def test_gradients_have_the_shape_of_their_weights() -> None:
    shapes, rng = SEED["perceptron_shapes"], np.random.default_rng(0)
    single, several = shapes["single_output"], shapes["multi_output"]
    x, w = rng.normal(size=single["x"]), rng.normal(size=single["w"])
    assert perceptron_single_grad(x, np.ones(1), w[0]).shape == tuple(single["grad_w"][1:])
    assert perceptron_single(x, np.ones(1), w[0]).shape == (1,)
    x, w = rng.normal(size=several["x"]), rng.normal(size=several["w"])  # the notes store w as (outputs, inputs)
    gradient = perceptron_grad(x, np.ones((1, 2)), w.T)
    assert gradient.w.T.shape == tuple(several["grad_w"])
    assert gradient.x.shape == tuple(several["x"])


def test_a_target_that_would_be_broadcast_is_refused() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(1, 10)), rng.normal(size=(10, 2))
    for function in (perceptron, perceptron_grad):
        with pytest.raises(ValueError) as caught:  # noqa: PT011 - the whole message is compared below
            function(x, np.ones((1, 1)), w)
        assert str(caught.value) == "t has shape (1, 1): expected (..., m) with m = 2, as in w[n, m]"
