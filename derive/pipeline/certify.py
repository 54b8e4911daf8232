"""Certificates: the bounds that rows state, measured and kept beside the code.

Contract: `certify(study)` checks and measures every kernel function, refuses what is outside its bound (CheckError) and
returns the certificate: over the whole floating-point range in ULP where inputs come one a sample, in roundings else.
`save` keeps it as derive/certificates/NAME.json, keyed by the code that computes (`kernel_code`);
`certify_all` also writes the table of all that are on file beside them.
`require(studies)` raises a CheckError that names the command where a certificate is missing or for other kernels.
Measured values stand in the certificate with processor and NumPy version; what is built quotes the bounds alone.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from derive.catalogue.row import ROUNDINGS, Bound
from derive.language.definition import Definition
from derive.language.errors import CheckError
from derive.language.resolve import parse
from derive.pipeline.accuracy import accuracy_page
from derive.pipeline.evidence import kept
from derive.pipeline.kernel_code import code_of
from derive.pipeline.library import definitions, entry, library
from derive.pipeline.profiles import Certificate, load_certificate, path_of
from derive.pipeline.recurrent import recurrent_roundings
from derive.pipeline.study import RecurrentStudy, Study, study_of
from derive.pipeline.workers import each
from derive.verify.arrays import Array
from derive.verify.certify import DTYPES, Measured, Worst, confirm, machine, measure
from derive.verify.certify_profile import profile
from derive.verify.certify_roundings import Key, roundings
from derive.verify.certify_subjects import Subject, subjects

HIGHEST = 1e18
"""An error that is drawn is no larger: beyond, nothing is right but perhaps the sign."""

Table = dict[str, dict[str, Any]]


def certify(study: Study, *, exhaustive: bool = False) -> Certificate:
    """Check and measure every kernel function. Raises CheckError where one is wrong, or outside its bound."""
    study.with_checked_kernels()
    found, profiles = over_the_range(study, exhaustive)
    found |= in_roundings(study)
    stated = {b.of(study.name) for b in study.bounds}
    for name in stated - {key.partition(": ")[0] for key in found}:
        raise CheckError(f"{study.name}: a bound is stated for {name}, which is no function that can be certified")
    return {
        "key": key_of(study),
        "checked": module_of(study),
        **kept(study.derivations, study.domain, study.overall),
        "bounds": [asdict(b) for b in study.bounds],
        "machine": machine(),
        "measured": found,
        "profiles": profiles,
    }


def over_the_range(study: Study, exhaustive: bool) -> tuple[Table, dict[str, dict[str, str]]]:
    """Functions of inputs of samples, over the whole range, in ULP, and how the errors go along it."""
    module = study.compile()
    found: Table = {}
    profiles: dict[str, dict[str, str]] = {}
    for subject in subjects(study.definition, study.derivations, study.domain):
        bound = bound_of(study, subject.bound)
        if bound is not None and bound.against == ROUNDINGS:
            continue
        subject = replace(subject, against=scale_of(bound))
        bound = product_bound(bound) if subject.is_product else bound
        confirm(subject, study.hard)
        kernel = getattr(module, subject.name)
        found[subject.key] = {
            dtype: within(subject, dtype, measure(subject, kernel, kind, exhaustive=exhaustive), bound)
            for dtype, kind in DTYPES.items()
        }
        if subject.is_own and (along := profile(subject, kernel)) is not None:
            profiles[subject.name] = {name: listed(part) for name, part in vars(along).items()}
    return found, profiles


def in_roundings(study: Study) -> Table:
    """Functions whose bound says so, and all of definitions with shared parameters."""
    wanted = {b.of(study.name) for b in study.bounds if b.against == ROUNDINGS}
    everything = not list(subjects(study.definition, study.derivations, study.domain))
    if not wanted and not everything:
        return {}
    found: Table = {}
    worst = worst_roundings(study)
    for (name, dtype), one in worst.items():
        if everything or name in wanted:
            refuse(name, dtype, one, bound_of(study, name), ROUNDINGS)
            found.setdefault(name, {})[dtype] = {ROUNDINGS: rounded(one)}
    return found


def worst_roundings(study: Study) -> Mapping[Key, Worst]:
    """Of all functions; those of a recurrence at several depths."""
    if isinstance(study, RecurrentStudy):
        return recurrent_roundings(study.recurrence, study.compile(), study.domain, study.hard)
    return roundings(study.definition, study.derivations, study.compile(), study.domain, study.hard)


def bound_of(study: Study, name: str) -> Bound | None:
    return next((b for b in study.bounds if b.of(study.name) == name), None)


def product_bound(bound: Bound | None) -> Bound | None:
    """Of g f' from that of f': a relative error is up to two ULP for one, and the product is rounded."""
    if bound is None:
        return None
    return replace(bound, float64=2 * bound.float64 + 0.5, float32=2 * bound.float32 + 0.5)


def scale_of(bound: Bound | None) -> Definition | None:
    """The definition that a bound counts its error against."""
    return parse(bound.against, definitions())[-1] if bound is not None and bound.against else None


def within(subject: Subject, dtype: str, measured: Measured, bound: Bound | None) -> Certificate:
    """The measurement as a table, once it is within the bound; extreme rows may not leave the finite numbers."""
    refuse(subject.key, dtype, measured.kernel, bound, "ULP")
    if bound is not None and not math.isfinite(measured.extreme.largest):
        raise CheckError(f"{subject.key} in {dtype}: no finite number at {measured.extreme.at}, where the truth is one")
    return {name: rounded(part) for name, part in vars(measured).items() if part.points}


def refuse(name: str, dtype: str, worst: Worst, bound: Bound | None, unit: str) -> None:
    """Raise CheckError outside of the bound."""
    limit = getattr(bound, dtype) if bound is not None else None
    if limit is not None and not worst.largest <= limit:
        text = f"{worst.largest:.3g} {unit} at {worst.at}, the bound is {limit:g}"
        raise CheckError(f"{name} in {dtype}: {text}")


def rounded(worst: Worst) -> dict[str, Any]:
    """Three digits; no NaN or infinity, which JSON does not have."""
    found = asdict(worst)
    texts = {k: float(f"{v:.3g}") if isinstance(v, float) and math.isfinite(v) else v for k, v in found.items()}
    return {k: str(v) if isinstance(v, float) and not math.isfinite(v) else v for k, v in texts.items()}


def listed(errors: Array) -> str:
    """Two digits each, no more than HIGHEST, on one line."""
    return " ".join(f"{min(float(e), HIGHEST):.2g}" for e in errors)


# --- keys and files ----------------------------------------------------------------------------------------


def key_of(study: Study) -> str:
    """A hash of the code that computes: another for any change of it, the same for other docstrings."""
    return hashlib.sha256(code_of(study.source).encode()).hexdigest()


def module_of(study: Study) -> str:
    """A hash of the whole module and of where it is checked: another for any change of text, domain or hard points."""
    return hashlib.sha256(repr((study.source, ordered(study.domain), [*map(ordered, study.hard)])).encode()).hexdigest()


def ordered(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(values.items())


def save(name: str, certificate: Certificate) -> None:
    path_of(name).write_text(json.dumps(certificate, indent=1, ensure_ascii=False) + "\n")


def is_valid(study: Study) -> bool:
    """Whether the certificate on file is of these kernels and these bounds."""
    found = load_certificate(study.name)
    return found is not None and states(found, study) and (is_of(found, study) or found["key"] == key_of(study))


def is_checked(study: Study) -> bool:
    """Whether these very kernels passed their checks when they were certified."""
    found = load_certificate(study.name)
    return found is not None and states(found, study) and is_of(found, study)


def states(certificate: Certificate, study: Study) -> bool:
    """Whether a certificate is of the bounds of the row, and complete."""
    return certificate["bounds"] == [asdict(bound) for bound in study.bounds] and "profiles" in certificate


def is_of(certificate: Certificate, study: Study) -> bool:
    """Whether a certificate is of the whole module, to the last letter: then it is of the code, too."""
    return bool(certificate.get("checked") == module_of(study))


def require(found: Iterable[Study]) -> None:
    """Refuse to publish kernels whose stated bounds are not certified. Raises CheckError."""
    stale = [study.name for study in found if study.bounds and not is_valid(study)]
    if stale:
        what = f"the kernels of {', '.join(stale)} have no certificate of their stated accuracy"
        raise CheckError(f"{what}: run `python -m derive certify {' '.join(stale)}`")


def bounded_names() -> tuple[str, ...]:
    """The definitions whose rows state bounds."""
    return tuple(e.definition.name for e in library() if e.row.bounds)


def page_path() -> Path:
    """The table of all certificates."""
    return path_of("README").with_suffix(".md")


def on_file() -> Mapping[str, Certificate]:
    """All certificates, in the order of the catalogue."""
    found = {name: load_certificate(name) for name in bounded_names()}
    return {name: certificate for name, certificate in found.items() if certificate is not None}


def certify_all(
    names: Sequence[str], advance: Callable[[str], None], *, exhaustive: bool = False
) -> list[tuple[str, Certificate]]:
    """Measure each, and keep the certificates of stated bounds; all are measured before the failures are raised."""
    work = functools.partial(attempt, exhaustive=exhaustive)
    done, failures = [], []
    for name, found in zip(names, each(work, names, advance), strict=True):
        if isinstance(found, str):
            failures.append(found)
            continue
        if found["bounds"]:
            save(name, found)
        done.append((name, found))
    page_path().write_text(accuracy_page(on_file()))
    if failures:
        raise CheckError("\n".join(failures))
    return done


def attempt(name: str, exhaustive: bool) -> Certificate | str:
    """The certificate, or why there is none."""
    try:
        return certify(study_of(entry(name)), exhaustive=exhaustive)
    except CheckError as error:
        return str(error)
