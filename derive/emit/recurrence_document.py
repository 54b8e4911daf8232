"""The neutral document of a recurrence: a proof by induction, and what follows from it for every layer.

Contract: `recurrence_document(found, info, language, detail)` is to a RecurrentDerivation what `document` is to other
derivations: the base case, the induction step and each gradient are sections of the same kind, for every printer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from derive.emit.document import Document, Info, Part, Row, Section, View, rows_of
from derive.emit.evidence import evidence_of, tenth
from derive.emit.phrases import PHRASES, Sentence, say
from derive.emit.statements import input_sentence, kernel_sentences, listed, spoken
from derive.language.derivation import Derivation
from derive.language.expressions import Expression, Partial, Ref, add, number
from derive.language.recurrence import Gradient, RecurrentDerivation
from derive.language.trees import walk


def recurrence_document(
    found: RecurrentDerivation, info: Info, language: str = "en", detail: str = "textbook"
) -> Document:
    """The document of a recurrence; DeriveError for an unknown language or detail."""
    definition = found.definition
    view = View(definition, info.symbols)
    proof = Proof(found, view, language, detail)
    letters = proof.say("layers", Ref(definition.letter), Ref(definition.depth))
    inputs = [letters, *(input_sentence(i, language) for i in definition.inputs)]
    return Document(
        name=definition.name,
        language=language,
        detail=detail,
        title=spoken(info.title, language),
        summary=spoken(info.summary, language) if info.summary else None,
        definition=tuple(view.equation(e) for e in definition.equations),
        inputs=listed("here", inputs, "comma", language),
        sections=proof.sections(),
        identities=(),
        remarks=tuple(spoken(r, language) for r in info.remarks),
        kernels=kernel_sentences(info.kernels, info.accuracy, language),
        symbols=dict(info.symbols),
        ordinary=False,
        source=info.source,
    )


class Proof:
    """The sections of one recurrence in one language and one level of detail."""

    def __init__(self, found: RecurrentDerivation, view: View, language: str, detail: str) -> None:
        self.found, self.view, self.language, self.detail = found, view, language, detail
        self.here, self.last = Ref(found.definition.letter), Ref(found.definition.depth)

    def sections(self) -> tuple[Section, ...]:
        found, above = self.found, add(self.here, number(1))
        base = self.adjoints("base", found.base, [self.say("induction")], self.last)
        step = self.adjoints("step", found.step, [self.say("known_adjoints", above)], above, self.here)
        start = self.adjoints("start", found.start, [])
        return (*base, *step, *start, *(self.gradient(g) for g in found.gradients))

    def say(self, key: str, *arguments: Expression | str) -> Sentence:
        """Of layers or, where there is another phrase for them, of time steps."""
        in_time = f"{key}_in_time"
        is_other = self.found.definition.counts_time and in_time in PHRASES
        return say(in_time if is_other else key, self.language, *arguments)

    def rows(self, derivation: Derivation) -> tuple[Row, ...]:
        return rows_of(derivation, self.view, self.language, self.detail)

    # --- adjoints ---

    def adjoints(
        self, name: str, found: Sequence[Derivation], lead: Sequence[Sentence], *layers: Expression
    ) -> tuple[Section, ...]:
        """A section of adjoints, where there are any."""
        if not found:
            return ()
        section = Section(
            name=f"{self.found.definition.name}.{name}",
            title=self.say(f"at_{name}", *layers),
            lead=tuple(lead),
            parts=tuple(map(self.adjoint, found)),
            evidence=self.evidence(found),
        )
        return (section,)

    def adjoint(self, derivation: Derivation) -> Part:
        assert derivation.names is not None
        names = Ref(derivation.wanted.variable), Ref(derivation.names.name)
        return Part(self.rows(derivation), self.say("adjoint_of", *names))

    def evidence(self, found: Sequence[Derivation]) -> tuple[Sentence, ...]:
        return evidence_of(replace(found[-1], adjoints=tuple(found[:-1])), self.language)

    # --- gradients ---

    def gradient(self, found: Gradient) -> Section:
        named = tuple(a for p in found.parts for a in p.adjoints)
        whole = (*self.evidence((*named, *found.parts)), *self.depths())
        return Section(
            name=f"{self.found.definition.name}.gradient.{found.variable.name}",
            title=self.say("gradient", Ref(found.variable.name)),
            lead=(),
            parts=(*map(self.adjoint, named), *self.parts(found)),
            evidence=whole,
        )

    def parts(self, found: Gradient) -> tuple[Part, ...]:
        """One chain of lines where the result is a layer's own; else what each place contributes, and their sum."""
        if found.is_layered or found.parts == (found.end,):
            return (Part(self.opened(found.parts[0])),)
        d = self.found.definition
        places = (("end", found.end, self.last), ("layer", found.layer, self.here), ("layer", found.start, number(0)))
        parts = tuple(Part(plain(self.rows(p)), self.say(f"from_{k}", at)) for k, p, at in places if p is not None)
        total = Row(
            self.view(Partial(Ref(d.output), found.variable)),
            self.view(found.total(d.letter, d.depth)),
            (self.say("all_layers"),),
            boxed=True,
        )
        return (*parts, Part((total,), self.say("result")))

    def opened(self, part: Derivation) -> tuple[Row, ...]:
        """The lines of a gradient, from the derivative itself."""
        rows = self.rows(part)
        inner = next(n for n in walk(part.left) if isinstance(n, Partial))
        whole = Partial(Ref(self.found.definition.output), inner.variable)
        if part.left == whole:
            return rows
        if self.detail == "brief":
            return (replace(rows[0], left=self.view(whole)), *rows[1:])
        first = Row(self.view(whole), self.view(part.left), (self.say("through_layer"),))
        return (first, replace(rows[0], left=None), *rows[1:])

    def depths(self) -> tuple[Sentence, ...]:
        """How many layers the whole was compared with the equations written out for."""
        found = self.found
        if found.evidence is None:
            return ()
        space, depths = self.say("space"), str(found.depths)
        if found.evidence.worst is None:
            return (space, self.say("depths_equal", depths))
        return (space, self.say("depths_agree", depths, tenth(found.evidence.worst)))


def plain(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The lines of a part of a result."""
    return (*rows[:-1], replace(rows[-1], boxed=False))
