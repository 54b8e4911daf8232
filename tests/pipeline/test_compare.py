"""The table of activations: computed, in both languages, in the notes and on the terminal."""

from __future__ import annotations

import pytest

from derive.emit.comparison import HEADINGS
from derive.language.words import LANGUAGES
from derive.pipeline.compare import activations, comparison, comparison_page
from tests.test_cli import run

EXPECTED = {
    "step": ("0", "{0, 1}", "0 everywhere"),
    "sigmoid": ("σ(x) (1 - σ(x))", "(0, 1)", "below 1 % of its maximum 0.25 for x < −5.99 or x > 5.99"),
    "tanh": ("1 - tanh(x)²", "(−1, 1)", "below 1 % of its maximum 1 for x < −2.99 or x > 2.99"),
    "relu": ("{0, x < 0; 1, x ≥ 0}", "[0, ∞)", "0 for x < 0"),
}


def test_the_table() -> None:
    rows = {r.name: (r.derivative, r.range, r.vanishing) for r in comparison(activations())}
    assert {name: rows[name] for name in EXPECTED} == EXPECTED
    assert "reciprocal" not in rows


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page(language: str) -> None:
    page = comparison_page(activations(), language)
    lines = [line for line in page.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in lines} == {len(HEADINGS) + 1}
    assert all(heading[language] in lines[0] for heading in HEADINGS.values())
    assert "$1 - \\tanh^2(x)$" in page


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "compare")
    assert code == 0
    assert "sigmoid" in out
    code, out, _ = run(capsys, "compare", "--format", "markdown", "--lang", "zh")
    assert code == 0
    assert out.startswith("# 激活函数对照")
