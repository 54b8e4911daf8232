"""Recurrences on their way through the pipeline: derived, checked for any layer and at several depths.

Contract: `checked_recurrence(derived, domain)` gives a RecurrentDerivation evidence, or raises CheckError;
`check_recurrent_kernels` holds its kernels against the unrolled definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from derive.closedform.recurrence import default_variables
from derive.closedform.unrolling import at_depth
from derive.language.derivation import Derivation, Evidence
from derive.language.errors import DeriveError, did_you_mean
from derive.language.layered import base_of
from derive.language.recurrence import RecurrentDefinition, RecurrentDerivation
from derive.pipeline.evidence import recalled
from derive.verify import recurrences
from derive.verify.certify import Worst
from derive.verify.certify_roundings import Key, roundings
from derive.verify.gradients import check_closed
from derive.verify.kernels import check_kernels
from derive.verify.samples import Domain
from derive.verify.steps import check_steps

DEPTHS = 4
"""Up to how many layers the whole is compared with the equations written out."""

DEPTH_POINTS = 3
"""Random points at each of these depths and sizes; what any layer does was looked at before, as often as any step."""

SYMPY_DEPTHS = 1
"""Up to how many with the derivative that SymPy finds of them, which soon takes long."""

KERNEL_DEPTHS = (1, 2, 3)


def checked_recurrence(found: RecurrentDerivation, domain: Domain) -> RecurrentDerivation:
    """With evidence: every step for any layer, and the gradients at several depths. Raises CheckError."""
    return with_depths(found.mapped(lambda d: checked_part(d, domain)), domain)


def recalled_recurrence(
    certificate: Mapping[str, Any], found: RecurrentDerivation, domain: Domain
) -> RecurrentDerivation | None:
    """With the evidence on file, if there is any of this very recurrence."""
    known = recalled(certificate, found.parts, domain)
    if known is None:
        return None
    parts, (overall,) = known
    by_part = dict(zip(found.parts, parts, strict=True))
    return replace(found.mapped(by_part.__getitem__), depths=DEPTHS, evidence=overall)


def checked_part(derivation: Derivation, domain: Domain) -> Derivation:
    ranges = recurrences.domain_of(derivation.definition, domain)
    adjoints = tuple(check_steps(a, ranges) for a in derivation.adjoints)
    return replace(check_steps(derivation, ranges), adjoints=adjoints)


def with_depths(found: RecurrentDerivation, domain: Domain) -> RecurrentDerivation:
    """The gradients of 1 to DEPTHS layers, put together and compared with the equations written out."""
    seen: list[Evidence] = []
    for depth in range(1, DEPTHS + 1):
        for one in at_depth(found, depth):
            ranges = recurrences.domain_of(one.definition, domain)
            seen += [s.evidence for s in check_steps(one, ranges, DEPTH_POINTS).steps if s.evidence is not None]
            if depth <= SYMPY_DEPTHS:
                check_closed(one, ranges)
    worst = [e.worst for e in seen if e.worst is not None]
    sizes, points, digits = (min(values) for values in zip(*((e.sizes, e.points, e.digits) for e in seen), strict=True))
    return replace(found, depths=DEPTHS, evidence=Evidence(sizes, points, digits, max(worst, default=None)))


def check_recurrent_kernels(
    found: RecurrentDerivation, module: Any, domain: Domain, hard: Sequence[Mapping[str, Any]]
) -> None:
    """The kernels at several depths against the unrolled definition; CheckError where one is wrong."""
    definition = found.definition
    for depth in KERNEL_DEPTHS:
        derivations = at_depth(found, depth)
        unrolled = derivations[0].definition
        check_kernels(
            unrolled,
            derivations,
            recurrences.at_depth(definition, depth, module),
            domain=recurrences.domain_of(unrolled, domain),
            hard_points=tuple(recurrences.hard_points(definition, hard, depth)),
        )


def recurrent_roundings(
    found: RecurrentDerivation, module: Any, domain: Domain, hard: Sequence[Mapping[str, Any]]
) -> dict[Key, Worst]:
    """The worst errors of the kernels in roundings over several depths, by the names of the kernels."""
    definition, worst = found.definition, dict[Key, Worst]()
    for depth in KERNEL_DEPTHS:
        derivations = at_depth(found, depth)
        unrolled = derivations[0].definition
        flat = recurrences.at_depth(definition, depth, module)
        points = tuple(recurrences.hard_points(definition, hard, depth))
        here = roundings(unrolled, derivations, flat, recurrences.domain_of(unrolled, domain), points)
        for (name, dtype), one in here.items():
            key = (definition.name + name[len(unrolled.name) :], dtype)
            worst[key] = max((one, worst.get(key, one)), key=lambda w: w.largest)
    return worst


def variables_by(definition: RecurrentDefinition, names: Sequence[str], kind: str | None) -> tuple[str, ...]:
    """What to differentiate by, as the signature calls it; a layered input by its name with or without its layer."""
    if kind not in (None, "gradient"):
        raise DeriveError(f"a recurrence has a gradient, no {kind}")
    known = {n: i.name for i in definition.inputs for n in (i.name, base_of(i.name))}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, [base_of(i.name) for i in definition.inputs])
            raise DeriveError(f"{name} is not an input of {definition.name}", hint=hint)
        if definition.input(known[name]).labels is not None:
            raise DeriveError(f"{name} is an integer label: there is no derivative by it")
    return tuple(dict.fromkeys(known[n] for n in names)) or default_variables(definition)
