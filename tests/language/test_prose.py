"""Mathematics in sentences."""

from __future__ import annotations

import pytest

from derive.emit.notes_text import plain
from derive.language.errors import DeriveError
from derive.language.prose import read, read_words
from derive.language.resolve import parse
from derive.language.words import Equality, Words

TEXT = """
net(x[n]; w[n, m], delta) -> E
    X[k] = sum(j, w[j, k]*x[j])
    E = sum(k, where(abs(X[k]) < delta, X[k], 0))
"""
(NET,) = parse(TEXT)

SAID = {
    "x": "x", "w[j, k]": "w_jk", "X[k]": "X_k", "abs(delta)": "|δ|", "abs(delta) <= 1": "|δ| ≤ 1", "i != j": "i ≠ j",
    "delta = -1.278": "δ = -1.278", "n": "n", "log(n)": "ln(n)", "x[j]*w[j, k]": "x_j w_jk", "-1": "-1",
    "E > 0": "E > 0", "k": "k", "0.00001": "0.00001",
}  # fmt: skip


@pytest.mark.parametrize("snippet", SAID)
def test_snippets(snippet: str) -> None:
    words = read_words(Words(f"Say `{snippet}` so.", f"说 `{snippet}` 吧。"), NET)
    assert words.english == "Say {0} so."
    assert words.chinese == "说 {0} 吧。"
    assert plain(words, NET, {}) == f"Say {SAID[snippet]} so."


def test_each_language_has_its_own_order() -> None:
    words = read_words(Words("`x` before `E`", "`E` 之前是 `x`"), NET)
    assert (words.english, words.chinese) == ("{0} before {1}", "{1} 之前是 {0}")
    assert len(words.arguments) == 2


def test_words_without_mathematics_stay() -> None:
    words = Words("50% of {0}", "50%")
    assert read_words(words, NET) is words


def test_relations_are_equalities() -> None:
    found = read("x >= 0", parse("f(x) -> y\n    y = x")[0])
    assert isinstance(found, Equality)
    assert found.relation == "≥"


@pytest.mark.parametrize("snippet", ["unknown + 1", "x[", "__import__('os')", "\\input{/etc/passwd}"])
def test_nothing_else_is_read(snippet: str) -> None:
    with pytest.raises(DeriveError):
        read(snippet, NET)
