"""Graphs of one layer of a recurrence: forward, the last layer with what follows it, and one step back.

Contract: `layer_graphs(found, weight)` gives the pieces by name, each a graph on what one layer is given:
    start     layer 0
    layer     layer l from layer l-1, and the values that the way back needs again (`kept`)
    last      layer L, what follows it, and the adjoints of layer L times the weight of the sample
    back      the gradients of layer l and the adjoints of layer l-1, from the adjoints of layer l
    first     the gradients of layer 1 and what reaches the inputs of layer 0
What is forward and what is backward are made stable as one graph, which is then cut where a value is forward and its
user is not: such a value is computed once and kept. All names keep their layers here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.emit.kernel_parts import Result, sampled, stable
from derive.emit.layer_systems import Change, Level, freeing, general, handed_on, held, lowest, top
from derive.ir.build import BATCH_INDEX, Labelled, arranged, elementwise, reduction
from derive.ir.graph import Argument, Node, rebuild, topological, with_arguments
from derive.ir.lower import Lowering
from derive.ir.ops import LOOKS
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.expressions import Partial, Ref
from derive.language.layered import Layer, at, base_of, layer_of, mover, relabelled
from derive.language.recurrence import FIRST, ZERO, Gradient, RecurrentDefinition, RecurrentDerivation

HERE, BEFORE, BACK = "here", "before", "back"
"""Where a node's inputs come from."""

Results = tuple[Result, ...]


@dataclass(frozen=True)
class Piece:
    """What one function returns: values, what the next one is given, what is kept, and gradients.

    here: the layer that it is about. system: the equations that its comments print.
    """

    here: Layer
    system: Definition
    values: Results = ()
    handed: Results = ()
    kept: Results = ()
    gradients: Results = ()

    @property
    def results(self) -> Results:
        return (*self.values, *self.handed, *self.kept, *self.gradients)


def layer_graphs(found: RecurrentDerivation, weight: str) -> Mapping[str, Piece]:
    """The pieces of a recurrence's kernels; `weight` is what the weight of a sample is called."""
    d, middle, bottom, above = found.definition, general(found), lowest(found), top(found)
    adjoints = handed_on(found, middle, bottom)
    free, up = freeing(d), mover(d.letter, d.here.after())
    step, start = joint(found, middle, adjoints), joint(found, bottom, ())
    carried = moved(step.carried, lambda name: free(up(name)))
    keeping = Keeping(d, frozenset((*adjoints, weight)), {r.node: base_of(r.name) for r in carried})
    back = Piece(
        d.here, middle.system, handed=keeping.cut(step.handed, step), gradients=keeping.cut(step.gradients, step)
    )
    first = Piece(FIRST, bottom.system, gradients=keeping.cut(start.gradients, start))
    kept = keeping.results({n: name for n, name in keeping.kept.items() if name not in d.carried}, d.here)
    last = ending(found, above, adjoints, weight)
    shown = Definition(d.name, d.inputs, d.outputs, d.equations, d.functions)
    return {
        "start": Piece(ZERO, shown, handed=start.carried, kept=keeping.results(keeping.started, ZERO)),
        "layer": Piece(d.here, shown, handed=carried, kept=kept),
        "last": replace(last, kept=keeping.results(keeping.used_here, d.last)),
        "back": back,
        "first": first,
    }


# --- forward and back as one graph -------------------------------------------------------------------------


@dataclass(frozen=True)
class Joint:
    """What the layer before hands on, its adjoints, and the gradients, of one level."""

    level: Level
    carried: Results
    handed: Results
    gradients: Results


