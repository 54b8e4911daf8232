"""Kernel checks on kernels written by hand: right ones pass with evidence, each kind of fault is seen."""

from __future__ import annotations

from contextlib import nullcontext
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module
from derive.language.errors import CheckError
from derive.language.expressions import Ref
from derive.language.resolve import parse
from derive.pipeline.load import load
from derive.verify.calls import Trial
from derive.verify.cases import BATCHES, hard_case, sizes_of
from derive.verify.directional import check_adjoint, check_directions
from derive.verify.evaluate import evaluate
from derive.verify.kernels import ROUNDINGS, KernelEvidence, Tally, check_kernels
from derive.verify.points import Point, UndefinedError
from derive.verify.rounding import Rounded, Rounding
from derive.verify.systems import DIGITS, Real
from derive.verify.truth import UNIT, Truth
from tests.handmade import DERIVATIONS, KERNELS, PARTS, PERCEPTRON, SIGMOID, SOFTMAX, perceptron, sigmoid

INFINITY = float("inf")
EVERYWHERE = [
    {"x": value}
    for size in (0.0, 1e-300, 1e-8, 1.0, 20.0, 40.0, 100.0, 700.0, 745.0, 1e3, 1e300, INFINITY)
    for value in (size, -size)
]
HARD: dict[str, list[dict[str, Any]]] = {
    "sigmoid": EVERYWHERE,
    "softmax": [{"a": a} for a in ((0.0, 0.0, 0.0), (1e3, -1e3, 0.0), (1e308, 0.0), (5.0,), (800.0, 0.0, -800.0))],
    "perceptron": [{"x": (0.0, 0.0)}, {"x": (1e3, -1e3), "w": ((1.0, 0.5), (0.5, 1.0))}, {"t": (1.0,)}],
    "relu": EVERYWHERE[:-4],
    "linear": [{"x": 0.0}, {"x": 1e3, "w": -1e3}],
}


def module(name: str, old: str = "", new: str = "") -> ModuleType:
    """The hand-made kernels, with one piece of their text replaced."""
    text = KERNELS[name]
    assert old in text
    return load(name, text.replace(old, new, 1) if old else text)


def check(name: str, old: str = "", new: str = "", **options: Any) -> KernelEvidence:
    options = {"hard_points": HARD[name], **options}
    return check_kernels(PARTS[name], DERIVATIONS[name], module(name, old, new), **options)


@pytest.mark.parametrize("name", KERNELS)
def test_right_kernels_pass(name: str) -> None:
    evidence = check(name)
    assert evidence.functions[0] == name
    assert evidence.hard_points == len(HARD[name])
    assert evidence.random_points == sum(int(np.prod(b)) for b in BATCHES)
    assert {dtype for _, dtype in evidence.roundings} == {"float32", "float64"}
    assert {function for function, _ in evidence.roundings} == set(evidence.functions)
    assert all(error <= ROUNDINGS for error in evidence.roundings.values())


def test_accuracy_is_measured_in_ulps_for_functions_of_scalars() -> None:
    ulps = check("sigmoid").ulps
    assert 0 < ulps["sigmoid", "float64"] < 3
    assert 0 < ulps["sigmoid_grad", "float64"] < 4
    assert not check("softmax").ulps


def test_a_stated_bound_is_enforced() -> None:
    check("sigmoid", ulps={"sigmoid": 3.0, "sigmoid_grad": 4.0})
    with pytest.raises(CheckError, match=r"sigmoid_grad\(x\) in float(32|64) at x.* ULP, the bound is 0\.25"):
        check("sigmoid", ulps={"sigmoid_grad": 0.25})


WRONG_KINK = "return np.where(x <= 0, x.dtype.type(0), x.dtype"

VJP_FROM_OUTPUT = """def softmax_vjp_from_output(p, g):
    with np.errstate(all="ignore"):
        return p * (g - """

