"""The neutral document, and that all formats say the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.cases import cases_of
from derive.emit.document import document
from derive.emit.evidence import evidence_of
from derive.emit.formats import FORMATS, write
from derive.emit.latex import LatexPrinter
from derive.emit.notes_text import printer_of, voice_of
from derive.emit.phrases import Sentence
from derive.emit.statements import Accuracy
from derive.emit.unicode_text import TextPrinter
from derive.language.derivation import Derivation, Evidence, Wanted
from derive.language.errors import DeriveError
from derive.language.expressions import Applied
from derive.language.words import LANGUAGES
from tests.emit.notes_examples import (
    HILL,
    NORMALISED,
    SIGMOID,
    SYMBOLS,
    documents,
    info,
    perceptron,
    sigmoid,
    softmax_jacobian,
    tanh,
    x,
)


def test_own_output_shows_under_its_symbol() -> None:
    section = document([sigmoid()], info()).sections[0]
    assert section.rows[0].left == Applied("sigmoid", (x,), (0,))
    assert LatexPrinter(SYMBOLS)(section.rows[-1].right) == r"\sigma(x)(1 - \sigma(x))"
    plain = document([sigmoid()], replace(info(), symbols={})).sections[0]
    assert LatexPrinter()(plain.rows[-1].right) == r"y\,(1 - y)"


def test_cases_of_a_jacobian() -> None:
    equal, different = cases_of(softmax_jacobian())
    assert LatexPrinter()(equal.value) == r"p_i\,(1 - p_i)"
    assert LatexPrinter()(different.value) == r"-p_i\,p_j"
    assert cases_of(perceptron()) == ()


def test_evidence_names_the_weakest_check() -> None:
    derivation = perceptron()
    weak = replace(derivation.steps[2], evidence=Evidence(2, 5, 40, -41, exact=True))
    derivation = replace(derivation, steps=(*derivation.steps[:2], weak, *derivation.steps[3:]))
    voice = voice_of(printer_of(documents()[0]))
    assert voice.paragraph(evidence_of(derivation, "en")) == (
        "Checked: 8 steps, each at 2 sizes × 5 random points with 40 digits, worst difference 10⁻⁴¹, "
        "1 of them exactly as well; the result against SymPy's own derivative: equal."
    )


def test_unchecked_steps_claim_nothing() -> None:
    derivation = perceptron()
    unchecked = replace(derivation.steps[0], evidence=None)
    assert evidence_of(replace(derivation, steps=(unchecked, *derivation.steps[1:])), "en") == ()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("detail", ["brief", "textbook", "full"])
def test_every_format_has_every_line(language: str, detail: str) -> None:
    for shown in documents(language, detail):
        lines = [row for section in shown.sections for row in section.rows]
        printed = {name: write(shown, name) for name in FORMATS}
        data = json.loads(printed["json"])
        found = [line for s in data["sections"] for part in s["parts"] for line in part["lines"]]
        assert len(found) == len(lines)
        for line in found:
            assert line["right"]["text"] in printed["text"]
            assert line["right"]["latex"] in printed["markdown"]
            assert line["right"]["latex"] in printed["latex"]


def test_formats_are_deterministic_and_end_with_one_newline() -> None:
    for first, second in zip(documents(), documents(), strict=True):
        for name in FORMATS:
            assert write(first, name) == write(second, name)
            assert write(first, name).endswith("\n")
            assert not write(first, name).endswith("\n\n")


@pytest.mark.parametrize("detail", ["brief", "textbook", "full"])
def test_adjoints_are_parts_before_the_result(detail: str) -> None:
    section = document(normalised("vjp"), info(), detail=detail).sections[0]
    titles = [printed_title(p.title) for p in section.parts]
    assert titles == ["Adjoint of z: z̄", "Adjoint of s: s̄", "Adjoint of m: m̄", "Result"]
    assert [r.boxed for r in section.rows].count(True) == 1
    assert section.parts[-1].rows[-1].boxed
    assert [p.rows[0].left for p in section.parts[:-1]] == [d.names for d in normalised("vjp")[0].adjoints]
    assert all((len(p.rows) == 1) == (detail == "brief") for p in section.parts)


def test_tangents_are_parts_before_the_result() -> None:
    section = document(normalised("jvp"), info()).sections[0]
    assert printed_title(section.parts[0].title) == "Tangent of m: ṁ"
    assert "along v" in printed_title(section.lead[-1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_every_part(name: str, language: str) -> None:
    printed = write(document(normalised("vjp"), info(), language), name).replace('<span class="kept">', "")
    places = [printed.index({"en": f"djoint of {of}", "zh": f"{of} 的伴随变量"}[language]) for of in quantities(name)]
    assert places == sorted(places)
    assert {"en": "Result", "zh": "结果"}[language] in printed[places[-1] :]


def quantities(format_name: str) -> list[str]:
    marks = {"latex": "${}$", "markdown": "${}$", "post": "${}$", "html": "<math><mi>{}</mi></math>"}
    return [marks.get(format_name, "{}").format(q) for q in "zsm"]


def normalised(kind: str) -> tuple[Derivation, ...]:
    return derive_all(NORMALISED, (Wanted(kind, "y", "x"),))


def printed_title(sentence: Sentence | None) -> str:
    assert sentence is not None
    return voice_of(TextPrinter()).say(sentence)


def test_unknown_format_and_language() -> None:
    with pytest.raises(DeriveError, match="unknown format: latx"):
        write(documents()[0], "latx")
    with pytest.raises(DeriveError, match="unknown language"):
        document([tanh()], info(), "fr")


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        (Wanted("hessian", "f", "u"), ["Second partial derivative with respect to u"]),
        (Wanted("hessian", "f", "u", "v"), ["Mixed partial derivative with respect to u and v"]),
        (Wanted("hvp", "f", "u"), ["Hessian–vector product with respect to u", "Gradient with respect to u: f_u"]),
    ],
)
def test_second_derivatives(wanted: Wanted, titles: list[str]) -> None:
    (section,) = document(derive_all(HILL, (wanted,)), info()).sections
    named = [section.title, *(p.title for p in section.parts[:-1])]
    assert [printed_title(t) for t in named] == titles


def test_second_derivative_of_one_number() -> None:
    found = derive_all(SIGMOID, (Wanted("hessian", "y", "x"),))
    section = document(found, info()).sections[0]
    assert printed_title(section.title) == "Second derivative"
    assert LatexPrinter(SYMBOLS)(section.rows[0].left or x) == r"\sigma''(x)"
    assert LatexPrinter(ordinary=True)(found[0].left) == r"\frac{\mathrm{d}^2 y}{\mathrm{d}x^2}"


def test_bounds_in_ulp_and_bounds_in_roundings_are_told_apart() -> None:
    bounds = (Accuracy("f", 2.5, 3), Accuracy("f_grad", 4, 4, roundings=True))
    (shown,) = [document([perceptron()], replace(info(), kernels=("f",), accuracy=bounds))]
    said = "".join(piece for s in shown.kernels for piece in map(str, s.pieces()))
    ulp, roundings = said.split("Certified errors")[1:]
    assert "2.5 ULP (3 in float32)" in ulp
    assert "roundi" not in ulp
    assert "ULP" not in roundings
    assert "rounding each input" in roundings
