"""Expressions: frozen trees over named, indexed quantities.

Contract: a node is a value (frozen, hashable, compared by structure) and keeps the order in which it
was written; the constructors `add`, `mul`, `quotient`, `power` only flatten and fold numbers, so a step
of a derivation can be held exactly as a textbook prints it. Nothing here knows a derivative.

To extend: a new node type is one class here (children, with_children) and one function in each module
that works by node type (evaluation, printing, lowering); a completeness test names what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar, dataclass_transform

from derive.language.indices import Dimension, Fixed, Index, reaches


@dataclass(frozen=True)
class Chosen(Index):
    """The position that an integer-valued quantity says: the y of p[y]."""

    by: Ref


class Frozen:
    """A value about which things are remembered, under names with an underscore."""

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: the fields, and none of what is remembered about them."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}


class Expression(Frozen):
    """Base of all nodes."""

    @property
    def children(self) -> tuple[Expression, ...]:
        return ()

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        """The same node over other children, in normal form."""
        return self


T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """A frozen dataclass whose hash is computed once: trees are keys of many tables."""
    frozen = dataclass(frozen=True)(cls)
    compute = frozen.__hash__

    def __hash__(self: T) -> int:  # noqa: N807
        try:
            known: int = self._hash  # type: ignore[attr-defined]
        except AttributeError:
            known = compute(self)
            object.__setattr__(self, "_hash", known)
        return known

    frozen.__hash__ = __hash__  # type: ignore[method-assign,assignment]
    return frozen


@node
class Number(Expression):
    """An exact rational."""

    value: Fraction


@node
class Size(Expression):
    """A symbolic size used as a value, as in 1/n."""

    name: str


@node
class Ref(Expression):
    """An input or a named quantity at its indices: w[j, k]."""

    name: str
    indices: tuple[Index, ...] = ()

    @property
    def children(self) -> tuple[Expression, ...]:
        return tuple(i.by for i in self.indices if isinstance(i, Chosen))

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        chosen = iter(children)
        return Ref(self.name, tuple(rechosen(i, next(chosen)) if isinstance(i, Chosen) else i for i in self.indices))


@node
class Add(Expression):
    """t1 + t2 + ..."""

    terms: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.terms

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return add(*children)


@node
class Mul(Expression):
    """f1 f2 ...; a number, if there is one, stands first."""

    factors: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.factors

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return mul(*children)


@node
class Quotient(Expression):
    """numerator / denominator"""

    numerator: Expression
    denominator: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.numerator, self.denominator)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return quotient(*children)


@node
class Power(Expression):
    """base ** exponent"""

    base: Expression
    exponent: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.base, self.exponent)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return power(*children)


@node
class Call(Expression):
    """An elementary function (a row of `primitives`) of its arguments."""

    function: str
    arguments: tuple[Expression, ...]

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Call(self.function, children)


@node
class Applied(Expression):
    """A defined scalar function of scalar arguments, or its partial derivative.

    `derived` lists the positions of the arguments it is differentiated by: sigma' has (0,).
    """

    function: str
    arguments: tuple[Expression, ...]
    derived: tuple[int, ...] = ()

    @property
    def children(self) -> tuple[Expression, ...]:
        return self.arguments

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Applied(self.function, children, self.derived)


@node
class Reduce(Expression):
    """sum, prod, max or min of the body over an index; binds the index. A product may leave positions out."""

    kind: str
    index: Index
    body: Expression
    excluding: tuple[Index, ...] = ()

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return reduce_over(self.kind, self.index, children[0], self.excluding)


@node
class Selected(Expression):
    """1 where `at` is the first index at which the max (min) of the body over `index` is taken, else 0."""

    kind: str
    index: Index
    body: Expression
    at: Index

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return Selected(self.kind, self.index, children[0], self.at)


@node
class Where(Expression):
    """`then` where (left relation right) holds, else `otherwise`; the relation says who owns the kink."""

    relation: str
    left: Expression
    right: Expression
    then: Expression
    otherwise: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.left, self.right, self.then, self.otherwise)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        left, right, then, otherwise = children
        return then if then == otherwise else Where(self.relation, left, right, then, otherwise)


@node
class Delta(Expression):
    """Kronecker's delta: 1 if the two indices are equal, else 0."""

    left: Index
    right: Index


@node
class Guarded(Expression):
    """The body where low <= index < high, and 0 elsewhere, where the body may have no value."""

    index: Index
    low: int
    high: Dimension
    body: Expression

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return guarded(self.index, self.low, self.high, children[0])


@node
class Partial(Expression):
    """The derivative, not yet worked out, of the body by one entry of a quantity, through all named equations.

    The quantities named in `holding` are held fixed: with all but two held it is the direct derivative of the one
    by the other, as backpropagation needs it.
    """

    body: Expression
    variable: Ref
    holding: frozenset[str] = frozenset()

    @property
    def children(self) -> tuple[Expression, ...]:
        return (self.body,)

    def with_children(self, children: tuple[Expression, ...]) -> Expression:
        return self.of(children[0])

    def of(self, body: Expression) -> Partial:
        """The same derivative of another body."""
        return Partial(body, self.variable, self.holding)


