"""Elementary functions of one real argument: one row each.

Contract: a row names the same function in mathematics, mpmath, SymPy and NumPy. Derivatives are rows of
calculus.elementary, operations are rows of ir.ops; completeness tests name whatever a new row lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Primitive:
    """An elementary function. `latex` and `text` are its name in print."""

    name: str
    latex: str
    mpmath: str
    sympy: str
    numpy: str
    transcendental: bool = True


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
    Primitive("abs", "", "fabs", "Abs", "absolute", transcendental=False),
    Primitive("sign", r"\operatorname{sgn}", "sign", "sign", "sign", transcendental=False),
)

BY_NAME = MappingProxyType({row.name: row for row in PRIMITIVES})
REDUCTIONS = ("sum", "mean", "max", "min")
RELATIONS = ("<", "<=", ">", ">=")
