"""Second derivatives: the engine applied to its own result.

Contract: a Hessian is the derivative of the gradient's closed form, entry by entry; a Hessian-vector product is
the JVP of the gradient, forward over backward, so that no n x n array exists. Both cite the gradient, whose
adjoints they take over as named quantities.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from derive.calculus.engine import rewrite
from derive.calculus.lemmas import KNOWN
from derive.calculus.rule import Context, Lemmas
from derive.closedform.close import close
from derive.closedform.tangents import forward
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Step, Wanted, end_of
from derive.language.expressions import Expression, Partial, Ref, add, mul, sum_over
from derive.language.indices import Index
from derive.language.trees import fresh_index, index_names
from derive.language.trees import replace as replaced


def hessian(gradient: Derivation, wanted: Wanted, lemmas: Lemmas) -> Derivation:
    """d2E/dx_i dy_j from the gradient dE/dx_i."""
    definition = gradient.definition
    second = entry_of(gradient, wanted.second or wanted.variable)
    left = Partial(gradient.left, second)
    context = context_of(gradient.system, lemmas)
    after = Partial(gradient.closed, second)
    first = Step(KNOWN, left, after, gradient.left, gradient.closed, (gradient.left,))
    opened = rewrite(after, context)
    current = end_of(opened, after)
    steps = (first, *opened, *close(current, context))
    return Derivation(definition, wanted, left, steps, steps[-1].after, adjoints=gradient.adjoints)


def hessian_vector(gradient: Derivation, wanted: Wanted, lemmas: Lemmas, names: Mapping[str, str]) -> Derivation:
    """sum_j d2E/dx_i dx_j v_j from the gradient dE/dx_i; over all inputs that have a direction, by its name."""
    definition = gradient.definition
    entries = [definition.input(variable) for variable in names]
    extras = tuple(Input(names[e.name], e.dimensions, e.shared) for e in entries)
    seconds = [entry_of(gradient, e.name) for e in entries]
    called = named_gradient(gradient, names.values())
    assert called.names is not None
    system = replace(called, adjoints=(*gradient.adjoints, called)).system
    inner = add(*(weighted(called.names, second, names[second.name]) for second in seconds))
    pushed = forward(system, Wanted("jvp", called.names.name, entries[0].name), inner, extras, lemmas)
    left = replaced(inner, {Partial(called.names, second): Partial(gradient.left, second) for second in seconds})
    first = Step(KNOWN, left, inner, gradient.left, called.names, (gradient.left,))
    owned: tuple[Derivation, ...] = ()
    for named in (*gradient.adjoints, called, *pushed.adjoints):
        owned = (*owned, replace(named, definition=definition, extras=extras, adjoints=owned))
    return Derivation(definition, wanted, left, (first, *pushed.steps), pushed.closed, extras, adjoints=owned)


def named_gradient(gradient: Derivation, directions: Collection[str]) -> Derivation:
    """The gradient under a name of its own, as a quantity that can be differentiated again."""
    assert isinstance(gradient.left, Partial)
    wish = f"{gradient.wanted.output}_{gradient.wanted.variable}"
    while wish in gradient.system.names or wish in directions:
        wish += "_"
    return replace(gradient, names=Ref(wish, gradient.left.variable.indices))


def entry_of(gradient: Derivation, variable: str) -> Ref:
    """The second variable at letters that the gradient does not use."""
    taken = index_names(gradient.left) | index_names(gradient.closed)
    taken |= set(gradient.system.names) | set(gradient.definition.sizes)
    assert isinstance(gradient.left, Partial)
    letters = [i.name for i in gradient.left.variable.indices]
    indices: list[Index] = []
    for place, size in enumerate(gradient.definition.input(variable).dimensions):
        letter = letters[place] if place < len(letters) else "i"
        indices.append(fresh_index(Index(letter, size), taken))
        taken.add(indices[-1].name)
    return Ref(variable, tuple(indices))


def weighted(called: Ref, second: Ref, direction: str) -> Expression:
    """sum_j dG_i/dx_j v_j"""
    total: Expression = mul(Partial(called, second), Ref(direction, second.indices))
    for index in reversed(second.indices):
        total = sum_over(index, total)
    return total


def context_of(definition: Definition, lemmas: Lemmas) -> Context:
    return Context(definition, lemmas, {}, frozenset((*definition.names, *definition.sizes)))
