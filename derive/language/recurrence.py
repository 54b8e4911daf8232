"""A definition of symbolic depth, and its derivation: a base case, an induction step and the gradients.

Contract: a `RecurrentDefinition` holds its equations as they were written, with layered names; plain definitions
are cut out of it: `unrolled` at a depth, and windows in which what comes from another layer is an input. Those are
ordinary definitions, so that every rule, check and emitter works on them as on any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from derive.language.definition import Definition, Equation, Input
from derive.language.derivation import Derivation, Evidence
from derive.language.expressions import Expression, Partial, Ref, add, sum_over
from derive.language.indices import Index
from derive.language.layered import Layer, at, base_of, layer_of, moved, mover, relabelled
from derive.language.trees import freshen, references, rename, walk

Part = TypeVar("Part", Input, Equation)

ZERO = Layer("", 0)
FIRST = Layer("", 1)


@dataclass(frozen=True)
class RecurrentDefinition(Definition):
    """name(inputs) -> output over layers 1 to `depth`, of which `letter` is any one.

    An equation's name says where it holds: O{0} at the start, O{l} at every layer, E at the end. A quantity at the
    end or after another layer's has a shape of its own: `shapes` gives every one at layer l.
    """

    letter: str = "l"
    depth: str = "L"
    shapes: tuple[Input, ...] = ()

    @property
    def is_scalar_function(self) -> bool:
        """Never: it cannot be applied by name."""
        return False

    @property
    def counts_time(self) -> bool:
        """Whether the letter counts time steps: then all of them share their parameters. Layers have their own."""
        parameters = [i for i in self.inputs if i.shared]
        return bool(parameters) and all(layer_of(i.name) is None for i in parameters)

    @property
    def place(self) -> str:
        """What the letter counts."""
        return "step" if self.counts_time else "layer"

    # --- parts ---

    @property
    def here(self) -> Layer:
        return Layer(self.letter)

    @property
    def last(self) -> Layer:
        return Layer(self.depth)

    @cached_property
    def base(self) -> tuple[Equation, ...]:
        """The equations of layer 0."""
        return tuple(e for e in self.equations if layer_of(e.name) == ZERO)

    @cached_property
    def layer(self) -> tuple[Equation, ...]:
        """The equations of layer l that later layers need."""
        return tuple(e for e in self.layer_equations if e.name in self.recurring)

    @cached_property
    def head(self) -> tuple[Equation, ...]:
        """The equations after the last layer, with those of its own that no later layer would need."""
        to_last = mover(self.letter, self.last)
        mine = (e for e in self.layer_equations if e.name not in self.recurring)
        wanted = self.used_at_last
        own = tuple(relabelled(e, to_last) for e in mine if base_of(e.name) in wanted)
        return own + tuple(e for e in self.equations if layer_of(e.name) is None)

    @cached_property
    def layer_equations(self) -> tuple[Equation, ...]:
        return tuple(e for e in self.equations if layer_of(e.name) == self.here)

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """Base names of the quantities that the next layer uses, in the order of the text."""
        before = {base_of(r.name) for e in self.layer for r in references(e.body) if self.is_before(r.name)}
        return tuple(base_of(e.name) for e in self.layer if base_of(e.name) in before)

    @cached_property
    def recurring(self) -> frozenset[str]:
        """Names of the equations of a layer on which a later layer depends, if the end depends on that."""
        table = {e.name: {r.name for r in references(e.body)} for e in self.layer_equations}
        found: set[str] = set()
        waiting = [at(n, self.here) for n in self.before(self.used_at_last, table)]
        while waiting:
            name = waiting.pop()
            if name in table and name not in found:
                found.add(name)
                waiting += [at(used, self.here) for used in self.before([base_of(name)], table)]
                waiting += [used for used in table[name] if used in table]
        return frozenset(found)

    def before(self, names: Iterable[str], table: dict[str, set[str]]) -> set[str]:
        """Which quantities of the layer before these ones of the last layer use."""
        used = (u for n in names for u in table.get(at(n, self.here), ()))
        return {base_of(u) for u in used if self.is_before(u)}

    @cached_property
    def used_at_last(self) -> frozenset[str]:
        """Base names of what the end uses of the last layer, directly or through it."""
        table = {e.name: {r.name for r in references(e.body)} for e in self.layer_equations}
        plain = [e for e in self.equations if layer_of(e.name) is None]
        waiting = [base_of(r.name) for e in plain for r in references(e.body) if layer_of(r.name) == self.last]
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [base_of(u) for u in table[at(name, self.here)] if u in table]
        return frozenset(found)

    def is_before(self, name: str) -> bool:
        return layer_of(name) == self.here.before()

    @property
    def layered_inputs(self) -> tuple[Input, ...]:
        return tuple(i for i in self.inputs if layer_of(i.name))

    # --- plain definitions cut out of it ---

    def unrolled(self, depth: int) -> Definition:
        """The definition of so many layers (at least one), each under its number."""
        assert depth >= 1
        numbers = [Layer("", k) for k in range(1, depth + 1)]
        inputs = tuple(self.moved(i, n) for i in self.inputs for n in (numbers if layer_of(i.name) else numbers[-1:]))
        layers = tuple(self.moved(e, n) for n in numbers for e in self.layer)
        whole = (*self.base, *layers, *self.head)
        return self.cut(f"{self.name}_{depth}", inputs, whole, self.outputs, depth)

    def single(self) -> Definition:
        """One layer, what comes from the layer before an input; its outputs are what the next one uses."""
        return self.window("layer", self.layer, tuple(at(c, self.here) for c in self.carried))

    def pair(self) -> Definition:
        """Layer l and the one after it; its outputs are what there depends on layer l directly."""
        return self.window("step", (*self.layer, *self.at_layer(self.here.after())), self.entries(self.here.after()))

    def top(self) -> Definition:
        """The last layer and what follows it."""
        return self.window("base", (*self.at_layer(self.last), *self.head), self.outputs)

    def end(self) -> Definition:
        """What follows the last layer, its quantities being inputs."""
        return self.window("end", self.head, self.outputs)

    def start(self) -> Definition:
        """Layers 0 and 1."""
        return self.window("start", (*self.base, *self.at_layer(FIRST)), self.entries(FIRST))

    def at_layer(self, layer: Layer) -> tuple[Equation, ...]:
        """The equations of a layer."""
        return tuple(self.moved(e, layer) for e in self.layer)

    def entries(self, layer: Layer) -> tuple[str, ...]:
        """Names of the quantities of a layer whose equations use the layer before."""
        mine = (e for e in self.layer if any(self.is_before(r.name) for r in references(e.body)))
        return tuple(moved(e.name, self.letter, layer) for e in mine)

    def moved(self, value: Part, layer: Layer) -> Part:
        """An input or equation of layer l as that of another one."""
        return relabelled(value, mover(self.letter, layer))

    def window(self, part: str, equations: tuple[Equation, ...], outputs: tuple[str, ...]) -> Definition:
        """These equations; what they use and do not define are inputs."""
        defined = {e.name for e in equations}
        used = dict.fromkeys(r.name for e in equations for r in references(e.body) if r.name not in defined)
        order = {base_of(i.name): k for k, i in enumerate((*self.inputs, *self.shapes))}
        inputs = tuple(self.input_named(n) for n in sorted(used, key=lambda n: order[base_of(n)]))
        return self.cut(f"{self.name}.{part}", inputs, equations, outputs)

    def input_named(self, name: str) -> Input:
        """An input, or a quantity of some layer as an input, under that name."""
        layer = layer_of(name)
        found = next(i for i in (*self.inputs, *self.shapes) if base_of(i.name) == base_of(name))
        return found if layer is None else relabelled(found, mover(self.letter, layer))

    def cut(
        self,
        name: str,
        inputs: tuple[Input, ...],
        equations: tuple[Equation, ...],
        outputs: tuple[str, ...],
        depth: int | None = None,
    ) -> Definition:
        made = Definition(name, inputs, outputs, equations, self.functions, self.text)
        return made if depth is None else relabelled(made, mover(self.depth, Layer("", depth)))


@dataclass(frozen=True)
class Gradient:
    """dE/dv of one input, as the sum of what reaches it at the end, at each layer, and at the start.

    For an input of every layer there is one result a layer and `layer` alone.
    """

    variable: Ref
    end: Derivation | None = None
    layer: Derivation | None = None
    start: Derivation | None = None

    @property
    def parts(self) -> tuple[Derivation, ...]:
        return tuple(p for p in (self.end, self.layer, self.start) if p is not None)

    @property
    def is_layered(self) -> bool:
        """Whether every layer has one of its own."""
        return layer_of(self.variable.name) is not None

    def closed(self, part: Derivation) -> Expression:
        """A part's closed form at the letters of the variable."""
        own = next(n.variable for n in walk(part.left) if isinstance(n, Partial))
        value = freshen(part.closed, {i.name for i in self.variable.indices})
        return rename(value, dict(zip(own.indices, self.variable.indices, strict=True)))

    def total(self, letter: str, depth: str) -> Expression:
        """The whole gradient as it is printed: what all layers contribute stands under a sum over the layers."""
        terms = [(p, self.closed(p)) for p in self.parts]
        if self.is_layered:
            return terms[0][1]
        return add(*(sum_over(Index(letter, depth), v) if p is self.layer else v for p, v in terms))


