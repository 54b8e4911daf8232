"""Sums of products: pairwise, cheapest first, shared, and never one matrix for each sample."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_plan import kernels
from derive.ir.graph import BATCH, topological
from derive.ir.optimise import optimise
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import compute, largest_difference, random_inputs, sizes_for, values_of

PENALIZED = """
net(x[n], t[m]; w[n, m], b[m]) -> E
    X[k] = sum(j, w[j, k]*x[j]) + b[k]
    O[k] = {activation}
    E = 1/2*sum(k, (O[k] - t[k])**2) + 1/10*sum(j, sum(k, w[j, k]**2))
"""


def grad_of(text: str):
    definition = parse(text, DEFINITIONS)[-1]
    found = kernels(definition, derive_all(definition))
    return next(k for k in found if k.kind == "grad")


@pytest.mark.parametrize("activation", ["sigmoid(X[k])", "tanh(X[k])", "X[k]**2", "X[k]/(1 + X[k]**2)"])
def test_gradients_of_shared_matrices_build_no_matrix_for_each_sample(activation: str) -> None:
    kernel = grad_of(PENALIZED.format(activation=activation))
    nodes = list(topological(r.node for r in kernel.results))
    assert max(len(n.shape) for n in nodes) == 2
    assert not any(n.shape[:1] == (BATCH,) and set(n.shape) >= {"n", "m"} for n in nodes)
    assert all(len(n.arguments) == 2 for n in nodes if n.op == "contract")


CHAINS = {
    "three": "f(a[n, m], b[m, k], c[k, n]) -> y\n y = sum(i, sum(j, sum(l, a[i, j]*b[j, l]*c[l, i])))",
    "outer": "f(a[n], b[m]) -> y\n y[i, j] = a[i]*b[j]*a[i]",
    "repeated": "f(a[n], b[n]) -> y\n y = sum(i, a[i]*b[i]*a[i]*b[i])",
    "apart": "f(a[n], b[m]) -> y\n y = sum(i, sum(j, a[i]*b[j]))",
    "quotient": "f(a[n], b[m]; s[n]) -> y\n y[j] = sum(i, a[i]*b[j]/s[i])",
    "many": "f(a[n], b[n], c[n, m], d[m], e[m], g[m]) -> y\n y = sum(i, sum(j, a[i]*b[i]*c[i, j]*d[j]*e[j]*g[j]))",
    "nested": "f(a[n, n], x[n]) -> y\n y[i] = x[i]*sum(j, a[i, j]*sum(k, a[j, k]*x[k]))",
    "plus": "f(a[n], b[n]) -> y\n y = sum(i, (a[i] + b[i])*(a[i] - b[i])*3)",
}


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS)
def test_every_order_gives_the_same_sum(text: str) -> None:
    (definition,) = parse(text)
    graph, sizes = values_of(definition), sizes_for(definition)
    new = optimise(graph)
    inputs = random_inputs(definition, sizes, 5)
    assert largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes)) < 1e-50


@pytest.mark.parametrize(
    "text",
    ["f(a[n], c[n, m]; s, r) -> y\n y[i, j] = s*r*a[i]*c[i, j]", "f(a[n], b[m]; s) -> y\n y[i, j] = 3*s*a[i]*b[j]"],
)
def test_numbers_multiply_the_operand_with_the_fewest_axes(text: str) -> None:
    (definition,) = parse(text)
    graph, sizes = values_of(definition), sizes_for(definition)
    new = optimise(graph)
    assert not any(not a.axes for n in topological(new) if len(n.shape) > 2 for a in n.arguments)
    inputs = random_inputs(definition, sizes, 5)
    assert largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes)) < 1e-50


def test_a_matrix_chain_is_never_built_on_all_axes() -> None:
    (definition,) = parse(CHAINS["three"])
    assert max(len(n.shape) for n in topological(optimise(values_of(definition)))) == 3


def test_gradients_of_two_variables_share_their_products() -> None:
    kernel = grad_of("both(x[n], t[m]; w[n, m], b[m]) -> E\n X[k] = sum(j, w[j, k]*x[j]) + b[k]\n"
                     " E = 1/2*sum(k, (sigmoid(X[k]) - t[k])**2)")  # fmt: skip
    by_w, by_b = (r.node for r in kernel.results)
    shared = set(topological([by_w])) & set(topological([by_b]))
    assert any(n.op == "multiply" and n.shape == (BATCH, "m") for n in shared)
