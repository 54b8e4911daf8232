"""Evaluation: what each node means, shifted points, derivatives by differences, and agreement with SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import hypothesis
import mpmath
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from derive.language.expressions import (
    NODE_TYPES,
    Add,
    Applied,
    Call,
    Delta,
    Expression,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Size,
    Where,
    number,
)
from derive.language.indices import Index
from derive.language.resolve import parse
from derive.verify.evaluate import EVALUATORS, evaluate
from derive.verify.expand import TRANSLATORS, Expansion, to_sympy
from derive.verify.gradients import valuation_at
from derive.verify.points import Entry, Point, Scope, UndefinedError
from derive.verify.systems import DIGITS, Exact, Real, real_system
from tests.handmade import PERCEPTRON, SIGMOID, SOFTMAX

REAL = Real(DIGITS)
FIRST, SECOND, BOUND = (Index(letter, "n") for letter in "ijk")
A, B = Ref("a", (FIRST,)), Ref("a", (SECOND,))
VALUES: Mapping[Entry, Fraction] = {("a", (k,)): Fraction(v) for k, v in enumerate(("0.5", "-1.25", "0.75"))}


def softmax_point(system: Any = REAL) -> Point:
    return Point(SOFTMAX, {"n": 3}, {e: system.number(v) for e, v in VALUES.items()}, system)


def value(expression: Expression, scope: Scope | None = None, point: Point | None = None) -> float:
    return float(evaluate(expression, scope or {FIRST: 0, SECOND: 1}, point or softmax_point()))


def test_every_node_type_can_be_evaluated_and_expanded() -> None:
    assert set(EVALUATORS) == set(NODE_TYPES)
    assert set(TRANSLATORS) == set(NODE_TYPES)


ONE_OF_EACH = (
    (number("3/4"), 0.75),
    (Size("n"), 3.0),
    (A, 0.5),
    (Add((A, B)), -0.75),
    (Mul((A, B)), -0.625),
    (Quotient(A, B), -0.4),
    (Power(B, number(3)), -1.953125),
    (Power(number(4), Number(Fraction(1, 2))), 2.0),
    (Call("abs", (B,)), 1.25),
    (Applied("sigmoid", (number(0),)), 0.5),
    (Applied("sigmoid", (number(0),), (0,)), 0.25),
    (Reduce("sum", BOUND, Ref("a", (BOUND,))), 0.0),
    (Reduce("prod", BOUND, Ref("a", (BOUND,))), -0.46875),
    (Reduce("max", BOUND, Ref("a", (BOUND,))), 0.75),
    (Reduce("min", BOUND, Ref("a", (BOUND,))), -1.25),
    (Selected("max", BOUND, Ref("a", (BOUND,)), FIRST), 0.0),
    (Selected("min", BOUND, Ref("a", (BOUND,)), SECOND), 1.0),
    (Where("<", A, B, number(1), number(2)), 2.0),
    (Where(">=", A, A, number(1), number(2)), 1.0),
    (Delta(FIRST, SECOND), 0.0),
    (Partial(Power(Ref("a", (FIRST,)), number(2)), Ref("a", (FIRST,))), 1.0),
)


@pytest.mark.parametrize(("expression", "expected"), ONE_OF_EACH, ids=str)
def test_what_each_node_means(expression: Expression, expected: float) -> None:
    (applied,) = parse("f(a[n]) -> y\n  y = sum(k, sigmoid(a[k]))", [SIGMOID])
    point = Point(applied, {"n": 3}, softmax_point().values, REAL)
    assert value(expression, point=point) == expected


def test_only_the_first_of_equal_values_is_selected() -> None:
    point = Point(SOFTMAX, {"n": 3}, {("a", (k,)): REAL.number(Fraction(1)) for k in range(3)}, REAL)
    selected = Selected("max", BOUND, Ref("a", (BOUND,)), FIRST)
    assert [value(selected, {FIRST: k}, point) for k in range(3)] == [1.0, 0.0, 0.0]


def test_named_quantities_come_from_their_equations() -> None:
    total = sum(mpmath.exp(float(v)) for v in VALUES.values())
    assert value(Ref("p", (FIRST,))) == pytest.approx(float(mpmath.exp(0.5) / total), rel=1e-15)


def test_an_overridden_quantity_is_free_and_what_follows_is_recomputed() -> None:
    j, k, free = Index("j", "n"), Index("k", "m"), Index("l", "m")
    names: dict[Entry, Fraction] = {("x", (0,)): Fraction(1), ("w", (0, 0)): Fraction(2), ("w", (0, 1)): Fraction(-1)}
    names |= {("t", (c,)): Fraction(1, 4) for c in range(2)}
    system = real_system(PERCEPTRON, [Partial(Ref("E"), Ref("O", (k,)))])
    point = Point(PERCEPTRON, {"n": 1, "m": 2}, {e: system.number(v) for e, v in names.items()}, system)
    out = evaluate(Ref("O", (k,)), {k: 0}, point)
    # dE/dO_k = O_k - t_k, and an O that is free does not move X or the other O
    assert abs(evaluate(Partial(Ref("E"), Ref("O", (k,))), {k: 0}, point) - (out - 0.25)) < 1e-55
    assert evaluate(Partial(Ref("X", (free,)), Ref("O", (k,))), {k: 0, free: 0}, point) == 0
    assert evaluate(Partial(Ref("O", (free,)), Ref("O", (k,))), {k: 0, free: 0}, point) == pytest.approx(1)
    # through the names: dE/dw_jk = (O_k - t_k) O_k (1 - O_k) x_j
    whole = evaluate(Partial(Ref("E"), Ref("w", (j, k))), {j: 0, k: 0}, point)
    assert abs(whole - (out - 0.25) * out * (1 - out)) < 1e-55


def test_what_is_held_does_not_follow() -> None:
    (definition,) = parse("f(x) -> z\n  y = x**2\n  z = x*y")
    held = Partial(Ref("z"), Ref("x"), frozenset({"y"}))
    system = real_system(definition, [held])
    point = Point(definition, {}, {("x", ()): system.number(Fraction(3))}, system)
    assert abs(evaluate(held, {}, point) - 9) < 1e-50
    assert abs(evaluate(Partial(Ref("z"), Ref("x")), {}, point) - 27) < 1e-50


def test_second_derivatives_get_the_digits_they_need() -> None:
    (cube,) = parse("f(x) -> y\n  y = x**4")
    second = Partial(Partial(Ref("y"), Ref("x")), Ref("x"))
    system = real_system(cube, [second])
    point = Point(cube, {}, {("x", ()): system.number(Fraction(3))}, system)
    assert abs(evaluate(second, {}, point) - 108) < 1e-50


@pytest.mark.parametrize("text", ["log(x)", "sqrt(x)", "1/(x + 1)", "arcsin(x - 1)", "x**(1/2)"])
def test_what_is_not_real_is_undefined(text: str) -> None:
    (definition,) = parse(f"f(x) -> y\n  y = {text}")
    point = Point(definition, {}, {("x", ()): REAL.number(Fraction(-1))}, REAL)
    with pytest.raises(ArithmeticError):
        evaluate(Ref("y"), {}, point)


def test_undefined_is_an_arithmetic_error() -> None:
    assert issubclass(UndefinedError, ArithmeticError)


def test_precision_is_not_global() -> None:
    before = mpmath.mp.dps
    value(Ref("p", (FIRST,)))
    assert mpmath.mp.dps == before


def test_exact_unknowns_are_equal_where_their_arguments_are() -> None:
    point = Point(SOFTMAX, {"n": 3}, {}, Exact("seed"))
    left, right = Call("exp", (A,)), Call("exp", (B,))
    assert evaluate(left, {FIRST: 1}, point) == evaluate(right, {SECOND: 1}, point)
    assert evaluate(left, {FIRST: 1}, point) != evaluate(right, {SECOND: 2}, point)
    one, other = Partial(A, B), Partial(Ref("a", (BOUND,)), Ref("a", (FIRST,)))
    assert evaluate(one, {FIRST: 1, SECOND: 2}, point) == evaluate(other, {BOUND: 1, FIRST: 2}, point)
    assert evaluate(one, {FIRST: 1, SECOND: 2}, point) != evaluate(other, {BOUND: 2, FIRST: 1}, point)


# --- agreement with the SymPy reading ---------------------------------------------------------------------


def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Expressions whose free indices are i and j, of every node type."""
    pairs = st.tuples(inner, inner)
    bound = inner.map(lambda body: Reduce("sum", FIRST, body))
    return st.one_of(
        pairs.map(Add),
        pairs.map(Mul),
        pairs.map(lambda p: Quotient(p[0], Add((number(2), Power(p[1], number(2)))))),
        inner.map(lambda e: Power(e, number(2))),
        inner.map(lambda e: Call("sin", (e,))),
        inner.map(lambda e: Call("abs", (e,))),
        inner.map(lambda e: Call("exp", (Call("sin", (e,)),))),
        inner.map(lambda e: Applied("sigmoid", (e,))),
        inner.map(lambda e: Applied("sigmoid", (e,), (0,))),
        st.tuples(st.sampled_from(["sum", "prod", "max", "min"]), inner).map(lambda p: Reduce(p[0], SECOND, p[1])),
        inner.map(lambda e: Selected("max", FIRST, e, SECOND)),
        st.tuples(st.sampled_from(["<", "<=", ">", ">="]), inner, inner, inner).map(lambda p: Where(*p, number(1))),
        inner.map(lambda e: Partial(e, Ref("a", (SECOND,)))),
        inner.map(lambda e: Partial(e, Ref("a", (SECOND,)), frozenset({"p"}))),
        inner.map(lambda e: Partial(e, Ref("p", (SECOND,)))),
        bound,
    )


