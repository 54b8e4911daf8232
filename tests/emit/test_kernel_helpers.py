"""Special functions that NumPy lacks, against mpmath over the whole range, and other helpers against plain loops."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from derive.emit.kernel_helpers import HELPERS, helpers
from derive.emit.templating import environment
from derive.ir.ops import OPS
from derive.language.primitives import POLYGAMMA
from tests.emit.kernel_modules import CONTEXT, ulps

mp = CONTEXT


def module() -> ModuleType:
    """All helpers in one module."""
    found = ModuleType("helpers")
    text = [environment().get_template(f"partials/kernel_{h.name}.py.jinja").render() for h in HELPERS]
    exec("import numpy as np\n\n\n" + "\n\n".join(text), found.__dict__)
    return found


CODE = module()


def both_signs(dtype) -> np.ndarray:
    generator = np.random.default_rng(1)
    tiny = np.log10(float(np.finfo(dtype).smallest_subnormal))
    sizes = np.concatenate([10.0 ** np.linspace(tiny, 2, 200), generator.uniform(0, 6, 300), [0.46875, 4.0, 26.5, 0.0]])
    return np.concatenate([sizes, -sizes]).astype(dtype)


def positive(dtype) -> np.ndarray:
    """The whole range, and near the zeros 1 and 2 of ln Gamma and that of digamma."""
    generator = np.random.default_rng(2)
    info = np.finfo(dtype)
    wide = 10.0 ** np.linspace(np.log10(float(info.tiny)) + 1, np.log10(float(info.max)) - 4, 200)
    near = [c + generator.normal(size=60) * s for c in (1, 2, 1.4616321449683622) for s in (1e-3, 1e-6, 1e-12)]
    edges = [1.0, 2.0, 3.0, 10.0, np.nextafter(1, 0), np.nextafter(2, 0), np.nextafter(2, 3), 1.4616321449683622]
    found = np.concatenate([wide, generator.uniform(0, 12, 300), *near, edges]).astype(dtype)
    return found[found > 0]


def around_zero(dtype) -> np.ndarray:
    """Both signs down to the smallest normal number, and the borders of the series."""
    tiny = np.log10(float(np.finfo(dtype).tiny)) + 1
    sizes = np.concatenate(
        [10.0 ** np.linspace(tiny, -0.5, 200), np.linspace(0.01, 0.9, 200), [0.5, np.nextafter(0.5, 0)]]
    )
    return np.concatenate([sizes, -sizes]).astype(dtype)


def lgamma_of_one_plus(value):
    """With the digits that 1 + value needs."""
    with mp.workdps(360):
        return mp.loggamma(1 + value)


def psi(order: int) -> Callable:
    return lambda x: mp.psi(order, x)


def helper(name: str) -> Callable:
    """A special function by its name, and its order where it has one."""
    function, _, order = name.partition(" ")
    found = getattr(CODE, f"_{function}")
    return (lambda x: found(x, int(order))) if order else found


SPECIAL: dict[str, tuple[Callable, Callable, float, float]] = {
    "erf": (mp.erf, both_signs, 3, 0.51),
    "erfc": (mp.erfc, both_signs, 4, 4),
    "normal_tail": (lambda x: mp.erfc(x / mp.sqrt(2)) / 2, both_signs, 4, 4),
    "lgamma": (mp.loggamma, positive, 6, 0.51),
    "lgamma1p": (lgamma_of_one_plus, around_zero, 6, 0.51),
    "digamma": (mp.digamma, positive, 6, 0.51),
    **{f"polygamma {order}": (psi(order), positive, 4, 0.51) for order in POLYGAMMA.values()},
}
"""Truth, points, bounds in float64 and float32; where that is 0.51, float32 is computed in float64."""


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_over_the_whole_range(name: str, dtype) -> None:
    truth, points, *bounds = SPECIAL[name]
    x = points(dtype)
    with np.errstate(all="ignore"):
        found = helper(name)(x)
    assert found.dtype == dtype
    assert ulps(found, [truth(mp.mpf(float(v))) for v in x]) <= bounds[dtype == np.float32]


def coefficients(center: float, end: int, count: int) -> list[float]:
    """Those of `_mills`, the highest first: Newton's divided differences at Chebyshev nodes, then powers of u."""
    c, last = mp.mpf(center), (end - mp.mpf(center)) / (end + mp.mpf(center))
    nodes = [(last - 1) / 2 + (last + 1) / 2 * mp.cos(mp.pi * (2 * j + 1) / (2 * count)) for j in range(count)]
    places = [c * (1 + u) / (1 - u) for u in nodes]
    divided = [mp.exp(t * t / 2) * mp.erfc(t / mp.sqrt(2)) / 2 * (t + mp.mpf(29) / 32) for t in places]
    for order in range(1, count):
        for i in range(count - 1, order - 1, -1):
            divided[i] = (divided[i] - divided[i - 1]) / (nodes[i] - nodes[i - order])
    powers = [mp.mpf(0)]  # the highest first
    for node, value in zip(reversed(nodes), reversed(divided), strict=True):
        shifted = [*powers, mp.mpf(0)]
        powers = [a - node * b for a, b in zip(shifted, [mp.mpf(0), *powers], strict=True)]
        powers[-1] += value
    return [float(p) for p in powers[1:]]


