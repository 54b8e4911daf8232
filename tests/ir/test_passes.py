"""Passes keep the values; the checker refuses what breaks the grammar."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from derive.ir.build import apply, constant
from derive.ir.graph import BATCH, Argument, Node, topological, whole
from derive.ir.indicators import units
from derive.ir.optimise import LITERAL, PASSES, optimise
from derive.ir.passes import flatten, fold_twos, multiply_out, share
from derive.ir.verify import MalformedGraphError, verify
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS
from tests.ir.graphs import compute, largest_difference, random_inputs, sizes_for, values_of

X = Node("input", shape=(BATCH,), data="x", name="x")


@pytest.mark.parametrize("passes", [PASSES, LITERAL], ids=["stable", "literal"])
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.name)
def test_all_passes_keep_the_values(definition, passes) -> None:
    graph = values_of(definition)
    new = optimise(graph, passes)
    for seed in range(3):
        sizes = sizes_for(definition)
        inputs = random_inputs(definition, sizes, seed)
        worst = largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes))
        assert worst < 1e-50


def test_numbers_fold_and_equal_nodes_become_one() -> None:
    two_x = apply("multiply", constant(2), apply("multiply", constant(3), X))
    (flat,) = flatten((two_x,))
    assert flat == apply("multiply", constant(6), X)
    left, right = apply("exp", X), apply("exp", X)
    (shared,) = share((apply("add", left, right),))
    assert shared.arguments[0].node is shared.arguments[1].node


def test_a_name_survives_sharing() -> None:
    plain, called = apply("exp", X), replace(apply("exp", X), name="y")
    (shared,) = share((apply("add", plain, called),))
    assert {a.node.name for a in shared.arguments} == {"y"}


@pytest.mark.parametrize("exponent", [3, 4, 5, 6, 7, 15, -3])
def test_powers_are_multiplied_out(exponent: int) -> None:
    (definition,) = parse(f"f(x) -> y\n y = x**({exponent})")
    graph = flatten(values_of(definition))
    new = verify(multiply_out(graph))
    assert all(abs(n.data) <= 2 for n in topological(new) if n.op == "power")
    inputs = random_inputs(definition, {BATCH: 4}, 1)
    assert largest_difference(compute(new, inputs, {BATCH: 4}), compute(graph, inputs, {BATCH: 4})) < 1e-50


def test_the_entry_at_the_largest_is_looked_up() -> None:
    (definition,) = parse(
        "f(a[n], g[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[j] = p[j]*(g[j] - sum(i, g[i]*p[i]))"
    )
    graph = values_of(definition)
    new = optimise(graph)
    assert any(n.op == "at_largest" for n in topological(new))
    assert not any(n.op == "first_max" for n in topological(new))
    inputs = random_inputs(definition, {BATCH: 2, "n": 4}, 7)
    sizes = {BATCH: 2, "n": 4}
    assert largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes)) < 1e-50


def test_what_is_chosen_at_the_largest_is_computed_there() -> None:
    (definition,) = parse("f(a[n], t[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = p[i] - t[i]")
    graph = values_of(definition)
    new = optimise(graph)
    choices = [n for n in topological(new) if n.op == "where" and n.arguments[1].node.op != "constant"]
    assert choices
    assert all(len(n.arguments[1].node.shape) == 1 for n in choices)
    assert not any(n.op == "max" and n.arguments[0].node.op == "exp" for n in topological(new))
    inputs, sizes = random_inputs(definition, {BATCH: 2, "n": 4}, 7), {BATCH: 2, "n": 4}
    assert largest_difference(compute(new, inputs, sizes), compute(graph, inputs, sizes)) < 1e-50


def test_a_choice_of_a_number_or_0_is_a_multiple_of_one_of_1_or_0() -> None:
    x, y = X, Node("input", shape=(BATCH,), data="y", name="y")
    (new,) = verify(units((apply("where", apply("equal", x, y), constant(-3), constant(0)),)))
    one = apply("where", apply("equal", x, y), constant(1), constant(0))
    assert new == apply("multiply", constant(-3), one)
    assert units((one,)) == (one,)
    other = apply("where", apply("equal", x, y), constant(2), constant(1))
    assert units((other,)) == (other,)


BROKEN = {
    "unknown op": Node("frobnicate", (whole(X),), (BATCH,)),
    "arguments": Node("divide", (whole(X),), (BATCH,)),
    "outside of": Node("exp", (Argument(X, (1,)),), ()),
    "rank": Node("exp", (Argument(X, ()),), ()),
    "axis 1 stands in no argument": Node("exp", (whole(X),), (BATCH, "n")),
    "lies on": Node("exp", (Argument(X, (0,)),), ("n",)),
    "bound axis": Node("sum", (whole(X),), (BATCH,)),
    "stands in no argument": Node("sum", (whole(X),), (BATCH,), ("n",)),
    "no rational number": Node("power", (whole(X),), (BATCH,), data=2),
    "differ in size": Node("others", (Argument(X, (1,)),), ("n",), (BATCH,), data=0),
    "a condition stands": apply("add", apply("less", X, constant(0)), X),
    "the condition is a number": apply("where", X, X, X),
}


@pytest.mark.parametrize("message", BROKEN, ids=str)
def test_the_checker_names_what_is_wrong(message: str) -> None:
    with pytest.raises(MalformedGraphError, match=message):
        verify((BROKEN[message],))


@pytest.mark.parametrize("factor", [2, -2, 4, Fraction(1, 2), Fraction(-1, 8)])
def test_a_power_of_two_goes_to_the_size(factor) -> None:
    n = Node("size", data="n")
    (new,) = verify(fold_twos((apply("divide", apply("multiply", constant(factor), X), n),)))
    assert new == apply("divide", X, apply("multiply", constant(1 / Fraction(factor)), n))


@pytest.mark.parametrize("factor", [3, 1, -1, 6, Fraction(2, 3), 0])
def test_what_would_be_rounded_does_not(factor) -> None:
    graph = (apply("divide", apply("multiply", constant(factor), X), Node("size", data="n")),)
    assert fold_twos(graph) == graph


def test_a_factor_of_what_is_divided_by_another_number_or_needed_elsewhere_stays() -> None:
    w, n = Node("input", data="w", name="w"), Node("size", data="n")
    twice = apply("multiply", constant(2), X)
    for graph in ((apply("divide", twice, w),), (apply("divide", twice, n), apply("exp", twice))):
        assert fold_twos(graph) == graph
