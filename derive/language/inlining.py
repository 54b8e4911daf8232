"""Definitions of vectors applied by name: softmax(a)[i] becomes equations of the definition that applies it.

Contract: `inlined(application, name_of, taken)` gives the equations of the applied definition, written for these
arguments: its inputs replaced by them, its sizes by theirs, its names by what `name_of` calls them. Indices that the
arguments carry, as the i of softmax(S[i])[k], stand first in each of them. `fitted` says what each size is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace

from derive.language.definition import Application, Equation, Row
from derive.language.expressions import Chosen, Expression, Guarded, Ref, Size, chosen, guarded, number, rechosen
from derive.language.indices import Dimension, Fixed, Index, Less, Shifted, fixed, shifted, shortened
from derive.language.trees import fresh_letters, freshen, rename, resubscripted, transform


def fitted(dimensions: tuple[Dimension, ...], given: tuple[Dimension, ...], known: dict[str, Dimension]) -> str | None:
    """Adds what the sizes of one input are; or says which size fits no more."""
    for wanted, size in zip(dimensions, given, strict=True):
        expected = known.setdefault(wanted, size) if isinstance(wanted, str) else wanted
        if expected != size:
            return f"{wanted} is {expected} and {size}" if isinstance(wanted, str) else f"{size} is not {wanted}"
    return None


def resized(value: Dimension, sizes: Mapping[str, Dimension]) -> Dimension:
    """A size of the applied definition as one of the definition that applies it."""
    if isinstance(value, Less):
        return shortened(sizes[value.size], value.by)
    return sizes[value] if isinstance(value, str) else value


def inlined(application: Application, name_of: Callable[[str], str], taken: set[str]) -> tuple[Equation, ...]:
    """The equations, with no letter or name of the applied definition left."""
    found = tuple(written_here(e, application, name_of, taken) for e in application.function.equations)
    return (replace(found[0], origin=application),) if len(found) == 1 else found


def written_here(
    equation: Equation, application: Application, name_of: Callable[[str], str], taken: Set[str]
) -> Equation:
    """An equation in the terms of the applied definition, for these arguments; their indices stand first."""
    function, carried = application.function, application.carried
    sizes = dict(application.sizes)
    given = dict(zip((i.name for i in function.inputs), application.arguments, strict=True))
    used = {*taken, *(i.name for i in carried)}

    def placed(index: Index) -> Index:
        size = resized(index.size, sizes)
        if isinstance(index, Fixed):
            return fixed(index.position, size)
        if isinstance(index, Shifted):
            return shifted(placed(index.base), index.offset, size)
        if isinstance(index, Chosen):
            return rechosen(chosen(index.by, size), transform(index.by, changed))
        return Index(index.name, size)

    def placed_in_reference(index: Index) -> Index:
        # what chooses is a child of the reference: written for these arguments already
        return chosen(index.by, resized(index.size, sizes)) if isinstance(index, Chosen) else placed(index)

    def changed(node: Expression) -> Expression:
        if isinstance(node, Size):
            size = sizes[node.name]
            return number(size) if isinstance(size, int) else Size(size)
        if isinstance(node, Guarded):
            return guarded(placed(node.index), node.low, resized(node.high, sizes), node.body)
        if not isinstance(node, Ref):
            return resubscripted(node, placed)
        indices = tuple(map(placed_in_reference, node.indices))
        argument = given.get(node.name)
        if argument is None:
            return Ref(name_of(node.name), (*carried, *indices))
        return Ref(argument.name, (*argument.leading, *indices)) if isinstance(argument, Row) else argument

    own = fresh_letters(equation.indices, used)
    apart = freshen(equation.body, used | {i.name for i in own}, used)
    body = rename(apart, dict(zip(equation.indices, own, strict=True)))
    return Equation(name_of(equation.name), (*carried, *map(placed, own)), transform(body, changed))
