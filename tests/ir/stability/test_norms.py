"""Norms of rows, of their mean squares and beside a number: one op for each form of the root."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import derive
from derive.ir.build import apply, constant
from derive.ir.graph import BATCH, Node, topological, whole
from derive.ir.ops import Beside
from derive.ir.optimise import optimise
from derive.ir.stability.norms import norms
from derive.ir.stability.squares import one_over
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of


def norms_in(text: str) -> list[Node]:
    (definition,) = parse(text)
    graph = values_of(definition)
    found = optimise(graph)
    for low, high in ((0.1, 3), (1e20, 1e30)):
        assert difference_at_random(definition, found, graph, 2, low, high) < 1e-20 * high
    return [n for n in topological(found) if n.op in ("norm", "hypot")]


@pytest.mark.parametrize(
    ("body", "is_mean", "added"),
    [
        ("sqrt(sum(k, x[k]**2))", False, 0.0),
        ("sqrt(mean(k, x[k]**2))", True, 0.0),
        ("sqrt(sum(k, x[k]**2) + 1/4)", False, 0.25),
        ("sqrt(mean(k, x[k]**2) + 1/8)", True, 0.125),
    ],
)
def test_one_op_for_each_form(body: str, is_mean: bool, added: float) -> None:
    (found,) = norms_in(f"f(x[n]) -> r\n r = {body}")
    assert found.op == "norm"
    beside = found.data or Beside()
    assert (beside.is_mean, float(beside.added)) == (is_mean, added)


@pytest.mark.parametrize("body", ["sqrt(3*sum(k, x[k]**2) + 1/4)", "sqrt(sum(k, x[k]**2)/9 + 2)"])
def test_other_factors_stand_outside(body: str) -> None:
    assert [n.op for n in norms_in(f"f(x[n]) -> r\n r = {body}")][-1] == "hypot"


@pytest.mark.parametrize("outer", ["hypot", "multiply"])
def test_what_has_a_number_beside_it_takes_no_other(outer: str) -> None:
    rows = Node("input", shape=(BATCH, "n"), data="x", name="x")
    length = Node("norm", (whole(rows),), (BATCH,), ("n",), data=Beside(False, Fraction(1, 4)))
    root = apply("sqrt", constant(2) if outer == "hypot" else one_over("n"))
    graph = (apply(outer, *((length, root) if outer == "hypot" else (root, length))),)
    assert norms(graph) == graph


@pytest.mark.parametrize("name", ["layer_norm", "rms_norm"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_rows_with_squares_beyond_the_range(name: str, dtype: type) -> None:
    """What divides by the size of its argument is the same at any size, where 1/100000 is nothing."""
    module = derive.known(name).compile()
    x = np.random.default_rng(3).normal(size=(4, 6)).astype(dtype)
    parameters = [np.linspace(1, 2, 6).astype(dtype)] * (2 if name == "layer_norm" else 1)
    large, huge = (getattr(module, name)(dtype(size) * x, *parameters) for size in (2.0**40, 2.0**100))
    assert np.all(np.isfinite(huge))
    assert np.allclose(huge, large, rtol=16 * np.finfo(dtype).eps, atol=1e-6 * float(np.finfo(dtype).eps))
