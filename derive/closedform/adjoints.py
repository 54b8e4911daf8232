"""Backpropagation: derivatives of deep systems through named adjoints.

Contract: `backward(definition, wanted, lemmas)` gives the derivation of a gradient or VJP in which each named
quantity V between the variable and the output has an adjoint of its own, V_bar = dE/dV (or sum_i g_i dy_i/dV),
derived from the adjoints of the quantities that use V. The cost grows with the number of equations, not with
the number of paths between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from derive.calculus.engine import rewrite
from derive.calculus.indices import multiplied
from derive.calculus.rule import Context, Lemmas
from derive.closedform.close import close
from derive.closedform.entries import at_fresh_indices
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Reason, Step, Wanted, end_of
from derive.language.expressions import ONE, Delta, Expression, Number, Partial, Ref, Size, add, mul, sum_over
from derive.language.trees import (
    count_nodes,
    free_indices,
    freshen,
    index_names,
    reference_names,
    references,
    rename,
    walk,
)
from derive.language.trees import replace as replaced

SUBSTITUTE = Reason("substitute", "{0} = {1}", "代入 {0} = {1}")
DIRECT = 2
"""A single path through at most so many named quantities is differentiated forward, as a textbook does."""


def between(definition: Definition, output: str, variable: str) -> tuple[str, ...]:
    """Named quantities other than the output through which the output depends on the variable."""
    return tuple(
        e.name
        for e in definition.equations
        if e.name not in (output, variable)
        and definition.depends_on(output, e.name)
        and definition.depends_on(e.name, variable)
    )


def users(definition: Definition, name: str, among: tuple[str, ...]) -> tuple[str, ...]:
    """The quantities among these whose equation mentions the name."""
    return tuple(u for u in among if name in reference_names(definition.equation(u).body))


def is_deep(definition: Definition, wanted: Wanted) -> bool:
    """More than one path, or a long one: adjoints with names are clearer and cheaper than expansion."""
    names = between(definition, wanted.output, wanted.variable)
    reached = (*names, wanted.output)
    forks = any(len(users(definition, n, reached)) > 1 for n in (*names, wanted.variable))
    return bool(names) and (forks or len(names) > DIRECT or wanted.kind == "vjp")


def backward(
    definition: Definition, wanted: Wanted, left: Expression, extras: tuple[Input, ...], lemmas: Lemmas
) -> Derivation:
    """The derivation of `left`, with the adjoints from the output back."""
    names = between(definition, wanted.output, wanted.variable)
    context = Context(definition, lemmas, {}, frozenset((*definition.names, *definition.sizes)))
    sweep = Sweep(left, (*names, wanted.output), context, {e.name for e in extras})
    done: tuple[Derivation, ...] = ()
    for name in reversed(names):
        target = definition.equation(name).left
        steps = sweep.steps(target)
        steps = (*steps, *substitutions(steps[-1].after, tuple(d for d in done if has_one_entry(d.closed)), context))
        adjoint = Derivation(
            definition, wanted, sweep.total(target), steps, steps[-1].after, extras, adjoints=done,
            names=Ref(sweep.bar(name), target.indices),
        )  # fmt: skip
        done = (*done, adjoint)
        if isinstance(adjoint.closed, Ref | Number | Size):
            sweep = replace(sweep, plain={**sweep.plain, name: adjoint})
    (variable,) = {p.variable for p in walk(left) if isinstance(p, Partial)}
    steps = sweep.steps(variable)
    if len(users(definition, variable.name, sweep.passed)) > 1:
        steps = (*steps, *substitutions(steps[-1].after, done, context))
    return Derivation(definition, wanted, left, steps, steps[-1].after, extras, adjoints=done)


@dataclass(frozen=True)
class Sweep:
    """What the steps of one backward pass share: the start, the quantities passed, and the rules' context.

    plain: adjoints that are a quantity as it stands, and are written as that quantity.
    """

    left: Expression
    passed: tuple[str, ...]
    context: Context
    taken: Set[str]
    plain: Mapping[str, Derivation] = field(default_factory=dict)

    def bar(self, name: str) -> str:
        """The name of a quantity's adjoint."""
        wish = f"{name}_bar"
        while wish in self.taken or wish in self.context.definition.names:
            wish += "_"
        return wish

    def total(self, target: Ref) -> Expression:
        """dE/dV, or sum_i g_i dy_i/dV: the start with another variable."""
        fresh = freshen(self.left, {i.name for i in target.indices}, self.context.taken)
        (inner,) = (p for p in walk(fresh) if isinstance(p, Partial))
        return replaced(fresh, {inner: Partial(inner.body, target)})

    def steps(self, target: Ref) -> tuple[Step, ...]:
        """From the total to the closed form, through the quantities that use the target directly."""
        start = self.total(target)
        mine = users(self.context.definition, target.name, self.passed)
        first: tuple[Step, ...] = ()
        if mine != self.passed[-1:]:
            after = add(*(self.contribution(user, target) for user in mine))
            directly = self.passed[-1] in mine
            named = (*mine[:-1], target.name) if directly else mine
            first = (Step(through(len(mine), directly), start, after, start, after, tuple(map(Ref, named))),)
        current = end_of(first, start)
        opened = rewrite(current, self.context)
        current = end_of(opened, current)
        return (*first, *opened, *close(current, self.context))

    def contribution(self, user: str, target: Ref) -> Expression:
        """sum_k U_bar_k dU_k/dV, every other quantity held fixed."""
        definition = self.context.definition
        entry = at_fresh_indices(definition.equation(user).left, self.context.taken | {i.name for i in target.indices})
        held = frozenset(definition.names) - {user, target.name}
        value: Expression = mul(self.adjoint(user, entry), Partial(entry, target, held))
        for index in reversed(entry.indices):
            value = sum_over(index, value)
        return value

    def adjoint(self, user: str, entry: Ref) -> Expression:
        """U_bar at the entry's indices; the output's own is what the derivation starts with."""
        if user in self.plain:
            known = self.plain[user]
            assert known.names is not None
            return rename(known.closed, dict(zip(known.names.indices, entry.indices, strict=True)))
        if user != self.passed[-1]:
            return Ref(self.bar(user), entry.indices)
        extras = [r for r in references(self.left) if r.name in self.taken]
        return Ref(extras[0].name, entry.indices) if extras else ONE


