"""Kernels of recurrences: equal to PyTorch at every depth, each layer's values once, faulty input refused by layer."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from tests.emit.recurrence_modules import module, source

Array = np.ndarray[Any, np.dtype[Any]]

CLOSE = 1e-12


def relative(found: Any, right: Any) -> float:
    """The largest difference in units of the largest entry."""
    right = np.asarray(right)
    assert np.shape(found) == right.shape
    return float(np.max(np.abs(found - right), initial=0) / max(np.max(np.abs(right), initial=0), 1e-300))


def leaves(arrays: Sequence[Array]) -> list[torch.Tensor]:
    return [torch.tensor(a, requires_grad=True) for a in arrays]


def layers(chance: np.random.Generator, depth: int) -> list[Array]:
    sizes = chance.integers(1, 7, size=depth + 1)
    return [chance.normal(size=(sizes[k], sizes[k + 1])) for k in range(depth)]


ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "mlp": torch.sigmoid, "biases": torch.relu, "tanh": torch.tanh, "silu": torch.nn.functional.silu,
}  # fmt: skip


@pytest.mark.parametrize("depth", range(1, 7))
@pytest.mark.parametrize("name", ["mlp", "tanh", "silu"])
def test_mlp_is_what_pytorch_says(name: str, depth: int) -> None:
    for seed in range(3):
        chance = np.random.default_rng([seed, depth])
        weights = layers(chance, depth)
        x, t = chance.normal(size=(5, len(weights[0]))), chance.normal(size=(5, weights[-1].shape[1]))
        g = chance.normal(size=5)
        value, gradient = module(name).mlp_value_and_grad(x, t, weights, g)
        tensors = leaves(weights)
        output = torch.tensor(x)
        for weight in tensors:
            output = ACTIVATIONS[name](output @ weight)
        error = ((output - torch.tensor(t)) ** 2).sum(1) / 2
        (error * torch.tensor(g)).sum().backward()
        assert relative(value, error.detach().numpy()) < CLOSE
        assert isinstance(gradient, list)
        assert max(relative(ours, theirs.grad) for ours, theirs in zip(gradient, tensors, strict=True)) < CLOSE


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_biases_and_kinks(depth: int) -> None:
    chance = np.random.default_rng(depth)
    weights = layers(chance, depth)
    biases = [chance.normal(size=w.shape[1]) for w in weights]
    x, t = chance.normal(size=(5, len(weights[0]))), chance.normal(size=(5, weights[-1].shape[1]))
    gradient = module("biases").mlp_grad(x, t, weights, biases)
    tensors, offsets = leaves(weights), leaves(biases)
    output = torch.tensor(x)
    for weight, bias in zip(tensors, offsets, strict=True):
        output = torch.relu(output @ weight + bias)
    (((output - torch.tensor(t)) ** 2).sum() / 2).backward()
    for ours, theirs in ((gradient.W, tensors), (gradient.b, offsets)):
        assert max(relative(a, b.grad) for a, b in zip(ours, theirs, strict=True)) < CLOSE


@pytest.mark.parametrize("depth", [1, 3])
def test_labels(depth: int) -> None:
    chance = np.random.default_rng(depth)
    weights = layers(chance, depth)
    biases = [chance.normal(size=w.shape[1]) for w in weights]
    x, y = chance.normal(size=(4, len(weights[0]))), chance.integers(0, weights[-1].shape[1], size=4)
    value, gradient = module("labels").mlp_value_and_grad(x, y, weights, biases)
    tensors, offsets = leaves(weights), leaves(biases)
    output = torch.tensor(x)
    for place, (weight, bias) in enumerate(zip(tensors, offsets, strict=True)):
        output = output @ weight + bias
        output = torch.sigmoid(output) if place < depth - 1 else output
    error = torch.nn.functional.cross_entropy(output, torch.tensor(y), reduction="none")
    error.sum().backward()
    assert relative(value, error.detach().numpy()) < CLOSE
    for ours, theirs in ((gradient.W, tensors), (gradient.b, offsets)):
        assert max(relative(a, b.grad) for a, b in zip(ours, theirs, strict=True)) < CLOSE


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("name", ["rnn", "every_step"])
def test_rnn_is_what_pytorch_says(name: str, steps: int) -> None:
    chance = np.random.default_rng(steps)
    n, h, o = 3, 4, 2
    x = chance.normal(size=(steps, 6, n))
    y = chance.normal(size=(steps, 6, o) if name == "every_step" else (6, o))
    shapes = [(n, h), (h, h), (h, o), *([(h,)] if name == "every_step" else [])]
    arrays = [chance.normal(size=s) / 2 for s in shapes]
    value, gradient = module(name).rnn_value_and_grad(x, y, *arrays)
    to_state, onward, out, *start = tensors = leaves(arrays)
    state = start[0].expand(6, h) if start else torch.zeros(6, h, dtype=torch.float64)
    error = torch.zeros(6, dtype=torch.float64)
    for step in range(steps):
        state = torch.tanh(torch.tensor(x[step]) @ to_state + state @ onward)
        if start:
            error = error + ((state @ out - torch.tensor(y[step])) ** 2).sum(1) / 2
    if not start:
        error = ((state @ out - torch.tensor(y)) ** 2).sum(1) / 2
    error.sum().backward()
    assert relative(value, error.detach().numpy()) < CLOSE
    assert max(relative(ours, theirs.grad) for ours, theirs in zip(gradient, tensors, strict=True)) < CLOSE


# --- the contract of every kernel ---------------------------------------------------------------------------


def example(batch: tuple[int, ...] = (4,), dtype: Any = float) -> tuple[Array, Array, list[Array]]:
    chance = np.random.default_rng(0)
    sizes = (3, 5, 2)
    weights = [chance.normal(size=pair).astype(dtype) for pair in itertools.pairwise(sizes)]
    return chance.normal(size=(*batch, 3)).astype(dtype), chance.normal(size=(*batch, 2)).astype(dtype), weights


def test_batch_axes() -> None:
    x, t, weights = example((2, 3))
    value, gradient = module("mlp").mlp_value_and_grad(x, t, weights)
    assert value.shape == (2, 3)
    flat = module("mlp").mlp_grad(x.reshape(6, 3), t.reshape(6, 2), weights)
    assert all(np.array_equal(a, b) for a, b in zip(gradient, flat, strict=True))
    single = module("mlp").mlp(x[0, 0], t[0, 0], weights)
    assert single.shape == ()
    assert np.isclose(single, value[0, 0], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_in_is_dtype_out(dtype: Any) -> None:
    value, gradient = module("mlp").mlp_value_and_grad(*example(dtype=dtype))
    assert {value.dtype, *(a.dtype for a in gradient)} == {np.dtype(dtype)}


def test_value_and_gradient_are_those_of_the_other_kernels() -> None:
    arguments = example()
    value, gradient = module("mlp").mlp_value_and_grad(*arguments)
    assert np.array_equal(value, module("mlp").mlp(*arguments))
    assert all(np.array_equal(a, b) for a, b in zip(gradient, module("mlp").mlp_grad(*arguments), strict=True))


def test_out() -> None:
    x, t, weights = example()
    right = module("mlp").mlp_grad(x, t, weights)
    out = [np.empty_like(w) for w in weights]
    found = module("mlp").mlp_grad(x, t, weights, out=out)
    assert all(a is b and np.array_equal(a, c) for a, b, c in zip(found, out, right, strict=True))
    assert module("mlp").mlp_grad(x, t, weights, out=weights)[0] is weights[0]
    assert all(np.array_equal(a, b) for a, b in zip(weights, right, strict=True))
    with pytest.raises(ValueError, match="expected 2"):
        module("mlp").mlp_grad(*example(), out=out[:1])


def test_inputs_stay_and_results_belong_to_the_caller() -> None:
    """Also where a gradient is one and the same array at every layer."""
    chance = np.random.default_rng(0)
    x, a, b = chance.normal(size=(4, 3)), [chance.normal(size=(3, 3))] * 3, [chance.normal(size=(3, 3))] * 3
    before = [x.copy(), a[0].copy(), b[0].copy()]
    for array in (x, a[0], b[0]):
        array.setflags(write=False)
    gradient = module("two_tracks", every=True).two_grad(x, a, b)
    flat = [gradient.x, *gradient.A, *gradient.B]
    assert not any(np.shares_memory(p, q) for k, p in enumerate(flat) for q in (*flat[:k], x, a[0], b[0]))
    assert all(np.array_equal(p, q) for p, q in zip((x, a[0], b[0]), before, strict=True))


def test_far_from_zero_nothing_overflows_and_no_digit_is_lost() -> None:
    """sigma'(x) is exp(-|x|) there; as O (1 - O) it would be 0. Any floating-point flag is an error."""
    with np.errstate(all="raise"):
        (first, second) = module("mlp").mlp_grad([100.0], [0.0], [[[1.0]], [[-800.0]]])
        assert first.shape == second.shape == (1, 1)
        (gradient,) = module("mlp").mlp_grad([[50.0], [-50.0]], [[0.0], [0.0]], [[[1.0]]])
    assert gradient[0, 0] == pytest.approx(50 * np.exp(-50.0), rel=1e-14)


