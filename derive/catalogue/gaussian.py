"""Activations that weigh a number by the normal distribution."""

from __future__ import annotations

from derive.catalogue.activations import EVERYWHERE, NAN
from derive.catalogue.row import Bound, Row, at
from derive.language.words import Words

GELU_SCALE = """
    gelu_scale(x) -> s
        s = 1/2*(1 + erf(x/sqrt(2))) + abs(x)*exp(-x**2/2)/sqrt(2*pi)
"""
GELU_TANH_VALUE_SCALE = """
    gelu_tanh_value_scale(x) -> s
        z = 2*sqrt(2/pi)*(x + 44715/1000000*x**3)
        p = sigmoid(z)
        s = abs(x*p) + abs(x*z*p*(1 - p))
"""
GELU_TANH_SCALE = """
    gelu_tanh_scale(x) -> s
        z = 2*sqrt(2/pi)*(x + 44715/1000000*x**3)
        d = 2*sqrt(2/pi)*(1 + 134145/1000000*x**2)
        p = sigmoid(z)
        s = p + abs(x*d*p*(1 - p)) + abs(z*p*(1 - p)) + abs(x*d*z*p*(1 - p))
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
    Row(
        text="""
            gelu_tanh(x) -> y
                u = sqrt(2/pi)*(x + 44715/1000000*x**3)
                y = x/2*(1 + tanh(u))
        """,
        title=Words("GELU by the hyperbolic tangent", "GELU 的双曲正切近似"),
        summary=Words(
            "GELU with the normal distribution function approximated by a hyperbolic tangent.",
            "用双曲正切近似正态分布函数的 GELU。",
        ),
        remarks=(
            Words(
                "The weight of `x` differs from the normal distribution function by less than 0.0002.",
                "`x` 的权重与正态分布函数相差不到 0.0002。",
            ),
            Words(
                "In the left tail the exponential magnifies the rounding of its argument: the certified bounds count "
                "this in; of the result itself the error may be several hundred ULP.",
                "在左尾，指数函数会放大自变量的舍入误差：经检定的误差上界已计入这一放大；"
                "若以结果本身计，误差可达数百 ULP。",
            ),
        ),
        symbol=r"\operatorname{gelu}_{\tanh}",
        hard=at("x", *EVERYWHERE, 5e-324, -5e-324, 1e-310, -1e-310, NAN),
        bounds=(
            Bound("", 4, 6, GELU_TANH_VALUE_SCALE, "counted against |y| + |2 u x S'(2 u)|, S the sigmoid"),
            Bound("grad", 4, 6, GELU_TANH_SCALE, "counted against (1 + |2 u|) (S + |x (2 u)' S'|), S the sigmoid"),
        ),
        source="Hendrycks and Gimpel, 2016",
    ),
)
