"""Recurrences spoilt one place at a time: steps, and kernels with an operator, a layer or a time step wrong."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping

import pytest

from derive.closedform.recurrence import derive_recurrence
from derive.closedform.unrolling import at_depth
from derive.emit.kernel_recurrence import emit_recurrence
from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import number
from derive.language.recurrence import RecurrentDefinition, RecurrentDerivation
from derive.pipeline.library import Entry, library
from derive.pipeline.load import load
from derive.verify import recurrences
from derive.verify.kernels import Points, check_at, points_of
from derive.verify.steps import check_steps
from tests.handmade import with_step
from tests.test_sabotage import spoilt, targets, turn

ENTRIES = {e.definition.name: e for e in library() if isinstance(e.definition, RecurrentDefinition)}
DEPTHS = (1, 2, 3)


@functools.cache
def derived(name: str) -> RecurrentDerivation:
    entry = ENTRIES[name]
    assert isinstance(entry.definition, RecurrentDefinition)
    return derive_recurrence(entry.definition, tuple(w.variable for w in entry.wanted or ()))


PARTS = [(name, number) for name in ENTRIES for number in range(len(derived(name).parts))]


@pytest.mark.parametrize(("name", "number_"), PARTS)
def test_a_wrong_step_is_named(name: str, number_: int) -> None:
    part = derived(name).parts[number_]
    for place, step in enumerate(part.steps):
        wrong = with_step(part, place, spoilt(step.after, number("2001/1000")))
        with pytest.raises(CheckError, match=f"step {place + 1} "):
            check_steps(wrong)


# --- kernels -------------------------------------------------------------------------------------------------


@functools.cache
def source(name: str) -> str:
    return emit_recurrence(derived(name), title=name)


@functools.cache
def truth(name: str) -> Mapping[int, tuple[tuple[Derivation, ...], Points]]:
    """For each depth the gradients written out, and their values."""
    entry, found = ENTRIES[name], {}
    for depth in DEPTHS:
        derivations = at_depth(derived(name), depth)
        hard = tuple(recurrences.hard_points(definition(entry), entry.row.hard, depth))
        found[depth] = (derivations, points_of(derivations[0].definition, derivations, {}, hard))
    return found


def definition(entry: Entry) -> RecurrentDefinition:
    assert isinstance(entry.definition, RecurrentDefinition)
    return entry.definition


def complaint(name: str, text: str) -> str:
    """What the checks at all depths say of a module; nothing if they let it pass."""
    module = load(name, text)
    for depth, (derivations, points) in truth(name).items():
        flat = recurrences.at_depth(definition(ENTRIES[name]), depth, module)
        try:
            check_at(points, derivations[0].definition, derivations, flat)
        except CheckError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("name", ENTRIES)
def test_emitted_kernels_pass(name: str) -> None:
    assert complaint(name, source(name)) == ""


def mathematics(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions of one layer."""
    names = {"_start", "_layer", "_layer_kept", "_end", "_last", "_back", "_first"}
    return [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name in names]


def edits(name: str) -> Iterator[tuple[str, str]]:
    """Each operator of each layer's functions turned round, one at a time."""
    count = sum(1 for function in mathematics(ast.parse(source(name))) for _ in targets(function))
    for place in range(count):
        tree = ast.parse(source(name))
        function, target = [(f, t) for f in mathematics(tree) for t in targets(f)][place]
        before = ast.unparse(target)
        turn(target)
        yield f"{function.name}: {before} -> {ast.unparse(target)}", ast.unparse(tree)


@pytest.mark.parametrize("name", ENTRIES)
def test_an_edited_layer_is_refused_whatever_the_edit(name: str) -> None:
    outcomes = {edit: complaint(name, text) for edit, text in edits(name)}
    assert len(outcomes) > 20
    assert [edit for edit, message in outcomes.items() if name not in message] == []


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("mlp", "for l in range(1, L):", "for l in range(1, L - 1):"),
        ("mlp", "for l in range(L, 1, -1):", "for l in range(L, 2, -1):"),
        ("mlp", "_back(O[l - 1],", "_back(O[l - 2],"),
        ("mlp", "kept[l - 1], W[l])", "kept[1], W[l])"),
        ("rnn", "        dE_dW = _plus(dE_dW, part_W)\n", ""),
        ("rnn", "    dE_dU = _plus(dE_dU, part_U)\n    dE_dW", "    dE_dW"),
        ("rnn", "for t in range(T, 1, -1):", "for t in range(T, 2, -1):"),
        ("rnn", "total += part", "total -= part"),
    ],
)
def test_a_missing_layer_or_a_forgotten_step_is_refused(name: str, right: str, wrong: str) -> None:
    assert right in source(name)
    assert name in complaint(name, source(name).replace(right, wrong))


def test_a_function_that_nobody_checks_is_refused() -> None:
    text = source("mlp").replace('"mlp_grad",', '"mlp_grad", "mlp_other",') + "\n\nmlp_other = mlp\n"
    assert "nothing checks the kernel mlp_1_other" in complaint("mlp", text)
