"""The pictures of the pages: what helps to see a definition, drawn from its own kernels and certificates.

Contract: `illustrations(subject, language)` is a pure function of the subject's content, drawn once for each content;
the same bytes on every machine, because coordinates are rounded before they are written. To extend: a function that
gives pictures and a row of ILLUSTRATIONS.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from derive.descent.run import Descent
from derive.emit.document import Picture, View, is_ordinary
from derive.emit.phrases import words
from derive.emit.unicode_text import TextPrinter
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.expressions import Expression, Ref
from derive.pictures.drawing import signed
from derive.pictures.figures import Series, contours, curve, errors, heat_map
from derive.pictures.surfaces import Landscape, Path
from derive.pipeline.compiled import Compiled
from derive.pipeline.profiles import Profiles
from derive.pipeline.scenes import EXAMPLE, SCENES, is_square, landscape_of, run_on
from derive.verify.samples import Domain

REACH = 6.0
FEWEST = 50
"""A curve with fewer finite values shows nothing."""
ADAM_RATE = 0.02
WORSE = 8.0
"""A picture of errors is drawn where the textbook form's is this many times the kernel's."""


@dataclass(frozen=True)
class Subject:
    """What is drawn; two subjects of the same content are equal, whatever module computes them."""

    definition: Definition
    derivations: tuple[Derivation, ...]
    source: str
    symbols: tuple[tuple[str, str], ...]
    profiles: tuple[tuple[str, tuple[tuple[str, tuple[float, ...]], ...]], ...]
    domain: Domain = field(compare=False)
    module: Callable[[], ModuleType] = field(compare=False)

    def kernel(self, suffix: str = "") -> Any:
        return getattr(self.module(), self.definition.name + suffix)

    def has(self, suffix: str) -> bool:
        return f"def {self.definition.name}{suffix}(" in self.source

    @property
    def errors(self) -> Profiles:
        return {name: dict(forms) for name, forms in self.profiles}

    def text(self, value: Expression) -> str:
        """As the notes of a terminal write it."""
        printer = TextPrinter(dict(self.symbols), is_ordinary(self.definition))
        return printer(View(self.definition, dict(self.symbols))(value))

    def setting(self, others: Sequence[Input], values: Sequence[float]) -> str:
        """t = 0, δ = 0.5"""
        return ", ".join(f"{self.text(Ref(i.name))} = {signed(v)}" for i, v in zip(others, values, strict=True))


def frozen(profiles: Profiles) -> tuple[tuple[str, tuple[tuple[str, tuple[float, ...]], ...]], ...]:
    return tuple((name, tuple(forms.items())) for name, forms in profiles.items())


@functools.cache
def illustrations(subject: Subject, language: str) -> tuple[Picture, ...]:
    """Everything there is to see, in the order of the page."""
    return tuple(p for row in ILLUSTRATIONS if row.fits(subject) for p in row.draw(subject, language))


def say(key: str, language: str, *arguments: object) -> str:
    return words(key, language).format(*arguments)


def vector(numbers: Sequence[float]) -> str:
    return f"({', '.join(map(signed, numbers))})"


# --- functions of one number --------------------------------------------------------------------------------


def first_derivative(subject: Subject) -> Derivation | None:
    """By the first input, which is a number of each sample."""
    (first, *_) = subject.definition.inputs
    fitting = (d for d in subject.derivations if d.wanted.kind in ("derivative", "gradient"))
    return next((d for d in fitting if d.wanted.variable == first.name), None)


def is_curve(subject: Subject) -> bool:
    """A scalar function whose first input moves while the others stand still."""
    (first, *others) = subject.definition.inputs
    drawn = subject.definition.is_scalar_function and not first.shared and not any(i.shared for i in others)
    if not drawn or len(others) > 2 or first_derivative(subject) is None or len(by_inputs(subject)) > 1:
        return False
    others_at = constants(others, subject.domain)[0]
    return len(Series.of("", subject.kernel(), range_of(first, subject.domain), *others_at).finite) > FEWEST


def by_inputs(subject: Subject) -> set[str]:
    return {d.wanted.variable for d in subject.derivations}


def range_of(entry: Input, domain: Domain) -> tuple[float, float]:
    """From -REACH to REACH, or a range of probabilities."""
    low, high = domain.get(entry.name, (-REACH, REACH))
    return (low, high) if low > 0 and high < 1 else (-REACH, REACH)


def constants(others: Sequence[Input], domain: Domain) -> list[tuple[float, ...]]:
    """The ends of each other input's ordinary range; 0 where none is stated."""
    return list(itertools.product(*(sorted(set(domain.get(i.name, (0.0,)))) for i in others)))


def graphs(subject: Subject, language: str) -> tuple[Picture, ...]:
    """The function and its derivative."""
    (first, *others) = subject.definition.inputs
    derivation = first_derivative(subject)
    assert derivation is not None
    ends, settings = range_of(first, subject.domain), constants(others, subject.domain)
    value = subject.definition.equation(subject.definition.output).left
    names = ((subject.text(value), "", ""), (subject.text(derivation.left), "_grad", "-derivative"))
    found = []
    for title, suffix, ending in names:
        series = [Series.of(subject.setting(others, one), subject.kernel(suffix), ends, *one) for one in settings]
        alt = curve_alt(title, first.name, series, language)
        drawing = curve(title, first.name, series, alt)
        found.append(Picture(f"{subject.definition.name}{ending}", "definition", drawing, alt))
    return tuple(found)


def curve_alt(title: str, variable: str, series: Sequence[Series], language: str) -> str:
    if len(series) > 1:
        return say("curves_alt", language, title, variable, "; ".join(s.label for s in series))
    (one,) = series
    ends = (one.x[0], one.x[-1], one.finite[0], one.finite[-1])
    return say("curve_alt", language, title, variable, *(signed(float(e), ".3g") for e in ends))