@pytest.mark.parametrize(("center", "end", "count"), [(3.75, 15, 10), (6.0, 40, 23)])
def test_coefficients_are_those_that_the_docstring_says(center: float, end: int, count: int) -> None:
    text = environment().get_template("partials/kernel_mills.py.jinja").render()
    start = text.index(f"center, coefficients = {center}, (")
    numbers = re.findall(r"-?\d\.\d+(?:e-\d+)?(?=,)", text[start : text.index("# fmt", start)].partition("(")[2])
    found = [float(number) for number in numbers]
    expected = coefficients(center, end, count)
    assert len(found) == count
    assert all(abs(a - b) <= 1e-15 * abs(b) for a, b in zip(found, expected, strict=True))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_sums_of_a_tail_and_a_gaussian(dtype) -> None:
    """Against the sizes of both parts, with factors of either sign."""
    x = np.concatenate([both_signs(dtype), np.array([0.7517915, -0.7517915], dtype)])
    a, b = np.random.default_rng(7).normal(size=(2, x.size)).astype(dtype)
    with np.errstate(all="ignore"):
        found = CODE._normal_tail(x, a, b)
        assert CODE._normal_tail(x, a, b, out=a.copy()).tobytes() == found.tobytes()
        assert np.array_equal(CODE._normal_tail(x, 2.0, 4 * b), 2 * CODE._normal_tail(x, 1.0, 2 * b))
        assert np.array_equal(CODE._normal_tail(x, 2.0), 2 * CODE._normal_tail(x))
    for value, factor, other, y in zip(*(map(float, v) for v in (x, a, b, found)), strict=True):
        parts = factor * mp.erfc(mp.mpf(value) / mp.sqrt(2)) / 2, other * mp.exp(-(mp.mpf(value) ** 2) / 2)
        size = dtype(float(sum(abs(p) for p in parts)))
        assert abs(y - sum(parts)) <= 5 * max(np.spacing(size), np.finfo(dtype).smallest_subnormal)


@pytest.mark.parametrize("square", [2.0**-20, 0.25, 0.5, 1.0, 2.0, 2.0**20])
def test_gaussians_of_any_width(square: float) -> None:
    x = np.linspace(-30, 30, 500) / np.sqrt(square)
    truth = [mp.exp(-mp.mpf(square) * mp.mpf(v) ** 2) for v in x.tolist()]
    assert ulps(CODE._gaussian(x, square), truth) <= 3
    assert (
        ulps(
            CODE._gaussian(x.astype(np.float32), square, 1.0),
            [mp.exp(-square * mp.mpf(float(v)) ** 2) for v in x.astype(np.float32)],
        )
        <= 0.51
    )


@pytest.mark.parametrize("name", ["lgamma", "digamma", *(f"polygamma {order}" for order in POLYGAMMA.values())])
def test_reflection_below_zero(name: str) -> None:
    x = -np.random.default_rng(3).uniform(0.05, 30, 200)
    truth = {"lgamma": lambda v: mp.log(abs(mp.gamma(v)))}.get(name, SPECIAL[name][0])
    expected = np.array([float(truth(mp.mpf(v))) for v in x])
    with np.errstate(all="ignore"):
        assert np.allclose(helper(name)(x), expected, rtol=1e-12, atol=1e-12)


