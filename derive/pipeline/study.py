"""A definition with everything that follows from it: checked derivations, notes and kernels.

Contract: `study(definition)` derives what is wanted of a definition, `study_of(entry)` what is wanted of a row.
Both return only what passed every check, or raise DeriveError (the definition is faulty) or CheckError.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import ModuleType
from typing import Any

from derive.catalogue.row import ROUNDINGS, Bound, Values
from derive.closedform.derivations import derive_all
from derive.closedform.recurrence import derive_recurrence
from derive.emit.document import Document, Identity, Info, Picture, document
from derive.emit.formats import FORMATS, write
from derive.emit.kernel_costs import Cost, costs
from derive.emit.kernel_numpy import emit_module, kernel_names
from derive.emit.kernel_recurrence import emit_recurrence, recurrence_costs, recurrence_kernels
from derive.emit.notes_html import cell
from derive.emit.notes_text import plain
from derive.emit.recurrence_document import recurrence_document
from derive.emit.statements import Accuracy
from derive.language.definition import Definition
from derive.language.derivation import Derivation, Evidence, Wanted
from derive.language.errors import DeriveError
from derive.language.expressions import Ref
from derive.language.layered import base_of
from derive.language.prose import read_words
from derive.language.recurrence import RecurrentDefinition, RecurrentDerivation
from derive.language.resolve import parse
from derive.language.words import Words
from derive.pipeline.chains import chain_identity, chains_of
from derive.pipeline.checked import checked_all
from derive.pipeline.display import Shown, code, results
from derive.pipeline.evidence import NOTHING, recalled
from derive.pipeline.illustrations import Subject, frozen, illustrations
from derive.pipeline.library import Entry, definitions, entry, library
from derive.pipeline.limits import Say
from derive.pipeline.load import load
from derive.pipeline.profiles import Profiles, profiles_of
from derive.pipeline.recurrent import (
    check_recurrent_kernels,
    checked_recurrence,
    recalled_recurrence,
)  # fmt: skip
from derive.verify.gradients import check_identity
from derive.verify.kernels import check_kernels
from derive.verify.samples import Domain


def silent(what: str) -> None:
    """What is being done, to nobody."""


def study(definition: Definition, wanted: tuple[Wanted, ...] | None = None, say: Say = silent) -> Study:
    """Derive and check; every step carries its evidence."""
    say(f"deriving {definition.name}")
    if isinstance(definition, RecurrentDefinition):
        return recurrent_study(definition, wanted, Info(Words(definition.name, definition.name)))
    found = checked_all(derive_all(definition, wanted), {}, lambda d: say(f"checking the steps of {d.name}"))
    return Study(definition, found, Info(Words(definition.name, definition.name)))


def known(name: str) -> Study:
    """A row of the catalogue by its name; DeriveError, with near names, where there is none."""
    return study_of(entry(name))


def study_of(entry: Entry, on_file: Mapping[str, Any] = NOTHING) -> Study:
    """The same for a row of the catalogue, with its words, identities and hard points.

    What a certificate `on_file` says was checked, to the last letter, is not checked again.
    """
    row, definition = entry.row, entry.definition
    if isinstance(definition, RecurrentDefinition):
        found = recurrent_study(definition, entry.wanted, info_of(entry), row.domain, row.hard, on_file)
        return replace(found, bounds=row.bounds)
    derived = derive_all(definition, entry.wanted)
    known_evidence = recalled(on_file, derived, row.domain)
    derivations = known_evidence[0] if known_evidence else checked_all(derived, row.domain)
    profiles = profiles_of(definition.name) if row.bounds else {}
    return Study(definition, derivations, info_of(entry), row.domain, row.hard, row.bounds, profiles)


def recurrent_study(
    definition: RecurrentDefinition,
    wanted: tuple[Wanted, ...] | None,
    info: Info,
    domain: Domain | None = None,
    hard: tuple[Mapping[str, Values], ...] = (),
    on_file: Mapping[str, Any] = NOTHING,
) -> RecurrentStudy:
    """The same for a recurrence: checked for any layer, and at several depths."""
    derived = derive_recurrence(definition, tuple(w.variable for w in wanted or ()))
    found = recalled_recurrence(on_file, derived, domain or {}) or checked_recurrence(derived, domain or {})
    return RecurrentStudy(definition, found.parts, info, domain or {}, hard, recurrence=found)


def info_of(entry: Entry) -> Info:
    row = entry.row
    return Info(
        title=row.title,
        summary=read_words(row.summary, entry.definition, definitions()),
        remarks=tuple(read_words(r, entry.definition, definitions()) for r in row.remarks),
        identities=(
            *(identity(entry, right) for right in row.identities),
            *(chain_identity(entry.definition, wanted, name, row.domain) for wanted, name in chains_of(entry)),
        ),
    )


def identity(entry: Entry, right: str) -> Identity:
    """A stated identity, read in the definition's own signature and checked."""
    definition, output = entry.definition, entry.definition.output
    header = entry.definition.text.splitlines()[0]
    (stated,) = parse(f"{header}\n    {output} = {right}", definitions())
    body = stated.equation(output).body
    evidence = check_identity(definition, Ref(output), body, entry.row.domain, stated.functions)
    return Identity(Ref(output), body, evidence)


