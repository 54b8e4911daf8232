"""Kernels of second derivatives: shapes, sums over the samples, symmetry, and values against the checker's truth."""

from __future__ import annotations

import functools
from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module, kernel_names
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.errors import CheckError
from derive.language.resolve import parse
from derive.verify.kernels import check_kernels
from tests.corpus import DEFINITIONS

TEXT = """
valley(x, y) -> f
    f = (x**2 + y - 11)**2 + (x + y**2 - 7)**2
log_sum(a[n]) -> y
    y = log(sum(k, exp(a[k])))
form(x[n]; A[n, n]) -> q
    q = 1/2*sum(i, sum(j, x[i]*A[i, j]*x[j]))
product(x[n]) -> y
    y = prod(k, x[k])
loss(a[n], y) -> L
    L = logsumexp(k, a[k]) - a[y]
curve(x; a, b) -> E
    E = exp(a*x)*b**2
mixed(x[n], y; w[n], b) -> E
    z = sum(i, w[i]*x[i]) + b
    E = (sigmoid(z) - y)**2 + b*sum(i, w[i]*x[i]**2)
line(x[n], t; w[n], b) -> E
    E = (sum(i, w[i]*x[i]) + b - t)**2 + sum(i, w[i]**2)*b
"""
BY_NAME: dict[str, Definition] = {d.name: d for d in (*DEFINITIONS, *parse(TEXT, DEFINITIONS))}


def hessians(output: str, *variables: str) -> tuple[Wanted, ...]:
    pairs = [(a, b) for k, a in enumerate(variables) for b in variables[k:]]
    return tuple(Wanted("hessian", output, a, "" if a == b else b) for a, b in pairs)


MIXED = ("x", "w", "b")
WANTED = {
    "valley": hessians("f", "x", "y"),
    "log_sum": (*hessians("y", "a"), Wanted("hvp", "y", "a")),
    "form": (*hessians("q", "x"), Wanted("hvp", "q", "x")),
    "product": (*hessians("y", "x"), Wanted("hvp", "y", "x")),
    "loss": (*hessians("L", "a"), Wanted("hvp", "L", "a")),
    "curve": (*hessians("E", "a", "b"), Wanted("hvp", "E", "a"), Wanted("hvp", "E", "b")),
    "line": (*hessians("E", "w", "b"), Wanted("hvp", "E", "w")),
    "perceptron": (*hessians("E", "w"), Wanted("hvp", "E", "w")),
    "sigmoid": (*hessians("y", "x"), Wanted("hvp", "y", "x")),
    "deep": (Wanted("hvp", "y", "W"),),
    "mixed": (*hessians("E", "x", "w", "b"), *(Wanted("hvp", "E", v, along=MIXED) for v in MIXED)),
}


@functools.cache
def parts(name: str):
    return BY_NAME[name], derive_all(BY_NAME[name], WANTED[name])


def source(name: str) -> str:
    return emit_module(*parts(name), title=name)


@functools.cache
def module(name: str) -> ModuleType:
    result = ModuleType(name)
    exec(compile(source(name), f"<{name}>", "exec"), result.__dict__)
    return result


@pytest.mark.parametrize("name", WANTED)
def test_second_derivatives_pass_the_check_of_kernels(name: str) -> None:
    evidence = check_kernels(*parts(name), module(name))
    assert set(evidence.functions) == set(kernel_names(*parts(name)))


@pytest.mark.parametrize(
    ("old", "new"), [("4 * (x + y)", "4.001 * (x + y)"), ("product, product", "product, -product")]
)
def test_a_wrong_hessian_is_seen(old: str, new: str) -> None:
    text = source("valley")
    assert old in text
    wrong = ModuleType("valley")
    exec(text.replace(old, new), wrong.__dict__)
    with pytest.raises(CheckError, match="valley_hessian"):
        check_kernels(*parts("valley"), wrong)


