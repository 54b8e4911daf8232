"""Bounded functions of one exponential whose sides add up to a number: one small side, and a bracket."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from mpmath import mp

from derive import define
from derive.ir.graph import topological
from derive.ir.optimise import optimise
from derive.language.resolve import parse
from derive.verify.arrays import compute as on_arrays
from derive.verify.certify import errors
from derive.verify.certify_points import whole_range
from tests.corpus import DEFINITIONS
from tests.ir.graphs import compute, largest_difference, random_inputs, sizes_for, values_of

SIDES = {
    "1/(1 + exp(-x))": True,
    "1 - sigmoid(x)": True,
    "sigmoid(-x)": True,
    "exp(2*x)/(1 + exp(2*x))": True,
    "-3/(1 + exp(x/2))": True,
    "1/(1 + exp(-x))**2": False,
    "1/(2 + exp(-x))": False,
    "(exp(x) - 1)/(exp(x) + 1)": False,
}
"""A function, and whether its sides add up."""


@pytest.mark.parametrize("body", SIDES)
def test_sides_that_add_up_are_one_small_side(body: str) -> None:
    definition = parse(f"f(x) -> y\n y = {body}", DEFINITIONS)[-1]
    raw = values_of(definition)
    graph = optimise(raw)
    assert any(n.op == "bracket" for n in topological(graph)) == SIDES[body]
    sizes = sizes_for(definition)
    for seed, reach in enumerate((2, 40)):
        inputs = random_inputs(definition, sizes, seed, -reach, reach)
        assert largest_difference(compute(graph, inputs, sizes), compute(raw, inputs, sizes)) < 1e-40


@pytest.mark.parametrize("body", [b for b, adds in SIDES.items() if adds])
@pytest.mark.parametrize(("dtype", "bound"), [(np.float64, 2.5), (np.float32, 3.2)])
def test_a_small_side_keeps_its_digits_over_the_whole_range(body: str, dtype, bound: float) -> None:
    definition = parse(f"f(x) -> y\n y = {body}", DEFINITIONS)[-1]
    graph, x = optimise(values_of(definition)), whole_range(dtype, 2000)
    sizes = {"*": len(x)}
    (found,), (truth,) = (on_arrays(graph, {"x": x}, sizes, kind) for kind in (dtype, np.longdouble))
    assert found.dtype == dtype
    assert np.isnan(found[np.isnan(x)]).all()
    assert np.nanmax(errors(found, truth, truth)) <= bound


NEIGHBOURS = {
    "s[i+1]*(1 - s[i+1])": lambda a, b: mp.exp(-b) / (1 + mp.exp(-b)) ** 2,
    "1 - tanh(x[i+1])**2": lambda a, b: mp.sech(b) ** 2,
}


@pytest.mark.parametrize("body", NEIGHBOURS)
def test_a_function_of_a_neighbour_keeps_its_digits(body: str) -> None:
    """What is looked at in another place is a function of the exponential there."""
    x = [0.5, 20.0, 36.9, 40.0, 300.0, -300.0, 1e-9]
    found = define(f"f(x[n]) -> y\n s[i] = sigmoid(x[i])\n y[i] = {body}").compile().f(np.array(x))
    with mp.workdps(200):
        truth = np.array([float(NEIGHBOURS[body](mp.mpf(a), mp.mpf(b))) for a, b in itertools.pairwise(x)])
    assert np.abs(found / truth - 1).max() <= 4 * np.finfo(float).eps
