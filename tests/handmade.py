"""Derivations and kernels written by hand, as the engine and the emitter would give them.

The checks are tried on these, so that a test of a check does not rest on what is checked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Reason, Step, Wanted
from derive.language.expressions import (
    ONE,
    Applied,
    Call,
    Expression,
    Partial,
    Ref,
    delta,
    mul,
    negate,
    number,
    power,
    quotient,
    subtract,
    sum_over,
)
from derive.language.indices import Index
from derive.language.resolve import parse

(SIGMOID,) = parse("sigmoid(x) -> y\n    y = 1/(1 + exp(-x))")
(SOFTMAX,) = parse("softmax(a[n]) -> p\n    p[i] = exp(a[i]) / sum(k, exp(a[k]))")
(PERCEPTRON,) = parse(
    "perceptron(x[n], t[m]; w[n, m]) -> E\n"
    "    X[k] = sum(j, w[j, k] * x[j])\n"
    "    O[k] = sigmoid(X[k])\n"
    "    E = 1/2 * sum(k, (O[k] - t[k])**2)",
    [SIGMOID],
)
(RELU,) = parse("relu(x) -> y\n    y = where(x < 0, 0, x)")
(LINEAR,) = parse("linear(x; w, b) -> y\n    y = w*x + b")


def chain(*links: tuple[Expression, str, bool]) -> tuple[Step, ...]:
    """Steps through (expression, rule that leads to it, whether the rule claims to be rational)."""
    return tuple(
        Step(Reason(rule.replace(" ", "_"), rule, rule, exact=exact), before, after, before, after)
        for (before, _, _), (after, rule, exact) in pairwise(links)
    )


def derivation(
    definition: Definition, kind: str, variable: str, links: Iterable[tuple[Expression, str, bool]], extra: str = ""
) -> Derivation:
    steps = chain(*links)
    output, extras = definition.output, ()
    if extra:
        source = definition.input(variable).dimensions if kind == "jvp" else ()
        dimensions = source or tuple(i.size for i in definition.output_indices)
        extras = (Input(extra, dimensions),)
    return Derivation(definition, Wanted(kind, output, variable), steps[0].before, steps, steps[-1].after, extras)


def sigmoid() -> Derivation:
    x, y = Ref("x"), Ref("y")
    e = Call("exp", (negate(x),))
    below = Partial(quotient(ONE, one_plus(e)), x)
    links = [
        (Partial(y, x), "", False),
        (below, "definition", False),
        (quotient(e, power(one_plus(e), number(2))), "quotient rule", False),
        (mul(quotient(ONE, one_plus(e)), quotient(e, one_plus(e))), "rearrange", True),
        (mul(y, subtract(ONE, y)), "own output", False),
    ]
    return derivation(SIGMOID, "derivative", "x", links)


def one_plus(value: Expression) -> Expression:
    return subtract(ONE, negate(value))


FIRST, SECOND, BOUND = (Index(letter, "n") for letter in "ijk")


def p(index: Index) -> Expression:
    return Ref("p", (index,))


def softmax_jacobian() -> Derivation:
    def e(index: Index) -> Expression:
        return Call("exp", (Ref("a", (index,)),))

    a, total = Ref("a", (SECOND,)), sum_over(BOUND, e(BOUND))
    square, same = power(total, number(2)), delta(FIRST, SECOND)
    contracted = sum_over(BOUND, mul(delta(BOUND, SECOND), e(BOUND)))
    links = [
        (Partial(p(FIRST), a), "", False),
        (Partial(quotient(e(FIRST), total), a), "definition", False),
        (
            quotient(subtract(mul(Partial(e(FIRST), a), total), mul(e(FIRST), Partial(total, a))), square),
            "quotient rule",
            False,
        ),
        (quotient(subtract(mul(same, e(FIRST), total), mul(e(FIRST), contracted)), square), "exponential", False),
        (quotient(subtract(mul(same, e(FIRST), total), mul(e(FIRST), e(SECOND))), square), "one term survives", True),
        (subtract(mul(delta(FIRST, SECOND), p(FIRST)), mul(p(FIRST), p(SECOND))), "own output", False),
        (mul(p(FIRST), subtract(delta(FIRST, SECOND), p(SECOND))), "factor", True),
    ]
    return derivation(SOFTMAX, "jacobian", "a", links)


def jacobian_entry() -> Expression:
    return mul(p(FIRST), subtract(delta(FIRST, SECOND), p(SECOND)))


def softmax_vjp() -> Derivation:
    def g(index: Index) -> Expression:
        return Ref("g", (index,))

    links = [
        (sum_over(FIRST, mul(g(FIRST), Partial(p(FIRST), Ref("a", (SECOND,))))), "", False),
        (
            sum_over(FIRST, mul(g(FIRST), p(FIRST), subtract(delta(FIRST, SECOND), p(SECOND)))),
            "softmax jacobian",
            False,
        ),
        (mul(p(SECOND), subtract(g(SECOND), sum_over(FIRST, mul(g(FIRST), p(FIRST))))), "contract", True),
    ]
    return derivation(SOFTMAX, "vjp", "a", links, "g")


def softmax_jvp() -> Derivation:
    def v(index: Index) -> Expression:
        return Ref("v", (index,))

    links = [
        (sum_over(SECOND, mul(Partial(p(FIRST), Ref("a", (SECOND,))), v(SECOND))), "", False),
        (
            sum_over(SECOND, mul(p(FIRST), subtract(delta(FIRST, SECOND), p(SECOND)), v(SECOND))),
            "softmax jacobian",
            False,
        ),
        (mul(p(FIRST), subtract(v(FIRST), sum_over(SECOND, mul(p(SECOND), v(SECOND))))), "contract", True),
    ]
    return derivation(SOFTMAX, "jvp", "a", links, "v")


def perceptron() -> Derivation:
    j, k, m = Index("j", "n"), Index("k", "m"), Index("l", "m")
    w = Ref("w", (j, k))

    def error(index: Index) -> Expression:
        return subtract(Ref("O", (index,)), Ref("t", (index,)))

    def by_w(body: Expression) -> Expression:
        return Partial(body, w)

    out, x = Ref("O", (k,)), Ref("X", (k,))
    slope = mul(error(k), out, subtract(ONE, out))
    links = [
        (by_w(Ref("E")), "", False),
        (by_w(mul(number("1/2"), sum_over(m, power(error(m), number(2))))), "definition", False),
        (mul(number("1/2"), sum_over(m, mul(number(2), error(m), by_w(error(m))))), "power rule", False),
        (sum_over(m, mul(error(m), by_w(error(m)))), "cancel", True),
        (sum_over(m, mul(error(m), by_w(Ref("O", (m,))))), "constant", False),
        (mul(error(k), by_w(out)), "one term survives", False),
        (mul(error(k), Applied("sigmoid", (x,), (0,)), by_w(x)), "chain rule", False),
        (mul(slope, by_w(x)), "sigmoid derivative", False),
        (mul(slope, Ref("x", (j,))), "linear", False),
    ]
    return derivation(PERCEPTRON, "gradient", "w", links)


def relu() -> Derivation:
    x = Ref("x")
    body = PARTS["relu"].equation("y").body
    links = [
        (Partial(Ref("y"), x), "", False),
        (Partial(body, x), "definition", False),
        (body.with_children((x, number(0), number(0), ONE)), "piece by piece", False),
    ]
    return derivation(RELU, "derivative", "x", links)


def linear() -> tuple[Derivation, ...]:
    def by(variable: str, closed: Expression) -> Derivation:
        return derivation(
            LINEAR, "gradient", variable, [(Partial(Ref("y"), Ref(variable)), "", False), (closed, "linear", False)]
        )

    return by("w", Ref("x")), by("b", ONE)


PARTS = {d.name: d for d in (SIGMOID, SOFTMAX, PERCEPTRON, RELU, LINEAR)}


def with_step(value: Derivation, place: int, after: Expression) -> Derivation:
    """The derivation with another expression after one step; the chain stays closed."""
    steps = list(value.steps)
    steps[place] = replace(steps[place], after=after, new=after)
    if place + 1 < len(steps):
        steps[place + 1] = replace(steps[place + 1], before=after)
        return replace(value, steps=tuple(steps))
    return replace(value, steps=tuple(steps), closed=after)


KERNELS = {
    "sigmoid": """
