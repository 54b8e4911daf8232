"""What a rule is: a pattern and a replacement that takes exactly one step.

Contract: `apply(node, context)` returns a Rewrite, or None where the rule does not fit. Rules are pure; they
know the definition, the derivatives already derived and the index letters in use, and nothing else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from derive.language.definition import Definition
from derive.language.derivation import Reason
from derive.language.expressions import Expression, Partial, Ref
from derive.language.indices import Index
from derive.language.trees import freshen, reference_names, rename


@dataclass(frozen=True)
class Lemma:
    """A derivative already derived: of `function` by its input at `position`, closed in its own names.

    indices: those of the output's entry and of the input's.
    """

    function: Definition
    position: int
    closed: Expression
    indices: tuple[Index, ...] = ()


Lemmas = Mapping[tuple[str, int], Lemma]


@dataclass(frozen=True)
class Context:
    """What a rule may look at.

    lemmas: by function name and argument position; known: derivatives of this definition derived before;
    taken: letters that a new bound index must not use.
    """

    definition: Definition
    lemmas: Lemmas = field(default_factory=dict)
    known: Mapping[Expression, Expression] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def depends(self, value: Expression, partial: Partial) -> bool:
        """Whether a value changes with the variable of a derivative, what it holds fixed aside."""
        return any(self.reaches(name, partial) for name in reference_names(value))

    def reaches(self, name: str, partial: Partial) -> bool:
        return reaches(self.definition, name, partial.variable.name, partial.holding)

    def unfolded(self, ref: Ref) -> Expression:
        """The right side of a named quantity's equation at the given indices, with fresh bound indices."""
        equation = self.definition.equation(ref.name)
        body = freshen(equation.body, self.taken | {i.name for i in ref.indices})
        return rename(body, dict(zip(equation.indices, ref.indices, strict=True)))


@functools.lru_cache(maxsize=2**14)
def reaches(definition: Definition, name: str, variable: str, holding: frozenset[str]) -> bool:
    """Whether a quantity changes with a variable while others are held."""
    if name == variable:
        return True
    if name in holding or not definition.depends_on(name, variable):
        return False
    used = reference_names(definition.equation(name).body)
    return not holding or any(reaches(definition, u, variable, holding) for u in used)


@dataclass(frozen=True)
class Rewrite:
    """The new node; `arguments` fill the reason's words, `cites` names the definition that is cited."""

    new: Expression
    arguments: tuple[Expression, ...] = ()
    cites: str | None = None


@dataclass(frozen=True)
class Rule:
    """A row: the node type it looks at, the step it takes and the reason it gives."""

    reason: Reason
    node_type: type[Expression]
    apply: Callable[[Expression, Context], Rewrite | None]
