"""Rules that need no thought: constants, the variable itself, sums, constant factors."""

from __future__ import annotations

from derive.calculus.positions import position
from derive.calculus.rule import Context, Rewrite, Rule
from derive.language.derivation import Reason, Weight
from derive.language.expressions import (
    ONE,
    ZERO,
    Add,
    Expression,
    Guarded,
    Mul,
    Partial,
    Quotient,
    Reduce,
    Ref,
    Size,
    add,
    delta,
    factors_of,
    mul,
    number,
    quotient,
    sum_over,
)
from derive.language.indices import Index
from derive.language.trees import free_indices, rename


def constant(node: Expression, context: Context) -> Rewrite | None:
    """dc/dx = 0"""
    assert isinstance(node, Partial)
    return None if context.depends(node.body, node) else Rewrite(ZERO)


def identity(node: Expression, context: Context) -> Rewrite | None:
    """dx_i/dx_j = delta_ij"""
    assert isinstance(node, Partial)
    body, variable = node.body, node.variable
    if not isinstance(body, Ref) or body.name != variable.name:
        return None
    new = mul(*(delta(i, j) for i, j in zip(body.indices, variable.indices, strict=True)))
    return Rewrite(new, (node, new))


def sum_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u + v)/dx = du/dx + dv/dx"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Add):
        return None
    return Rewrite(add(*(differentiated(t, node, context) for t in node.body.terms)))


def differentiated(term: Expression, node: Partial, context: Context) -> Expression:
    """d term/dx, where a term without x goes at once: it is no step of its own."""
    return node.of(term) if context.depends(term, node) else ZERO


def constant_factor(node: Expression, context: Context) -> Rewrite | None:
    """d(c u)/dx = c du/dx"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Mul):
        return None
    moving = [f for f in node.body.factors if context.depends(f, node)]
    if len(moving) == len(node.body.factors):
        return None
    if len(moving) == 1:
        return Rewrite(mul(*(node.of(f) if f is moving[0] else f for f in node.body.factors)))
    constants = (f for f in node.body.factors if f not in moving)
    return Rewrite(mul(*constants, node.of(mul(*moving))))


def constant_denominator(node: Expression, context: Context) -> Rewrite | None:
    """d(u/c)/dx = (du/dx)/c"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Quotient) or context.depends(node.body.denominator, node):
        return None
    return Rewrite(quotient(node.of(node.body.numerator), node.body.denominator))


def derivative_of_sum(node: Expression, context: Context) -> Rewrite | None:
    """d/dx sum_k u_k = sum_k du_k/dx"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Reduce) or node.body.kind != "sum":
        return None
    return Rewrite(sum_over(node.body.index, node.of(node.body.body)))


def inside_the_guard(node: Expression, context: Context) -> Rewrite | None:
    """d(1[a <= j < b] u)/dx = 1[a <= j < b] du/dx"""
    assert isinstance(node, Partial)
    body = node.body
    return Rewrite(body.with_children((node.of(body.body),))) if isinstance(body, Guarded) else None


def out_of_the_sum(node: Expression, context: Context) -> Rewrite | None:
    """sum_k c u_k = c sum_k u_k, and sum_k c = n c"""
    assert isinstance(node, Reduce)
    new = constants_out(node.index, node.body) if node.kind == "sum" else node
    return None if new == node else Rewrite(new)


def constants_out(index: Index, body: Expression) -> Expression:
    """The sum of the body over the index, with what does not depend on the index before the sign."""
    if index not in free_indices(body):
        return mul(size_of(index), body)
    above, below = fixed_parts(body, index)
    return quotient(mul(*above, sum_over(index, without(body, index))), mul(*below))


def fixed_parts(body: Expression, index: Index) -> tuple[list[Expression], list[Expression]]:
    """The factors without the index, above and below the fraction lines of a product."""
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in factors_of(body):
        if index not in free_indices(factor):
            above.append(factor)
        elif isinstance(factor, Quotient):
            above += [f for f in factors_of(factor.numerator) if index not in free_indices(f)]
            below += [f for f in factors_of(factor.denominator) if index not in free_indices(f)]
    return [f for f in above if f != ONE], [f for f in below if f != ONE]


def without(body: Expression, index: Index) -> Expression:
    """The product of the other factors."""

    def moving(value: Expression) -> Expression:
        return mul(*(f for f in factors_of(value) if index in free_indices(f)))

    return mul(
        *(
            quotient(moving(f.numerator), moving(f.denominator)) if isinstance(f, Quotient) else f
            for f in factors_of(body)
            if index in free_indices(f)
        )
    )


def size_of(index: Index) -> Expression:
    return Size(index.size) if isinstance(index.size, str) else number(index.size)


def linear_form(node: Expression, context: Context) -> Rewrite | None:
    """d/dx_j sum_i c_i x_i = c_j"""
    assert isinstance(node, Partial)
    body, variable = node.body, node.variable
    named = isinstance(body, Ref) and context.definition.defines(body.name) and body.name != variable.name
    form = context.unfolded(body) if named and isinstance(body, Ref) else body
    if not isinstance(form, Reduce) or form.kind != "sum":
        return None
    own = [f for f in factors_of(form.body) if context.depends(f, node)]
    if len(own) != 1 or not isinstance(own[0], Ref) or own[0].name != variable.name:
        return None
    places = [p for p, i in enumerate(own[0].indices) if i == form.index]
    if len(places) != 1:
        return None
    found = position(variable.indices[places[0]], 0, form.index.size)
    if found is None:
        return None
    here = {form.index: found.position}
    deltas = (delta(i, j) for i, j in zip(rename(own[0], here).indices, variable.indices, strict=True))  # type: ignore[attr-defined]
    rest = [rename(f, here) for f in factors_of(form.body) if f is not own[0]]
    new = found.within(mul(*deltas, *rest))
    return Rewrite(new, (node, new))


CONSTANT = Reason("constant", "constant", "常数的导数为零", Weight.ROUTINE)
IDENTITY = Reason("identity", "{0} = {1}", "{0} = {1}", Weight.ROUTINE)
SUM = Reason("sum", "sum rule", "加法法则", Weight.ROUTINE)
FACTOR = Reason("constant_factor", "constant factor", "常数因子提出", Weight.ROUTINE)
INSIDE = Reason("derivative_of_sum", "differentiate under the sum", "逐项求导", Weight.ROUTINE)
GUARD = Reason("guard", "term by term", "逐项求导", Weight.ROUTINE)
OUTSIDE = Reason("out_of_the_sum", "constant factor out of the sum", "常数因子提到求和号外", Weight.ROUTINE, exact=True)
LINEAR = Reason("linear_form", "{0} = {1}", "{0} = {1}", Weight.NAMED)

RULES = (
    Rule(CONSTANT, Partial, constant),
    Rule(IDENTITY, Partial, identity),
    Rule(LINEAR, Partial, linear_form),
    Rule(SUM, Partial, sum_rule),
    Rule(FACTOR, Partial, constant_factor),
    Rule(FACTOR, Partial, constant_denominator),
    Rule(INSIDE, Partial, derivative_of_sum),
    Rule(GUARD, Partial, inside_the_guard),
    Rule(OUTSIDE, Reduce, out_of_the_sum),
)
