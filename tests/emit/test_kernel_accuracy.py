"""Kernels against 60 digits: ULP over the whole range, and gradients against differences of the definition."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.emit.kernel_modules import CONTEXT, module, ulps, whole_range

mp = CONTEXT


def logistic(x):
    return 1 / (1 + mp.exp(-x))


def logistic_slope(x):
    e = mp.exp(-abs(x))
    return e / (1 + e) ** 2


def tanh_slope(x):
    e = mp.exp(-2 * abs(x))
    return 4 * e / (1 + e) ** 2


UNARY: dict[str, tuple[str, Callable, float, float]] = {
    "sigmoid": ("sigmoid", logistic, 3, 3),
    "sigmoid_grad": ("sigmoid", logistic_slope, 4, 4),
    "tanh": ("tanh", mp.tanh, 2, 3),
    "tanh_grad": ("tanh", tanh_slope, 4, 4),
    "falling": ("falling", lambda x: logistic(-x), 3, 3),
    "falling_grad": ("falling", lambda x: -logistic_slope(x), 4, 4),
    "reflected": ("reflected", lambda x: logistic(-x), 3, 3),
    "reciprocal_grad": ("reciprocal", lambda x: -1 / x**2 if x else mp.ninf, 2, 2),
    "relu_grad": ("relu", lambda x: mp.mpf(x >= 0), 0, 0),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("function", UNARY)
def test_unary_kernels_over_the_whole_range(function: str, dtype) -> None:
    name, truth, *bounds = UNARY[function]
    x = whole_range(dtype)
    if function.startswith("reciprocal"):
        x = x[x != 0]
    found = getattr(module(name), function)(x)
    bound = bounds[0 if dtype == np.float64 else 1]
    assert ulps(found, [truth(mp.mpf(float(v))) for v in x]) <= bound


def test_the_value_of_the_notes_that_is_not_zero() -> None:
    assert module("sigmoid").sigmoid(-100.0) == pytest.approx(3.7200759760208356e-44, rel=1e-15)
    assert module("sigmoid").sigmoid(np.float32(-100)) != 0


def exact_softmax(a, base=None):
    e = [mp.exp(v) if base is None else base**v for v in a]
    return [v / sum(e) for v in e]


def rows(seed: int, count: int = 12, size: int = 5, scale: float = 10.0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return np.concatenate([generator.normal(size=(count, size)) * scale, [[40, 0, 1, -2, 0], [3, 3, 3, 3, 3]]])


def as_exact(row):
    return [mp.mpf(float(v)) for v in row]


def rounding_of_shift(row) -> float:
    """a - max a is rounded once: so many ULP of its exponential."""
    return float(np.ptp(row))


@pytest.mark.parametrize(("name", "base"), [("softmax", None), ("softmax2", 2)])
def test_softmax_and_its_derivatives_with_one_dominating_entry(name: str, base) -> None:
    m, a, g = module(name), rows(1), rows(2, scale=1.0)
    scale = 1 if base is None else mp.log(base)
    for row, weight in zip(a, g, strict=True):
        p = exact_softmax(as_exact(row), base)
        exact_g = as_exact(weight)
        mean = sum(u * v for u, v in zip(exact_g, p, strict=True))
        vjp = [scale * q * (u - mean) for q, u in zip(p, exact_g, strict=True)]
        sizes = [scale * q * sum(r * abs(u - v) for r, v in zip(p, exact_g, strict=True)) for q, u in zip(p, exact_g)]  # noqa: B905
        assert ulps(getattr(m, name)(row), p) <= 8 + rounding_of_shift(row)
        for function in ("vjp", "jvp"):
            found = getattr(m, f"{name}_{function}")(row, weight)
            errors = [abs(mp.mpf(float(f)) - t) / s for f, t, s in zip(found, vjp, sizes, strict=True) if s]
            assert max(errors, default=0) < 16 * 2.3e-16
        jacobian = getattr(m, f"{name}_jacobian")(row)
        truth = [scale * p[i] * (sum(p[k] for k in range(5) if k != i) if i == j else -p[j]) for i in range(5) for j in range(5)]  # fmt: skip  # noqa: E501
        assert ulps(jacobian, truth) <= 12 + 2 * rounding_of_shift(row)


DIFFERENTIATED = ["perceptron", "by_tanh", "cubed", "net", "single", "squared_error", "linear_model"]
SHAPES = {"x": (4, 3), "t": (4, 2), "w": (3, 2), "b": (2,)}
SCALARS = {"squared_error": ("x", "y"), "linear_model": ("x",), "single": ("t",)}


@pytest.mark.parametrize("name", DIFFERENTIATED)
def test_gradients_agree_with_differences_of_the_value(name: str) -> None:
    m = module(name)
    generator = np.random.default_rng(7)
    function, gradient = getattr(m, name), getattr(m, f"{name}_grad")
    parameters = list(function.__wrapped__.__code__.co_varnames[: function.__wrapped__.__code__.co_argcount])
    arguments = {p: generator.normal(size=shape_in(name, p)) for p in parameters}
    weight = generator.uniform(0.5, 1.5, size=4)
    found = gradient(**arguments, g=weight)
    found = found._asdict() if hasattr(found, "_asdict") else {"w": found}
    for variable, array in found.items():
        for place in np.ndindex(np.shape(array)):
            expected = slope(function, arguments, variable, place, weight)
            assert array[place] == pytest.approx(expected, rel=1e-7, abs=1e-8), (variable, place)


def shape_in(name: str, parameter: str) -> tuple[int, ...]:
    if name in ("squared_error", "linear_model"):
        return (4,) if parameter in SCALARS[name] else ()
    if name == "single":
        return {"x": (4, 3), "t": (4,), "w": (3,)}[parameter]
    return SHAPES[parameter]


def slope(function, arguments, variable: str, place, weight, h: float = 1e-3) -> float:
    """Central differences of fourth order of the weighted sum over the samples."""

    def at(shift: float) -> float:
        changed = {k: np.array(v) for k, v in arguments.items()}
        changed[variable][place] += shift
        return float(np.sum(weight * function(**changed)))

    return (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h)


def test_vjp_and_jvp_of_attention_agree_with_differences_and_with_each_other() -> None:
    m = module("attention")
    generator = np.random.default_rng(11)
    q, c, v = (generator.normal(size=(2, *s)) for s in ((3, 2), (4, 2), (4, 5)))
    g = generator.normal(size=(2, 3, 5))
    tangents = [generator.normal(size=a.shape) for a in (q, c, v)]
    pulled = m.attention_vjp(q, c, v, g)
    pushed = m.attention_jvp(q, c, v, *tangents)
    left = np.sum(g * pushed)
    right = sum(np.sum(a * b) for a, b in zip(pulled, tangents, strict=True))
    assert left == pytest.approx(right, rel=1e-13)
    h = 1e-4
    moved = [m.attention(*(a + s * h * b for a, b in zip((q, c, v), tangents, strict=True))) for s in (1, -1)]
    assert np.allclose((moved[0] - moved[1]) / (2 * h), pushed, rtol=1e-6, atol=1e-8)
