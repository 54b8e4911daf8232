"""What a part leaves of 1, where the part is nearly the whole.

    1 - a/(a + b)              b/(a + b)
    a/(a + b) - 1              -b/(a + b)
    1 + (a - b)/(a + b)        2 a/(a + b)
    1 - (1/sqrt(1 + u))**2     u/(1 + u)
    1 - c ((1 - e)/c)          e
    u - u a/(a + b)            u (1 - a/(a + b))
    u delta S - u e_j          u (delta S - e_j),  S = sum_k e_k

Contract: `remainders` and `beside_remainders` map a graph to an equal one; the second writes the differences that the
first, and what knows exponentials better, works on. A quotient is looked at with all its factors; what stands above and
below the line is taken out first.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from derive.ir.build import Labelled, constant, elementwise
from derive.ir.graph import Graph, Node, rebuild
from derive.ir.stability.bounds import is_never_negative
from derive.ir.stability.products import (
    MINUS_ONE,
    ONE,
    arguments_of,
    instead_of,
    labelled,
    over_line,
    parts_of,
    product,
    terms,
    times,
    total,
)
from derive.ir.stability.shares import DELTAS

HALF = Fraction(1, 2)
Combination = Mapping[Labelled, Fraction]
"""Numbers times quantities; that of 1 is a number alone."""


def remainders(graph: Graph) -> Graph:
    """The graph with what parts of a sum leave of 1 as the other parts."""
    return rebuild(graph, lambda node: remainder(node) or node if node.op == "add" else node)


def remainder(node: Node) -> Node | None:
    """one + N/S + c = (one S + N)/S + c, where one is 1 or -1 and terms cancel"""
    parts = arguments_of(labelled(node))
    one = next((p for p in parts if p in (ONE, MINUS_ONE)), None)
    for part in parts if one else ():
        left = rest_of(Fraction(1 if one == ONE else -1), Powers.those_of(part)) if part != one else None
        if left:
            found = total([left, *(p for p in parts if p not in (one, part))])
            return instead_of(node, found)
    return None


def rest_of(one: Fraction, part: Powers) -> Labelled | None:
    """(one S + N)/S, where the part is N/S and some of their terms cancel"""
    ratio = ratio_of(part)
    if ratio is None:
        return None
    above, whole = ratio[0], combination([ratio[1]])
    left = {term: one * whole.get(term, 0) + above.get(term, 0) for term in {**whole, **above}}
    kept = [times(number, term) for term, number in left.items() if number]
    if not 0 < len(kept) < len(whole) + len(above) - 1:
        return None
    return total(kept) if ratio[1] == ONE else elementwise("divide", total(kept), ratio[1])


def ratio_of(part: Powers) -> tuple[Combination, Labelled] | None:
    """N and S of N/S, S a sum or 1"""
    below = [value for value, power in part.of.items() if power == -1]
    if any(abs(power) != 1 for power in part.of.values()) or len(below) > 1 or any(b.node.op != "add" for b in below):
        return None
    above = combination([Labelled(constant(part.number)), *(value for value, power in part.of.items() if power == 1)])
    return above, below[0] if below else ONE


# --- beside a common factor ------------------------------------------------------------------------------


def beside_remainders(graph: Graph) -> Graph:
    """The graph with common factors before what a part leaves of 1."""
    return rebuild(graph, lambda node: factored(node) if node.op == "add" else node)


def factored(node: Node) -> Node:
    """u + u N/S + c = u (1 + N/S) + c, and u delta sum_k e_k - u e_j + c = u (delta sum_k e_k - e_j) + c"""
    parts = [(p, Powers.those_of(p)) for p in arguments_of(labelled(node))]
    for (whole, first), (part, second) in itertools.permutations(parts, 2):
        common = first.common(second)
        left, right = first.over(common), second.over(common)
        if common.of and (is_remainder(left, right) or is_own_entry(left, right)):
            outside = whole if left.is_one else common.value
            inside = elementwise("multiply", outside, elementwise("add", left.value, right.value))
            return factored_again(node, [inside, *(p for p, _ in parts if p is not whole and p is not part)])
    return node


def factored_again(node: Node, parts: Sequence[Labelled]) -> Node:
    new = instead_of(node, total(parts))
    return factored(new) if new.op == "add" else new


def is_remainder(left: Powers, right: Powers) -> bool:
    """1 and N/S, where terms of S and N cancel"""
    return left.is_one and -1 in right.of.values() and rest_of(Fraction(1), right) is not None


def is_own_entry(left: Powers, right: Powers) -> bool:
    """delta sum_k e_k and -e_j"""
    values, (entry, *others) = sorted(left.of, key=lambda v: v.node.op), right.of or (ONE,)
    if others or right.number != -1 or left.number != 1 or {*left.of.values(), *right.of.values()} != {Fraction(1)}:
        return False
    is_total = len(values) == 2 and values[0].node.op in DELTAS and values[1].node.op == "sum"
    return is_total and entry.node.op == "exp" and values[1].node.arguments[0].node == entry.node


# --- factors ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Powers:
    """A number times quantities, each to its power."""

    number: Fraction
    of: Mapping[Labelled, Fraction]

    @classmethod
    def those_of(cls, part: Labelled) -> Powers:
        powers: dict[Labelled, Fraction] = {}
        number = Fraction(1)
        for value, power in factors(part, Fraction(1)):
            if is_number(value) and power.denominator == 1 and value.node.data:
                number *= value.node.data ** int(power)  # type: ignore[operator]
            else:
                powers[value] = powers.get(value, Fraction(0)) + power
        return cls(number, {value: power for value, power in powers.items() if power})

    @property
    def is_one(self) -> bool:
        return not self.of and self.number == 1

    def common(self, other: Powers) -> Powers:
        """What both are multiples of, with the number of this one."""
        shared = {v: min(p, other.of[v], key=abs) for v, p in self.of.items() if p * other.of.get(v, 0) > 0}
        return Powers(self.number, shared)

    def over(self, other: Powers) -> Powers:
        """What the other is multiplied by to give this one."""
        powers = {v: self.of.get(v, Fraction(0)) - other.of.get(v, Fraction(0)) for v in {**self.of, **other.of}}
        return Powers(self.number / other.number, {v: p for v, p in powers.items() if p})

    @property
    def value(self) -> Labelled:
        """The product."""
        return times(self.number, over_line(list(self.of.items())))


def factors(value: Labelled, power: Fraction) -> Iterator[tuple[Labelled, Fraction]]:
    """The factors of a product, quotient or power, each with its power."""
    parts = parts_of(value) or root_of(value)
    for part, exponent in parts:
        yield from factors(part, power * exponent)
    if not parts and value != ONE:
        yield value, power


def root_of(value: Labelled) -> list[tuple[Labelled, Fraction]]:
    """u and c of u**c, c not whole, u of a sign for which that may be taken apart"""
    exponent = HALF if value.node.op == "sqrt" else value.node.data if value.node.op == "power" else None
    if not isinstance(exponent, Fraction) or not is_never_negative(value.node.arguments[0].node):
        return []
    return [(arguments_of(value)[0], exponent)]


def combination(parts: Sequence[Labelled]) -> Combination:
    """Numbers times terms: a sum's, where nothing but numbers stands beside one; else of the product as it is."""
    numbers = [p.node.data for p in parts if is_number(p)]
    others = [p for p in parts if not is_number(p)]
    number = math.prod(n for n in numbers if isinstance(n, Fraction))
    if len(others) != 1:
        return {product(others): Fraction(number)}
    found: dict[Labelled, Fraction] = {}
    for term in terms(others[0]):
        for key, factor in taken_apart(term):
            found[key] = found.get(key, Fraction(0)) + number * factor
    return found


def taken_apart(term: Labelled) -> list[tuple[Labelled, Fraction]]:
    """c u as u, c times; exp(z) - 1 as two terms"""
    if is_number(term):
        return list(combination([term]).items())
    if term.node.op == "expm1":
        return [(elementwise("exp", *arguments_of(term)), Fraction(1)), (ONE, Fraction(-1))]
    return list(combination(arguments_of(term)).items()) if term.node.op == "multiply" else [(term, Fraction(1))]


def is_number(value: Labelled) -> bool:
    return value.node.op == "constant" and isinstance(value.node.data, Fraction)