import numpy as np


def parts(x):
    x = np.asarray(x)
    with np.errstate(all="ignore"):
        return x, np.exp(-np.abs(x))


def sigmoid(x):
    x, e = parts(x)
    return np.where(x >= 0, x.dtype.type(1), e) / (1 + e)


def sigmoid_grad(x):
    x, e = parts(x)
    return e / (1 + e) ** 2


def sigmoid_value_and_grad(x):
    return sigmoid(x), sigmoid_grad(x)


def sigmoid_vjp(x, g):
    with np.errstate(all="ignore"):
        return g * sigmoid_grad(x)


def sigmoid_jvp(x, v):
    with np.errstate(all="ignore"):
        return sigmoid_grad(x) * v


def sigmoid_vjp_from_output(y, g):
    with np.errstate(all="ignore"):
        return g * (y * (1 - y))
""",
    "softmax": """
import numpy as np


def softmax(a):
    with np.errstate(all="ignore"):
        e = np.exp(a - a.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)


def softmax_jacobian(a):
    p = softmax(a)
    with np.errstate(all="ignore"):
        return p[..., :, None] * (np.eye(a.shape[-1], dtype=p.dtype) - p[..., None, :])


def softmax_vjp(a, g):
    p = softmax(a)
    with np.errstate(all="ignore"):
        largest = np.take_along_axis(g, a.argmax(axis=-1)[..., None], axis=-1)
        g = g - largest
        return p * (g - (g * p).sum(axis=-1, keepdims=True))


