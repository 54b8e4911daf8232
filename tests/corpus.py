"""Small definitions that together make every rule of the engine take a step."""

from __future__ import annotations

from dataclasses import replace

from derive.language.assumption import read_assumption
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.resolve import parse

TEXT = """
sigmoid(x) -> y
    y = 1/(1 + exp(-x))
tanh(x) -> y
    y = (exp(x) - exp(-x))/(exp(x) + exp(-x))
relu(x) -> y
    y = where(x < 0, 0, x)
softmax(a[n]) -> p
    p[i] = exp(a[i]) / sum(k, exp(a[k]))
likelihood(z[n], t[n]) -> L
    p[i] = softmax(z)[i]
    L = sum(i, t[i]*log(p[i]))
perceptron(x[n], t[m]; w[n, m]) -> E
    X[k] = sum(j, w[j, k] * x[j])
    O[k] = sigmoid(X[k])
    E = 1/2 * sum(k, (O[k] - t[k])**2)
reflected(x) -> y
    y = 1 - sigmoid(x)
shifted(x) -> y
    y = 1/(1 + 2**(-x))
silu(x) -> y
    y = x*sigmoid(x)
powers(x) -> y
    y = (1 + x**2)**x + x**x + 3**x + x**(-2)/5
alike(x) -> y
    y = x**2 + (2*x)**2 + x*x*x/x
functions(x) -> y
    y = log(x) + sqrt(x) + sin(x) + cos(x) + tan(x) + arctan(x) + sinh(x) + cosh(x) + abs(x) + sign(x)
inverses(x) -> y
    y = arcsin(x/4) + arccos(x/4) + arcsinh(x) + arccosh(x + 4) + arctanh(x/4)
extremes(a[n]) -> y
    y = max(k, a[k]**2) + min(k, 3*a[k])
counted(a[n], b) -> y
    y = sum(k, a[k] + b)
averaged(a[n]; c) -> y
    y = mean(k, c*a[k]/(1 + c**2))
outer(u[n], v[m]) -> M
    M[i, j] = u[i]*v[j]
trace_like(A[n, n]) -> s
    s = sum(i, A[i, i]**2)
hypotenuse(x, y) -> r
    r = sqrt(x**2 + y**2)
applied(x, y) -> z
    z = hypotenuse(2*x, x*y)
deep(x[n]; W[n, m], V[m]) -> y
    h[k] = tanh(sum(j, W[j, k]*x[j]))
    y = sigmoid(sum(k, V[k]*h[k]))
tempered(a[n]; T) -> p
    p[i] = exp(a[i]/T) / sum(k, exp(a[k]/T))
entropy(p, t) -> L
    L = -(t*log(p) + (1 - t)*log(1 - p))
logistic(x, t) -> L
    p = sigmoid(x)
    L = -(t*log(p) + (1 - t)*log(1 - p))
penalized(y[n], w[n]) -> L
    L = sum(i, -y[i]*w[i]) + 1/2*sum(i, abs(w[i]) + w[i]**2)
ranked(s[n], t[n]) -> L
    L = sum(i, max(0, 1 - t[i]*s[i]) + max(0, t[i] + s[i] - s[0]))
weighted(a[n], t[n]) -> L
    p[i] = exp(a[i]) / sum(k, exp(a[k]))
    L = -sum(i, t[i]*log(p[i]))
"""

ASSUMING = {"weighted": ("sum(i, t[i]) = 1",)}
"""Definitions of the corpus that assume something."""


def assuming(definition: Definition) -> Definition:
    texts = ASSUMING.get(definition.name, ())
    return replace(definition, assumptions=tuple(read_assumption(definition, text) for text in texts))


DEFINITIONS: tuple[Definition, ...] = tuple(map(assuming, parse(TEXT)))

SPECIAL: tuple[Definition, ...] = parse(
    """
special(x) -> y
    y = log1p(x) + expm1(x) + erf(x) + lgamma(x) + digamma(x) + sqrt(2*pi)*x
polygamma(x) -> y
    y = trigamma(x) + tetragamma(x)
factorial_like(x[n]) -> y
    y = prod(k, 1 + x[k]**2)
total_variation(x[n]) -> E
    E = sum(i, (x[i+1] - x[i])**2)
negative_log_likelihood(p[n], y) -> L
    L = -log(p[y])
softsign(x) -> y
    y = x/(1 + abs(x))
shares(a[n]) -> p
    p[i] = exp(a[i])/sum(k, exp(a[k]))
divergence(a[n], q[n]) -> D
    p[i] = shares(a)[i]
    D = sum(i, p[i]*log(p[i]/q[i]))
first_of_squares(x[n]) -> L
    z[i] = x[i]**2
    L = z[0] - log(sum(k, exp(z[k])))
squared_hinge(x[n], t; w[n]) -> L
    L = max(0, 1 - t*sum(k, w[k]*x[k]))**2
logit_less_its_share(a[n]) -> y
    p[i] = exp(a[i])/sum(k, exp(a[k]))
    y = a[0] - log(p[0])
square_of_largest(x[n]) -> E
    E = max(k, x[k])**2
"""
)
"""Definitions with labels, products over an index and special functions."""

DOMAINS = {
    "powers": {"x": (0.5, 2.0)},
    "functions": {"x": (0.2, 1.4)},
    "special": {"x": (0.5, 2.0)},
    "polygamma": {"x": (0.5, 2.0)},
    "negative_log_likelihood": {"p": (0.1, 0.9)},
    "tempered": {"T": (0.5, 2.0)},
    "entropy": {"p": (0.1, 0.9)},
    "divergence": {"q": (0.1, 0.9)},
    "weighted": {"t": (0.1, 0.9)},
}

MORE_WANTED = {
    "perceptron": (Wanted("gradient", "E", "w"), Wanted("gradient", "E", "x")),
    "total_variation": (Wanted("gradient", "E", "x"), Wanted("hessian", "E", "x"), Wanted("hvp", "E", "x")),
    "square_of_largest": (Wanted("gradient", "E", "x"), Wanted("hessian", "E", "x")),
    "tempered": tuple(Wanted(k, "p", v) for v in ("a", "T") for k in ("jacobian", "vjp", "jvp")),
}
