"""Expressions as SymPy rational functions of opaque atoms, and back in the order of people.

Contract: `Atoms.rational(value)` maps +, -, *, / and whole powers to SymPy and every other node to a symbol;
exponentials of commensurable arguments become powers of one symbol, so that e^{-x} e^x = 1 is known to the
algebra. `Atoms.expression` is the way back; terms are ordered by where their atoms first stood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd

import sympy

from derive.closedform.algebra import factors, fraction
from derive.language.expressions import (
    ONE,
    Add,
    Call,
    Expression,
    Mul,
    Number,
    Power,
    Quotient,
    add,
    mul,
    number,
    power,
    quotient,
    split_coefficient,
)  # fmt: skip
from derive.language.trees import references, unordered, walk


@dataclass
class Atoms:
    """Symbols for atoms, in the order in which they were met."""

    symbols: dict[Expression, sympy.Symbol] = field(default_factory=dict)
    meanings: dict[sympy.Symbol, Expression] = field(default_factory=dict)
    units: dict[Expression, Fraction] = field(default_factory=dict)

    def prepare(self, *values: Expression) -> None:
        """Find, for each exponent z up to a factor, the unit g such that all exponentials are powers of e^{g z}."""
        for value in values:
            for node in walk(value):
                if isinstance(node, Call) and node.function == "exp":
                    factor, rest = split_coefficient(node.arguments[0])
                    key = unordered(rest)
                    self.units[key] = common_unit(self.units.get(key, abs(factor)), abs(factor))

    def symbol(self, atom: Expression) -> sympy.Symbol:
        key = unordered(atom)
        if key not in self.symbols:
            symbol = sympy.Symbol(f"a{len(self.symbols)}")
            self.symbols[key], self.meanings[symbol] = symbol, atom
        return self.symbols[key]

    def rational(self, value: Expression) -> sympy.Expr:
        if isinstance(value, Number):
            return sympy.Rational(value.value.numerator, value.value.denominator)
        if isinstance(value, Add):
            return sympy.Add(*map(self.rational, value.terms))
        if isinstance(value, Mul):
            return sympy.Mul(*map(self.rational, value.factors))
        if isinstance(value, Quotient):
            return self.rational(value.numerator) / self.rational(value.denominator)
        if isinstance(value, Power) and isinstance(value.exponent, Number) and value.exponent.value.denominator == 1:
            return self.rational(value.base) ** int(value.exponent.value)
        if isinstance(value, Call) and value.function == "exp":
            return self.exponential(value)
        return self.symbol(value)

    def exponential(self, value: Call) -> sympy.Expr:
        factor, rest = split_coefficient(value.arguments[0])
        unit = self.units.get(unordered(rest), abs(factor))
        atom = Call("exp", (mul(Number(unit), rest),))
        return self.symbol(atom) ** int(factor / unit)

    # --- back ---

    def rank(self, symbol: sympy.Symbol) -> int:
        return list(self.meanings).index(symbol)

    def expression(self, value: sympy.Expr) -> Expression:
        """A factored rational function as a tree: numbers first, plain factors before sums."""
        top, bottom = fraction(value)
        top_number, above = self.product(top)
        bottom_number, below = self.product(bottom)
        return quotient(mul(Number(top_number / bottom_number), above), below)

    def product(self, polynomial: sympy.Expr) -> tuple[Fraction, Expression]:
        coefficient, found = factors(polynomial)
        total = Fraction(int(coefficient.p), int(coefficient.q))
        parts: list[tuple[tuple[bool, bool, int], Expression]] = []
        for factor, exponent in found:
            sign, tree = self.sum(factor)
            total *= sign**exponent
            order = (isinstance(tree, Add), any(references(tree)), min(map(self.rank, factor.free_symbols)))
            parts.append((order, power(tree, number(exponent))))
        return total, mul(*(tree for _, tree in sorted(parts, key=lambda p: p[0]))) if parts else ONE

    def sum(self, polynomial: sympy.Expr) -> tuple[int, Expression]:
        """(sign, tree) with polynomial = sign * tree: a constant, else the first term, is positive."""
        terms = sorted(sympy.Add.make_args(sympy.expand(polynomial)), key=self.term_order)
        sign = -1 if terms[0].as_coeff_Mul()[0] < 0 else 1
        return sign, add(*(self.term(sign * t) for t in terms))

    def term_order(self, term: sympy.Expr) -> tuple[int, ...]:
        return tuple(sorted(map(self.rank, term.free_symbols)))

    def term(self, term: sympy.Expr) -> Expression:
        coefficient, rest = term.as_coeff_Mul()
        powers = sorted(rest.as_powers_dict().items(), key=lambda p: self.rank(p[0]) if p[0].is_Symbol else -1)
        factors = (power(self.meanings[b], number(int(e))) for b, e in powers if b.is_Symbol)
        return mul(Number(Fraction(int(coefficient.p), int(coefficient.q))), *factors)


def common_unit(a: Fraction, b: Fraction) -> Fraction:
    """The largest g of which both a and b are whole multiples."""
    if a == 0 or b == 0:
        return a or b or Fraction(1)
    return Fraction(gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)
