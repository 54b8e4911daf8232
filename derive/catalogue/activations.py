"""Activation functions and other functions of one number."""

from __future__ import annotations

from derive.catalogue.row import Bound, Row, at
from derive.language.words import Words

INFINITY = float("inf")
NAN = float("nan")
EVERYWHERE = (
    0.0, -0.0, 1e-300, -1e-300, 1e-8, -1e-8, 1.0, -1.0, 20.0, -20.0, 40.0, -40.0, 700.0, -700.0, 745.0, -745.0,
    1e3, -1e3, 1e300, -1e300, INFINITY, -INFINITY,
)  # fmt: skip

ROWS = (
    Row(
        text="""
            step(x) -> y
                y = where(x < 0, 0, 1)
        """,
        title=Words("Step", "阶跃函数"),
        summary=Words(
            "The first activation: nothing below the threshold, everything from it on.",
            "最早的激活函数：达不到阈值就没有反应，达到了就激活。",
        ),
        remarks=(
            Words(
                "The derivative is 0 on both sides of the jump; at the jump there is none, and a kernel gives 0.",
                "导数在跳跃点两侧都是 0；跳跃点处不可导，程序在该点返回 0。",
            ),
            Words(
                "Descent gets no direction from a slope of 0: a network of steps cannot be trained by its gradient.",
                "梯度恒为 0，下降得不到方向，因此阶跃函数不适合用梯度法训练。",
            ),
        ),
        symbol=r"\operatorname{step}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 0.5, 0.5), Bound("grad", 0.5, 0.5)),
        source="McCulloch and Pitts, 1943",
    ),
    Row(
        text="""
            reciprocal(x) -> y
                y = 1/x
        """,
        title=Words("Reciprocal", "倒数函数"),
        summary=Words(
            "The first example of a derivative: the larger `x`, the smaller the slope.",
            "求导的第一个例子：`x` 越大，曲线变化得越慢。",
        ),
        domain={"x": (0.25, 4.0)},
        hard=at("x", 1.0, -1.0, 1e3, -1e3, 1e-3, 1e100, -1e100),
        bounds=(Bound("", 0.5, 0.5), Bound("grad", 1.5, 1.5)),
        source="d(x^-1)/dx = -x^-2",
    ),
    Row(
        text="""
            sigmoid(x) -> y
                y = 1/(1 + exp(-x))
        """,
        title=Words("Sigmoid (logistic function)", "Sigmoid 函数"),
        summary=Words(
            "Smooth, and squeezes every number into (`0`, `1`).",
            "连续光滑，把任意实数压缩到 (`0`, `1`) 之间。",
        ),
        remarks=(
            Words(
                "For large `abs(x)` the derivative tends to 0, so that learning stalls: the gradient vanishes.",
                "当 `abs(x)` 很大时导数趋近于 0，参数长期得不到更新，即出现梯度弥散。",
            ),
        ),
        symbol=r"\sigma",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 2.5, 3), Bound("grad", 3, 4)),
        source="logistic regression",
    ),
    Row(
        text="""
            tanh(x) -> y
                y = (exp(x) - exp(-x))/(exp(x) + exp(-x))
        """,
        title=Words("Hyperbolic tangent", "双曲正切函数"),
        summary=Words(
            "A sigmoid stretched to (`-1`, `1`) and centred at 0; common in recurrent networks.",
            "把 Sigmoid 拉伸到 (`-1`, `1`) 并以 0 为中心，常用于循环神经网络。",
        ),
        remarks=(
            Words(
                "The derivative is 1 at 0 and tends to 0 on both sides.",
                "导数在 0 处等于 1，向两侧趋近于 0。",
            ),
        ),
        symbol=r"\tanh",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 1.5, 1.5), Bound("grad", 3, 4)),
        identities=("2*sigmoid(2*x) - 1",),
        source="hyperbolic functions",
    ),
    Row(
        text="""
            relu(x) -> y
                y = where(x < 0, 0, x)
        """,
        title=Words("Rectified linear unit", "线性整流函数 ReLU"),
        summary=Words(
            "Passes what is positive and stops what is negative.",
            "大于等于零的部分原样通过，小于零的部分置零。",
        ),
        remarks=(
            Words(
                "At 0 the function has a kink and no derivative; `x >= 0` owns the point, so 1 is used there.",
                "函数在 0 处有折点、不可导；该点归 `x >= 0` 一侧，因此约定导数取 1。",
            ),
            Words(
                "For `x > 0` the gradient is always 1: it neither vanishes nor explodes on the way back.",
                "当 `x > 0` 时梯度恒为 1，反向传播时既不缩小也不放大。",
            ),
        ),
        symbol=r"\operatorname{relu}",
        hard=at("x", *EVERYWHERE),
        bounds=(Bound("", 0.5, 0.5), Bound("grad", 0.5, 0.5)),
        source="Nair and Hinton, 2010",
    ),
)
