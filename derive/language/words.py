"""Text in the languages of the notes; a missing translation cannot be written down."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Words:
    """The same words in English and in Chinese."""

    english: str
    chinese: str

    def get(self, language: str) -> str:
        return {"en": self.english, "zh": self.chinese}[language]
