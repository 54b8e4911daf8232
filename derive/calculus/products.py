"""Product, quotient, reciprocal and power rules."""

from __future__ import annotations

from derive.calculus.rule import Context, Rewrite, Rule
from derive.language.derivation import Reason, Weight
from derive.language.expressions import (
    MINUS_ONE,
    ONE,
    Call,
    Expression,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Ref,
    add,
    mul,
    number,
    power,
    quotient,
    subtract,
)  # fmt: skip


def product_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u v)/dx = du/dx v + u dv/dx, one term for each factor"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Mul):
        return None
    factors = node.body.factors
    terms = (
        mul(*(node.of(f) if q == p else f for q, f in enumerate(factors)))
        for p, factor in enumerate(factors)
        if context.depends(factor, node)
    )
    return Rewrite(add(*terms))


def reciprocal_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(c/v)/dx = -c (dv/dx)/v^2"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Quotient) or context.depends(node.body.numerator, node):
        return None
    c, v = node.body.numerator, node.body.denominator
    return Rewrite(quotient(mul(MINUS_ONE, c, node.of(v)), power(v, number(2))))


def quotient_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u/v)/dx = (du/dx v - u dv/dx)/v^2"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Quotient):
        return None
    u, v = node.body.numerator, node.body.denominator
    top = subtract(mul(node.of(u), v), mul(u, node.of(v)))
    return Rewrite(quotient(top, power(v, number(2))))


def power_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u^c)/dx = c u^(c-1) du/dx"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Power) or context.depends(node.body.exponent, node):
        return None
    base, exponent = node.body.base, node.body.exponent
    inner = node.of(base)
    if isinstance(exponent, Number) and exponent.value < 0:
        below = power(base, number(1 - exponent.value))
        return Rewrite(quotient(mul(exponent, inner), below))
    return Rewrite(mul(exponent, power(base, subtract(exponent, ONE)), inner))


def chained_power_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u^c)/dx = c u^(c-1) du/dx, where u is more than x itself"""
    assert isinstance(node, Partial)
    inner = node.body.base if isinstance(node.body, Power) else None
    return None if inner is None or isinstance(inner, Ref) else power_rule(node, context)


def exponential_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(a^u)/dx = a^u ln(a) du/dx"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Power) or context.depends(node.body.base, node):
        return None
    logarithm = Call("log", (node.body.base,))
    return Rewrite(mul(logarithm, node.body, node.of(node.body.exponent)))


def general_power_rule(node: Expression, context: Context) -> Rewrite | None:
    """d(u^v)/dx = u^v (dv/dx ln(u) + v (du/dx)/u)"""
    assert isinstance(node, Partial)
    if not isinstance(node.body, Power):
        return None
    u, v = node.body.base, node.body.exponent
    first = mul(node.of(v), Call("log", (u,)))
    second = mul(v, quotient(node.of(u), u))
    return Rewrite(mul(node.body, add(first, second)))


PRODUCT = Reason("product", "product rule", "乘法法则")
RECIPROCAL = Reason("reciprocal", "reciprocal rule", "倒数的求导法则")
QUOTIENT = Reason("quotient", "quotient rule", "除法法则")
POWER = Reason("power", "power rule", "幂函数求导", Weight.NAMED)
CHAINED_POWER = Reason("chained_power", "power and chain rule", "幂函数求导与链式法则", Weight.NAMED)
EXPONENTIAL = Reason("exponential", "exponential", "指数函数求导", Weight.NAMED)
GENERAL_POWER = Reason("general_power", "power with variable exponent", "幂指函数求导")

RULES = (
    Rule(PRODUCT, Partial, product_rule),
    Rule(RECIPROCAL, Partial, reciprocal_rule),
    Rule(QUOTIENT, Partial, quotient_rule),
    Rule(CHAINED_POWER, Partial, chained_power_rule),
    Rule(POWER, Partial, power_rule),
    Rule(EXPONENTIAL, Partial, exponential_rule),
    Rule(GENERAL_POWER, Partial, general_power_rule),
)
