"""JSON."""

from __future__ import annotations

import json

from derive.emit.document import document
from derive.emit.notes_json import to_json
from tests.emit.notes_examples import info, perceptron


def test_lines_reasons_and_closed_form() -> None:
    data = json.loads(to_json(document([perceptron()], info())))
    assert (data["name"], data["language"], data["detail"]) == ("perceptron", "en", "textbook")
    (section,) = data["sections"]
    assert section["name"] == "perceptron.gradient.w"
    (part,) = section["parts"]
    assert part["title"] is None
    assert part["lines"][0]["left"] == {"latex": r"\frac{\partial E}{\partial w_{jk}}", "text": "∂E/∂w_jk"}
    assert part["lines"][1]["reasons"] == ["only O_k depends on w_jk"]
    assert [line["closed"] for line in part["lines"]] == [False, False, False, False, True]
    assert sum(line["steps"] for line in part["lines"]) == 8
    assert section["evidence"].startswith("Checked: 8 steps")


def test_chinese_is_readable_in_the_file() -> None:
    assert "链式法则" in to_json(document([perceptron()], info(), "zh"))
