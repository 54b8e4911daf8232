"""Quotients and logarithms of sums in which exponentials stand beside other terms, or several stand side by side.

    exp(x) / (c + exp(x))                   exp(x - m) / (c exp(-m) + exp(x - m)),  m = max(x, 0)
    exp(-a x) sinh(b x)                     exp(|b x| - a x) (1 - exp(-2 |b x|)) / 2, with the sign of b x
    sinh(x) / (c + cosh(x))**2              exp(|x| - 2 m) ((1 - exp(-2 |x|)) / 2) / ((c + cosh(x)) exp(-m))**2
    log(exp(-x**2) / c)                     -x**2 - log(c)
    log(c + exp(x))                         m + log(c exp(-m) + exp(x - m))
    log(exp(p) / (exp(p) + sum_k exp(s_k))) -m - log1p(sum_k exp(s_k - p - m) + (exp(-m) - 1)),  m = max(0, s_k - p)

Contract: `scaled_powers`, `scaled_quotients` and `scaled_logarithms` map a graph to an equal one. An
infinite exponent gives NaN, as infinity over infinity did before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from derive.ir.build import Labelled, elementwise, placed, union
from derive.ir.graph import Graph, Node, rebuild, topological
from derive.ir.stability.exponentials import linear_sum
from derive.ir.stability.products import (
    MINUS_ONE,
    ONE,
    arguments_of,
    instead_of,
    is_whole_power,
    labelled,
    over_line,
    parts_of,
    product,
    terms,
    times,
    total,
)
from derive.ir.stability.scaling import GROWING, SUMS, Factor, exponents, highest_of, scaled, shift_of, without_size


def scaled_quotients(graph: Graph) -> Graph:
    """The graph with quotients scaled that would be infinite above and below the line, or 0."""
    return rebuild(graph, lambda node: quotient(node) or node)


def scaled_powers(graph: Graph) -> Graph:
    """The graph with powers that are not whole of such sums as an exponential and the power of what is left."""
    return rebuild(graph, lambda node: root(node) or node if node.op in ("sqrt", "power", "raise") else node)


def scaled_logarithms(graph: Graph) -> Graph:
    """The graph with the logarithms of such sums and quotients as an exponent and the logarithm of what is left."""
    graph = rebuild(graph, lambda node: difference(node) or node if node.op == "add" else node)
    return rebuild(graph, lambda node: logarithm(node) or node if node.op in ("log", "log1p") else node)


# --- quotients -------------------------------------------------------------------------------------------


def factors(value: Labelled, power: int = 1) -> Iterator[Factor]:
    """The factors above (power > 0) and below the line; a quotient that is scaled by itself is one of them."""
    parts = parts_of(value)
    for part, exponent in parts:
        yield from factors_inside(part, power * int(exponent))
    if not parts and value != ONE:
        yield Factor(value, power)


def factors_inside(value: Labelled, power: int) -> Iterator[Factor]:
    parts = list(factors(value))
    return iter([Factor(value, power)]) if needs_scale(parts) or is_level(parts) else factors(value, power)


def is_level(parts: Sequence[Factor]) -> bool:
    """Whether what is above and below the line grows together, up to a bound: apart, it may leave the range."""
    return any(p.power < 0 and not (p.is_sum or p.is_growing) and holds_exponential(p.value.node) for p in parts)


def needs_scale(parts: Sequence[Factor]) -> bool:
    """Whether exponentials stand above the line and a sum of such below it, or two above of which one overflows."""
    above = [p for p in parts if p.power > 0 and p.exponents]
    growing = [p for p in above if p.value.node.op in GROWING]
    if len(growing) > 1 and any(p.is_growing for p in growing):
        return True
    return bool(above) and any(p.power < 0 and (p.is_sum or p.is_growing) for p in parts)


def quotient(node: Node) -> Node | None:
    """A product or quotient, each sum in it scaled, times one exponential."""
    if node.op not in ("multiply", "divide"):
        return None
    parts = list(factors(labelled(node)))
    if not needs_scale(parts):
        return None
    exponent, rest = taken_out(parts)
    has_sum_above = any(p.is_sum and p.power > 0 for p in parts)
    size = size_of(exponent, has_sum_above=has_sum_above)
    if size and (has_sum_above or any(p.power < 0 and holds_exponential(p.value.node) for p in parts if not p.is_sum)):
        # what is left below the line may be as large as the exponential: other factors are divided by it first,
        # and so are sums, which may be as large as well
        return instead_of(node, product([quotient_of(rest), *(s.value for s in size)]))
    return instead_of(node, quotient_of([*size, *rest]))


def size_of(exponent: Sequence[Labelled], *, has_sum_above: bool) -> list[Factor]:
    """exp(m); beside a sum above the line, which is large where m is very small, in two halves: neither underflows."""
    if not exponent:
        return []
    halves = 2 if has_sum_above else 1
    half = elementwise("exp", times(Fraction(1, halves), total(exponent)))
    return [Factor(half, 1)] * halves


def holds_exponential(node: Node) -> bool:
    return any(n.op in GROWING for n in topological((node,)))


def taken_out(
    parts: Sequence[Factor], shift_of: Callable[[Factor], Labelled] = shift_of
) -> tuple[list[Labelled], list[Factor]]:
    """The terms of the exponent of what all parts are as large as, and what is left of each part.

    What is left may be multiplied with what is left of the other sums on its side of the line.
    """
    degree = Counter[bool]()
    for part in parts:
        degree[part.power > 0] += abs(part.power) if part.is_sum else 0
    exponent: Counter[Labelled] = Counter()
    rest: list[Factor] = []
    for part in parts:
        if part.is_sum:
            shift = shift_of(Factor(part.value, degree[part.power > 0]))
            exponent[shift] += part.power
            rest.append(Factor(scaled(part.value, shift), part.power))
        elif part.value.node.op in GROWING and part.exponents:
            exponent[part.exponents[0]] += part.power
            rest += [] if part.value.node.op == "exp" else [Factor(without_size(part.value), part.power)]
        else:
            rest.append(part)
    return [times(power, term) for term, power in exponent.items() if power], rest


def quotient_of(parts: Sequence[Factor]) -> Labelled:
    """The quotient of the factors above and those below the line."""
    return over_line([(p.value, p.power) for p in parts])


# --- powers ----------------------------------------------------------------------------------------------


def root(node: Node) -> Node | None:
    """S**c = exp(c m) S'**c"""
    value = labelled(node)
    base, *exponent = arguments_of(value)
    if is_whole_power(node) or not Factor(base, 1).is_sum:
        return None
    shift = shift_of(Factor(base, 1))
    left = elementwise(node.op, scaled(base, shift), *exponent, data=node.data)
    power = node.data if node.op == "power" else Fraction(1, 2)
    size = elementwise("multiply", *exponent, shift) if exponent else times(power, shift)  # type: ignore[arg-type]
    found = elementwise("multiply", elementwise("exp", size), left)
    return instead_of(node, found)


