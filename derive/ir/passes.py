"""Passes over a graph: simple and always worth it.

Contract: a pass maps a graph to a graph of the same values; optimise.py has their order.
    flatten       sums in sums and products in products become one; numbers are folded to the front
    multiply_out  small whole powers become squares and products, which cost a sixth of a general power
    fold_twos     2 x / n becomes x / (n/2): a factor that rounds nothing goes to the size
    fit           what stands on an axis along which nothing changes leaves it
    share         equal nodes become one object and take the best name that any of them has
What no output uses is dead and gone, since a graph is what its outputs reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, topological, users, whole, with_arguments
from derive.ir.ops import BY_NAME
from derive.language.expressions import Expression


@dataclass(frozen=True)
class Pass:
    """A named step from graph to graph."""

    name: str
    apply: Callable[[Graph], Graph]


def share(graph: Graph) -> Graph:
    """Equal nodes become one; a name that any of them has is kept."""
    names: dict[Node, Node] = {}
    seen: set[int] = set()
    stack = list(reversed(graph))
    while stack:
        top = stack.pop()
        if id(top) in seen:
            continue
        seen.add(id(top))
        best = names.setdefault(top, top)
        if top.name and not best.name:
            names[top] = top
        stack.extend(a.node for a in reversed(top.arguments))
    best_name = {n: (b.name, b.origin or n.origin) for n, b in names.items()}
    return rebuild(graph, lambda n: with_name(n, *best_name[n]) if n in best_name else n)


def with_name(value: Node, name: str, origin: Expression | None) -> Node:
    return value if (value.name, value.origin) == (name, origin) else replace(value, name=name, origin=origin)


# --- fit ---------------------------------------------------------------------------------------------


def fit(graph: Graph) -> Graph:
    """Elementwise nodes keep the axes that their arguments have; where all axes are needed, a spread repeats them."""
    new: dict[Node, Argument] = {}
    for old in topological(graph):
        arguments = tuple(moved(new[a.node], a.axes) for a in old.arguments)
        used = sorted({a for argument in arguments for a in argument.axes})
        if BY_NAME[old.op].kind == "elementwise" and len(used) < len(old.shape):
            inner = tuple(Argument(a.node, tuple(map(used.index, a.axes))) for a in arguments)
            new[old] = Argument(replace(old, arguments=inner, shape=tuple(old.shape[a] for a in used)), tuple(used))
        elif BY_NAME[old.op].kind == "elementwise":
            new[old] = whole(with_arguments(old, arguments))
        else:
            new[old] = whole(
                with_arguments(old, tuple(Argument(spread(new[a.node], a.node), a.axes) for a in old.arguments))
            )
    return tuple(spread(new[n], n) for n in graph)


def spread(argument: Argument, old: Node) -> Node:
    """The node on all axes that the old one has."""
    return argument.node if len(argument.axes) == len(old.shape) else Node("spread", (argument,), old.shape)


# --- flatten -----------------------------------------------------------------------------------------


def flatten(graph: Graph) -> Graph:
    """Nested sums and products that have no name of their own are opened; numbers are folded."""
    outputs = set(graph)
    return rebuild(graph, lambda n: FLATTEN[n.op](n, outputs) if n.op in FLATTEN else n)


def opened(value: Node, outputs: set[Node]) -> list[Argument]:
    """The arguments, those of nested unnamed nodes of the same op in place of these."""
    found: list[Argument] = []
    for argument in value.arguments:
        inner = argument.node
        if inner.op == value.op and not inner.name and inner not in outputs:
            found += [moved(a, argument.axes) for a in inner.arguments]
        else:
            found.append(argument)
    return found


def numbers_in(arguments: Sequence[Argument]) -> list[Fraction]:
    return [a.node.data for a in arguments if a.node.op == "constant" and isinstance(a.node.data, Fraction)]


def flatten_multiply(value: Node, outputs: set[Node]) -> Node:
    arguments = opened(value, outputs)
    factor = prod(numbers_in(arguments), start=Fraction(1))
    rest = [a for a in arguments if a.node.op != "constant"]
    if factor == 0:
        return zero_like(value)
    if factor != 1 or not rest:
        rest.insert(0, Argument(constant(factor), ()))
    return recombined(value, rest)


def zero_like(value: Node) -> Node:
    return (
        constant(0) if not value.shape else Node("spread", (Argument(constant(0), ()),), value.shape, name=value.name)
    )


def flatten_add(value: Node, outputs: set[Node]) -> Node:
    arguments = opened(value, outputs)
    numbers = numbers_in(arguments)
    total = sum(numbers, Fraction(0))
    first = next((k for k, a in enumerate(arguments) if a.node.op == "constant"), 0)
    rest = [a for a in arguments if a.node.op != "constant"]
    if total or not rest:
        rest.insert(min(first, len(rest)), Argument(constant(total), ()))
    return recombined(value, rest)


def flatten_divide(value: Node, outputs: set[Node]) -> Node:
    above, below = value.arguments
    if below.node.op == "constant" and isinstance(below.node.data, Fraction) and below.node.data:
        over = Argument(constant(1 / below.node.data), ())
        return flatten_multiply(replace(value, op="multiply", arguments=(over, above)), outputs)
    return value


def flatten_power(value: Node, outputs: set[Node]) -> Node:
    return recombined(value, list(value.arguments)) if value.data == 1 else value


def recombined(value: Node, arguments: list[Argument]) -> Node:
    """The op of these arguments; of one argument alone, that argument itself."""
    if len(arguments) > 1 or (value.op == "power" and value.data != 1):
        return replace(value, arguments=tuple(arguments))
    (only,) = arguments
    if only.node.op == "constant" and not value.shape:
        return only.node
    if only.axes == tuple(range(len(value.shape))) and only.node.shape == value.shape:
        return only.node if only.node.name or not value.name else replace(only.node, name=value.name)
    op = "spread" if len(set(only.axes)) < len(value.shape) else "view"
    return Node(op, (only,), value.shape, name=value.name, origin=value.origin)


def flatten_exp(value: Node, outputs: set[Node]) -> Node:
    return value if value.arguments[0].node != constant(0) else recombined(value, [Argument(constant(1), ())])


FLATTEN = {
    "multiply": flatten_multiply, "add": flatten_add, "divide": flatten_divide, "power": flatten_power,
    "exp": flatten_exp,
}  # fmt: skip


# --- powers of two -------------------------------------------------------------------------------------


def fold_twos(graph: Graph) -> Graph:
    """Factors ±2**k of arrays that are divided by a size, as its factors: a pass less, and the same value.

    Other numbers may be so large or so small that their multiples are none.
    """
    used = users(graph)
    return rebuild(graph, lambda n: folded(n, used) if n.op == "divide" else n)


def folded(node: Node, used: Mapping[Node, int]) -> Node:
    above, below = node.arguments
    product = above.node
    is_sole = product.op == "multiply" and not product.name and used.get(product, 2) == 1
    if not is_sole or not product.shape or below.node.op != "size":
        return node
    factors = [f for f in numbers_in(product.arguments) if is_power_of_two(f)]
    rest = [a for a in product.arguments if a.node.op != "constant"]
    if not factors or len(rest) != len(product.arguments) - 1 or not rest:
        return node
    number = apply("multiply", constant(1 / factors[0]), below.node)
    array = recombined(product, rest)
    return replace(node, arguments=(Argument(array, above.axes), whole(number)))


def is_power_of_two(value: Fraction) -> bool:
    """±2**k, which multiplies without rounding."""
    larger, smaller = max(abs(value.numerator), value.denominator), min(abs(value.numerator), value.denominator)
    return smaller == 1 and larger.bit_count() == 1 and abs(value) != 1


# --- powers ------------------------------------------------------------------------------------------

LARGEST_POWER = 16


def multiply_out(graph: Graph) -> Graph:
    """x**3 as x * x**2, x**6 as (x * x**2)**2, x**-3 as 1 / (x * x**2)."""
    return rebuild(graph, lambda n: multiplied_out(n) if n.op == "power" else n)


def multiplied_out(value: Node) -> Node:
    exponent = value.data
    assert isinstance(exponent, Fraction)
    if exponent.denominator != 1 or not 3 <= abs(exponent) <= LARGEST_POWER:
        return value
    inner = Node("power", value.arguments, value.shape, data=abs(exponent))
    result = squared_and_multiplied(inner, int(abs(exponent)))
    if exponent < 0:
        result = apply("divide", constant(1), result)
    return replace(result, name=value.name, origin=value.origin)


def squared_and_multiplied(value: Node, exponent: int) -> Node:
    """The base of the node to a whole exponent."""
    if exponent == 2:
        return replace(value, data=Fraction(2))
    if exponent % 2:
        inner = squared_and_multiplied(value, exponent - 1)
        return Node("multiply", (value.arguments[0], whole(inner)), value.shape)
    return apply("power", squared_and_multiplied(value, exponent // 2), data=Fraction(2))
