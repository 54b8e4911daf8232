"""LaTeX fragments: their looks, and that TeX sets them without a complaint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.breaking import DIVIDE, rows
from derive.emit.document import Row, document
from derive.emit.latex import LatexPrinter
from derive.emit.notes_latex import BREAK, EQUALS, KEEP, fragment, joined, margin, margin_voice, stiff, together
from derive.emit.phrases import Cite, Sentence, say
from derive.emit.statements import Accuracy
from derive.language.expressions import NODE_TYPES, Ref
from derive.language.resolve import parse
from derive.language.words import Equality
from tests.emit.notes_examples import (
    NORMALISED,
    SIGMOID,
    SYMBOLS,
    TANH,
    balanced,
    compile_tex,
    complaints,
    documents,
    info,
    perceptron,
)

LONG = parse(
    """
long(x, y) -> z
    z = (exp(x) + sin(x)*cos(y)*tan(x) + 0.12345678*x**3 + 123*y**2*exp(-x*y))/(1 + x**2 + y**2 + exp(x*y) + sin(x))
deep(a[n], b[n]; gate[n]) -> s
    s = 1/2*sum(k, (gate[k]*tanh(a[k] + b[k] + gate[k]) - where(a[k] < b[k], a[k]**2, b[k]**3))**2) + max(i, a[i])
""",
    [SIGMOID, TANH],
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["a"]], "a"),
        ([["a"], ["b"]], "a{keep}b"),
        ([["a", "margin"], ["b"], ["c"], ["d"]], "a{keep}margin{keep}b{between}c{keep}d"),
    ],
)
def test_no_page_ends_behind_the_first_row_or_inside_one(rows: list[list[str]], expected: str) -> None:
    assert joined(rows) == expected.format(keep=KEEP, between=BREAK)


def test_the_perceptron_reads_as_in_the_notes() -> None:
    text = fragment(document([perceptron()], info()))
    assert r"X_k = \sum_j w_{jk}\,x_j, \qquad O_k = \sigma(X_k), \qquad E = \tfrac12 \sum_k (O_k - t_k)^2" in text
    assert r"\frac{\partial E}{\partial w_{jk}}" + "\n" in text
    assert r"  &= \sum_l (O_l - t_l)\,\frac{\partial O_l}{\partial w_{jk}} && \text{power rule} \\*[4pt]" in text
    assert r"&& \text{only }O_k\text{ depends on }w_{jk} \\[4pt]" in text
    assert r"see \texttt{sigmoid}" in text or r"\text{, see sigmoid}" in text
    assert r"  &= \boxed{\,(O_k - t_k)\,O_k\,(1 - O_k)\,x_j\,} && \text{power rule}" in text
    assert "Checked: 8 steps, each at 3 sizes" in text


def test_fragments_are_balanced_and_define_nothing() -> None:
    for shown in documents():
        text = fragment(shown)
        assert balanced(text)
        assert not any(word in text for word in (r"\newcommand", r"\usepackage", r"\def", r"\input{"))


def test_only_node_types_are_divided() -> None:
    assert set(DIVIDE) <= set(NODE_TYPES)


def test_long_formulas_break_and_short_ones_do_not() -> None:
    printer = LatexPrinter(SYMBOLS)
    body = LONG[0].equation("z").body
    assert len(rows(printer, body, 100.0)) == 1
    broken = rows(printer, body, 15.0)
    assert len(broken) > 2
    assert all(line.startswith("{} ") for line in broken[1:])
    assert balanced(" ".join(broken))


def test_pdflatex_has_nothing_to_complain_about(tmp_path: Path) -> None:
    shown = list(documents())
    shown += [
        document(derive_all(d), replace(info(d.name), accuracy=(Accuracy("f", 1.0, 3),)), detail="full")
        for d in (*LONG, NORMALISED)
    ]
    inputs = "".join(f"\\input{{{one.name}}}\n" for one in shown)
    for one in shown:
        (tmp_path / f"{one.name}.tex").write_text(fragment(one), encoding="utf-8")
    head = "\\documentclass{article}\n\\usepackage{amsmath}\n\\allowdisplaybreaks\n\\begin{document}\n"
    whole = f"{head}{inputs}\\end{{document}}\n"
    (tmp_path / "whole.tex").write_text(whole, encoding="utf-8")
    assert complaints(compile_tex(tmp_path, "whole.tex")) == []


def test_text_beside_an_upright_name_stays_text() -> None:
    row = Row(None, Ref("loss"), (say("see", "zh", Ref("loss"), "x"), Sentence("{0} 的定义", (Ref("loss"),))))
    assert margin(row, margin_voice(LatexPrinter()), "zh").endswith(r"\mathrm{loss}\text{ 的定义}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_is_escaped_in_both_languages(language: str) -> None:
    for shown in documents(language):
        assert r"\input{/etc" not in fragment(shown)
        assert "50%" not in fragment(shown).replace(r"50\%", "")


def test_a_short_equality_stays_on_one_line_and_a_long_one_may_break() -> None:
    printer, short, long = LatexPrinter(), Ref("s"), Ref("m" * 12)
    assert stiff(Equality(short, short), printer) == 2 * printer.show(short).width + EQUALS
    assert stiff(Equality(long, long), printer) == printer.show(long).width + EQUALS
    assert stiff("words of any length", printer) == 0


def test_chinese_words_keep_their_space_before_a_formula_and_none_before_a_reference() -> None:
    row = Row(
        None, Ref("x"), (say("see", "zh", Cite("sigmoid")), Sentence("只有 {0} 依赖于 {1}", (Ref("x"), Ref("y"))))
    )
    voice = margin_voice(LatexPrinter(), lambda name: r"\cref{derive:" + name + "}")
    shown = together(margin(row, voice, "zh"))
    assert r"见}\text{\cref{derive:sigmoid}" in shown or r"见\cref{derive:sigmoid}" in shown
    assert r"只有\ }x\text{ 依赖于\ }y" in shown
