"""What loses its digits near 0, or is 0/0 there, as its power series.

    x - tanh(x)                |x| < 1/4:  x**3 (1/3 - x**2 (2/15 - ...))
    (exp(u) - 1 - u)/u**2      |u| < 1/2:  1/2 + u (1/6 + u (1/24 + ...))
    x/(exp(x) - 1)             1 at 0, where nothing else is wrong
    c (1 - exp(-u)) - c u exp(-u), u = (x/c)**2
                               |x/c| < 1/2: c (x/c)**4 (1/2 - ...)
    log(x**2/(1 + x))          |x| < 1/16: 2 log|x| + log(1 - x (1 - ...)), where x**2 may be 0

Contract: `near_zero(graph, plain)` maps a graph to an equal one. A node that is a function of one value (see
`variables`) is replaced where two things hold: a sum in it cancels, or something is divided by what vanishes at 0, as
its series says; and what the other passes make of it (`plain`) is wrong near 0, as a trial in float32 and float64
shows. So nothing is touched that another row gets right, however that one does it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from derive.ir.build import apply, constant, raised, scaled
from derive.ir.graph import Argument, Graph, Node, named, topological, whole, with_arguments
from derive.ir.interpret import Floats, interpret
from derive.ir.stability.series import CONTEXT, Expansions, Series
from derive.ir.stability.taylor import Shape, rational, shape_of
from derive.ir.stability.variables import Dependence, Dependences

Plain = Callable[[Graph], Graph]

FEW = 12
"""Terms to see what cancels."""
LEAST_ORDER = -4
"""Poles of higher order are left alone."""
TRIALS = {np.float64: (1e-3, 1e-6, 1e-9, 1e-20, 1e-100, 1e-200), np.float32: (1e-2, 1e-4, 1e-8, 1e-15, 1e-30)}
NEAR, AT = "near 0", "at 0"
PARTNERS = (1.0, 1.375)
VANISHED = 2000
"""exp(-VANISHED) is 0."""
WRONG = 4096
"""Times the rounding unit: no row of the table leaves as much, and what cancels near 0 loses all digits."""


def near_zero(graph: Graph, plain: Plain) -> Graph:
    """The graph with a series where nothing else keeps the digits."""
    chosen: dict[Node, Node] = {}
    dependences, seen = Dependences(graph), Expansions(FEW)
    stack, met = list(graph), set[Node]()
    while stack:
        node = stack.pop()
        if node in met:
            continue
        met.add(node)
        found = candidate(node, dependences, seen)
        new = None
        if found is not None:
            where = where_wrong(found, plain)
            if not where:
                continue
            new = found.near_and_far() if where == NEAR else found.at_zero()
        if new is None:
            stack += [a.node for a in node.arguments]
        else:
            chosen[node] = named(new, node.name, node.origin)
    return with_chosen(graph, chosen) if chosen else graph


def with_chosen(graph: Graph, chosen: Mapping[Node, Node]) -> Graph:
    new: dict[Node, Node] = {}
    for old in topological(graph):
        arguments = tuple(Argument(new[a.node], a.axes) for a in old.arguments)
        new[old] = chosen[old] if old in chosen else with_arguments(old, arguments)
    return tuple(new[n] for n in graph)


# --- where -------------------------------------------------------------------------------------------------


def candidate(node: Node, dependences: Dependences, seen: Expansions) -> Function | None:
    """A function of one value that has something in it that may be lost there, or the logarithm of
    one that vanishes at 0."""
    on = next((on for on in dependences.of(node) if may_lose(on.function, seen)), None)
    if on is not None:
        return Function(node, on, seen)
    if node.op != "log" or node.arguments[0] != whole(node.arguments[0].node):
        return None
    inner = next((on for on in dependences.of(node.arguments[0].node) if vanishes(on, seen)), None)
    return LogarithmOf(node, inner, seen) if inner else None


def may_lose(function: Node, seen: Expansions) -> bool:
    found = seen.series(function)
    return found is not None and found.order >= LEAST_ORDER and not found.is_zero and loses(function, seen)


def vanishes(on: Dependence, seen: Expansions) -> bool:
    """Whether a function of one value is positive and goes to 0 as this does."""
    found = seen.series(on.function)
    return on.other is None and found is not None and found.order > 0 and found.coefficients[0] > 0


def loses(function: Node, seen: Expansions) -> bool:
    return any(cancels(n, seen) for n in topological((function,)))


def cancels(node: Node, seen: Expansions) -> bool:
    """Whether a sum is smaller than its terms near 0, a logarithm that of 1, or a divisor vanishes at 0."""
    found = seen.series(node)
    if found is None:
        return False
    if node.op == "log":
        return found.order > 0
    parts = [s for a in node.arguments if (s := seen.series(a.node)) is not None]
    if node.op == "add":
        orders = [s.order for s in parts if not s.is_zero]
        return bool(orders) and (found.is_zero or found.order > min(orders))
    return node.op == "divide" and parts[1].order > 0


# --- whether, and what instead -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """A node that is a function of one value."""

    node: Node
    on: Dependence
    seen: Expansions = field(compare=False)

    @property
    def trial(self) -> Node:
        return self.on.trial

    @property
    def series(self) -> Series:
        series = self.seen.series(self.on.function)
        assert series is not None
        return series

    def truth(self, value: Any) -> Any:
        """What it is for a value near 0."""
        return value**self.series.order * CONTEXT.polyval(self.series.coefficients[::-1], value)

    @property
    def zero(self) -> tuple[float, ...]:
        """0, where it has a limit there."""
        return () if self.on.other or self.series.order < 0 else (0.0,)

    def is_off(self, computed: Graph, point: Any, partner: Any) -> bool:
        """Whether a graph is far from the truth, or NaN; results that are no normal numbers do not count."""
        on, kind, limits = self.on, type(point), np.finfo(type(point))
        value = placed(on, point, partner)
        found = CONTEXT.mpf(float(interpret(computed, {"v": value, "b": partner}, {}, Floats(kind))[0].item()))
        b, exact = CONTEXT.mpf(float(partner)), CONTEXT.mpf(float(value))
        truth = self.truth(CONTEXT.exp(exact) if on.is_exp else exact * b**-on.sign) * b ** int(on.degree)
        if not isinstance(truth, CONTEXT.mpf):  # outside of the domain
            return False
        is_ordinary = float(limits.tiny) < abs(truth) < float(limits.max)
        off = abs(found - truth) > WRONG * float(limits.eps) * abs(truth)
        return bool(CONTEXT.isnan(found)) or (is_ordinary and off)

    def near_and_far(self) -> Node | None:
        """where(|u| < width, the series, the node); None where the series is too long"""
        shape = shape_of(self.on.function)
        if shape is None:
            return None
        u, value = self.on.value, self.near(shape)
        is_near = apply("less", apply("abs", u), constant(shape.width))
        parts = (is_near, value, replace(self.node, name="", origin=None))
        return Node("where", tuple(map(whole, parts)), self.node.shape)

    def at_zero(self) -> Node | None:
        """where(u == 0, the limit, the node)"""
        limit = constant(rational(self.series.at_zero))
        is_zero = apply("equal", self.on.value, constant(0))
        parts = (is_zero, limit, replace(self.node, name="", origin=None))
        return Node("where", tuple(map(whole, parts)), self.node.shape)

    def near(self, shape: Shape) -> Node:
        """b**degree u**order P(u**step)"""
        u, other, degree = self.on.value, self.on.other, self.on.degree
        factors = [shape.polynomial(u)]
        if shape.order:
            factors.insert(0, raised(u, Fraction(shape.order)))
        if other is not None and degree:
            factors.insert(0, raised(other, degree))
        return Node("multiply", tuple(map(whole, factors)), u.shape) if len(factors) > 1 else factors[0]


@lru_cache(maxsize=32)  # the kernels of a definition ask the same
def where_wrong(found: Function, plain: Plain) -> str:
    """NEAR where the other passes leave a function without its digits near 0, AT where without a value at 0 alone."""
    computed, on = plain((found.trial,)), found.on

    def is_wrong(kind: Callable[[float], Any], sizes: Sequence[float]) -> bool:
        return any(
            found.is_off(computed, kind(sign * size), kind(partner))
            for size in sizes
            for sign in ((1,) if on.is_exp else (1, -1))
            for partner in (PARTNERS if on.other else PARTNERS[:1])
        )

    if any(is_wrong(kind, sizes) for kind, sizes in TRIALS.items()):
        return NEAR
    return AT if any(is_wrong(kind, found.zero) for kind in TRIALS) else ""


class LogarithmOf(Function):
    """The logarithm of a function of one value."""

    @property
    def trial(self) -> Node:
        return apply("log", self.on.trial)

    def truth(self, value: Any) -> Any:
        inner = super().truth(value)
        return CONTEXT.log(inner) if inner else -CONTEXT.inf

    def at_zero(self) -> Node | None:
        return self.near_and_far()

    def near(self, shape: Shape) -> Node:
        """order log |u| + log P(u**step); log u itself for an odd order, which has none for u < 0"""
        u = self.on.value
        size = u if shape.order % 2 else apply("abs", u)
        logarithm = u.arguments[0].node if self.on.is_exp else apply("log", size)
        rest = apply("log", shape.polynomial(u))
        return apply("add", scaled(Fraction(shape.order), logarithm), rest)


def placed(on: Dependence, point: Any, partner: Any) -> Any:
    """What the trial is computed at, so that the value is about the point."""
    kind = type(point)
    if on.is_exp:
        return kind(np.log(point) if point else -VANISHED)
    return kind(point * partner if on.sign > 0 else point / partner)
