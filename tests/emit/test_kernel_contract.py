"""What every kernel promises: shapes, dtypes, batch axes, out=, NaN, infinities, and no warning ever."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.emit.kernel_modules import module

INFINITY = float("inf")
ROW = np.array([0.3, -1.2, 2.0])
RANDOM = np.random.default_rng(0)
X, T, W = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=(4, 2)), RANDOM.normal(size=(3, 2))


# --- shapes and batches ---------------------------------------------------------------------------------


def test_a_target_of_another_shape_is_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match=r"^t has shape \(1, 1\): expected \(\.\.\., m\) with m = 2, as in w\[n, m\]$"):
        module("perceptron").perceptron(X[:1], T[:1, :1], W)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((X, T, W[0]), r"w has shape \(2,\): expected \(n, m\)"),
        ((X, T, W[None]), r"w has shape \(1, 3, 2\): expected \(n, m\)"),
        ((X, 0.0, W), r"t has shape \(\): expected \(\.\.\., m\) with m = 2, as in w\[n, m\]"),
        ((X[:, :2], T, W), r"x has shape \(4, 2\): expected \(\.\.\., n\) with n = 3, as in w\[n, m\]"),
        ((X, T[:, None], W), r"t has batch axes \(4, 1\): expected \(4,\), as x has, or none"),
        (([[1, 2], [3]], T, W), "x is not an array of numbers"),
    ],
)
def test_shapes_that_do_not_fit_name_argument_and_reason(arguments, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        module("perceptron").perceptron_grad(*arguments)


@pytest.mark.parametrize("batch", [(), (1,), (5,), (2, 3), (2, 1, 2)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_small_rows_go_straight_to_the_tile(batch, dtype) -> None:
    """The same to the last bit as row by row, in `out` too, and what `out` shares with an input is no harm."""
    m = module("softmax")
    a, g = RANDOM.normal(size=(2, *batch, 3)).astype(dtype)
    found, target = m.softmax_vjp(a, g), np.empty_like(a)
    assert (found.shape, found.dtype) == (a.shape, dtype)
    for place in np.ndindex(*batch):
        np.testing.assert_array_equal(found[place], m.softmax_vjp(a[place][None], g[place][None])[0])
    assert m.softmax_vjp(a, g, out=target) is target
    np.testing.assert_array_equal(target, found)
    assert m.softmax_vjp(a, g, out=g) is g
    np.testing.assert_array_equal(g, found)


def test_a_fixed_size_is_checked() -> None:
    assert module("fixed").fixed([1, 2, 3]) == 14.0
    with pytest.raises(ValueError, match=r"x has shape \(2,\): expected \(\.\.\., 3\)"):
        module("fixed").fixed([1.0, 2.0])


@pytest.mark.parametrize("batch", [(), (1,), (5,), (2, 3), (0,), (2, 0)])
def test_batches_are_the_samples_one_by_one(batch) -> None:
    m = module("perceptron")
    x, t = RANDOM.normal(size=(*batch, 3)), RANDOM.normal(size=(*batch, 2))
    weight = RANDOM.normal(size=batch)
    value, gradient = m.perceptron_value_and_grad(x, t, W, weight)
    assert value.shape == batch
    assert gradient.x.shape == (*batch, 3)
    total = np.zeros((3, 2))
    for place in np.ndindex(*batch):
        one = m.perceptron_grad(x[place], t[place], W, weight[place])
        total += one.w
        assert np.allclose(one.x, gradient.x[place], rtol=1e-13, atol=1e-300)
        assert np.isclose(m.perceptron(x[place], t[place], W), np.asarray(value)[place], rtol=1e-13)
    assert np.allclose(gradient.w, total, rtol=1e-12, atol=1e-14)


def test_one_sample_goes_with_every_other_and_weights_broadcast() -> None:
    m = module("perceptron")
    one = m.perceptron_grad(X[0], T, W, 0.25)
    full = m.perceptron_grad(np.tile(X[0], (4, 1)), T, W, np.full(4, 0.25))
    assert np.array_equal(one.w, full.w)
    assert np.array_equal(one.x, full.x)
    assert one.x.shape == (4, 3)


@pytest.mark.parametrize("name", ["softmax", "softmax2", "identity", "layer"])
@pytest.mark.parametrize("shape", [(0,), (2, 0), (0, 3), (1,), (3, 1)])
def test_empty_axes_and_axes_of_one(name: str, shape) -> None:
    m = module(name)
    a = np.ones(shape)
    more = (np.ones((shape[-1], 2)),) if name == "layer" else ()
    out_shape = (*shape[:-1], 2) if name == "layer" else shape
    assert getattr(m, name)(a, *more).shape == out_shape
    found = getattr(m, f"{name}_vjp")(a, *more, np.ones(out_shape))
    assert np.shape(found) == (more[0].shape if more else shape)


def test_a_scalar_in_is_a_scalar_out() -> None:
    m = module("sigmoid")
    for function in (m.sigmoid, m.sigmoid_grad):
        assert type(function(0.5)) is np.float64
        assert type(function(np.float32(0.5))) is np.float32
        assert type(function(np.array(0.5))) is np.float64
    assert type(module("linear_model").linear_model_grad(1.0, 2.0, 3.0).b) is np.float64


# --- dtypes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "steep", "falling", "tiny", "euler", "constant", "powers"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_keep_their_dtype(name: str, dtype) -> None:
    m = module(name)
    x = np.array([0.5, 1.0, 1.5], dtype)
    for function in m.__all__:
        arguments = (x,) if function.endswith(("grad", name)) else (x, x)
        found = getattr(m, function)(*arguments)
        for array in found if isinstance(found, tuple) else (found,):
            assert array.dtype == dtype, function


def test_half_precision_computes_in_single() -> None:
    x = np.linspace(-8, 8, 50).astype(np.float16)
    found = module("sigmoid").sigmoid(x)
    assert np.array_equal(found, module("sigmoid").sigmoid(x.astype(np.float32)).astype(np.float16))


@pytest.mark.parametrize("value", [3, True, [1, 2], np.arange(3, dtype=np.int8), np.array([True, False])])
def test_integers_and_bools_become_float64(value) -> None:
    assert np.asarray(module("sigmoid").sigmoid(value)).dtype == np.float64


def test_python_numbers_are_weak() -> None:
    x = np.ones(3, np.float32)
    assert module("linear_model").linear_model(x, 2.0, 1).dtype == np.float32
    assert module("linear_model").linear_model(x, np.float64(2.0), 1).dtype == np.float64
    assert module("sigmoid").sigmoid_vjp(x, 2**70).dtype == np.float32


@pytest.mark.parametrize("bad", [1j, np.ones(2, complex), "text", None, [object()], np.longdouble(1), np.array(["a"])])
def test_other_dtypes_are_refused_by_name(bad) -> None:
    with pytest.raises(TypeError, match=r"^g has dtype"):
        module("sigmoid").sigmoid_vjp(1.0, bad)


def test_a_number_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^x is not an array of numbers"):
        module("sigmoid").sigmoid(10**400)


# --- memory ----------------------------------------------------------------------------------------------

STRIDED = {
    "plain": lambda a: a,
    "reversed": lambda a: a[::-1].copy()[::-1],
    "step": lambda a: np.repeat(a, 3, axis=0)[::3],
    "fortran": np.asfortranarray,
    "byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "list": lambda a: a.tolist(),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layout", STRIDED, ids=str)
def test_the_bits_do_not_depend_on_strides(layout: str, dtype) -> None:
    if layout == "list" and dtype == np.float32:
        dtype = np.float64
    a = RANDOM.normal(size=(7, 33)).astype(dtype)
    g = RANDOM.normal(size=(7, 33)).astype(dtype)
    for name in ("softmax", "sigmoid"):
        vjp = getattr(module(name), f"{name}_vjp")
        found = vjp(STRIDED[layout](a), STRIDED[layout](g))
        assert np.array_equal(found, vjp(a, g))
        assert found.dtype.isnative


def test_read_only_inputs_are_left_alone_and_results_are_new() -> None:
    for name in ("identity", "sigmoid", "linear_model"):
        m = module(name)
        arguments = [np.linspace(1, 2, 5)] + [np.array(2.0)] * (2 if name == "linear_model" else 0)
        for a in arguments:
            a.flags.writeable = False
        found = getattr(m, name)(*arguments)
        assert not any(np.shares_memory(found, a) for a in arguments)
        found[...] = 0
        assert np.array_equal(arguments[0], np.linspace(1, 2, 5))


def test_out_is_filled_returned_and_may_overlap() -> None:
    m = module("softmax")
    a, g = RANDOM.normal(size=(4, 3)), RANDOM.normal(size=(4, 3))
    right = m.softmax_vjp(a, g)
    for target in (np.empty((4, 3)), g.copy()):
        assert m.softmax_vjp(a, g, out=target) is target
        assert np.array_equal(target, right)
    overlapping = a.copy()
    assert np.array_equal(m.softmax_vjp(overlapping, g, out=overlapping), right)
    scalar = np.empty(())
    assert module("sigmoid").sigmoid(0.0, out=scalar) is scalar
    assert scalar == 0.5


def test_out_of_a_named_tuple_is_a_tuple() -> None:
    m = module("perceptron")
    right = m.perceptron_grad(X, T, W)
    targets = (np.empty((3, 2)), np.empty((4, 3)))
    found = m.perceptron_grad(X, T, W, out=targets)
    assert found.w is targets[0]
    assert all(np.array_equal(a, b) for a, b in zip(targets, right, strict=True))
    value = np.empty(4)
    m.perceptron_value_and_grad(X, T, W, out=(value, targets))
    assert np.array_equal(value, m.perceptron(X, T, W))
    with pytest.raises(ValueError, match="out holds 1 arrays: expected 2"):
        m.perceptron_grad(X, T, W, out=targets[0])


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        (np.empty(2), ValueError, "expected float64 \\(3,\\)"),
        (np.empty(3, np.float32), ValueError, "out is float32"),
        ([0.0] * 3, (TypeError, ValueError), "out"),
        (np.broadcast_to(0.0, 3), ValueError, "read-only"),
    ],
)
def test_an_out_that_does_not_fit_is_refused(target, error, message: str) -> None:
    with pytest.raises(error, match=message):
        module("sigmoid").sigmoid(ROW, out=target)


# --- special values --------------------------------------------------------------------------------------

EXTREME = np.array([0.0, -0.0, 1e-320, -1e-320, 1e308, -1e308, 745.2, -745.2, INFINITY, -INFINITY, np.nan, 40.0])
UNARY = ("sigmoid", "tanh", "relu", "reciprocal", "steep", "falling", "silu", "shifted", "reflected")


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_no_warning_and_no_error_under_any_caller(name: str, dtype) -> None:
    m = module(name)
    with np.errstate(all="ignore"):
        x = EXTREME.astype(dtype)
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for function in m.__all__:
            arguments = (x,) if function.endswith(("grad", name)) else (x, x)
            getattr(m, function)(*arguments)


@pytest.mark.parametrize("name", UNARY)
def test_nan_in_is_nan_out(name: str) -> None:
    m = module(name)
    for function in m.__all__:
        for place in range(1 if function.endswith(("grad", name)) else 2):
            arguments = [0.5] * (1 if function.endswith(("grad", name)) else 2)
            arguments[place] = np.nan
            found = getattr(m, function)(*arguments)
            assert np.all(np.isnan(np.asarray(found))), function


def test_limits_at_infinity() -> None:
    both = np.array([-INFINITY, INFINITY])
    for name, limits in {"sigmoid": [0, 1], "tanh": [-1, 1], "falling": [1, 0], "reciprocal": [0, 0]}.items():
        assert np.array_equal(getattr(module(name), name)(both), limits)
        assert np.array_equal(getattr(module(name), f"{name}_grad")(both), [0, 0])
    assert np.array_equal(module("relu").relu_grad([-INFINITY, -1, -0.0, 0, 1, INFINITY]), [0, 0, 1, 1, 1, 1])


def test_softmax_at_the_ends_of_the_range() -> None:
    m = module("softmax")
    assert np.array_equal(m.softmax([1e308, -1e308, 1e308]), [0.5, 0.0, 0.5])
    assert np.array_equal(m.softmax([-INFINITY, 0.0]), [0.0, 1.0])
    assert np.all(np.isnan(m.softmax([INFINITY, 0.0])))
    assert np.all(np.isnan(m.softmax([-INFINITY, -INFINITY])))
    assert np.all(np.isnan(m.softmax([0.0, np.nan])))
    assert np.all(np.isfinite(m.softmax_vjp([1e308, -1e308, 3.0], [1.0, 2.0, 3.0])))


# --- shapes, dtypes and strides at random ----------------------------------------------------------------


@given(
    a=hnp.arrays(
        st.sampled_from([np.float64, np.float32]),
        hnp.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=4),
        elements=st.floats(-50, 50, width=32),
    )
)
def test_softmax_rows_add_up_to_one_for_any_shape(a: np.ndarray) -> None:
    before = a.copy()
    p = module("softmax").softmax(a)
    assert p.shape == a.shape
    assert p.dtype == a.dtype
    assert np.array_equal(a, before)
    if a.size:
        assert np.allclose(p.sum(axis=-1), 1, rtol=1e-5)


@given(
    batch=hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    n=st.integers(0, 4),
    m=st.integers(0, 3),
    seed=st.integers(0, 2**31),
    single=st.booleans(),
)
def test_perceptron_gradients_have_the_shapes_of_their_inputs(batch, n: int, m: int, seed: int, single: bool) -> None:
    generator = np.random.default_rng(seed)
    dtype = np.float32 if single else np.float64
    x, t, w = (generator.normal(size=s).astype(dtype) for s in ((*batch, n), (*batch, m), (n, m)))
    value, gradient = module("perceptron").perceptron_value_and_grad(x, t, w)
    assert (value.shape, gradient.w.shape, gradient.x.shape) == (batch, w.shape, x.shape)
    assert {value.dtype, gradient.w.dtype, gradient.x.dtype} == {np.dtype(dtype)}
    assert all(np.all(np.isfinite(a)) for a in (value, *gradient))
