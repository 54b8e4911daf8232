"""Activations, gates and cells."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812

from tests.field.row import POSITIVE, FieldRow


def lstm(x, h, c, wi, wf, wo, wg, ui, uf, uo, ug):  # type: ignore[no-untyped-def]
    i, f, o = (torch.sigmoid(x @ w + h @ u) for w, u in ((wi, ui), (wf, uf), (wo, uo)))
    new = f * c + i * torch.tanh(x @ wg + h @ ug)
    return o * torch.tanh(new), new


def gru(x, h, wz, wr, wn, uz, ur, un):  # type: ignore[no-untyped-def]
    z, r = torch.sigmoid(x @ wz + h @ uz), torch.sigmoid(x @ wr + h @ ur)
    return (1 - z) * torch.tanh(x @ wn + r * (h @ un)) + z * h


def elman(x1, x2, t, w, u, v):  # type: ignore[no-untyped-def]
    h = torch.tanh(x1 @ w)
    h = torch.tanh(x2 @ w + h @ u)
    return 0.5 * (h @ v - t) ** 2


ROWS = (
    FieldRow(
        text="""
            mish(x) -> y
                y = x*tanh(log(1 + exp(x)))
        """,
        source="Misra, Mish: a self regularized non-monotonic activation function, 2019",
        peer=F.mish,
        domain={"x": (-6.0, 6.0)},
    ),
    FieldRow(
        text="""
            swish(x; beta) -> y
                y = x*sigmoid(beta*x)
        """,
        source="Ramachandran, Zoph and Le, Searching for activation functions, 2017",
        peer=lambda x, beta: x * torch.sigmoid(beta * x),
        wrt=("x", "beta"),
    ),
    FieldRow(
        text="""
            softplus_beta(x, beta) -> y
                y = log(1 + exp(beta*x))/beta
        """,
        source="Dugas et al., Incorporating second-order functional knowledge, 2001; with a sharpness",
        peer=lambda x, beta: torch.log1p(torch.exp(beta * x)) / beta,
        domain={"beta": POSITIVE},
    ),
    FieldRow(
        text="""
            scaled_elu(x) -> y
                y = 1.0507009873554805*where(x > 0, x, 1.6732632423543772*(exp(x) - 1))
        """,
        source="Klambauer et al., Self-normalizing neural networks, 2017",
        peer=F.selu,
    ),
    FieldRow(
        text="""
            snake(x; a) -> y
                y = x + sin(a*x)**2/a
        """,
        source="Liu, Hartwig and Ueda, Neural networks fail to learn periodic functions, 2020",
        peer=lambda x, a: x + torch.sin(a * x) ** 2 / a,
        wrt=("x", "a"),
        domain={"a": POSITIVE},
    ),
    FieldRow(
        text="""
            softsign(x[n]) -> y
                y[i] = x[i]/(1 + abs(x[i]))
        """,
        source="Bergstra et al., Quadratic polynomials learn better image features, 2009",
        peer=F.softsign,
    ),
    FieldRow(
        text="""
            gumbel_softmax(a[n], u[n], T) -> y
                z[i] = (a[i] - log(-log(u[i])))/T
                y[i] = exp(z[i])/sum(k, exp(z[k]))
        """,
        source="Jang, Gu and Poole, Categorical reparameterization with Gumbel-softmax, 2017",
        peer=lambda a, u, t: torch.softmax((a - torch.log(-torch.log(u))) / t, 0),
        wrt=("a", "T"),
        domain={"u": (0.05, 0.95), "T": POSITIVE},
    ),
    FieldRow(
        text="""
            maxout(x[n]; W[k, n, m], b[k, m]) -> y
                y[j] = max(c, sum(i, W[c, i, j]*x[i]) + b[c, j])
        """,
        source="Goodfellow et al., Maxout networks, 2013",
        peer=lambda x, w, b: (torch.einsum("cij,i->cj", w, x) + b).max(0).values,
    ),
    FieldRow(
        text="""
            gated_linear(x[n]; W[n, m], V[n, m], b[m], c[m]) -> y
                y[k] = (sum(j, x[j]*W[j, k]) + b[k])*sigmoid(sum(j, x[j]*V[j, k]) + c[k])
        """,
        source="Dauphin et al., Language modeling with gated convolutional networks, 2017",
        peer=lambda x, w, v, b, c: (x @ w + b) * torch.sigmoid(x @ v + c),
        kind="vjp",
    ),
    FieldRow(
        text="""
            swiglu(x[n]; W[n, m], V[n, m], U[m, n]) -> y
                a[k] = sum(j, x[j]*W[j, k])
                b[k] = sum(j, x[j]*V[j, k])
                h[k] = a[k]*sigmoid(a[k])*b[k]
                y[i] = sum(k, h[k]*U[k, i])
        """,
        source="Shazeer, GLU variants improve transformer, 2020",
        peer=lambda x, w, v, u: (F.silu(x @ w) * (x @ v)) @ u,
        wrt=("x", "W"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            geglu(x[n]; W[n, m], V[n, m]) -> y
                a[k] = sum(j, x[j]*W[j, k])
                y[k] = a[k]/2*(1 + erf(a[k]/sqrt(2)))*sum(j, x[j]*V[j, k])
        """,
        source="Shazeer, GLU variants improve transformer, 2020",
        peer=lambda x, w, v: F.gelu(x @ w) * (x @ v),
        kind="vjp",
    ),
    FieldRow(
        text="""
            highway(x[n]; W[n, n], b[n], V[n, n], c[n]) -> y
                h[i] = tanh(sum(j, W[i, j]*x[j]) + b[i])
                t[i] = sigmoid(sum(j, V[i, j]*x[j]) + c[i])
                y[i] = h[i]*t[i] + x[i]*(1 - t[i])
        """,
        source="Srivastava, Greff and Schmidhuber, Highway networks, 2015",
        peer=lambda x, w, b, v, c: (
            torch.tanh(w @ x + b) * torch.sigmoid(v @ x + c) + x * (1 - torch.sigmoid(v @ x + c))
        ),
        wrt=("x", "W"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            lstm(x[n], h[m], c[m];
                 Wi[n, m], Wf[n, m], Wo[n, m], Wg[n, m], Ui[m, m], Uf[m, m], Uo[m, m], Ug[m, m]) -> H, C
                i[k] = sigmoid(sum(j, x[j]*Wi[j, k]) + sum(l, h[l]*Ui[l, k]))
                f[k] = sigmoid(sum(j, x[j]*Wf[j, k]) + sum(l, h[l]*Uf[l, k]))
                o[k] = sigmoid(sum(j, x[j]*Wo[j, k]) + sum(l, h[l]*Uo[l, k]))
                g[k] = tanh(sum(j, x[j]*Wg[j, k]) + sum(l, h[l]*Ug[l, k]))
                C[k] = f[k]*c[k] + i[k]*g[k]
                H[k] = o[k]*tanh(C[k])
        """,
        source="Hochreiter and Schmidhuber, Long short-term memory, 1997; Gers et al., 2000, for the forget gate",
        peer=lstm,
        wrt=("c", "Uf"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            gru(x[n], h[m]; Wz[n, m], Wr[n, m], Wn[n, m], Uz[m, m], Ur[m, m], Un[m, m]) -> H
                z[k] = sigmoid(sum(j, x[j]*Wz[j, k]) + sum(l, h[l]*Uz[l, k]))
                r[k] = sigmoid(sum(j, x[j]*Wr[j, k]) + sum(l, h[l]*Ur[l, k]))
                N[k] = tanh(sum(j, x[j]*Wn[j, k]) + r[k]*sum(l, h[l]*Un[l, k]))
                H[k] = (1 - z[k])*N[k] + z[k]*h[k]
        """,
        source="Cho et al., Learning phrase representations using RNN encoder-decoder, 2014",
        peer=gru,
        wrt=("h", "Wr"),
        kind="vjp",
    ),
    FieldRow(
        text="""
            elman(x1[n], x2[n], t; W[n, m], U[m, m], V[m]) -> E
                h1[k] = tanh(sum(j, x1[j]*W[j, k]))
                h2[k] = tanh(sum(j, x2[j]*W[j, k]) + sum(l, h1[l]*U[l, k]))
                E = 1/2*(sum(k, h2[k]*V[k]) - t)**2
        """,
        source="Elman, Finding structure in time, 1990; two steps written out",
        peer=elman,
    ),
    FieldRow(
        text="""
            squeeze_excite(x[c, s]; A[c, r], B[r, c]) -> y
                m[k] = mean(p, x[k, p])
                h[l] = relu(sum(k, m[k]*A[k, l]))
                g[k] = sigmoid(sum(l, h[l]*B[l, k]))
                y[k, p] = g[k]*x[k, p]
        """,
        source="Hu, Shen and Sun, Squeeze-and-excitation networks, 2018",
        peer=lambda x, a, b: torch.sigmoid(torch.relu(x.mean(1) @ a) @ b)[:, None] * x,
        wrt=("x", "A"),
        kind="vjp",
    ),
)
