"""Closed forms against SymPy's own derivative, and stated identities.

Contract: `check_closed` writes the definition out at a small size as plain SymPy, lets SymPy differentiate, and
compares with the closed form at random points to 50 digits; `simplify` is never asked. `check_identity` compares
two expressions as `sights` does. Both return Evidence or raise CheckError with the entry, the point and both values.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace

import sympy

from derive.language.definition import Definition
from derive.language.derivation import Derivation, Evidence
from derive.language.errors import CheckError
from derive.language.expressions import Expression, Partial
from derive.language.trees import rename
from derive.verify.assumptions import satisfied
from derive.verify.expand import Expansion, symbol, to_sympy
from derive.verify.formulas import DIGITS as FORMULA_DIGITS
from derive.verify.formulas import Formula, Valuation
from derive.verify.points import Scope
from derive.verify.samples import Domain, Sizes, Values, assignments, describe, first_success
from derive.verify.sights import (
    POINTS,
    TOLERANCE,
    Subject,
    all_free_indices,
    difference_order,
    look,
    shown,
    sizes_seen,
    worst_order,
)
from derive.verify.systems import DIGITS, context

SYMPY_DIGITS = 50
EXPANDED_SIZES = (3, 2)
EXPANDED_POINTS = 3
EXPANDED_ENTRIES = 3
"""Entries of a gradient or Jacobian that are looked at: every pattern of equal and different indices first."""


def check_closed(derivation: Derivation, domain: Domain | None = None) -> Evidence:
    """The closed form against SymPy's `diff` of the definition written out. Raises CheckError."""
    names = derivation.definition.sizes
    least = derivation.definition.least_sizes
    sizes = {name: max(EXPANDED_SIZES[k % len(EXPANDED_SIZES)], least[name]) for k, name in enumerate(names)}
    indices = all_free_indices((derivation.left, derivation.closed))
    scopes = assignments(indices, sizes, EXPANDED_ENTRIES, random.Random(derivation.name))
    orders = [order for scope in scopes for order in entry_orders(derivation, sizes, scope, domain)]
    if not orders:
        raise CheckError(f"{derivation.name}: no entry was compared with SymPy's derivative")
    known = [order for order in orders if order is not None]
    return Evidence(1, EXPANDED_POINTS, SYMPY_DIGITS, max(known, default=None))


def entry_orders(derivation: Derivation, sizes: Sizes, scope: Scope, domain: Domain | None) -> list[int | None]:
    """Differences, as powers of ten, between SymPy's derivative and one entry of the closed form."""
    truth, closed = written_out(derivation, sizes, scope)

    def attempt(values: Values) -> int | None:
        values = satisfied(derivation.system, sizes, values)
        valuation = valuation_at(values)
        expected, got = (valuation.real(formula) for formula in (truth, closed))
        order = difference_order(expected, got)
        if order is not None and order > TOLERANCE:
            place = describe(values, sizes, scope)
            message = f"SymPy's derivative is {shown(expected)}, the closed form {shown(got)}"
            raise CheckError(f"{derivation.name}: the closed form is wrong at {place}: {message}")
        return order

    inputs = [i for i in derivation.system.inputs if i.labels is None]
    return [
        first_success(inputs, sizes, domain, f"{derivation.name} {point}", attempt, derivation.name)
        for point in range(EXPANDED_POINTS)
    ]


def written_out(derivation: Derivation, sizes: Sizes, scope: Scope) -> tuple[Formula, Formula]:
    """SymPy's derivative and the closed form, at labels where the definition has a value."""
    chosen = [i for i in derivation.system.inputs if i.labels is not None]

    def attempt(labels: Values) -> tuple[Formula, Formula]:
        expansion = Expansion(derivation.system, sizes, {e: sympy.Integer(int(v)) for e, v in labels.items()})
        truth, closed = (to_sympy(e, scope, expansion) for e in (derivation.left, derivation.closed))
        return truth, closed

    seed = f"{derivation.name} {sorted(sizes.items())} labels"
    return first_success(chosen, sizes, None, seed, attempt, derivation.name)


def valuation_at(values: Values) -> Valuation:
    """Every entry's symbol with its number."""
    mp = context(FORMULA_DIGITS)
    return Valuation({symbol(entry): mp.mpf(v.numerator) / v.denominator for entry, v in values.items()})


def check_symmetry(derivation: Derivation, domain: Domain | None = None) -> Evidence:
    """A Hessian by one variable is the same when its two entries change places."""
    left = derivation.left
    assert isinstance(left, Partial)
    assert isinstance(left.body, Partial)
    pairs = tuple(zip(left.variable.indices, left.body.variable.indices, strict=True))
    table = {**dict(pairs), **{b: a for a, b in pairs}}
    subject = Subject(derivation.name, derivation.system, (), domain)
    sights = look(subject, (derivation.closed, rename(derivation.closed, table)))
    worst, sight = worst_order(sights, 0)
    if worst is not None and worst > TOLERANCE:
        raise CheckError(f"{derivation.name}: the Hessian is not symmetric at {sight.place}")
    return Evidence(sizes_seen(sights), POINTS, DIGITS, worst)


def check_identity(
    definition: Definition,
    left: Expression,
    right: Expression,
    domain: Domain | None = None,
    functions: Iterable[Definition] = (),
) -> Evidence:
    """left = right at random points of the definition. `functions` are applied by name beside the definition's own."""
    known = {f.name: f for f in (*definition.functions, *functions, definition)}
    extended = replace(definition, functions=tuple(known.values()))
    subject = Subject(f"{definition.name}, identity", extended, (), domain)
    sights = look(subject, (left, right))
    worst, sight = worst_order(sights, 0)
    if worst is not None and worst > TOLERANCE:
        left_value, right_value = map(shown, sight.chain)
        message = f"left {left_value}, right {right_value} at {sight.place}"
        raise CheckError(f"{definition.name}: the identity does not hold: {message}")
    return Evidence(sizes_seen(sights), POINTS, DIGITS, worst)