def test_nan_and_no_samples() -> None:
    x, t, weights = example()
    x[1, 0] = np.nan
    value, gradient = module("mlp").mlp_value_and_grad(x, t, weights)
    assert np.array_equal(np.isnan(value), [False, True, False, False])
    assert all(np.isnan(part).any() for part in gradient)
    value, gradient = module("mlp").mlp_value_and_grad(x[:0], t[:0], weights)
    assert value.shape == (0,)
    assert not any(part.any() for part in gradient)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x, t, w: (x, t, []), "W is empty: expected at least one layer"),
        (lambda x, t, w: (x, t, 3.0), "W is float: expected a list with one array for each layer"),
        (lambda x, t, w: (x, t, [w[0], w[0]]), r"W\{2\} has shape \(3, 5\): .* n\{1\} = 5, as in W\{1\}"),
        (lambda x, t, w: (x, t, w[:1]), r"t has shape \(4, 2\): .* n\{1\} = 5, as in W\{1\}"),
        (lambda x, t, w: (x[:, :2], t, w), r"x has shape \(4, 2\): .* n\{0\} = 3, as in W\{1\}"),
        (lambda x, t, w: (x[:3], t, w), r"t has batch axes \(4,\): expected \(3,\)"),
        (lambda x, t, w: (x, t, [w[0], w[1] * 1j]), r"W\{2\} has dtype complex128"),
    ],
)
def test_faulty_input_is_refused_by_its_layer(change: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        module("mlp").mlp_grad(*change(*example()))


def test_lists_of_different_lengths_are_refused() -> None:
    x, t, weights = example()
    with pytest.raises(ValueError, match="b has 1 layers: expected 2, as W has"):
        module("biases").mlp_grad(x, t, weights, [np.zeros(5)])
    with pytest.raises(ValueError, match=r"y holds 2: expected labels from 0 on and below n\{2\} = 2"):
        module("labels").mlp_grad(x, [0, 1, 2, 0], weights, [np.zeros(5), np.zeros(2)])


# --- the text ------------------------------------------------------------------------------------------------


def calls(function: ast.FunctionDef, name: str) -> int:
    return sum(isinstance(n, ast.Call) and ast.unparse(n.func) == name for n in ast.walk(function))


def test_each_layers_values_are_computed_once() -> None:
    """The exponential of the sigmoid and the product with the weights stand in what goes forward, and nowhere else."""
    functions = {f.name: f for f in ast.parse(source("mlp")).body if isinstance(f, ast.FunctionDef)}
    assert [calls(functions[name], "np.exp") for name in ("_layer_kept", "_last", "_back", "_first")] == [1, 1, 0, 0]
    assert [ast.unparse(functions[name]).count("@") for name in ("_layer_kept", "_last", "_back", "_first")] == [
        1, 1, 2, 1,
    ]  # fmt: skip


def test_the_module_imports_numpy_alone() -> None:
    imported = {ast.unparse(n) for n in ast.parse(source("rnn")).body if isinstance(n, ast.Import | ast.ImportFrom)}
    standard = {"from functools import lru_cache", "from math import prod", "from typing import NamedTuple"}
    assert imported == {*standard, "import numpy as np"}


def test_docstrings_say_what_holds_at_every_layer() -> None:
    text = inspect.getdoc(module("mlp").mlp_grad)
    assert text is not None
    assert "∂E/∂W{l}_jk = X̄{l}_k O{l-1}_j" in text
    assert "W: a list (or array by layers) of W{l} (n{l-1}, n{l}), shared by all samples, l = 1..L." in text
    assert "Returns a list of (n{l-1}, n{l})." in text
