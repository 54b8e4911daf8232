"""A Jacobian with a Kronecker delta, shown as its two cases: i = j and i not equal to j.

Contract: pure; no case where the result has no delta between two free indices, or more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.language.derivation import Derivation
from derive.language.expressions import ONE, ZERO, Delta, Expression
from derive.language.indices import Index
from derive.language.trees import free_indices, rename, transform, walk


@dataclass(frozen=True)
class Case:
    """The value where the two indices are equal, or where they differ."""

    left: Index
    right: Index
    equal: bool
    value: Expression


def cases_of(derivation: Derivation) -> tuple[Case, ...]:
    """The two cases of a closed form with one delta between indices of its left-hand side."""
    closed, free = derivation.closed, set(free_indices(derivation.left))
    pairs = {frozenset((n.left, n.right)) for n in walk(closed) if isinstance(n, Delta) and {n.left, n.right} <= free}
    if len(pairs) != 1 or isinstance(closed, Delta):
        return ()
    first, second = (i for i in free_indices(derivation.left) if i in next(iter(pairs)))
    return (
        Case(first, second, True, rename(put(closed, first, second, ONE), {second: first})),
        Case(first, second, False, put(closed, first, second, ZERO)),
    )


def put(value: Expression, first: Index, second: Index, number: Expression) -> Expression:
    """The value with the delta between the two indices replaced by 1 or 0."""
    pair = {first, second}
    return transform(value, lambda n: number if isinstance(n, Delta) and {n.left, n.right} == pair else n)
