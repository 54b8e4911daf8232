"""Closed forms against SymPy's own derivative, and identities."""

from __future__ import annotations

from dataclasses import replace

import pytest

from derive.language.derivation import Derivation
from derive.language.errors import CheckError
from derive.language.expressions import ONE, Applied, Partial, Ref, Selected, delta, mul, negate, number, subtract
from derive.language.indices import Index
from derive.language.resolve import parse
from derive.verify.gradients import SYMPY_DIGITS, check_closed, check_identity
from derive.verify.sights import TOLERANCE
from tests.handmade import DERIVATIONS, SIGMOID, derivation, p, softmax_jacobian

ALL = [d for group in DERIVATIONS.values() for d in group]


@pytest.mark.parametrize("value", ALL, ids=lambda d: d.name)
def test_right_closed_forms_agree(value: Derivation) -> None:
    evidence = check_closed(value)
    assert evidence.digits == SYMPY_DIGITS
    assert evidence.worst is None or evidence.worst <= TOLERANCE


@pytest.mark.parametrize("value", ALL, ids=lambda d: d.name)
def test_a_wrong_sign_is_seen_in_every_kind(value: Derivation) -> None:
    with pytest.raises(CheckError, match=f"{value.name}: the closed form is wrong at .*SymPy's derivative is"):
        check_closed(replace(value, closed=negate(value.closed)))


def test_a_jacobian_wrong_on_its_diagonal_alone_is_seen() -> None:
    i, j = Index("i", "n"), Index("j", "n")
    off_diagonal = negate(mul(p(i), p(j)))
    with pytest.raises(CheckError, match="closed form is wrong"):
        check_closed(replace(softmax_jacobian(), closed=off_diagonal))


def test_a_jacobian_wrong_beside_its_diagonal_alone_is_seen() -> None:
    i, j = Index("i", "n"), Index("j", "n")
    diagonal = mul(delta(i, j), p(i), subtract(ONE, p(i)))
    with pytest.raises(CheckError, match="closed form is wrong"):
        check_closed(replace(softmax_jacobian(), closed=diagonal))


def test_maxima_run_through_sympy() -> None:
    (definition,) = parse("f(a[n]) -> y\n  y = max(k, a[k])")
    j, k = Index("j", "n"), Index("k", "n")
    left = Partial(Ref("y"), Ref("a", (j,)))
    right = Selected("max", k, Ref("a", (k,)), j)
    value = derivation(definition, "gradient", "a", [(left, "", False), (right, "maximum", False)])
    assert check_closed(value).worst is None
    wrong = Selected("min", k, Ref("a", (k,)), j)
    with pytest.raises(CheckError, match="closed form is wrong"):
        check_closed(replace(value, closed=wrong))


def test_without_a_real_value_the_check_fails() -> None:
    (definition,) = parse("f(x) -> y\n  y = log(log(-1 - x**2))")
    left = Partial(Ref("y"), Ref("x"))
    value = derivation(definition, "derivative", "x", [(left, "", False), (ONE, "?", False)])
    with pytest.raises(CheckError, match="could not run"):
        check_closed(value)


TANH = parse("tanh(x) -> y\n  y = (exp(x) - exp(-x))/(exp(x) + exp(-x))")[0]


def test_an_identity_between_functions() -> None:
    x = Ref("x")
    right = subtract(mul(number(2), Applied("sigmoid", (mul(number(2), x),))), ONE)
    evidence = check_identity(TANH, Applied("tanh", (x,)), right, functions=[SIGMOID])
    assert evidence.worst is None or evidence.worst <= TOLERANCE
    assert check_identity(TANH, Ref("y"), right, functions=[SIGMOID]).points == evidence.points


def test_a_wrong_identity_is_refused() -> None:
    wrong = Applied("sigmoid", (mul(number(2), Ref("x")),))
    with pytest.raises(CheckError, match="tanh: the identity does not hold: left"):
        check_identity(TANH, Ref("y"), wrong, functions=[SIGMOID])
