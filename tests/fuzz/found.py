"""Texts that the fuzz found faults with; each went wrong once, and must come out right.

To add one: the text, shrunk, and what is asked of it. Equations alone say what is meant, so that the oracle of a row is
SymPy's and the differences of the package's own checks; `tests/test_fuzz.py` compares the gradients once more.
"""

from __future__ import annotations

from tests.fuzz.trying import Request

FOUND: dict[str, tuple[str, Request]] = {
    "a closed form names what an applied function applies": (
        "f(e[d]; s[m]) -> z, T\n  T[i] = silu(s[i])\n  z = sum(k, e[k])",
        Request(),
    ),
    "the product of two factors of a longer product has their axes alone": (
        "f(e[d, 3], g[3, n]) -> t\n  t = sum(j, mean(i, e[j, 1]*silu(g[0, i])))",
        Request(),
    ),
    "a shifted position needs the size it says": ("f(u[n]) -> y, z\n  z[j] = u[j]\n  y[c] = z[c+1]", Request()),
    "one term survives only where its position exists": (
        "f(N[n, n]) -> E\n  q[k] = N[0, k]\n  E[c] = mean(r, 1 + N[c+1, c] - q[r])",
        Request(),
    ),
    "one term survives only where its position exists, sizes given": (
        "f(r[3]) -> b, x\n  A[l, j] = sum(c, r[l]*r[c]) + r[j]\n  x[j] = A[j, j]\n  b[c] = where(1 <= x[c], r[c+1], 1)",
        Request(),
    ),
    "a label is a position in the exact check too": (
        "f(b[n]; E[n], T[n]) -> g\n  S[k, c] = max(i, (T[b[c]] + T[k])*E[i])\n  g[r] = S[1, r]",
        Request(),
    ),
    "a constant in a formula that is too long for a line": (
        "f(x[n, n]) -> y\n  y[k] = arccos(tanh(pi - x[k, k])/2)",
        Request(),
    ),
    "what is solved for divides by nothing that may be zero": (
        "f(h, e, W) -> y\n  y = where(e <= h, W - W, W)/(1 + (arccosh(1 + e**2)/(1 + (W + h)**2))**2)",
        Request(("h",)),
    ),
    "two outputs of one value": ("f(a, b) -> x, y\n  y = min(7*a, a*b)\n  x = y", Request()),
    "a quantity inside, called as an output is": (
        "f(r[n]) -> Q, E\n  E[i] = n - clip(.25*exp(r[i]) + r[i], 0, 2)\n  Q[k] = d[1]*tanh(E[k+1])\n"
        "  d[q] = r[q]/(1 + (r[q]*r[q] - n)**2)",
        Request(),
    ),
    "outputs of parameters alone": ("f(; h[d], t[3]) -> u, r\n  r[q] = tanh(t[1]*h[q])\n  u[l] = r[0]*t[l]", Request()),
    "a direction that is the same for every entry": (
        "f(x[d]; r[m]) -> y\n  E = logsumexp(i, mean(c, (d + x[i])*r[c]))\n  y[l] = E + arcsinh(x[l])",
        Request(),
    ),
    "a point on a kink shows no derivative": (
        "f(s[d]) -> a\n  g = sum(c, clip(4*s[c], -0.5, 0.25))\n  a = where(g <= 0, g, 2*g + d)",
        Request(),
    ),
    "the largest of a shifted range": ("f(W[n]) -> y\n  y = arctan(min(j, W[j]*W[j+1]))", Request()),
    "a long look-up in the middle of a quantity": (
        "f(E[n], N[n]; W[n]) -> e\n  x[j, l] = huber(where(E[l] <= E[l], E[j] - exp(W[j]), E[l]), E[j], 1.5)*E[l]\n"
        "  e[q] = clip(E[N[q]] + (W[q] - (W[q] + W[q])/(1 + x[q, q]**2)), -1, 1)",
        Request(("E",)),
    ),
    "a gradient of zero": ("f(W) -> t\n  t = (W - W)*huber(W, W, 1.5)", Request(("W",), "hvp")),
    "a linear form whose index ends earlier": ("f(x[n], c[n]) -> y\n  y = sum(i, x[i]*c[i+1])", Request()),
    "a reciprocal of a sign in the condition of a choice": (
        "f(x) -> w\n  w = where(sign(x)**-2 > 0, x**2, 1)",
        Request(),
    ),
    "a division by zero in a branch that is never chosen": (
        "f(x, y) -> w\n  w = where(x < x, y/(x - x), y)",
        Request(),
    ),
    "the mark of the largest, where there is no array to write it to": (
        "f(t[m], x[m]) -> p\n  p = max(k, arccosh(1 + (x[k] + sign(t[k]))**2))",
        Request(),
    ),
}

REFUSED: dict[str, tuple[str, Request, str]] = {
    "a helper that divides by zero": (
        "pair(x, s) -> w\n  w = (s + x)/(x - x)\ntest(m[n]) -> O\n  O = tan(m[0] - pair(m[1], m[1]))",
        Request(),
        "no point found at which all values are real",
    ),
    "a negative power of zero": (
        "f(x, y) -> w\n  w = y*(x - x)**-1",
        Request(),
        "no point found at which all values are real",
    ),
    "nothing is solved for in a division by zero": (
        "f(S[n], b[n]) -> y\n  t[r] = tan(S[1]/(S[r] - S[r]))\n"
        "  y = sum(l, log1p(tanh(t[l] - S[l])/2))/max(i, prod(j, S[b[j]] + erf(t[i+1]) + silu(S[j])))",
        Request(("S",), "hessian"),
        "derivative of selected is not known",
    ),
    "a ratio that is one at a position": (
        "f(S[n], b[n]) -> y\n  t[r] = S[1]/S[r]\n  y = max(i, prod(j, 1 + t[i] + S[j]))",
        Request(("S",), "hessian"),
        "derivative of selected is not known",
    ),
}
"""Texts that mean nothing or ask for what is not known, and what is said of them."""
