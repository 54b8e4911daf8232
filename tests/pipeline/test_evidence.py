"""Evidence on file: given back to the very derivations that were checked, and to no others."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from derive.closedform.derivations import derive_all
from derive.closedform.recurrence import derive_recurrence
from derive.language.derivation import Evidence
from derive.language.errors import CheckError
from derive.language.expressions import Number, add
from derive.pipeline import build, checked, evidence, recurrent
from derive.pipeline.evidence import kept, mark_of, read, recalled, written
from derive.pipeline.library import entry, names
from derive.pipeline.profiles import load_certificate
from derive.pipeline.study import RecurrentStudy, study_of

SOFTMAX = entry("softmax")
DERIVED = derive_all(SOFTMAX.definition, SOFTMAX.wanted)
ON_FILE = load_certificate("softmax")


@pytest.mark.parametrize("name", names())
def test_what_is_on_file_is_what_a_check_finds(name: str) -> None:
    study = study_of(entry(name))
    on_file = load_certificate(name)
    fresh = kept(study.derivations, study.domain, study.overall)
    hint = f"run `python -m derive certify {name}`"
    assert {key: on_file[key] for key in fresh} == fresh, hint
    recorded = study_of(entry(name), on_file)
    assert recorded.derivations == study.derivations
    assert recorded.overall == study.overall
    if isinstance(study, RecurrentStudy):
        assert recorded.recurrence == study.recurrence


def changed_end(derivation):
    """With another last step and closed form."""
    *steps, last = derivation.steps
    other = add(last.after, Number(1))
    return replace(derivation, steps=(*steps, replace(last, after=other)), closed=other)


def other_reason(derivation, **changes):
    first, *rest = derivation.steps
    return replace(derivation, steps=(replace(first, reason=replace(first.reason, **changes)), *rest))


@pytest.mark.parametrize(
    "change",
    [
        changed_end,
        lambda d: replace(d, steps=d.steps[:-1]),
        lambda d: replace(d, definition=replace(d.definition, name="other")),
        lambda d: replace(d, left=add(d.left, Number(1))),
        lambda d: other_reason(d, exact=not d.steps[0].reason.exact),
        lambda d: replace(d, adjoints=(d,)),
    ],
)
def test_a_change_of_anything_that_is_looked_at_is_not_recalled(change) -> None:
    assert recalled(ON_FILE, DERIVED, SOFTMAX.row.domain) is not None
    assert recalled(ON_FILE, (change(DERIVED[0]), *DERIVED[1:]), SOFTMAX.row.domain) is None
    assert recalled(ON_FILE, DERIVED[1:], SOFTMAX.row.domain) is None


def test_another_domain_or_another_check_is_not_recalled(monkeypatch) -> None:
    assert recalled(ON_FILE, DERIVED, {"a": (0.0, 1.0)}) is None
    assert recalled({}, DERIVED, SOFTMAX.row.domain) is None
    monkeypatch.setattr(evidence, "checks", lambda: "another")
    assert recalled(ON_FILE, DERIVED, SOFTMAX.row.domain) is None


def test_words_are_no_part_of_what_was_checked() -> None:
    renamed = other_reason(DERIVED[0], english="by another name")
    assert mark_of((renamed,), {}) == mark_of((DERIVED[0],), {})


def test_a_wrong_step_is_found_whatever_is_on_file(monkeypatch) -> None:
    monkeypatch.setattr("derive.pipeline.study.derive_all", lambda *a: (changed_end(DERIVED[0]), *DERIVED[1:]))
    with pytest.raises(CheckError, match=r"softmax\.jacobian\.a: step \d+ .* changes the value"):
        study_of(SOFTMAX, ON_FILE)


def test_a_build_looks_again_only_when_told(monkeypatch) -> None:
    def refuse(*arguments, **options):
        raise CheckError("looked at")

    for module in (checked, recurrent):
        monkeypatch.setattr(module, "check_steps", refuse)
    for name in ("softmax", "rnn"):
        build.built(name)
        with pytest.raises(CheckError, match="looked at"):
            build.built_anew(name)


def test_a_recurrence_with_a_changed_part_is_not_recalled() -> None:
    row = entry("mlp")
    found = derive_recurrence(row.definition, tuple(w.variable for w in row.wanted or ()))
    on_file = load_certificate("mlp")
    assert recurrent.recalled_recurrence(on_file, found, row.row.domain) is not None
    other = replace(found, step=(changed_end(found.step[0]), *found.step[1:]))
    assert recurrent.recalled_recurrence(on_file, other, row.row.domain) is None


@pytest.mark.parametrize(
    "one", [None, Evidence(3, 8, 60, -59, True), Evidence(1, 3, 50, None), Evidence(1, 3, 50, 0, True)]
)
def test_evidence_is_read_as_it_was_written(one: Evidence | None) -> None:
    assert read(written(one)) == one


def test_another_way_to_check_is_another_check(monkeypatch, tmp_path) -> None:
    """What says which checks are made counts: the depths of a recurrence, for one."""
    before = evidence.checks()
    for room in ("verify", "pipeline"):
        shutil.copytree(str(evidence.files(f"derive.{room}")), tmp_path / room)
    monkeypatch.setattr(evidence, "files", lambda name: tmp_path / name.rpartition(".")[2])
    assert evidence.checks.__wrapped__() == before
    for path, counts in (("pipeline/recurrent.py", True), ("verify/sights.py", True), ("pipeline/notes.py", False)):
        source = (tmp_path / path).read_text()
        (tmp_path / path).write_text(source + "\n")
        assert (evidence.checks.__wrapped__() != before) is counts
        (tmp_path / path).write_text(source)
