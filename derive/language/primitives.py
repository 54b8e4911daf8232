"""Elementary functions of one real argument, and constants: one row each.

Contract: a row names the same function in mathematics, mpmath, SymPy and NumPy. Derivatives are rows of
calculus.elementary, operations are rows of ir.ops; completeness tests name whatever a new row lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Primitive:
    """An elementary function; one of no arguments is a constant."""

    name: str
    latex: str
    mpmath: str
    sympy: str
    numpy: str
    transcendental: bool = True
    arity: int = 1


POLYGAMMA = MappingProxyType({"trigamma": 1, "tetragamma": 2, "pentagamma": 3})
"""Derivatives of digamma by their orders: one function of the order in mpmath, SymPy and kernels."""

PRIMITIVES: tuple[Primitive, ...] = (
    Primitive("exp", r"\exp", "exp", "exp", "exp"),
    Primitive("log", r"\ln", "log", "log", "log"),
    Primitive("sqrt", r"\sqrt", "sqrt", "sqrt", "sqrt", transcendental=False),
    Primitive("sin", r"\sin", "sin", "sin", "sin"),
    Primitive("cos", r"\cos", "cos", "cos", "cos"),
    Primitive("tan", r"\tan", "tan", "tan", "tan"),
    Primitive("arcsin", r"\arcsin", "asin", "asin", "arcsin"),
    Primitive("arccos", r"\arccos", "acos", "acos", "arccos"),
    Primitive("arctan", r"\arctan", "atan", "atan", "arctan"),
    Primitive("sinh", r"\sinh", "sinh", "sinh", "sinh"),
    Primitive("cosh", r"\cosh", "cosh", "cosh", "cosh"),
    Primitive("arcsinh", r"\operatorname{arsinh}", "asinh", "asinh", "arcsinh"),
    Primitive("arccosh", r"\operatorname{arcosh}", "acosh", "acosh", "arccosh"),
    Primitive("arctanh", r"\operatorname{artanh}", "atanh", "atanh", "arctanh"),
    Primitive("log1p", r"\operatorname{log1p}", "log1p", "log1p", "log1p"),
    Primitive("expm1", r"\operatorname{expm1}", "expm1", "expm1", "expm1"),
    Primitive("erf", r"\operatorname{erf}", "erf", "erf", "erf"),
    Primitive("lgamma", r"\ln\Gamma", "loggamma", "loggamma", "lgamma"),
    Primitive("digamma", r"\psi", "digamma", "digamma", "digamma"),
    *(Primitive(name, rf"\psi_{order}", name, name, name) for name, order in POLYGAMMA.items()),
    Primitive("pi", r"\pi", "pi", "pi", "pi", transcendental=False, arity=0),
    Primitive("abs", "", "fabs", "Abs", "absolute", transcendental=False),
    Primitive("sign", r"\operatorname{sgn}", "sign", "sign", "sign", transcendental=False),
)

BY_NAME = MappingProxyType({row.name: row for row in PRIMITIVES})
REDUCTIONS = ("sum", "mean", "prod", "max", "min", "logsumexp")
RELATIONS = ("<", "<=", ">", ">=")
