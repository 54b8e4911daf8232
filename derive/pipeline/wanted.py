"""What is asked of a definition: by which inputs, and which kind of derivative.

Contract: `wanted_by(definition, wrt, kind)` lists the derivatives; DeriveError where the request does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.closedform.derivations import default_wanted, kinds_of
from derive.language.definition import Definition
from derive.language.derivation import KINDS, Wanted
from derive.language.errors import DeriveError, did_you_mean
from derive.language.recurrence import RecurrentDefinition
from derive.pipeline.recurrent import variables_by


def wanted_by(definition: Definition, wrt: str | Sequence[str] | None, kind: str | None) -> tuple[Wanted, ...]:
    variables = (wrt,) if isinstance(wrt, str) else tuple(wrt or ())
    if isinstance(definition, RecurrentDefinition):
        return tuple(Wanted("gradient", definition.output, v) for v in variables_by(definition, variables, kind))
    inputs = [i.name for i in definition.inputs]
    for name in variables:
        if name not in inputs:
            raise DeriveError(f"{name} is not an input of {definition.name}", hint=did_you_mean(name, inputs))
        if definition.input(name).labels is not None:
            raise DeriveError(f"{name} is an integer label: there is no derivative by it")
    if kind is not None and kind not in KINDS:
        raise DeriveError(f"unknown kind {kind}", hint=did_you_mean(kind, KINDS))
    variables = tuple(dict.fromkeys(variables or (w.variable for w in default_wanted(definition))))
    if not variables:
        hint = "an input that is no label stands in brackets after the name, as in f(x)"
        raise DeriveError(f"{definition.name} has no input to differentiate by", hint=hint)
    return tuple(
        want
        for output in definition.outputs
        for k in fitting_kinds(definition, output, kind)
        for want in wanted_of_kind(k, output, variables)
    )


def wanted_of_kind(kind: str, output: str, variables: tuple[str, ...]) -> tuple[Wanted, ...]:
    """One derivative by each variable; a Hessian has a block for each pair, of which one triangle is derived."""
    if kind == "hvp" and len(variables) > 1:
        return tuple(Wanted(kind, output, variable, along=variables) for variable in variables)
    if kind != "hessian":
        return tuple(Wanted(kind, output, variable) for variable in variables)
    return tuple(
        Wanted(kind, output, first, "" if second == first else second)
        for place, first in enumerate(variables)
        for second in variables[place:]
    )


SCALAR_KINDS = ("gradient", "derivative", "hessian", "hvp")
ARRAY_KINDS = ("jacobian", "vjp", "jvp")


def fitting_kinds(definition: Definition, output: str, kind: str | None) -> tuple[str, ...]:
    natural = kinds_of(definition, output)
    if kind is None:
        return natural
    is_array = natural[0] in ARRAY_KINDS
    if kind not in (ARRAY_KINDS if is_array else SCALAR_KINDS):
        what, has = ("an array", "a Jacobian") if is_array else ("a scalar", "a gradient")
        fitting = ", ".join(ARRAY_KINDS if is_array else SCALAR_KINDS)
        raise DeriveError(f"{output} is {what} and has {has}, no {kind}", hint=f"kind is one of {fitting}")
    return natural if kind in ("gradient", "derivative") else (kind,)
