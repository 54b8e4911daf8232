"""The logarithm of a sum of exponentials less the mean of its exponents: what grows in both is the same.

    log sum_k exp(a_k) - sum_k p_k (a_k + w_k)    -sum_k p_k log q_k - sum_k p_k w_k,  q_k = exp(a_k) / sum exp(a_k)
    log(1 + exp(z)) - z s(z)                      s(z) log(1 + exp(-z)) + s(-z) log(1 + exp(z)),  s(z) = 1/(1 + exp(-z))

Contract: `entropies` maps a graph to an equal one; p are shares of any exponentials, which add up to 1. No term of
the new form is larger than it, and the logarithms of shares have a row of their own. Multiples and what stands beside
the two terms stay as they are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, scaled, unscaled
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, whole
from derive.ir.stability.degrees import exponent_of as exponent_of_power
from derive.ir.stability.error_function import with_terms
from derive.ir.stability.exponentials import linear
from derive.ir.stability.products import is_whole_power
from derive.ir.stability.share_differences import sum_of_exponentials
from derive.ir.stability.share_means import weighted_means


def entropies(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: of_two(of_many(n)) if n.op == "add" else n)


# --- of many exponentials ----------------------------------------------------------------------------------


def of_many(node: Node) -> Node:
    """c log sum_k exp(a_k) + d sum_k p_k w_k with -(c/d) a_k in w_k, again for what then stands there"""
    if node.op != "add":
        return node
    for k, first in enumerate(node.arguments):
        factor, logarithm = unscaled(first)
        found = sum_of_exponentials(logarithm.node)
        for j, second in enumerate(node.arguments) if found else ():
            other, mean = unscaled(second)
            if j == k or found is None or logarithm.axes != mean.axes:
                continue
            means = ((w, p) for w, (_, p) in weighted_means(mean.node))
            ratio = -factor / other
            new = next((n for w, p in means if (n := less_mean(logarithm, w, p, mean, found, ratio))), None)
            if new is not None:
                rest = tuple(a for i, a in enumerate(node.arguments) if i not in (j, k))
                changed = with_terms(node, Argument(scaled(other, new), mean.axes), rest)
                return of_many(changed) if rest else changed
    return node


def less_mean(
    logarithm: Argument,
    weights: Argument,
    share: Argument,
    mean: Argument,
    found: tuple[Node, int, tuple[int, ...]],
    ratio: Fraction,
) -> Node | None:
    """sum_k p_k (ratio log q_k + w_k) for weights ratio a_k + w_k of the mean"""
    exponential, axis, kept = found
    rank = len(mean.node.shape)
    if len(exponential.shape) != rank + 1 or kept != tuple(k for k in range(rank + 1) if k != axis):
        return None
    axes = tuple(rank if k == axis else k - (k > axis) for k in range(rank + 1))
    exponents = linear(moved(exponential.arguments[0], axes))
    terms = linear(weights)
    if not exponents or any(terms.get(term) != ratio * factor for term, factor in exponents.items()):
        return None
    left = [Argument(scaled(c, t.node), t.axes) for t, c in terms.items() if t is not None and t not in exponents]
    space = mean.node.space if mean.node.bound else (*mean.node.shape, exponential.shape[axis])
    minus = Argument(apply("multiply", constant(-1), logarithm.node), tuple(range(rank)))
    own = scaled(ratio, Node("add", (moved(exponential.arguments[0], axes), minus), space))
    inner = Node("add", (whole(own), *left), space) if left else own
    product = Node("multiply", (share, whole(inner)), space)
    return Node("sum", (whole(product),), mean.node.shape, (exponential.shape[axis],))


# --- of two ------------------------------------------------------------------------------------------------

Monomial = tuple[Fraction, Counter[Argument]]


def of_two(node: Node) -> Node:
    """q log(1 + exp(z)) - q z s(z), q any product"""
    if node.op != "add":
        return node
    for k, first in enumerate(node.arguments):
        number, factors = monomial(first)
        for logarithm in [f for f, power in factors.items() if power == 1]:
            z = exponent_of(logarithm)
            if z is None:
                continue
            rest = (number, Counter(factors))
            del rest[1][logarithm]
            wanted = times(rest, monomial(z))
            for j, second in enumerate(node.arguments):
                if j != k and without_share(monomial(second), z) == (-wanted[0], positive(wanted[1])):
                    new = apart(rest, z, node)
                    others = tuple(a for i, a in enumerate(node.arguments) if i not in (j, k))
                    return with_terms(node, whole(new), others)
    return node


def monomial(argument: Argument) -> Monomial:
    """A number and factors with their powers."""
    node = argument.node
    if node.op == "constant" and isinstance(node.data, Fraction):
        return node.data, Counter()
    if node.op == "power" and is_whole_power(node):
        number, factors = monomial(moved(node.arguments[0], argument.axes))
        power = int(exponent_of_power(node))
        return number**power, Counter({f: p * power for f, p in factors.items()})
    if node.op not in ("multiply", "divide"):
        return Fraction(1), Counter([argument])
    number, factors = Fraction(1), Counter[Argument]()
    for k, part in enumerate(node.arguments):
        c, inner = monomial(moved(part, argument.axes))
        sign = -1 if node.op == "divide" and k else 1
        number *= c**sign
        for factor, power in inner.items():
            factors[factor] += sign * power
    return number, positive(factors)


def positive(factors: Counter[Argument]) -> Counter[Argument]:
    """Without powers that are 0."""
    return Counter({f: p for f, p in factors.items() if p})


def times(left: Monomial, right: Monomial) -> Monomial:
    total = Counter(left[1])
    for factor, power in right[1].items():
        total[factor] += power
    return left[0] * right[0], positive(total)


def exponent_of(argument: Argument) -> Argument | None:
    """z of log(1 + exp(z)) or log1p(exp(z))"""
    node = argument.node
    if node.op not in ("log", "log1p"):
        return None
    inner = moved(node.arguments[0], argument.axes)
    return exponent_beside_one(inner) if node.op == "log" else exponent(inner)


def exponent_beside_one(argument: Argument) -> Argument | None:
    """z of 1 + exp(z)"""
    node = argument.node
    if node.op != "add" or len(node.arguments) != 2:
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        if one.node == constant(1):
            return exponent(moved(other, argument.axes))
    return None


def exponent(argument: Argument) -> Argument | None:
    node = argument.node
    return moved(node.arguments[0], argument.axes) if node.op == "exp" and node.data is None else None


def without_share(value: Monomial, z: Argument) -> Monomial | None:
    """q of q / (1 + exp(-z)), or of q exp(z) / (1 + exp(z))"""
    number, factors = value
    for factor in [f for f, power in factors.items() if power == -1]:
        own = exponent_beside_one(factor)
        if own is None:
            continue
        rest = Counter({f: p for f, p in factors.items() if f is not factor})
        if linear(own) == {t: -c for t, c in linear(z).items()}:
            return number, rest
        above = next((f for f, p in rest.items() if p == 1 and exponent(f) == own), None)
        if above is not None and linear(own) == linear(z):
            del rest[above]
            return number, rest
    return None


def softplus(value: Argument) -> Argument:
    """log(1 + exp(u)) as max(u, 0) + log1p(exp(-|u|)), which is finite beside a share that is 0"""
    e = apply("exp", scaled(-1, apply("abs", value.node)))
    return Argument(apply("add", apply("maximum", value.node, constant(0)), apply("log1p", e)), value.axes)


def apart(rest: Monomial, z: Argument, node: Node) -> Node:
    """q (s(z) log(1 + exp(-z)) + s(-z) log(1 + exp(z)))"""
    minus = Argument(scaled(-1, z.node), z.axes)
    one, shape = Argument(constant(1), ()), node.shape
    parts = []
    for opposite in (minus, z):
        power = Argument(apply("exp", opposite.node), opposite.axes)
        below = whole(Node("add", (one, power), shape))
        share = whole(Node("divide", (one, below), shape))
        parts.append(whole(Node("multiply", (share, softplus(opposite)), shape)))
    number, factors = rest
    above = [Argument(constant(number), ()), *(f for f, p in factors.items() for _ in range(p))]
    under = [f for f, p in factors.items() for _ in range(-p)]
    found = Node("multiply", (*above, whole(Node("add", tuple(parts), shape))), shape)
    if under:
        found = Node("divide", (whole(found), whole(Node("multiply", tuple(under), shape))), shape)
    return replace(found, name=node.name, origin=node.origin) if len(node.arguments) == 2 else found
