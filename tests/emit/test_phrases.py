"""Words in two languages."""

from __future__ import annotations

import re

import pytest

from derive.calculus.table import RULES
from derive.emit.phrases import PHRASES, Sentence, say, words
from derive.language.errors import DeriveError
from derive.language.words import LANGUAGES, Equality, Words
from tests.emit.notes_examples import x, y

PLACES = re.compile(r"\{\d+\}")
CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
WITHOUT_WORDS = {"space"}


@pytest.mark.parametrize("key", PHRASES)
def test_every_phrase_is_translated(key: str) -> None:
    row = PHRASES[key]
    assert row.english
    assert not CHINESE.search(row.english)
    assert key in WITHOUT_WORDS or CHINESE.search(row.chinese)
    assert sorted(PLACES.findall(row.english)) == sorted(PLACES.findall(row.chinese))


def test_every_rule_is_translated() -> None:
    for rule in RULES:
        reason = rule.reason
        assert sorted(PLACES.findall(reason.english)) == sorted(PLACES.findall(reason.chinese))
        assert CHINESE.search(reason.chinese) or not re.search("[a-z]", PLACES.sub("", reason.english)), reason


def test_equal_arguments_are_one_formula() -> None:
    assert list(Sentence("only {0} = {1} survives", (x, y)).pieces()) == ["only ", Equality(x, y), " survives"]
    assert list(Sentence("set {0}").pieces()) == ["set {0}"]
    assert list(say("see", "en", "sigmoid").pieces()) == ["see ", "sigmoid"]


def test_unknown_language() -> None:
    assert [words("definition", language) for language in LANGUAGES] == ["Definition", "定义"]
    with pytest.raises(DeriveError, match="unknown language"):
        words("definition", "fr")
    assert Words("a", "甲")["zh"] == "甲"
