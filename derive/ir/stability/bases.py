"""The values that a sum of powers is scaled by.

    c + a x + b x**3        x, alone in the terms of the highest degree, where these are numbers times its powers
    c + x**2 + sum y_k**2   x and all y_k: positive numbers times even powers of one degree

Contract: `bases_of(value)` are the bases of a sum, a product of sums or a root of one, or None where it is not of these
kinds: there terms may be lost that are all that is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from derive.ir.build import Labelled, elementwise
from derive.ir.stability.bounds import is_level, is_never_negative
from derive.ir.stability.degrees import Change, IsBase, Scale, degree, is_number, of_entries, of_largest
from derive.ir.stability.products import ONE, arguments_of, is_whole_power, terms
from derive.ir.stability.scaling import GROWING, SUMS, largest_over


@dataclass(frozen=True)
class Bases:
    include: IsBase
    scale: Callable[[int, Change], Scale]
    """For a reach and what became of the bases."""
    are_several: bool = False


def bases_of(value: Labelled) -> Bases | None:
    if is_power(value):
        return bases_of(*arguments_of(value)) if value.node.op != "abs" else None
    if value.node.op == "multiply":
        return next(filter(None, map(bases_of, arguments_of(value))), None)
    return several_bases(value) or one_base(value) if value.node.op in SUMS else None


# --- one -------------------------------------------------------------------------------------------------


def one_base(total: Labelled) -> Bases | None:
    """The value whose powers, times numbers, are the terms of the highest degree in it."""
    if total.node.op != "add":
        return None
    found = dict.fromkeys(b for is_open in (False, True) for b in growing(total, is_open))
    leading = [base for base in found if leads(total, is_the(base))]
    if not leading or any(base.node.op in GROWING for base in found):
        return None
    base = max(leading, key=lambda b: degree(total, is_the(b)))
    include = is_the(base)
    return Bases(include, lambda reach, finished: of_entries(include, base, reach, finished))


def is_the(base: Labelled) -> IsBase:
    return lambda value: value == base


def growing(value: Labelled, is_open: bool) -> Iterator[Labelled]:
    """What a value is made of by sums, products and powers, as far as it is not bounded; sums with a power are opened
    or not."""
    op, arguments = value.node.op, arguments_of(value)
    if is_level(value.node):
        return
    if op in ("add", "multiply", "view") or (op == "divide" and is_number(arguments[1].node)):
        for argument in arguments:
            yield from growing(argument, is_open)
    elif is_power(value) and (is_open or arguments[0].node.op != "add"):
        yield from growing(arguments[0], is_open)
    else:
        yield arguments[0] if is_power(value) else value


def is_power(value: Labelled) -> bool:
    node = value.node
    return node.op in ("sqrt", "abs") or (node.op == "power" and node.data > 0)  # type: ignore[operator]


def leads(value: Labelled, is_base: IsBase) -> bool:
    """Whether the terms of the highest degree are numbers times powers of the base."""
    if is_base(value):
        return True
    op, arguments = value.node.op, arguments_of(value)
    if op == "add":
        most = degree(value, is_base)
        return most > 0 and all(leads(a, is_base) for a in arguments if degree(a, is_base) == most)
    if op in ("multiply", "divide"):
        return all(is_number(a.node) or leads(a, is_base) for a in arguments)
    return (op == "view" or is_power(value)) and leads(arguments[0], is_base)


def base_alone(value: Labelled) -> Bases | None:
    """The base of a power, which may be very small or very large."""
    if value.node.op in (*GROWING, *SUMS) or is_level(value.node):
        return None

    include = is_the(value)

    def scale(reach: int, finished: Change) -> Scale:
        return of_largest(include, elementwise("abs", finished(value)), reach, finished)

    return Bases(include, scale)


# --- several ---------------------------------------------------------------------------------------------


def several_bases(total: Labelled) -> Bases | None:
    """The bases of even powers of one degree."""
    powers = list(even_powers(total))
    found = [p for p in powers if p is not None]
    if len(found) < len(powers) or len({power for _, power in found}) != 1:
        return None
    bases = {base.node for base, _ in found}
    if len(bases) == 1 and found[0][0].labels == total.labels:
        return None
    has_number = any(is_number(t.node) for t in terms(total))

    def include(value: Labelled) -> bool:
        return value.node in bases

    def scale(reach: int, finished: Change) -> Scale:
        sizes = [size_of(finished(base), total) for base, _ in found] + ([ONE] if has_number else [])
        return of_largest(include, reduce(lambda a, b: elementwise("maximum", a, b), sizes), reach, finished)

    return Bases(include, scale, True)


def size_of(base: Labelled, total: Labelled) -> Labelled:
    """max |x|, over what the sum runs over"""
    return largest_over(elementwise("abs", base), [label for label in base.labels if label not in total.labels])


def times_a_number(factors: Sequence[Labelled]) -> Labelled | None:
    """The only one of the factors that is no number above 0."""
    others = [f for f in factors if not (is_number(f.node) and is_never_negative(f.node))]
    return others[0] if len(others) == 1 < len(factors) else None


def even_powers(value: Labelled) -> Iterator[tuple[Labelled, Fraction] | None]:
    """The base and the power of each term; None for a term of another kind, nothing for a positive number."""
    node, arguments = value.node, arguments_of(value)
    if node.op in ("add", "sum", "view"):
        for argument in arguments:
            yield from even_powers(argument)
    elif is_number(node):
        yield from () if is_never_negative(node) else (None,)
    elif node.op == "multiply" and (inner := times_a_number(arguments)) is not None:
        yield from even_powers(inner)
    elif node.op == "divide" and is_number(arguments[1].node) and is_never_negative(arguments[1].node):
        yield from even_powers(arguments[0])
    else:
        is_even = is_whole_power(node) and node.data > 0 and node.data % 2 == 0  # type: ignore[operator]
        yield (arguments[0], node.data) if is_even else None  # type: ignore[misc]
