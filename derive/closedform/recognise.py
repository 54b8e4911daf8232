"""Named quantities recognised in a result: e^{a_i} / sum_k e^{a_k} is p_i.

Contract: `fold(value, definition)` replaces every product that contains the right side of an equation of the
definition, at whatever indices, by the equation's left side. There is no table of answers.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.closedform.monomial import Monomial, monomial, of_base
from derive.language.definition import Definition, Equation
from derive.language.expressions import Applied, Call, Expression, Mul, Number, Power, Quotient, Reduce, Ref
from derive.language.primitives import BY_NAME
from derive.language.trees import count_nodes, match, rename, shape, walk

WORTH_A_NAME = 3
"""A named quantity of fewer nodes is as well written out."""


def weight(value: Expression) -> int:
    """How many transcendental calls, exponentials and sums a result still holds: what folding removes."""
    return sum(1 for n in walk(value) if is_heavy(n))


def is_heavy(node: Expression) -> bool:
    if isinstance(node, Call):
        return BY_NAME[node.function].transcendental
    if isinstance(node, Power):
        return not isinstance(node.exponent, Number) or node.exponent.value.denominator != 1
    return isinstance(node, Applied | Reduce)


@functools.lru_cache(maxsize=256)
def foldable(definition: Definition) -> tuple[Equation, ...]:
    """Equations worth recognising, the output first: what hides something heavy, and what was given a name."""
    equations = [
        e
        for e in definition.equations
        if weight(e.body) or (e.name not in definition.outputs and count_nodes(e.body) >= WORTH_A_NAME)
    ]
    return tuple(sorted(equations, key=lambda e: e.name not in definition.outputs))


@dataclass(frozen=True)
class Patterns:
    """The right sides of equations as products, in order, found by what one of their bases looks like."""

    rows: tuple[tuple[Equation, Monomial, frozenset[str]], ...]
    places: Mapping[str, tuple[int, ...]]

    def within(self, have: frozenset[str], start: int = 0) -> Iterator[int]:
        """Places from the start on of those whose every base looks like one of these."""
        found = {p for s in have for p in self.places.get(s, ()) if p >= start}
        return (p for p in sorted(found) if self.rows[p][2] <= have)


@functools.lru_cache(maxsize=256)
def patterns(definition: Definition) -> Patterns:
    rows = tuple((e, m, shapes(m)) for e in foldable(definition) if (m := monomial(e.body)).powers)
    places: dict[str, tuple[int, ...]] = {}
    for place, (_, _, own) in enumerate(rows):
        key = max(own, key=lambda s: (len(s), s))  # the longest is shared with the fewest others
        places[key] = (*places.get(key, ()), place)
    return Patterns(rows, places)


def fold(value: Expression, definition: Definition) -> tuple[Expression, tuple[Expression, ...]]:
    """(the folded expression, the equations' instances that were used: right side, left side, ...)."""
    used: dict[Expression, Expression] = {}
    return folded(value, patterns(definition), used), tuple(e for pair in used.items() for e in pair)


def folded(value: Expression, known: Patterns, used: dict[Expression, Expression]) -> Expression:
    if isinstance(value, Mul | Quotient | Power | Call | Applied | Reduce):
        whole = monomial(value)
        product = fold_product(whole, known, used)
        if product.powers != whole.powers:
            value = product.expression
    children = tuple(folded(c, known, used) for c in value.children)
    return value.with_children(children) if children != value.children else value


def fold_product(product: Monomial, known: Patterns, used: dict[Expression, Expression]) -> Monomial:
    """As many whole powers of the equations' right sides as the product holds, replaced by their left sides."""
    place = next(known.within(shapes(product)), None)
    while place is not None:
        equation, pattern, _ = known.rows[place]
        for body, left in instances(pattern, product, equation):
            here = monomial(body)
            # at one position a ratio may be a number: x[1]/x[i] at i = 1
            times = min((whole_powers(product, base, exponent) for base, exponent in here.powers.values()), default=0)
            if times > 0:
                used[body] = left
                product = product.times(here, -times).times(of_base(left), times)
        place = next(known.within(shapes(product), place + 1), None)
    return product


def shapes(product: Monomial) -> frozenset[str]:
    """What its bases look like without their letters: a product within another has only such as the other has."""
    return frozenset(shape(base) for base in product.powers)


def instances(pattern: Monomial, product: Monomial, equation: Equation) -> Iterator[tuple[Expression, Ref]]:
    """The equation at each choice of indices that makes one of its factors a factor of the product."""
    seen: set[Ref] = set()
    for key, (base, _) in pattern.powers.items():
        for other, (candidate, _) in product.powers.items():
            found = match(base, candidate, equation.indices) if shape(key) == shape(other) else None
            if found is None or len(found) != len(equation.indices):
                continue
            left = rename(equation.left, found)
            assert isinstance(left, Ref)
            if left not in seen:
                seen.add(left)
                yield rename(equation.body, found), left


def whole_powers(product: Monomial, base: Expression, exponent: Fraction) -> int:
    have = product.exponent(base)
    return int(have // exponent) if have * exponent > 0 else 0