# --- logarithms ------------------------------------------------------------------------------------------


def logarithm(node: Node) -> Node | None:
    """The logarithm of a share, or of a product and quotient with sums in it."""
    (inner,) = arguments_of(labelled(node))
    parts = list(factors(inner)) if node.op == "log" else [Factor(elementwise("add", ONE, inner), 1)]
    is_density = len(parts) > 1 and any(p.value.node.op == "exp" and p.exponents for p in parts)
    if not is_density and not any(p.is_sum for p in parts):
        return None
    share = share_of(parts)
    found = times(-1, of_sum(share)) if share else of_product(parts)
    return instead_of(node, found)


def share_of(parts: Sequence[Factor]) -> Labelled | None:
    """S/exp(p) = 1 + the other terms of S over exp(p), where the parts are exp(p), above, and S, below"""
    if len(parts) != 2:
        return None
    term, whole = sorted(parts, key=lambda p: -p.power)
    return relative(whole.value, term.value) if (term.power, whole.power) == (1, -1) else None


def relative(whole: Labelled, term: Labelled) -> Labelled | None:
    """S/exp(p) = 1 + the other terms of S over exp(p), where exp(p) is one of them"""
    if whole.node.op != "add" or term.node.op != "exp" or arguments_of(whole).count(term) != 1:
        return None
    found = exponents(term)
    return total([ONE, *(scaled(a, found[0]) for a in arguments_of(whole) if a != term)]) if found else None


def difference(node: Node) -> Node | None:
    """log S - p = log(S/exp(p)), where exp(p) is one of the terms of S"""
    parts = arguments_of(labelled(node))
    for part in parts:
        sign, inner = (-1, arguments_of(part)[-1]) if is_opposite(part) else (1, part)
        if inner.node.op != "log":
            continue
        (whole,) = arguments_of(inner)
        for term in arguments_of(whole):
            share, z = relative(whole, term), exponents(term)
            other = next((p for p in parts if share and p is not part and is_zero(p, times(sign, z[0]))), None)
            if share and other:
                found = total([times(sign, of_sum(share)), *(p for p in parts if p not in (part, other))])
                return instead_of(node, found)
    return None


def is_opposite(value: Labelled) -> bool:
    """-u"""
    return value.node.op == "multiply" and arguments_of(value)[0] == MINUS_ONE and len(value.node.arguments) == 2


def is_zero(left: Labelled, right: Labelled) -> bool:
    """Whether the sum of both is 0, linear forms of the same."""
    labels = union((left, right))
    return not linear_sum(placed(value, labels) for value in (left, right))


def of_sum(value: Labelled) -> Labelled:
    """log(1 + S) = m + log1p(S' + (exp(-m) - 1)), where m is 0 unless something in S is very large

    Where S is small beside its exponentials, a larger m would cancel against the logarithm.
    """
    shift = shift_of(Factor(value, 1))
    others = [scaled(a, shift) for a in terms(value) if a != ONE]
    missing = elementwise("expm1", times(-1, shift))
    return total([shift, elementwise("log1p", total([*others, missing]))])


def of_product(parts: Sequence[Factor]) -> Labelled:
    """log(exp(z) S / T) = z + m_S - m_T + log(S' / T')

    Here m is the largest exponent itself: z - m is 0 where z is it, and nothing cancels against the logarithm.
    """
    if len(parts) == 1 and parts[0].power == 1 and ONE in terms(parts[0].value):
        return of_sum(parts[0].value)
    exponent, rest = taken_out(parts, highest_of)
    if all(p.power < 0 and p.value.node.op in SUMS for p in rest):
        turned = quotient_of([Factor(p.value, -p.power) for p in rest])
        return total([*exponent, times(-1, elementwise("log", turned))])
    return total([*exponent, elementwise("log", quotient_of(rest))])
