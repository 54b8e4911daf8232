"""Smooth relatives of the rectifier, and the rectifier's own variants."""

from __future__ import annotations

from derive.catalogue.activations import EVERYWHERE
from derive.catalogue.row import Bound, Row, at
from derive.language.words import Words

SILU_SCALE = """
    silu_scale(x) -> s
        s = abs(sigmoid(x)) + abs(x*sigmoid(x)*(1 - sigmoid(x)))
"""

ROWS = (
    Row(
        text="""
            softplus(x) -> y
                y = log(1 + exp(x))
        """,
        title=Words("Softplus", "Softplus 函数"),
        summary=Words(
            "The rectifier with its corner rounded off; its derivative is the sigmoid.",
            "把 ReLU 的折角磨圆；它的导数就是 Sigmoid 函数。",
        ),
        symbol=r"\operatorname{softplus}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 1.5, 2.5), Bound("grad", 2.5, 3)),
        source="Dugas et al., 2001",
    ),
    Row(
        text="""
            silu(x) -> y
                y = x*sigmoid(x)
        """,
        title=Words("SiLU (swish)", "SiLU 函数（Swish）"),
        summary=Words(
            "A number times how far its gate is open; smooth, and a little below 0 for negative numbers.",
            "输入乘以由它自己控制的门；处处光滑，负半轴略低于零。",
        ),
        remarks=(
            Words(
                "The derivative changes its sign near `x = -1.278`; to the left of it the function falls.",
                "导数在 `x = -1.278` 附近变号，在它左侧函数是下降的。",
            ),
        ),
        symbol=r"\operatorname{silu}",
        hard=at("x", *EVERYWHERE),
        bounds=(
            Bound("", 3, 5),
            Bound("grad", 4, 4, SILU_SCALE, "counted against the sum of the sizes of its two terms"),
        ),
        source="Elfwing et al., 2017",
    ),
    Row(
        text="""
            elu(x) -> y
                y = where(x < 0, exp(x) - 1, x)
        """,
        title=Words("Exponential linear unit", "指数线性单元 ELU"),
        summary=Words(
            "The rectifier with an exponential for its negative side, which saturates at `-1`.",
            "负半轴换成指数曲线的 ReLU，向左趋近于 `-1`。",
        ),
        symbol=r"\operatorname{elu}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 1, 3), Bound("grad", 1, 3)),
        source="Clevert et al., 2015",
    ),
    Row(
        text="""
            leaky_relu(x) -> y
                y = where(x < 0, x/100, x)
        """,
        title=Words("Leaky rectified linear unit", "带泄漏的线性整流函数 Leaky ReLU"),
        summary=Words(
            "Passes what is positive and a hundredth of what is negative, so that no unit is ever quite still.",
            "正的原样通过，负的只留百分之一，因此神经元不会完全“死掉”。",
        ),
        remarks=(
            Words(
                "At 0 the function has a kink and no derivative; `x >= 0` owns the point, so 1 is used there.",
                "函数在 0 处有折点、不可导；该点归 `x >= 0` 一侧，因此约定导数取 1。",
            ),
        ),
        symbol=r"\operatorname{leaky\_relu}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 1, 1), Bound("grad", 0.5, 0.5)),
        source="Maas et al., 2013",
    ),
)
