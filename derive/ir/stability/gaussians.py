"""exp(-c v**2), and polynomials of v beside it or beside erfc(c v).

    v**k exp(-c v**2)   at an infinite v: inf * 0 as written, 0 in truth; so for exp(p(v)), p of a degree above 1
    exp(-c v**2)        v**2 is rounded by half of c v**2 units of the result: one function of v, which a kernel
                        computes from a short s, whose square is exact, as exp(-c s**2) exp(-c (v - s) (v + s))

Contract: `bounded_factors(graph)` bounds v by BOUND in the polynomial, on the sides where the other factor decays.
Beyond the bound that factor is 0 in every precision, so no finite value changes. Where v is multiplied with a factor
that is made of other entries too, nothing is done. `whole_squares` and `products_with_gaussians` map a graph to an
equal one, for c that are whole powers of 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, has_input, moved, named, rebuild, topological, whole
from derive.ir.stability.growth import polynomial_of

BOUND = Fraction(10**8)
LEAST = Fraction(1, 10**6)
"""Smaller factors c may not have made exp(-c v**2) vanish at the bound."""

VANISHED = -5000.0
"""The exponential of this is 0 in every precision, times what a polynomial is at the bound."""

EVEN = (Fraction(2), Fraction(4))
POSITIVE = ("size", "pi", "sqrt")


@dataclass(frozen=True)
class Decay:
    """A factor vanishes where v goes to +inf (`above`), -inf (`below`)."""

    value: Argument
    above: bool
    below: bool

    @property
    def bounded(self) -> Node:
        node = self.value.node
        node = apply("minimum", node, constant(BOUND)) if self.above else node
        return apply("maximum", node, constant(-BOUND)) if self.below else node


def bounded_factors(graph: Graph) -> Graph:
    return rebuild(graph, lambda n: bounded(n) if n.op == "multiply" else n)


def bounded(node: Node) -> Node:
    """Polynomials of what another factor decays with, bounded."""
    arguments = list(node.arguments)
    for decay in (d for a in node.arguments for d in decays(a)):
        arguments = [with_bound(a, decay) if is_polynomial(a, decay.value) else a for a in arguments]
    return node if arguments == list(node.arguments) else replace(node, arguments=tuple(arguments))


def decays(argument: Argument) -> Iterator[Decay]:
    """What a factor exp(-c v**2), exp(p(v)) or erfc(c v), or a polynomial of v times one, decays with."""
    node = argument.node
    if node.op == "multiply":
        varying = [moved(a, argument.axes) for a in node.arguments if has_input(a.node)]
        for k, part in enumerate(varying):
            others = [a for i, a in enumerate(varying) if i != k]
            yield from (d for d in decays(part) if all(is_polynomial(unbounded(a), d.value) for a in others))
    if node.op == "erfc":
        value, scale = scaled_value(moved(node.arguments[0], argument.axes))
        if abs(scale) >= LEAST:
            yield Decay(value, scale > 0, scale < 0)
    if node.op == "exp" and node.data is None:
        square, factor = scaled_value(moved(node.arguments[0], argument.axes))
        if square.node.op == "power" and square.node.data in EVEN and factor <= -LEAST:
            base = moved(square.node.arguments[0], square.axes)
            yield Decay(base, True, True)
            value, scale = scaled_value(base)
            if value != base and scale:
                yield Decay(value, True, True)
        else:
            yield from with_polynomial(moved(node.arguments[0], argument.axes))


def unbounded(argument: Argument) -> Argument:
    """What was bounded here before."""
    node = argument.node
    if node.op not in ("minimum", "maximum") or abs(sign_and_size(node.arguments[1].node)) != BOUND:
        return argument
    return unbounded(moved(node.arguments[0], argument.axes))


def with_polynomial(exponent: Argument) -> Iterator[Decay]:
    """What exp(p(v)) decays with, where p is of a degree above 1 and falls on a side."""
    found = polynomial_of(exponent.node)
    if found is None or found.value is None or found.degree < 2:
        return
    below, above = (found.at(side * float(BOUND)) <= VANISHED for side in (-1, 1))
    if below or above:
        yield Decay(Argument(found.value, exponent.axes), above, below)


def scaled_value(argument: Argument) -> tuple[Argument, Fraction]:
    """(v, c) with the argument = c v times positive numbers; c is 0 where a sign is not known."""
    node = argument.node
    if node.op not in ("multiply", "divide"):
        return argument, Fraction(1)
    parts = [moved(a, argument.axes) for a in node.arguments]
    rest = [p for p in parts if has_input(p.node)]
    if len(rest) != 1 or (node.op == "divide" and rest[0] != parts[0]):
        return argument, Fraction(1)
    value, scale = scaled_value(rest[0])
    for part in parts:
        if part != rest[0]:
            scale *= sign_and_size(part.node)
    return value, scale


def sign_and_size(node: Node) -> Fraction:
    if node.op == "constant" and isinstance(node.data, Fraction):
        return node.data
    return Fraction(1 if node.op in POSITIVE else 0)


def is_polynomial(argument: Argument, value: Argument) -> bool:
    """Whether a factor is a polynomial of v on v's own axes."""
    return argument.axes == value.axes and of_value(argument.node, value.node)


