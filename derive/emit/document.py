"""The neutral document: what the notes say, before any format.

Contract: `document(derivations, info, language, detail)` is a pure function of its arguments; everything
in a Document is an expression or a Sentence, so that each printer is a thin translation and all formats
have the same lines. To extend: a new part of the notes is a field here and a few words in each printer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.emit.cases import Case, cases_of
from derive.emit.detail import Line, Note, group, note
from derive.emit.evidence import evidence_of, identity_checked
from derive.emit.fractions import settled
from derive.emit.phrases import Cite, Sentence, say
from derive.emit.statements import Accuracy, applied_in, assumptions_of, inputs_of, kernel_sentences, spoken
from derive.language.definition import Definition, Equation, Input
from derive.language.derivation import Derivation, Evidence
from derive.language.expressions import Applied, Expression, Partial, Ref, Selected, Where
from derive.language.trees import contains, walk
from derive.language.trees import replace as replaced
from derive.language.words import NOTHING, Equality, Words


@dataclass(frozen=True)
class Identity:
    """left = right, for every value of the inputs."""

    left: Expression
    right: Expression
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Info:
    """What a catalogue row says beside the mathematics.

    symbols: LaTeX symbols of functions by name ({"sigmoid": r"\\sigma"}). kernels: names of NumPy functions.
    source: the text of their module. accuracy: the certified bounds of their errors.
    """

    title: Words
    summary: Words = NOTHING
    remarks: tuple[Words, ...] = ()
    symbols: Mapping[str, str] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    kernels: tuple[str, ...] = ()
    source: str = ""
    accuracy: tuple[Accuracy, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line of a derivation; left is None where it goes on.

    steps: how many rules it stands for; inner: these rules one by one, where there are several.
    """

    left: Expression | None
    right: Expression
    margin: tuple[Sentence, ...] = ()
    boxed: bool = False
    steps: int = 0
    inner: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Part:
    """Lines that follow from each other, under a title where a section has several of them."""

    rows: tuple[Row, ...]
    title: Sentence | None = None


