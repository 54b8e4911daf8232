"""Normalizations, attention and bilinear layers."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812

from tests.field.row import FieldRow

ROWS = (
    FieldRow(
        text="""
            group_norm(x[g, m]; a[g, m], b[g, m]) -> y
                mu[k] = mean(i, x[k, i])
                v[k] = mean(i, (x[k, i] - mu[k])**2)
                y[k, i] = a[k, i]*(x[k, i] - mu[k])/sqrt(v[k] + 1/100000) + b[k, i]
        """,
        source="Wu and He, Group normalization, 2018",
        peer=lambda x, a, b: a * F.layer_norm(x, x.shape[1:], eps=1e-5) + b,
        wrt=("x", "a", "b"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            instance_norm(x[c, h, w]; a[c], b[c]) -> y
                mu[k] = mean(i, mean(j, x[k, i, j]))
                d[k, i, j] = x[k, i, j] - mu[k]
                s[k] = sqrt(mean(i, mean(j, d[k, i, j]**2)) + 1/100000)
                y[k, i, j] = a[k]*d[k, i, j]/s[k] + b[k]
        """,
        source="Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016",
        peer=lambda x, a, b: F.instance_norm(x[None], weight=a, bias=b, eps=1e-5)[0],
        wrt=("x", "a", "b"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            batch_norm(X[m, n]; gamma[n], beta[n]) -> Y
                mu[j] = mean(i, X[i, j])
                v[j] = mean(i, (X[i, j] - mu[j])**2)
                Z[i, j] = (X[i, j] - mu[j])/sqrt(v[j] + 0.00001)
                Y[i, j] = gamma[j]*Z[i, j] + beta[j]
        """,
        source="Ioffe and Szegedy, Batch normalization, 2015",
        peer=lambda x, g, b: F.batch_norm(x, None, None, g, b, training=True, eps=1e-5),
        wrt=("X", "gamma", "beta"),
        sizes={"m": 6},
        kind="vjp",
    ),
    FieldRow(
        text="""
            weight_norm(x[n]; V[n, m], s[m]) -> y
                r[k] = sqrt(sum(j, V[j, k]**2))
                y[k] = s[k]*sum(j, x[j]*V[j, k])/r[k]
        """,
        source="Salimans and Kingma, Weight normalization, 2016",
        peer=lambda x, v, s: s * (x @ v) / v.norm(dim=0),
        wrt=("x", "V", "s"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            l2_normalize(x[n]) -> y
                r = sqrt(sum(k, x[k]**2))
                y[i] = x[i]/r
        """,
        source="Wang et al., NormFace, 2017",
        peer=lambda x: x / x.norm(),
        kind="vjp",
    ),
    FieldRow(
        text="""
            multi_head(Q[h, s, d], K[h, r, d], V[h, r, e]; W[h, e, m]) -> Y
                S[a, i, j] = sum(c, Q[a, i, c]*K[a, j, c])/sqrt(d)
                P[a, i, j] = exp(S[a, i, j])/sum(l, exp(S[a, i, l]))
                O[a, i, c] = sum(j, P[a, i, j]*V[a, j, c])
                Y[i, k] = sum(a, sum(c, O[a, i, c]*W[a, c, k]))
        """,
        source="Vaswani et al., Attention is all you need, 2017",
        peer=lambda q, k, v, w: torch.einsum("hie,hem->im", F.scaled_dot_product_attention(q, k, v), w),
        wrt=("Q", "W"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            masked_attention(Q[s, d], K[s, d], V[s, e], M[s, s]) -> O
                S[i, j] = sum(k, Q[i, k]*K[j, k])/sqrt(d) + M[i, j]
                P[i, j] = exp(S[i, j])/sum(l, exp(S[i, l]))
                O[i, c] = sum(j, P[i, j]*V[j, c])
        """,
        source="Vaswani et al., Attention is all you need, 2017; Press et al., 2021, for an additive bias",
        peer=lambda q, k, v, m: F.scaled_dot_product_attention(q, k, v, attn_mask=m),
        wrt=("K",),
        kind="vjp",
    ),
    FieldRow(
        text="""
            additive_attention(q[n], K[r, m], V[r, e]; W[n, h], U[m, h], v[h]) -> o
                z[j, k] = tanh(sum(i, q[i]*W[i, k]) + sum(i, K[j, i]*U[i, k]))
                s[j] = sum(k, z[j, k]*v[k])
                p[j] = exp(s[j])/sum(l, exp(s[l]))
                o[c] = sum(j, p[j]*V[j, c])
        """,
        source="Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align, 2015",
        peer=lambda q, k, val, w, u, v: torch.softmax(torch.tanh(q @ w + k @ u) @ v, 0) @ val,
        wrt=("q", "v"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            linear_attention(Q[s, d], K[r, d], V[r, e]) -> O
                f[i, k] = where(Q[i, k] > 0, Q[i, k] + 1, exp(Q[i, k]))
                g[j, k] = where(K[j, k] > 0, K[j, k] + 1, exp(K[j, k]))
                A[k, c] = sum(j, g[j, k]*V[j, c])
                b[k] = sum(j, g[j, k])
                O[i, c] = sum(k, f[i, k]*A[k, c])/sum(k, f[i, k]*b[k])
        """,
        source="Katharopoulos et al., Transformers are RNNs, 2020",
        peer=lambda q, k, v: (
            (F.elu(q) + 1) @ ((F.elu(k) + 1).T @ v) / ((F.elu(q) + 1) @ (F.elu(k) + 1).sum(0))[:, None]
        ),
        kind="vjp",
    ),
    FieldRow(
        text="""
            bilinear(x[n], y[m]; W[k, n, m], b[k]) -> z
                z[c] = sum(i, sum(j, x[i]*W[c, i, j]*y[j])) + b[c]
        """,
        source="Tenenbaum and Freeman, Separating style and content with bilinear models, 2000",
        peer=lambda x, y, w, b: F.bilinear(x, y, w, b),
        wrt=("x", "W", "b"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            low_rank(x[n], alpha; W[n, m], A[n, r], B[r, m]) -> y
                y[k] = sum(j, x[j]*W[j, k]) + alpha/r*sum(c, sum(j, x[j]*A[j, c])*B[c, k])
        """,
        source="Hu et al., LoRA: low-rank adaptation of large language models, 2021",
        peer=lambda x, alpha, w, a, b: x @ w + alpha / a.shape[1] * (x @ a @ b),
        wrt=("x", "A", "B"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            mixture_of_experts(x[n]; G[n, k], W[k, n, m]) -> y
                g[c] = sum(j, x[j]*G[j, c])
                p[c] = exp(g[c])/sum(l, exp(g[l]))
                y[i] = sum(c, p[c]*sum(j, x[j]*W[c, j, i]))
        """,
        source="Jacobs et al., Adaptive mixtures of local experts, 1991",
        peer=lambda x, g, w: torch.softmax(x @ g, 0) @ torch.einsum("j,cji->ci", x, w),
        wrt=("x", "G"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            residual_block(x[n]; W[n, m], b[m], V[m, n], c[n]) -> y
                h[k] = relu(sum(j, x[j]*W[j, k]) + b[k])
                y[i] = x[i] + sum(k, h[k]*V[k, i]) + c[i]
        """,
        source="He et al., Identity mappings in deep residual networks, 2016",
        peer=lambda x, w, b, v, c: x + torch.relu(x @ w + b) @ v + c,
        wrt=("x", "W", "b", "V"),
        kind="vjp",
    ),
)
