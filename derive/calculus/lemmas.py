"""Derivatives that are cited: a derived result is a rule."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

from derive.calculus.rule import Context, Lemma, Rewrite, Rule
from derive.language.definition import Application, Definition, Equation, Row
from derive.language.derivation import Reason
from derive.language.expressions import Applied, Expression, Partial, Ref, add, delta, mul, sum_over
from derive.language.indices import Index
from derive.language.inlining import written_here
from derive.language.trees import (
    free_indices,
    fresh_letters,
    freshen,
    index_names,
    match,
    reference_names,
    references,
    rename,
    replace,
    transform,
)


def already_known(node: Expression, context: Context) -> Rewrite | None:
    """dp_i/da_j, derived before, is cited"""
    assert isinstance(node, Partial)
    for left, closed in context.known.items():
        assert isinstance(left, Partial)
        found = match(left.body, node.body, free_indices(left.body))
        if found is not None and left.variable.name == node.variable.name:
            entries = zip(left.variable.indices, node.variable.indices, strict=True)
            return Rewrite(rename(freshen(closed, context.taken), {**found, **dict(entries)}), (node,))
    return None


def lemma(node: Expression, context: Context) -> Rewrite | None:
    """f'(u) is replaced by its closed form, derived once where f is defined"""
    assert isinstance(node, Applied)
    if len(node.derived) != 1:
        return None
    cited = context.lemmas[node.function, node.derived[0]]
    new = fold_applied(instance(cited, node.arguments), context.definition)
    own = tuple(Ref(i.name) for i in cited.function.inputs)
    return Rewrite(new, (Applied(node.function, own, node.derived), instance(cited, own)), cites=node.function)


def jacobian(node: Expression, context: Context) -> Rewrite | None:
    """dy_i/dx = sum_l dy_i/da_l da_l/dx where y = f(a), whose Jacobian is derived where f is defined"""
    assert isinstance(node, Partial)
    value = node.body
    if not isinstance(value, Ref) or value.name == node.variable.name or not context.depends(value, node):
        return None
    application = context.definition.equation(value.name).origin
    if application is None:
        return None
    moving = (p for p, a in enumerate(application.expressions) if context.depends(a, node))
    terms = tuple(through_argument(p, application, node, context) for p in moving)
    return Rewrite(add(*terms), (value,), cites=application.function.name) if terms else None


def through_argument(place: int, application: Application, node: Partial, context: Context) -> Expression:
    """What one argument brings: its entry itself where it is differentiated by, else the sum over its entries."""
    value, variable, argument = node.body, node.variable, application.arguments[place]
    assert isinstance(value, Ref)
    cited = context.lemmas[application.function.name, place]
    stated = Equation(cited.function.output, cited.indices, cited.closed)
    here = written_here(stated, application, lambda _: value.name, context.taken)
    carried = dict(zip(application.carried, value.indices, strict=False))
    if not isinstance(argument, Row):
        moved = node.of(rename(freshen(argument, context.taken), carried))
        return mul(at_indices(here, value.indices, context), moved)
    row = rename(argument.reference, carried)
    assert isinstance(row, Ref)
    if row.name == variable.name:
        same = (delta(i, j) for i, j in zip(row.indices, variable.indices, strict=False))
        places = (*value.indices, *variable.indices[len(row.indices) :])
        return mul(at_indices(here, places, context), *same)
    own = fresh_letters(here.indices[len(value.indices) :], context.taken | index_names(value) | index_names(node))
    entry = Ref(row.name, (*row.indices, *own))
    total: Expression = mul(at_indices(here, (*value.indices, *own), context), node.of(entry))
    for index in reversed(own):
        total = sum_over(index, total)
    return total


def at_indices(equation: Equation, indices: tuple[Index, ...], context: Context) -> Expression:
    """The right side at these indices, with bound letters that are free there."""
    body = freshen(equation.body, context.taken | {i.name for i in indices})
    return rename(body, dict(zip(equation.indices, indices, strict=True)))


def instance(cited: Lemma, arguments: tuple[Expression, ...]) -> Expression:
    """The closed form with the function's inputs and output replaced by these arguments."""
    function = cited.function
    table: dict[Expression, Expression] = {
        Ref(i.name): argument for i, argument in zip(function.inputs, arguments, strict=True)
    }
    closed = inlined(cited.closed, function, keep=function.output)
    table[Ref(function.output)] = Applied(function.name, arguments)
    return replace(closed, table)


def inlined(value: Expression, function: Definition, keep: str) -> Expression:
    """Named quantities other than `keep` replaced by their equations."""
    while names := [r for r in references(value) if function.defines(r.name) and r.name != keep]:
        value = replace(value, {r: function.equation(r.name).body for r in names})
    return value


@functools.lru_cache(maxsize=256)
def applied_equations(definition: Definition) -> Mapping[frozenset[str], tuple[Equation, ...]]:
    """The equations that apply a function, by the names that it is applied to."""
    found: dict[frozenset[str], tuple[Equation, ...]] = {}
    for equation in definition.equations:
        if isinstance(equation.body, Applied):
            names = reference_names(equation.body)
            found[names] = (*found.get(names, ()), equation)
    return MappingProxyType(found)


def fold_applied(value: Expression, definition: Definition) -> Expression:
    """f(u) replaced by the named quantity that is defined as f(u)."""
    known = applied_equations(definition)

    def change(node: Expression) -> Expression:
        for equation in known.get(reference_names(node), ()) if isinstance(node, Applied) and not node.derived else ():
            found = match(equation.body, node, equation.indices)
            if found is not None and len(found) == len(equation.indices):
                return rename(equation.left, found)
        return node

    return transform(value, change)


KNOWN = Reason("known", "{0} as derived above", "代入上面求得的 {0}")
LEMMA = Reason("lemma", "{0} = {1}", "{0} = {1}")
JACOBIAN = Reason("jacobian", "derivative of {0}", "{0} 的导数")

RULES = (
    Rule(KNOWN, Partial, already_known),
    Rule(LEMMA, Applied, lemma),
    Rule(JACOBIAN, Partial, jacobian),
)
