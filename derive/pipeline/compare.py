"""The comparison of the activation functions, from their own derivations and kernels.

Contract: `comparison(studies, language, latex)` has a row for every study of a function of one number that is defined
at all numbers; nothing in it is typed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from derive.emit.comparison import Compared, compared, comparison_markdown
from derive.emit.document import is_ordinary
from derive.pipeline.library import library
from derive.pipeline.study import Study, study_of, symbols
from derive.verify.observe import observe


def is_activation(study: Study) -> bool:
    """A function of one number of each sample, defined at 0 too, whose derivative was asked for."""
    if not is_ordinary(study.definition) or study.definition.inputs[0].shared:
        return False
    if not any(d.wanted.kind == "derivative" for d in study.derivations):
        return False
    return isfinite(float(getattr(study.compile(), study.name)(0.0)))


def activations() -> tuple[Study, ...]:
    """Studies of the catalogue's activations."""
    found = (study_of(e) for e in library() if is_ordinary(e.definition))
    return tuple(s for s in found if is_activation(s))


def comparison(studies: Iterable[Study], language: str = "en", *, latex: bool = False) -> tuple[Compared, ...]:
    return tuple(row(s, language, latex=latex) for s in studies if is_activation(s))


def row(study: Study, language: str, *, latex: bool) -> Compared:
    module = study.compile()
    observed = observe(getattr(module, study.name), getattr(module, f"{study.name}_grad"))
    (derivation,) = (d for d in study.derivations if d.wanted.kind == "derivative")
    return compared(derivation, observed, symbols(), language, latex=latex)


def comparison_page(studies: Iterable[Study], language: str) -> str:
    return comparison_markdown(comparison(studies, language, latex=True), language)
