"""Algebra of rational functions in opaque symbols, by SymPy; every answer is kept.

Contract: pure functions of SymPy expressions. Symbols are named in the order in which `Atoms` meets their meanings,
so that equations alike in all but names, as those of a chain, ask the same questions.
"""

from __future__ import annotations

import functools

import sympy

NOTHING = (sympy.zoo, sympy.nan)
"""What SymPy calls a division by zero."""

kept = functools.lru_cache(maxsize=1024)


@kept
def fraction(value: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """(numerator, denominator) in lowest terms"""
    top, bottom = sympy.fraction(sympy.cancel(value))
    return top, bottom


@kept
def factors(polynomial: sympy.Expr) -> tuple[sympy.Expr, tuple[tuple[sympy.Expr, int], ...]]:
    """(coefficient, its irreducible factors, each with its exponent)"""
    coefficient, found = sympy.factor_list(polynomial)
    return coefficient, tuple(found)


@kept
def solution(y: sympy.Symbol, right: sympy.Expr, symbol: sympy.Symbol) -> tuple[int, sympy.Expr] | None:
    """(d, value) with symbol ** d = value where y = right is linear in that power, else None."""
    top, bottom = sympy.fraction(sympy.together(right))
    polynomial = sympy.Poly(sympy.expand(top - y * bottom), symbol)
    step = step_of(polynomial)
    if step == 0 or polynomial.degree() != step:
        return None
    constant, leading = polynomial.nth(0), polynomial.nth(step)
    return step, sympy.cancel(-constant / leading)


def step_of(polynomial: sympy.Poly) -> int:
    """The greatest d such that the polynomial is one in symbol ** d."""
    return int(sympy.igcd(0, *(m[0] for m in polynomial.monoms())))


@kept
def substituted(value: sympy.Expr, symbol: sympy.Symbol, step: int, solved: sympy.Expr) -> sympy.Expr | None:
    """value with symbol ** step = solved, or None where other powers of the symbol remain."""
    parts = []
    for part in fraction(value):
        polynomial = sympy.Poly(part, symbol)
        if any(m[0] % step for m in polynomial.monoms()):
            return None
        parts.append(sum(c * solved ** (m[0] // step) for m, c in polynomial.terms()))
    found = sympy.cancel(parts[0] / parts[1])
    return None if found.has(*NOTHING) else found
