"""The equations of two neighbouring layers of a recurrence, forward and back, as one system.

Contract: a Level is a plain Definition in which a layer, `here`, takes the quantities of the layer `before` it as they
are handed in (under held names), while formulas that mean those quantities find their equations: what a layer hands on
is rounded once, and what is computed from it again keeps its digits. Adjoints of `here` are inputs, those of `before`
are equations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from derive.language.definition import Definition, Equation, Input
from derive.language.derivation import Derivation
from derive.language.layered import Layer, accented, at, base_of, layer_of, mover, relabelled
from derive.language.recurrence import FIRST, RecurrentDefinition, RecurrentDerivation
from derive.language.trees import references

Change = Callable[[str], str]
"""From names to names, as `relabelled` takes it."""


@dataclass(frozen=True)
class Level:
    """change: from the names of layer l to those of the layer `here`, the layer before held."""

    here: Layer
    system: Definition
    change: Change

    @property
    def before(self) -> Layer:
        return self.here.before()


def general(found: RecurrentDerivation) -> Level:
    """Layers l and l-1."""
    d = found.definition
    down = mover(d.letter, d.here.before())
    before = (relabelled(e, down) for e in d.layer)
    adjoints = (relabelled(equation_of(a), down) for a in found.step)
    return level(found, tuple(before), tuple(adjoints), d.here)


def lowest(found: RecurrentDerivation) -> Level:
    """Layers 1 and 0."""
    return level(found, found.definition.base, tuple(map(equation_of, found.start)), FIRST)


def level(
    found: RecurrentDerivation, before: tuple[Equation, ...], adjoints: tuple[Equation, ...], here: Layer
) -> Level:
    d = found.definition
    to, hold = mover(d.letter, here), holding(d, here.before())

    def change(name: str) -> str:
        return hold(to(name))

    mine = (relabelled(e, change) for e in d.layer)
    return Level(here, system(d, (*before, *mine, *adjoints), here), change)


def top(found: RecurrentDerivation) -> Level:
    """Layer L, what follows it, and the adjoints of both."""
    d = found.definition
    ends = (a for g in found.gradients if g.end is not None for a in g.end.adjoints)
    named = {e.name: e for e in map(equation_of, (*found.base, *ends))}
    return Level(d.last, system(d, (*d.at_layer(d.last), *d.head, *named.values()), d.last), str)


def equation_of(derivation: Derivation) -> Equation:
    """An adjoint as an equation."""
    assert derivation.names is not None
    return Equation(derivation.names.name, derivation.names.indices, derivation.closed)


def system(definition: RecurrentDefinition, equations: tuple[Equation, ...], here: Layer) -> Definition:
    """These equations, and as inputs whatever they may use."""
    defined = {e.name for e in equations}
    entries = tuple(i for i in inputs_at(definition, here) if i.name not in defined)
    return Definition(definition.name, entries, (definition.output,), equations, definition.functions)


def inputs_at(d: RecurrentDefinition, here: Layer) -> Iterator[Input]:
    """Inputs, quantities, adjoints and held quantities of a layer and of the two before it."""
    yield from (i for i in d.inputs if layer_of(i.name) is None)
    for layer in (here, here.before(), here.before().before()):
        to = mover(d.letter, layer)
        yield from (relabelled(i, to) for i in d.layered_inputs)
        for shape in (relabelled(s, to) for s in d.shapes):
            yield from (replace(shape, name=n) for n in (shape.name, accented(shape.name, "bar"), held(shape.name)))


# --- what is held ------------------------------------------------------------------------------------------

HELD = "_held"


def held(name: str) -> str:
    """O{l-1} as it is handed in."""
    base = base_of(name)
    return f"{base}{HELD}{name[len(base) :]}"


def holding(definition: RecurrentDefinition, layer: Layer) -> Change:
    """The carried quantities of a layer as they are handed in."""
    table = {at(c, layer): held(at(c, layer)) for c in definition.carried}
    return lambda name: table.get(name, name)


def freeing(definition: RecurrentDefinition) -> Change:
    """The other way, at every layer."""
    bases = {f"{c}{HELD}": c for c in definition.carried}

    def change(name: str) -> str:
        layer = layer_of(name)
        return at(bases[base_of(name)], layer) if layer is not None and base_of(name) in bases else name

    return change


# --- adjoints that are handed on ---------------------------------------------------------------------------


def handed_on(found: RecurrentDerivation, middle: Level, bottom: Level) -> tuple[str, ...]:
    """Base names of the adjoints that each layer is given, in the order of the text."""
    d = found.definition
    bases = tuple(base_of(accented(e.name, "bar")) for e in d.layer)
    used = [(r.name, d.here) for g in found.gradients if g.layer for r in references(g.layer.closed)]
    starting = [r.name for g in found.gradients if g.start for r in references(g.start.closed)]
    used += [(name, FIRST) for start in starting for name in (start, *bottom.system.ancestors(start))]
    waiting = [base_of(name) for name, layer in used if layer_of(name) == layer]
    wanted: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in bases and name not in wanted:
            wanted.add(name)
            above = middle.system.ancestors(at(name, middle.before))
            waiting += [base_of(a) for a in above if layer_of(a) == middle.here]
    return tuple(b for b in bases if b in wanted)