def joint(found: RecurrentDerivation, level: Level, adjoints: Sequence[str]) -> Joint:
    lowering = Lowering(level.system)
    carried = [quantity(lowering, at(c, level.before)) for c in found.definition.carried]
    handed = [quantity(lowering, at(a, level.before)) for a in adjoints]
    gradients = [contribution(lowering, g, g.layer, level.change) for g in found.gradients if g.layer]
    if level.here == FIRST:
        gradients += [contribution(lowering, g, g.start, str) for g in found.gradients if g.start]
    done = stable((*carried, *handed, *gradients))
    one, two = len(carried), len(carried) + len(handed)
    return Joint(level, done[:one], done[one:two], done[two:])


def ending(found: RecurrentDerivation, level: Level, adjoints: Sequence[str], weight: str) -> Piece:
    """The last layer with what follows it, and the way back up to it."""
    lowering = Lowering(level.system, {weight: Input(weight, ())})
    value = quantity(lowering, found.definition.output)
    handed = [quantity(lowering, at(a, level.here), weight) for a in adjoints]
    gradients = [contribution(lowering, g, g.end, str, weight) for g in found.gradients if g.end]
    value, *others = stable((value, *handed, *gradients))
    split = len(handed)
    return Piece(level.here, level.system, (value,), tuple(others[:split]), gradients=tuple(others[split:]))


def quantity(lowering: Lowering, name: str, weight: str = "") -> Result:
    """A named quantity of every sample, times its weight."""
    equation = lowering.definition.equation(name)
    value = weighted(lowering, lowering.visit(equation.left), weight)
    return sampled(name, value, equation.left, equation.body, equation.indices)


def weighted(lowering: Lowering, value: Labelled, weight: str) -> Labelled:
    return elementwise("multiply", lowering.visit(Ref(weight)), value) if weight else value


def contribution(lowering: Lowering, gradient: Gradient, part: Derivation, change: Change, weight: str = "") -> Result:
    """What one part of a recurrence contributes to a gradient; summed over the samples where these share it."""
    variable, closed = relabelled((gradient.variable, gradient.closed(part)), change)
    value = weighted(lowering, lowering.visit(closed), weight)
    left = Partial(Ref(lowering.definition.output), variable)
    if not lowering.definition.input(variable.name).shared:
        return sampled(variable.name, value, left, closed, variable.indices)
    labels = (BATCH_INDEX, *variable.indices)
    total = reduction("sum", Labelled(arranged(value, labels), labels), BATCH_INDEX).node
    return Result(variable.name, total, tuple(i.size for i in variable.indices), True, left, closed)


# --- what is kept ------------------------------------------------------------------------------------------


@dataclass
class Keeping:
    """Cuts graphs where forward values meet the way back; lives for one recurrence.

    backward: base names of adjoints and the weight. kept, started: values as nodes of layer l (of layer 0) by the
    name that they are kept under; what a layer hands on is always kept. used_here: those that are needed of the
    layer whose adjoints are known.
    """

    definition: RecurrentDefinition
    backward: frozenset[str]
    kept: dict[Node, str]
    started: dict[Node, str] = field(default_factory=dict)
    used_here: dict[Node, str] = field(default_factory=dict)

    def cut(self, results: Results, joint: Joint) -> Results:
        """The results with kept values as leaves."""
        cutter = Cutter(self, joint.level, {r.node: r.name for r in joint.carried})
        free = freeing(self.definition)
        return moved(tuple(replace(r, node=cutter.visit(r.node)) for r in results), free)

    def results(self, values: Mapping[Node, str], layer: Layer) -> Results:
        """The kept values of a layer."""
        d = self.definition
        found = tuple(Result(at(name, layer), node, (), False, Ref(name), Ref(name)) for node, name in values.items())
        return moved(found, mover(d.letter, layer))

    def named(self, node: Node, values: dict[Node, str]) -> str:
        """The name that a value is kept under; a quantity's own where it is one."""
        if node not in values:
            own = base_of(node.name)
            taken = {*map(base_of, self.definition.names), *self.kept.values(), *self.started.values()}
            plain = own if layer_of(node.name) is not None else "kept"
            free = (plain, *(f"kept{k}" for k in range(2, 1000)))
            values[node] = next(n for n in free if n not in taken or (n == own and n not in values.values()))
        return values[node]


