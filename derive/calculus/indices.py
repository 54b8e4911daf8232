"""Rules about indices: Kronecker deltas contracted, sums of which one term survives, the largest entry."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from derive.calculus.linearity import constants_out
from derive.calculus.positions import position, solved
from derive.calculus.rule import Context, Rewrite, Rule, reaches
from derive.language.definition import Definition
from derive.language.derivation import Reason, Weight
from derive.language.expressions import (
    ONE,
    ZERO,
    Add,
    Delta,
    Expression,
    Mul,
    Partial,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Where,
    add,
    delta,
    factors_of,
    mul,
    quotient,
    subtract,
    sum_over,
)
from derive.language.indices import Index
from derive.language.trees import contains, fresh_index, index_names, references, rename
from derive.language.trees import replace as replaced

Support = tuple[int | None, ...]
"""For each index of the variable, which index of the quantity it must equal (None: any)."""


@functools.lru_cache(maxsize=2**12)
def support(name: str, variable: str, holding: frozenset[str], definition: Definition) -> Support | None:
    """Which entries of the variable the entry name[i...] depends on, others held; None if on none."""
    if not reaches(definition, name, variable, holding):
        return None
    found: Support | None = None
    for ref in dict.fromkeys(references(definition.equation(name).body)):
        every = tuple(range(len(ref.indices)))
        inner = every if ref.name == variable else support(ref.name, variable, holding, definition)
        if inner is not None:
            own = definition.equation(name).indices
            here = tuple(None if a is None else axis_of(ref.indices[a], own) for a in inner)
            found = here if found is None else tuple(a if a == b else None for a, b in zip(found, here, strict=True))
    return found


def axis_of(index: Index, own: tuple[Index, ...]) -> int | None:
    return own.index(index) if index in own else None


def one_term_survives(node: Expression, context: Context) -> Rewrite | None:
    """sum_l u_l dO_l/dw_jk = u_k dO_k/dw_jk where O_l depends on w_jk for l = k only"""
    assert isinstance(node, Reduce)
    if node.kind != "sum":
        return None
    for factor in summed(node.body):
        if not isinstance(factor, Partial) or not isinstance(factor.body, Ref):
            continue
        body, variable = factor.body, factor.variable
        if not context.definition.defines(body.name) or body.name == variable.name:
            continue
        entries = support(body.name, variable.name, factor.holding, context.definition) or ()
        for axis, target in zip(entries, variable.indices, strict=False):
            if axis is not None and body.indices[axis] == node.index:
                found = position(target, 0, node.index.size)
                if found is not None:
                    here = {node.index: found.position}
                    return Rewrite(found.within(rename(node.body, here)), (rename(body, here), variable))
    return None


def summed(value: Expression) -> Iterator[Expression]:
    """The factors below any number of sums."""
    while isinstance(value, Reduce) and value.kind == "sum":
        value = value.body
    yield from factors_of(value)


def contraction(node: Expression, context: Context) -> Rewrite | None:
    """sum_k delta_kj u_k = u_j"""
    assert isinstance(node, Reduce)
    if node.kind != "sum":
        return None
    for factor in multiplied(node.body):
        found = solved(factor, node.index) if isinstance(factor, Delta) else None
        if found is not None:
            term = found.within(rename(node.body, {node.index: found.position}))
            return Rewrite(term, (Ref(node.index.name), Ref(found.position.name)))
    return None


def multiplied(value: Expression) -> Iterator[Expression]:
    """The factors of a product, those above its fraction lines included."""
    for factor in factors_of(value):
        if isinstance(factor, Quotient):
            yield from multiplied(factor.numerator)
        elif isinstance(factor, Mul):
            yield from multiplied(factor)
        else:
            yield factor


def expand(node: Expression, context: Context) -> Rewrite | None:
    """sum_i u_i (delta_ij + v_i) = sum_i u_i delta_ij + sum_i u_i v_i, so that the delta can be contracted"""
    assert isinstance(node, Reduce)
    if node.kind != "sum" or contains(node, Partial):
        return None
    parts = distributed(node.body, node.index)
    return None if parts is None else Rewrite(add(*(constants_out(node.index, p) for p in parts)))


def cancelled_under_the_sum(node: Expression, context: Context) -> Rewrite | None:
    """sum_k u_k v_k/u_k = sum_k v_k where v holds a delta: before the sum is taken apart"""
    assert isinstance(node, Reduce)
    if node.kind != "sum" or not contains(node.body, Delta):
        return None
    above: list[Expression] = []
    below: list[Expression] = []
    for factor in factors_of(node.body):
        above += factors_of(factor.numerator if isinstance(factor, Quotient) else factor)
        below += factors_of(factor.denominator) if isinstance(factor, Quotient) else ()
    common = next((f for f in above if f in below), None)
    if common is None:
        return None
    above.remove(common)
    below.remove(common)
    return Rewrite(sum_over(node.index, quotient(mul(*above), mul(*below))))


def distributed(body: Expression, index: Index) -> list[Expression] | None:
    """The terms of a product over the first sum in it that holds a delta with the index."""
    if isinstance(body, Add) and any(ready(t, index) for t in body.terms):
        return list(body.terms)
    if isinstance(body, Quotient):
        above = distributed(body.numerator, index)
        return None if above is None else [quotient(term, body.denominator) for term in above]
    factors = body.factors if isinstance(body, Mul) else ()
    for place, factor in enumerate(factors):
        terms = distributed(factor, index)
        if terms is not None:
            return [mul(*factors[:place], term, *factors[place + 1 :]) for term in terms]
    return None


def ready(value: Expression, index: Index) -> bool:
    """Whether a delta with this index stands where a contraction can reach it."""
    return any(
        (isinstance(f, Delta) and index in (f.left, f.right))
        or (isinstance(f, Add) and any(ready(t, index) for t in f.terms))
        for f in multiplied(value)
    )


def out_of_the_pieces(node: Expression, context: Context) -> Rewrite | None:
    """{delta_kj u, ...; delta_kj v, ...} = delta_kj {u, ...; v, ...}"""
    assert isinstance(node, Where)
    pieces = (node.then, node.otherwise)
    found = [[f for f in multiplied(p) if isinstance(f, Delta)] for p in pieces if p != ZERO]
    common = [d for d in found[0] if all(d in others for others in found)] if found else []
    if not common or contains(node, Partial):
        return None
    inner = (replaced(p, dict.fromkeys(common, ONE)) for p in pieces)
    return Rewrite(mul(*common, pieces_of(node, *inner)))


def opened_pieces(node: Expression, context: Context) -> Rewrite | None:
    """sum_k {delta_kj u + v, ...; 0, ...} = sum_k ({delta_kj u, ...; 0, ...} + {v, ...; 0, ...})"""
    assert isinstance(node, Reduce)
    if node.kind != "sum" or contains(node, Partial):
        return None
    for part in multiplied(node.body):
        if isinstance(part, Where) and ZERO in (part.then, part.otherwise):
            inner = part.otherwise if part.then == ZERO else part.then
            if isinstance(inner, Add) and any(ready(t, node.index) for t in inner.terms):
                terms = (pieces_of(part, *alone(term, part)) for term in inner.terms)
                return Rewrite(sum_over(node.index, replaced(node.body, {part: add(*terms)})))
    return None


def alone(term: Expression, part: Where) -> tuple[Expression, Expression]:
    """(then, otherwise) with the term in place of the piece that is not 0."""
    return (ZERO, term) if part.then == ZERO else (term, ZERO)


def pieces_of(node: Where, then: Expression, otherwise: Expression) -> Expression:
    """The same cases with other values."""
    return node.with_children((node.left, node.right, then, otherwise))


def largest_entry(node: Expression, context: Context) -> Rewrite | None:
    """d/dx max_k u_k = sum_l [l = arg max u] du_l/dx; the first of equal entries owns a tie"""
    assert isinstance(node, Partial)
    body = node.body
    if not isinstance(body, Reduce) or body.kind not in ("max", "min"):
        return None
    letter = fresh_index(body.index, context.taken | index_names(body))
    chosen = Selected(body.kind, letter, rename(body.body, {body.index: letter}), body.index)
    return Rewrite(sum_over(body.index, mul(chosen, node.of(body.body))))


def place_stays(node: Expression, context: Context) -> Rewrite | None:
    """d/dx [l = arg max u] = 0"""
    assert isinstance(node, Partial)
    return Rewrite(ZERO) if isinstance(node.body, Selected) else None


def product_over_index(node: Expression, context: Context) -> Rewrite | None:
    """d/dx prod_k u_k = sum_k du_k/dx prod_{l != k} u_l"""
    assert isinstance(node, Partial)
    body = node.body
    if not isinstance(body, Reduce) or body.kind != "prod":
        return None
    letter = fresh_index(body.index, context.taken | index_names(body))
    others = Reduce("prod", letter, rename(body.body, {body.index: letter}), (*body.excluding, body.index))
    present = (subtract(ONE, delta(body.index, gone)) for gone in body.excluding)
    return Rewrite(sum_over(body.index, mul(*present, node.of(body.body), others)))


def piecewise(node: Expression, context: Context) -> Rewrite | None:
    """each piece is differentiated for itself; the stated side owns the kink"""
    assert isinstance(node, Partial)
    body = node.body
    if not isinstance(body, Where):
        return None
    pieces = (node.of(p) for p in (body.then, body.otherwise))
    return Rewrite(Where(body.relation, body.left, body.right, *pieces))


SURVIVES = Reason("one_term_survives", "only {0} depends on {1}", "只有 {0} 依赖于 {1}")
CONTRACTION = Reason("contraction", "only {0} = {1} survives the sum", "求和中只剩 {0} = {1} 的一项", exact=True)
CANCEL = Reason("cancel", "simplify", "约分", Weight.NAMED, exact=True)
EXPAND = Reason("expand", "expand", "展开", exact=True)
PIECES = Reason("out_of_the_pieces", "common to all pieces", "各段的公共因子提出", Weight.NAMED, exact=True)
OPENED = Reason("opened_pieces", "term by term", "逐项分段", Weight.NAMED, exact=True)
LARGEST = Reason("largest_entry", "only the largest entry moves the maximum", "只有取到最值的那一项有贡献")
PLACE = Reason("place_stays", "the place of the largest entry does not move", "取最值的位置不变")
PRODUCT = Reason("product_over_index", "product rule, one term for each factor", "乘法法则，每个因子一项")
PIECEWISE = Reason("piecewise", "piece by piece", "分段求导")

RULES = (
    Rule(SURVIVES, Reduce, one_term_survives),
    Rule(CANCEL, Reduce, cancelled_under_the_sum),
    Rule(CONTRACTION, Reduce, contraction),
    Rule(EXPAND, Reduce, expand),
    Rule(PIECES, Where, out_of_the_pieces),
    Rule(OPENED, Reduce, opened_pieces),
    Rule(LARGEST, Partial, largest_entry),
    Rule(PLACE, Partial, place_stays),
    Rule(PRODUCT, Partial, product_over_index),
    Rule(PIECEWISE, Partial, piecewise),
)