ENTRIES = [A, B, Ref("p", (FIRST,)), Ref("p", (SECOND,)), Ref("q")]
LEAVES = st.sampled_from([*ENTRIES, number("2/3"), number(-1), Size("n"), Delta(FIRST, SECOND)])
EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=5)


@settings(max_examples=60)
@hypothesis.given(EXPRESSIONS, st.integers(0, 2), st.integers(0, 2))
def test_random_expressions_agree_with_sympy(expression: Expression, i: int, j: int) -> None:
    (definition,) = parse("f(a[n]) -> q\n  p[i] = exp(a[i])/3\n  q = sum(k, sigmoid(p[k]))", [SIGMOID])
    system = real_system(definition, [expression])
    values = {entry: v + Fraction(1, 999_983) for entry, v in VALUES.items()}
    scope, sizes = {FIRST: i, SECOND: j}, {"n": 3}
    ours = evaluate(
        expression, scope, Point(definition, sizes, {e: system.number(v) for e, v in values.items()}, system)
    )
    theirs = valuation_at(values).real(to_sympy(expression, scope, Expansion(definition, sizes)))
    scale = max(abs(ours), 1)
    # a difference across a kink is far off; nothing here lies on one but by construction (abs(0), equal branches)
    assert abs(ours - ours.context.mpf(theirs)) <= scale * ours.context.mpf(10) ** -35


@pytest.mark.parametrize("body", ["sign(x)", "where(x < 0, -1, 1)", "where(x < 0, x - 1e-9, x)"])
def test_a_jump_has_no_slope_though_both_sides_have_the_same(body: str) -> None:
    definition = parse(f"f(x) -> y\n  y = {body}")[-1]
    slope = Partial(Ref("y"), Ref("x"))
    system = real_system(definition, (slope,))
    point = Point(definition, {}, {("x", ()): system.number(Fraction(0))}, system)
    with pytest.raises(UndefinedError, match=r"a jump|a kink"):
        evaluate(slope, {}, point)


def test_a_condition_between_two_forms_of_one_number_is_not_left_to_rounding() -> None:
    definition = parse("f(x) -> y\n  y = where(x/3*3 >= x, 1, 0) + where(x > x/7*7, 10, 0)")[-1]
    for digits in range(60, 80):
        system = Real(digits)
        for value in (Fraction(1, 3), Fraction(5, 7), Fraction(-2, 9)):
            point = Point(definition, {}, {("x", ()): system.number(value)}, system)
            assert evaluate(definition.equations[-1].body, {}, point) == 1
            apart = system.number(value) + system.context.mpf(10) ** -30
            assert not system.same(system.number(value), apart)
