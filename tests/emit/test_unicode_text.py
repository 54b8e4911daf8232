"""Formulas for terminals: golden strings, and the printed text means what the tree means."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from derive.emit.unicode_text import TextPrinter
from derive.language.expressions import (
    ONE,
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
    Ref,
    Where,
    add,
    mul,
    negate,
    number,
    power,
    quotient,
    subtract,
    sum_over,
)  # fmt: skip
from tests.emit.notes_examples import (
    ERROR,
    EXPRESSIONS,
    PERCEPTRON,
    SIGMOID,
    SLOPE,
    SYMBOLS,
    E,
    X_k,
    i,
    j,
    w,
    x,
    x_j,
    y,
)

PRINT = TextPrinter(SYMBOLS)

GOLDEN: list[tuple[Expression, str]] = [
    (SIGMOID.equations[0].body, "1/(1 + e^(-x))"),
    (PERCEPTRON.equation("E").body, "½ Σ_k (O_k - t_k)²"),
    (PERCEPTRON.equation("O").body, "σ(X_k)"),
    (Partial(E, w), "∂E/∂w_jk"),
    (mul(ERROR, SLOPE, x_j), "(O_k - t_k) O_k (1 - O_k) x_j"),
    (mul(ERROR, Partial(X_k, w)), "(O_k - t_k) · ∂X_k/∂w_jk"),
    (quotient(mul(ERROR, Partial(X_k, w)), x), "((O_k - t_k) · ∂X_k/∂w_jk)/x"),
    (Partial(add(ONE, x), x), "∂/∂x (1 + x)"),
    (Delta(i, j), "δ_ij"),
    (Where("<", x, number(0), number(0), x), "{0, x < 0; x, x ≥ 0}"),
    (mul(quotient(x, y), x), "(x/y) x"),
    (quotient(x, mul(x, y)), "x/(x y)"),
    (quotient(sum_over(j, x_j), y), "(Σ_j x_j)/y"),
    (negate(add(x, y)), "-(x + y)"),
    (power(x, number(-2)), "x⁻²"),
    (Applied("tanh", (x,), (0,)), "tanh′(x)"),
    (Ref("x1", (j,)), "x1[j]"),
]


@pytest.mark.parametrize(("value", "expected"), GOLDEN)
def test_golden(value: Expression, expected: str) -> None:
    assert PRINT(value) == expected


def test_a_function_of_one_number_has_d() -> None:
    assert TextPrinter(SYMBOLS, ordinary=True)(Partial(y, x)) == "dy/dx"


@settings(max_examples=200)
@given(EXPRESSIONS)
def test_every_formula_is_one_line(value: Expression) -> None:
    text = PRINT(value)
    assert text
    assert text.isprintable()
    assert text.count("(") == text.count(")")
    assert "+ -" not in text


SCALARS = st.one_of(
    st.sampled_from([Ref("x"), Ref("y"), Ref("z")]),
    st.builds(Number, st.fractions(min_value=-5, max_value=5, max_denominator=12)),
)


def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        several.map(lambda e: add(*e)),
        several.map(lambda e: mul(*e)),
        st.builds(subtract, inner, inner),
        st.builds(Quotient, inner, inner),
        st.builds(power, inner, st.sampled_from([number(2), number(3), number(-1), ONE])),
        st.builds(Call, st.sampled_from(["exp", "sin"]), inner.map(lambda e: (e,))),
    )


def value_of(tree: Expression, at: dict[str, float]) -> float:
    match tree:
        case Number(value=v):
            return float(v)
        case Ref(name=name):
            return at[name]
        case Add(terms=terms):
            return sum(value_of(t, at) for t in terms)
        case Mul(factors=factors):
            return math.prod(value_of(f, at) for f in factors)
        case Quotient(numerator=a, denominator=b):
            return value_of(a, at) / value_of(b, at)
        case Power(base=base, exponent=exponent):
            return value_of(base, at) ** value_of(exponent, at)
        case Call(function=function, arguments=(argument,)):
            return float(getattr(math, function)(value_of(argument, at)))
    raise AssertionError(tree)


VULGAR = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4}
SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def as_python(text: str) -> str:
    """The formula as a person reads it: side by side means times, a raised number is a power."""
    text = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"**({found[0].translate(SUPERSCRIPT)})", text)
    text = re.sub("[½⅓⅔¼¾]", lambda found: f"({Fraction(VULGAR[found[0]]).limit_denominator(9)})", text)
    text = text.replace("^", "**").replace("·", "*")
    text = re.sub(r"(?<=[\w)]) (?=[\w(])", "*", text)
    return re.sub(r"(?<![\w.])(\d+)(?=\()", r"\1*", text)


@settings(max_examples=300)
@given(st.recursive(SCALARS, grow, max_leaves=10), st.integers(0, 2**32))
def test_the_text_means_what_the_tree_means(tree: Expression, seed: int) -> None:
    rng = random.Random(seed)
    at = {name: rng.uniform(0.5, 1.5) for name in "xyz"}
    try:
        expected = value_of(tree, at)
        read = eval(as_python(PRINT(tree)), {"__builtins__": {}, "e": math.e, "sin": math.sin, **at})
    except (ZeroDivisionError, OverflowError):
        return
    if abs(expected) < 1e200:
        assert read == pytest.approx(expected, rel=1e-6, abs=1e-6), PRINT(tree)
