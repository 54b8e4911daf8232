"""Text in the languages of the notes; a missing translation cannot be written down."""

from __future__ import annotations

from dataclasses import dataclass

from derive.language.errors import DeriveError, did_you_mean
from derive.language.expressions import Expression

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Equality:
    """left = right inside a sentence, or another relation: ≠, <, ≤, >, ≥."""

    left: Expression
    right: Expression
    relation: str = "="


@dataclass(frozen=True)
class Words:
    """The same words in English and in Chinese; {0}, {1}, ... stand for the arguments, if there are any."""

    english: str
    chinese: str
    arguments: tuple[Expression | Equality, ...] = ()

    def __getitem__(self, language: str) -> str:
        """The words in one language; DeriveError for an unknown one."""
        if language not in LANGUAGES:
            raise DeriveError(f"unknown language: {language}", hint=did_you_mean(language, LANGUAGES))
        return {"en": self.english, "zh": self.chinese}[language]

    def __bool__(self) -> bool:
        return bool(self.english)


NOTHING = Words("", "")
