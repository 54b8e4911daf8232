"""Vectors brought to a common scale, and the angle between two of them."""

from __future__ import annotations

from derive.catalogue.row import Row, in_roundings
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            layer_norm(x[n]; gamma[n], beta[n]) -> y
                mu = mean(k, x[k])
                v = mean(k, (x[k] - mu)**2)
                s = sqrt(v + 1/100000)
                z[i] = (x[i] - mu)/s
                y[i] = gamma[i]*z[i] + beta[i]
        """,
        title=Words("Layer normalization", "层归一化"),
        summary=Words(
            "Each vector is centred and divided by its own standard deviation, then scaled and moved.",
            "每个向量减去自身均值、除以自身标准差，再缩放和平移。",
        ),
        remarks=(
            Words(
                "Two means come off on the way back: that of the adjoint of `z`, and that of its product with `z`.",
                "反向传播时减去两个均值：`z` 的伴随变量的均值，以及它与 `z` 的乘积的均值。",
            ),
            Words(
                "`0.00001` keeps the root away from 0; a vector of equal entries gives `beta`.",
                "`0.00001` 使根号下不为零；各分量相等时结果就是 `beta`。",
            ),
        ),
        wanted=(("vjp", "x"), ("vjp", "gamma"), ("vjp", "beta")),
        hard=(
            {"x": (1.0, 1.0, 1.0)},
            {"x": (1e3, 0.0, -1e3), "gamma": (1.0, 1.0, 1.0), "beta": (0.0, 0.0, 0.0)},
            {"x": (5.0,)},
            {"x": (1e-8, -1e-8)},
            {"x": (3e200, -4e200, 1e190)},
        ),
        bounds=in_roundings(4, "", "vjp"),
        source="Ba, Kiros and Hinton, 2016",
    ),
    Row(
        text="""
            rms_norm(x[n]; gamma[n]) -> y
                r = sqrt(mean(k, x[k]**2) + 1/100000)
                z[i] = x[i]/r
                y[i] = gamma[i]*z[i]
        """,
        title=Words("Root mean square normalization", "均方根归一化 RMSNorm"),
        summary=Words(
            "Layer normalization without the centring: a vector is divided by the root of its mean square.",
            "省去中心化的层归一化：向量除以其均方根。",
        ),
        wanted=(("vjp", "x"), ("vjp", "gamma")),
        hard=(
            {"x": (0.0, 0.0, 0.0)},
            {"x": (1e3, 0.0, -1e3)},
            {"x": (5.0,)},
            {"x": (1e-8, -1e-8)},
            {"x": (3e200, -4e200, 1e190)},
        ),
        bounds=in_roundings(4, "", "vjp"),
        source="Zhang and Sennrich, 2019",
    ),
    Row(
        text="""
            cosine_similarity(x[n], y[n]) -> c
                a = sqrt(sum(k, x[k]**2))
                b = sqrt(sum(k, y[k]**2))
                u[i] = x[i]/a
                w[i] = y[i]/b
                c = sum(i, u[i]*w[i])
        """,
        title=Words("Cosine similarity", "余弦相似度"),
        summary=Words(
            "The cosine of the angle between two vectors: 1 for the same direction, 0 for a right angle.",
            "两个向量夹角的余弦：同向为 1，垂直为 0。",
        ),
        remarks=(
            Words(
                "The gradient is the other direction without its part along the own one: a length changes nothing.",
                "梯度是对方方向去掉沿自身方向的分量：改变长度不影响夹角。",
            ),
            Words(
                "A vector of zeros has no direction, and there is no angle.",
                "零向量没有方向，夹角也就没有定义。",
            ),
        ),
        wanted=(("gradient", "x"), ("gradient", "y")),
        hard=(
            {"x": (3.0, -4.0), "y": (3.0, -4.0)},
            {"x": (3e-16, -4e-16), "y": (3.0, 4e16)},
            {"x": (1.0, 0.0), "y": (0.0, 1.0)},
            {"x": (1e3, 1e-3), "y": (1e-3, 1e3)},
            {"x": (-2.0,), "y": (5.0,)},
        ),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="Salton, Wong and Yang, 1975",
    ),
)