@dataclass
class Cutter:
    """One walk over the graphs of a level."""

    keeping: Keeping
    level: Level
    carried: Mapping[Node, str]
    done: dict[Node, Node] = field(default_factory=dict)
    sides: dict[Node, frozenset[str]] = field(default_factory=dict)

    def visit(self, node: Node) -> Node:
        if node not in self.done:
            self.done[node] = self.leaf(node) or with_arguments(
                node, tuple(Argument(self.visit(a.node), a.axes) for a in node.arguments)
            )
        return self.done[node]

    def leaf(self, node: Node) -> Node | None:
        """The node as something that is given, where it is a forward value."""
        if node in self.carried:
            return leaf(self.carried[node], node)
        if node.is_leaf:
            return node
        sides = self.side(node)
        if node.op in LOOKS or len(sides) > 1 or BACK in sides:
            return None
        return self.of_start(node, sides) if self.level.here == FIRST else self.of_layers(node, sides)

    def of_layers(self, node: Node, sides: frozenset[str]) -> Node | None:
        d = self.keeping.definition
        if sides == {HERE}:
            here = renamed((node,), freeing(d))[0]
            name = self.keeping.named(here, self.keeping.kept)
            self.keeping.used_here[here] = name
            return leaf(at(name, d.here), node)
        if sides == {BEFORE}:
            name = self.keeping.named(renamed((node,), mover(d.letter, d.here.after()))[0], self.keeping.kept)
            return leaf(at(name, self.level.before), node)
        return None

    def of_start(self, node: Node, sides: frozenset[str]) -> Node | None:
        """At layer 1 what any layer keeps; of layer 0 all that its equations compute."""
        d = self.keeping.definition
        if sides == {HERE}:
            table = {renamed((n,), mover(d.letter, FIRST))[0]: name for n, name in self.keeping.used_here.items()}
            name = table.get(renamed((node,), freeing(d))[0])
            return leaf(at(name, FIRST), node) if name else None
        if any(n.op == "input" for n in topological((node,))):
            return leaf(at(self.keeping.named(node, self.keeping.started), ZERO), node)
        return None

    def side(self, node: Node) -> frozenset[str]:
        """Where the inputs of a node come from."""
        if node not in self.sides:
            own = frozenset({self.side_of(node.data)} - {""}) if node.op == "input" else frozenset()
            self.sides[node] = own.union(*(self.side(a.node) for a in node.arguments))
        return self.sides[node]

    def side_of(self, name: object) -> str:
        assert isinstance(name, str)
        if base_of(name) in self.keeping.backward:
            return BACK
        if layer_of(name) == self.level.here or name in map(held, self.carried.values()):
            return HERE
        return "" if layer_of(name) is None else BEFORE


def leaf(name: str, node: Node) -> Node:
    """A value that is given, under this name."""
    return Node("input", shape=node.shape, data=name, name=name, origin=node.origin)


def moved(results: Results, change: Change) -> Results:
    """The results at other layers."""
    nodes = renamed(tuple(r.node for r in results), change)
    names = (relabelled((r.name, r.dimensions, r.left, r.right), change) for r in results)
    return tuple(
        replace(r, node=n, name=name, dimensions=dimensions, left=left, right=right)
        for r, n, (name, dimensions, left, right) in zip(results, nodes, names, strict=True)
    )


def renamed(graph: tuple[Node, ...], change: Change) -> tuple[Node, ...]:
    """The graph with every layered name in it changed."""

    def one(node: Node) -> Node:
        parts = (node.shape, node.bound, node.data, node.name, node.origin)
        shape, bound, data, name, origin = relabelled(parts, change)
        return replace(node, shape=shape, bound=bound, data=data, name=name, origin=origin)

    return rebuild(graph, one)
