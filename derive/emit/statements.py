"""Sentences of the notes beside the derivations: what the inputs are, what is assumed, what the kernels keep.

Contract: pure functions of a definition or of bounds; a sentence in parts is a tuple of Sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from derive.emit.phrases import Argument, Cite, Code, Sentence, Shape, say
from derive.language.definition import Definition, Input
from derive.language.expressions import Ref
from derive.language.words import Words


@dataclass(frozen=True)
class Accuracy:
    """A certified bound in ULP, or in roundings of the formula.

    conditional: for inputs, or against a size, that the function's docstring names.
    """

    function: str
    float64: float
    float32: float
    conditional: bool = False
    roundings: bool = False


def spoken(text: Words, language: str) -> Sentence:
    return Sentence(text[language], text.arguments)


def inputs_of(definition: Definition, language: str) -> tuple[Sentence, ...]:
    """Shapes of the inputs as parts of one sentence, where there is more than numbers."""
    if not any(i.dimensions for i in definition.inputs):
        return ()
    return listed("here", [input_sentence(i, language) for i in definition.inputs], "comma", language)


def assumptions_of(definition: Definition, language: str) -> tuple[Sentence, ...]:
    """A sentence for each assumption."""
    return following((say("assumed", language, a.left, a.right) for a in definition.assumptions), language)


def applied_in(definition: Definition, language: str) -> tuple[Sentence, ...]:
    """A sentence for each quantity that another definition gives, applied by name."""
    given = [(e.name, e.origin.function.name) for e in definition.equations if e.origin is not None]
    return following((say("given", language, Ref(name), Cite(function)) for name, function in given), language)


def following(sentences: Iterable[Sentence], language: str) -> tuple[Sentence, ...]:
    """Sentences behind others, a space before each."""
    return tuple(part for sentence in sentences for part in (say("space", language), sentence))


def listed(opening: str, entries: Sequence[Sentence], comma: str, language: str) -> tuple[Sentence, ...]:
    """The parts of one sentence: opening, entries between commas, full stop."""
    between = [part for entry in entries for part in (say(comma, language), entry)]
    return (say(opening, language), *between[1:], say("stop", language))


def input_sentence(entry: Input, language: str) -> Sentence:
    if entry.labels is not None:
        return say("label", language, Ref(entry.name), Shape((entry.labels,)))
    key = ("shared_" if entry.shared else "") + ("array" if entry.dimensions else "number")
    shape: tuple[Argument, ...] = (Shape(entry.dimensions),) if entry.dimensions else ()
    return say(key, language, Ref(entry.name), *shape)


def kernel_sentences(kernels: Sequence[str], bounds: Sequence[Accuracy], language: str) -> tuple[Sentence, ...]:
    """Parts of a sentence that names the NumPy functions, and one on their certified errors."""
    names = [Sentence("{0}", (Code(name),)) for name in kernels]
    named = listed("kernels", names, "list_comma", language) if names else ()
    certified = tuple(part for some in units(bounds) for part in certified_sentence(some, language))
    return named + certified


def units(bounds: Sequence[Accuracy]) -> list[list[Accuracy]]:
    """Bounds in ULP, and those counted in roundings; what is empty is left out."""
    return [some for kind in (False, True) if (some := [b for b in bounds if b.roundings is kind])]


def certified_sentence(bounds: Sequence[Accuracy], language: str) -> tuple[Sentence, ...]:
    there = "certified_there" if any(b.conditional for b in bounds) else "certified"
    lead = "certified_roundings" if bounds[0].roundings else there
    entries = [accuracy(b, language) for b in bounds]
    return (say("space", language), *listed(lead, entries, "semicolon", language))


def accuracy(bound: Accuracy, language: str) -> Sentence:
    return say(
        "at_most" if bound.roundings else "at_most_ulps",
        language,
        Code(bound.function),
        f"{bound.float64:g}",
        f"{bound.float32:g}",
    )
