"""Certificates: the bounds that rows state, measured over the whole floating-point range and kept beside the code.

Contract: `certify(study)` measures, refuses what is outside its bound (CheckError) and returns the certificate;
`save` keeps it as derive/certificates/NAME.json, keyed by the kernels' content: comments and docstrings do not count.
`require(studies)` raises a CheckError that names the command where a certificate is missing or for other kernels.
Measured values stand in the certificate with processor and NumPy version; what is built quotes the bounds alone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any

from derive.catalogue.row import Bound
from derive.language.definition import Definition
from derive.language.errors import CheckError
from derive.language.resolve import parse
from derive.pipeline.library import definitions, entry, library
from derive.pipeline.profiles import Certificate, load_certificate, path_of
from derive.pipeline.study import Study, study_of
from derive.verify.arrays import Array, UnknownOpError
from derive.verify.certify import DTYPES, Measured, Subject, confirm, machine, measure, profile, subjects

HIGHEST = 1e18
"""An error that is drawn is no larger: beyond, nothing is right but perhaps the sign."""


def certify(study: Study, *, exhaustive: bool = False) -> Certificate:
    """Measure every function that the extended type can compute.

    Raises CheckError where one is outside its bound, or its truth is none.
    """
    module, by_name = study.compile(), {b.of(study.name): b for b in study.bounds}
    found: dict[str, dict[str, Any]] = {}
    profiles: dict[str, dict[str, str]] = {}
    for subject in subjects(study.definition, study.derivations, study.domain):
        bound = by_name.get(subject.name)
        subject = replace(subject, against=scale_of(bound))
        kernel = getattr(module, subject.name)
        try:
            confirm(subject, study.hard)
            found[subject.name] = {
                dtype: checked(subject, dtype, measure(subject, kernel, kind, exhaustive=exhaustive), bound)
                for dtype, kind in DTYPES.items()
            }
            if (errors := profile(subject, kernel)) is not None:
                profiles[subject.name] = {name: listed(part) for name, part in vars(errors).items()}
        except UnknownOpError:
            continue
    for name in by_name.keys() - found.keys():
        raise CheckError(f"{study.name}: a bound is stated for {name}, which is no function that can be certified")
    return {
        "key": key_of(study),
        "bounds": [asdict(b) for b in study.bounds],
        "machine": machine(),
        "measured": found,
        "profiles": profiles,
    }


def scale_of(bound: Bound | None) -> Definition | None:
    """The definition that a bound counts its error against."""
    return parse(bound.against, definitions())[-1] if bound is not None and bound.against else None


def checked(subject: Subject, dtype: str, measured: Measured, bound: Bound | None) -> Certificate:
    """The measurement as a table, once it is within the bound."""
    worst = measured.kernel
    limit = getattr(bound, dtype) if bound is not None else None
    if limit is not None and not worst.largest <= limit:
        text = f"{worst.largest:.3g} ULP at {worst.at}, the bound is {limit:g}"
        raise CheckError(f"{subject.name} in {dtype}: {text}")
    return {name: rounded(asdict(part)) for name, part in vars(measured).items()}


def rounded(worst: dict[str, Any]) -> dict[str, Any]:
    """Three digits; no NaN or infinity, which JSON does not have."""
    texts = {k: float(f"{v:.3g}") if isinstance(v, float) and math.isfinite(v) else v for k, v in worst.items()}
    return {k: str(v) if isinstance(v, float) and not math.isfinite(v) else v for k, v in texts.items()}


def listed(errors: Array) -> str:
    """Two digits each, no more than HIGHEST, on one line."""
    return " ".join(f"{min(float(e), HIGHEST):.2g}" for e in errors)


# --- keys and files ----------------------------------------------------------------------------------------


def key_of(study: Study) -> str:
    """A hash of the kernels' code: the same for another docstring, another for any change of what is computed."""
    return hashlib.sha256(code_of(study.source).encode()).hexdigest()


def code_of(source: str) -> str:
    """The lines of a generated module without docstrings, comments and blank lines."""
    kept, inside = [], False
    for line in source.splitlines():
        marks = line.count('"""')
        if marks == 0 and not inside:
            code = line.partition("  # ")[0].rstrip()
            if code and not code.lstrip().startswith("#"):
                kept.append(code)
        if marks == 1:
            inside = not inside
    return "\n".join(kept)


def save(name: str, certificate: Certificate) -> None:
    path_of(name).write_text(json.dumps(certificate, indent=1, ensure_ascii=False) + "\n")


def is_valid(study: Study) -> bool:
    """Whether the certificate on file is of these kernels and these bounds."""
    found = load_certificate(study.name)
    return (
        found is not None
        and found["key"] == key_of(study)
        and found["bounds"] == [asdict(bound) for bound in study.bounds]
        and "profiles" in found
    )


def require(found: Iterable[Study]) -> None:
    """Refuse to publish kernels whose stated bounds are not certified. Raises CheckError."""
    stale = [study.name for study in found if study.bounds and not is_valid(study)]
    if stale:
        what = f"the kernels of {', '.join(stale)} have no certificate of their stated accuracy"
        raise CheckError(f"{what}: run `python -m derive certify {' '.join(stale)}`")


def bounded_names() -> tuple[str, ...]:
    """The definitions whose rows state bounds."""
    return tuple(e.definition.name for e in library() if e.row.bounds)


def certify_all(
    names: Sequence[str], advance: Callable[[str], None], *, exhaustive: bool = False
) -> list[tuple[str, Certificate]]:
    """Measure each, and keep the certificates of stated bounds; all are measured before the failures are raised."""
    done, failures = [], []
    for name in names:
        advance(name)
        try:
            certificate = certify(study_of(entry(name)), exhaustive=exhaustive)
        except CheckError as error:
            failures.append(str(error))
            continue
        if certificate["bounds"]:
            save(name, certificate)
        done.append((name, certificate))
    if failures:
        raise CheckError("\n".join(failures))
    return done
