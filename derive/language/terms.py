"""Expressions from syntax: numbers, sums, products, powers, references and their subscripts.

Contract: `build` gives the expression of a syntax tree, with each free index looked up in `scope`. To extend: the
grammar's rule `thing` is read by a method `build_thing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from lark import Token, Tree

from derive.language.expressions import (
    Call,
    Expression,
    Mul,
    Number,
    Quotient,
    Ref,
    Size,
    add,
    chosen,
    mul,
    negate,
    number,
    power,
    quotient,
)
from derive.language.indices import Dimension, Index, fixed, shifted
from derive.language.names import Names, is_constant
from derive.language.syntax import Syntax, bare_name, is_name, shift_of, tokens

MAX_DEPTH = 150
MAX_NODES = 3_000
MAX_DIGITS = 40
MAX_EXPONENT = 400
MAX_POWER = 10_000
MAX_BITS = 2_000
MAX_SIZE = 10_000


@dataclass
class Terms(Names):
    """Reads all that is no call."""

    def build(self, syntax: Syntax, scope: Mapping[str, Index], depth: int) -> Expression:
        assert isinstance(syntax, Tree)
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise self.error(f"an expression nested deeper than {MAX_DEPTH}", syntax)
        if self.nodes > MAX_NODES:
            raise self.error(f"a definition of more than {MAX_NODES} terms", syntax)
        build = getattr(self, f"build_{syntax.data}")
        result: Expression = build(syntax, scope, depth + 1)
        return result

    def build_group(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return self.build(tree.children[0], scope, depth)

    def build_relation(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        raise self.error("a comparison stands only in where(condition, a, b)", tree)

    def build_number(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        token = str(tree.children[0])
        mantissa, _, exponent = token.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or (exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT)):
            raise self.error(f"a number of more than {MAX_DIGITS} digits or an exponent above {MAX_EXPONENT}", tree)
        return Number(Fraction(token))

    def build_negative(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return negate(self.build(tree.children[1], scope, depth))

    def build_positive(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return self.build(tree.children[1], scope, depth)

    def build_sum(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        terms = [self.build(tree.children[0], scope, depth)]
        for sign, part in zip(tree.children[1::2], tree.children[2::2], strict=True):
            value = self.build(part, scope, depth)
            terms.append(negate(value) if sign == "-" else value)
        return add(*terms)

    def build_product(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        total = self.build(tree.children[0], scope, depth)
        for sign, part in zip(tree.children[1::2], tree.children[2::2], strict=True):
            value = self.build(part, scope, depth)
            if sign == "*":
                total = mul(total, value)
            elif value == number(0):
                raise self.error("division by zero", part)
            else:
                total = divide(total, value)
        return total

    def build_power(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        base, exponent = (self.build(tree.children[k], scope, depth) for k in (0, 1))
        if base == number(0) and isinstance(exponent, Number) and exponent.value < 0:
            raise self.error("division by zero", tree)
        self.check_power(base, exponent, tree)
        return power(base, exponent)

    def check_power(self, base: Expression, exponent: Expression, tree: Tree[Token]) -> None:
        """Neither 9**9**9 nor x**9**9: no float holds the one, and nobody means the other."""
        if not isinstance(exponent, Number):
            return
        if abs(exponent.value) > MAX_POWER:
            raise self.error(f"an exponent above {MAX_POWER}", tree.children[1])
        if isinstance(base, Number) and base.value != 0:
            bits = max(abs(base.value.numerator), base.value.denominator).bit_length() - 1
            if bits * abs(exponent.value) > MAX_BITS:
                raise self.error("a number that no float can hold", tree)

    def build_reference(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        name, *places = tree.children
        assert isinstance(name, Token)
        dimensions = self.dimensions_of(str(name))
        if dimensions is None:
            if not places and (str(name) in self.sizes or is_constant(str(name))):
                return Size(str(name)) if str(name) in self.sizes else Call(str(name), ())
            raise self.unknown(name, scope)
        if len(places) != len(dimensions):
            shape = f"{name}[{', '.join(map(str, dimensions))}]" if dimensions else f"{name}, a scalar"
            has = f"{len(dimensions)} {'index' if len(dimensions) == 1 else 'indices'}"
            raise self.error(f"{name} has {has}, not {len(places)}", name, f"it is {shape}")
        pairs = zip(places, dimensions, strict=True)
        return Ref(str(name), tuple(self.subscript(place, size, scope, depth) for place, size in pairs))

    def subscript(self, place: Syntax, size: Dimension, scope: Mapping[str, Index], depth: int) -> Index:
        """An index in scope, a fixed position, or an integer-valued input that says the position."""
        assert isinstance(place, Tree)
        first = place.children[0]
        if isinstance(first, Token):
            return self.fixed_position(first, size)
        if len(place.children) > 1:
            return self.shifted_position(place, size, scope)
        token = next(tokens(first))
        if str(token) in scope and is_name(first):
            return scope[str(token)]
        if str(token) in self.inputs:
            return self.chosen_position(first, token, size, scope, depth)
        hint = f"write it on the left as well, or sum over it: sum({token}, ...)"
        raise self.error(f"index {token} is free on the right only", token, hint)

    def shifted_position(self, place: Tree[Token], size: Dimension, scope: Mapping[str, Index]) -> Index:
        """i+1: an index in scope and a small number."""
        token = next(tokens(place))
        if bare_name(place) is None or str(token) not in scope:
            raise self.error(f"{token} is no index here", token, "only an index can be shifted, as in x[i+1] - x[i]")
        _, sign, _ = tokens(place)
        if sign == "-":
            hint = "let the index start at 0 and shift the other way: x[i+1] - x[i]"
            raise self.error("an index is shifted forward only", sign, hint)
        return shifted(scope[str(token)], shift_of(place), size)

    def fixed_position(self, token: Token, size: Dimension) -> Index:
        if len(token) > 9 or int(token) >= (size if isinstance(size, int) else MAX_SIZE):
            hint = f"positions run from 0 to {(size if isinstance(size, int) else MAX_SIZE) - 1}"
            raise self.error(f"there is no position {token}", token, hint)
        return fixed(int(token), size)

    def chosen_position(
        self, syntax: Syntax, token: Token, size: Dimension, scope: Mapping[str, Index], depth: int
    ) -> Index:
        """The input becomes a label: an integer below the size."""
        entry = self.inputs[str(token)]
        if entry.labels not in (None, size):
            message = f"{token} counts up to {entry.labels} elsewhere and up to {size} here"
            raise self.error(message, token, "a label has one range")
        self.inputs[entry.name] = replace(entry, labels=size)
        by = self.build(syntax, scope, depth)
        assert isinstance(by, Ref)
        return chosen(by, size)


def divide(total: Expression, value: Expression) -> Expression:
    """a / b / c is a / (b c), and c / 2 is 1/2 c."""
    if isinstance(value, Number):
        return mul(number(1 / value.value), total) if not isinstance(total, Mul | Quotient) else quotient(total, value)
    if isinstance(total, Quotient):
        return quotient(total.numerator, mul(total.denominator, value))
    return quotient(total, value)
