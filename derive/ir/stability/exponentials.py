"""Which nodes are rational functions of one exponential, in whatever guise.

Contract: `Exponentials(graph)` answers `of(node)`: a Group (the argument z, and R with node = R(exp(z))) or
None. exp(-x) and exp(2 x + 2 y) with exp(x + y) belong together where one argument is a rational multiple of the
other. `maximal_groups` walks a node's products and sums: factors of one group that stand apart, as O and
1 - O in (O - t) O (1 - O) x, are found together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from derive.ir.graph import Argument, Node, data_on, moved, window_axis
from derive.ir.look_ups import look_ups_inside
from derive.ir.stability import polynomial
from derive.ir.stability.polynomial import Ratio

Linear = Mapping[Argument | None, Fraction]
"""A linear form: coefficients of what is not linear, and that of 1 under None."""


@dataclass(frozen=True)
class Group:
    """ratio(u) with u = base ** argument (base None: e), on the axes of the node it belongs to.

    A number has no argument.
    """

    ratio: Ratio
    argument: Argument | None = None
    base: Fraction | None = None


class Exponentials:
    """Finds groups; remembers what it found for each node of a graph."""

    def __init__(self) -> None:
        self.known: dict[Node, Group | None] = {}

    def of(self, node: Node) -> Group | None:
        if node not in self.known:
            find = FIND.get(node.op)
            self.known[node] = find(self, node) if find else None
        return self.known[node]

    def at(self, argument: Argument) -> Group | None:
        """The group of an argument on the axes of its user."""
        group = self.of(argument.node)
        if group is None or group.argument is None:
            return group
        return replace(group, argument=moved(group.argument, argument.axes))

    def all_of(self, node: Node) -> list[Group] | None:
        """The groups of all arguments, or None where one of them is of no group."""
        found = [self.at(a) for a in node.arguments]
        return None if None in found else found  # type: ignore[return-value]


# --- arguments of exponentials ---------------------------------------------------------------------------


def linear(argument: Argument) -> dict[Argument | None, Fraction]:
    """The argument as a linear form; what is not linear stands for itself."""
    node = argument.node
    if node.op == "constant" and isinstance(node.data, Fraction):
        return {None: node.data}
    if node.op == "add":
        return linear_sum(moved(a, argument.axes) for a in node.arguments)
    if node.op == "multiply" and isinstance(node.arguments[0].node.data, Fraction) and is_number(node.arguments[0]):
        if len(node.arguments) == 2:
            inner = linear(moved(node.arguments[1], argument.axes))
        else:
            inner = {Argument(without_number(node), argument.axes): Fraction(1)}
        return {key: value * node.arguments[0].node.data for key, value in inner.items()}
    return {argument: Fraction(1)}


def is_number(argument: Argument) -> bool:
    return argument.node.op == "constant"


def linear_sum(parts: Iterable[Argument]) -> dict[Argument | None, Fraction]:
    total: dict[Argument | None, Fraction] = {}
    for part in parts:
        for key, value in linear(part).items():
            total[key] = total.get(key, Fraction(0)) + value
    return {key: value for key, value in total.items() if value}


def without_number(node: Node) -> Node:
    return replace(node, arguments=node.arguments[1:], name="", origin=None)


def multiple(left: Linear, right: Linear) -> Fraction | None:
    """The rational c with right = c * left, where there is one."""
    if set(left) != set(right) or set(left) <= {None}:
        return None
    ratios = {right[key] / left[key] for key in left}
    return ratios.pop() if len(ratios) == 1 else None


def aligned(left: Group, right: Group) -> Group | None:
    """`right` in the exponential of `left`, where both are of one family."""
    if left.argument is None or right.argument is None:
        return right
    if left.argument == right.argument and left.base == right.base:
        return right
    if left.base != right.base:
        return None
    arguments = (left.argument, right.argument)
    factor = multiple(*map(linear, arguments))
    if factor is None:
        inside = tuple(map(look_ups_inside, arguments))
        factor = multiple(*map(linear, inside)) if inside != arguments else None
    if factor is None:
        return None
    return Group(polynomial.rescaled(right.ratio, factor), left.argument, left.base)


# --- groups by op ------------------------------------------------------------------------------------------

Combine = Callable[[Ratio, Ratio], Ratio | None]


def combined(left: Group | None, right: Group | None, combine: Combine) -> Group | None:
    if left is None or right is None:
        return None
    if left.argument is None:
        left = replace(left, argument=right.argument, base=right.base)
    other = aligned(left, right)
    ratio = combine(left.ratio, other.ratio) if other else None
    return replace(left, ratio=ratio) if ratio else None


def find_constant(search: Exponentials, node: Node) -> Group | None:
    return Group(polynomial.number(node.data)) if isinstance(node.data, Fraction) else None


def find_exp(search: Exponentials, node: Node) -> Group | None:
    argument = node.arguments[0]
    base = node.data if isinstance(node.data, Fraction) else None
    if set(linear(argument)) <= {None}:
        return None
    return Group(polynomial.monomial(Fraction(1)), argument, base)


def find_fold(combine: Combine) -> Callable[[Exponentials, Node], Group | None]:
    def find(search: Exponentials, node: Node) -> Group | None:
        groups = search.all_of(node)
        return reduce(lambda a, b: combined(a, b, combine), groups[1:], groups[0]) if groups else None  # type: ignore[arg-type,return-value]

    return find


def find_power(search: Exponentials, node: Node) -> Group | None:
    group, exponent = search.at(node.arguments[0]), node.data
    if group is None or not isinstance(exponent, Fraction) or exponent.denominator != 1:
        return None
    ratio = polynomial.power(group.ratio, int(exponent))
    return replace(group, ratio=ratio) if ratio else None


def find_expm1(search: Exponentials, node: Node) -> Group | None:
    """u - 1"""
    group = find_exp(search, node)
    return combined(group, Group(polynomial.number(Fraction(-1))), polynomial.add)


def find_hyperbolic(above: int, below: int | None, divisor: int) -> Callable[[Exponentials, Node], Group | None]:
    """(u + above / u) / (u + below / u), or over the divisor where there is no `below`."""

    def find(search: Exponentials, node: Node) -> Group | None:
        group = find_exp(search, node)
        if group is None:
            return None
        top, bottom = (polynomial.add(group.ratio, with_inverse(k)) for k in (above, below or 0))
        if below is None:
            bottom = polynomial.number(Fraction(divisor))
        ratio = polynomial.divide(top, bottom) if top and bottom else None
        return replace(group, ratio=ratio) if ratio else None

    return find


def with_inverse(factor: int) -> Ratio:
    """factor / u"""
    return Ratio(((Fraction(-1), Fraction(factor)),), polynomial.UNIT)


def find_looked_up(search: Exponentials, node: Node) -> Group | None:
    """R(exp(z)) at other places is R of exp(z there); outside of a window, where a condition stands before it, R(1)."""
    source, *label = node.arguments
    group = search.at(source)
    if group is None or group.argument is None:
        return group
    filled = window_axis(node)
    if filled is not None and sum(c for _, c in group.ratio.denominator) == 0:
        return None
    bound, argument = len(node.shape), group.argument
    if bound not in argument.axes:
        return group
    used = {k for a in (argument, *label) for k in a.axes} | ({filled} if filled is not None else set())
    axes = tuple(sorted(used - {bound}))
    place = {axis: k for k, axis in enumerate((*axes, bound))}
    arguments = tuple(Argument(a.node, tuple(place[k] for k in a.axes)) for a in (argument, *label))
    shape = tuple(node.shape[k] for k in axes)
    return replace(group, argument=Argument(Node(node.op, arguments, shape, node.bound, data_on(node, place)), axes))


FIND: Mapping[str, Callable[[Exponentials, Node], Group | None]] = {
    "constant": find_constant,
    "exp": find_exp,
    "expm1": find_expm1,
    "tanh": find_hyperbolic(-1, 1, 1),
    "sinh": find_hyperbolic(-1, None, 2),
    "cosh": find_hyperbolic(1, None, 2),
    "add": find_fold(polynomial.add),
    "multiply": find_fold(polynomial.multiply),
    "divide": find_fold(polynomial.divide),
    "power": find_power,
    "view": lambda search, node: search.at(node.arguments[0]),
    "pick": find_looked_up,
    "gather": find_looked_up,
    "window": find_looked_up,
}


def families(search: Exponentials, node: Node) -> list[list[int]]:
    """Positions of the arguments of a sum or product that belong to one exponential, family by family.

    A number joins the terms of a sum where there is one family only: 1 - O belongs together.
    """
    found: list[tuple[Group, list[int]]] = []
    numbers = []
    for position, argument in enumerate(node.arguments):
        group = search.at(argument)
        if group is None:
            continue
        if group.argument is None:
            numbers.append(position)
            continue
        home = next((members for first, members in found if aligned(first, group)), None)
        home.append(position) if home is not None else found.append((group, [position]))
    if node.op == "add" and len(found) == 1:
        return [sorted(found[0][1] + numbers)]
    return [members for _, members in found]