@dataclass(frozen=True)
class Section:
    """One derivation: its adjoints or tangents in order, then the result. `evidence` are the parts of one sentence."""

    name: str
    title: Sentence
    lead: tuple[Sentence, ...]
    parts: tuple[Part, ...]
    cases: tuple[Sentence, ...] = ()
    after: tuple[Sentence, ...] = ()
    evidence: tuple[Sentence, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All lines, from first to last."""
        return tuple(row for part in self.parts for row in part.rows)


@dataclass(frozen=True)
class Picture:
    """A finished drawing: SVG that takes its colours from the page, and what it shows in words.

    place: "definition", "kernels" or the name of the section that it belongs to.
    """

    name: str
    place: str
    svg: str
    alt: str


@dataclass(frozen=True)
class Document:
    """Everything about one definition, in one language and one level of detail."""

    name: str
    language: str
    detail: str
    title: Sentence
    summary: Sentence | None
    definition: tuple[Row, ...]
    inputs: tuple[Sentence, ...]
    sections: tuple[Section, ...]
    identities: tuple[Row, ...]
    remarks: tuple[Sentence, ...]
    kernels: tuple[Sentence, ...]
    symbols: Mapping[str, str]
    ordinary: bool
    source: str = ""
    pictures: tuple[Picture, ...] = ()

    def pictures_at(self, place: str) -> tuple[Picture, ...]:
        """What stands side by side there."""
        return tuple(p for p in self.pictures if p.place == place)


@dataclass(frozen=True)
class Chapter:
    """Documents that stand together, all in one language."""

    title: Words
    documents: tuple[Document, ...]


def document(derivations: Sequence[Derivation], info: Info, language: str = "en", detail: str = "textbook") -> Document:
    """The document of one definition's derivations (at least one); DeriveError for an unknown language or detail."""
    definition = derivations[0].definition
    view = View(definition, info.symbols)
    return Document(
        name=definition.name,
        language=language,
        detail=detail,
        title=spoken(info.title, language),
        summary=spoken(info.summary, language) if info.summary else None,
        definition=tuple(view.equation(e) for e in definition.equations),
        inputs=(
            *inputs_of(definition, language),
            *applied_in(definition, language),
            *assumptions_of(definition, language),
        ),
        sections=sections_of(derivations, view, language, detail),
        identities=tuple(identity_row(i, view, language) for i in info.identities),
        remarks=tuple(spoken(r, language) for r in info.remarks),
        kernels=kernel_sentences(info.kernels, info.accuracy, language),
        symbols=dict(info.symbols),
        ordinary=is_ordinary(definition),
        source=info.source,
    )


def is_ordinary(definition: Definition) -> bool:
    """A scalar function of one scalar: its derivative is d/dx."""
    return definition.is_scalar_function and len(definition.inputs) == 1


@dataclass(frozen=True)
class View:
    """How a definition's own output shows: y as sigma(x) where the function has a symbol."""

    definition: Definition
    symbols: Mapping[str, str]

    @property
    def own(self) -> Applied | None:
        if not (self.definition.is_scalar_function and self.definition.name in self.symbols):
            return None
        return Applied(self.definition.name, tuple(Ref(i.name) for i in self.definition.inputs))

    def __call__(self, value: Expression) -> Expression:
        """The value with the output under its symbol; its derivative is sigma'(x)."""
        if self.own is None:
            return value
        output = Ref(self.definition.output)
        table: dict[Expression, Expression] = {output: self.own}
        if is_ordinary(self.definition):
            derived = Applied(self.own.function, self.own.arguments, (0,))
            variable = Ref(self.definition.inputs[0].name)
            table[Partial(output, variable)] = derived
            table[Partial(Partial(output, variable), variable)] = Applied(self.own.function, self.own.arguments, (0, 0))
        return replaced(value, table)

    def equation(self, equation: Equation) -> Row:
        return Row(self(equation.left), self(equation.body))


def identity_row(identity: Identity, view: View, language: str) -> Row:
    return Row(view(identity.left), view(identity.right), identity_checked(identity.evidence, language))


def sections_of(derivations: Sequence[Derivation], view: View, language: str, detail: str) -> tuple[Section, ...]:
    """One section each; an adjoint that two of them share is derived in the first and recalled in the others."""
    found: list[Section] = []
    seen: set[tuple[Row, ...]] = set()
    for derivation in derivations:
        one = section(derivation, view, language, detail)
        named = tuple(recalled(p, language) if p.rows in seen else p for p in one.parts[:-1])
        seen.update(p.rows for p in one.parts[:-1])
        found.append(replace(one, parts=(*named, one.parts[-1])))
    return tuple(found)


def recalled(part: Part, language: str) -> Part:
    """What stands above in full: its result."""
    first, last = part.rows[0], part.rows[-1]
    return Part((replace(last, left=first.left, margin=(say("as_above", language),), steps=0, inner=()),), part.title)


def section(derivation: Derivation, view: View, language: str, detail: str) -> Section:
    cases = cases_of(derivation)
    return Section(
        name=derivation.name,
        title=title_of(derivation, language),
        lead=lead_of(derivation, language),
        parts=parts_of(derivation, view, language, detail),
        cases=tuple(case_sentence(c, view, language) for c in cases),
        after=tuple(say(key, language) for key, kind in ASIDES if contains(derivation.closed, kind)),
        evidence=evidence_of(derivation, language),
    )


def lead_of(derivation: Derivation, language: str) -> tuple[Sentence, ...]:
    """What the further inputs are, and how the named quantities between are gone through."""
    extras = tuple(
        extra_sentence(e, of, derivation, language)
        for e, of in zip(derivation.extras, sources(derivation), strict=True)
    )
    ways = dict.fromkeys(role_of(a) for a in derivation.adjoints)
    names = [Ref(e.name) for e in derivation.extras]
    return (*extras, *(say(LEADS[w], language, *(names if w == "tangent_of" else ())) for w in ways if w in LEADS))


LEADS = {"adjoint_of": "adjoints", "tangent_of": "tangents"}
"""The sentence before the parts of a kind."""


def role_of(adjoint: Derivation) -> str:
    """The phrase that names a part: tangents go forward, adjoints back, a gradient is differentiated again."""
    if adjoint.wanted.kind == "jvp":
        return "tangent_of"
    return "gradient_of" if inner_partial(adjoint).variable.name == adjoint.wanted.variable else "adjoint_of"


def inner_partial(derivation: Derivation) -> Partial:
    """The one derivative that the left-hand side of an adjoint holds."""
    found = next(n for n in walk(derivation.left) if isinstance(n, Partial))
    assert isinstance(found, Partial)
    return found


def parts_of(derivation: Derivation, view: View, language: str, detail: str) -> tuple[Part, ...]:
    rows = rows_of(derivation, view, language, detail)
    if not derivation.adjoints:
        return (Part(rows),)
    named = tuple(adjoint_part(a, view, language, detail) for a in derivation.adjoints)
    return (*named, Part(rows, say("result", language)))


def adjoint_part(adjoint: Derivation, view: View, language: str, detail: str) -> Part:
    """What one adjoint or tangent is, under the name of the quantity it belongs to."""
    assert adjoint.names is not None
    role, partial = role_of(adjoint), inner_partial(adjoint)
    of = partial.body if role == "tangent_of" else partial.variable
    assert isinstance(of, Ref)
    title = say(role, language, Ref(of.name), Ref(adjoint.names.name))
    return Part(rows_of(adjoint, view, language, detail), title)


EXTRAS = {"vjp": "cotangent", "jvp": "tangent", "hvp": "tangent"}
"""The phrase that introduces the further input of a kind."""

ASIDES: tuple[tuple[str, type[Expression]], ...] = (("first_of_ties", Selected), ("kink", Where))
"""Sentences that a node in the closed form asks for."""


def extra_sentence(extra: Input, of: str, derivation: Derivation, language: str) -> Sentence:
    return say(EXTRAS[derivation.wanted.kind], language, Ref(extra.name), Ref(of))


def sources(derivation: Derivation) -> tuple[str, ...]:
    """What each further input has the shape of."""
    wanted = derivation.wanted
    return (
        (wanted.output,) * len(derivation.extras)
        if wanted.kind == "vjp"
        else wanted.directions[: len(derivation.extras)]
    )


def title_of(derivation: Derivation, language: str) -> Sentence:
    wanted, variable = derivation.wanted, Ref(derivation.wanted.variable)
    if is_ordinary(derivation.definition) and wanted.kind in ORDINARY:
        return say(ORDINARY[wanted.kind], language)
    numbers = not any(derivation.definition.input(n).dimensions for n in (wanted.variable, wanted.second) if n)
    key = PARTIAL.get(wanted.kind, wanted.kind) if numbers else wanted.kind
    if wanted.second:
        return say("mixed_partial" if numbers else "hessian_block", language, variable, Ref(wanted.second))
    return say(key, language, variable)


PARTIAL = {"derivative": "partial_derivative", "gradient": "partial_derivative", "hessian": "second_partial"}
"""What derivatives by one of several numbers are called."""

ORDINARY = {"derivative": "derivative", "gradient": "derivative", "hessian": "second_derivative"}
"""What the derivatives of a function of one number are called."""


def rows_of(derivation: Derivation, view: View, language: str, detail: str) -> tuple[Row, ...]:
    """The lines after their left-hand side; an adjoint's name stands before what it is."""
    lines = group(derivation, detail)
    rows = tuple(row_of(line, view, language) for line in lines)
    if derivation.names is None:
        result = (*rows[:-1], replace(rows[-1], boxed=True))
        return (replace(result[0], left=view(derivation.left)), *result[1:])
    if detail == "brief":
        return (replace(rows[0], left=derivation.names), *rows[1:])
    return (Row(derivation.names, view(derivation.left)), *rows)


def row_of(line: Line, view: View, language: str) -> Row:
    steps = tuple(Line(s.after, (note(s),), (s,)) for s in line.steps)
    inner = tuple(row_of(s, view, language) for s in steps) if len(steps) > 1 else ()
    return Row(None, view(line.result), margin_of(line, view, language), steps=len(steps), inner=inner)


def margin_of(line: Line, view: View, language: str) -> tuple[Sentence, ...]:
    spoken = [note_sentence(n, view, language) for n in line.notes]
    cited = dict.fromkeys(n.cites for n in line.notes if n.cites and n.cites != view.definition.name)
    return (*dict.fromkeys(spoken), *(say("see", language, Cite(name)) for name in cited))


def note_sentence(note: Note, view: View, language: str) -> Sentence:
    template = Words(note.reason.english, note.reason.chinese)[language]
    return Sentence(template, tuple(view(a) for a in note.arguments))


def case_sentence(case: Case, view: View, language: str) -> Sentence:
    condition = Equality(Ref(case.left.name), Ref(case.right.name), "=" if case.equal else "≠")
    return say("case", language, condition, view(settled(case.value)))
