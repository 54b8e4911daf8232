"""Derivations checked: each step, each closed form, and what derivations share only once.

Contract: `checked_all(derivations, domain)` gives them back with evidence, or raises CheckError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from derive.language.derivation import Derivation, Step
from derive.verify.gradients import check_closed, check_symmetry
from derive.verify.samples import Domain
from derive.verify.steps import check_steps

Seen = dict[object, tuple[Step, ...]]
"""Steps that have been checked, by what they are steps of."""


def unsaid(derivation: Derivation) -> None:
    """What is being checked, to nobody."""


def checked_all(
    derivations: Iterable[Derivation], domain: Domain, say: Callable[[Derivation], None] = unsaid
) -> tuple[Derivation, ...]:
    """All of a definition's derivations with evidence; `say` hears of each before it is checked."""
    seen: Seen = {}
    done = []
    for derivation in derivations:
        say(derivation)
        done.append(checked(derivation, domain, seen))
    return tuple(done)


def checked(derivation: Derivation, domain: Domain, seen: Seen | None = None) -> Derivation:
    """The derivation and its adjoints with evidence; CheckError where anything is wrong."""
    known_steps: Seen = {} if seen is None else seen
    adjoints = tuple(checked_once(d, domain, known_steps) for d in derivation.adjoints)
    # steps first: where the function has no value they say so, and SymPy would differentiate an infinity
    found = check_steps(derivation, domain)
    evidence = check_closed(derivation, domain)
    if derivation.wanted.kind == "hessian" and not derivation.wanted.second:
        check_symmetry(derivation, domain)
    return replace(found, evidence=evidence, adjoints=adjoints)


def checked_once(adjoint: Derivation, domain: Domain, seen: Seen) -> Derivation:
    """An adjoint that several derivations share is checked where it is met first."""
    key = (adjoint.left, adjoint.steps, adjoint.closed, adjoint.system)
    if key not in seen:
        seen[key] = check_steps(adjoint, domain).steps
    return replace(adjoint, steps=seen[key])
