"""Sums and products of values whose axes carry labels, taken apart and put together.

Contract: `labelled(node)` is a node with a label of its own for each axis, `instead_of(node, value)` a value on the
axes of a node; `factors` are the parts of a product with their powers, `terms` those of a sum, `over_line` and `total`
put them together again. Nothing here simplifies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import reduce

from derive.ir.build import BATCH_INDEX, Labelled, arranged, constant, elementwise
from derive.ir.graph import BATCH, Argument, Node, named
from derive.language.indices import Index

Labels = tuple[Index, ...]
Parts = Sequence[tuple[Labelled, Fraction]]
ZERO, ONE, MINUS_ONE = (Labelled(constant(k)) for k in (0, 1, -1))


def labels_of(node: Node) -> Labels:
    return tuple(BATCH_INDEX if d == BATCH else Index(f"@{k}", d) for k, d in enumerate(node.shape))


def labelled(node: Node) -> Labelled:
    return Labelled(node, labels_of(node))


def instead_of(node: Node, value: Labelled) -> Node:
    """The value on the axes and under the name of a node."""
    return named(arranged(value, labels_of(node)), node.name, node.origin)


def at(argument: Argument, labels: Labels) -> Labelled:
    """An argument on the axes of its user's labels."""
    return Labelled(argument.node, tuple(labels[a] for a in argument.axes))


def arguments_of(value: Labelled) -> list[Labelled]:
    """The arguments of a node; the axes that it is reduced over have labels of their own."""
    taken = {label.name for label in value.labels}
    bound = [Index(fresh(f"@{len(taken) + k}", taken), d) for k, d in enumerate(value.node.bound)]
    return [at(a, (*value.labels, *bound)) for a in value.node.arguments]


def summand(value: Labelled) -> tuple[Labelled, Index | None]:
    """What a sum over one index adds up, and that index; None where what is added up does not depend on it."""
    (inner,) = arguments_of(value)
    return inner, next((label for label in inner.labels if label not in value.labels), None)


def fresh(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    return name


# --- sums and products -------------------------------------------------------------------------------------


def times(factor: Fraction | int, value: Labelled) -> Labelled:
    return value if factor == 1 else elementwise("multiply", Labelled(constant(factor)), value)


def product(parts: Sequence[Labelled]) -> Labelled:
    return reduce(lambda a, b: elementwise("multiply", a, b), parts) if parts else ONE


def raised(value: Labelled, power: Fraction | int) -> Labelled:
    return value if power == 1 else elementwise("power", value, data=Fraction(power))


def over_line(parts: Sequence[tuple[Labelled, Fraction | int]]) -> Labelled:
    """The quotient of the values with powers above 0, and of those below"""
    above = product([raised(value, power) for value, power in parts if power > 0])
    below = [raised(value, -power) for value, power in parts if power < 0]
    return elementwise("divide", above, product(below)) if below else above


def total(parts: Sequence[Labelled]) -> Labelled:
    return reduce(lambda a, b: elementwise("add", a, b), parts)


def terms(value: Labelled) -> list[Labelled]:
    """The terms of a sum, those of its sums among them."""
    return [t for a in arguments_of(value) for t in terms(a)] if value.node.op == "add" else [value]


def parts_of(value: Labelled) -> list[tuple[Labelled, Fraction]]:
    """The parts of a product, a quotient or a whole power, each with its power; none of anything else."""
    node, arguments = value.node, arguments_of(value)
    if node.op == "multiply":
        return [(a, Fraction(1)) for a in arguments]
    if node.op == "divide":
        return [(arguments[0], Fraction(1)), (arguments[1], Fraction(-1))]
    return [(arguments[0], node.data)] if is_whole_power(node) else []  # type: ignore[list-item]


def is_whole_power(node: Node) -> bool:
    return node.op == "power" and isinstance(node.data, Fraction) and node.data.denominator == 1


def factors(value: Labelled, is_whole: Callable[[Labelled], bool] = lambda value: False) -> Parts:
    """What a value is a product of, each with its power; a root is one of them, and so is what is to stay whole."""
    return list(factors_in(value, Fraction(1), is_whole))


def factors_in(
    value: Labelled, power: Fraction, is_whole: Callable[[Labelled], bool]
) -> Iterator[tuple[Labelled, Fraction]]:
    parts = [] if is_whole(value) else parts_of(value)
    for part, own in parts:
        yield from factors_in(part, power * own, is_whole)
    exponent = value.node.data if value.node.op == "power" and not parts else None
    if isinstance(exponent, Fraction) and exponent < 0:
        (base,) = arguments_of(value)
        yield raised(base, -exponent), -power
    elif not parts and value != ONE:
        yield value, power


def without(parts: Parts, pair: tuple[Labelled, Fraction]) -> Parts:
    """The parts but for the first that is equal to one of them."""
    place = list(parts).index(pair)
    return [*parts[:place], *parts[place + 1 :]]
