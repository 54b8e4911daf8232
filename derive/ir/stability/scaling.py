"""How large a sum of exponentials and other terms is, and what is left of it without that.

    c + exp(x)                 exp(m) (c exp(-m) + exp(x - m)),  m = max(x, 0)
    exp(p) + sum_k exp(s_k)    the same with m = max(p, max_k s_k)
    c + cosh(x)                exp(m) (c exp(-m) + exp(|x| - m) (1 + exp(-2 |x|)) / 2),  m = |x|

Contract: `exponents(value)` are the z of which the largest is m; `scaled(value, shift)` is value exp(-shift) for any
shift; `shift_of` is the whole number that `shift` takes: 0 where nothing can overflow or vanish, so that nothing is
rounded there that was not before. Nodes carry labels for their axes here, as in `build`.
To extend: an op that grows like an exponential is a row of EXPONENTS and a case of `scaled`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from types import MappingProxyType

from derive.ir.build import Labelled, constant, elementwise, reduction, size_node
from derive.ir.graph import Node, topological
from derive.ir.ops import STILL
from derive.ir.stability.bounds import is_bounded, is_bounded_below
from derive.ir.stability.choices import NOTHING
from derive.ir.stability.exponentials import linear
from derive.ir.stability.products import ONE, ZERO, arguments_of, is_whole_power, raised, times, total
from derive.ir.stability.shift import LARGE, reach_of
from derive.language.indices import Index

MOST_EXPONENTS = 8
"""Of a product of sums with more, it is not asked how large it is."""
SUMS, GROWING = ("add", "sum"), ("exp", "expm1", "sinh", "cosh")


@dataclass(frozen=True)
class Factor:
    """value ** power"""

    value: Labelled
    power: int

    @property
    def exponents(self) -> tuple[Labelled, ...]:
        return exponents(self.value)

    @property
    def is_growing(self) -> bool:
        """An exponential, or nearly one, that may overflow."""
        return self.value.node.op in GROWING and not all(is_bounded(z.node, 2 * STILL) for z in self.exponents)

    @property
    def is_sum(self) -> bool:
        """A sum that overflows or vanishes where its largest exponent is far from 0."""
        if self.value.node.op not in SUMS:
            return False
        found = self.exponents
        return bool(found) and (ZERO not in found or any(not is_bounded(z.node) for z in found))


# --- exponents -------------------------------------------------------------------------------------------


def exponents(value: Labelled) -> tuple[Labelled, ...]:
    """What a value is as large as the exponential of, at most, its other factors aside; none where that is 0 alone."""
    find = EXPONENTS.get(value.node.op)
    return find(value) if find else ()


def of_exp(value: Labelled) -> tuple[Labelled, ...]:
    """Its argument, if that is not bounded on both sides: then it is a number like any other."""
    (z,) = arguments_of(value)
    is_level = is_bounded(z.node, 2 * STILL) and is_bounded_below(z.node, -2 * STILL)
    return () if value.node.data is not None or is_scaled(value.node) or is_level else (z,)


def is_scaled(node: Node) -> bool:
    """Whether an exponential has a shift subtracted in its exponent already."""
    found = linear(node.arguments[0])
    return any(term is not None and term.node.op == "floor" and factor < 0 for term, factor in found.items())


def of_expm1(value: Labelled) -> tuple[Labelled, ...]:
    return (elementwise("maximum", *arguments_of(value), ZERO),)


def of_hyperbolic(value: Labelled) -> tuple[Labelled, ...]:
    return (elementwise("abs", *arguments_of(value)),)


def of_add(value: Labelled) -> tuple[Labelled, ...]:
    parts = [exponents(a) for a in arguments_of(value)]
    return tuple(z for part in parts for z in part or (ZERO,)) if any(parts) else ()


def of_multiply(value: Labelled) -> tuple[Labelled, ...]:
    """Of one factor, or the sums of those of several that may overflow."""
    parts = [p for p in map(exponents, arguments_of(value)) if p]
    if not parts or math.prod(map(len, parts)) > MOST_EXPONENTS:
        return ()
    if len(parts) > 1 and any(all(is_bounded(z.node) for z in p) for p in parts):
        return ()
    return tuple(total_of(choice) for choice in itertools.product(*parts))


def total_of(parts: Sequence[Labelled]) -> Labelled:
    kept = [p for p in parts if p != ZERO]
    return total(kept) if kept else ZERO


def of_divide(value: Labelled) -> tuple[Labelled, ...]:
    above, below = arguments_of(value)
    return () if exponents(below) else exponents(above)


def of_sum(value: Labelled) -> tuple[Labelled, ...]:
    (inner,) = arguments_of(value)
    bound = [label for label in inner.labels if label not in value.labels]
    return tuple(largest_over(z, bound) for z in exponents(inner))


def largest_over(z: Labelled, bound: Sequence[Index]) -> Labelled:
    return reduce(lambda part, label: reduction("max", part, label), [b for b in bound if b in z.labels], z)


def of_power(value: Labelled) -> tuple[Labelled, ...]:
    """Of a sum or an exponential raised to a whole power."""
    is_raised = is_raised_sum(value.node) or is_raised_exponential(value.node)
    parts = exponents(arguments_of(value)[0]) if is_raised else ()
    return tuple(times(value.node.data, z) for z in parts)  # type: ignore[arg-type]


def is_raised_sum(node: Node) -> bool:
    return is_whole_power(node) and node.data > 0 and node.arguments[0].node.op in SUMS  # type: ignore[operator]


def is_raised_exponential(node: Node) -> bool:
    return node.arguments[0].node.op == "exp" and isinstance(node.data, Fraction) and node.data > 0


def of_view(value: Labelled) -> tuple[Labelled, ...]:
    return exponents(arguments_of(value)[0])


EXPONENTS: Mapping[str, Callable[[Labelled], tuple[Labelled, ...]]] = MappingProxyType(
    {"exp": of_exp, "expm1": of_expm1, "sinh": of_hyperbolic, "cosh": of_hyperbolic, "add": of_add,
     "multiply": of_multiply, "divide": of_divide, "power": of_power, "sum": of_sum, "view": of_view, "spread": of_view}
)  # fmt: skip


# --- scaling ---------------------------------------------------------------------------------------------


def highest_of(factor: Factor) -> Labelled:
    """The largest exponent of a sum."""
    return reduce(lambda a, b: elementwise("maximum", a, b), dict.fromkeys(factor.exponents))


def shift_of(factor: Factor) -> Labelled:
    """The whole number that is subtracted from the exponents of a sum, also where a mask leaves none of them."""
    highest = highest_of(factor)
    if NOTHING in topological((highest.node,)):
        highest = elementwise("maximum", highest, Labelled(constant(-LARGE)))
    beyond = elementwise("add", highest, Labelled(reach_of(None, -1, abs(factor.power))))
    least = ZERO if ZERO in factor.exponents else elementwise("minimum", highest, ZERO)
    found = elementwise("floor", elementwise("maximum", beyond, least))
    return replace(found, node=replace(found.node, name="~shift"))


def less(value: Labelled, shift: Labelled) -> Labelled:
    return elementwise("add", value, times(-1, shift))


def scaled(value: Labelled, shift: Labelled) -> Labelled:
    """value exp(-shift)"""
    if not exponents(value):
        return elementwise("multiply", value, elementwise("exp", times(-1, shift)))
    arguments = arguments_of(value)
    match value.node.op:
        case "exp":
            return elementwise("exp", less(arguments[0], shift))
        case "expm1" | "sinh" | "cosh":
            size = elementwise("exp", less(exponents(value)[0], shift))
            return elementwise("multiply", size, without_size(value))
        case "multiply":
            return scaled_product(arguments, shift)
        case "divide":
            return elementwise("divide", scaled(arguments[0], shift), arguments[1])
        case "add":
            return elementwise("add", *(scaled(a, shift) for a in arguments))
        case "power" if is_raised_exponential(value.node):
            return elementwise("exp", less(exponents(value)[0], shift))
        case "power":
            return powers_of_scaled(arguments[0], int(value.node.data), shift)  # type: ignore[call-overload]
        case "sum":
            bound = [label for label in arguments[0].labels if label not in value.labels]
            return reduce(summed, bound, scaled(arguments[0], shift))
        case _:
            return scaled(arguments[0], shift)


def scaled_product(parts: Sequence[Labelled], shift: Labelled) -> Labelled:
    """The product times exp(-shift); of several sums each is divided by what it is as large as"""
    large = [p for p in parts if exponents(p)]
    if len(large) < 2:
        return elementwise("multiply", *(scaled(p, shift) if p in large else p for p in parts))
    sizes = {p: elementwise("floor", highest_of(Factor(p, 1))) for p in large}
    left = elementwise("exp", less(total(list(sizes.values())), shift))
    return elementwise("multiply", left, *(scaled(p, sizes[p]) if p in sizes else p for p in parts))


def powers_of_scaled(base: Labelled, power: int, shift: Labelled) -> Labelled:
    """base**power exp(-shift), every factor less a whole number: (p - 1) of them floor(shift/p), one the rest"""
    each = elementwise("floor", times(Fraction(1, power), shift))
    one = scaled(base, less(shift, times(power - 1, each)))
    return elementwise("multiply", one, raised(scaled(base, each), power - 1))


def summed(value: Labelled, over: Index) -> Labelled:
    """The sum over an index, on which the value may not depend."""
    if over in value.labels:
        return reduction("sum", value, over)
    return elementwise("multiply", Labelled(size_node(over.size)), value)


def without_size(value: Labelled) -> Labelled:
    """(exp(z) - 1) / exp(max(z, 0)), sinh z and cosh z over exp |z|"""
    (z,) = arguments_of(value)
    size, half = elementwise("abs", z), Fraction(1, 2)
    if value.node.op == "cosh":
        return times(half, elementwise("add", ONE, elementwise("exp", times(-2, size))))
    if value.node.op == "sinh":
        return elementwise("copysign", times(-half, elementwise("expm1", times(-2, size))), z)
    return elementwise("copysign", times(-1, elementwise("expm1", times(-1, size))), z)