def accuracy_of(bound: Bound, name: str) -> Accuracy:
    """What the notes say of a bound."""
    counted = bound.against == ROUNDINGS
    return Accuracy(bound.of(name), bound.float64, bound.float32, conditional=bool(bound.words), roundings=counted)


@functools.cache
def symbols() -> dict[str, str]:
    """How LaTeX writes the catalogue's functions."""
    return {e.definition.name: e.row.symbol for e in library() if e.row.symbol}


@dataclass(frozen=True, repr=False)
class Study:
    """A definition and its checked derivations; notes and kernels are made from them when asked for."""

    definition: Definition
    derivations: tuple[Derivation, ...]
    info: Info
    domain: Domain = field(default_factory=dict)
    hard: tuple[Mapping[str, Values], ...] = ()
    bounds: tuple[Bound, ...] = ()
    profiles: Profiles = field(default_factory=dict)
    drawn: dict[str, tuple[Picture, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Pictures by language, which travel with the study to the process that lays out pages."""
    laid_out: dict[tuple[str, str], Document] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Documents without pictures by language and detail, which several formats are printed from."""

    @property
    def name(self) -> str:
        return self.definition.name

    @cached_property
    def kernel_names(self) -> tuple[str, ...]:
        return kernel_names(self.definition, self.derivations)

    @cached_property
    def source(self) -> str:
        """The text of the kernel module: NumPy only, to be copied into any project."""
        return emit_module(
            self.definition,
            self.derivations,
            title=self.info.title.english,
            remark=plain(self.info.summary, self.definition, symbols()),
            accuracy={bound.of(self.name): bound.sentence for bound in self.bounds},
        )

    def compile(self) -> ModuleType:
        """The kernels as a module: `.softmax`, `.softmax_vjp`, ..."""
        return load(self.name, self.source)

    def with_checked_kernels(self) -> Study:
        """The same study, once its kernels have passed; CheckError otherwise."""
        check_kernels(self.definition, self.derivations, self.compile(), domain=self.domain, hard_points=self.hard)
        return self

    @property
    def overall(self) -> tuple[Evidence, ...]:
        """Evidence of all derivations together, beyond that of each."""
        return ()

    def only(self, variable: str) -> Study:
        """The derivations by one input."""
        found = tuple(d for d in self.derivations if d.wanted.variable == variable)
        if not found:
            there = sorted({d.wanted.variable for d in self.derivations})
            hint = f"derived here: by {', '.join(there)}"
            raise DeriveError(f"{self.name} has no derivation by {variable}", hint=hint)
        return replace(self, derivations=found)

    def document(self, language: str = "en", detail: str = "textbook", *, illustrated: bool = False) -> Document:
        """The notes before any format, with pictures where they are asked for."""
        if (language, detail) not in self.laid_out:
            bounds = tuple(accuracy_of(b, self.name) for b in self.bounds)
            info = replace(self.info, symbols=symbols(), kernels=self.kernel_names, source=self.source, accuracy=bounds)
            self.laid_out[language, detail] = document(self.derivations, info, language, detail)
        found = self.laid_out[language, detail]
        return replace(found, pictures=self.pictures(language)) if illustrated else found

    def pictures(self, language: str = "en") -> tuple[Picture, ...]:
        """What there is to see of the function; the same content is drawn once."""
        if language not in self.drawn:
            self.drawn[language] = illustrations(self.subject, language)
        return self.drawn[language]

    @property
    def subject(self) -> Subject:
        """What pictures are drawn of."""
        shown, profiles = tuple(symbols().items()), frozen(self.profiles)
        return Subject(self.definition, self.derivations, self.source, shown, profiles, self.domain, self.compile)

    def show(self, format_name: str = "text", language: str = "en", detail: str = "textbook") -> str:
        """The notes as text, latex, markdown, html or json; en or zh; brief, textbook or full."""
        illustrated = format_name in FORMATS and FORMATS[format_name].illustrated
        return write(self.document(language, detail, illustrated=illustrated), format_name)

    def notes(self, language: str = "en", detail: str = "textbook") -> Shown:
        """The notes as a notebook shows them, in a language and at a level of detail."""
        shown = self.document(language, detail, illustrated=True)
        return Shown(write(shown, "text"), html=cell(shown), markdown=write(replace(shown, pictures=()), "markdown"))

    @property
    def costs(self) -> Mapping[str, Cost]:
        """What each kernel takes: memory and operations as formulas in the sizes."""
        return costs(self.definition, self.derivations)

    @property
    def closed(self) -> Shown:
        """The closed forms alone: formulas in a notebook, text elsewhere."""
        return results(self.document(detail="brief"))

    @property
    def kernel(self) -> Shown:
        """The source of the kernels, highlighted in a notebook."""
        return code(self.source)

    def __repr__(self) -> str:
        """The definition and the closed forms, as a terminal shows them."""
        return f"{self.definition.text}\n\n{self.closed}"

    def _repr_html_(self) -> str:
        return self.notes().html or ""

    def _repr_latex_(self) -> str | None:
        return self.closed.latex

    def _repr_markdown_(self) -> str:
        return self.show("markdown")


@dataclass(frozen=True, repr=False)
class RecurrentStudy(Study):
    """A recurrence with its proof by induction; `derivations` are all parts of that."""

    recurrence: RecurrentDerivation = field(kw_only=True)

    @cached_property
    def kernel_names(self) -> tuple[str, ...]:
        return recurrence_kernels(self.recurrence.definition)

    @cached_property
    def source(self) -> str:
        remark = plain(self.info.summary, self.definition, symbols())
        return emit_recurrence(self.recurrence, title=self.info.title.english, remark=remark)

    def with_checked_kernels(self) -> Study:
        check_recurrent_kernels(self.recurrence, self.compile(), self.domain, self.hard)
        return self

    @property
    def overall(self) -> tuple[Evidence, ...]:
        """What was seen at the depths that were written out."""
        return () if self.recurrence.evidence is None else (self.recurrence.evidence,)

    def only(self, variable: str) -> Study:
        found = tuple(g for g in self.recurrence.gradients if variable in (g.variable.name, base_of(g.variable.name)))
        if not found:
            there = ", ".join(sorted(base_of(g.variable.name) for g in self.recurrence.gradients))
            raise DeriveError(f"{self.name} has no derivation by {variable}", hint=f"derived here: by {there}")
        recurrence = replace(self.recurrence, gradients=found)
        return replace(self, recurrence=recurrence, derivations=recurrence.parts)

    def document(self, language: str = "en", detail: str = "textbook", *, illustrated: bool = False) -> Document:
        """The notes before any format; there are no pictures of a recurrence."""
        info = replace(self.info, symbols=symbols(), kernels=self.kernel_names, source=self.source)
        return recurrence_document(self.recurrence, info, language, detail)

    @property
    def costs(self) -> Mapping[str, Cost]:
        """What each layer takes, forward and back."""
        return recurrence_costs(self.recurrence)
