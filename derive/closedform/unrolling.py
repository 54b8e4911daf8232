"""The gradients of an unrolled definition as its recurrence gives them.

Contract: `at_depth(found, depth)` puts the formulas of all layers together for a concrete depth: one derivation for
each parameter, of a single step, to be compared with the derivative of the unrolled definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.language.definition import Definition
from derive.language.derivation import Derivation, Reason, Step, Wanted
from derive.language.expressions import Expression, Partial, Ref, add
from derive.language.layered import Layer, mover, relabelled
from derive.language.recurrence import Gradient, RecurrentDefinition, RecurrentDerivation


def at_depth(found: RecurrentDerivation, depth: int) -> tuple[Derivation, ...]:
    """The gradients of the unrolled definition as the recurrence gives them: one step each, to be checked."""
    definition = found.definition
    unrolled = definition.unrolled(depth)
    adjoints = tuple(a for layer in range(depth, -1, -1) for a in adjoints_at(found, layer, depth))
    adjoints += tuple(a for one in found.gradients if one.end for a in at_last(one.end.adjoints, definition, depth))
    adjoints = tuple({a.names.name: a for a in reversed(adjoints) if a.names is not None}.values())[::-1]
    return tuple(
        composed(unrolled, adjoints, *formula)
        for one in found.gradients
        for formula in formulas(definition, one, depth)
    )


def adjoints_at(found: RecurrentDerivation, layer: int, depth: int) -> tuple[Derivation, ...]:
    """The adjoints of one layer: the names and closed forms that they have there."""
    if layer == depth:
        return at_last(found.base, found.definition, depth)
    return relabelled_adjoints(found.step if layer else found.start, found.definition.letter, layer)


def at_last(adjoints: Iterable[Derivation], definition: RecurrentDefinition, depth: int) -> tuple[Derivation, ...]:
    return relabelled_adjoints(adjoints, definition.depth, depth)


def relabelled_adjoints(adjoints: Iterable[Derivation], letter: str, layer: int) -> tuple[Derivation, ...]:
    change = mover(letter, Layer("", layer))
    pairs = ((a, relabelled((a.names, a.closed), change)) for a in adjoints)
    return tuple(replace(a, names=names, closed=closed, steps=(), adjoints=()) for a, (names, closed) in pairs)


def formulas(definition: RecurrentDefinition, one: Gradient, depth: int) -> Iterator[tuple[Ref, Expression]]:
    """Each variable of the unrolled definition and its gradient."""
    numbers = [Layer("", k) for k in range(1, depth + 1)]
    last = mover(definition.depth, numbers[-1])
    variable = relabelled(one.variable, last)
    value = None if one.layer is None else one.closed(one.layer)
    each = [] if value is None else [relabelled(value, mover(definition.letter, n)) for n in numbers]
    if one.is_layered:
        yield from zip((relabelled(variable, mover(definition.letter, n)) for n in numbers), each, strict=True)
    else:
        others = [relabelled(one.closed(p), last) for p in (one.end, one.start) if p is not None]
        yield variable, add(*others, *each)


def composed(unrolled: Definition, adjoints: tuple[Derivation, ...], variable: Ref, closed: Expression) -> Derivation:
    """dE/dv = closed, in one step."""
    wanted = Wanted("gradient", unrolled.output, variable.name)
    left = Partial(Ref(unrolled.output), variable)
    reason = Reason("recurrence", "induction over the layers", "对层数作归纳")
    step = Step(reason, left, closed, left, closed)
    return Derivation(unrolled, wanted, left, (step,), closed, adjoints=adjoints)