@dataclass(frozen=True)
class RecurrentDerivation:
    """Backpropagation through any number of layers, as a proof by induction.

    base: the adjoints of layer L (and of what follows it), each after those it uses.
    step: the adjoints of layer l from those of layer l+1.
    start: the adjoints of layer 0 from those of layer 1, where a result needs them.
    depths, evidence: up to how many layers the whole was compared with the unrolled definition, and how well.
    """

    definition: RecurrentDefinition
    base: tuple[Derivation, ...]
    step: tuple[Derivation, ...]
    start: tuple[Derivation, ...]
    gradients: tuple[Gradient, ...]
    depths: int = 0
    evidence: Evidence | None = None

    @property
    def parts(self) -> tuple[Derivation, ...]:
        """Every derivation in it."""
        return (*self.base, *self.step, *self.start, *(p for g in self.gradients for p in g.parts))

    def mapped(self, change: Callable[[Derivation], Derivation]) -> RecurrentDerivation:
        """The same with every derivation in it changed, such as checked."""

        def each(found: tuple[Derivation, ...]) -> tuple[Derivation, ...]:
            return tuple(map(change, found))

        def gradient(found: Gradient) -> Gradient:
            return Gradient(
                found.variable, *(None if p is None else change(p) for p in (found.end, found.layer, found.start))
            )

        gradients = tuple(map(gradient, self.gradients))
        return replace(self, base=each(self.base), step=each(self.step), start=each(self.start), gradients=gradients)
