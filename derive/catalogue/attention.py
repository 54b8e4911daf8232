"""Attention."""

from __future__ import annotations

from derive.catalogue.row import Row, in_roundings
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            attention(Q[s, d], K[r, d], V[r, e]) -> O
                S[i, j] = sum(k, Q[i, k]*K[j, k])/sqrt(d)
                P[i, j] = softmax(S[i])[j]
                O[i, c] = sum(j, P[i, j]*V[j, c])
        """,
        title=Words("Scaled dot-product attention", "缩放点积注意力"),
        summary=Words(
            "Each query takes a mean of the values, weighted by the softmax of its products with the keys.",
            "每个查询与各个键做内积，经 softmax 得到权重，再对值加权平均。",
        ),
        remarks=(
            Words(
                "Without `sqrt(d)` the products grow with the dimension, and the softmax saturates.",
                "如果不除以 `sqrt(d)`，内积会随维数变大，softmax 就会饱和。",
            ),
            Words(
                "The adjoint of `S` is the softmax's own VJP, row by row.",
                "`S` 的伴随变量，就是对每一行应用 softmax 的 VJP。",
            ),
        ),
        wanted=(("vjp", "Q"), ("vjp", "K"), ("vjp", "V")),
        hard=(
            {"Q": ((0.0, 0.0), (0.0, 0.0)), "K": ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))},
            {"Q": ((1e3, 0.0), (0.0, 1e3)), "K": ((1.0, 0.0), (0.0, 1.0), (-1.0, 1.0))},
            {"Q": ((5.0,),), "K": ((1.0,),), "V": ((2.0,),)},
        ),
        bounds=in_roundings(4, "", "vjp"),
        source="Vaswani et al., 2017",
    ),
)
