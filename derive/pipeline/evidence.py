"""Evidence on file: what a certificate keeps of the checks of derivations, and gives back to the same derivations.

Contract: `kept(derivations, domain)` are the entries of a certificate, of which `mark_of` says what was checked, where
and by which checks. `recalled(certificate, derivations, domain)` is the derivations with the evidence on file, or None
where they, the domain or the checks are not the same to the last letter: then they must be checked.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from typing import Any

from derive.language.derivation import Derivation, Evidence
from derive.language.fingerprint import fingerprint
from derive.verify.samples import Domain

NOTHING: Mapping[str, Any] = {}
"""What is on file of a definition that was never certified."""

EXACT = " exact"
EQUAL = "="


def kept(derivations: Sequence[Derivation], domain: Domain, overall: Sequence[Evidence] = ()) -> dict[str, Any]:
    """Entries of a certificate; `overall` is evidence of them all together."""
    texts = ["; ".join(map(written, evidence_in(d))) for d in derivations]
    return {"derived": mark_of(derivations, domain), "evidence": [*texts, *map(written, overall)]}


def recalled(
    certificate: Mapping[str, Any], derivations: Sequence[Derivation], domain: Domain
) -> tuple[tuple[Derivation, ...], tuple[Evidence, ...]] | None:
    """The derivations with their evidence, and the evidence of them all together."""
    if certificate.get("derived") != mark_of(derivations, domain):
        return None
    texts = certificate["evidence"]
    own, overall = texts[: len(derivations)], texts[len(derivations) :]
    found = tuple(filled(d, map(read, text.split("; "))) for d, text in zip(derivations, own, strict=True))
    return found, tuple(one for one in map(read, overall) if one is not None)


# --- what was checked --------------------------------------------------------------------------------------


def mark_of(derivations: Sequence[Derivation], domain: Domain) -> str:
    """A hash of all that checks look at, and of the checks."""
    looked_at = (*map(content, derivations), fingerprint(tuple(sorted(domain.items()))), checks())
    return hashlib.sha256("\n".join(looked_at).encode()).hexdigest()


def content(derivation: Derivation) -> str:
    """Of a derivation, but for its words: they are no part of what is true."""
    steps = tuple((s.reason.key, s.reason.exact, s.before, s.after) for s in derivation.steps)
    own = (derivation.definition, derivation.wanted, derivation.left, steps, derivation.closed)
    around = (derivation.extras, derivation.names)
    return " ".join([fingerprint((*own, *around)), *map(content, derivation.adjoints)])


@functools.cache
def checks() -> str:
    """A hash of the sources of the checks, and of the modules that say which are made."""
    found = [path for path in files("derive.verify").iterdir() if path.name.endswith(".py")]
    found += [files("derive.pipeline") / name for name in ("checked.py", "recurrent.py")]
    sources = sorted((path.name, path.read_bytes()) for path in found)
    return hashlib.sha256(repr(sources).encode()).hexdigest()


# --- as text -----------------------------------------------------------------------------------------------


def evidence_in(derivation: Derivation) -> Iterator[Evidence | None]:
    """Of the adjoints, of each step, of the closed form."""
    for adjoint in derivation.adjoints:
        yield from evidence_in(adjoint)
    yield from (step.evidence for step in derivation.steps)
    yield derivation.evidence


def filled(derivation: Derivation, evidence: Iterator[Evidence | None]) -> Derivation:
    """The derivation with evidence in that order."""
    adjoints = tuple(filled(a, evidence) for a in derivation.adjoints)
    steps = tuple(replace(step, evidence=next(evidence)) for step in derivation.steps)
    return replace(derivation, adjoints=adjoints, steps=steps, evidence=next(evidence))


def written(evidence: Evidence | None) -> str:
    """3 8 60 -59 exact: sizes, points, digits, the power of ten of the worst difference or = where there is none."""
    if evidence is None:
        return ""
    worst = EQUAL if evidence.worst is None else evidence.worst
    return f"{evidence.sizes} {evidence.points} {evidence.digits} {worst}{EXACT if evidence.exact else ''}"


def read(text: str) -> Evidence | None:
    """The evidence that was written so."""
    if not text:
        return None
    sizes, points, digits, worst = text.removesuffix(EXACT).split()
    difference = None if worst == EQUAL else int(worst)
    return Evidence(int(sizes), int(points), int(digits), difference, text.endswith(EXACT))