def softmax_jvp(a, v):
    return softmax_vjp(a, v)


def softmax_vjp_from_output(p, g):
    with np.errstate(all="ignore"):
        return p * (g - (g * p).sum(axis=-1, keepdims=True))
""",
    "perceptron": """
import numpy as np


def forward(x, w):
    X = x @ w
    e = np.exp(-np.abs(X))
    return np.where(X >= 0, X.dtype.type(1), e) / (1 + e), e / (1 + e) ** 2


def perceptron(x, t, w):
    with np.errstate(all="ignore"):
        return x.dtype.type(0.5) * ((forward(x, w)[0] - t) ** 2).sum(axis=-1)


def perceptron_grad(x, t, w, g=1.0):
    with np.errstate(all="ignore"):
        O, slope = forward(x, w)
        delta = (O - t) * slope * np.asarray(g, dtype=x.dtype)[..., None]
        return x.reshape(-1, w.shape[0]).T @ delta.reshape(-1, w.shape[1])


def perceptron_value_and_grad(x, t, w, g=1.0):
    return perceptron(x, t, w), perceptron_grad(x, t, w, g)
""",
    "relu": """
import numpy as np


def relu(x):
    return np.where(x < 0, x.dtype.type(0), x)


def relu_grad(x):
    return np.where(x < 0, x.dtype.type(0), x.dtype.type(1))


def relu_value_and_grad(x):
    return relu(x), relu_grad(x)


def relu_vjp(x, g):
    return g * relu_grad(x)


def relu_jvp(x, v):
    return relu_grad(x) * v
""",
    "linear": """
import numpy as np


def linear(x, w, b):
    return w * x + b


def linear_grad(x, w, b, g=1.0):
    g = np.broadcast_to(np.asarray(g, dtype=x.dtype), x.shape)
    return (g * x).sum(), g.sum()


def linear_value_and_grad(x, w, b, g=1.0):
    return linear(x, w, b), linear_grad(x, w, b, g)
""",
}

DERIVATIONS = {
    "sigmoid": (sigmoid(),),
    "softmax": (softmax_jacobian(), softmax_vjp(), softmax_jvp()),
    "perceptron": (perceptron(),),
    "relu": (relu(),),
    "linear": linear(),
}
