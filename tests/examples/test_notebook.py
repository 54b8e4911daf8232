"""The example notebook: it runs from top to bottom, and what it shows is what a notebook can show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

nbclient = pytest.importorskip("nbclient")
nbformat = pytest.importorskip("nbformat")

TOP = Path(__file__).resolve().parents[2]
NOTEBOOK = TOP / "examples" / "notes.ipynb"


def cells(kind: str) -> list[dict[str, Any]]:
    return [c for c in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if c["cell_type"] == kind]


def test_it_is_kept_without_outputs() -> None:
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in cells("code"))


def test_it_goes_through_the_five_notes() -> None:
    text = "".join("".join(c["source"]) for c in cells("markdown"))
    words = ("导数", "激活函数", "梯度弥散", "损失函数", "Softmax", "感知机", "链式法则", "Himmelblau")
    assert all(word in text for word in words)


@pytest.mark.filterwarnings("ignore")
def test_it_runs_and_shows_formulas_and_source() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(TOP)}}).execute()
    shown = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not any(o.output_type == "error" for o in shown)
    forms = [o.data for o in shown if o.output_type == "execute_result"]
    articles = [f["text/html"] for f in forms if '<article class="derive" lang="zh-Hans"' in f.get("text/html", "")]
    assert len(articles) == 6
    assert all("<details" in a and "<math" in a for a in articles)
    assert sum("text/latex" in f and "text/html" not in f for f in forms) == 2
    assert any('<span class="k">def</span>' in f.get("text/html", "") for f in forms)
