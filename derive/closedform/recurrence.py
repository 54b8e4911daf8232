"""Backpropagation through symbolic depth, as a proof by induction.

    base      the adjoints of layer L, from what follows it
    step      the adjoints of layer l, those of layer l+1 being known
    gradient  dE/dv from the adjoints of the layer: of one layer's own parameter, or summed over the layers

Contract: `derive_recurrence(definition, variables)` gives a RecurrentDerivation. Each derivation in it is an ordinary
one on a window of the definition: adjoints that come from elsewhere are further inputs with arbitrary values, so
checking it at random points checks it for every layer. `unrolling` puts them together for a concrete depth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from derive.calculus.engine import rewrite
from derive.calculus.rule import Context, Lemmas
from derive.closedform.adjoints import SUBSTITUTE, is_deep, through, users
from derive.closedform.close import close
from derive.closedform.derivations import derive, lemmas_of
from derive.closedform.entries import at_fresh_indices, usual_entry
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Step, Wanted, end_of
from derive.language.errors import DeriveError
from derive.language.expressions import ONE, Expression, Number, Partial, Ref, add, mul, sum_over
from derive.language.layered import accented, at, base_of
from derive.language.recurrence import ZERO, Gradient, RecurrentDefinition, RecurrentDerivation
from derive.language.trees import count_nodes, freshen, index_names, references, rename
from derive.language.trees import replace as replaced

LONGEST = 30
"""Nodes of an adjoint that is written out in those of the layer after it, without the names between."""


def default_variables(definition: RecurrentDefinition) -> tuple[str, ...]:
    """The shared parameters, or all inputs if there are none."""
    inputs = [i for i in definition.inputs if i.labels is None]
    return tuple(i.name for i in inputs if i.shared) or tuple(i.name for i in inputs)


def derive_recurrence(definition: RecurrentDefinition, variables: Sequence[str] = ()) -> RecurrentDerivation:
    """The adjoints of all layers and the gradients by these inputs, each under the name in the signature."""
    wanted = tuple(variables) or default_variables(definition)
    shared = Shared(lemmas_of(definition), (definition.letter, definition.depth))
    starting = any(r.name in wanted for e in definition.base for r in references(e.body))
    base = base_case(definition, wanted, shared)
    step = induction_step(definition.pair(), [e.name for e in definition.layer], shared)
    started = [at(c, ZERO) for c in definition.carried]
    bottom = definition.start()
    inner = [e.name for e in definition.base if any(bottom.depends_on(c, e.name) for c in started)]
    start = induction_step(bottom, inner, shared) if starting else ()
    gradients = tuple(gradient(definition, name, shared) for name in wanted)
    return RecurrentDerivation(definition, base, step, start, gradients)


# --- one layer backwards -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class LayerSweep:
    """From what is known behind a layer back through its quantities.

    known: the quantities behind the layer through which all that follows depends on it, with their adjoints; the
    adjoint of the output itself is 1. inner: the layer's own quantities, in order.
    """

    context: Context
    known: Mapping[str, Expression]
    inner: tuple[str, ...]
    plain: Mapping[str, Derivation] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        return self.context.definition

    def total(self, target: Ref) -> Expression:
        """dE/dV: sum_U sum_k U_bar_k dU_k/dV over what is known and depends on it, if anything does."""
        dependent = tuple(self.reached(target, ()))
        return add(*(self.contribution(u, target, ()) for u in dependent or self.known))

    def contribution(self, user: str, target: Ref, held: Iterable[str]) -> Expression:
        """sum_k U_bar_k dU_k/dV with these, and all that is known, held fixed."""
        taken = self.context.taken | {i.name for i in target.indices}
        entry = at_fresh_indices(self.definition.equation(user).left, taken)
        fixed = frozenset((*held, *self.known)) - {user, target.name}
        return summed(mul(self.adjoint(user, entry), Partial(entry, target, fixed)), entry)

    def adjoint(self, user: str, entry: Ref) -> Expression:
        """U_bar at these indices; written as the quantity that it is, where it is one."""
        if user in self.known:
            value = self.known[user]
            return Ref(value.name, entry.indices) if isinstance(value, Ref) else value
        if user not in self.plain:
            return Ref(accented(user, "bar"), entry.indices)
        names, closed = self.plain[user].names, self.plain[user].closed
        assert names is not None
        return rename(closed, dict(zip(names.indices, entry.indices, strict=True)))

    def users(self, target: Ref) -> tuple[str, ...]:
        """The layer's own quantities that use the target, then what is known and depends on it past them."""
        return (*users(self.definition, target.name, self.inner), *self.reached(target, self.inner))

    def reached(self, target: Ref, held: Iterable[str]) -> Iterator[str]:
        """What is known and depends on the target with these, and all else that is known, held fixed."""
        for user in self.known:
            fixed = frozenset((*held, *self.known)) - {user, target.name}
            if self.context.reaches(user, Partial(self.definition.equation(user).left, target, fixed)):
                yield user

    def steps(self, target: Ref) -> tuple[Step, ...]:
        """From the total to the closed form, through what uses the target directly."""
        start, mine = self.total(target), self.users(target)
        if set(mine) <= self.known.keys():
            return worked_out(start, self.context)
        after = add(*(self.contribution(user, target, self.inner) for user in mine))
        first = Step(through(len(mine)), start, after, start, after, tuple(map(Ref, mine)))
        return (first, *worked_out(after, self.context))


