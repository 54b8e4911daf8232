"""Kernel modules of small definitions, made by the engine and the emitter, and the truth to compare with."""

from __future__ import annotations

import functools
from types import ModuleType

import mpmath
import numpy as np

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS

TEXT = """
reciprocal(x) -> y
    y = 1/x
linear_model(x; w, b) -> theta
    theta = w*x + b
squared_error(x, y; w) -> L
    L = (y - w*x)**2
single(x[n], t; w[n]) -> E
    O = sigmoid(sum(j, w[j]*x[j]))
    E = 1/2*(O - t)**2
softmax2(a[n]) -> p
    p[i] = 2**a[i]/sum(k, 2**a[k])
steep(x) -> y
    y = sigmoid(3*x - 1)
falling(x) -> y
    y = 1/(1 + exp(x))
rooted(a[n]) -> y
    y[k] = (a[k]*expm1(a[k]) + a[k])*sqrt(1 + a[k]**2)
by_tanh(x[n], t[m]; w[n, m]) -> E
    X[k] = sum(j, w[j, k]*x[j])
    O[k] = tanh(X[k])
    E = sum(k, (O[k] - t[k])**2)
cubed(x[n], t[m]; w[n, m]) -> E
    X[k] = sum(j, w[j, k]*x[j])
    O[k] = sigmoid(X[k])
    E = sum(k, (O[k] - t[k])**3)
net(x[n], t[m]; w[n, m], b[m]) -> E
    X[k] = sum(j, w[j, k]*x[j]) + b[k]
    O[k] = sigmoid(X[k])
    E = 1/2*mean(k, (O[k] - t[k])**2) + 1/10*sum(j, sum(k, w[j, k]**2))
layer(x[n]; W[n, m]) -> y
    y[k] = tanh(sum(j, W[j, k]*x[j]))
attention(q[s, d], c[r, d], v[r, f]) -> O
    S[i, j] = sum(k, q[i, k]*c[j, k])/sqrt(d)
    P[i, j] = exp(S[i, j])/sum(l, exp(S[i, l]))
    O[i, e] = sum(j, P[i, j]*v[j, e])
pair(x, y) -> u, v
    u = x*y
    v = x + 2*y
fixed(x[3]) -> y
    y = sum(k, x[k]**2)
constant(x) -> y
    y = 5 + 0*x
identity(x[n]) -> y
    y[i] = x[i]
clash(x[n], g[n]; e[n, m], samples, call) -> dtype
    out_[k] = sum(j, e[j, k]*x[j])*samples
    results[k] = exp(out_[k])/(1 + exp(out_[k]))
    dtype[k] = results[k] + sum(j, g[j])*call
tiny(x) -> y
    y = 1e-300*x + 1e300*x
euler(x) -> y
    y = x*exp(1)/(1 + exp(2))
"""

EXTRA = parse(TEXT, DEFINITIONS)
ALL: dict[str, Definition] = {d.name: d for d in (*DEFINITIONS, *EXTRA)}
WANTED = {
    "perceptron": (Wanted("gradient", "E", "w"), Wanted("gradient", "E", "x")),
    "by_tanh": (Wanted("gradient", "E", "w"), Wanted("gradient", "E", "x")),
}

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 60


def derivations_of(name: str):
    return derive_all(ALL[name], WANTED.get(name))


@functools.cache
def source(name: str) -> str:
    return emit_module(ALL[name], derivations_of(name), title=name, remark="A remark.")


@functools.cache
def module(name: str) -> ModuleType:
    """The emitted source run as a module of its own."""
    result = ModuleType(name)
    exec(compile(source(name), f"<{name}>", "exec"), result.__dict__)
    return result


def ulps(found: np.ndarray, truth: list) -> float:
    """The largest distance from the truth in units of the last place of the truth's own dtype."""
    info = np.finfo(found.dtype)
    worst = 0.0
    for value, true in zip(found.ravel(), truth, strict=True):
        with np.errstate(all="ignore"):
            nearest = abs(found.dtype.type(float(true)))
        if np.isinf(nearest):
            assert np.isinf(value)
            continue
        spacing = max(float(np.spacing(nearest)), float(info.smallest_subnormal))
        assert np.isfinite(value), true
        worst = max(worst, float(abs(CONTEXT.mpf(float(value)) - true) / CONTEXT.mpf(spacing)))
    return worst


def whole_range(dtype: type, count: int = 700) -> np.ndarray:
    """Logarithmically dense from the smallest subnormal to the largest finite, both signs, and the critical region."""
    info = np.finfo(dtype)
    exponents = np.linspace(np.log10(float(info.smallest_subnormal)), np.log10(float(info.max)), count)
    with np.errstate(all="ignore"):
        sizes = np.minimum(10.0**exponents, float(info.max)).astype(dtype)
    middle = np.linspace(-760, 760, count).astype(dtype)
    near = np.random.default_rng(3).uniform(-40, 40, count).astype(dtype)
    return np.concatenate([sizes, -sizes, middle, near, np.array([0.0, -0.0], dtype)])
