"""The chain rule: through defined functions and through the named equations."""

from __future__ import annotations

from derive.calculus.rule import Context, Rewrite, Rule
from derive.language.derivation import Reason, Weight
from derive.language.expressions import Applied, Expression, Partial, Ref, add, mul


def applied(node: Expression, context: Context) -> Rewrite | None:
    """d f(u)/dx = f'(u) du/dx, with one term for each argument that depends on x"""
    assert isinstance(node, Partial)
    body = context.unfolded(node.body) if is_named(node.body, node.variable, context) else node.body  # type: ignore[arg-type]
    if not isinstance(body, Applied) or body.derived:
        return None
    terms = (
        mul(Applied(body.function, body.arguments, (p,)), node.of(argument))
        for p, argument in enumerate(body.arguments)
        if context.depends(argument, node)
    )
    return Rewrite(add(*terms))


def is_named(body: Expression, variable: Ref, context: Context) -> bool:
    return isinstance(body, Ref) and body.name != variable.name and context.definition.defines(body.name)


def unfold(node: Expression, context: Context) -> Rewrite | None:
    """a named quantity is replaced by its definition"""
    assert isinstance(node, Partial)
    if not is_named(node.body, node.variable, context):
        return None
    assert isinstance(node.body, Ref)
    return Rewrite(node.of(context.unfolded(node.body)), (node.body,))


CHAIN = Reason("chain", "chain rule", "链式法则")
UNFOLD = Reason("definition", "definition of {0}", "{0} 的定义", Weight.ROUTINE)

RULES = (
    Rule(CHAIN, Partial, applied),
    Rule(UNFOLD, Partial, unfold),
)
