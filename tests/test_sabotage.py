"""Every check can fail: derivations and kernels are spoilt one place at a time, and each time somebody says so."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import TypeGuard

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import ONE, ZERO, Expression, add, mul, negate, number
from derive.language.recurrence import RecurrentDefinition
from derive.language.trees import replace as replaced
from derive.pipeline.library import Entry, library
from derive.pipeline.load import load
from derive.verify.gradients import check_closed
from derive.verify.kernels import Points, check_at, points_of
from derive.verify.steps import check_steps, require_evidence
from tests.handmade import with_step

ENTRIES = {e.definition.name: e for e in library() if not isinstance(e.definition, RecurrentDefinition)}


@functools.cache
def derived(name: str) -> tuple[Derivation, ...]:
    return derive_all(ENTRIES[name].definition, ENTRIES[name].wanted)


ALL = [(name, number) for name in ENTRIES for number in range(len(derived(name)))]
IDS = [derived(name)[number].name for name, number in ALL]


def check(derivation: Derivation, entry: Entry) -> None:
    check_steps(derivation, entry.row.domain)
    check_closed(derivation, entry.row.domain)


# --- derivations -------------------------------------------------------------------------------------------


def spoilt(value: Expression, factor: Expression) -> Expression:
    """Off by a factor, and by a little more: what is 0 has no factor to be off by."""
    return add(mul(factor, value), number("1/1000"))


@pytest.mark.parametrize(("name", "number_"), ALL, ids=IDS)
def test_a_rule_that_is_off_by_a_factor_is_named_with_its_step(name: str, number_: int) -> None:
    derivation = derived(name)[number_]
    for place, step in enumerate(derivation.steps):
        wrong = with_step(derivation, place, spoilt(step.after, number("2001/1000")))
        with pytest.raises(CheckError) as raised:
            check(wrong, ENTRIES[name])
        assert f"{derivation.name}: step {place + 1} ({step.reason.key}" in str(raised.value)


@pytest.mark.parametrize(("name", "number_"), ALL, ids=IDS)
def test_a_rewrite_with_one_wrong_sign_is_named_with_its_step(name: str, number_: int) -> None:
    derivation = derived(name)[number_]
    for place, step in enumerate(derivation.steps):
        nothing = ZERO in (step.new, derivation.closed)
        turned = add(step.new, ONE) if nothing else negate(step.new)
        after = replaced(step.before, {step.old: turned})
        wrong = with_step(derivation, place, after)
        with pytest.raises(CheckError) as raised:
            check(wrong, ENTRIES[name])
        assert f"{derivation.name}: step {place + 1} ({step.reason.key}" in str(raised.value)


@pytest.mark.parametrize(("name", "number_"), ALL, ids=IDS)
def test_a_step_left_out_is_a_gap(name: str, number_: int) -> None:
    derivation = derived(name)[number_]
    for place in range(len(derivation.steps)):
        steps = derivation.steps[:place] + derivation.steps[place + 1 :]
        with pytest.raises(CheckError, match=r"does not (start|end)|no steps lead"):
            check_steps(replace(derivation, steps=steps))


@pytest.mark.parametrize(("name", "number_"), ALL, ids=IDS)
def test_a_wrong_closed_form_with_right_steps_is_seen(name: str, number_: int) -> None:
    derivation = derived(name)[number_]
    wrong = replace(derivation, closed=spoilt(derivation.closed, number("2001/1000")))
    with pytest.raises(CheckError, match="does not end at the closed form"):
        check_steps(wrong)
    with pytest.raises(CheckError, match="the closed form is wrong at"):
        check_closed(wrong, ENTRIES[name].row.domain)


def test_what_was_never_checked_is_not_published() -> None:
    (derivation,) = derived("sigmoid")
    with pytest.raises(CheckError, match=r"sigmoid.derivative.x: step 1 \(.*\) was never checked"):
        require_evidence(derivation)
    checked = check_steps(derivation)
    with pytest.raises(CheckError, match="the closed form was never checked"):
        require_evidence(checked)
    whole = replace(checked, evidence=check_closed(checked))
    require_evidence(whole)
    forgotten = replace(whole.steps[2], evidence=None)
    with pytest.raises(CheckError, match=r"step 3 .* was never checked"):
        require_evidence(replace(whole, steps=(*whole.steps[:2], forgotten, *whole.steps[3:])))


# --- kernels -------------------------------------------------------------------------------------------------


@functools.cache
def source(name: str) -> str:
    return emit_module(ENTRIES[name].definition, derived(name), title=name)


@functools.lru_cache(maxsize=2)
def points(name: str) -> Points:
    entry = ENTRIES[name]
    return points_of(entry.definition, derived(name), entry.row.domain, entry.row.hard)


def check_module(name: str, module: ModuleType) -> None:
    check_at(points(name), ENTRIES[name].definition, derived(name), module)


OPPOSITE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt,
}  # fmt: skip
UFUNCS = {
    "add": "subtract", "subtract": "add", "multiply": "divide", "divide": "multiply", "negative": "positive",
    "less": "greater_equal", "less_equal": "greater", "greater": "less_equal", "greater_equal": "less",
}  # fmt: skip
"""The same operators where they stand as functions that write into a buffer."""

Turned = ast.BinOp | ast.UnaryOp | ast.Compare | ast.AugAssign | ast.Call


def mathematical(tree: ast.Module) -> list[ast.FunctionDef]:
    """The public functions, those that compute a tile of them, and what tiles choose with."""
    found = [n for n in tree.body if isinstance(n, ast.FunctionDef)]
    names = [f.name for f in found if not f.name.startswith("_")]
    return [f for f in found if f.name in names or f.name in {"_indicator", *(f"_{name}_tile" for name in names)}]


RIGHT_EITHER_WAY = "_first_largest"
"""A softmax's VJP may be re-based on any value: with another sign it is less accurate, not wrong."""


