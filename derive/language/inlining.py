"""Definitions of vectors applied by name: softmax(a)[i] becomes equations of the definition that applies it.

Contract: `inlined(application, name_of, taken)` gives the equations of the applied definition, written for these
arguments: its inputs replaced by them, its sizes by theirs, its names by what `name_of` calls them. Indices that the
arguments carry, as the i of softmax(S[i])[k], stand first in each of them. `fitted` says what each size is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from derive.language.definition import Definition, Equation
from derive.language.expressions import (
    Chosen,
    Dimension,
    Expression,
    Fixed,
    Index,
    Less,
    Reduce,
    Ref,
    Shifted,
    Size,
    chosen,
    fixed,
    number,
    reduce_over,
    shifted,
    shortened,
)
from derive.language.trees import free_indices, fresh_index, freshen, rename, transform


@dataclass(frozen=True)
class Row:
    """A quantity at its first indices: S, S[i]; the others are left to the definition that is applied to it."""

    name: str
    leading: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Application:
    """A definition and what it is applied to: a Row for each input with indices, any expression for a scalar one."""

    function: Definition
    arguments: tuple[Row | Expression, ...]
    sizes: tuple[tuple[str, Dimension], ...]

    @property
    def carried(self) -> tuple[Index, ...]:
        """The indices that the arguments carry, in the order in which they stand."""
        found: dict[Index, None] = {}
        for argument in self.arguments:
            value = Ref(argument.name, argument.leading) if isinstance(argument, Row) else argument
            found.update(dict.fromkeys(free_indices(value)))
        return tuple(found)


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
    function, carried = application.function, application.carried
    sizes = dict(application.sizes)
    given = dict(zip((i.name for i in function.inputs), application.arguments, strict=True))
    avoid = taken | {i.name for i in carried}

    def placed(index: Index) -> Index:
        size = resized(index.size, sizes)
        if isinstance(index, Fixed):
            return fixed(index.position, size)
        if isinstance(index, Shifted):
            return shifted(placed(index.base), index.offset, size)
        if isinstance(index, Chosen):
            return chosen(index.by, size)  # a child of the reference: written for these arguments already
        return Index(index.name, size)

    def changed(node: Expression) -> Expression:
        if isinstance(node, Size):
            size = sizes[node.name]
            return number(size) if isinstance(size, int) else Size(size)
        if isinstance(node, Reduce):
            return reduce_over(node.kind, placed(node.index), node.body)
        if not isinstance(node, Ref):
            return node
        indices = tuple(map(placed, node.indices))
        argument = given.get(node.name)
        if argument is None:
            return Ref(name_of(node.name), (*carried, *indices))
        return Ref(argument.name, (*argument.leading, *indices)) if isinstance(argument, Row) else argument

    found = []
    for equation in function.equations:
        letters: dict[Index, Index] = {}
        used = set(avoid)
        for index in equation.indices:
            letters[index] = fresh_index(index, used)
            used.add(letters[index].name)
        body = rename(freshen(equation.body, used, used), letters)
        indices = (*carried, *(placed(letters[i]) for i in equation.indices))
        found.append(Equation(name_of(equation.name), indices, transform(body, changed)))
    return tuple(found)
