"""The general method: solve y = f(atom) for the transcendental atom and substitute.

Contract: `eliminate(value, definition)` returns the result and the solved equation (atom, its value), or None
where no equation can be solved for its atom by rational operations.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

import sympy

from derive.closedform.algebra import NOTHING, solution, substituted
from derive.closedform.rational import Atoms
from derive.closedform.recognise import foldable, is_heavy, weight
from derive.language.definition import Definition, Equation
from derive.language.expressions import Add, Call, Expression, add, mul, number, power, split_coefficient
from derive.language.trees import free_indices, references, unordered, walk

FEW = 4
"""A longer sum is not brought to one fraction: terms without the atom stay as they are."""

MAX_SYMBOLS = 12
"""The cost of algebra with more unknowns grows beyond what a closed form is worth."""


def eliminate(value: Expression, definition: Definition) -> tuple[Expression, Expression, Expression] | None:
    """(result, atom, the atom in terms of y) for the first equation that rids the value of its atom."""
    present, known = heavy_atoms(value), holders(definition)
    for place in sorted({p for atom in present for p in known.get(atom, ())}):
        equation = foldable(definition)[place]
        found = solved_in(value, equation, present & heavy_atoms(equation.body))
        if found is not None:
            return found
    return None


@functools.lru_cache(maxsize=256)
def holders(definition: Definition) -> Mapping[Expression, tuple[int, ...]]:
    """Which of the foldable equations hold an atom."""
    found: dict[Expression, tuple[int, ...]] = {}
    for place, equation in enumerate(foldable(definition)):
        for atom in heavy_atoms(equation.body):
            found[atom] = (*found.get(atom, ()), place)
    return found


def solved_in(
    value: Expression, equation: Equation, shared: set[Expression]
) -> tuple[Expression, Expression, Expression] | None:
    """`solved`; of a long sum only the terms with a shared atom take part."""
    if not isinstance(value, Add) or len(value.terms) <= FEW:
        return solved(value, equation)
    part = [t for t in value.terms if shared & heavy_atoms(t)]
    found = solved(add(*part), equation) if len(part) <= FEW else None
    if found is None:
        return None
    rest = [t for t in value.terms if t not in part]
    return add(found[0], *rest), *found[1:]


def heavy_atoms(value: Expression) -> set[Expression]:
    """What there is to be rid of; exponentials of multiples of one argument count as the same."""
    return {unordered(up_to_factor(n)) for n in walk(value) if is_heavy(n)}


def up_to_factor(node: Expression) -> Expression:
    if isinstance(node, Call) and node.function == "exp":
        return Call("exp", (split_coefficient(node.arguments[0])[1],))
    return node


@functools.lru_cache(maxsize=256)  # the adjoints of several parameters ask the same
def solved(value: Expression, equation: Equation) -> tuple[Expression, Expression, Expression] | None:
    atoms = Atoms()
    atoms.prepare(equation.body, value)
    y = atoms.symbol(equation.left)
    right, start = atoms.rational(equation.body), atoms.rational(value)
    if right.has(*NOTHING) or start.has(*NOTHING):
        return None
    for symbol in transcendental(atoms, right, start) if len(atoms.meanings) <= MAX_SYMBOLS else ():
        found = solution(y, right, symbol)
        if found is None:
            continue
        result = substituted(start, symbol, *found)
        # an equation at indices of its own says nothing of an atom that lacks them
        new = None if result is None else atoms.expression(result)
        atom = atoms.expression(found[1])
        if new is None or mixes(atom, equation.left):
            continue
        if has_indices_of(value, new) and weight(new) < weight(value):
            return new, powered(atoms.meanings[symbol], found[0]), atom
    return None


def mixes(atom: Expression, left: Expression) -> bool:
    """Whether the atom is a sum of y and other quantities, as y - c for y = c + e^x: what is small beside c is lost."""
    own = set(references(left))
    return any(isinstance(n, Add) and own < set(references(n)) for n in walk(atom))


def has_indices_of(value: Expression, result: Expression) -> bool:
    return set(free_indices(result)) <= set(free_indices(value))


def transcendental(atoms: Atoms, right: sympy.Expr, start: sympy.Expr) -> list[sympy.Symbol]:
    """The heavy atoms that stand on the right of the equation and in what there is to be rid of them."""
    shared = right.free_symbols & start.free_symbols
    return [s for s in atoms.meanings if s in shared and is_heavy(atoms.meanings[s])]


def powered(atom: Expression, step: int) -> Expression:
    """(e^z)^2 is written e^{2 z}."""
    if isinstance(atom, Call) and atom.function == "exp" and step > 1:
        return Call("exp", (mul(number(step), atom.arguments[0]),))
    return power(atom, number(step))
