"""Texts become definitions: names, ranges, order and meaning of every construct."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.language.errors import DeriveError
from derive.language.expressions import Number, Quotient, Reduce, Ref, Size, Where
from derive.language.indices import Index
from derive.language.resolve import parse
from derive.language.trees import free_indices, walk

TOKENS = (*"f x y n i ( ) [ ] -> = + - * / ** , ; sum exp where < 1 0.5".split(), "\n")  # noqa: SIM905


def test_perceptron_has_inputs_shared_parameters_and_ordered_equations() -> None:
    (definition,) = parse(
        """
        # comments and blank lines are passed over

        perceptron(x[n], t[m]; w[n, m]) -> E   # one sample
            E = 1/2 * sum(k, (X[k] - t[k])**2)
            X[k] = sum(j, w[j, k] *
                          x[j])
        """
    )
    assert [(i.name, i.dimensions, i.shared) for i in definition.inputs] == [
        ("x", ("n",), False), ("t", ("m",), False), ("w", ("n", "m"), True),
    ]  # fmt: skip
    assert [e.name for e in definition.equations] == ["X", "E"]
    assert definition.equation("X").indices == (Index("k", "m"),)
    assert definition.sizes == ("n", "m")
    assert definition.depends_on("E", "w")
    assert not definition.depends_on("X", "t")


def test_numbers_are_exact() -> None:
    (definition,) = parse("f(x) -> y\n y = 0.1*x + 1/3 + 2e-3 + .5")
    values = {n.value for n in walk(definition.equation("y").body) if isinstance(n, Number)}
    assert values == {Fraction(1, 10), Fraction(1, 3) + Fraction(2, 1000) + Fraction(1, 2)}


def test_mean_and_sizes_are_values() -> None:
    (definition,) = parse("f(x[n]) -> y\n y = mean(k, x[k]) + 1/n")
    nodes = list(walk(definition.equation("y").body))
    assert sum(isinstance(n, Quotient) and n.denominator == Size("n") for n in nodes) == 2


def test_max_of_two_and_max_over_an_index_are_told_apart() -> None:
    (definition,) = parse("f(x[n], b) -> y\n y = max(k, x[k]) + max(b, 0)")
    nodes = list(walk(definition.equation("y").body))
    assert [n.kind for n in nodes if isinstance(n, Reduce)] == ["max"]
    assert [n.relation for n in nodes if isinstance(n, Where)] == [">="]


def test_precedence_and_association() -> None:
    (definition,) = parse("f(a, b, c) -> y\n y = a - b - c + a/b/c*2 - a**b**c - -a**2")
    (other,) = parse("f(a, b, c) -> y\n y = ((a - b) - c) + ((a/b)/c)*2 - (a**(b**c)) - (-(a**2))")
    assert definition.equations == other.equations


def test_index_ranges_come_from_earlier_equations_too() -> None:
    (definition,) = parse("f(x[n]; W[n, m]) -> y\n h[k] = sum(j, W[j, k]*x[j])\n y = sum(k, h[k]**2)")
    body = definition.equation("y").body
    assert isinstance(body, Reduce)
    assert body.index == Index("k", "m")
    assert free_indices(body) == ()


def test_later_definition_applies_earlier_one() -> None:
    first, second = parse("double(x) -> y\n y = 2*x\nquad(x) -> y\n y = double(double(x))")
    assert second.functions == (first,)


def test_reference_of_a_scalar_definition() -> None:
    (definition,) = parse("f(x) -> y\n y = x")
    assert definition.is_scalar_function
    assert definition.equation("y").body == Ref("x")


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_a_definition_or_a_derive_error(text: str) -> None:
    try:
        assert parse(text)
    except DeriveError as error:
        assert str(error)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=40))
def test_any_row_of_tokens_is_a_definition_or_a_derive_error(tokens: list[str]) -> None:
    try:
        assert parse("f(x[n]) -> y\n y = " + " ".join(tokens))
    except DeriveError as error:
        assert str(error)


def test_functions_that_only_applied_functions_apply_are_found() -> None:
    *_, outer = parse("inner(x) -> y\n y = exp(x)\nmiddle(x) -> y\n y = x*inner(x)\nouter(x) -> y\n y = middle(x)**2")
    assert [f.name for f in outer.functions] == ["middle"]
    assert outer.function("inner").name == "inner"
    with pytest.raises(KeyError):
        outer.function("other")
