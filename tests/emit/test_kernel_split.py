"""Kernels that fill arrays in tiles and add up over all samples at once: the same bits, whatever the tiles."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit import kernel_split
from derive.emit.kernel_numpy import emit_module, emit_tiles
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS

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
    return emit_module(definition, derive_all(definition), title="t")


@pytest.fixture
def tiles() -> ModuleType:
    result = ModuleType("_tiles")
    exec(compile(emit_tiles(), "_tiles", "exec"), result.__dict__)
    return result


def arguments(dtype: type, samples: int) -> tuple[np.ndarray, ...]:
    draw = lambda *shape: RANDOM.normal(size=shape).astype(dtype)  # noqa: E731
    return draw(samples, 30), draw(30), draw(samples)


def flat(found) -> list[np.ndarray]:
    return [np.asarray(a) for a in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bits_depend_on_neither_tiles_nor_threads(dtype: type, tiles: ModuleType) -> None:
    m, given = made(FIT), arguments(dtype, 3000)
    assert "_in_parts(_fit_value_and_grad_tile" in source(FIT)
    expected = flat(m.fit_value_and_grad(*given))
    m._walk = tiles.walk
    for tile in (800, 8000, 1 << 20):
        for threads in (1, 3):
            tiles.TILE = tile
            tiles.set_num_threads(threads)
            found = flat(m.fit_value_and_grad(*given))
            assert [a.tobytes() for a in found] == [a.tobytes() for a in expected]


def test_values_are_those_of_the_kernel_that_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    given = arguments(np.float64, 500)
    found = flat(made(FIT).fit_value_and_grad(*given))
    monkeypatch.setattr(kernel_split, "LEAST", 1000)
    assert "_in_parts" not in source(FIT)
    for one, other in zip(found, flat(made(FIT).fit_value_and_grad(*given)), strict=True):
        assert np.allclose(one, other, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("samples", [0, 1])
def test_few_samples(samples: int) -> None:
    x, w, g = arguments(np.float64, samples)
    found = made(FIT).fit_grad(x, w, g)
    expected = (g[:, None] * -2 * (x - w) * np.exp(-x)).sum(axis=0)
    assert np.allclose(found, expected, rtol=1e-13)


def test_what_needs_a_product_of_matrices_stays_whole() -> None:
    assert "_in_parts" not in source(NET)