def summed(value: Expression, entry: Ref) -> Expression:
    for index in reversed(entry.indices):
        value = sum_over(index, value)
    return value


def worked_out(start: Expression, context: Context) -> tuple[Step, ...]:
    opened = rewrite(start, context)
    return (*opened, *close(end_of(opened, start), context))


@dataclass(frozen=True)
class Shared:
    """What all parts of one proof share: the derivatives of functions, and the letters that count layers."""

    lemmas: Lemmas
    letters: tuple[str, str]

    def context(self, window: Definition) -> Context:
        """No index is called as a quantity, a size, or a layer."""
        return Context(window, self.lemmas, {}, frozenset((*window.names, *window.sizes, *self.letters)))


# --- the parts of the proof --------------------------------------------------------------------------------


def base_case(definition: RecurrentDefinition, wanted: Sequence[str], shared: Shared) -> tuple[Derivation, ...]:
    """The adjoints of the last layer, through what follows it; also those that are 0, where one asks for them."""
    window, end, output = definition.top(), definition.end(), definition.output
    layer = [e.name for e in definition.at_layer(definition.last)]
    asked = set(asked_for(definition, wanted))
    names = [n for n in layer if window.depends_on(output, n) or n in asked]
    sweep = LayerSweep(shared.context(window), {output: ONE}, tuple(names))

    def adjoint(name: str, sweep: LayerSweep) -> Derivation:
        if users(window, name, sweep.inner) or not window.depends_on(output, name):
            return layer_adjoint(name, sweep)
        found = ending(end, name, shared)
        assert isinstance(found.left, Partial)
        return replace(found, names=Ref(accented(name, "bar"), found.left.variable.indices))

    return swept(sweep, adjoint)


def ending(window: Definition, name: str, shared: Shared) -> Derivation:
    """dE/dv of what follows the last layer: with named adjoints where that is deep itself."""
    wanted = Wanted("gradient", window.output, name)
    if is_deep(window, wanted):
        return derive(window, wanted, shared.lemmas, {})
    context = shared.context(window)
    left = Partial(Ref(window.output), at_fresh_indices(usual_entry(window, window.input(name)), context.taken))
    steps = worked_out(left, context)
    return Derivation(window, wanted, left, steps, steps[-1].after)


def asked_for(definition: RecurrentDefinition, wanted: Sequence[str]) -> Iterator[str]:
    """Quantities of the last layer whose adjoint the step or a gradient uses."""
    entries = {base_of(n) for n in definition.entries(definition.here)}
    for equation in definition.layer:
        if base_of(equation.name) in entries or any(r.name in wanted for r in references(equation.body)):
            yield at(equation.name, definition.last)


def induction_step(window: Definition, names: Sequence[str], shared: Shared) -> tuple[Derivation, ...]:
    """The adjoints of these quantities of one layer, those of the layer after being known."""
    needed = tuple(n for n in names if any(window.depends_on(s, n) for s in window.outputs))
    return swept(LayerSweep(shared.context(window), known_adjoints(window.outputs), needed), layer_adjoint)


def known_adjoints(names: Iterable[str]) -> dict[str, Expression]:
    return {name: Ref(accented(name, "bar")) for name in names}