EDGES = {
    "erf": {np.inf: 1.0, -np.inf: -1.0, 0.0: 0.0},
    "erfc": {np.inf: 0.0, -np.inf: 2.0, 0.0: 1.0},
    "normal_tail": {np.inf: 0.0, -np.inf: 1.0, 0.0: 0.5},
    "lgamma": {np.inf: np.inf, 0.0: np.inf, -1.0: np.inf},
    "digamma": {np.inf: np.inf, 0.0: -np.inf},
    "polygamma 1": {np.inf: 0.0, 0.0: np.inf, -1.0: np.inf},
    "polygamma 2": {np.inf: 0.0, 0.0: -np.inf},
    "polygamma 3": {np.inf: 0.0, 0.0: np.inf, -1.0: np.inf},
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_and_nan(name: str) -> None:
    function = helper(name)
    with np.errstate(all="ignore"):
        for x, y in EDGES[name].items():
            assert function(np.array([x]))[0] == y
        assert np.isnan(function(np.array([np.nan]))[0])
        assert function(np.empty((0, 3))).shape == (0, 3)


def test_erf_is_odd_down_to_the_sign_of_zero() -> None:
    assert np.signbit(CODE._erf(np.array([-0.0]))[0])


@pytest.mark.parametrize("zeros", [(), (1,), (0, 3)])
def test_products_of_others_do_not_divide(zeros: tuple[int, ...]) -> None:
    array = np.random.default_rng(4).normal(size=(3, 5, 2))
    array[:, list(zeros)] = 0
    expected = np.stack([np.prod(np.delete(array, k, axis=1), axis=1) for k in range(5)], axis=1)
    assert np.allclose(CODE._product_of_others(array, axis=1), expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize(("offset", "size"), [(1, 4), (-1, 5), (-2, 3), (4, 9), (7, 2)])
def test_windows_are_filled_with_zeros(offset: int, size: int) -> None:
    array = np.arange(1.0, 11.0).reshape(2, 5)
    found = CODE._shifted(array, axis=1, offset=offset, size=size)
    expected = [[row[k + offset] if 0 <= k + offset < 5 else 0 for k in range(size)] for row in array]
    assert np.array_equal(found, expected)


def test_what_lands_on_one_place_is_added() -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert np.array_equal(CODE._scattered((4, 2), np.array([1, 3, 1]), values), [[0, 0], [6, 8], [0, 0], [3, 4]])


def test_the_entry_at_the_largest_is_the_first_of_equals() -> None:
    by = np.array([[1.0, 3.0, 3.0], [2.0, 0.0, 1.0]])
    values = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(CODE._at_largest(values, by, axis=1), [1.0, 3.0])
    assert np.array_equal(CODE._at_largest(np.empty((2, 0)), np.empty((2, 0)), axis=1), [0.0, 0.0])


def test_helpers_come_with_what_they_call_and_only_where_called() -> None:
    assert helpers(["y = 1 + x"]) == []
    assert helpers(["y = _erf(x) * _product_of_others(a, axis=1)"]) == [
        "product_of_others",
        "erf",
        "erfc",
        "mills",
        "gaussian",
    ]
    known = {h.name for h in HELPERS}
    spelled = {name for op in OPS for name in re.findall(r"\b_(\w+)\(", op.numpy)}
    assert spelled <= known


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 255, 256, 300, 5000])
def test_sums_of_products_round_little(dtype, count: int) -> None:
    """Against sums with more digits; one after another, 5000 terms would be off by ten times as much."""
    first, second = np.random.default_rng(8).uniform(0.5, 1, size=(2, count, 3)).astype(dtype)
    expected = (first.astype(np.longdouble) * second).sum(axis=0)
    found = CODE._summed(first, second)
    assert (found.shape, found.dtype) == ((3,), dtype)
    assert np.all(np.abs(found - expected) <= 6 * np.spacing(expected.astype(dtype)))
    deep = CODE._summed(first.reshape(count, 3, 1), second.reshape(count, 3, 1))
    assert np.array_equal(deep[:, 0], found)


# --- norms of rows -----------------------------------------------------------------------------------------


def norms(rows: np.ndarray, **beside: Any) -> np.ndarray:
    with np.errstate(all="ignore"):
        return CODE._norm(rows, **beside)


@pytest.mark.parametrize("beside", [{}, {"mean": True}, {"added": 0.25}, {"mean": True, "added": 2.0**-17}])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1, 2, 3, 300])
def test_norms_over_the_whole_range(dtype, size: int, beside: dict[str, Any]) -> None:
    info, generator = np.finfo(dtype), np.random.default_rng(3)
    lowest, highest = np.log10(float(info.tiny)) + 2, np.log10(float(info.max)) - 3
    scales = 10.0 ** np.linspace(lowest, highest, 400)
    edges = [1e-15, np.nextafter(1e-15, 0), 1e15, np.nextafter(1e15, 1e16), 1e-16, 1e16]
    rows = (generator.normal(size=(406, size)) * np.concatenate([scales, edges])[:, None]).astype(dtype)
    found = norms(rows, **beside)
    assert found.dtype == dtype
    divisor = size if beside.get("mean") else 1
    squares = [sum(mp.mpf(float(v)) ** 2 for v in row) / divisor + beside.get("added", 0) for row in rows]
    assert ulps(found, [mp.sqrt(s) for s in squares]) <= 3
    one_by_one = np.concatenate([norms(row[None], **beside) for row in rows])
    assert np.array_equal(found, one_by_one)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_norm_is_the_same_bits_whatever_stands_in_other_rows(dtype) -> None:
    rows = (np.random.default_rng(4).normal(size=(7, 200)) * [[1], [1e30], [0], [1e-30], [1], [1e-15], [1e15]]).astype(
        dtype
    )
    together = norms(rows)
    assert all(norms(rows[k : k + 1])[0] == together[k] for k in range(7))
    deep = norms(rows.reshape(7, 4, 50))
    assert np.array_equal(deep, norms(rows.reshape(28, 50)).reshape(7, 4))


def test_norms_of_nothing_of_zeros_and_of_what_is_no_number() -> None:
    rows = np.array([[0.0, -0.0], [np.inf, 1], [np.nan, 1], [-np.inf, 0], [5e-324, 0], [1e308, 1e308]])
    found = norms(rows)
    assert found[0] == 0
    assert found[1] == found[3] == np.inf
    assert np.isnan(found[2])
    assert found[4] == 5e-324
    assert np.isclose(found[5], np.sqrt(2) * 1e308, rtol=1e-15)
    assert np.array_equal(norms(np.empty((3, 0))), np.zeros(3))
    assert norms(np.array([3e200, 4e200])) == 5e200
    assert norms(np.array([3.0, 4.0])) == 5
