"""Functions of a vector built from exponentials."""

from __future__ import annotations

from derive.catalogue.row import Row
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            softmax(a[n]) -> p
                p[i] = exp(a[i]) / sum(k, exp(a[k]))
        """,
        title=Words("Softmax", "Softmax 函数"),
        summary=Words(
            "Turns numbers into probabilities: positive, of sum 1, the larger ones enlarged.",
            "把一组数变成概率：各项为正、总和为 1，大的更大，小的更小。",
        ),
        remarks=(
            Words(
                "On the diagonal (i = j) the derivative is positive, off it negative; each row sums to 0.",
                "当 i = j 时导数为正，当 i ≠ j 时导数为负；每一行之和为 0。",
            ),
        ),
        symbol=r"\operatorname{softmax}",
        hard=(
            {"a": (0.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3)},
            {"a": (-1e3, -1e3, -1e3)},
            {"a": (1e3, 1e3)},
            {"a": (700.0, 0.0)},
            {"a": (40.0, 0.0, 1.0, -2.0)},
            {"a": (1e308, -1e308)},
            {"a": (5.0,)},
        ),
        source="multinomial logistic regression",
    ),
)
