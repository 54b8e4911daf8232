"""The looks of LaTeX formulas: golden strings, and rules that hold for every expression."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from derive.emit.latex import LatexPrinter
from derive.emit.printing import SHOW, Style
from derive.language.expressions import (
    NODE_TYPES,
    ONE,
    Applied,
    Call,
    Delta,
    Expression,
    Partial,
    Power,
    Quotient,
    Ref,
    Selected,
    Where,
    add,
    mul,
    negate,
    number,
    power,
    quotient,
    subtract,
    sum_over,
)
from derive.language.indices import Index
from derive.language.resolve import parse
from tests.emit.notes_examples import (
    ERROR,
    EXPRESSIONS,
    PERCEPTRON,
    SIGMOID,
    SLOPE,
    SOFTMAX,
    SYMBOLS,
    O_k,
    X_k,
    balanced,
    column,
    i,
    j,
    w,
    x,
    x_j,
    y,
)  # fmt: skip

PRINT = LatexPrinter(SYMBOLS)
k = Index("k", "n")
exp_k = Call("exp", (Ref("a", (k,)),))
SUM = sum_over(k, exp_k)
a_j = Ref("a", (j,))


def test_every_node_type_is_printed() -> None:
    assert set(SHOW) == set(NODE_TYPES)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (SIGMOID, [r"\frac{1}{1 + e^{-x}}"]),
        (SOFTMAX, [r"\frac{e^{a_i}}{\sum_k e^{a_k}}"]),
        (PERCEPTRON, [r"\sum_j w_{jk}\,x_j", r"\sigma(X_k)", r"\tfrac12 \sum_k (O_k - t_k)^2"]),
    ],
)
def test_definitions_read_as_in_a_textbook(definition: object, expected: list[str]) -> None:
    assert [PRINT(e.body) for e in definition.equations] == expected  # type: ignore[attr-defined]


GOLDEN: list[tuple[Expression, str]] = [
    (mul(ERROR, SLOPE, x_j), r"(O_k - t_k)\,O_k\,(1 - O_k)\,x_j"),
    (mul(Applied("sigmoid", (X_k,), (0,)), Partial(X_k, w)), r"\sigma'(X_k)\,\frac{\partial X_k}{\partial w_{jk}}"),
    (Partial(SUM, a_j), r"\frac{\partial}{\partial a_j} \sum_k e^{a_k}"),
    (Partial(power(ERROR, number(2)), w), r"\frac{\partial}{\partial w_{jk}}\,(O_k - t_k)^2"),
    (mul(Partial(add(x, y), x), y), r"\frac{\partial (x + y)}{\partial x}\,y"),
    (power(SUM, number(2)), r"\Bigl(\sum_k e^{a_k}\Bigr)^2"),
    (quotient(ONE, power(SUM, number(2))), r"\frac{1}{\bigl(\sum_k e^{a_k}\bigr)^2}"),
    (mul(SUM, x), r"\Bigl(\sum_k e^{a_k}\Bigr)\,x"),
    (mul(x, SUM), r"x \sum_k e^{a_k}"),
    (power(quotient(x, y), number(2)), r"\left(\frac{x}{y}\right)^2"),
    (Delta(i, j), r"\delta_{ij}"),
    (Delta(i, Index("i1", "n")), r"\delta_{i,i_1}"),
    (Selected("max", k, Ref("a", (k,)), j), r"\mathbf{1}[j = \operatorname{arg\,max}_k a_k]"),
    (Where("<", x, number(0), number(0), x), r"\begin{cases} 0 & x < 0 \\ x & x \ge 0 \end{cases}"),
    (subtract(ONE, y), "1 - y"),
    (add(negate(y), ONE), "-y + 1"),
    (negate(add(x, y)), "-(x + y)"),
    (negate(quotient(ONE, power(x, number(2)))), r"-\frac{1}{x^2}"),
    (mul(number(-2), subtract(y, x), x), r"-2(y - x)\,x"),
    (mul(number("3/2"), x), r"\tfrac32 x"),
    (mul(number("0.044715"), power(x, number(3))), "0.044715x^3"),
    (mul(x, power(number(2), y)), r"x \cdot 2^y"),
    (power(x, number("1/2")), "x^{1/2}"),
    (Power(Power(x, y), number(2)), "(x^y)^2"),
    (power(Applied("tanh", (x,)), number(2)), r"\tanh^2(x)"),
    (power(Call("exp", (x,)), number(2)), "(e^x)^2"),
    (Call("exp", (negate(quotient(power(x, number(2)), number(2))),)), "e^{-x^2/2}"),
    (Call("log", (add(ONE, x),)), r"\ln(1 + x)"),
    (Call("abs", (subtract(x, y),)), r"\lvert x - y\rvert"),
    (Call("sqrt", (add(x, y),)), r"\sqrt{x + y}"),
    (Ref("theta"), r"\theta"),
    (Ref("gate", (j,)), r"\mathrm{gate}_j"),
    (Ref("x1"), "x_1"),
    (Ref("x_hat", (j,)), r"\hat{x}_j"),
    (Ref("W_out"), r"W_{\mathrm{out}}"),
    (Applied("leaky_relu", (x,)), r"\operatorname{leaky\_relu}(x)"),
    (Applied("f", (x, y), (1,)), r"\partial_2 f(x, y)"),
    (number("1000000000"), "10^{9}"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), GOLDEN)
def test_golden(value: Expression, expected: str) -> None:
    assert PRINT(value) == expected


def test_a_function_of_one_number_has_an_upright_d() -> None:
    ordinary = LatexPrinter(SYMBOLS, ordinary=True)
    assert ordinary(Partial(y, x)) == r"\frac{\mathrm{d}y}{\mathrm{d}x}"
    assert ordinary(Partial(add(ONE, x), x)) == r"\frac{\mathrm{d}}{\mathrm{d}x}\,(1 + x)"


def test_sentences_have_slashes() -> None:
    assert PRINT(Partial(X_k, w), Style.INLINE) == r"\partial X_k/\partial w_{jk}"
    assert PRINT(quotient(x, add(x, y)), Style.INLINE) == "x/(x + y)"
    assert PRINT(Quotient(Partial(O_k, w), x), Style.INLINE) == r"(\partial O_k/\partial w_{jk})/x"


def test_the_order_of_the_tree_stays() -> None:
    (definition,) = parse("f(b, a) -> y\n    y = b*a + a*b - 1 + a")
    assert PRINT(definition.equations[0].body) == r"b\,a + a\,b - 1 + a"
    assert PRINT(mul(Ref("w", (j, column)), Ref("a", (j,)))) == r"w_{jk}\,a_j"


@settings(max_examples=300)
@given(EXPRESSIONS)
def test_every_formula_is_balanced(value: Expression) -> None:
    for style in Style:
        shown = PRINT.show(value, style)
        assert balanced(shown.text), shown.text
        assert shown.width > 0
        assert "+ -" not in shown.text
