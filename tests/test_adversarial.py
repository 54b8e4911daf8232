"""Texts of somebody who means harm: a right answer or one clear message, soon, and no other exception."""

from __future__ import annotations

import pytest

import derive
from derive.language.errors import DeriveError
from tests.adversarial import ADVERSARIAL

SECONDS = 2.0


# the alarm may ring inside somebody's callback of the garbage collector, which drops exceptions; it rings again
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_it_ends_with_an_answer_or_one_message(name: str) -> None:
    asked = ADVERSARIAL[name]
    text, kind = asked if isinstance(asked, tuple) else (asked, None)
    try:
        study = derive.define(text, kind=kind, timeout=SECONDS)
    except DeriveError as error:
        assert str(error)
        assert "changes the value" not in str(error)
        assert len(str(error)) < 2000
    else:
        assert all(step.evidence for derivation in study.derivations for step in derivation.steps)
