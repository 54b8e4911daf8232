"""Activations that weigh a number by the normal distribution."""

from __future__ import annotations

from derive.catalogue.activations import EVERYWHERE
from derive.catalogue.row import Bound, Row, at
from derive.language.words import Words

GELU_SCALE = """
    gelu_scale(x) -> s
        s = 1/2*(1 + erf(x/sqrt(2))) + abs(x)*exp(-x**2/2)/sqrt(2*pi)
"""

ROWS = (
    Row(
        text="""
            gelu(x) -> y
                Phi = 1/2*(1 + erf(x/sqrt(2)))
                y = x*Phi
        """,
        title=Words("Gaussian error linear unit (GELU)", "高斯误差线性单元 GELU"),
        summary=Words(
            "A number times the probability that a standard normal variable lies below it.",
            "输入乘以标准正态变量不超过它的概率。",
        ),
        remarks=(
            Words(
                "The derivative is the normal distribution function plus `x` times its density.",
                "导数等于正态分布函数加上 `x` 乘以正态密度。",
            ),
            Words(
                "It changes its sign near `x = -0.752`; to the left of it the function falls.",
                "导数在 `x = -0.752` 附近变号，在它左侧函数是下降的。",
            ),
        ),
        symbol=r"\operatorname{gelu}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 4, 6), Bound("grad", 4, 6, GELU_SCALE, "counted against Phi + |x| phi")),
        source="Hendrycks and Gimpel, 2016",
    ),
)
