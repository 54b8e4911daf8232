"""Derivatives that are cited: a derived result is a rule."""

from __future__ import annotations

from derive.calculus.rule import Context, Lemma, Rewrite, Rule
from derive.language.definition import Definition
from derive.language.derivation import Reason
from derive.language.expressions import Applied, Expression, Partial, Ref
from derive.language.trees import free_indices, freshen, match, references, rename, replace, transform


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


def fold_applied(value: Expression, definition: Definition) -> Expression:
    """f(u) replaced by the named quantity that is defined as f(u)."""
    equations = [e for e in definition.equations if isinstance(e.body, Applied)]

    def change(node: Expression) -> Expression:
        for equation in equations if isinstance(node, Applied) and not node.derived else ():
            found = match(equation.body, node, equation.indices)
            if found is not None and len(found) == len(equation.indices):
                return rename(equation.left, found)
        return node

    return transform(value, change)


KNOWN = Reason("known", "{0} as derived above", "代入上面求得的 {0}")
LEMMA = Reason("lemma", "{0} = {1}", "{0} = {1}")

RULES = (
    Rule(KNOWN, Partial, already_known),
    Rule(LEMMA, Applied, lemma),
)
