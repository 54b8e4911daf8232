"""Losses that an outlier does not rule."""

from __future__ import annotations

from derive.catalogue.row import Bound, Row
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            huber(y, t, delta) -> L
                r = y - t
                L = where(abs(r) <= delta, 1/2*r**2, delta*(abs(r) - 1/2*delta))
        """,
        title=Words("Huber loss", "Huber 损失"),
        summary=Words(
            "Squared for small residuals, linear for large ones: an outlier pulls with a bounded force.",
            "残差小时取平方，残差大时取线性，离群点的影响因此有界。",
        ),
        remarks=(
            Words(
                "Both pieces meet at `abs(r) = delta` with the same value and the same slope.",
                "两段在 `abs(r) = delta` 处函数值与斜率都相等。",
            ),
        ),
        wanted=(("gradient", "y"),),
        domain={"delta": (0.5, 1.5)},
        hard=(
            {"y": 1.0, "t": 1.0, "delta": 1.0},
            {"y": 2.0, "t": 1.0, "delta": 1.0},
            {"y": 0.0, "t": 1.0, "delta": 1.0},
            {"y": 1e3, "t": -1e3, "delta": 1.0},
            {"y": 1e-300, "t": 0.0, "delta": 1.0},
        ),
        bounds=(Bound("", 4, 4), Bound("grad", 1, 1)),
        source="Huber, 1964",
    ),
)
