"""Backpropagation through symbolic depth, as a proof by induction.

    base      the adjoints of layer L, from what follows it
    step      the adjoints of layer l, those of layer l+1 being known
    gradient  dE/dv from the adjoints of the layer: of one layer's own parameter, or summed over the layers

Contract: `derive_recurrence(definition, variables)` gives a RecurrentDerivation. Each derivation in it is an ordinary
one on a window of the definition: adjoints that come from elsewhere are further inputs with arbitrary values, so
checking it at random points checks it for every layer. `at_depth` puts the formulas of all layers together for a
concrete depth, to be compared with the derivative of the unrolled definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from derive.calculus.engine import rewrite
from derive.calculus.rule import Context, Lemmas
from derive.closedform.adjoints import SUBSTITUTE, Sweep, users
from derive.closedform.close import close
from derive.closedform.derivations import derive, lemmas_of
from derive.closedform.entries import at_fresh_indices, usual_entry
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Reason, Step, Wanted
from derive.language.errors import DeriveError
from derive.language.expressions import Expression, Number, Partial, Ref, add, mul, sum_over
from derive.language.layered import Layer, accented, at, base_of, layer_of, mover, relabelled
from derive.language.recurrence import FIRST, ZERO, Gradient, RecurrentDefinition, RecurrentDerivation
from derive.language.trees import count_nodes, freshen, index_names, references, rename
from derive.language.trees import replace as replaced

LONGEST = 30
"""Nodes of an adjoint that is written out in those of the layer after it, without the names between."""

INDUCTION = Reason("recurrence", "induction over the layers", "对层数作归纳")


def default_variables(definition: RecurrentDefinition) -> tuple[str, ...]:
    """The shared parameters, or all inputs if there are none."""
    inputs = [i for i in definition.inputs if i.labels is None]
    return tuple(i.name for i in inputs if i.shared) or tuple(i.name for i in inputs)


def derive_recurrence(definition: RecurrentDefinition, variables: Sequence[str] = ()) -> RecurrentDerivation:
    """The adjoints of all layers and the gradients by these inputs, each under the name in the signature."""
    wanted = tuple(variables) or default_variables(definition)
    lemmas = lemmas_of(definition)
    here = Layer(definition.letter)
    starting = any(r.name in wanted for e in definition.base for r in references(e.body))
    base = base_case(definition, wanted, lemmas)
    step = induction_step(definition.pair(), here, [e.name for e in definition.layer], lemmas)
    started = [at(c, ZERO) for c in definition.carried]
    bottom = definition.start()
    inner = [e.name for e in definition.base if any(bottom.depends_on(c, e.name) for c in started)]
    start = induction_step(bottom, ZERO, inner, lemmas) if starting else ()
    gradients = tuple(gradient(definition, name, lemmas) for name in wanted)
    return RecurrentDerivation(definition, base, step, start, gradients)


# --- sweeps ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LastSweep(Sweep):
    """From the output back through the last layer."""

    def bar(self, name: str) -> str:
        return accented(name, "bar")


@dataclass(frozen=True)
class StepSweep(LastSweep):
    """From the adjoints of the layer after back through one layer; `left` is not used.

    seeds: the quantities of the layer after that use this one directly. later: all of that layer.
    """

    seeds: tuple[str, ...] = ()
    later: frozenset[str] = frozenset()

    def total(self, target: Ref) -> Expression:
        """sum_U sum_k U_bar_k dU_k/dV over the layer after, each of its quantities for itself."""
        definition = self.context.definition
        return add(*(self.seeded(s, target) for s in self.seeds if definition.depends_on(s, target.name)))

    def seeded(self, user: str, target: Ref) -> Expression:
        taken = self.context.taken | {i.name for i in target.indices}
        entry = at_fresh_indices(self.context.definition.equation(user).left, taken)
        partial = Partial(entry, target, self.later - {user})
        return summed(mul(self.adjoint(user, entry), partial), entry)

    def adjoint(self, user: str, entry: Ref) -> Expression:
        known = self.plain.get(user)
        if known is None:
            return Ref(self.bar(user), entry.indices)
        assert known.names is not None
        return rename(known.closed, dict(zip(known.names.indices, entry.indices, strict=True)))

    def steps(self, target: Ref) -> tuple[Step, ...]:
        """As from any output, but what only the layer after uses is differentiated as it stands."""
        mine = users(self.context.definition, target.name, self.passed)
        if set(mine) <= set(self.seeds):
            return worked_out(self.total(target), self.context)
        return super().steps(target)


def summed(value: Expression, entry: Ref) -> Expression:
    for index in reversed(entry.indices):
        value = sum_over(index, value)
    return value


def worked_out(start: Expression, context: Context) -> tuple[Step, ...]:
    opened = rewrite(start, context)
    return (*opened, *close(opened[-1].after if opened else start, context))


def context_of(definition: Definition, lemmas: Lemmas) -> Context:
    """No index is called as a quantity, a size, or a layer."""
    names = (*definition.names, *definition.sizes)
    letters = (layer.letter for layer in map(layer_of, names) if layer is not None)
    return Context(definition, lemmas, {}, frozenset((*names, *letters)))


# --- the three parts ---------------------------------------------------------------------------------------


def base_case(definition: RecurrentDefinition, wanted: Sequence[str], lemmas: Lemmas) -> tuple[Derivation, ...]:
    """The adjoints of what follows the last layer, and of that layer."""
    window, output = definition.top(), definition.output
    sources = {i.name for i in definition.inputs if i.name in wanted} | {i.name for i in window.inputs if layer_of(i.name)}
    inner = [
        e.name
        for e in window.equations
        if e.name != output
        and window.depends_on(output, e.name)
        and any(window.depends_on(e.name, source) for source in sources)
    ]
    lost = [e for e in asked_for(definition, wanted) if e not in inner]
    names = [e.name for e in window.equations if e.name in (*inner, *lost)]
    sweep = LastSweep(Ref(output), (*names, output), context_of(window, lemmas), frozenset())
    return swept(sweep, names, Wanted("gradient", output, ""), ())


def asked_for(definition: RecurrentDefinition, wanted: Sequence[str]) -> Iterator[str]:
    """Quantities of the last layer whose adjoint the step or a gradient uses, also where it is 0."""
    entries = {base_of(n) for n in definition.entries(Layer(definition.letter))}
    for equation in definition.layer:
        if base_of(equation.name) in entries or any(r.name in wanted for r in references(equation.body)):
            yield at(equation.name, Layer(definition.depth))


def induction_step(window: Definition, layer: Layer, names: Sequence[str], lemmas: Lemmas) -> tuple[Derivation, ...]:
    """The adjoints of these quantities of one layer, those of the layer after being known."""
    later = frozenset(e.name for e in window.equations) - set(names)
    seeds = window.outputs
    extras = tuple(adjoint_input(window, s) for s in seeds)
    needed = [n for n in names if any(window.depends_on(s, n) for s in seeds)]
    taken = frozenset(e.name for e in extras)
    sweep = StepSweep(Ref(""), (*needed, *seeds), context_of(window, lemmas), taken, {}, seeds, later)
    return swept(sweep, needed, Wanted("gradient", window.output, ""), extras)


def adjoint_input(window: Definition, name: str) -> Input:
    """An adjoint that is known, as a further input."""
    return Input(accented(name, "bar"), tuple(i.size for i in window.equation(name).indices))


def swept(
    sweep: LastSweep, names: Sequence[str], wanted: Wanted, extras: tuple[Input, ...]
) -> tuple[Derivation, ...]:
    """The adjoints of these quantities, the last one first."""
    definition = sweep.context.definition
    done: tuple[Derivation, ...] = ()
    for name in reversed(names):
        target = definition.equation(name).left
        left = sweep.total(target) if isinstance(sweep, StepSweep) else Partial(Ref(wanted.output), target)
        found = replace(sweep, left=left).steps(target)
        found = (*found, *written_out(found[-1].after, done, sweep.context))
        adjoint = Derivation(
            definition, replace(wanted, variable=name), left, found, found[-1].after, extras,
            adjoints=done, names=Ref(sweep.bar(name), target.indices),
        )  # fmt: skip
        done = (*done, replace(adjoint, adjoints=()))
        if isinstance(adjoint.closed, Ref | Number):
            sweep = replace(sweep, plain={**sweep.plain, name: adjoint})
    return tuple(replace(d, adjoints=done[:k]) for k, d in enumerate(done))


def written_out(value: Expression, done: tuple[Derivation, ...], context: Context) -> tuple[Step, ...]:
    """The adjoints of the same layer replaced by what they are, as long as the result stays short."""
    steps: list[Step] = []
    current = value
    for adjoint in reversed(done):
        assert adjoint.names is not None
        for ref in sorted({r for r in references(current) if r.name == adjoint.names.name}, key=str):
            table = dict(zip(adjoint.names.indices, ref.indices, strict=True))
            closed = rename(freshen(adjoint.closed, context.taken | index_names(current)), table)
            after = replaced(current, {ref: closed})
            steps.append(Step(SUBSTITUTE, current, after, ref, closed, (ref, closed)))
            current = after
    steps += close(current, context)
    return tuple(steps) if steps and count_nodes(steps[-1].after) <= LONGEST else ()


def gradient(definition: RecurrentDefinition, name: str, lemmas: Lemmas) -> Gradient:
    """dE/dv by one input, from wherever it is used."""
    entry = definition.input(name)
    variable = usual_entry(definition, entry)
    window = definition.end()
    end = None
    if any(i.name == name for i in window.inputs) and window.depends_on(window.output, name):
        end = derive(window, Wanted("gradient", window.output, name), lemmas, {})
    here = [e.name for e in definition.layer]
    layer = direct(definition.single(), variable, here, lemmas)
    bottom = replace(definition.start(), equations=definition.base)
    start = direct(bottom, variable, [e.name for e in definition.base], lemmas)
    if not any((end, layer, start)):
        raise DeriveError(f"{definition.output} does not depend on {name}")
    return Gradient(variable, end, layer, start)


def direct(window: Definition, variable: Ref, names: Sequence[str], lemmas: Lemmas) -> Derivation | None:
    """What reaches the variable through the quantities that use it directly, their adjoints being known."""
    mine = users(window, variable.name, tuple(names))
    if not mine:
        return None
    extras = tuple(adjoint_input(window, n) for n in mine)
    context = context_of(window, lemmas)
    sweep = StepSweep(Ref(""), mine, context, frozenset(e.name for e in extras), {}, mine, frozenset(names))
    target = at_fresh_indices(variable, context.taken)
    left = sweep.total(target)
    steps = worked_out(left, context)
    return Derivation(window, Wanted("gradient", window.output, variable.name), left, steps, steps[-1].after, extras)


# --- a concrete depth --------------------------------------------------------------------------------------


def at_depth(found: RecurrentDerivation, depth: int) -> tuple[Derivation, ...]:
    """The gradients of the unrolled definition as the recurrence gives them: one step each, to be checked."""
    definition = found.definition
    unrolled = definition.unrolled(depth)
    adjoints = tuple(
        replace(adjoint, definition=unrolled, adjoints=(), extras=())
        for layer in range(depth, -1, -1)
        for adjoint in adjoints_at(found, layer, depth)
    )
    return tuple(
        composed(unrolled, adjoints, *formula)
        for one in found.gradients
        for formula in formulas(definition, one, depth)
    )


def adjoints_at(found: RecurrentDerivation, layer: int, depth: int) -> Iterator[Derivation]:
    """The adjoints of one layer: the names and closed forms that they have there."""
    letter = found.definition.depth if layer == depth else found.definition.letter
    change = mover(letter, Layer("", layer))
    for adjoint in found.start if layer == 0 else found.base if layer == depth else found.step:
        names, closed = relabelled((adjoint.names, adjoint.closed), change)
        yield replace(adjoint, names=names, closed=closed, steps=())


def formulas(definition: RecurrentDefinition, one: Gradient, depth: int) -> Iterator[tuple[Ref, Expression]]:
    """Each variable of the unrolled definition and its gradient."""
    numbers = [Layer("", k) for k in range(1, depth + 1)]
    last = mover(definition.depth, numbers[-1])
    variable = relabelled(one.variable, last)
    if layer_of(variable.name):
        assert one.layer is not None
        for number in numbers:
            change = mover(definition.letter, number)
            yield relabelled(variable, change), relabelled(at_entry(one.layer, variable), change)
        return
    terms = [relabelled(at_entry(p, one.variable), last) for p in (one.end, one.start) if p is not None]
    if one.layer is not None:
        value = at_entry(one.layer, one.variable)
        terms += [relabelled(value, mover(definition.letter, number)) for number in numbers]
    yield variable, add(*terms)


def at_entry(part: Derivation, variable: Ref) -> Expression:
    """A part's closed form at the letters of the variable."""
    (own,) = {p.variable for p in partials(part.left)}
    closed = freshen(inlined(part), {i.name for i in variable.indices})
    return rename(closed, dict(zip(own.indices, variable.indices, strict=True)))


def partials(value: Expression) -> Iterator[Partial]:
    if isinstance(value, Partial):
        yield value
    for child in value.children:
        yield from partials(child)


def inlined(part: Derivation) -> Expression:
    """The closed form without the names of adjoints of its own."""
    value = part.closed
    for adjoint in reversed(part.adjoints):
        assert adjoint.names is not None
        for ref in [r for r in references(value) if r.name == adjoint.names.name]:
            table = dict(zip(adjoint.names.indices, ref.indices, strict=True))
            value = replaced(value, {ref: rename(freshen(adjoint.closed, index_names(value)), table)})
    return value


def composed(unrolled: Definition, adjoints: tuple[Derivation, ...], variable: Ref, closed: Expression) -> Derivation:
    """dE/dv = closed, in one step."""
    wanted = Wanted("gradient", unrolled.output, variable.name)
    left = Partial(Ref(unrolled.output), variable)
    step = Step(INDUCTION, left, closed, left, closed)
    return Derivation(unrolled, wanted, left, (step,), closed, adjoints=adjoints)
