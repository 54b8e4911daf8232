"""Kernels that fill arrays in tiles and add up over all samples at once: the same bits, whatever the tiles."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit import kernel_split
from derive.emit.kernel_numpy import emit_module, emit_tiles
from derive.language.derivation import Wanted
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS

NORM = """
norm(x[n]; gamma[n]) -> y
    r = sqrt(mean(k, x[k]**2) + 1/1000)
    z[i] = x[i]/r
    y[i] = gamma[i]*z[i]
"""
FIT = """
fit(x[n]; w[n]) -> L
    L = sum(k, (x[k] - w[k])**2*exp(-x[k]))
"""
NET = """
net(x[n], t[m]; w[n, m]) -> E
    O[k] = sigmoid(sum(j, w[j, k]*x[j]))
    E = sum(k, (O[k] - t[k])**2*O[k])
"""
RANDOM = np.random.default_rng(11)


def made(text: str) -> ModuleType:
    (definition,) = parse(text, DEFINITIONS)
    result = ModuleType(definition.name)
    exec(compile(source(text), definition.name, "exec"), result.__dict__)
    return result


def source(text: str) -> str:
    (definition,) = parse(text, DEFINITIONS)
    wanted = tuple(Wanted("vjp", "y", variable) for variable in ("x", "gamma")) if text == NORM else None
    return emit_module(definition, derive_all(definition, wanted), title="t")


@pytest.fixture
def tiles() -> ModuleType:
    result = ModuleType("_tiles")
    exec(compile(emit_tiles(), "_tiles", "exec"), result.__dict__)
    return result


def arguments(name: str, dtype: type, samples: int) -> tuple[np.ndarray, ...]:
    draw = lambda *shape: RANDOM.normal(size=shape).astype(dtype)  # noqa: E731
    if name == "norm":
        return draw(samples, 30), draw(30), draw(samples, 30)
    return draw(samples, 30), draw(30), draw(samples)


CASES = [("norm", NORM, "norm_vjp"), ("fit", FIT, "fit_value_and_grad")]


def flat(found) -> list[np.ndarray]:
    return [np.asarray(a) for a in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "text", "function"), CASES, ids=lambda value: None if " " in value else value)
def test_the_bits_depend_on_neither_tiles_nor_threads(
    name: str, text: str, function: str, dtype: type, tiles: ModuleType
) -> None:
    m, given = made(text), arguments(name, dtype, 3000)
    assert f"_in_parts(_{function}_tile" in source(text)
    expected = flat(getattr(m, function)(*given))
    m._walk = tiles.walk
    for tile in (800, 8000, 1 << 20):
        for threads in (1, 3):
            tiles.TILE = tile
            tiles.set_num_threads(threads)
            found = flat(getattr(m, function)(*given))
            assert [a.tobytes() for a in found] == [a.tobytes() for a in expected]


@pytest.mark.parametrize(("name", "text", "function"), CASES)
def test_values_are_those_of_the_kernel_that_stays_whole(
    name: str, text: str, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = arguments(name, np.float64, 500)
    found = flat(getattr(made(text), function)(*given))
    monkeypatch.setattr(kernel_split, "LEAST", 1000)
    assert "_in_parts" not in source(text)
    for one, other in zip(found, flat(getattr(made(text), function)(*given)), strict=True):
        assert np.allclose(one, other, rtol=1e-13, atol=1e-13)


def test_results_can_be_written_over_an_input() -> None:
    m, (x, gamma, g) = made(NORM), arguments("norm", np.float64, 50)
    expected = flat(m.norm_vjp(x, gamma, g))
    total = np.empty(30)
    m.norm_vjp(x, gamma, g, out=(x, total))
    assert np.array_equal(x, expected[0])
    assert np.array_equal(total, expected[1])


@pytest.mark.parametrize("samples", [0, 1])
def test_few_samples(samples: int) -> None:
    x, gamma, g = arguments("norm", np.float64, samples)
    by_x, by_gamma = flat(made(NORM).norm_vjp(x, gamma, g))
    assert by_x.shape == (samples, 30)
    expected = (g * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-3)).sum(axis=0) if samples else np.zeros(30)
    assert np.allclose(by_gamma, expected, rtol=1e-13)


def test_what_needs_a_product_of_matrices_stays_whole() -> None:
    assert "_in_parts" not in source(NET)
