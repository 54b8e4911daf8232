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
    "an exponent that is multiplied before and after it is looked up": (
        "grad(; result[d], T, v_x[n]) -> t, w\n  shape = sin(min(n, result[0]))\n"
        "  w[q] = sum(k, shape*result[q] - sinh(v_x[k]))/sqrt(1 + shape**2)\n"
        "  I[row] = arccos(tanh(w[row]*relu(w[row]))/2)\n  t = I[0]",
        Request(("result", "v_x")),
    ),
    "a hyperbolic tangent of what is less a logarithm": (
        "grad(; gamma_1[3], e[d]) -> I\n"
        "  lam[c, l] = cosh(gamma_1[1] - e[c]) - log(1 + e[l+1]**2) + e[l+1]\n"
        "  I[l] = arccos(tanh(gamma_1[1]*(lam[1, l] + lam[1, l]) - logsumexp(e))/2)",
        Request(("gamma_1", "e")),
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
    "a tail beside a factor with more axes": (
        "f(b[d, n]) -> e\n  e = erf(where(d >= b[0, 0], b[1, 0], b[0, 1]))",
        Request(),
    ),
    "a number that lands at a place": ("f(x[3], g[3, m]) -> e\n  e[k] = sum(c, g[1, 0]*x[k] - x[c+1])", Request()),
    "an output without the sizes of what it is differentiated by": (
        "f(x[n]; u[m, n]) -> E, W\n  W[l] = exp(u[0, l] - x[l])\n  E[q, j] = x[0]*elu(u[q, j]) - W[j]",
        Request(),
    ),
    "a power of pi": ("f(; S) -> s\n  s = (S - S)/(1 + (S/pi)**2)", Request(("S",))),
    "adjoint products that are zero": (
        "f(; T[d]) -> v\n  N[j, r] = T[j]*(T[r] - T[j])*cosh(T[r])\n  v[c] = mean(i, T[i]*exp(N[c, 0])*N[i, i])",
        Request(("T",)),
    ),
    "a product of others along a shorter range": (
        "f(x[n]) -> z\n  z = huber(prod(l, x[l]*(x[l+1]*abs(x[l+1]))), x[0] + x[0], 1.5)",
        Request(),
    ),
    "the other side of an exponential under a minus": (
        "f(x[m]; b[n]) -> N\n  y[k] = prod(q, x[q] + x[k+1] + x[q])\n"
        "  N[k, i] = min(q, x[0] - y[k] - sigmoid(b[q])) + tan(b[i])",
        Request(),
    ),
    "a picture of a vector of three": ("f(b[3]) -> y\n  y[j] = clip(b[j] + b[j], 0, 2)/(1 + b[0]**2)", Request()),
    "digits that cancel in a check": (
        "f(x[n], w[d, m]; t[m]) -> s, y\n  u = sinh(m/w[1, 1])\n  y[r] = u - softplus(t[r])\n"
        "  s[l, c] = u*x[l] - silu(w[c, 1])",
        Request(("x", "w")),
    ),
    "a sign that is always one of nothing": (
        "f(W[3, m], w[n]) -> x\n  I[i, c] = (w[i] - relu(w[i]))*exp(W[c, 0])\n"
        "  x[q, r] = W[0, 0] - sign(I[q, r]) + I[q, r]",
        Request(("W",)),
    ),
    "both sides of a condition one quantity": (
        "pair(x, s) -> v\n  v = where(x >= x, x - x + s, x)\n"
        "f(x[3], W[n]) -> z\n  z[r] = pair(x[0]*W[r]/W[r]/digamma(1 + W[r]**2), x[0]*2.5)",
        Request(),
    ),
    "a direction that moves nothing": (
        "f(a[n]; v[3]) -> b\n  x[k, q] = v[k]**-2*a[q]\n  b = sum(q, n + x[q, 1]*v[q])",
        Request(("a", "v"), "hvp"),
    ),
    "powers of a power": (
        "f(v[n]; s[m]) -> y\n  y = arctanh(tanh(s[0]**v[0])/2)",
        Request(("v",), "hessian"),
    ),
    "a gradient called as a direction is": (
        "f(float[3], g[m, m]) -> v\n  u[r] = mean(c, g[c, r]*g[r, 0] - g[r, c])\n"
        "  v = (1 + where(float[1] >= u[1], u[0]/2, float[1])**2)**1.5",
        Request(("float", "g"), "hvp"),
    ),
    "a square of exponentials of large numbers": (
        "f(T[m], x) -> p\n  u[j] = (1 + min(x, x*T[j])**2)**T[j]\n  p = logsumexp(q, 0 + T[q]*expm1(u[q]))",
        Request(("T",), "hvp"),
    ),
    "a sum that is small beside its exponentials": (
        "loss(a[m, 3]) -> y\n  y[l] = log(1 + sum(c, a[0, l]*a[1, l]*exp(a[0, c]))**2)",
        Request(),
    ),
    "numbers in place of arrays near zero": (
        "test(N[m]) -> h\n  h[i] = where(min(N[i], N[i]) <= N[i], N[i]/m/(1 + ((7 + N[i])*N[i])**2), N[i])",
        Request(("N",)),
    ),
    "an inverse hyperbolic cosine near one": (
        "f(p[n]) -> x\n  e[q] = sum(l, p[q]*p[l+1]) - p[q]\n  x[l] = arccosh(1 + (2**(p[l]*e[l]*e[l]))**2)",
        Request(),
    ),
    "arrays that tiles fill for a shifted index": (
        "f(x[m, m]; z[n, d]) -> T\n  p[r, k] = (x[r, r] + x[r, r]*x[r+1, r])*relu(z[1, k])\n"
        "  T[k] = p[0, 1] + elu(p[0, k])",
        Request(),
    ),
    "an equation at indices of its own says nothing elsewhere": (
        "test(b[m], range[m]) -> Q\n  g[k, row] = range[k] + (range[k] + b[k]) + range[row]\n"
        "  W[l] = range[l]/(range[l]*range[l])*logsumexp(i, g[i, i]*b[i])\n  z = min(range[0], 1e-3)\n"
        "  Q[l, r] = (W[l] + W[l+1])*cos(range[r])",
        Request(),
    ),
    "a value that a tile holds, called as a quantity is": (
        "model(x[n]; S[3]) -> y\n  N[r] = exp(S[r] + tan(S[r]))\n  y = N[0]",
        Request(),
    ),
    "labels that are looked up inside a tile and after it": (
        "my_layer(v[d]; S[d, d]) -> theta\n  O[r] = 2**sum(k, 0.5*S[r+1, r]*erf(S[k, v[r]]))\n"
        "  theta[j] = clip(log(log(O[j])) + min(q, (3 + gelu(O[j]))*S[q, 1]), 0, 2)",
        Request(("S",)),
    ),
    "a delta beyond a shorter range": (
        "test(beta, r[m]) -> y\n  y[q, i] = sum(l, (r[i] + cosh(r[q]))*gelu(r[l+1])) - r[i+1]",
        Request(),
    ),
    "a derivative beyond what float32 holds": (
        "grad(y[n]) -> dx\n  T[q] = 2**prod(r, y[q]*y[q]*y[r])\n  dx[c] = prod(r, (y[r+1] + T[c])*T[r+1])",
        Request(),
    ),
    "differences beside huge values": (
        "F(S[n], x[d]) -> y\n  e[q] = prod(l, d*x[l]) + x[q]*(x[q] - x[q])\n  y[r] = x[r] - (S[1] + expm1(e[r]))*e[r]",
        Request(),
    ),
    "differences of what is small beside huge terms": (
        "grad(x[n]) -> y\n  t[j] = ((1 + (n + exp(x[j]))**2)**(1/2))**2\n  y[i, r] = -(x[r] - exp(t[i])) - t[r]",
        Request(),
    ),
    "the square of what is zero before rounding": (
        "F(; x[m]) -> s\n  g[r] = huber(log(m + expm1(x[r])), x[r], 1.5)\n  s[k] = mean(l, x[l]*g[k]*g[l])*x[k]",
        Request(),
    ),
    "one quantity in several parts of a tile": (
        "f(w[n]; s[n], b[3, m]) -> y\n"
        "  t = min(s[1]/(w[1]/(1 + b[0, 1]**2)), s[1]*w[1] - s[1]/(1 + 10**2))\n  y[j] = t + abs(b[0, j])",
        Request(("w", "s", "b")),
    ),
    "a softplus of what cancels to a number": (
        "f(g[m]) -> y\n  p[k, r] = softplus(g[r] - g[k] - 7)*g[r]\n  y[c] = p[c, c]",
        Request(),
    ),
    "a polynomial of an exponential that nearly cancels": (
        "F(g[m]) -> E\n  E[i] = g[i]/(1 + (10*expm1(g[i]))**2)",
        Request(),
    ),
    "a high power of a fraction": (
        "F(; O[3]) -> y\n  p[c, j] = where(O[c] <= O[j], O[j] - O[c+1], O[j]) + cos(O[j+1])\n"
        "  y = (p[1, 1]*p[1, 0])**1e2",
        Request(("O",), "hvp"),
    ),
    "evidence with thousands of digits": (
        "f(g[n], v) -> y\n  p = logsumexp(k, abs(10**(n - g[k])))\n"
        "  I = mean(k, sum(r, p*sin(g[k]) - elu(g[r+1])))\n"
        "  y[j] = max(where(I <= v, p + softplus(g[j]), I), g[1])",
        Request(),
    ),
    "entries of which rounding decides the largest": (
        "model(b[d, n]) -> Q\n  v = -(min(b[1, 1], b[0, 1])*sum(c, 1e2 - gelu(b[c, 1])))\n"
        "  w[i, k] = sigmoid(where(v < n, v - sin(b[i, 0]), b[i, k+1]))*b[i, k+1]\n"
        "  Q[k] = 10**min(r, b[1, 1]*b[k, 1] + w[k, r])",
        Request(),
    ),
    "a shift of what is summed alone": ("F(N[d], x) -> v\n  v = logsumexp(c, tan(x + N[c+1]))", Request()),
    "an applied vector beside itself": (
        "grad(e, r[m]) -> I\n  I[q] = min(logsumexp(r), cosh(r[q])*(e*(r[q]*r[q])))",
        Request(("e", "r")),
    ),
    "the largest of what is the same everywhere": (
        "h(g[d], r[n]) -> u\n  W[l] = sin(arcsin(tanh(r[l])/2)**0)\n"
        "  u[q] = digamma(1 + max(l, 0.1 - expm1(g[q+1]) + sigmoid(W[l]))**2)",
        Request(),
    ),
    "a factor that is one near zero, squared": (
        "bump(x, s) -> v\n  v = where(x >= s, huber(s*sigmoid(s), s, 1.5), x)",
        Request(),
    ),
    "the sign of a coefficient": (
        "test(e[m]) -> v\n  v = sum(q, arcsin(tanh(e[1]*e[q] - e[q])/2))",
        Request(("e",), "hvp"),
    ),
    "the slope at one place": (
        "value(x[d]) -> E\n  z[j] = tanh(10 - x[j])\n  E = z[0]",
        Request(),
    ),
    "the slope of a logistic of a large argument over its square": (
        "f(x[3]) -> T\n  O[k] = softplus(x[k]**-2)\n  T[j] = O[j+1]*cosh(x[j+1])",
        Request(),
    ),
    "a sum of exponentials of one number": (
        "f(x[n], z) -> v\n  v = logsumexp(j, clip(3 - x[j] + x[j], -1, 1)) + z",
        Request(),
    ),
    "a function of numbers alone": (
        "f(v[d]) -> y\n  y[i] = expm1(digamma(1 + (v[i] + (1 - v[i]))**2))",
        Request(),
    ),
    "a whole number less one as an exponent": (
        "f(x[d]) -> y\n  y[k] = (x[k] - 1)**2**d",
        Request(),
    ),
    "a logarithm that is 0 at one size": (
        "f(; Q[n]) -> I, z\n  z = log_softmax(Q)[0]**3\n  I[row] = z/(z*Q[row] - z)",
        Request(),
    ),
    "a size known by what is one shorter": (
        "f(x[3], w[n]) -> y\n  y[k] = 0.5**sum(i, w[k] - w[k+1] + x[i])",
        Request(("x",)),
    ),
    "labels of labels are numbers too": (
        "loss(O, a[3], u[3]) -> b\n  b = logsumexp(j, huber(O + a[j] + a[j], u[u[j]], 1.5))",
        Request(),
    ),
    "a quotient by what is 0 for every other fraction": (
        "f(y[n]) -> s\n"
        "  s[j] = where(y[j] >= n, n, y[j])/sum(i, n*arctan(y[i]))"
        "/(clip(y[j] + y[j], 0, 2)/(1 + tanh(y[j] - y[j])**2))",
        Request(),
    ),
    "a ratio that is one at a position": (
        "f(S[n], b[n]) -> y\n  t[r] = S[1]/S[r]\n  y = max(i, prod(j, 1 + t[i] + S[j]))",
        Request(("S",), "hessian"),
    ),
    "labels are numbers too": (
        "f(x[n], b[n]) -> s\n  s = sum(i, x[b[i]]*sigmoid(b[i])) + where(b[0] < 1, x[1]**2, softplus(b[1]))",
        Request(),
    ),
    "a weight beside its logarithm": (
        "f(x[m]) -> r\n  r = (1 + logsumexp(k, (x[k]*tan(x[k]))**-2)**2)**(1/2)",
        Request(),
    ),
}

REFUSED: dict[str, tuple[str, Request, str]] = {
    "the logarithm of nothing": (
        "bump(u) -> s\n  s = log(u - u) - u*u",
        Request(),
        "no point found at which all values are real",
    ),
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
        "no point found at which all values are real",
    ),
}
"""Texts that mean nothing or ask for what is not known, and what is said of them."""
