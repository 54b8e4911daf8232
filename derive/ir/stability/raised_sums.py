"""Quotients with sums of one power of several values, as x**n / (k**n + x**n): the powers leave the range, it does not.

    x**n / (k**n + x**n)    x'**n / (k'**n + x'**n),  x' = x/s, s the larger of |x| and |k|, for n < 0 the smaller
    x**n / (1 + x**n)       the same with 1 for k
    n x**(n - 1) / (1 + x**n)**2    one of the sums with x**(n - 1), and the other below as it is
    n x**(n - 1) / (k**n + x**n)    n x'**(n - 1) / (k'**n + x'**n) / s

Contract: `raised_sums` maps a graph to an equal one, where the exponents above the line and below it differ by a
number. One of the powers below the line is 1 or -1 then, and none is larger.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, named, rebuild, whole
from derive.ir.stability.degrees import exponent_of
from derive.ir.stability.exponentials import is_number, linear_sum
from derive.ir.stability.products import is_whole_power


@dataclass(frozen=True)
class Factor:
    value: Node
    power: int


def raised_sums(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: in_scale(n) if n.op in ("multiply", "divide") else n)


def in_scale(node: Node) -> Node:
    """The quotient with all powers measured in the base of the largest."""
    factors = list(factors_of(node, 1))
    for total in (f for f in factors if f.power < 0):
        powers = raised_in(total.value)
        bases = list(dict.fromkeys(p.arguments[0].node for p in powers))
        if len({p.arguments[1] for p in powers}) != 1 or is_scaled(bases[0]):
            continue
        if any(n.shape not in (node.shape, ()) for n in (*bases, powers[0].arguments[1].node)):
            continue
        above = [f for f in factors if f.value.op == "raise" and f.value.arguments[0].node in bases]
        others = [f for f in factors if f is not total and f not in above]
        for times in range(-total.power, 0, -1):
            below = Factor(total.value, -times)
            degree = degree_of([(below, powers[0]), *((f, f.value) for f in above)])
            if degree is not None:
                left = Factor(total.value, total.power + times)
                scaled = in_largest([below, *above], degree, total.value, powers[0])
                return named(quotient([*others, left, *scaled], node), node.name, node.origin)
    return node


def in_largest(taken: Sequence[Factor], degree: Fraction, total: Node, power: Node) -> list[Factor]:
    """The factors in the base s of the largest power, and s to the degree."""
    bases = list(dict.fromkeys(p.arguments[0].node for p in raised_in(total)))
    numbers = [constant(1)] if any(is_number(a) for a in total.arguments) else []
    sizes = [*(apply("abs", b) for b in bases), *numbers]
    largest, smallest = (reduce(lambda a, b: apply(op, a, b), sizes) for op in ("maximum", "minimum"))
    exponent = power.arguments[1]
    is_growing = Argument(apply("greater_equal", exponent.node, constant(0)), exponent.axes)
    shape = max(largest.shape, exponent.node.shape, key=len)
    scale = Node("where", (is_growing, whole(largest), whole(smallest)), shape, name="~scale")
    whole_sum = with_raised_numbers(total, power)
    values = [(whole_sum if f.value == total else f.value, f.power) for f in taken]
    scaled = [Factor(relative(value, scale, [*bases, constant(1)]), times) for value, times in values]
    return [*scaled, Factor(scale, int(degree))]


def factors_of(node: Node, power: int) -> Iterator[Factor]:
    """What a product or quotient is made of, entry by entry."""
    if node.op == "power" and is_whole_power(node) and node.arguments[0] == whole(node.arguments[0].node):
        yield from factors_of(node.arguments[0].node, power * int(exponent_of(node)))
        return
    is_open = node.op in ("multiply", "divide") and all(a == whole(a.node) for a in node.arguments)
    if not is_open or (node.op == "divide" and node.arguments[0].node.op == "constant" and power < 0):
        yield Factor(node, power)
        return
    for k, argument in enumerate(node.arguments):
        yield from factors_of(argument.node, -power if node.op == "divide" and k else power)


def raised_in(total: Node) -> list[Node]:
    """The powers that a sum is made of, each times a number, and numbers beside them; none where it has other terms."""
    if total.op != "add":
        return []
    found = [power_in(a) for a in total.arguments if not is_number(a)]
    powers = [p for p in found if p is not None]
    return powers if len(powers) == len(found) else []


def with_raised_numbers(total: Node, power: Node) -> Node:
    """The sum with c 1**e for numbers c"""
    one = replace(power, arguments=(Argument(constant(1), ()), power.arguments[1]), name="", origin=None)
    terms = (whole(apply("multiply", a.node, one)) if is_number(a) else a for a in total.arguments)
    return replace(total, arguments=tuple(terms), name="", origin=None)


def power_in(argument: Argument) -> Node | None:
    node = argument.node
    if node.op == "multiply" and len(node.arguments) == 2 and node.arguments[0].node.op == "constant":
        return power_in(node.arguments[1])
    return node if node.op == "raise" and argument == whole(node) else None


def degree_of(taken: Sequence[tuple[Factor, Node]]) -> Fraction | None:
    """The power of s that all of them have together, where it is a whole number."""
    terms = [argument for f, power in taken for argument in [power.arguments[1]] * abs(f.power) if f.power > 0]
    below = [power.arguments[1] for f, power in taken for _ in range(-f.power)]
    total = linear_sum([*terms, *(Argument(apply("multiply", constant(-1), a.node), a.axes) for a in below)])
    degree = total.get(None, Fraction(0))
    return degree if set(total) <= {None} and degree.denominator == 1 else None


def relative(value: Node, scale: Node, bases: Sequence[Node]) -> Node:
    """Powers of b / s for those of b"""

    def change(node: Node) -> Node:
        if node.op != "raise" or node.arguments[0].node not in bases:
            return node
        base = whole(apply("divide", node.arguments[0].node, scale))
        return replace(node, arguments=(base, node.arguments[1]), name="", origin=None)

    return rebuild((value,), change)[0]


def is_scaled(base: Node) -> bool:
    return base.op == "divide" and base.arguments[1].node.name == "~scale"


def quotient(factors: Sequence[Factor], node: Node) -> Node:
    sides = [[f.value for f in factors for _ in range(sign * f.power)] for sign in (1, -1)]
    above, below = (product(side, node) for side in sides)
    return above if not sides[1] else Node("divide", (whole(above), whole(below)), node.shape)


def product(values: list[Node], node: Node) -> Node:
    if len(values) < 2:
        return values[0] if values else constant(1)
    return Node("multiply", tuple(map(whole, values)), node.shape)
