"""Choices between 0 and a number as arithmetic: the same value at every entry, NaN included."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_plan import kernels
from derive.ir.graph import topological
from derive.language.resolve import parse
from tests.emit.kernel_modules import ModuleType, emit_module

POINTS = np.array([-np.inf, -1e308, -1.5, -1.0, -1e-320, -0.0, 0.0, 5e-324, 0.5, 1.0, 1e308, np.inf, np.nan])


def compiled(text: str) -> tuple[ModuleType, set[str]]:
    (definition,) = parse(text)
    derivations = derive_all(definition)
    result = ModuleType("made")
    exec(compile(emit_module(definition, derivations, title="f"), "<made>", "exec"), result.__dict__)
    (value, *_) = kernels(definition, derivations)
    return result, {n.op for n in topological(r.node for r in value.results)}


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("first", "second"), [("0", "1"), ("1", "0"), ("0", "5/2"), ("-3", "0"), ("1/100", "1"), ("-3", "7/3")]
)
def test_each_side_of_each_relation(relation: str, first: str, second: str) -> None:
    made, ops = compiled(f"f(x) -> y\n    y = where(x {relation} 0, {first}, {second})")
    test = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[relation]
    expected = np.where(test(POINTS, 0), float(Fraction(first)), float(Fraction(second)))
    expected[np.isnan(POINTS)] = np.nan
    assert np.array_equal(made.f(POINTS), expected, equal_nan=True)
    assert "where" not in ops


@pytest.mark.parametrize("relation", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("function", "number"), [("exp(x)", "1"), ("arctan(x)", "0"), ("2*exp(3*x) - 1 + sin(x)", "1"), ("x*cosh(x)", "0")]
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_function_that_meets_a_number_at_0_has_a_border(relation, function: str, number: str, is_first: bool) -> None:
    sides = (number, function) if is_first else (function, number)
    made, ops = compiled(f"f(x) -> y\n    y = where(x {relation} 0, {sides[0]}, {sides[1]})")
    assert "where" not in ops
    test = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[relation]
    points = POINTS[np.abs(POINTS) < 2]
    plain, _ = compiled(f"f(x) -> y\n    y = {function}")
    chosen = test(points, 0) == is_first
    assert np.array_equal(made.f(points), np.where(chosen, float(number), plain.f(points)))
    assert np.isnan(made.f(np.nan))
    infinite = np.array([np.inf, -np.inf])
    assert np.array_equal(made.f(infinite)[test(infinite, 0) == is_first], [float(number)])


@pytest.mark.parametrize("text", ["exp(x), 2", "exp(x) + v, 1", "exp(x)/3 + 2/3, 1", "log(1 + x), 1", "exp(x - 1), 1"])
def test_a_function_that_jumps_or_is_rounded_at_0_stays_a_choice(text: str) -> None:
    _, ops = compiled(f"f(x, v) -> y\n    y = where(x < 0, {text}) + v")
    assert "where" in ops


def test_a_border_asks_nothing() -> None:
    made, ops = compiled("f(x) -> y\n    y = where(x < 0, exp(x), 1)")
    assert ops & {"where", "greater_equal", "less"} == set()
    assert np.array_equal(made.f(POINTS), np.exp(np.minimum(POINTS, 0)), equal_nan=True)


def test_a_choice_that_carries_nan_on_one_side_asks_once() -> None:
    made, ops = compiled("f(x) -> y\n    y = where(x < 0, exp(x), 2)")
    assert ops >= {"where", "greater_equal"}
    assert "less" not in ops
    assert np.array_equal(made.f(POINTS), np.where(POINTS >= 0, 2, np.exp(np.minimum(POINTS, 0))), equal_nan=True)
