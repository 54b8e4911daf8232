"""A derivation is a value: what was asked, the steps, the closed form and the evidence.

Contract: everything here is frozen; notes, JSON, checks and kernels are pure functions of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from derive.language.definition import Definition, Equation, Input
from derive.language.expressions import Expression, Ref

KINDS = ("derivative", "gradient", "jacobian", "vjp", "jvp", "hessian", "hvp")


class Weight(IntEnum):
    """How much a step teaches: routine steps share a line, main steps have a line of their own."""

    ROUTINE = 0
    NAMED = 1
    MAIN = 2


@dataclass(frozen=True)
class Reason:
    """Why a step holds, in words: {0}, {1}, ... stand for the step's `arguments`.

    `exact` promises that the step is an identity of rational functions in the quantities that it names,
    so that it can be checked exactly as well.
    """

    key: str
    english: str
    chinese: str
    weight: Weight = Weight.MAIN
    exact: bool = False


@dataclass(frozen=True)
class Evidence:
    """What a numeric check saw: how many sizes and points, working digits, worst difference (power of ten)."""

    sizes: int
    points: int
    digits: int
    worst: int | None
    exact: bool = False


@dataclass(frozen=True)
class Step:
    """before = after by `reason`; `old` -> `new` is the part that changed."""

    reason: Reason
    before: Expression
    after: Expression
    old: Expression
    new: Expression
    arguments: tuple[Expression, ...] = ()
    cites: str | None = None
    evidence: Evidence | None = None


def end_of(steps: Sequence[Step], start: Expression) -> Expression:
    """What steps lead to; where there are none, what they would have begun with."""
    return steps[-1].after if steps else start


@dataclass(frozen=True)
class Wanted:
    """What is asked of a definition: the kind of derivative of `output` by the input `variable`.

    second: the other input of a Hessian's block; empty where it is the same.
    along: the inputs that have a direction each in a Hessian-vector product by several.
    """

    kind: str
    output: str
    variable: str
    second: str = ""
    along: tuple[str, ...] = ()

    @property
    def directions(self) -> tuple[str, ...]:
        """The inputs whose directions stand in a JVP or Hessian-vector product."""
        return self.along or (self.second or self.variable,)


@dataclass(frozen=True)
class Derivation:
    """`left` = `closed`, by `steps`.

    left: dE/dw_jk as a Partial, or the sum that a VJP or JVP is.
    extras: inputs beyond the definition's own, such as the cotangent g of a VJP.
    closed: the result in the function's own outputs and named quantities.
    evidence: of the closed form against SymPy's own derivative.
    adjoints: derivations of the named adjoints that the result uses, each after those it uses itself.
    names: what an adjoint's result is called, at the indices of its closed form.
    """

    definition: Definition
    wanted: Wanted
    left: Expression
    steps: tuple[Step, ...]
    closed: Expression
    extras: tuple[Input, ...] = ()
    evidence: Evidence | None = None
    adjoints: tuple[Derivation, ...] = ()
    names: Ref | None = None

    @cached_property
    def system(self) -> Definition:
        """The definition with the extras as inputs and the adjoints as further equations."""
        named = tuple(Equation(d.names.name, d.names.indices, d.closed) for d in self.adjoints if d.names is not None)
        definition = self.definition
        return replace(definition, inputs=definition.inputs + self.extras, equations=definition.equations + named)

    @property
    def name(self) -> str:
        wanted = self.wanted
        output = wanted.output if wanted.output != self.definition.output else ""
        return ".".join(filter(None, (self.definition.name, wanted.kind, output, wanted.variable, wanted.second)))

    @property
    def variable(self) -> Ref | None:
        """The entry that is differentiated by, where the result is an entry."""
        return getattr(self.left, "variable", None)
