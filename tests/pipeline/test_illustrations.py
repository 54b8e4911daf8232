"""The pictures of the pages: each definition has what helps, in both languages, and files refer to what is there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest

from derive.catalogue import activations
from derive.language.words import LANGUAGES
from derive.pipeline.build import files_of
from derive.pipeline.define import define
from derive.pipeline.illustrations import WORSE, illustrations, walked
from derive.pipeline.library import library
from derive.pipeline.profiles import profiles_of
from derive.pipeline.scenes import SCENES
from derive.pipeline.study import Study, known

PICTURED = ("sigmoid", "softmax", "himmelblau", "huber")


@pytest.fixture(scope="module", params=PICTURED)
def study(request: pytest.FixtureRequest) -> Study:
    return known(request.param)


def test_markdown_refers_to_the_pictures_beside_it(study: Study) -> None:
    files = files_of(study)
    for language in LANGUAGES:
        folder = f"notes/{language}/"
        text = files[f"{folder}{study.name}.md"].decode()
        referred = [folder + name for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)]
        there = [name for name in files if name.startswith(f"{folder}pictures/")]
        assert referred
        assert sorted(referred) == sorted(there)
        for name in there:
            root = ElementTree.fromstring(files[name])
            assert "prefers-color-scheme: dark" in "".join(root.itertext())


def test_alt_texts_are_sentences_in_their_language(study: Study) -> None:
    english, chinese = study.pictures("en"), study.pictures("zh")
    assert [p.name for p in english] == [p.name for p in chinese]
    assert [p.place for p in english] == [p.place for p in chinese]
    for one, other in zip(english, chinese, strict=True):
        assert one.alt.endswith(".")
        assert other.alt.endswith("。")
        assert f'aria-label="{one.alt}"' in one.svg
        assert not re.search(r"\{\d\}|nan|inf", one.alt + other.alt)


def test_the_page_carries_its_pictures(study: Study) -> None:
    page = study.show("html")
    assert page.count("<figure>") == len(study.pictures())
    assert study._repr_html_().count("<figure>") == len(study.pictures())
    assert "pictures/" not in study.show("markdown")


def test_every_activation_shows_its_derivative() -> None:
    for e in library():
        if e.row in activations.ROWS:
            names = [p.name for p in known(e.definition.name).pictures()]
            assert names[:2] == [e.definition.name, f"{e.definition.name}-derivative"]


def test_what_is_the_same_is_drawn_once() -> None:
    study = known("softmax")
    first = study.pictures()
    assert known("softmax").pictures() is first
    assert replace(study, info=replace(study.info, remarks=())).pictures() is first
    assert illustrations.cache_info().hits


def test_errors_come_from_the_certificate() -> None:
    study = known("sigmoid")
    profile = profiles_of("sigmoid")["sigmoid_grad"]
    assert max(profile["textbook"]) > 1e15 > WORSE * max(profile["kernel"])
    assert "sigmoid-derivative-error" in {p.name for p in study.pictures()}
    assert "sigmoid-error" not in {p.name for p in study.pictures()}
    without = replace(study, profiles={})
    assert {p.name for p in without.pictures()} == {"sigmoid", "sigmoid-derivative"}


def test_descents_have_settled_where_they_end() -> None:
    (scene,) = SCENES.values()
    study = known("himmelblau")
    for language in LANGUAGES:
        assert [p.name for p in study.pictures(language)] == ["himmelblau-starts", "himmelblau-rates"]
    module = study.compile()
    from_end = [np.hypot(*module.himmelblau_grad(*run.path[-1])) for run in walked(study.subject).from_starts]
    assert max(from_end) < 0.1
    assert len(from_end) == len(scene.starts)


def test_definitions_of_ones_own_are_drawn_too() -> None:
    assert [p.name for p in define("f(x) -> y\n    y = x*log(x)").pictures()] == ["f", "f-derivative"]
    assert define("f(a[n]) -> y\n    y = sum(i, a[i]**2)").pictures() == ()