def through(count: int, directly: bool = False) -> Reason:
    """The chain rule through so many quantities; the last is the variable itself where it also acts directly."""
    places = [f"{{{p}}}" for p in range(count)]
    last = places.pop() if directly else ""
    english = " and ".join((", ".join(places[:-1]), places[-1]) if len(places) > 1 else places)
    chinese = f"经由 {'、'.join(places)} 的链式法则"
    if directly:
        return Reason(
            "backward", f"chain rule through {english}, and {last} directly", f"{chinese}，加上 {last} 的直接作用"
        )
    return Reason("backward", f"chain rule through {english}", chinese)


def substitutions(value: Expression, adjoints: tuple[Derivation, ...], context: Context) -> tuple[Step, ...]:
    """Adjoints of fewer indices than the result, and those of one entry, written out if that leaves a short result."""
    steps: list[Step] = []
    current = value
    rank = len(free_indices(value))
    for adjoint in reversed(adjoints):
        assert adjoint.names is not None
        is_small = len(adjoint.names.indices) < rank or has_one_entry(adjoint.closed)
        if not is_small or adjoint.names.name not in reference_names(current):
            continue
        for ref in sorted({r for r in references(current) if r.name == adjoint.names.name}, key=str):
            table = dict(zip(adjoint.names.indices, ref.indices, strict=True))
            closed = rename(freshen(adjoint.closed, context.taken | index_names(current)), table)
            after = replaced(current, {ref: closed})
            steps.append(Step(SUBSTITUTE, current, after, ref, closed, (ref, closed)))
            current = after
    if not steps:
        return ()
    steps += close(current, context)
    return tuple(steps) if count_nodes(steps[-1].after) <= 3 * count_nodes(value) else ()


def has_one_entry(value: Expression) -> bool:
    """Whether a delta is a factor: all entries but one are 0."""
    return any(isinstance(factor, Delta) for factor in multiplied(value))
