"""Regression: penalties, links and robust losses."""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812

from tests.field.row import POSITIVE, PROBABILITY, FieldRow

ROWS = (
    FieldRow(
        text="""
            ridge(X[m, n], y[m], lam; w[n], b) -> J
                r[i] = sum(j, X[i, j]*w[j]) + b - y[i]
                J = 1/2*sum(i, r[i]**2) + lam/2*sum(j, w[j]**2)
        """,
        source="Hoerl and Kennard, Ridge regression, 1970",
        peer=lambda x, y, lam, w, b: 0.5 * ((x @ w + b - y) ** 2).sum() + lam / 2 * (w**2).sum(),
    ),
    FieldRow(
        text="""
            lasso(X[m, n], y[m], lam; w[n]) -> J
                J = 1/(2*m)*sum(i, (y[i] - sum(j, X[i, j]*w[j]))**2) + lam*sum(j, abs(w[j]))
        """,
        source="Tibshirani, Regression shrinkage and selection via the lasso, 1996",
        peer=lambda x, y, lam, w: ((y - x @ w) ** 2).mean() / 2 + lam * w.abs().sum(),
    ),
    FieldRow(
        text="""
            elastic_net(X[m, n], y[m], lam, rho; w[n]) -> J
                r[i] = y[i] - sum(j, X[i, j]*w[j])
                J = mean(i, r[i]**2)/2 + lam*(rho*sum(j, abs(w[j])) + (1 - rho)/2*sum(j, w[j]**2))
        """,
        source="Zou and Hastie, Regularization and variable selection via the elastic net, 2005",
        peer=lambda x, y, lam, rho, w: (
            ((y - x @ w) ** 2).mean() / 2 + lam * (rho * w.abs().sum() + (1 - rho) / 2 * (w**2).sum())
        ),
    ),
    FieldRow(
        text="""
            group_lasso(x[g, n], y; w[g, n]) -> J
                J = (sum(a, sum(j, x[a, j]*w[a, j])) - y)**2 + sqrt(n)*sum(a, sqrt(sum(j, w[a, j]**2)))
        """,
        source="Yuan and Lin, Model selection and estimation in regression with grouped variables, 2006",
        peer=lambda x, y, w: ((x * w).sum() - y) ** 2 + w.shape[1] ** 0.5 * w.norm(dim=1).sum(),
    ),
    FieldRow(
        text="""
            weighted_least_squares(x[n], y, s; w[n], b) -> J
                J = (y - sum(j, w[j]*x[j]) - b)**2/(2*s**2)
        """,
        source="Aitken, On least squares and linear combination of observations, 1935",
        peer=lambda x, y, s, w, b: (y - w @ x - b) ** 2 / (2 * s**2),
        domain={"s": POSITIVE},
    ),
    FieldRow(
        text="""
            logistic_regression(x[n], t; w[n], b) -> L
                z = sum(j, w[j]*x[j]) + b
                L = log(1 + exp(z)) - t*z
        """,
        source="Cox, The regression analysis of binary sequences, 1958",
        peer=lambda x, t, w, b: F.softplus(w @ x + b) - t * (w @ x + b),
        domain={"t": (0.0, 1.0)},
    ),
    FieldRow(
        text="""
            multinomial_regression(x[n], y; W[n, c], b[c]) -> L
                z[k] = sum(j, x[j]*W[j, k]) + b[k]
                L = logsumexp(k, z[k]) - z[y]
        """,
        source="Bishop, Pattern Recognition and Machine Learning, 4.3.4",
        peer=lambda x, y, w, b: torch.logsumexp(x @ w + b, 0) - (x @ w + b)[y],
    ),
    FieldRow(
        text="""
            poisson_regression(x[n], y; w[n], b) -> L
                eta = sum(j, w[j]*x[j]) + b
                L = exp(eta) - y*eta
        """,
        source="McCullagh and Nelder, Generalized Linear Models, ch. 6",
        peer=lambda x, y, w, b: torch.exp(w @ x + b) - y * (w @ x + b),
        domain={"y": POSITIVE},
    ),
    FieldRow(
        text="""
            gamma_regression(x[n], y; w[n]) -> D
                mu = exp(sum(j, w[j]*x[j]))
                D = 2*((y - mu)/mu - log(y/mu))
        """,
        source="McCullagh and Nelder, Generalized Linear Models, ch. 8: the deviance with a logarithmic link",
        peer=lambda x, y, w: 2 * ((y - torch.exp(w @ x)) / torch.exp(w @ x) - torch.log(y / torch.exp(w @ x))),
        domain={"y": POSITIVE},
    ),
    FieldRow(
        text="""
            tweedie_deviance(y, p; eta) -> D
                mu = exp(eta)
                D = 2*(y**(2 - p)/((1 - p)*(2 - p)) - y*mu**(1 - p)/(1 - p) + mu**(2 - p)/(2 - p))
        """,
        source="Jorgensen, Exponential dispersion models, 1987",
        peer=lambda y, p, eta: (
            2
            * (
                y ** (2 - p) / ((1 - p) * (2 - p))
                - y * torch.exp(eta) ** (1 - p) / (1 - p)
                + torch.exp(eta) ** (2 - p) / (2 - p)
            )
        ),
        domain={"y": POSITIVE, "p": (1.1, 1.9)},
    ),
    FieldRow(
        text="""
            pinball(x[n], y, tau; w[n]) -> L
                r = y - sum(j, w[j]*x[j])
                L = where(r < 0, (tau - 1)*r, tau*r)
        """,
        source="Koenker and Bassett, Regression quantiles, 1978",
        peer=lambda x, y, tau, w: torch.maximum((tau - 1) * (y - w @ x), tau * (y - w @ x)),
        domain={"tau": PROBABILITY},
    ),
    FieldRow(
        text="""
            smooth_l1(y[n], t[n], beta) -> L
                d[i] = y[i] - t[i]
                L = mean(i, where(abs(d[i]) < beta, d[i]**2/(2*beta), abs(d[i]) - beta/2))
        """,
        source="Girshick, Fast R-CNN, 2015",
        peer=lambda y, t, beta: F.smooth_l1_loss(y, t, beta=beta.item()),
        wrt=("y",),
        domain={"beta": (0.5, 1.5)},
    ),
    FieldRow(
        text="""
            log_cosh(y[n], t[n]) -> L
                L = sum(i, log(cosh(y[i] - t[i])))
        """,
        source="Green, Bayesian reconstructions from emission tomography data, 1990",
        peer=lambda y, t: torch.log(torch.cosh(y - t)).sum(),
        wrt=("y",),
    ),
    FieldRow(
        text="""
            tukey_biweight(y, t, c) -> L
                u = (y - t)/c
                L = where(abs(u) <= 1, c**2/6*(1 - (1 - u**2)**3), c**2/6)
        """,
        source="Beaton and Tukey, The fitting of power series, 1974",
        peer=lambda y, t, c: torch.where(
            ((y - t) / c).abs() <= 1, c**2 / 6 * (1 - (1 - ((y - t) / c) ** 2) ** 3), c**2 / 6
        ),
        wrt=("y",),
        domain={"c": POSITIVE},
    ),
    FieldRow(
        text="""
            cauchy_loss(y[n], t[n], c) -> L
                L = c**2/2*sum(i, log(1 + ((y[i] - t[i])/c)**2))
        """,
        source="Black and Anandan, The robust estimation of multiple motions, 1996",
        peer=lambda y, t, c: c**2 / 2 * torch.log1p(((y - t) / c) ** 2).sum(),
        wrt=("y", "c"),
        domain={"c": POSITIVE},
    ),
    FieldRow(
        text="""
            geman_mcclure(y[n], t[n]; c) -> L
                L = sum(i, (y[i] - t[i])**2/(c**2 + (y[i] - t[i])**2))
        """,
        source="Geman and McClure, Statistical methods for tomographic image reconstruction, 1987",
        peer=lambda y, t, c: ((y - t) ** 2 / (c**2 + (y - t) ** 2)).sum(),
        wrt=("y", "c"),
        domain={"c": POSITIVE},
    ),
    FieldRow(
        text="""
            barron_loss(r, alpha; c) -> L
                b = abs(alpha - 2)
                L = b/alpha*((r**2/(c**2*b) + 1)**(alpha/2) - 1)
        """,
        source="Barron, A general and adaptive robust loss function, 2019",
        peer=lambda r, a, c: (2 - a) / a * ((r**2 / (c**2 * (2 - a)) + 1) ** (a / 2) - 1),
        wrt=("r", "alpha", "c"),
        domain={"alpha": (0.4, 1.6), "c": POSITIVE},
    ),
    FieldRow(
        text="""
            kernel_ridge(K[m, m], y[m], lam; a[m]) -> J
                f[i] = sum(j, K[i, j]*a[j])
                J = sum(i, (f[i] - y[i])**2) + lam*sum(i, a[i]*f[i])
        """,
        source="Saunders, Gammerman and Vovk, Ridge regression learning algorithm in dual variables, 1998",
        peer=lambda k, y, lam, a: ((k @ a - y) ** 2).sum() + lam * a @ k @ a,
    ),
)
