"""Graphs near 0: what is left out changes no bit, and nothing is left out that could."""

from __future__ import annotations

from fractions import Fraction
from inspect import signature

import numpy as np
import pytest

from derive.ir.build import apply, constant, scaled
from derive.ir.graph import BATCH, Node, topological
from derive.ir.near import WITHIN, near
from derive.ir.stability.homogeneous import homogeneous
from tests.emit.kernel_modules import ALL, module, source

X = Node("input", shape=(BATCH,), data="x", name="x")
G = Node("input", shape=(BATCH,), data="g", name="g")


def bounded(value: Node, low: int, high: int) -> Node:
    return apply("maximum", apply("minimum", value, constant(high)), constant(low))


def tail(value: Node, far: int) -> Node:
    return apply("exp", apply("minimum", apply("add", value, constant(far)), constant(0)))


def test_bounds_and_factors_that_do_nothing_are_left_out() -> None:
    value = apply("multiply", G, apply("exp", bounded(X, -80, 44)), tail(X, 80))
    found = near((value,))
    assert found is not None
    (shorter,), counting = found
    assert counting == ("x",)
    assert shorter == apply("multiply", G, apply("exp", X))


def test_a_scale_that_is_one_is_left_out() -> None:
    """g/(1 + x**2), whose squares are scaled beyond 1e15: near 0 the plain quotient, bit for bit"""
    squares = apply("add", constant(1), apply("power", X, data=Fraction(2)))
    (scaled_form,) = homogeneous((apply("divide", apply("multiply", G, X), squares),))
    found = near((scaled_form,))
    assert found is not None
    (shorter,), counting = found
    assert counting == ("x",)
    assert [n.op for n in topological((shorter,)) if not n.is_leaf] == ["multiply", "power", "add", "divide"]


def test_a_scale_of_what_may_be_0_stays() -> None:
    squares = apply("add", apply("power", G, data=Fraction(2)), apply("power", X, data=Fraction(2)))
    assert near(homogeneous((apply("divide", X, squares),))) is None


@pytest.mark.parametrize(
    "value",
    [
        apply("multiply", G, apply("exp", bounded(X, -20, 30)), tail(X, 20)),  # they bound values of this size
        apply("multiply", G, apply("exp", bounded(scaled(3, X), -80, 44)), tail(scaled(3, X), 80)),
        apply("exp", bounded(X, -80, 44)),  # too few passes are saved
        apply("multiply", G, apply("exp", bounded(X, -WITHIN, WITHIN)), tail(X, WITHIN)),  # at the very bounds
        apply("multiply", bounded(apply("exp", X), -80, 10**30), bounded(apply("exp", G), -80, 10**30)),
    ],
)
def test_what_may_bound_something_stays(value: Node) -> None:
    assert near((value,)) is None


def test_ranges_follow_sums_products_and_sizes() -> None:
    inner = apply("add", scaled(Fraction(1, 4), apply("abs", X)), constant(5))  # from 5 to 15
    value = apply("multiply", bounded(inner, 4, 16), bounded(inner, -1, 20), G)
    found = near((value,))
    assert found is not None
    assert found[1] == ("x",)
    assert not {n.op for n in topological(found[0])} & {"maximum", "minimum"}


def test_a_bound_that_is_1_near_0_is_a_number() -> None:
    """max(|where(1e15 < |x|, 1/|x|, 1)|, |x|): the 1 takes no array, whose axes a tile does not know"""
    size = apply("abs", X)
    reduced = apply("where", apply("less", constant(10**15), size), apply("divide", constant(1), size), constant(1))
    largest = apply("maximum", apply("abs", reduced), size)
    found = near((apply("multiply", largest, G),))
    assert found is not None
    assert found[0] == (apply("multiply", apply("maximum", constant(1), size), G),)


NEAR = [name for name in ALL if "_near(" in source(name)]


def test_there_are_such_kernels() -> None:
    assert "silu" in NEAR
    assert "sigmoid" not in NEAR


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NEAR)
def test_both_functions_have_the_same_bits(name: str, dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kernel that has a shorter one, with nothing far from 0, and the same with the shorter one shut off."""
    generator = np.random.default_rng(4)
    sizes = 10.0 ** generator.uniform(-50, np.log10(WITHIN), 20_000)
    x = np.append(sizes * generator.choice([-1.0, 1.0], sizes.size), [0.0, -0.0, WITHIN, -WITHIN]).astype(dtype)
    m = module(name)
    kernels = [k for k in m.__all__ if f"_{k}_near(" in source(name)]
    others = [generator.permutation(x) for _ in range(3)]
    shorter = {k: called(m, k, [x, *others]) for k in kernels}
    monkeypatch.setattr(m, "_within", lambda x, limit: False)
    for k in kernels:
        for one, other in zip(shorter[k], called(m, k, [x, *others]), strict=True):
            assert one.tobytes() == other.tobytes(), k


def called(m, name: str, arrays: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    function = getattr(m, name)
    found = function(*arrays[: len(signature(function).parameters) - 1])
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("far", [np.nan, np.inf, -np.inf, 41.0, -41.0])
def test_one_entry_far_from_0_is_seen(far: float) -> None:
    x = np.zeros(1000)
    within = module("silu")._within
    assert within(x, 40.0)
    x[700] = far
    assert not within(x, 40.0)
    assert not within(x[:0], 40.0)
