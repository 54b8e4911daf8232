"""Tiles: the same bits whatever their size, the threads and the strides; errors, forks and callers at once."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType

import numpy as np
import pytest

from derive.emit.kernel_modes import FLAT, ROWS, WHOLE, mode_of
from derive.emit.kernel_numpy import emit_tiles
from derive.emit.kernel_plan import kernels
from tests.emit.kernel_modules import ALL, derivations_of, module, source

RANDOM = np.random.default_rng(5)


def made(name: str, text: str) -> ModuleType:
    result = ModuleType(name)
    exec(compile(text, f"<{name}>", "exec"), result.__dict__)
    return result


@pytest.fixture
def tiles() -> ModuleType:
    return made("_tiles", emit_tiles())


def tiled(name: str, tiles: ModuleType) -> ModuleType:
    """The module of a definition with these tiles."""
    result = made(name, source(name))
    result._walk = tiles.walk
    return result


# --- the same bits -----------------------------------------------------------------------------------------

SHAPES = {"sigmoid": (5000,), "tanh": (50, 100), "silu": (5000,), "relu": (5000,), "softmax": (90, 57)}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SHAPES)
def test_the_bits_depend_on_neither_tiles_nor_threads_nor_strides(name: str, dtype, tiles: ModuleType) -> None:
    with np.errstate(all="ignore"):
        x = (RANDOM.normal(size=SHAPES[name]) * 10.0 ** RANDOM.integers(-3, 3, SHAPES[name])).astype(dtype)
    g = RANDOM.normal(size=x.shape).astype(dtype)
    x.flat[::97] = np.nan
    m = tiled(name, tiles)
    for function, arguments in ((name, (x,)), (f"{name}_vjp", (x, g))):
        expected = getattr(module(name), function)(*arguments)
        for tile in (1, 500, 8000, 32_000, 1 << 20):
            for threads in (1, 2, 5):
                tiles.TILE = tile
                tiles.set_num_threads(threads)
                found = getattr(m, function)(*arguments)
                assert found.tobytes() == expected.tobytes(), (function, tile, threads)
        strided = [np.repeat(a, 2, axis=0)[::2] for a in arguments]
        assert getattr(m, function)(*strided).tobytes() == expected.tobytes()
        target = np.empty_like(x)
        assert getattr(m, function)(*arguments, out=target) is target
        assert target.tobytes() == expected.tobytes()


def test_several_inputs_shared_ones_and_several_results(tiles: ModuleType) -> None:
    tiles.TILE = 240
    m = tiled("pair", tiles)
    x, y = RANDOM.normal(size=(2, 500))
    found = m.pair(x, y)
    assert np.array_equal(found.u, x * y)
    assert np.array_equal(found.v, x + 2 * y)
    line = tiled("linear_model", tiles).linear_model(x, 2.0, 1.0)
    assert np.array_equal(line, 2 * x + 1)


def test_how_kernels_walk() -> None:
    def modes(name: str) -> dict[str, str]:
        return {k.name: mode_of(k.results) for k in kernels(ALL[name], derivations_of(name))}

    assert set(modes("sigmoid").values()) == {FLAT}
    assert set(modes("softmax").values()) == {ROWS}
    assert set(modes("attention").values()) == {ROWS}
    assert modes("perceptron") == dict.fromkeys(("perceptron", "perceptron_grad", "perceptron_value_and_grad"), WHOLE)
    assert modes("linear_model")["linear_model"] == FLAT
    assert modes("linear_model")["linear_model_grad"] == WHOLE


# --- out= --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [10, 100_000])
def test_out_that_overlaps_an_input(size: int, tiles: ModuleType) -> None:
    m = tiled("silu", tiles)
    tiles.TILE = 8000
    memory = RANDOM.normal(size=size + 1)
    x, g = memory[:-1].copy(), RANDOM.normal(size=size)
    right = m.silu_vjp(x, g)
    for place in (slice(0, size), slice(1, size + 1)):
        other = memory.copy()
        assert np.array_equal(m.silu_vjp(other[:-1], g, out=other[place]), right)
    same = g.copy()
    assert np.array_equal(m.silu_vjp(x, same, out=same), right)
    wide = np.zeros(2 * size)
    assert np.array_equal(m.silu_vjp(x, g, out=wide[::2]), right)
    assert not wide[1::2].any()


def test_an_out_of_another_shape_is_refused_where_it_would_be_written_to_directly() -> None:
    x = np.ones(4)
    for wrong in (np.empty(3), np.empty(4, np.float32), np.broadcast_to(0.0, 4)):
        with pytest.raises(ValueError, match="out is"):
            module("sigmoid").sigmoid_vjp(x, x, out=wrong)


def test_one_thread_has_smaller_tiles_of_numbers(tiles: ModuleType) -> None:
    tiles.TILE, seen = 8000, []
    for threads in (1, 2):
        for array in (np.zeros(4000), np.zeros((400, 10))):
            tiles.set_num_threads(threads)
            tiles.walk(lambda part: seen.append(part.nbytes), [array], ())
            assert max(seen) == (8000 // tiles.ALONE if (threads, array.ndim) == (1, 1) else 8000)
            assert sum(seen) == array.nbytes
            seen.clear()


# --- the driver --------------------------------------------------------------------------------------------


def test_every_entry_is_visited_once_by_several_threads(tiles: ModuleType) -> None:
    tiles.TILE = 80
    tiles.set_num_threads(4)
    array, seen, started = np.zeros(1000), set(), threading.Barrier(2, timeout=20)

    def tile(part: np.ndarray, step: int) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            if len(seen) <= 2:
                started.wait()
        part += step

    tiles.walk(tile, [array], (3,))
    assert np.all(array == 3)
    assert len(seen) >= 2


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_tile_raises_reaches_the_caller_and_nothing_is_at_work_then(threads: int, tiles: ModuleType) -> None:
    tiles.TILE = 80
    tiles.set_num_threads(threads)
    running = []

    def tile(part: np.ndarray) -> None:
        running.append(1)
        try:
            if part[0] >= 500:
                raise KeyError("found")
        finally:
            running.pop()

    with pytest.raises(KeyError, match="found"):
        tiles.walk(tile, [np.arange(1000.0)], ())
    assert not running
    assert tiles.walk(lambda part: None, [np.zeros(1000)], ()) is None


def test_a_walk_inside_a_tile_and_many_callers_at_once(tiles: ModuleType) -> None:
    tiles.TILE = 800
    tiles.set_num_threads(2)

    def inner(part: np.ndarray) -> None:
        part += 1

    def outer(part: np.ndarray) -> None:
        tiles.TILE = 80
        tiles.walk(inner, [part], ())

    arrays = [np.zeros(5000) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda a: tiles.walk(outer, [a], ()), arrays, timeout=60)) == [None] * 8
    assert all(np.all(a == 1) for a in arrays)


def child(tiles: ModuleType, answers) -> None:
    array = np.zeros(1000)
    tiles.walk(lambda part: np.add(part, 1, out=part), [array], ())
    answers.put(float(array.sum()))


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="a system without fork")
def test_a_fork_has_threads_of_its_own(tiles: ModuleType) -> None:
    tiles.TILE = 80
    tiles.set_num_threads(3)
    tiles.walk(lambda part: None, [np.zeros(1000)], ())
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    process = context.Process(target=child, args=(tiles, answers))
    process.start()
    process.join(30)
    assert process.exitcode == 0
    assert answers.get() == 1000.0


def test_the_process_ends_while_threads_wait() -> None:
    program = (
        "from tests.emit.test_kernel_tiles import made, emit_tiles\nimport numpy as np\nt = made('t', emit_tiles())\n"
        "t.TILE = 80\nt.set_num_threads(3)\nt.walk(lambda part: None, [np.zeros(1000)], ())\nprint('done')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert run.stdout == b"done\n"


def test_the_number_of_threads(tiles: ModuleType) -> None:
    assert tiles.get_num_threads() >= 1
    tiles.set_num_threads(7)
    assert tiles.get_num_threads() == 7
    tiles.set_num_threads(None)
    for wrong in (0, -1, 1.5, "2"):
        with pytest.raises(ValueError, match="number of threads"):
            tiles.set_num_threads(wrong)


def test_no_error_under_a_caller_that_raises_on_every_flag(tiles: ModuleType) -> None:
    tiles.TILE = 800
    tiles.set_num_threads(3)
    x = np.tile([1e308, -1e308, 1e-320, -800.0, np.inf, np.nan], 500)
    with np.errstate(all="raise"):
        found = tiled("silu", tiles).silu_vjp(x, x)
    assert np.array_equal(found, module("silu").silu_vjp(x, x), equal_nan=True)


# --- memory ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "shape"), [("silu", (1_000_000,)), ("softmax", (1000, 1000))])
def test_temporaries_are_those_of_the_tiles(name: str, shape, tiles: ModuleType) -> None:
    tiles.TILE = 1 << 15
    tiles.set_num_threads(2)
    m = tiled(name, tiles)
    x = RANDOM.normal(size=shape)
    vjp = getattr(m, f"{name}_vjp")
    vjp(x, x)
    tracemalloc.start()
    try:
        result = vjp(x, x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak - result.nbytes < 2 * 12 * tiles.TILE + 100_000
