"""Markdown: looks, escapes, and nothing that KaTeX lacks."""

from __future__ import annotations

import json
import re

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.document import document
from derive.emit.notes_markdown import MOST_COMMANDS, markdown, post
from derive.language.derivation import Wanted
from tests.emit.notes_examples import NORMALISED, balanced, documents, info, perceptron, softmax_jacobian, softmax_vjp

KATEX = {
    "frac", "dfrac", "tfrac", "sum", "prod", "max", "min", "partial", "mathrm", "mathbf", "operatorname", "boxed",
    "text", "begin", "end", "left", "right", "bigl", "bigr", "Bigl", "Bigr", "lvert", "rvert", "sqrt",
    "delta", "sigma", "tanh", "ln", "le", "ge", "ne", "cdot", "times", "hat", "bar",
}  # fmt: skip


def test_softmax() -> None:
    text = markdown(document([softmax_jacobian(), softmax_vjp()], info("Softmax")))
    assert text.startswith(
        "# Softmax\n\n## Definition\n\n$$\n\\begin{aligned}\np_i &= \\frac{e^{a_i}}{\\sum_k e^{a_k}}\n"
    )
    assert "&= \\boxed{\\,p_i\\,(\\delta_{ij} - p_j)\\,} && \\text{factor}\n\\end{aligned}\n$$\n" in text
    assert "- For $i = j$: $p_i\\,(1 - p_i)$.\n- For $i \\ne j$: $-p_i\\,p_j$.\n" in text
    assert "## Vector–Jacobian product with respect to $a$\n\nHere $g$ is any cotangent" in text


def test_chinese() -> None:
    text = markdown(document([perceptron()], info(), "zh"))
    assert "## 对 $w$ 的梯度" in text
    assert r"\text{只有\ }O_k\text{ 依赖于\ }w_{jk}" in text
    assert "已检验：共 8 步" in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_what_katex_knows(language: str) -> None:
    for shown in documents(language):
        text = markdown(shown)
        displays = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.S | re.M)
        assert len(displays) == 1 + len(shown.sections) + bool(shown.identities)
        for display in displays:
            assert "$" not in display
            assert balanced(display)
            assert set(re.findall(r"\\([A-Za-z]+)", display)) <= KATEX


def test_user_text_is_escaped() -> None:
    text = markdown(documents()[3])
    assert "<b>" not in text
    assert "\\input" not in text
    assert "[a]" not in text


def test_a_long_derivation_is_several_displays() -> None:
    """KaTeX expands at most 1000 macros in one formula."""
    (derivation,) = derive_all(NORMALISED, (Wanted("vjp", "y", "x"),))
    shown = document([derivation], info(), detail="full")
    blocks = re.findall(r"^\$\$\n(.*?)\n\$\$$", markdown(shown), re.S | re.M)
    assert len(blocks) > 1 + len(shown.sections[0].parts)
    assert all(block.count("\\") < 2 * MOST_COMMANDS for block in blocks)
    rows = [line for block in blocks for line in block.splitlines() if "&=" in line]
    assert len(rows) == len(shown.sections[0].rows) + len(shown.definition)


def test_front_matter() -> None:
    text = post(documents()[3])
    head, rest = text.removeprefix("---\n").split("\n---\n", 1)
    assert head == 'title: "50% of <x_1>"\nmath: true'
    assert rest.strip() == markdown(documents()[3]).split("\n", 1)[1].strip()


def test_titles_cannot_leave_the_front_matter() -> None:
    head = post(document([perceptron()], info('a"\n---\nevil: true'))).split("\n---\n")[0]
    assert head.count("\n") == 2
    assert json.loads(head.splitlines()[1].removeprefix("title: ")) == 'a" --- evil: true'