def test_several_scalars_have_one_matrix_in_the_order_of_the_variables() -> None:
    x, y = np.array([[3.0, 1.0, 0.5]]), np.array([[2.0, -1.0, 4.0]])
    found = module("valley").valley_hessian(x, y)
    assert found.shape == (1, 3, 2, 2)
    assert np.array_equal(found[..., 0, 0], 12 * x**2 + 4 * y - 42)
    assert np.array_equal(found[..., 0, 1], 4 * (x + y))
    assert np.array_equal(found, found.mT)
    assert module("valley").valley_hessian(3.0, 2.0).shape == (2, 2)


def test_shared_parameters_are_summed_and_weighted() -> None:
    x, g = np.array([0.5, -1.0, 2.0]), np.array([1.0, 0.0, 2.0])
    each = np.array([module("curve").curve_hessian(v, 0.3, 1.5) for v in x])
    total = module("curve").curve_hessian(x, 0.3, 1.5)
    assert total.shape == (2, 2)
    assert np.allclose(total, each.sum(axis=0), rtol=1e-14)
    assert np.allclose(module("curve").curve_hessian(x, 0.3, 1.5, g), (g[:, None, None] * each).sum(axis=0), rtol=1e-14)


def test_blocks_have_the_names_of_the_variables() -> None:
    rng = np.random.default_rng(0)
    x, t, w, b = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), 0.7
    found = module("line").line_hessian(x, t, w, b)
    assert found._fields == ("w", "b")
    assert found.w.w.shape == (3, 3)
    assert found.w.b.shape == found.b.w.shape == (3,)
    assert np.allclose(found.w.w, 2 * x.T @ x + 2 * b * 4 * np.eye(3), rtol=1e-14)
    assert not np.shares_memory(found.w.b, found.b.w)
    v = rng.normal(size=3)
    assert np.allclose(module("line").line_hvp(x, t, w, b, v), found.w.w @ v, rtol=1e-13)


def test_products_with_the_hessian_are_those_of_the_matrix() -> None:
    rng = np.random.default_rng(1)
    a, v = rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
    for name in ("log_sum", "product"):
        hessian, product = (getattr(module(name), f"{name}_{kind}") for kind in ("hessian", "hvp"))
        assert np.allclose(np.einsum("bij,bj->bi", hessian(a), v), product(a, v), rtol=1e-13, atol=1e-15)


def test_a_product_by_several_inputs_takes_a_direction_for_each() -> None:
    rng = np.random.default_rng(2)
    x, y, w, b, g = rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), 0.3, rng.normal(size=4)
    v_x, v_w, v_b = rng.normal(size=(4, 3)), rng.normal(size=3), -0.7
    found = module("mixed").mixed_hvp(x, y, w, b, v_x, v_w, v_b, g)
    assert found._fields == MIXED
    blocks = module("mixed").mixed_hessian(x, y, w, b, g)
    by_x = np.einsum("bij,bj->bi", blocks.x.x, v_x) + np.einsum("bij,j->bi", blocks.x.w, v_w) + blocks.x.b * v_b
    by_w = np.einsum("bij,bj->i", blocks.w.x, v_x) + blocks.w.w @ v_w + blocks.w.b * v_b
    by_b = np.einsum("bj,bj->", blocks.b.x, v_x) + blocks.b.w @ v_w + blocks.b.b * v_b
    for mine, theirs in zip(found, (by_x, by_w, by_b), strict=True):
        assert np.allclose(mine, theirs, rtol=1e-12, atol=1e-14)


def test_second_derivatives_of_a_product_do_not_divide_by_zeros() -> None:
    found = module("product").product_hessian([0.0, 2.0, 0.0, 5.0])
    expected = np.zeros((4, 4))
    expected[0, 2] = expected[2, 0] = 10.0
    assert np.array_equal(found, expected)


def test_several_products_are_told_apart_by_their_variables() -> None:
    assert kernel_names(*parts("curve")) == ("curve", "curve_hessian", "curve_hvp_a", "curve_hvp_b")
