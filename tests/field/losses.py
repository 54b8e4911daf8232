"""Losses of classification, ranking, metric learning and reinforcement learning."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812

from tests.field.row import POSITIVE, PROBABILITY, FieldRow

ROWS = (
    FieldRow(
        text="""
            hinge(x[n], t; w[n], b) -> L
                L = max(0, 1 - t*(sum(j, w[j]*x[j]) + b)) + 1/2*sum(j, w[j]**2)
        """,
        source="Cortes and Vapnik, Support-vector networks, 1995",
        peer=lambda x, t, w, b: torch.relu(1 - t * (w @ x + b)) + 0.5 * (w**2).sum(),
    ),
    FieldRow(
        text="""
            squared_hinge(x[n], t; w[n]) -> L
                L = max(0, 1 - t*sum(j, w[j]*x[j]))**2
        """,
        source="Chang, Hsieh and Lin, Coordinate descent method for large-scale L2-loss linear SVMs, 2008",
        peer=lambda x, t, w: torch.relu(1 - t * (w @ x)) ** 2,
    ),
    FieldRow(
        text="""
            multiclass_hinge(s[c], y) -> L
                L = sum(k, max(0, 1 + s[k] - s[y])) - 1
        """,
        source="Weston and Watkins, Support vector machines for multi-class pattern recognition, 1999",
        peer=lambda s, y: torch.relu(1 + s - s[y]).sum() - 1,
    ),
    FieldRow(
        text="""
            focal(x, t, gamma) -> L
                p = sigmoid(x)
                L = -t*(1 - p)**gamma*log(p) - (1 - t)*p**gamma*log(1 - p)
        """,
        source="Lin et al., Focal loss for dense object detection, 2017",
        peer=lambda x, t, g: (
            -t * torch.sigmoid(-x) ** g * F.logsigmoid(x) - (1 - t) * torch.sigmoid(x) ** g * F.logsigmoid(-x)
        ),
        wrt=("x",),
        domain={"t": (0.0, 1.0), "gamma": POSITIVE},
    ),
    FieldRow(
        text="""
            label_smoothing(a[n], t[n], eps) -> L
                l[i] = a[i] - logsumexp(k, a[k])
                L = -sum(i, ((1 - eps)*t[i] + eps/n)*l[i])
        """,
        source="Szegedy et al., Rethinking the Inception architecture, 2016",
        peer=lambda a, t, eps: -(((1 - eps) * t + eps / len(a)) * torch.log_softmax(a, 0)).sum(),
        wrt=("a",),
        domain={"t": (0.0, 1.0), "eps": PROBABILITY},
    ),
    FieldRow(
        text="""
            distillation(a[n], b[n], T) -> L
                p[i] = exp(a[i]/T)/sum(k, exp(a[k]/T))
                q[i] = exp(b[i]/T)/sum(k, exp(b[k]/T))
                L = -T**2*sum(i, q[i]*log(p[i]))
        """,
        source="Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015",
        peer=lambda a, b, t: -(t**2) * (torch.softmax(b / t, 0) * torch.log_softmax(a / t, 0)).sum(),
        wrt=("a",),
        domain={"T": POSITIVE},
    ),
    FieldRow(
        text="""
            dice(p[n], t[n]) -> L
                L = 1 - (2*sum(i, p[i]*t[i]) + 1)/(sum(i, p[i]) + sum(i, t[i]) + 1)
        """,
        source="Milletari, Navab and Ahmadi, V-Net, 2016",
        peer=lambda p, t: 1 - (2 * p @ t + 1) / (p.sum() + t.sum() + 1),
        wrt=("p",),
        domain={"p": PROBABILITY, "t": (0.0, 1.0)},
    ),
    FieldRow(
        text="""
            tversky(p[n], t[n], alpha, beta) -> L
                A = sum(i, p[i]*t[i])
                B = sum(i, p[i]*(1 - t[i]))
                C = sum(i, (1 - p[i])*t[i])
                L = 1 - A/(A + alpha*B + beta*C)
        """,
        source="Salehi, Erdogmus and Gholipour, Tversky loss function for image segmentation, 2017",
        peer=lambda p, t, a, b: 1 - p @ t / (p @ t + a * (p @ (1 - t)) + b * ((1 - p) @ t)),
        wrt=("p",),
        domain={"p": PROBABILITY, "t": PROBABILITY, "alpha": PROBABILITY, "beta": PROBABILITY},
    ),
    FieldRow(
        text="""
            info_nce(z[b, d], u[b, d], T) -> L
                S[i, j] = sum(c, z[i, c]*u[j, c])/T
                L = mean(i, logsumexp(j, S[i, j]) - S[i, i])
        """,
        source="van den Oord, Li and Vinyals, Representation learning with contrastive predictive coding, 2018",
        peer=lambda z, u, t: F.cross_entropy(z @ u.T / t, torch.arange(len(z))),
        domain={"T": POSITIVE},
    ),
    FieldRow(
        text="""
            cosine_contrast(x[d], y[d], N[m, d], T) -> L
                a = sqrt(sum(c, x[c]**2))
                s = sum(c, x[c]*y[c])/(a*sqrt(sum(c, y[c]**2))*T)
                q[k] = sum(c, x[c]*N[k, c])/(a*sqrt(sum(c, N[k, c]**2))*T)
                L = log(exp(s) + sum(k, exp(q[k]))) - s
        """,
        source="Chen et al., A simple framework for contrastive learning of visual representations, 2020",
        peer=lambda x, y, n, t: F.cross_entropy(
            torch.cat([F.cosine_similarity(x, y, 0)[None], F.cosine_similarity(x[None], n, 1)]) / t, torch.tensor(0)
        ),
        wrt=("x", "y"),
        domain={"T": POSITIVE},
    ),
    FieldRow(
        text="""
            triplet(a[d], p[d], q[d], m) -> L
                L = max(0, sum(c, (a[c] - p[c])**2) - sum(c, (a[c] - q[c])**2) + m)
        """,
        source="Schroff, Kalenichenko and Philbin, FaceNet, 2015",
        peer=lambda a, p, q, m: torch.relu(((a - p) ** 2).sum() - ((a - q) ** 2).sum() + m),
        wrt=("a", "p", "q"),
    ),
    FieldRow(
        text="""
            contrastive(x[d], y[d], t, m) -> L
                D = sqrt(sum(c, (x[c] - y[c])**2))
                L = t/2*D**2 + (1 - t)/2*max(0, m - D)**2
        """,
        source="Hadsell, Chopra and LeCun, Dimensionality reduction by learning an invariant mapping, 2006",
        peer=lambda x, y, t, m: t / 2 * ((x - y) ** 2).sum() + (1 - t) / 2 * torch.relu(m - (x - y).norm()) ** 2,
        wrt=("x", "y"),
        domain={"t": (0.0, 1.0), "m": (3.0, 6.0)},
    ),
    FieldRow(
        text="""
            margin_ranking(x1[n], x2[n], t[n], m) -> L
                L = mean(i, max(0, m - t[i]*(x1[i] - x2[i])))
        """,
        source="Herbrich, Graepel and Obermayer, Large margin rank boundaries for ordinal regression, 2000",
        peer=lambda x, y, t, m: torch.relu(m - t * (x - y)).mean(),
        wrt=("x1", "x2"),
    ),
    FieldRow(
        text="""
            list_net(s[n], y[n]) -> L
                p[i] = exp(y[i])/sum(k, exp(y[k]))
                q[i] = exp(s[i])/sum(k, exp(s[k]))
                L = -sum(i, p[i]*log(q[i]))
        """,
        source="Cao et al., Learning to rank: from pairwise approach to listwise approach, 2007",
        peer=lambda s, y: -(torch.softmax(y, 0) * torch.log_softmax(s, 0)).sum(),
        wrt=("s",),
    ),
    FieldRow(
        text="""
            rank_net(s[n], P[n, n]) -> L
                d[i, j] = s[i] - s[j]
                L = sum(i, sum(j, log(1 + exp(-d[i, j])) + (1 - P[i, j])*d[i, j]))
        """,
        source="Burges et al., Learning to rank using gradient descent, 2005",
        peer=lambda s, p: F.binary_cross_entropy_with_logits(s[:, None] - s[None, :], p, reduction="sum"),
        wrt=("s",),
        domain={"P": (0.0, 1.0)},
    ),
    FieldRow(
        text="""
            direct_preference(a, b, a0, b0, beta) -> L
                L = -log(sigmoid(beta*((a - a0) - (b - b0))))
        """,
        source="Rafailov et al., Direct preference optimization, 2023",
        peer=lambda a, b, a0, b0, beta: -F.logsigmoid(beta * ((a - a0) - (b - b0))),
        wrt=("a", "b"),
        domain={"beta": POSITIVE},
    ),
    FieldRow(
        text="""
            clipped_policy(l, l0, A, eps) -> L
                r = exp(l - l0)
                L = -min(r*A, clip(r, 1 - eps, 1 + eps)*A)
        """,
        source="Schulman et al., Proximal policy optimization algorithms, 2017",
        peer=lambda new, old, a, eps: (
            -torch.minimum(torch.exp(new - old) * a, torch.clamp(torch.exp(new - old), 1 - eps, 1 + eps) * a)
        ),
        wrt=("l",),
        domain={"eps": (0.1, 0.3), "l": (-0.5, 0.5), "l0": (-0.5, 0.5)},
    ),
    FieldRow(
        text="""
            policy_gradient(a[n], y, G, beta) -> L
                p[i] = exp(a[i])/sum(k, exp(a[k]))
                L = -G*log(p[y]) + beta*sum(i, p[i]*log(p[i]))
        """,
        source="Williams, Simple statistical gradient-following algorithms, 1992; Mnih et al., 2016, for the entropy",
        peer=lambda a, y, g, beta: (
            -g * torch.log_softmax(a, 0)[y] + beta * (torch.softmax(a, 0) * torch.log_softmax(a, 0)).sum()
        ),
        wrt=("a",),
    ),
    FieldRow(
        text="""
            generalized_cross_entropy(a[n], y, q) -> L
                p[i] = exp(a[i])/sum(k, exp(a[k]))
                L = (1 - p[y]**q)/q
        """,
        source="Zhang and Sabuncu, Generalized cross entropy loss for training with noisy labels, 2018",
        peer=lambda a, y, q: (1 - torch.softmax(a, 0)[y] ** q) / q,
        wrt=("a",),
        domain={"q": PROBABILITY},
    ),
    FieldRow(
        text="""
            additive_angular(c[n], y, s, m) -> L
                a = s*cos(arccos(c[y]) + m)
                L = log(exp(a) + sum(k, exp(s*c[k])) - exp(s*c[y])) - a
        """,
        source="Deng et al., ArcFace, 2019",
        peer=lambda c, y, s, m: F.cross_entropy(
            torch.where(torch.arange(len(c)) == y, s * torch.cos(torch.arccos(c) + m), s * c), y
        ),
        wrt=("c",),
        domain={"c": (-0.9, 0.9), "s": (1.0, 3.0), "m": (0.1, 0.5)},
    ),
    FieldRow(
        text="""
            barlow_twins(C[d, d], lam) -> L
                L = sum(i, (1 - C[i, i])**2) + lam*(sum(i, sum(j, C[i, j]**2)) - sum(i, C[i, i]**2))
        """,
        source="Zbontar et al., Barlow twins, 2021",
        peer=lambda c, lam: ((1 - c.diagonal()) ** 2).sum() + lam * ((c**2).sum() - (c.diagonal() ** 2).sum()),
        wrt=("C",),
    ),
)
