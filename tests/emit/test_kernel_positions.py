"""Labels, fixed places and shifted indices in kernels: values, errors, dtypes, and no one-hot arrays."""

from __future__ import annotations

import functools
from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module, kernel_names
from derive.emit.kernel_plan import kernels
from derive.ir.graph import topological
from derive.language.resolve import parse
from derive.verify.kernels import check_kernels

TEXT = """
likelihood(p[n], y) -> L
    L = -log(p[y])
classify(x[n], y; W[n, m], b[m]) -> L
    a[k] = sum(j, W[j, k]*x[j]) + b[k]
    L = logsumexp(k, a[k]) - a[y]
tag(x[s, n], y[s]; W[n, m]) -> L
    a[i, k] = sum(j, W[j, k]*x[i, j])
    L = sum(i, logsumexp(k, a[i, k]) - a[i, y[i]])
embed(w[d], y[s]; E[v, d]) -> L
    L = sum(i, sum(k, sin(E[y[i], k])*w[k]))
factors(i, j, r; U[n, d], V[m, d]) -> L
    L = (r - sum(k, U[i, k]*V[j, k]))**2
lookup(y; E[v, d]) -> h
    h[k] = E[y, k]**2
places(x[n]) -> f
    f = x[0]**2*x[2] + exp(x[1])
product(x[n]) -> y
    y = prod(k, 1 + x[k]**2)
variation(x[n]) -> y
    y = sum(i, (x[i+1] - x[i])**2)
slopes(x[n]) -> d
    d[i] = x[i+1] - x[i]
pair(x, y) -> u, v
    u = x*y
    v = x + 2*y**3
"""
BY_NAME = {d.name: d for d in parse(TEXT)}
DOMAINS = {"likelihood": {"p": (0.1, 0.9)}}


@functools.cache
def parts(name: str):
    return BY_NAME[name], derive_all(BY_NAME[name])


@functools.cache
def module(name: str) -> ModuleType:
    result = ModuleType(name)
    exec(compile(emit_module(*parts(name), title=name), f"<{name}>", "exec"), result.__dict__)
    return result


@pytest.mark.parametrize("name", BY_NAME)
def test_kernels_pass_the_check(name: str) -> None:
    evidence = check_kernels(*parts(name), module(name), domain=DOMAINS.get(name))
    assert set(evidence.functions) == set(kernel_names(*parts(name)))


def test_labels_are_looked_up_sample_by_sample() -> None:
    p = np.random.default_rng(0).uniform(0.1, 1, (2, 3, 4))
    y = np.array([[0, 3, 1], [2, 2, 0]])
    assert np.allclose(module("likelihood").likelihood(p, y), -np.log(np.take_along_axis(p, y[..., None], -1)[..., 0]))
    grad = module("likelihood").likelihood_grad(p, y)
    assert np.count_nonzero(grad) == 6
    assert np.allclose(np.take_along_axis(grad, y[..., None], -1), -1 / np.take_along_axis(p, y[..., None], -1))


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64])
def test_labels_take_no_part_in_the_dtype(dtype) -> None:
    p = np.array([[0.5, 0.25]], dtype=np.float32)
    found = module("likelihood").likelihood(p, np.array([1], dtype=dtype))
    assert found.dtype == np.float32
    assert module("likelihood").likelihood([0.5, 0.25], 1) == -np.log(0.25)


@pytest.mark.parametrize(
    ("label", "error", "message"),
    [
        (2, ValueError, "y holds 2: expected labels from 0 on and below n = 2"),
        (-1, ValueError, "y holds -1: expected labels from 0 on"),
        ([0, 5], ValueError, "y holds 5"),
        (1.0, TypeError, "y has dtype float64: expected integers"),
        (True, TypeError, "y has dtype bool: expected integers"),
    ],
)
def test_labels_that_do_not_fit_are_refused(label, error, message: str) -> None:
    p = np.full((*np.shape(label), 2), 0.5)
    with pytest.raises(error, match=message):
        module("likelihood").likelihood(p, label)


def test_an_empty_batch_has_no_labels() -> None:
    assert module("likelihood").likelihood(np.empty((0, 3)), []).shape == (0,)


def test_a_gradient_of_an_embedding_adds_up_repeated_labels() -> None:
    rng = np.random.default_rng(2)
    w, y, table = rng.normal(size=(5, 3)), rng.integers(0, 4, (5, 6)), rng.normal(size=(4, 3))
    expected = np.zeros((4, 3))
    for b in range(5):
        for i in range(6):
            expected[y[b, i]] += np.cos(table[y[b, i]]) * w[b]
    assert np.allclose(module("embed").embed_grad(w, y, table), expected, rtol=1e-13)


def test_no_array_has_samples_and_the_whole_table() -> None:
    found = next(k for k in kernels(*parts("embed")) if k.kind == "grad")
    nodes = list(topological(r.node for r in found.results))
    assert not any({"v", "s"} <= set(n.shape) for n in nodes)
    assert any(n.op == "scatter" for n in nodes)


def test_the_entry_of_the_label_does_not_cancel() -> None:
    """p_y - 1 is minus the sum of the others."""
    x, w, b = np.array([1.0]), np.zeros((1, 3)), np.array([40.0, 0.0, 1.0])
    grad = module("classify").classify_grad(x, 0, w, b)
    others = (1 + np.e) * np.exp(-40.0)
    assert grad.b[0] == pytest.approx(-others, rel=1e-14)


def test_places_ask_for_a_size() -> None:
    with pytest.raises(ValueError, match="n is 2: expected at least 3"):
        module("places").places([1.0, 2.0])
    assert np.allclose(module("places").places_grad([2.0, 0.0, 3.0, 9.0]), [12.0, 1.0, 4.0, 0.0])


def test_shifted_indices_stay_inside() -> None:
    x = np.array([1.0, 4.0, 2.0])
    assert np.array_equal(module("slopes").slopes(x), np.diff(x))
    assert module("slopes").slopes([3.0]).shape == (0,)
    assert np.array_equal(module("variation").variation_grad(x), [-6.0, 10.0, -4.0])


def test_kernels_of_several_outputs_carry_their_names() -> None:
    assert kernel_names(*parts("pair")) == (
        "pair", "pair_u_grad", "pair_u_value_and_grad", "pair_v_grad", "pair_v_value_and_grad",
    )  # fmt: skip
