"""Names and escapes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from derive.emit.symbols import (
    escape_latex,
    escape_line,
    escape_markdown,
    latex_in_math,
    latex_name,
    text_function,
    text_name,
)
from tests.emit.notes_examples import HOSTILE, balanced


@pytest.mark.parametrize(
    ("name", "indices", "latex", "text"),
    [
        ("x", ("j",), "x_j", "x_j"),
        ("w", ("j", "k"), "w_{jk}", "w_jk"),
        ("gamma", (), r"\gamma", "γ"),
        ("lambda_", ("i",), r"\lambda_i", "λ_i"),
        ("x_1", ("j",), "x_{1,j}", "x_1[j]"),
        ("gate", (), r"\mathrm{gate}", "gate"),
        ("x_bar", (), r"\bar{x}", "x̄"),
        ("S_dot", ("j", "l"), r"\dot{S}_{jl}", "Ṡ_jl"),
        ("mu_bar", (), r"\bar{\mu}", "μ̄"),
        ("g_bar_dot", ("i",), r"\dot{\bar{g}}_i", "\u1e21\u0307_i"),
        ("h1_bar", ("k",), r"\bar{h}_{1,k}", "h1_bar[k]"),
    ],
)
def test_names(name: str, indices: tuple[str, ...], latex: str, text: str) -> None:
    assert latex_name(name, indices) == latex
    assert text_name(name, indices) == text


def test_symbols_of_functions_as_characters() -> None:
    table = {"sigmoid": r"\sigma", "relu": r"\operatorname{relu}", "tanh": r"\tanh"}
    assert [text_function(name, table) for name in (*table, "gelu")] == ["σ", "relu", "tanh", "gelu"]


def test_hostile_text_is_escaped() -> None:
    assert "\\input" not in escape_latex(HOSTILE)
    assert r"50\% of x\_1 \&" in escape_latex(HOSTILE)
    assert "<b>" not in escape_markdown(HOSTILE)
    assert not {"$", "[", "\\("} & set(escape_markdown(HOSTILE))
    assert "&lt;b&gt;" in escape_markdown(HOSTILE)
    assert escape_line("a\x1b[31m\nb") == "a[31m b"
    assert escape_markdown("# no heading") == r"\# no heading"
    assert escape_markdown("1. no list") == r"1\. no list"


@given(st.text(max_size=60))
def test_no_text_unbalances_latex(text: str) -> None:
    for escaped in (escape_latex(text), latex_in_math(text)):
        assert balanced(escaped.replace("$", "") if "$" in text else escaped)
        assert "\n" not in escaped
    assert "$" not in latex_in_math(text).replace(r"\$", "")
