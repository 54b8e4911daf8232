"""Derivatives of the elementary functions: one row each, d f(u)/dx from u and du/dx.

To extend: a row of language.primitives gets its row here.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from derive.calculus.rule import Context, Rewrite, Rule
from derive.language.derivation import Reason, Weight
from derive.language.expressions import (
    MINUS_ONE,
    ONE,
    ZERO,
    Call,
    Expression,
    Partial,
    add,
    mul,
    number,
    power,
    quotient,
    subtract,
)  # fmt: skip
from derive.language.primitives import POLYGAMMA


def call(name: str, u: Expression) -> Expression:
    return Call(name, (u,))


def square(u: Expression) -> Expression:
    return power(u, number(2))


Derivative = Callable[[Expression, Expression], Expression]


def next_polygamma(names: tuple[str, str]) -> tuple[str, Derivative]:
    """psi_k(u)' = psi_(k+1)(u) u', psi_0 the digamma function"""
    below, above = names
    return below, lambda u, du: mul(call(above, u), du)


DERIVATIVES: dict[str, Derivative] = {
    "exp": lambda u, du: mul(call("exp", u), du),
    "log": lambda u, du: quotient(du, u),
    "sqrt": lambda u, du: quotient(du, mul(number(2), call("sqrt", u))),
    "sin": lambda u, du: mul(call("cos", u), du),
    "cos": lambda u, du: mul(MINUS_ONE, call("sin", u), du),
    "tan": lambda u, du: mul(add(ONE, square(call("tan", u))), du),
    "arcsin": lambda u, du: quotient(du, call("sqrt", subtract(ONE, square(u)))),
    "arccos": lambda u, du: quotient(mul(MINUS_ONE, du), call("sqrt", subtract(ONE, square(u)))),
    "arctan": lambda u, du: quotient(du, add(ONE, square(u))),
    "sinh": lambda u, du: mul(call("cosh", u), du),
    "cosh": lambda u, du: mul(call("sinh", u), du),
    "arcsinh": lambda u, du: quotient(du, call("sqrt", add(square(u), ONE))),
    "arccosh": lambda u, du: quotient(du, call("sqrt", subtract(square(u), ONE))),
    "arctanh": lambda u, du: quotient(du, subtract(ONE, square(u))),
    "log1p": lambda u, du: quotient(du, add(ONE, u)),
    "expm1": lambda u, du: mul(call("exp", u), du),
    "erf": lambda u, du: mul(
        quotient(number(2), call("sqrt", Call("pi", ()))), call("exp", mul(MINUS_ONE, square(u))), du
    ),
    "lgamma": lambda u, du: mul(call("digamma", u), du),
    **dict(map(next_polygamma, pairwise(["digamma", *POLYGAMMA]))),
    "abs": lambda u, du: mul(call("sign", u), du),
    "sign": lambda u, du: ZERO,
}

NAMES: dict[str, tuple[str, str]] = {
    "exp": ("exponential", "指数函数求导"),
    "log": ("logarithm", "对数函数求导"),
    "sqrt": ("square root", "平方根求导"),
    "sin": ("sine", "正弦函数求导"),
    "cos": ("cosine", "余弦函数求导"),
    "tan": ("tangent", "正切函数求导"),
    "arcsin": ("inverse sine", "反正弦函数求导"),
    "arccos": ("inverse cosine", "反余弦函数求导"),
    "arctan": ("inverse tangent", "反正切函数求导"),
    "sinh": ("hyperbolic sine", "双曲正弦求导"),
    "cosh": ("hyperbolic cosine", "双曲余弦求导"),
    "arcsinh": ("inverse hyperbolic sine", "反双曲正弦求导"),
    "arccosh": ("inverse hyperbolic cosine", "反双曲余弦求导"),
    "arctanh": ("inverse hyperbolic tangent", "反双曲正切求导"),
    "log1p": ("logarithm of 1 + u", "ln(1+u) 求导"),
    "expm1": ("exponential minus 1", "e^u-1 求导"),
    "erf": ("error function", "误差函数求导"),
    "lgamma": ("logarithm of the gamma function", "对数伽马函数求导"),
    "digamma": ("digamma function", "双伽马函数求导"),
    "trigamma": ("trigamma function", "三伽马函数求导"),
    "tetragamma": ("tetragamma function", "四伽马函数求导"),
    "abs": ("absolute value", "绝对值求导"),
    "sign": ("sign", "符号函数求导"),
}


def elementary_rule(name: str) -> Callable[[Expression, Context], Rewrite | None]:
    def apply(node: Expression, context: Context) -> Rewrite | None:
        """d f(u)/dx = f'(u) du/dx"""
        assert isinstance(node, Partial)
        if not isinstance(node.body, Call) or node.body.function != name:
            return None
        (u,) = node.body.arguments
        return Rewrite(DERIVATIVES[name](u, node.of(u)))

    return apply


RULES = tuple(Rule(Reason(name, *NAMES[name], Weight.NAMED), Partial, elementary_rule(name)) for name in DERIVATIVES)
