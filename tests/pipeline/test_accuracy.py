"""The table of certified accuracy: every measured function with its bound, and the machines."""

from __future__ import annotations

from derive.pipeline.accuracy import accuracy_page, lines
from derive.pipeline.certify import on_file, page_path

WORST = {"largest": 1.25, "median": 0.125, "at": "x = 1", "points": 7}
CERTIFICATE = {
    "bounds": [{"function": "", "float64": 2.5, "float32": 3}, {"function": "grad", "float64": 4, "float32": 4}],
    "machine": {"processor": "P", "system": "S", "numpy": "1"},
    "measured": {
        "f": {"float64": {"kernel": WORST, "textbook": {**WORST, "largest": "inf"}}},
        "f_value_and_grad: grad": {"float32": {"kernel": WORST}},
        "f_vjp": {"float32": {"roundings": WORST}},
    },
}


def test_a_line_holds_bound_error_and_place() -> None:
    value, gradient, product = lines("f", CERTIFICATE)
    assert (value.bound, value.largest, value.median, value.at, value.textbook) == (
        "2.5",
        "1.25",
        "0.125",
        "x = 1",
        "inf",
    )
    assert gradient.bound == "4"
    assert (product.bound, product.is_of_roundings) == ("", True)


def test_the_page_has_a_table_for_each_way_of_counting() -> None:
    text = accuracy_page({"f": CERTIFICATE})
    assert "| `f` | float64 | 2.5 | 1.25 | 0.125 | x = 1 | inf |  |" in text
    assert "| `f_vjp` | float32 |  | 1.25 | 0.125 | x = 1 |\n" in text
    assert text.endswith("\nMeasured on: P, S, NumPy 1.\n")
    other = {**CERTIFICATE, "machine": {**CERTIFICATE["machine"], "numpy": "2"}}
    assert "- P, S, NumPy 2: g\n" in accuracy_page({"f": CERTIFICATE, "g": other})


def test_the_page_on_file_is_of_the_certificates_on_file() -> None:
    assert page_path().read_text() == accuracy_page(on_file())
