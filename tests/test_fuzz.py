"""A seeded slice of the fuzz, and every text that it found a fault with; the long run is `python -m tests.fuzz`."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from derive.language.errors import DeriveError
from derive.language.resolve import parse
from derive.pipeline.library import definitions
from tests.fuzz.found import FOUND, REFUSED
from tests.fuzz.grammar import Grammar
from tests.fuzz.oracle import WrongError, judge
from tests.fuzz.shrink import shrunk
from tests.fuzz.texts import random_text
from tests.fuzz.trying import Outcome, Request, attempt, random_request, try_made, try_text

DEFINITIONS = 4
TEXTS = 300
SLICE = settings(
    deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink)
)


def assert_no_fault(text: str, outcome: Outcome) -> None:
    assert not outcome.is_fault, f"{text}\n{outcome.told}"


@pytest.mark.parametrize("number", range(DEFINITIONS))
def test_definitions_of_the_grammar_are_right_or_refused(number: int) -> None:
    chance = random.Random(f"slice {number}")
    made = Grammar(chance, (2, 6)).definition()
    assert_no_fault(made.text, try_made(made, random_request(made, chance)))


@seed(3)
@settings(SLICE, max_examples=40)
@given(st.randoms(use_true_random=False))
def test_definitions_of_the_grammar_are_definitions(chance: random.Random) -> None:
    made = Grammar(chance).definition()
    try:
        found = parse(made.text, definitions())[-1]
    except DeriveError as error:
        assert "division by zero" in str(error)
    else:
        assert found.outputs == made.outputs
        assert [i.name for i in found.inputs] == [q.name for q in made.inputs]


def test_texts_that_need_be_no_definitions_are_read_or_refused() -> None:
    chance = random.Random("texts")
    for _ in range(TEXTS):
        text = random_text(chance)
        assert_no_fault(text, try_text(text))


@seed(4)
@settings(SLICE, max_examples=100)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda b: b.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert_no_fault(text, try_text(text))


@pytest.mark.parametrize("what", FOUND)
def test_what_the_fuzz_found(what: str) -> None:
    text, request = FOUND[what]
    assert attempt(text, request).derivations


@pytest.mark.parametrize("what", REFUSED)
def test_what_means_nothing_or_is_not_known_is_refused(what: str) -> None:
    text, request, message = REFUSED[what]
    with pytest.raises(DeriveError, match=message):
        attempt(text, request)


# --- the fuzz itself ---------------------------------------------------------------------------------------


def test_the_oracle_sees_a_wrong_gradient() -> None:
    made = next(
        m
        for m in (Grammar(random.Random(k), (2, 6)).definition() for k in range(99))
        if not m.quantities[m.outputs[0]].sizes
    )
    study = attempt(made.text)
    module = study.compile()
    wanted = [d.wanted for d in study.derivations]
    assert judge(made, wanted, module) > 0
    kernel = getattr(module, f"{made.name}_grad")
    setattr(module, f"{made.name}_grad", lambda *given: scaled(kernel(*given)))
    with pytest.raises(WrongError):
        judge(made, wanted, module)


def scaled(result: object) -> object:
    """Off by one part in a million."""
    return tuple(scaled(r) for r in result) if isinstance(result, tuple) else result * (1 + 1e-6)  # type: ignore[operator]


def test_an_exception_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tests.fuzz.trying.parse", broken)
    assert try_text("f(x) -> y\n  y = x").kind == "raised"


def test_a_failing_text_is_shrunk() -> None:
    text = "f(x[n], z) -> y\n  a = z + 1\n  y = sum(i, x[i]*sin(z)) + exp(z)*(z - 2)"
    assert shrunk(text, lambda t: "sin" in t and "->" in t) == "f(x[n], z) -> y\n  y = sin(z)"


def test_the_same_chance_makes_the_same_definition() -> None:
    texts = [Grammar(random.Random(5)).definition().text for _ in range(2)]
    assert texts[0] == texts[1]


def test_requests_ask_for_inputs() -> None:
    made = Grammar(random.Random(7)).definition()
    for k in range(20):
        request: Request = random_request(made, random.Random(k))
        assert set(request.wrt or ()) <= {q.name for q in made.inputs}