def edits(name: str) -> Iterator[tuple[str, str]]:
    """(what was edited, the module's text with it): each operator of each kernel turned round, one at a time."""
    count = sum(1 for function in mathematical(ast.parse(source(name))) for _ in targets(function))
    for number_ in range(count):
        tree = ast.parse(source(name))
        chosen = [(f, t) for f in mathematical(tree) for t in targets(f)][number_]
        function, target = chosen
        before = ast.unparse(target)
        turn(target)
        yield f"{number_} {function.name}: {before} -> {ast.unparse(target)}", ast.unparse(tree)


def targets(function: ast.FunctionDef) -> Iterator[Turned]:
    for statement in function.body:
        for node in ast.walk(statement):
            if can_turn(node) and RIGHT_EITHER_WAY not in ast.unparse(node):
                yield node


def can_turn(node: ast.AST) -> TypeGuard[Turned]:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and is_sign(node)
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return type(node.op) in OPPOSITE
    if isinstance(node, ast.Call):
        return is_indicator(node) or (isinstance(node.func, ast.Attribute) and node.func.attr in UFUNCS)
    return isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED


def is_sign(node: ast.UnaryOp) -> bool:
    """A sign in the mathematics, not an axis such as -1 or the start -inf of a maximum."""
    return not isinstance(node.operand, ast.Constant) and ast.unparse(node.operand) != "np.inf"


def turn(node: Turned) -> None:
    match node:
        case ast.BinOp() | ast.AugAssign():
            node.op = OPPOSITE[type(node.op)]()
        case ast.UnaryOp():
            node.op = ast.UAdd()
        case ast.Compare():
            node.ops = [COMPARED[type(node.ops[0])]()]
        case ast.Call(func=ast.Attribute() as function):
            function.attr = UFUNCS[function.attr]
        case ast.Call(args=[operand, *_]):
            node.args[0] = ast.UnaryOp(ast.USub(), operand)


def is_indicator(node: ast.Call) -> bool:
    """1 where the argument is at least 0: with -x it is the other side."""
    return isinstance(node.func, ast.Name) and node.func.id == "_indicator"


@pytest.mark.parametrize("name", ENTRIES)
def test_emitted_kernels_pass(name: str) -> None:
    check_module(name, load(name, source(name)))


@pytest.mark.parametrize("name", ENTRIES)
def test_an_edited_kernel_is_refused_whatever_the_edit(name: str) -> None:
    outcomes = {edit: complaint(name, text) for edit, text in edits(name)}
    assert outcomes
    assert [edit for edit, message in outcomes.items() if name not in message and not is_harmless(edit)] == []


def is_harmless(edit: str) -> bool:
    """Equal in mathematics: what it costs in digits is for the certificates to say.

    Any number may be subtracted from all logits, and from all that is weighted by shares; squares may be scaled by
    any positive number; times a sign is over a sign.
    """
    old, _, new = edit.partition(" -> ")
    shift = re.search(r"highest - \(44 if|np\.subtract\(highest, 44 if", old) is not None
    base = re.search(r" - _at_largest\(|np\.subtract\(\w, _at\(\w, places\)", old) is not None
    scale = bool(re.search(r"1e-15|0\.5 \* highest\d?\b", old))
    sign = old.replace(" * np.sign(", " / np.sign(").endswith(new) and "np.sign(" in old
    return shift or base or scale or sign


def complaint(name: str, text: str) -> str:
    """What the checks say of a module; nothing if they let it pass."""
    try:
        check_module(name, load(name, text))
    except CheckError as error:
        return str(error)
    return ""
