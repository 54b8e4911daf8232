"""Kernels of numbers that add up over the samples: the same bits on any number of threads, and one number for all."""

from __future__ import annotations

import math
import tracemalloc
from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module, emit_tiles
from derive.emit.kernel_plan import kernels
from derive.emit.kernel_sums import is_sum
from derive.ir.graph import BATCH, Argument, Node
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.resolve import parse
from tests.corpus import DEFINITIONS

LINE = """
line(x; w, b) -> z
    z = w*x + b
"""
FIT = """
fit(x, y; w) -> L
    L = (y - w*x)**2*exp(-y)
"""
PENALTY = """
penalty(x; w) -> L
    L = w**2*x + w**2
"""
NORM = """
norm(x[n]; gamma[n]) -> y
    r = sqrt(mean(k, x[k]**2) + 1/1000)
    z[i] = x[i]/r
    y[i] = gamma[i]*z[i]
"""
ROWS = """
rows(x[n]; w[n]) -> z
    z = sum(k, w[k]*x[k])
"""
RANDOM = np.random.default_rng(23)
SAMPLES = (1 << 17) + 5000


def definition_of(text: str) -> Definition:
    (definition,) = parse(text, DEFINITIONS)
    return definition


def source(text: str) -> str:
    definition = definition_of(text)
    wanted = tuple(Wanted("vjp", "y", variable) for variable in ("x", "gamma")) if text == NORM else None
    return emit_module(definition, derive_all(definition, wanted), title="t")


def made(text: str, tiles: ModuleType | None = None) -> ModuleType:
    result = ModuleType("made")
    exec(compile(source(text), "made", "exec"), result.__dict__)
    if tiles is not None:
        result._walk, result._add_up = tiles.walk, tiles.add_up
    return result


@pytest.fixture
def tiles() -> ModuleType:
    result = ModuleType("_tiles")
    exec(compile(emit_tiles(), "_tiles", "exec"), result.__dict__)
    return result


def flat(found) -> list[np.ndarray]:
    return [np.asarray(a) for part in found for a in (part if isinstance(part, tuple) else (part,))]


def draw(samples: int, dtype: type = np.float64) -> np.ndarray:
    return RANDOM.normal(size=samples).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_bits_do_not_depend_on_the_threads(dtype: type, tiles: ModuleType) -> None:
    m, (x, y) = made(FIT, tiles), (draw(SAMPLES, dtype), draw(SAMPLES, dtype))
    tiles.TILE = 1 << 16
    seen = set()
    for threads in (1, 2, 5):
        tiles.set_num_threads(threads)
        seen.add(tuple(a.tobytes() for a in flat(m.fit_value_and_grad(x, y, dtype(1.25)))))
    assert len(seen) == 1


@pytest.mark.parametrize("tile", [1 << 12, 1 << 16, 1 << 30])
@pytest.mark.parametrize("weight", [1.0, "one for each"])
def test_sums_are_those_of_all_samples(tile: int, weight: object, tiles: ModuleType) -> None:
    m, x, y, w = made(FIT, tiles), draw(SAMPLES), draw(SAMPLES), 0.75
    g = draw(SAMPLES) if isinstance(weight, str) else weight
    tiles.TILE = tile
    value, by_w = m.fit_value_and_grad(x, y, w, g)
    terms = -2 * g * (y - w * x) * x * np.exp(-y)
    assert np.allclose(value, (y - w * x) ** 2 * np.exp(-y), rtol=1e-14)
    for found in (by_w, m.fit_grad(x, y, w, g)):
        assert abs(found - math.fsum(terms)) <= 1e-15 * math.fsum(abs(terms)) * 20


def test_one_weight_for_all_samples_takes_no_memory(tiles: ModuleType) -> None:
    m, seen = made(LINE, tiles), []
    walk = tiles.add_up

    def watched(tile, arrays, filled, rest):
        seen.extend(arrays)
        return walk(tile, arrays, filled, rest)

    m._add_up = watched
    x = draw(SAMPLES)
    by_w, by_b = m.line_grad(x, 1.0, 2.0, 0.5)
    assert [a.strides for a in seen] == [(8,), (0,)]
    assert by_b == 0.5 * SAMPLES
    assert abs(by_w - 0.5 * math.fsum(x)) <= 1e-13 * math.fsum(abs(x))


def test_a_weight_of_all_is_a_factor_and_one_of_each_a_product(tiles: ModuleType) -> None:
    m, x = made(LINE, tiles), draw(5000)
    one, each = m.line_grad(x, 1.0, 2.0, 0.1), m.line_grad(x, 1.0, 2.0, np.full(5000, 0.1))
    for found, exact in ((one, 1e-16), (each, 1e-14)):
        assert abs(found.w - math.fsum(0.1 * x)) <= exact * math.fsum(abs(x)) * 10
        assert abs(found.b - 500) <= exact * 5000
    infinite = m.line_grad(np.ones(3), 1.0, 2.0, np.inf)
    assert infinite == (np.inf, np.inf)
    assert np.isnan(m.line_grad(np.ones(3), 1.0, 2.0, np.nan)).all()


def test_several_leading_axes_and_one_weight(tiles: ModuleType) -> None:
    m, x = made(LINE, tiles), draw(SAMPLES - SAMPLES % 5).reshape(5, -1)
    tiles.TILE = 1 << 16
    value, gradient = m.line_value_and_grad(x, 3.0, 1.0, 2.0)
    assert np.array_equal(value, 3 * x + 1)
    assert gradient.b == 2 * x.size


