"""Kernels, factorizations, embeddings and energies."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812

from tests.field.row import POSITIVE, FieldRow

ROWS = (
    FieldRow(
        text="""
            rbf_kernel(x[n], y[n], s) -> k
                k = exp(-sum(i, (x[i] - y[i])**2)/(2*s**2))
        """,
        source="Schoelkopf and Smola, Learning with Kernels, ch. 2",
        peer=lambda x, y, s: torch.exp(-((x - y) ** 2).sum() / (2 * s**2)),
        domain={"s": POSITIVE},
    ),
    FieldRow(
        text="""
            rational_quadratic(x[n], y[n]; l, a) -> k
                k = (1 + sum(i, (x[i] - y[i])**2)/(2*a*l**2))**(-a)
        """,
        source="Rasmussen and Williams, Gaussian Processes for Machine Learning, 4.19",
        peer=lambda x, y, l, a: (1 + ((x - y) ** 2).sum() / (2 * a * l**2)) ** (-a),  # noqa: E741
        wrt=("x", "l", "a"),
        domain={"l": POSITIVE, "a": POSITIVE},
    ),
    FieldRow(
        text="""
            matern(x[n], y[n]; l) -> k
                r = sqrt(3*sum(i, (x[i] - y[i])**2))/l
                k = (1 + r)*exp(-r)
        """,
        source="Rasmussen and Williams, Gaussian Processes for Machine Learning, 4.17",
        peer=lambda x, y, l: (1 + 3**0.5 * (x - y).norm() / l) * torch.exp(-(3**0.5) * (x - y).norm() / l),  # noqa: E741
        wrt=("x", "l"),
        domain={"l": POSITIVE},
    ),
    FieldRow(
        text="""
            polynomial_kernel(X[m, n], Y[p, n], c) -> K
                K[i, j] = (sum(k, X[i, k]*Y[j, k]) + c)**3
        """,
        source="Schoelkopf and Smola, Learning with Kernels, ch. 2",
        peer=lambda x, y, c: (x @ y.T + c) ** 3,
        wrt=("X", "c"),
    ),
    FieldRow(
        text="""
            matrix_factorization(R[m, n], M[m, n], lam; U[m, k], V[n, k]) -> J
                E[i, j] = R[i, j] - sum(c, U[i, c]*V[j, c])
                J = sum(i, sum(j, M[i, j]*E[i, j]**2)) + lam*(sum(i, sum(c, U[i, c]**2)) + sum(j, sum(c, V[j, c]**2)))
        """,
        source="Koren, Bell and Volinsky, Matrix factorization techniques for recommender systems, 2009",
        peer=lambda r, m, lam, u, v: (m * (r - u @ v.T) ** 2).sum() + lam * ((u**2).sum() + (v**2).sum()),
        domain={"M": (0.0, 1.0)},
    ),
    FieldRow(
        text="""
            nonnegative_factorization(R[m, n]; W[m, k], H[k, n]) -> D
                V[i, j] = sum(c, W[i, c]*H[c, j])
                D = sum(i, sum(j, R[i, j]*log(R[i, j]/V[i, j]) - R[i, j] + V[i, j]))
        """,
        source="Lee and Seung, Algorithms for non-negative matrix factorization, 2000",
        peer=lambda r, w, h: (r * torch.log(r / (w @ h)) - r + w @ h).sum(),
        domain={"R": POSITIVE, "W": POSITIVE, "H": POSITIVE},
    ),
    FieldRow(
        text="""
            biased_factorization(r, u, i, mu; b[m], c[n], P[m, k], Q[n, k]) -> e
                e = (r - mu - b[u] - c[i] - sum(f, P[u, f]*Q[i, f]))**2
        """,
        source="Koren, Bell and Volinsky, Matrix factorization techniques for recommender systems, 2009",
        peer=lambda r, u, i, mu, b, c, p, q: (r - mu - b[u] - c[i] - p[u] @ q[i]) ** 2,
    ),
    FieldRow(
        text="""
            factorization_machine(x[n]; w0, w[n], V[n, k]) -> y
                s[f] = sum(i, V[i, f]*x[i])
                y = w0 + sum(i, w[i]*x[i]) + 1/2*sum(f, s[f]**2 - sum(i, V[i, f]**2*x[i]**2))
        """,
        source="Rendle, Factorization machines, 2010",
        peer=lambda x, w0, w, v: w0 + w @ x + 0.5 * ((v.T @ x) ** 2 - (v**2).T @ x**2).sum(),
    ),
    FieldRow(
        text="""
            skip_gram(c, o, N[k, d]; U[v, d], V[v, d]) -> L
                s = sum(f, U[o, f]*V[c, f])
                q[j] = sum(f, N[j, f]*V[c, f])
                L = log(1 + exp(-s)) + sum(j, log(1 + exp(q[j])))
        """,
        source="Mikolov et al., Distributed representations of words and phrases, 2013",
        peer=lambda c, o, n, u, v: -F.logsigmoid(u[o] @ v[c]) - F.logsigmoid(-(n @ v[c])).sum(),
    ),
    FieldRow(
        text="""
            bayesian_ranking(u[k], p[k], q[k], lam) -> L
                x = sum(f, u[f]*(p[f] - q[f]))
                L = -log(sigmoid(x)) + lam*sum(f, u[f]**2 + p[f]**2 + q[f]**2)
        """,
        source="Rendle et al., BPR: Bayesian personalized ranking, 2009",
        peer=lambda u, p, q, lam: -F.logsigmoid(u @ (p - q)) + lam * (u**2 + p**2 + q**2).sum(),
        wrt=("u", "p"),
    ),
    FieldRow(
        text="""
            trans_e(h[d], r[d], t[d], a[d], b[d], m) -> L
                D = sum(i, (h[i] + r[i] - t[i])**2)
                C = sum(i, (a[i] + r[i] - b[i])**2)
                L = max(0, m + D - C)
        """,
        source="Bordes et al., Translating embeddings for modeling multi-relational data, 2013",
        peer=lambda h, r, t, a, b, m: torch.relu(m + ((h + r - t) ** 2).sum() - ((a + r - b) ** 2).sum()),
        wrt=("h", "r"),
    ),
    FieldRow(
        text="""
            glove(x, a; w[d], u[d], b, c) -> J
                f = where(x < 100, (x/100)**a, 1)
                J = f*(sum(k, w[k]*u[k]) + b + c - log(x))**2
        """,
        source="Pennington, Socher and Manning, GloVe: global vectors for word representation, 2014",
        peer=lambda x, a, w, u, b, c: (x / 100) ** a * (w @ u + b + c - torch.log(x)) ** 2,
        domain={"x": (1.0, 90.0), "a": (0.5, 1.0)},
    ),
    FieldRow(
        text="""
            free_energy(v[n]; W[n, m], b[n], c[m]) -> F
                F = -sum(i, b[i]*v[i]) - sum(j, log(1 + exp(c[j] + sum(i, v[i]*W[i, j]))))
        """,
        source="Hinton, Training products of experts by minimizing contrastive divergence, 2002",
        peer=lambda v, w, b, c: -(b @ v) - F.softplus(c + v @ w).sum(),
    ),
    FieldRow(
        text="""
            hopfield_energy(x[d], X[m, d], beta) -> E
                E = -logsumexp(k, beta*sum(c, X[k, c]*x[c]))/beta + 1/2*sum(c, x[c]**2)
        """,
        source="Ramsauer et al., Hopfield networks is all you need, 2021",
        peer=lambda x, m, beta: -torch.logsumexp(beta * (m @ x), 0) / beta + 0.5 * (x**2).sum(),
        wrt=("x",),
        domain={"beta": POSITIVE},
    ),
    FieldRow(
        text="""
            lennard_jones(x[3], y[3], eps, s) -> V
                r2 = sum(i, (x[i] - y[i])**2)
                V = 4*eps*((s**2/r2)**6 - (s**2/r2)**3)
        """,
        source="Allen and Tildesley, Computer Simulation of Liquids, ch. 1",
        peer=lambda x, y, eps, s: 4 * eps * ((s**2 / ((x - y) ** 2).sum()) ** 6 - (s**2 / ((x - y) ** 2).sum()) ** 3),
        wrt=("x", "s"),
        domain={"x": (1.0, 3.0), "y": (-2.0, 0.0), "s": POSITIVE},
    ),
    FieldRow(
        text="""
            noisy_or(x[n], y; w[n], b) -> L
                q = (1 - sigmoid(b))*prod(i, 1 - sigmoid(w[i])*x[i])
                L = -y*log(1 - q) - (1 - y)*log(q)
        """,
        source="Pearl, Probabilistic Reasoning in Intelligent Systems, ch. 4",
        peer=lambda x, y, w, b: F.binary_cross_entropy(
            1 - (1 - torch.sigmoid(b)) * torch.prod(1 - torch.sigmoid(w) * x), y
        ),
        domain={"x": (0.0, 1.0), "y": (0.0, 1.0)},
    ),
)
