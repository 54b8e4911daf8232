"""Calls: elementary functions, reductions over an index, cases.

Contract: `build_call` reads name(arguments). To extend: an elementary function is a row of primitives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lark import Token, Tree

from derive.language.advice import advice_for
from derive.language.applications import Applications
from derive.language.errors import did_you_mean
from derive.language.expressions import Call, Expression, Size, Where, mul, number, quotient, reduce_over, sum_over
from derive.language.indices import Index
from derive.language.names import CALLABLE, is_constant
from derive.language.primitives import BY_NAME, REDUCTIONS
from derive.language.syntax import is_name


@dataclass
class Calls(Applications):
    """Reads calls."""

    def build_call(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        token, arguments = tree.children[0], [c for c in tree.children[1:] if isinstance(c, Tree)]
        assert isinstance(token, Token)
        name = str(token)
        if name not in self.functions and name not in CALLABLE:
            known = {*self.functions, *CALLABLE}
            raise self.error(f"unknown function {name}", token, advice_for(name) or did_you_mean(name, known))
        if name == "where":
            return self.build_where(token, arguments, scope, depth)
        if self.is_of_vectors(name, arguments):
            return self.entry_of(token, arguments, [], scope, depth)
        if name in REDUCTIONS and self.is_reduction(name, arguments, scope):
            return self.build_reduction(token, arguments, scope, depth)
        values = [self.build(a, scope, depth) for a in arguments]
        if name == "clip":
            self.check_arity(token, values, 3, "clip(x, low, high)")
            value, low, high = values
            return Where("<", value, low, low, Where(">", value, high, high, value))
        if name in ("max", "min"):
            self.check_arity(token, values, 2, f"{name}(a, b), or {name}(k, a[k]) over an index")
            left, right = values
            return Where(">=" if name == "max" else "<=", left, right, left, right)
        if name in BY_NAME:
            if is_constant(name):
                raise self.error(f"{name} is a number and takes no argument", token)
            self.check_arity(token, values, 1, f"{name}(x)")
            return Call(name, tuple(values))
        return self.build_applied(token, values)

    def is_reduction(self, name: str, arguments: list[Tree[Token]], scope: Mapping[str, Index]) -> bool:
        """max(k, a[k]) reduces, max(a, b) compares: an index is a bare name that is not a quantity."""
        if name not in ("max", "min") or len(arguments) == 1:
            return True
        first = arguments[0]
        return is_name(first) and str(first.children[0]) not in {*self.inputs, *self.equations, *self.sizes}

    def build_reduction(
        self, token: Token, arguments: list[Tree[Token]], scope: Mapping[str, Index], depth: int
    ) -> Expression:
        if len(arguments) != 2 or not is_name(arguments[0]):
            hint = f"an index and a term, as in {token}(k, x[k])"
            raise self.error(f"{token} takes an index and a term", token, hint)
        index_token = arguments[0].children[0]
        assert isinstance(index_token, Token)
        self.check_index(index_token, scope)
        dimension = self.range_of(index_token, arguments[1])
        if dimension is None:
            self.check_known(arguments[1], scope)
            hint = f"{index_token} does not stand in the term, so its range is unknown"
            raise self.error(f"{token} over an index that is not used", index_token, hint)
        index = Index(str(index_token), dimension)
        body = self.build(arguments[1], {**scope, index.name: index}, depth)
        if token == "logsumexp":
            return Call("log", (sum_over(index, Call("exp", (body,))),))
        if token == "mean":
            size = Size(dimension) if isinstance(dimension, str) else number(dimension)
            return mul(quotient(number(1), size), sum_over(index, body))
        return reduce_over(str(token), index, body)

    def build_where(
        self, token: Token, arguments: list[Tree[Token]], scope: Mapping[str, Index], depth: int
    ) -> Expression:
        if len(arguments) != 3 or arguments[0].data != "relation":
            hint = "as in where(x < 0, 0, x)"
            raise self.error("where takes a comparison and two values", arguments[0] if arguments else token, hint)
        left, relation, right = arguments[0].children
        values = [self.build(v, scope, depth) for v in (left, right, arguments[1], arguments[2])]
        return Where(str(relation), *values)
