"""Forward accumulation: the JVP of deep systems through named tangents.

Contract: `forward(definition, wanted, left, extras, lemmas)` gives the derivation of a JVP in which each named
quantity V between the variable and the output has a tangent of its own, V_dot = sum_j dV/dx_j v_j, derived from
the tangents of the quantities that V uses. Where `left` is a sum over several variables, each has a direction among
the extras, in their order.
"""

from __future__ import annotations

from derive.calculus.engine import rewrite
from derive.calculus.rule import Context, Lemmas
from derive.closedform.adjoints import between, through
from derive.closedform.close import close
from derive.closedform.entries import at_fresh_indices, usual_entry
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Step, Wanted, end_of
from derive.language.expressions import Expression, Partial, Ref, add, mul, sum_over, terms_of
from derive.language.trees import freshen, references, replace, walk


def forward(
    definition: Definition, wanted: Wanted, left: Expression, extras: tuple[Input, ...], lemmas: Lemmas
) -> Derivation:
    """The derivation of `left`, with the tangents from the variable on."""
    context = Context(definition, lemmas, {}, frozenset((*definition.names, *definition.sizes)))
    variables = tuple(dict.fromkeys(p.variable.name for p in walk(left) if isinstance(p, Partial)))
    tangents = {name: extra.name for name, extra in zip(variables, extras, strict=True)}
    done: tuple[Derivation, ...] = ()
    reached = {name for v in variables for name in between(definition, wanted.output, v)}
    passed = [e.name for e in definition.equations if e.name in reached]
    for name in (*passed, wanted.output):
        target = definition.equation(name).left
        start = left if name == wanted.output else total(left, target, context)
        steps = tangent_steps(start, target, tangents, variables, context)
        result = Derivation(definition, wanted, start, steps, steps[-1].after, extras, adjoints=done)
        if name == wanted.output:
            return result
        tangents[name] = dotted(name, definition, extras)
        named = Ref(tangents[name], target.indices)
        done = (*done, Derivation(definition, wanted, start, steps, result.closed, extras, None, done, named))
    raise AssertionError("the output comes last")


def dotted(name: str, definition: Definition, extras: tuple[Input, ...]) -> str:
    """The name of a quantity's tangent."""
    wish = f"{name}_dot"
    while wish in definition.names or any(e.name == wish for e in extras):
        wish += "_"
    return wish


def total(left: Expression, target: Ref, context: Context) -> Expression:
    """sum_j dV/dx_j v_j: the start with a quantity on the way differentiated, by all that it depends on."""
    fresh = freshen(left, {i.name for i in target.indices}, context.taken)
    inner = [p for p in walk(fresh) if isinstance(p, Partial)]
    moving = [p for p in inner if context.definition.depends_on(target.name, p.variable.name)] or inner
    still = {t for t in terms_of(fresh) if not any(p in moving for p in walk(t))}
    kept = add(*(t for t in terms_of(fresh) if t not in still))
    return replace(kept, {p: Partial(target, p.variable) for p in moving})


def tangent_steps(
    start: Expression, target: Ref, tangents: dict[str, str], variables: tuple[str, ...], context: Context
) -> tuple[Step, ...]:
    """From the total to the closed form, through the quantities that the target uses directly."""
    body = context.definition.equation(target.name).body
    used = tuple(dict.fromkeys(r.name for r in references(body) if r.name in tangents))
    first: tuple[Step, ...] = ()
    if not set(used) <= set(variables):
        after = add(*(contribution(target, name, tangents, context) for name in used))
        first = (Step(through(len(used)), start, after, start, after, tuple(map(Ref, used))),)
    current = end_of(first, start)
    opened = rewrite(current, context)
    current = end_of(opened, current)
    return (*first, *opened, *close(current, context))


def contribution(target: Ref, name: str, tangents: dict[str, str], context: Context) -> Expression:
    """sum_k dV/dW_k W_dot_k, every other quantity held fixed."""
    definition = context.definition
    own = definition.equation(name).left if definition.defines(name) else None
    source = own or usual_entry(definition, definition.input(name))
    entry = at_fresh_indices(source, context.taken | {i.name for i in target.indices})
    held = frozenset(definition.names) - {target.name, name}
    value: Expression = mul(Partial(target, entry, held), Ref(tangents[name], entry.indices))
    for index in reversed(entry.indices):
        value = sum_over(index, value)
    return value
