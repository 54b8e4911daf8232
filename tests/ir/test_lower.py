"""Lowering: every node type, indices to axes, and values that agree with plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from derive.ir.graph import BATCH
from derive.ir.lower import LOWER, Lowering
from derive.ir.verify import verify
from derive.language.errors import DeriveError
from derive.language.expressions import NODE_TYPES, Applied, Delta, Mul, Partial, Ref, sum_over
from derive.language.indices import Index
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import CONTEXT, compute, exact, sizes_for, values_of


def test_every_node_type_is_lowered() -> None:
    assert set(LOWER) == set(NODE_TYPES)


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_raw_graphs_obey_the_grammar(definition) -> None:
    graph = verify(values_of(definition))
    assert all(n.shape[0] == BATCH for n in graph)


def plain(text: str, **inputs):
    (definition,) = parse(text)
    sizes = {**sizes_for(definition, 1), "n": 3, "m": 2}
    shared = {i.name for i in definition.inputs if i.shared}
    given = {k: exact(v if k in shared else np.asarray(v)[None]) for k, v in inputs.items()}
    return np.array(compute(values_of(definition), given, sizes)[0][0], dtype=float)


def test_sums_transpositions_and_diagonals_mean_what_numpy_means() -> None:
    a = np.arange(9.0).reshape(3, 3) ** 1.5
    w = np.arange(6.0).reshape(3, 2) - 2
    x = np.array([1.0, -2.0, 0.5])
    assert np.allclose(plain("f(a[n, n]) -> y\n y[i] = a[i, i]", a=a), np.diag(a), rtol=1e-15, atol=0)
    assert np.allclose(plain("f(a[n, n]) -> y\n y[i, j] = a[j, i]", a=a), a.T, rtol=1e-15, atol=0)
    product = plain("f(x[n]; w[n, m]) -> y\n y[k] = sum(j, w[j, k]*x[j])", x=x, w=w)
    assert np.allclose(product, x @ w, rtol=1e-15, atol=0)
    quadratic = plain("f(a[n, n], x[n]) -> y\n y = sum(j, sum(k, x[j]*a[j, k]*x[k]))", a=a, x=x)
    assert np.allclose(quadratic, x @ a @ x, rtol=1e-14, atol=0)


def test_reductions_over_an_absent_index_and_sizes_as_values() -> None:
    assert plain("f(x[n]) -> y\n y = mean(k, x[k]*n)", x=[1.0, 2.0, 4.0]) == 7.0


def test_a_delta_in_a_sum_is_contracted() -> None:
    (definition,) = parse("f(x[n]) -> y\n y[i] = x[i]")
    i, k = Index("i", "n"), Index("k", "n")
    node = Lowering(definition).lower(sum_over(k, Mul((Delta(k, i), Ref("x", (k,))))), (i,))
    assert node.op == "input"


def test_what_is_not_worked_out_is_refused() -> None:
    (definition,) = parse("f(x) -> y\n y = x")
    for value in (Partial(Ref("y"), Ref("x")), Applied("f", (Ref("x"),), (0,))):
        with pytest.raises(DeriveError):
            Lowering(definition).visit(value)


def test_positions_mean_what_numpy_indexing_means() -> None:
    x = np.array([0.5, 2.0, -3.0])
    assert plain("f(x[n]) -> y\n y = x[1]*x[2]", x=x) == -6.0
    assert np.allclose(plain("f(x[n]) -> y\n y[i] = x[i+1] - x[i]", x=x), np.diff(x), rtol=1e-15, atol=0)
    assert plain("f(x[n], y) -> z\n z = x[y]", x=x, y=2) == -3.0
    table = np.arange(6.0).reshape(3, 2)
    assert np.array_equal(plain("f(y[m]; E[n, m]) -> z\n z[i, k] = E[y[i], k]", y=[2, 0], E=table), table[[2, 0]])


def test_where_keeps_nan_and_becomes_a_maximum_where_it_is_one() -> None:
    (relu,) = parse("relu(x) -> y\n y = where(x < 0, 0, x)")
    (step,) = parse("step(x) -> y\n y = where(x < 0, 0, 1)")
    assert values_of(relu)[0].op == "maximum"
    nan = np.array([CONTEXT.nan], dtype=object)
    for definition in (relu, step):
        assert CONTEXT.isnan(compute(values_of(definition), {"x": nan}, {BATCH: 1})[0][0])