def has_telling_errors(subject: Subject) -> bool:
    return bool(telling(subject))


def telling(subject: Subject) -> list[str]:
    """Suffixes of the functions whose textbook form is much worse somewhere."""
    name = subject.definition.name
    return [
        suffix
        for suffix in ("", "_grad")
        if (forms := subject.errors.get(name + suffix)) and max(forms["textbook"]) > WORSE * max(forms["kernel"])
    ]


def error_graphs(subject: Subject, language: str) -> tuple[Picture, ...]:
    """Certified errors over the range: the formula as it stands, and the kernel."""
    (variable,) = subject.definition.inputs
    (derivation,) = (d for d in subject.derivations if d.wanted.kind == "derivative")
    value = subject.definition.equation(subject.definition.output).left
    titles = {"": subject.text(value), "_grad": subject.text(derivation.left)}
    found = []
    for suffix in telling(subject):
        forms = subject.errors[subject.definition.name + suffix]
        series = [
            Series.windows(words(key, language), forms[form])
            for key, form in (("textbook_form", "textbook"), ("kernel_form", "kernel"))
        ]
        title, worst = say("errors_title", language, titles[suffix]), [f"{max(s.y):.2g}" for s in series]
        edge = len(series[0].x) // 2
        alt = say("errors_alt", language, titles[suffix], variable.name, signed(-edge), edge, *worst)
        name = f"{subject.definition.name}{suffix.replace('_grad', '-derivative')}-error"
        found.append(Picture(name, "kernels", errors(title, variable.name, series, alt, "ULP"), alt))
    return tuple(found)


# --- functions of a vector ----------------------------------------------------------------------------------


def has_jacobian(subject: Subject) -> bool:
    """A vector that the example may stand for, of any size from one on or of the example's."""
    if not is_square(subject.definition) or not subject.has("_jacobian"):
        return False
    (size,) = subject.definition.inputs[0].dimensions
    least = subject.definition.least_sizes
    return least[size] <= len(EXAMPLE) if size in least else size == len(EXAMPLE)


def jacobian(subject: Subject, language: str) -> tuple[Picture, ...]:
    (variable,) = subject.definition.inputs
    matrix = subject.kernel("_jacobian")(list(EXAMPLE))
    numbers = vector(EXAMPLE)
    ends = (signed(float(matrix.min()), ".3f"), signed(float(matrix.max()), ".3f"))
    title = say("jacobian_title", language, variable.name, numbers)
    alt = say("jacobian_alt", language, subject.definition.name, variable.name, numbers, len(matrix), *ends)
    drawing = heat_map(title, subject.definition.output, variable.name, matrix, alt)
    (section,) = (d.name for d in subject.derivations if d.wanted.kind == "jacobian")
    return (Picture(f"{subject.definition.name}-jacobian", section, drawing, alt),)


# --- functions of two numbers -------------------------------------------------------------------------------


def has_scene(subject: Subject) -> bool:
    return subject.definition.name in SCENES and subject.has("_hessian")


@dataclass(frozen=True, eq=False)
class Walked:
    """A scene with the descents on it, before any words."""

    landscape: Landscape
    from_starts: tuple[Descent, ...]
    at_rates: tuple[Descent, ...]


@functools.cache
def walked(subject: Subject) -> Walked:
    scene = SCENES[subject.definition.name]
    compiled = Compiled(subject.definition, subject.module(), subject.module)
    return Walked(
        landscape_of(compiled),
        tuple(run_on(compiled, one, "adam", ADAM_RATE, scene.steps) for one in scene.starts),
        tuple(run_on(compiled, scene.starts[0], "gradient-descent", rate, scene.steps) for rate in scene.rates),
    )


def descents(subject: Subject, language: str) -> tuple[Picture, ...]:
    """Contours with Adam from several starts, and with gradient descent at several learning rates."""
    name, scene, found = subject.definition.name, SCENES[subject.definition.name], walked(subject)
    starts = [say("from_start", language, vector(one)) for one in scene.starts]
    rates = [say("with_rate", language, f"{one:g}") for one in scene.rates]
    pictures = []
    for ending, title, labels, runs in (
        ("starts", say("starts_title", language, ADAM_RATE), starts, found.from_starts),
        ("rates", say("rates_title", language, vector(scene.starts[0])), rates, found.at_rates),
    ):
        paths = [Path(ending_of(one, label, language), one.path) for label, one in zip(labels, runs, strict=True)]
        alt = descent_alt(name, found.landscape.minima, paths, language)
        drawing = contours(title, found.landscape, paths, words("minimum", language), alt)
        pictures.append(Picture(f"{name}-{ending}", "definition", drawing, alt))
    return tuple(pictures)


def ending_of(run: Descent, label: str, language: str) -> str:
    return say("diverges", language, label, run.diverged_at) if run.outcome == "diverged" else label


def descent_alt(name: str, minima: Sequence[Any], paths: Sequence[Path], language: str) -> str:
    return say("descent_alt", language, name, len(minima), len(paths), "; ".join(p.label for p in paths))


# --- the table ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Illustration:
    """A row: what it fits, and how it is drawn."""

    fits: Callable[[Subject], bool]
    draw: Callable[[Subject, str], tuple[Picture, ...]]


ILLUSTRATIONS: tuple[Illustration, ...] = (
    Illustration(is_curve, graphs),
    Illustration(has_scene, descents),
    Illustration(has_jacobian, jacobian),
    Illustration(has_telling_errors, error_graphs),
)
