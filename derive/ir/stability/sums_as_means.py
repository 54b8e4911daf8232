"""What is taken from a product of a sum of exponentials, as what is taken from a mean.

    S g_j - sum_k g_k e_k               S (g_j - sum_k g_k p_k),  S = sum_k e_k, p = e / S
    g_j e_j - p_j sum_k g_k e_k         e_j (g_j - sum_k g_k p_k)
    sum_i t_i log S - sum_i t_i a_i     sum_i t_i (log S - a_i),  e_k = exp(a_k)
    log S - sum_k b_k e_k / (T S)       sum_k p_k (log S - b_k/T),  e_k = exp(b_k/T)

Contract: `sums_as_means` maps a graph to an equal one. So it comes out where exponentials have a name of their own,
e_i = exp(a_i) and p_i = e_i / sum_k e_k: the VJP of e has the first form and the JVP of p the second, which lose every
digit beside one large share; a difference from a mean is counted from that share (`share_means`), and the logarithms of
shares in the third, a cross entropy, have a row of their own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations

from derive.ir.build import Labelled, elementwise, reduction
from derive.ir.graph import Graph, Node, rebuild, topological
from derive.ir.stability.products import (
    arguments_of,
    factors,
    instead_of,
    labelled,
    over_line,
    product,
    summand,
    times,
    total,
)
from derive.language.indices import Index


@dataclass(frozen=True)
class Monomial:
    """A number times powers of values."""

    number: Fraction
    powers: Counter[Labelled]

    def over(self, other: Monomial) -> Monomial:
        return self.times(Monomial(1 / other.number, Counter({value: -power for value, power in other.powers.items()})))

    def times(self, other: Monomial) -> Monomial:
        powers = Counter(self.powers)
        powers.update(other.powers)
        return Monomial(self.number * other.number, Counter({value: power for value, power in powers.items() if power}))


def monomial(value: Labelled) -> Monomial:
    number, powers = Fraction(1), Counter[Labelled]()
    for part, power in factors(value):
        if part.node.op == "constant" and isinstance(part.node.data, Fraction) and power.denominator == 1:
            number *= part.node.data ** int(power)
        else:
            powers[part] += power  # type: ignore[assignment]
    return Monomial(number, powers)


def sums_as_means(graph: Graph) -> Graph:
    """The rows above, also beside other terms."""
    has_sums = any(n.op == "sum" for n in topological(graph))
    return rebuild(graph, lambda n: as_means(n) if n.op == "add" else n) if has_sums else graph


def as_means(node: Node) -> Node:
    terms = arguments_of(labelled(node))
    monomials = [monomial(t) for t in terms]
    for first, second in permutations(range(len(terms)), 2):
        found = next((new for form in FORMS if (new := form(monomials[first], monomials[second])) is not None), None)
        if found is not None:
            rest = [t for k, t in enumerate(terms) if k not in (first, second)]
            return instead_of(node, total([*rest, found]))
    return node


def from_mean(one: Monomial, other: Monomial) -> Labelled | None:
    """c S g - c sum g e as c S (g - sum g p)"""
    if one.number != -other.number:
        return None
    for added in sums_in(other):
        beside = other.over(Monomial(Fraction(1), Counter([added])))
        ratio = one.over(beside)
        for summed in (v for v, power in ratio.powers.items() if power == 1 and v.labels == added.labels):
            own = ratio.over(Monomial(Fraction(-1), Counter([summed])))
            mean = mean_of(own, added, summed)
            if mean is not None:
                difference = elementwise("add", product_of(own), times(-1, mean))
                return product([product_of(one.over(own)), difference])
    return None


def sums_in(value: Monomial) -> list[Labelled]:
    """Its factors that are sums over one index."""
    return [v for v, power in value.powers.items() if power == 1 and v.node.op == "sum" and len(v.node.bound) == 1]


def from_weights(one: Monomial, other: Monomial) -> Labelled | None:
    """c log s sum_i t_i - c sum_i t_i a_i as c sum_i t_i (log s - a_i), s = sum_k exp(a_k)"""
    if one.number != -other.number:
        return None
    for added in sums_in(other):
        beside = other.over(Monomial(Fraction(1), Counter([added])))
        ratio = one.over(beside)
        for weights in sums_in(ratio):
            own = ratio.over(Monomial(Fraction(-1), Counter([weights])))
            found = with_logarithm(own, weights, added) if own.powers and weights.labels == added.labels else None
            if found is not None:
                return product([times(one.number, product_of(Monomial(Fraction(1), beside.powers))), found])
    return None


def with_logarithm(own: Monomial, weights: Labelled, added: Labelled) -> Labelled | None:
    """sum_i t_i (log s - a_i), where `own` is log s, `weights` is sum_i t_i and `added` is sum_i t_i a_i"""
    (logarithm, *others), (weight,), (inner, index) = own.powers, arguments_of(weights), summand(added)
    summed = arguments_of(logarithm)[0] if logarithm.node.op == "log" and not others else None
    exponential = exponential_of(summed, index) if summed is not None else None
    if exponential is None or index is None or own != Monomial(Fraction(1), Counter([logarithm])):
        return None
    (exponent,) = arguments_of(exponential)
    if monomial(inner) != with_factor(monomial(weight), exponent):
        return None
    return reduction("sum", product([weight, elementwise("add", logarithm, times(-1, exponent))]), index)


def from_entropy(one: Monomial, other: Monomial) -> Labelled | None:
    """c log s - c sum_k a_k p_k as c sum_k p_k (log s - a_k), s = sum_k exp(a_k); factors of a_k before the sum, too"""
    for logarithm in (v for v, power in one.powers.items() if power == 1 and v.node.op == "log"):
        (summed,) = arguments_of(logarithm)
        if summed.labels != logarithm.labels:
            continue
        beside = one.over(Monomial(Fraction(1), Counter([logarithm])))
        for added in sums_in(other):
            outside = other.over(beside).over(Monomial(Fraction(1), Counter([added])))
            found = entropy(logarithm, summed, added, outside)
            if found is not None:
                return product([product_of(beside), found])
    return None


def entropy(logarithm: Labelled, summed: Labelled, added: Labelled, outside: Monomial) -> Labelled | None:
    """sum_k p_k (log s - a_k), if outside sum_k ... is -sum_k a_k p_k"""
    inner, index = summand(added)
    own = exponential_of(summed, index)
    if own is None or index is None or added.labels != summed.labels:
        return None
    (exponent,) = arguments_of(own)
    wanted = with_factor(with_factor(monomial(exponent), own), summed, -1)
    if outside.times(monomial(inner)) != Monomial(-wanted.number, wanted.powers):
        return None
    surprise = elementwise("add", logarithm, times(-1, exponent))
    return reduction("sum", product([elementwise("divide", own, summed), surprise]), index)


FORMS = (from_mean, from_weights, from_entropy)


def mean_of(own: Monomial, added: Labelled, summed: Labelled) -> Labelled | None:
    """sum_k g_k e_k / S, where `own` is g at another index, `added` is the sum and `summed` is S"""
    inner, index = summand(added)
    places = {label for value in own.powers for label in value.labels} - set(added.labels)
    exponential = exponential_of(summed, index)
    if index is None or len(places) != 1 or exponential is None:
        return None
    (place,) = places
    whole = Monomial(own.number, Counter({at(v, place, index): power for v, power in own.powers.items()}))
    weighted = monomial(inner)
    if place.size != index.size or exponential not in weighted.powers or weighted != with_factor(whole, exponential):
        return None
    share = elementwise("divide", exponential, summed)
    return reduction("sum", product([product_of(whole), share]), index)


def exponential_of(summed: Labelled, index: Index | None) -> Labelled | None:
    """What a sum adds up, at this index, if that is an exponential along its axis."""
    if summed.node.op != "sum" or len(summed.node.bound) != 1 or index is None:
        return None
    inner, own = summand(summed)
    is_along = own is not None and inner.node.op == "exp" and len(inner.labels) == len(summed.labels) + 1
    return at(inner, own, index) if is_along and own is not None else None


def at(value: Labelled, place: Index, index: Index) -> Labelled:
    return Labelled(value.node, tuple(index if label == place else label for label in value.labels))


def with_factor(value: Monomial, factor: Labelled, power: int = 1) -> Monomial:
    return value.times(Monomial(Fraction(1), Counter({factor: power})))


def product_of(value: Monomial) -> Labelled:
    found = over_line(list(value.powers.items()))
    return found if value.number == 1 else times(value.number, found)