FAULTS = {
    "factor 2.001": ("sigmoid", "e / (1 + e) ** 2", "2.001 * e / (1 + e) ** 2", "sigmoid_grad"),
    "a sign": ("sigmoid", "x >= 0", "x < 0", r"sigmoid\(x\)"),
    "overflow": ("sigmoid", "np.exp(-np.abs(x))", "np.exp(x)", "sigmoid"),
    "cancellation": ("sigmoid", "return e / (1 + e) ** 2", "return sigmoid(x) * (1 - sigmoid(x))", "sigmoid_grad"),
    "dtype": ("sigmoid", "return g * sigmoid_grad(x)", "return np.float64(g * sigmoid_grad(x))", "float32.*float64"),
    "warning": ("sigmoid", 'errstate(all="ignore")', 'errstate(over="ignore")', "FloatingPointError"),
    "input changed": ("sigmoid", "    x, e = parts(x)", "    x[...] = 0; x, e = parts(x)", "read-only"),
    "axes exchanged": ("softmax", "p[..., :, None] *", "p[..., None, :] *", "softmax_jacobian"),
    "wrong axis": ("softmax", "e.sum(axis=-1", "e.sum(axis=0", r"softmax\(a\)"),
    "no shift": ("softmax", "a - a.max(axis=-1, keepdims=True)", "a", r"softmax\(a\).*nan"),
    "jvp is not vjp": ("softmax", "return softmax_vjp(a, v)", "return softmax(a) * v", "softmax_jvp"),
    "from output": ("softmax", VJP_FROM_OUTPUT, VJP_FROM_OUTPUT[:-2] + "+ ", "softmax_vjp_from_output"),
    "half forgotten": ("perceptron", "dtype.type(0.5)", "dtype.type(1)", r"perceptron\(x, t, w\)"),
    "weight forgotten": (
        "perceptron",
        "* np.asarray(g, dtype=x.dtype)[..., None]",
        "",
        r"perceptron_grad\(x, t, w, g\)",
    ),
    "value only": ("perceptron", "return perceptron(x, t, w), ", "return perceptron(x, t, w) * 2, ", "value_and_grad"),
    "mean for sum": ("linear", "return (g * x).sum()", "return (g * x).mean()", "linear_grad"),
    "kink": ("relu", "return np.where(x < 0, x.dtype.type(0), x.dtype", WRONG_KINK, "relu_grad"),
    "shape": ("linear", "g.sum()", "g.sum(keepdims=True)", "returns an array of shape"),
    "too few": ("linear", "return (g * x).sum(), g.sum()", "return (g * x).sum()", "returns 1 arrays, expected 2"),
    "missing": ("sigmoid", "def sigmoid_vjp(", "def other(", "the kernel sigmoid_vjp is missing"),
    "stray": ("sigmoid", "def parts(x)", "def sigmoid_hessian(x):\n    pass\n\n\ndef parts(x)", "nothing checks"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_seen(fault: str) -> None:
    name, old, new, message = FAULTS[fault]
    with pytest.raises(CheckError, match=f"(?s){message}"):
        check(name, old, new)


def test_the_message_names_function_point_dtype_and_both_values() -> None:
    with pytest.raises(CheckError) as raised:
        check("sigmoid", "e / (1 + e) ** 2", "2.001 * e / (1 + e) ** 2", hard_points=())
    message = str(raised.value)
    for part in ("sigmoid_grad(x) in float64 at x", ", entry [", "got 0.", "expected 0.", "roundings"):
        assert part in message


# --- the two checks that do not use the closed form's truth -----------------------------------------------


def test_differences_of_the_value_kernel_see_a_wrong_gradient() -> None:
    for name in KERNELS:
        trial = Trial(PARTS[name], DERIVATIONS[name], module(name), PARTS[name].output)
        cases = [hard_case(PARTS[name], {}, None, f"{name} {k}") for k in range(2)]
        check_directions(trial, cases)
    wrong = Trial(SIGMOID, (sigmoid(),), module("sigmoid", "e / (1 + e) ** 2", "e / (1 + e) ** 1.99"), "y")
    with pytest.raises(CheckError, match=r"sigmoid_grad in float64 .* differences of sigmoid"):
        check_directions(wrong, [hard_case(SIGMOID, {}, None, "s")])


def test_a_value_kernel_without_differences_fails() -> None:
    noise = module("sigmoid", "np.where(x >= 0, x.dtype.type(1), e) / (1 + e)", "np.sin(1e9 * x)")
    with pytest.raises(CheckError, match="no differences of the value kernel along x"):
        check_directions(Trial(SIGMOID, (sigmoid(),), noise, "y"), [hard_case(SIGMOID, {}, None, "s")])


HUGE = parse("f(x) -> y\n  y = exp(60) + x**3")[-1]


def test_beside_huge_values_the_definition_is_differenced() -> None:
    """exp(60) hides x**3 from the kernel's own differences; a wrong gradient is seen all the same."""
    derivations = derive_all(HUGE)
    source = emit_module(HUGE, derivations, title="f")
    cases = [hard_case(HUGE, {}, None, f"f {k}") for k in range(2)]
    check_directions(Trial(HUGE, derivations, load("f", source), "y"), cases)
    wrong = source.replace("*= 3.0", "*= 3.001")
    assert wrong != source
    with pytest.raises(CheckError, match=r"differences of f"):
        check_directions(Trial(HUGE, derivations, load("f", wrong), "y"), cases)


@pytest.mark.parametrize(("apart", "is_clear"), [(0.0, True), (1e-9, False), (1e-3, True)])
def test_an_order_that_rounding_decides_is_no_evidence(apart: float, is_clear: bool) -> None:
    """Of two entries that differ by less than float32 can tell, neither is the larger; equal ones are a tie."""
    system = Rounding(Real(DIGITS), UNIT, ordinary=True)
    one, other = (Rounded(system.real.context.mpf(1 + a), system.real.context.mpf(1)) for a in (0.0, apart))
    assert system.apart(one, other) is is_clear


def test_a_flat_function_moves_by_the_second_order() -> None:
    """The square of what is 0 before rounding is not 0 after it: in float32 by 2**-24 times the square of its error."""
    system = Rounding(Real(DIGITS), UNIT, ordinary=True)
    nothing = Rounded(system.real.context.zero, system.real.context.one)
    assert (nothing * nothing).error >= 2.0**-24
    assert system.power(nothing, Rounded(system.real.context.mpf(2), system.real.context.zero)).error >= 2.0**-24


@pytest.mark.parametrize(("apart", "is_near"), [(1e-12, True), (1e-2, False)])
def test_no_ordinary_point_is_one_rounding_from_a_pole(apart: float, is_near: bool) -> None:
    """digamma(erf(x)) at -5: erf(x) is -1, a pole, in float32."""
    system = Rounding(Real(DIGITS), UNIT, ordinary=True)
    argument = Rounded(system.real.context.mpf(-1) + apart, system.real.context.one)
    with pytest.raises(UndefinedError, match="pole") if is_near else nullcontext():
        system.call("digamma", (argument,))


@pytest.mark.parametrize(("at", "text", "is_nothing"), [
    (9, "1 - erf(x)", False), (7, "log(3*x) - log(x) - log(3)", True),
])  # fmt: skip
def test_what_equal_values_leave_is_nothing(at: int, text: str, is_nothing: bool) -> None:
    """1 - erf(9) is 4e-37, far below its rounding error in float64; a difference of equal values is 0."""
    (definition,) = parse(f"f(x) -> y\n  u = {text}\n  y = u/x")
    system = Rounding(Real(DIGITS), UNIT, ordinary=True)
    point = Point(definition, {}, {("x", ()): system.number(Fraction(at))}, system)
    assert bool(evaluate(definition.equation("u").body, {}, point).value)
    assert (evaluate(Ref("u"), {}, point).value == 0) is is_nothing


@pytest.mark.parametrize(("definition", "may_pass"), [(SIGMOID, False), (SOFTMAX, True)])
def test_a_sum_on_the_way_may_pass_the_largest_number(definition, may_pass: bool) -> None:
    """An entry of 0.8 of the largest number, made of terms as large as that; a function of one number has none."""
    context = Real(DIGITS).context
    largest = context.mpf(float(np.finfo(np.float32).max))
    entry = ("f", "here", (0,), np.float32(np.inf), Rounded(largest * 4 / 5, largest), False)
    with nullcontext() if may_pass else pytest.raises(CheckError, match="got inf"):
        Tally(definition, {}).add(*entry)
    with pytest.raises(CheckError, match="got inf"):
        Tally(definition, {}).add(*entry[:4], Rounded(largest / 1000, largest / 1000), False)


def test_jvp_and_vjp_must_be_adjoint() -> None:
    truth = Truth(SOFTMAX, hard_case(SOFTMAX, {}, None, "s"))
    check_adjoint(Trial(SOFTMAX, DERIVATIONS["softmax"], module("softmax"), "p"), truth)
    wrong = module("softmax", "return softmax_vjp(a, v)", "return softmax_vjp(a, v) * (1 + 1e-6)")
    with pytest.raises(CheckError, match=r"<u, J v> = .* from softmax_jvp"):
        check_adjoint(Trial(SOFTMAX, DERIVATIONS["softmax"], wrong, "p"), truth)


# --- truth -------------------------------------------------------------------------------------------------


def entry(name: str, point: dict[str, Any]) -> Rounded | None:
    truth = Truth(PARTS[name], hard_case(PARTS[name], point, None, "s"))
    found: Rounded | None = truth.derivation(DERIVATIONS[name][0]).item()
    return found


@pytest.mark.parametrize("x", [100.0, -100.0, 700.0])
def test_cancellation_does_not_touch_the_truth(x: float) -> None:
    found = entry("sigmoid", {"x": x})
    assert found is not None
    mp = found.value.context
    e = mp.exp(-abs(mp.mpf(x)))
    assert abs(found.value / (e / (1 + e) ** 2) - 1) < 1e-20
    # the function's own conditioning, |x| roundings, not that of the formula y (1 - y)
    assert found.error < 10 * abs(x) * found.value


@pytest.mark.parametrize(("x", "limit"), [(INFINITY, 0), (-INFINITY, 0)])
def test_limits_at_infinity(x: float, limit: float) -> None:
    found = entry("sigmoid", {"x": x})
    assert found is not None
    assert float(found.value) == limit


def test_no_limit_means_no_truth() -> None:
    (sine,) = parse("f(x) -> y\n  y = sin(x)")
    assert Truth(sine, hard_case(sine, {"x": INFINITY}, None, "s")).output("y").item() is None
    (logarithm,) = parse("f(x) -> y\n  y = log(x)")
    assert Truth(logarithm, hard_case(logarithm, {"x": 0.0}, None, "s")).output("y").item() is None


def test_the_kink_belongs_to_the_stated_side() -> None:
    found = entry("relu", {"x": 0.0})
    assert found is not None
    assert found.value == 1


def test_hard_points_fix_the_sizes_and_must_fit() -> None:
    assert sizes_of(PERCEPTRON, {"x": np.zeros(5)}) == {"n": 5, "m": 3}
    with pytest.raises(CheckError, match="w has size 2 where 3 is right"):
        hard_case(PERCEPTRON, {"x": (1.0, 2.0, 3.0), "w": ((1.0,), (2.0,))}, None, "s")
    with pytest.raises(CheckError, match="does not fit the signature"):
        hard_case(PERCEPTRON, {"t": 1.0}, None, "s")
    with pytest.raises(CheckError, match="does not fit the signature"):
        hard_case(PERCEPTRON, {"u": 1.0}, None, "s")


def test_rounding_bounds_grow_with_cancellation() -> None:
    system = Rounding(Real(DIGITS), UNIT)
    one = Rounded(system.real.context.mpf(1), system.real.context.mpf(1))
    tiny = Rounded(system.real.context.mpf(2) ** -40, system.real.context.zero)
    left = one + tiny
    difference = left + Rounded(-one.value, one.error)
    assert difference.value == tiny.value
    assert difference.error > 2
    assert perceptron().steps