def of_value(node: Node, value: Node) -> bool:
    """Whether v itself, or sums, products and whole powers of polynomials and numbers."""
    if node == value:
        return True
    if node.op == "power" and (node.data not in EVEN and node.data != 3):
        return False
    if node.op not in ("add", "multiply", "power") or not has_input(node):
        return False
    whole_parts = all(a == whole(a.node) and (a.node.shape == node.shape or not a.node.shape) for a in node.arguments)
    return whole_parts and all(not has_input(a.node) or of_value(a.node, value) for a in node.arguments)


def with_bound(argument: Argument, decay: Decay) -> Argument:
    """The polynomial of the bounded v."""
    value = decay.value.node
    if argument.node == value:
        return Argument(decay.bounded, argument.axes)
    arguments = tuple(with_bound(a, decay) if has_input(a.node) else a for a in argument.node.arguments)
    return Argument(replace(argument.node, arguments=arguments, name=""), argument.axes)


# --- whole squares -----------------------------------------------------------------------------------------


def whole_squares(graph: Graph) -> Graph:
    """exp(-c v**2) as one function of v, for c a whole power of 2."""
    return rebuild(graph, lambda n: of_square(n) if n.op == "exp" and n.data is None else n)


def of_square(node: Node) -> Node:
    value, factor = scaled_value(node.arguments[0])
    inner, c = value.node, -factor
    if inner.op != "power" or inner.data != 2 or value != whole(inner) or not is_power_of_two(c):
        return node
    (base,) = inner.arguments
    if base != whole(base.node) or not only_numbers(node.arguments[0], value) or not has_input(base.node):
        return node
    return named(apply("gaussian", constant(1), base.node, constant(c)), node.name, node.origin)


def only_numbers(argument: Argument, value: Argument) -> bool:
    """Whether the argument is a rational number times the value."""
    node = argument.node
    if argument == value:
        return True
    if node.op != "multiply" or len(node.arguments) != 2 or node.arguments[0].node.op != "constant":
        return False
    return moved(node.arguments[1], argument.axes) == value


def is_power_of_two(value: Fraction) -> bool:
    return value > 0 and (value.numerator * value.denominator).bit_count() == 1


def products_with_gaussians(graph: Graph) -> Graph:
    """p(v) exp(-c v**2) in one, which is rounded below the normal range only once."""
    return rebuild(graph, lambda n: times_gaussian(n) if n.op == "multiply" else n)


def times_gaussian(node: Node) -> Node:
    found = [a for a in node.arguments if a.node.op == "gaussian" and a == whole(a.node)]
    if len(found) != 1 or found[0].node.arguments[0].node != constant(1):
        return node
    _, value, c = found[0].node.arguments
    inner = {n for n in topological((value.node,)) if n.op == "input"}
    own = [a for a in node.arguments if a is not found[0] and inner & set(topological((a.node,)))]
    rest = tuple(a for a in node.arguments if a is not found[0] and a not in own)
    shape = found[0].node.shape
    if len(own) != 1 or own[0] != whole(own[0].node) or own[0].node.shape not in (shape, ()):
        return node
    fused = Node("gaussian", (own[0], value, c), shape)
    return replace(node, arguments=(*rest, whole(fused))) if rest else named(fused, node.name, node.origin)