NODE_TYPES: tuple[type[Expression], ...] = (
    Number, Size, Ref, Add, Mul, Quotient, Power, Call, Applied, Reduce, Selected, Where, Delta, Guarded, Partial,
)  # fmt: skip

ZERO, ONE, MINUS_ONE = Number(Fraction(0)), Number(Fraction(1)), Number(Fraction(-1))


# --- constructors ----------------------------------------------------------------------------------


def number(value: int | Fraction | str) -> Number:
    return Number(Fraction(value))


def add(*terms: Expression) -> Expression:
    """Sum: nested sums flattened, zeros dropped, numbers folded into the first of them."""
    flat = [t for term in terms for t in (term.terms if isinstance(term, Add) else (term,))]
    numbers = [t for t in flat if isinstance(t, Number)]
    if len(numbers) > 1:
        total = Number(sum((t.value for t in numbers), Fraction(0)))
        first = flat.index(numbers[0])
        flat = [t for t in flat if not isinstance(t, Number)]
        flat.insert(min(first, len(flat)), total)
    flat = [t for t in flat if t != ZERO]
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def mul(*factors: Expression) -> Expression:
    """Product: nested products flattened, numbers folded to the front."""
    coefficient, rest = Fraction(1), []
    for factor in factors:
        for f in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(f, Number):
                coefficient *= f.value
            else:
                rest.append(f)
    if coefficient == 0:
        return ZERO
    if coefficient != 1 or not rest:
        rest.insert(0, Number(coefficient))
    return rest[0] if len(rest) == 1 else Mul(tuple(rest))


def negate(value: Expression) -> Expression:
    return mul(MINUS_ONE, value)


def subtract(left: Expression, right: Expression) -> Expression:
    return add(left, negate(right))


def quotient(numerator: Expression, denominator: Expression) -> Expression:
    """numerator / denominator; fractions of fractions, signs and numbers over numbers are folded."""
    if denominator == ONE or numerator == ZERO:
        return numerator
    if isinstance(numerator, Quotient):
        return quotient(numerator.numerator, mul(numerator.denominator, denominator))
    if isinstance(denominator, Quotient):
        return quotient(mul(numerator, denominator.denominator), denominator.numerator)
    if isinstance(denominator, Number) and denominator.value != 0:
        if isinstance(numerator, Number):
            return Number(numerator.value / denominator.value)
        if denominator.value == -1:
            return negate(numerator)
    over, top = split_coefficient(numerator)
    if over < 0:
        return mul(Number(Fraction(-1)), Quotient(mul(Number(-over), top), denominator))
    return Quotient(numerator, denominator)


def power(base: Expression, exponent: Expression) -> Expression:
    if exponent == ONE:
        return base
    if exponent == ZERO:
        return ONE
    if base == ONE:
        return ONE
    if isinstance(base, Power) and isinstance(exponent, Number) and exponent.value.denominator == 1:
        return power(base.base, mul(base.exponent, exponent))
    if isinstance(base, Number) and isinstance(exponent, Number):
        bits = base.value.numerator.bit_length() + base.value.denominator.bit_length()
        small = exponent.value.denominator == 1 and abs(exponent.value) <= 64 and bits <= 64
        if small and (base.value != 0 or exponent.value > 0):
            return Number(base.value ** int(exponent.value))
    return Power(base, exponent)


def reduce_over(kind: str, index: Index, body: Expression, excluding: tuple[Index, ...] = ()) -> Expression:
    """sum, prod, max or min over an index; a sum of zeros is zero."""
    return ZERO if kind == "sum" and body == ZERO else Reduce(kind, index, body, excluding)


def sum_over(index: Index, body: Expression) -> Expression:
    return reduce_over("sum", index, body)


def delta(left: Index, right: Index) -> Expression:
    """Kronecker's delta; two fixed positions are equal or not."""
    if isinstance(left, Fixed) and isinstance(right, Fixed):
        return ONE if left.position == right.position else ZERO
    return ONE if left == right else Delta(left, right)


def guarded(index: Index, low: int, high: Dimension, body: Expression) -> Expression:
    """The body between two positions; no guard where it would say nothing."""
    always = low <= 0 and reaches(high, index.size)
    return body if always or body == ZERO else Guarded(index, low, high, body)


def chosen(by: Ref, size: Dimension) -> Chosen:
    return Chosen(by.name, size, by)


def rechosen(index: Chosen, by: Expression) -> Index:
    """The same choice by another quantity."""
    assert isinstance(by, Ref)
    return chosen(by, index.size)


def split_coefficient(value: Expression) -> tuple[Fraction, Expression]:
    """(c, rest) with value = c * rest."""
    if isinstance(value, Number):
        return value.value, ONE
    if isinstance(value, Mul) and isinstance(value.factors[0], Number):
        return value.factors[0].value, mul(*value.factors[1:])
    return Fraction(1), value


def terms_of(value: Expression) -> tuple[Expression, ...]:
    return value.terms if isinstance(value, Add) else (value,)


def factors_of(value: Expression) -> tuple[Expression, ...]:
    return value.factors if isinstance(value, Mul) else (value,)
