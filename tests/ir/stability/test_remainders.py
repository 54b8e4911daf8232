"""What a part leaves of 1, beside a common factor too; and what a value never exceeds."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.ir.build import apply, constant
from derive.ir.graph import BATCH, Argument, Node, topological
from derive.ir.optimise import SIMPLIFY, optimise
from derive.ir.stability.bounds import highest, is_bounded
from derive.ir.stability.polynomial import is_steep
from derive.ir.stability.remainders import beside_remainders
from derive.language.resolve import parse
from tests.ir.graphs import difference_at_random, values_of


@pytest.mark.parametrize(
    ("text", "factored"),
    [
        ("f(v, x, k) -> y\n y = v - v*x/(x + k)", True),
        ("f(v, x, k) -> y\n y = 3*v*x/(1 + x) - 3*v*x**2/(1 + x)**2", True),
        ("f(v, x, k) -> y\n y = k + v*x/(x + k) - v", True),
        ("f(v, x, k) -> y\n y = v - v*x/(1 + k)", False),
        ("f(v, x, k) -> y\n y = v - 3*v*x/(x + k)", False),
        ("f(v, x, k) -> y\n y = 1 - 1/(1 + x)", False),
    ],
)
def test_common_factors_stand_before_what_a_part_leaves_of_one(text: str, factored: bool) -> None:
    (definition,) = parse(text)
    graph = optimise(values_of(definition), SIMPLIFY)
    found = beside_remainders(graph)
    assert (found != graph) is factored
    assert difference_at_random(definition, found, graph, 6, 1, 3) < 1e-50


@pytest.mark.parametrize(("other", "entry", "factored"), [(2, 2, True), (1, 2, False), (2, 1, True)])
def test_an_entry_and_the_sum_that_it_is_in(other: int, entry: int, factored: bool) -> None:
    """u_j delta_ij sum_k e_k - u_j e_j; with u_i beside the delta no factor is common to both."""
    shape = (BATCH, "n", "n")
    e = apply("exp", Node("input", shape=(BATCH, "n"), name="a"))
    u = Node("input", shape=(BATCH, "n"), name="u")
    total = Node("sum", (Argument(e, (0, 1)),), (BATCH,), ("n",))
    delta = Argument(Node("identity", shape=("n", "n"), data="n"), (1, 2))
    here = Node("multiply", (delta, Argument(total, (0,)), Argument(u, (0, other))), shape)
    minus = Node("multiply", (Argument(constant(-1), ()), Argument(u, (0, 2)), Argument(e, (0, entry))), shape)
    (found,) = beside_remainders((apply("add", here, minus),))
    assert (found.op == "multiply") is factored


def test_bounds_by_form() -> None:
    x = Node("input", name="x")
    still = Node("still", data=Fraction(2))
    below = apply("minimum", x, still)
    assert highest(x) is None
    assert highest(below) == 22
    assert highest(apply("multiply", constant(4), below)) == 88
    assert highest(apply("add", below, constant(3))) == 25
    assert highest(apply("maximum", below, x)) is None
    assert highest(apply("multiply", constant(-1), apply("abs", x))) == 0
    assert highest(apply("multiply", constant(-1), x)) is None
    assert is_bounded(below)
    assert not is_bounded(apply("multiply", constant(4), below))
    assert is_bounded(apply("multiply", constant(4), below), 88)


@pytest.mark.parametrize(
    ("values", "steep"),
    [((0, -1, 2), True), ((1, -3), True), ((1, -4, 4), False), ((1, -3, 3, -1), False), ((1, 2, 1), True)],
)
def test_a_plain_root_is_steep(values: tuple[int, ...], steep: bool) -> None:
    assert is_steep(tuple(map(Fraction, values))) is steep


def test_a_sum_whose_coefficients_change_their_sign_is_one_fraction() -> None:
    """x^2 s^2 (1 - s) (2 - 3 s) and what stands beside it: nothing is expanded that cancels for a large x"""
    text = "f(x) -> y\n s = 1/(1 + exp(-x))\n y = s**2 + 4*x*s**2*(1 - s) + x**2*(2*s**2 - 5*s**3 + 3*s**4)"
    (definition,) = parse(text)
    graph = optimise(values_of(definition))
    assert sum(n.op == "exp" and n.name == "~e" for n in topological(graph)) == 1
    assert [n.op for n in topological(graph)].count("divide") == 1