def layer_adjoint(name: str, sweep: LayerSweep) -> Derivation:
    """The adjoint of one quantity of a layer."""
    target = sweep.definition.equation(name).left
    left, steps = sweep.total(target), sweep.steps(target)
    extras = tuple(adjoint_input(sweep.definition, k) for k, v in sweep.known.items() if isinstance(v, Ref))
    wanted = Wanted("gradient", sweep.definition.output, name)
    names = Ref(accented(name, "bar"), target.indices)
    return Derivation(sweep.definition, wanted, left, steps, steps[-1].after, extras, names=names)


def adjoint_input(window: Definition, name: str) -> Input:
    """An adjoint that is known, as a further input."""
    return Input(accented(name, "bar"), tuple(i.size for i in window.equation(name).indices))


def swept(sweep: LayerSweep, adjoint: Callable[[str, LayerSweep], Derivation]) -> tuple[Derivation, ...]:
    """The adjoints of a layer's quantities, the last one first; each knows those before it."""
    done: tuple[Derivation, ...] = ()
    for name in reversed(sweep.inner):
        found = adjoint(name, sweep)
        if found.definition is sweep.definition:
            steps = (*found.steps, *written_out(found.closed, done, sweep))
            found = replace(found, steps=steps, closed=steps[-1].after, adjoints=alone(done))
        else:
            done = (*done, *(a for a in found.adjoints if a.names not in [d.names for d in done]))
        done = (*done, found)
        if isinstance(found.closed, Ref | Number):
            sweep = replace(sweep, plain={**sweep.plain, name: found})
    return done


def alone(found: Iterable[Derivation]) -> tuple[Derivation, ...]:
    """The same without what each of them knows itself: the names and closed forms are what matters."""
    return tuple(replace(d, adjoints=()) for d in found)


def written_out(value: Expression, done: tuple[Derivation, ...], sweep: LayerSweep) -> tuple[Step, ...]:
    """Adjoints that are used for this one alone are written out, as long as the result stays short."""
    steps: list[Step] = []
    current, context = value, sweep.context
    for adjoint in reversed(done):
        assert adjoint.names is not None
        if not is_link(adjoint.wanted.variable, sweep):
            continue
        for ref in sorted({r for r in references(current) if r.name == adjoint.names.name}, key=str):
            table = dict(zip(adjoint.names.indices, ref.indices, strict=True))
            closed = rename(freshen(adjoint.closed, context.taken | index_names(current)), table)
            after = replaced(current, {ref: closed})
            steps.append(Step(SUBSTITUTE, current, after, ref, closed, (ref, closed)))
            current = after
    steps += close(current, context)
    return tuple(steps) if steps and count_nodes(steps[-1].after) <= LONGEST else ()


def is_link(name: str, sweep: LayerSweep) -> bool:
    """Whether a quantity of the layer is computed from exactly one other."""
    return len({r.name for r in references(sweep.definition.equation(name).body)} & set(sweep.inner)) == 1


def gradient(definition: RecurrentDefinition, name: str, shared: Shared) -> Gradient:
    """dE/dv by one input, from wherever it is used."""
    entry = definition.input(name)
    variable = usual_entry(definition, entry)
    window = definition.end()
    end = None
    if any(i.name == name for i in window.inputs) and window.depends_on(window.output, name):
        end = ending(window, name, shared)
    here = [e.name for e in definition.layer]
    layer = direct(definition.single(), variable, here, shared)
    bottom = replace(definition.start(), equations=definition.base)
    start = direct(bottom, variable, [e.name for e in definition.base], shared)
    if not any((end, layer, start)):
        raise DeriveError(f"{definition.output} does not depend on {name}")
    return Gradient(variable, end, layer, start)


def direct(window: Definition, variable: Ref, names: Sequence[str], shared: Shared) -> Derivation | None:
    """What reaches the variable through the quantities that use it directly, their adjoints being known."""
    mine = users(window, variable.name, tuple(names))
    if not mine:
        return None
    extras = tuple(adjoint_input(window, n) for n in mine)
    context = shared.context(window)
    target = at_fresh_indices(variable, context.taken)
    sweep = LayerSweep(context, known_adjoints(mine), ())
    left = add(*(sweep.contribution(user, target, names) for user in mine))
    steps = worked_out(left, context)
    return Derivation(window, Wanted("gradient", window.output, variable.name), left, steps, steps[-1].after, extras)
