"""Negative log-likelihoods of the usual distributions, and divergences between them."""

from __future__ import annotations

import math

import torch
import torch.distributions as dist
import torch.nn.functional as F  # noqa: N812

from tests.field.row import POSITIVE, PROBABILITY, FieldRow

ROWS = (
    FieldRow(
        text="""
            gaussian_nll(x[n]; mu[n], s[n]) -> L
                L = sum(i, s[i] + 1/2*((x[i] - mu[i])/exp(s[i]))**2) + n/2*log(2*pi)
        """,
        source="Nix and Weigend, Estimating the mean and variance of the target distribution, 1994; s = log sigma",
        peer=lambda x, mu, s: -dist.Normal(mu, s.exp()).log_prob(x).sum(),
    ),
    FieldRow(
        text="""
            laplace_nll(x[n]; mu, b) -> L
                L = sum(i, abs(x[i] - mu)/b) + n*log(2*b)
        """,
        source="Laplace, 1774",
        peer=lambda x, mu, b: -dist.Laplace(mu, b).log_prob(x).sum(),
        domain={"b": POSITIVE},
    ),
    FieldRow(
        text="""
            student_t_nll(x[n]; mu, s, nu) -> L
                c = lgamma(nu/2) - lgamma((nu + 1)/2) + 1/2*log(pi*nu) + log(s)
                L = n*c + (nu + 1)/2*sum(i, log(1 + ((x[i] - mu)/s)**2/nu))
        """,
        source="Lange, Little and Taylor, Robust statistical modeling using the t distribution, 1989",
        peer=lambda x, mu, s, nu: -dist.StudentT(nu, mu, s).log_prob(x).sum(),
        domain={"s": POSITIVE, "nu": (1.0, 9.0)},
    ),
    FieldRow(
        text="""
            cauchy_nll(x[n]; m, s) -> L
                L = sum(i, log(pi*s*(1 + ((x[i] - m)/s)**2)))
        """,
        source="Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, ch. 16",
        peer=lambda x, m, s: -dist.Cauchy(m, s).log_prob(x).sum(),
        domain={"s": POSITIVE},
    ),
    FieldRow(
        text="""
            gamma_nll(x; k, rate) -> L
                L = lgamma(k) - k*log(rate) - (k - 1)*log(x) + rate*x
        """,
        source="Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions, ch. 17",
        peer=lambda x, k, rate: -dist.Gamma(k, rate).log_prob(x),
        domain={"x": POSITIVE, "k": POSITIVE, "rate": POSITIVE},
    ),
    FieldRow(
        text="""
            beta_nll(x; a, b) -> L
                L = lgamma(a) + lgamma(b) - lgamma(a + b) - (a - 1)*log(x) - (b - 1)*log(1 - x)
        """,
        source="Ferrari and Cribari-Neto, Beta regression for modelling rates and proportions, 2004",
        peer=lambda x, a, b: -dist.Beta(a, b).log_prob(x),
        domain={"x": PROBABILITY, "a": POSITIVE, "b": POSITIVE},
    ),
    FieldRow(
        text="""
            negative_binomial_nll(k; mu, r) -> L
                L = lgamma(r) + lgamma(k + 1) - lgamma(k + r) - r*log(r/(r + mu)) - k*log(mu/(r + mu))
        """,
        source="Hilbe, Negative Binomial Regression, ch. 8",
        peer=lambda k, mu, r: (
            torch.lgamma(r)
            + torch.lgamma(k + 1)
            - torch.lgamma(k + r)
            - r * torch.log(r / (r + mu))
            - k * torch.log(mu / (r + mu))
        ),
        domain={"k": POSITIVE, "mu": POSITIVE, "r": POSITIVE},
    ),
    FieldRow(
        text="""
            dirichlet_nll(p[n]; a[n]) -> L
                L = sum(i, lgamma(a[i])) - lgamma(sum(i, a[i])) - sum(i, (a[i] - 1)*log(p[i]))
        """,
        source="Minka, Estimating a Dirichlet distribution, 2000",
        peer=lambda p, a: torch.lgamma(a).sum() - torch.lgamma(a.sum()) - ((a - 1) * torch.log(p)).sum(),
        domain={"p": PROBABILITY, "a": POSITIVE},
    ),
    FieldRow(
        text="""
            weibull_nll(x[n]; lam, k) -> L
                L = -n*(log(k) - k*log(lam)) - (k - 1)*sum(i, log(x[i])) + sum(i, (x[i]/lam)**k)
        """,
        source="Weibull, A statistical distribution function of wide applicability, 1951",
        peer=lambda x, lam, k: -dist.Weibull(lam, k).log_prob(x).sum(),
        domain={"x": POSITIVE, "lam": POSITIVE, "k": POSITIVE},
    ),
    FieldRow(
        text="""
            log_normal_nll(x; mu, s) -> L
                L = log(x) + log(s) + 1/2*log(2*pi) + (log(x) - mu)**2/(2*s**2)
        """,
        source="Aitchison and Brown, The Lognormal Distribution, 1957",
        peer=lambda x, mu, s: -dist.LogNormal(mu, s).log_prob(x),
        domain={"x": POSITIVE, "s": POSITIVE},
    ),
    FieldRow(
        text="""
            gumbel_nll(x[n]; mu, b) -> L
                z[i] = (x[i] - mu)/b
                L = sum(i, z[i] + exp(-z[i])) + n*log(b)
        """,
        source="Gumbel, Statistics of Extremes, 1958",
        peer=lambda x, mu, b: -dist.Gumbel(mu, b).log_prob(x).sum(),
        domain={"b": (0.8, 2.0)},
    ),
    FieldRow(
        text="""
            mixture_of_gaussians(x[d]; a[k], M[k, d], s[k]) -> L
                q[c] = a[c] - d*log(s[c]) - sum(j, (x[j] - M[c, j])**2)/(2*s[c]**2)
                L = d/2*log(2*pi) + logsumexp(c, a[c]) - logsumexp(c, q[c])
        """,
        source="Bishop, Pattern Recognition and Machine Learning, 9.2",
        peer=lambda x, a, m, s: (
            -torch.logsumexp(
                torch.log_softmax(a, 0)
                - len(x) * (torch.log(s) + math.log(2 * math.pi) / 2)
                - ((x - m) ** 2).sum(1) / (2 * s**2),
                0,
            )
        ),
        domain={"s": (0.7, 2.0)},
    ),
    FieldRow(
        text="""
            probit_nll(x[n], t; w[n]) -> L
                z = sum(j, w[j]*x[j])
                P = 1/2*(1 + erf(z/sqrt(2)))
                L = -t*log(P) - (1 - t)*log(1 - P)
        """,
        source="Bliss, The method of probits, 1934",
        peer=lambda x, t, w: F.binary_cross_entropy(0.5 * (1 + torch.erf(w @ x / 2**0.5)), t),
        domain={"t": (0.0, 1.0), "x": (-1.0, 1.0), "w": (-1.0, 1.0)},
    ),
    FieldRow(
        text="""
            gaussian_kl(mu1[n], s1[n]; mu2[n], s2[n]) -> D
                D = sum(i, log(s2[i]/s1[i]) + (s1[i]**2 + (mu1[i] - mu2[i])**2)/(2*s2[i]**2) - 1/2)
        """,
        source="Kullback, Information Theory and Statistics, ch. 9",
        peer=lambda m1, s1, m2, s2: dist.kl_divergence(dist.Normal(m1, s1), dist.Normal(m2, s2)).sum(),
        wrt=("mu1", "s1", "mu2", "s2"),
        domain={"s1": POSITIVE, "s2": POSITIVE},
    ),
    FieldRow(
        text="""
            vae_kl(mu[n], v[n]) -> D
                D = -1/2*sum(i, 1 + v[i] - mu[i]**2 - exp(v[i]))
        """,
        source="Kingma and Welling, Auto-encoding variational Bayes, 2013, appendix B; v = log sigma squared",
        peer=lambda mu, v: -0.5 * (1 + v - mu**2 - v.exp()).sum(),
    ),
    FieldRow(
        text="""
            elbo(x[n], eps[k]; mu[k], v[k], W[k, n], b[n]) -> J
                z[c] = mu[c] + exp(v[c]/2)*eps[c]
                l[j] = sum(c, z[c]*W[c, j]) + b[j]
                J = sum(j, log(1 + exp(l[j])) - x[j]*l[j]) + 1/2*sum(c, mu[c]**2 + exp(v[c]) - v[c] - 1)
        """,
        source="Kingma and Welling, Auto-encoding variational Bayes, 2013: one sample, Bernoulli decoder",
        peer=lambda x, eps, mu, v, w, b: (
            F.binary_cross_entropy_with_logits((mu + torch.exp(v / 2) * eps) @ w + b, x, reduction="sum")
            + 0.5 * (mu**2 + v.exp() - v - 1).sum()
        ),
        domain={"x": (0.0, 1.0)},
    ),
    FieldRow(
        text="""
            categorical_kl(a[n], b[n]) -> D
                p[i] = exp(a[i])/sum(k, exp(a[k]))
                q[i] = exp(b[i])/sum(k, exp(b[k]))
                D = sum(i, p[i]*log(p[i]/q[i]))
        """,
        source="Hinton, Vinyals and Dean, Distilling the knowledge in a neural network, 2015",
        peer=lambda a, b: F.kl_div(torch.log_softmax(b, 0), torch.softmax(a, 0), reduction="sum"),
    ),
    FieldRow(
        text="""
            jensen_shannon(p[n], q[n]) -> D
                m[i] = (p[i] + q[i])/2
                D = 1/2*sum(i, p[i]*log(p[i]/m[i])) + 1/2*sum(i, q[i]*log(q[i]/m[i]))
        """,
        source="Lin, Divergence measures based on the Shannon entropy, 1991",
        peer=lambda p, q: 0.5 * (p * torch.log(2 * p / (p + q)) + q * torch.log(2 * q / (p + q))).sum(),
        domain={"p": PROBABILITY, "q": PROBABILITY},
    ),
    FieldRow(
        text="""
            cox_partial(x[m, n], d[m], R[m, m]; w[n]) -> L
                eta[i] = sum(j, x[i, j]*w[j])
                L = -sum(i, d[i]*(eta[i] - log(sum(l, R[i, l]*exp(eta[l])))))
        """,
        source="Cox, Regression models and life-tables, 1972; R[i, l] = 1 where l is at risk when i fails",
        peer=lambda x, d, r, w: -(d * (x @ w - torch.log(r @ torch.exp(x @ w)))).sum(),
        domain={"d": (0.0, 1.0), "R": (0.1, 1.0)},
    ),
)
