"""Functions of the plane on which descent can be watched."""

from __future__ import annotations

from derive.catalogue.row import Row, in_roundings
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            himmelblau(x, y) -> f
                f = (x**2 + y - 11)**2 + (x + y**2 - 7)**2
        """,
        title=Words("Himmelblau's function", "Himmelblau 函数"),
        summary=Words(
            "Four minima of the same depth: where a descent ends depends on where it starts.",
            "有四个同样深的极小值：从哪里出发，决定了下降到哪里。",
        ),
        wanted=(("gradient", "x"), ("gradient", "y"), ("hessian", "x"), ("hessian", "x y"), ("hessian", "y")),
        domain={"x": (-6.0, 6.0), "y": (-6.0, 6.0)},
        hard=(
            {"x": 3.0, "y": 2.0},
            {"x": 0.0, "y": 0.0},
            {"x": -4.0, "y": 0.0},
            {"x": 1e3, "y": -1e3},
        ),
        bounds=in_roundings(4, "", "grad", "value_and_grad", "hessian"),
        source="Himmelblau, Applied Nonlinear Programming, 1972",
    ),
)
