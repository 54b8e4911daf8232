"""Definitions of symbolic depth that the tests share: networks by layers, and in time."""

from __future__ import annotations

from derive.language.layers import parse_definitions
from derive.language.recurrence import RecurrentDefinition

FUNCTIONS = """
sigmoid(x) -> y
    y = 1/(1 + exp(-x))
tanh(x) -> y
    y = (exp(x) - exp(-x))/(exp(x) + exp(-x))
relu(x) -> y
    y = where(x < 0, 0, x)
softplus(x) -> y
    y = log(1 + exp(x))
silu(x) -> y
    y = x*sigmoid(x)
"""

TEXTS = {
    "mlp": """
mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])
    O{l}[k] = sigmoid(X{l}[k])
    E = 1/2 * sum(k, (O{L}[k] - t[k])**2)
""",
    "biases": """
mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}], b{l}[n{l}]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j]) + b{l}[k]
    O{l}[k] = relu(X{l}[k])
    E = 1/2 * sum(k, (O{L}[k] - t[k])**2)
""",
    "softmax": """
mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}], b{l}[n{l}]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j]) + b{l}[k]
    O{l}[k] = relu(X{l}[k])
    p[k] = exp(X{L}[k])/sum(m, exp(X{L}[m]))
    E = -sum(k, t[k]*log(p[k]))
""",
    "labels": """
mlp(x[n{0}], y; W{l}[n{l-1}, n{l}], b{l}[n{l}]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j]) + b{l}[k]
    O{l}[k] = sigmoid(X{l}[k])
    E = logsumexp(k, X{L}[k]) - X{L}[y]
""",
    "residual": """
net(x[n], t[n]; W{l}[n, n]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])
    O{l}[k] = O{l-1}[k] + tanh(X{l}[k])
    E = sum(k, (O{L}[k] - t[k])**2)
""",
    "rnn": """
rnn(x{t}[n], y[o]; U[n, h], W[h, h], V[h, o]) -> E
    s{0}[k] = 0
    Z{t}[k] = sum(i, U[i, k]*x{t}[i]) + sum(j, W[j, k]*s{t-1}[j])
    s{t}[k] = tanh(Z{t}[k])
    P[m] = sum(k, V[k, m]*s{T}[k])
    E = 1/2 * sum(m, (P[m] - y[m])**2)
""",
    "every_step": """
rnn(x{t}[n], y{t}[o]; U[n, h], W[h, h], V[h, o], b[h]) -> E
    s{0}[k] = b[k]
    C{0} = 0
    s{t}[k] = tanh(sum(i, U[i, k]*x{t}[i]) + sum(j, W[j, k]*s{t-1}[j]))
    P{t}[m] = sum(k, V[k, m]*s{t}[k])
    C{t} = C{t-1} + 1/2*sum(m, (P{t}[m] - y{t}[m])**2)
    E = C{T}
""",
    "gru": """
gru(x{t}[n], y[h]; U[n, h], W[h, h], A[n, h], B[h, h]) -> E
    s{0}[k] = 0
    a{t}[k] = sum(i, A[i, k]*x{t}[i]) + sum(j, B[j, k]*s{t-1}[j])
    z{t}[k] = sigmoid(a{t}[k])
    c{t}[k] = sum(i, U[i, k]*x{t}[i]) + sum(j, W[j, k]*s{t-1}[j])
    s{t}[k] = (1 - z{t}[k])*s{t-1}[k] + z{t}[k]*tanh(c{t}[k])
    E = 1/2 * sum(m, (s{T}[m] - y[m])**2)
""",
    "tied": """
tied(x[n], y[n]; W[n, n], b{t}[n]) -> E
    s{0}[k] = sum(j, W[j, k]*x[j])
    s{t}[k] = tanh(sum(j, W[j, k]*s{t-1}[j]) + b{t}[k])
    E = sum(k, (sum(j, W[j,k]*s{T}[j]) - y[k])**2)
""",
    "two_tracks": """
two(x[n]; A{l}[n, n], B{l}[n, n]) -> E
    a{0}[i] = x[i]
    b{0}[i] = 2*x[i]
    a{l}[i] = sigmoid(sum(j, A{l}[j, i]*b{l-1}[j]))
    b{l}[i] = tanh(sum(j, B{l}[j, i]*a{l-1}[j]))
    E = sum(i, a{L}[i]**2)
""",
    "normed": """
normed(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}], g{l}[n{l}]) -> E
    O{0}[j] = x[j]
    X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])
    m{l} = mean(k, X{l}[k])
    v{l} = mean(k, (X{l}[k] - m{l})**2)
    O{l}[k] = sigmoid(g{l}[k]*(X{l}[k] - m{l})/sqrt(v{l} + 1/100))
    E = 1/2 * sum(k, (O{L}[k] - t[k])**2)
""",
}


TEXTS |= {name: TEXTS["mlp"].replace("sigmoid", name) for name in ("tanh", "silu")}
"""The same with another activation."""


def definition(text: str) -> RecurrentDefinition:
    """The recurrence of a text that may apply FUNCTIONS."""
    found = parse_definitions(FUNCTIONS + text)[-1]
    assert isinstance(found, RecurrentDefinition)
    return found
