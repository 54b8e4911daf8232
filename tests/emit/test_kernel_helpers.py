"""Special functions that NumPy lacks, against mpmath over the whole range, and other helpers against plain loops."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from derive.emit.kernel_helpers import HELPERS, helpers
from derive.emit.templating import environment
from derive.ir.ops import OPS
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


SPECIAL: dict[str, tuple[Callable, Callable, float]] = {
    "erf": (mp.erf, both_signs, 3),
    "erfc": (mp.erfc, both_signs, 4),
    "normal_tail": (lambda x: mp.erfc(x / mp.sqrt(2)) / 2, both_signs, 4),
    "lgamma": (mp.loggamma, positive, 6),
    "digamma": (mp.digamma, positive, 6),
    "trigamma": (lambda x: mp.psi(1, x), positive, 4),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", SPECIAL)
def test_special_functions_over_the_whole_range(name: str, dtype) -> None:
    truth, points, bound = SPECIAL[name]
    x = points(dtype)
    with np.errstate(all="ignore"):
        found = getattr(CODE, f"_{name}")(x)
    assert found.dtype == dtype
    assert ulps(found, [truth(mp.mpf(float(v))) for v in x]) <= (bound if dtype == np.float64 else 0.51)


@pytest.mark.parametrize("name", ["lgamma", "digamma", "trigamma"])
def test_reflection_below_zero(name: str) -> None:
    x = -np.random.default_rng(3).uniform(0.05, 30, 200)
    truths = {"lgamma": lambda v: mp.log(abs(mp.gamma(v))), "digamma": mp.digamma, "trigamma": lambda v: mp.psi(1, v)}
    expected = np.array([float(truths[name](mp.mpf(v))) for v in x])
    with np.errstate(all="ignore"):
        assert np.allclose(getattr(CODE, f"_{name}")(x), expected, rtol=1e-12, atol=1e-12)


EDGES = {
    "erf": {np.inf: 1.0, -np.inf: -1.0, 0.0: 0.0},
    "erfc": {np.inf: 0.0, -np.inf: 2.0, 0.0: 1.0},
    "lgamma": {np.inf: np.inf, 0.0: np.inf, -1.0: np.inf},
    "digamma": {np.inf: np.inf, 0.0: -np.inf},
    "trigamma": {np.inf: 0.0, 0.0: np.inf, -1.0: np.inf},
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_and_nan(name: str) -> None:
    function = getattr(CODE, f"_{name}")
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
    assert helpers(["y = _erf(x) * _product_of_others(a, axis=1)"]) == ["product_of_others", "erf", "erfc", "gaussian"]
    known = {h.name for h in HELPERS}
    spelled = {name for op in OPS for name in re.findall(r"\b_(\w+)\(", op.numpy)}
    assert spelled <= known