def test_a_module_without_its_package_gives_the_same_sums(tiles: ModuleType) -> None:
    x, y = draw(SAMPLES), draw(SAMPLES)
    whole, parts = made(FIT), made(FIT, tiles)
    assert whole._add_up is None
    assert np.isclose(whole.fit_grad(x, y, 0.5), parts.fit_grad(x, y, 0.5), rtol=1e-12)


def test_strided_and_foreign_arrays(tiles: ModuleType) -> None:
    m, x = made(LINE, tiles), draw(2 * SAMPLES).astype(np.float32)[::-2]
    tiles.TILE = 1 << 16
    assert m.line_grad(x, 1, 2).w == m.line_grad(x.copy(), 1, 2).w


@pytest.mark.parametrize("samples", [0, 1, SAMPLES])
@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_what_has_no_samples_counts_once_for_each(samples: int, weight: float, tiles: ModuleType) -> None:
    m, x, w = made(PENALTY, tiles), draw(samples), 1.5
    tiles.TILE = 1 << 16
    assert np.isclose(m.penalty_grad(x, w, weight), 2 * w * weight * (math.fsum(x) + samples), rtol=1e-12)


def test_a_failing_tile_reaches_the_caller(tiles: ModuleType) -> None:
    def fails(x):
        raise ZeroDivisionError

    tiles.TILE = 8
    with pytest.raises(ZeroDivisionError):
        tiles.add_up(fails, [np.ones(100)], (), ())


def test_products_of_matrices_stay_whole() -> None:
    assert "_added_up" in source(LINE)
    assert "_added_up" in source(NORM)
    assert "_added_up" not in source(ROWS)


# --- vectors of a sample ----------------------------------------------------------------------------------


def vectors(samples: int, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        draw(30 * samples, dtype).reshape(samples, 30),
        draw(30, dtype),
        draw(30 * samples, dtype).reshape(samples, 30),
    )


def norm_by_hand(x: np.ndarray, gamma: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r = np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-3)
    z, z_bar = x / r, g * gamma
    return (z_bar - (z_bar * z).sum(axis=1, keepdims=True) * z / 30) / r, (g * z).sum(axis=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tile", [800, 8000, 1 << 20])
def test_the_bits_of_vectors_do_not_depend_on_the_threads(dtype: type, tile: int, tiles: ModuleType) -> None:
    m, given, seen = made(NORM, tiles), vectors(3000, dtype), set()
    tiles.TILE = tile
    for threads in (1, 3):
        tiles.set_num_threads(threads)
        seen.add(tuple(a.tobytes() for a in flat(m.norm_vjp(*given))))
    assert len(seen) == 1


@pytest.mark.parametrize("samples", [0, 1, 15, 16, 17, 3000])
def test_sums_of_vectors_are_those_of_all_samples(samples: int, tiles: ModuleType) -> None:
    m, given = made(NORM, tiles), vectors(samples)
    tiles.TILE = 8000
    for found, expected in zip(flat(m.norm_vjp(*given)), norm_by_hand(*given), strict=True):
        assert found.shape == expected.shape
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_no_array_of_all_samples_beside_the_results(tiles: ModuleType) -> None:
    m, given = made(NORM, tiles), vectors(SAMPLES)
    m.norm_vjp(*given)
    tracemalloc.start()
    m.norm_vjp(*given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < given[0].nbytes + (8 << 20)


def test_results_can_be_written_over_an_input(tiles: ModuleType) -> None:
    m, (x, gamma, g) = made(NORM, tiles), vectors(50)
    by_x, by_gamma = norm_by_hand(x, gamma, g)
    total = np.empty(30)
    m.norm_vjp(x, gamma, g, out=(x, total))
    assert np.allclose(x, by_x, rtol=1e-12, atol=1e-12)
    assert np.allclose(total, by_gamma, rtol=1e-12, atol=1e-12)


# --- what is a sum over the samples ----------------------------------------------------------------------


def number(name: str) -> Node:
    return Node("input", (), (), data=name, name=name)


def sampled(name: str) -> Node:
    return Node("input", (), (BATCH,), data=name, name=name)


def total(node: Node) -> Node:
    return Node("sum", (Argument(node, (0,)),), (), (BATCH,))


def over(op: str, *nodes: Node) -> Node:
    return Node(op, tuple(Argument(n, ()) for n in nodes), ())


X, A, B = total(sampled("x")), number("a"), total(sampled("b"))
COUNT = Node("size", (), (), data=BATCH)
ONE = Node("constant", (), (), data=Fraction(1))


@pytest.mark.parametrize(
    "node", [X, over("multiply", A, X), over("divide", X, A), over("add", X, over("multiply", A, B))]
)
def test_sums_and_their_multiples_are_sums(node: Node) -> None:
    assert is_sum(node)


NO_SUMS = [
    A, ONE, COUNT, over("add", X, A), over("multiply", X, B), over("multiply", X, COUNT), over("divide", A, X),
    over("divide", X, B), over("divide", X, COUNT), over("exp", X), over("maximum", X, B), over("multiply", A, A),
]  # fmt: skip


@pytest.mark.parametrize("node", NO_SUMS, ids=str)
def test_what_is_no_sum_of_what_parts_of_the_samples_give(node: Node) -> None:
    """Each would be counted once for every tile, or multiplied with what another tile has."""
    assert not is_sum(node)


def test_a_kernel_of_every_sum_says_so() -> None:
    definition = definition_of(FIT)
    gradient = next(k for k in kernels(definition, derive_all(definition)) if k.kind == "grad")
    assert all(is_sum(r.node) for r in gradient.results)
