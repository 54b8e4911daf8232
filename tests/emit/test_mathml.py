"""MathML: looks, and that every expression is well formed and keeps all its names."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given

from derive.emit.mathml import MathmlPrinter, factors, math, named, pieces, size_name, symbol_of
from derive.emit.printing import SHOW, Style
from derive.language.expressions import NODE_TYPES, Applied, Expression, Ref, add, mul, number, power, subtract
from tests.emit.notes_examples import EXPRESSIONS, SYMBOLS, i, j, softmax_jacobian, x

PRINTER = MathmlPrinter(SYMBOLS)


def characters(value: Expression, style: Style = Style.DISPLAY) -> str:
    """What a reader sees, without the spaces."""
    shown = "".join(ET.fromstring(math(PRINTER(value, style))).itertext())
    return "".join(c for c in shown if c not in "\u2061\u2062 ")


def test_every_node_type_is_printed() -> None:
    assert set(SHOW) == set(NODE_TYPES)


@given(EXPRESSIONS)
def test_every_expression_is_well_formed(value: Expression) -> None:
    for style in Style:
        assert characters(value, style)


@given(EXPRESSIONS)
def test_pieces_say_the_same_as_the_whole(value: Expression) -> None:
    apart = "".join("".join(ET.fromstring(math(p)).itertext()) for p in pieces(value, PRINTER))
    assert "".join(c for c in apart if c not in "\u2061\u2062 ") == characters(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (subtract(mul(number(2), x), number("1/2")), "2x−12"),
        (power(Applied("tanh", (x,)), number(2)), "tanh2(x)"),
        (Applied("sigmoid", (x,), (0,)), "σ′(x)"),
        (softmax_jacobian().closed, "pi(δij−pj)"),
        (softmax_jacobian().left, "∂pi∂aj"),
    ],
)
def test_looks(value: Expression, shown: str) -> None:
    assert characters(value) == shown


def test_names_have_accents_and_subscripts() -> None:
    assert named("z_bar", ("i",)) == (
        '<msub><mover><mi>z</mi><mo stretchy="true">‾</mo></mover><mi>i</mi></msub>'
    )  # fmt: skip
    assert named("W_out", ("i", "j")).count("<mo>,</mo>") == 2
    assert named("Sigma") == '<mi mathvariant="normal">Σ</mi>'


def test_a_sum_of_terms_may_break_before_each_sign() -> None:
    value = add(x, mul(number(-1), Ref("y")), Ref("z", (i,)))
    assert len(pieces(value, PRINTER)) == 3
    assert len(factors(mul(Ref("p", (i,)), subtract(x, Ref("p", (j,)))), PRINTER)) == 2


def test_hostile_names_are_escaped() -> None:
    for name in ("<b>", "a&b", '"', "50%", r"\input{/etc/passwd}", "<script>alert(1)</script>"):
        inside = math(PRINTER(Ref(name)) + PRINTER(Applied(name, (x,))))
        assert name in "".join(ET.fromstring(inside).itertext())
        assert "<b>" not in inside
        assert "<script" not in inside


def test_the_layer_of_a_size_stands_below_and_that_of_a_quantity_above() -> None:
    assert size_name("n") == "<mi>n</mi>"
    assert size_name("3") == "<mn>3</mn>"
    assert size_name("n{l-1}").startswith("<msub><mi>n</mi><mrow><mi>l</mi>")
    assert named("W{l}", ("j", "k")).startswith("<msubsup><mi>W</mi>")


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        (r"\sigma", "<mi>σ</mi>"),
        (r"\psi_1", "<msub><mi>ψ</mi><mn>1</mn></msub>"),
        (r"\operatorname{gelu}_{\tanh}", "<msub><mi>gelu</mi><mi>tanh</mi></msub>"),
        (r"\operatorname{leaky\_relu}", "<mi>leaky_relu</mi>"),
    ],
)
def test_an_escaped_underscore_is_a_letter(symbol: str, expected: str) -> None:
    assert symbol_of(symbol) == expected
