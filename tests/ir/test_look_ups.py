"""Look-ups first: the same values, fewer entries, and no table computed entry by entry."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from derive.ir.build import apply, constant
from derive.ir.graph import BATCH, Argument, Node, topological, whole
from derive.ir.look_ups import look_ups_first, look_ups_inside
from derive.ir.optimise import optimise
from derive.ir.stability.exponentials import Exponentials
from derive.ir.verify import verify
from derive.language.resolve import parse
from tests.ir.graphs import compute, exact, largest_difference, random_inputs, values_of

A = Node("input", shape=(BATCH, "n"), data="a", name="a")
B = Node("input", shape=("n",), data="b", name="b")
Y = Node("input", shape=(BATCH,), data="y", name="y")
SIZES = {BATCH: 3, "n": 4}
RANDOM = np.random.default_rng(5)
GIVEN = {"a": exact(RANDOM.normal(size=(3, 4))), "b": exact(RANDOM.normal(size=4)), "y": np.array([2, 0, 3])}


def at_label(value: Node) -> Node:
    return Node("gather", (Argument(value, (0, 1)), whole(Y)), (BATCH,), ("n",))


def at_second(value: Node) -> Node:
    return Node("pick", (Argument(value, (0, 1)),), (BATCH,), ("n",), 1)


def beside(op: str, first: Node, second: Node) -> Node:
    """An op of a and of b, which all samples share."""
    return Node(op, (whole(first), Argument(second, (1,))), (BATCH, "n"))


@pytest.mark.parametrize("look_up", [at_label, at_second])
@pytest.mark.parametrize(
    "inner",
    [
        apply("exp", A),
        beside("add", apply("exp", apply("multiply", constant(2), A)), B),
        beside("multiply", A, apply("exp", B)),
        apply("add", A, apply("divide", constant(1), apply("add", apply("power", A, data=Fraction(2)), constant(1)))),
    ],
    ids=["one function", "with what is shared", "a function of what is shared", "twice the same"],
)
def test_the_values_stay(look_up, inner: Node) -> None:
    graph = (apply("exp", look_up(inner)),)
    new = verify(look_ups_first(graph))
    assert new != graph
    assert largest_difference(compute(new, GIVEN, SIZES), compute(graph, GIVEN, SIZES)) < 1e-50
    assert not any(n.op in ("add", "multiply") and n.shape == (BATCH, "n") for n in topological(new))


def test_what_is_needed_elsewhere_is_computed_once() -> None:
    inner = apply("exp", A)
    total = Node("sum", (whole(inner),), (BATCH,), ("n",))
    graph = (apply("divide", at_label(inner), total),)
    assert look_ups_first(graph) == graph


def test_a_function_of_a_table_is_computed_for_the_table() -> None:
    """exp of n shared numbers, looked up by any number of samples."""
    table = Node("gather", (Argument(apply("exp", B), (1,)), whole(Y)), (BATCH,), ("n",))
    assert look_ups_first((table,)) == (table,)


def test_conditions_are_not_looked_up() -> None:
    choice = apply("where", apply("less", A, constant(0)), A, constant(0))
    graph = (at_label(choice),)
    assert look_ups_first(graph) == graph


def test_the_loss_of_a_label_computes_no_row() -> None:
    (definition,) = parse("f(a[n], y) -> L\n q[i] = log(exp(a[i])/sum(k, exp(a[k])))\n L = -q[y]")
    graph = values_of(definition)
    new = optimise(graph)
    sizes = {BATCH: 2, "n": 4}
    given = {**random_inputs(definition, sizes, 3), "y": np.array([1, 3])}
    assert largest_difference(compute(new, given, sizes), compute(graph, given, sizes)) < 1e-50
    rows = {n.op for n in topological(new) if n.shape == (BATCH, "n") and not n.is_leaf}
    assert rows <= {"exp", "add", "multiply", "where", "first_max", "spread", "at_largest"}
    looked_up = [n for n in topological(new) if n.op == "gather"]
    assert [n.arguments[0].node.op for n in looked_up] == ["input"]


@pytest.mark.parametrize("look_up", [at_label, at_second])
def test_a_product_looked_up_and_a_product_of_look_ups_are_one_exponent(look_up) -> None:
    square = apply("multiply", A, apply("maximum", A, constant(0)))
    before, after = look_up(square), apply("multiply", look_up(A), look_up(apply("maximum", A, constant(0))))
    assert before != after
    assert look_ups_inside(whole(before)) == look_ups_inside(whole(after))
    negative = apply("exp", apply("multiply", constant(-1), after))
    ratio = apply("divide", negative, apply("add", apply("exp", before), negative))
    search = Exponentials()
    assert search.of(ratio) is not None
    (found,) = optimise((ratio,))
    assert largest_difference(compute((found,), GIVEN, SIZES), compute((ratio,), GIVEN, SIZES)) < 1e-50
