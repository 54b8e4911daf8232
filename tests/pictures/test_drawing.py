"""Shapes: round numbers, escaped words, lines with no more points than they need; isolines where they belong."""

from __future__ import annotations

import random

import numpy as np
import pytest

from derive.pictures.drawing import TOLERANCE, Scale, path, pixel, rounded, simplified, svg, text, tick_text
from derive.pictures.isolines import isolines


def test_numbers_are_short() -> None:
    assert [pixel(n) for n in (0, 5, -5, 10, 123, -1230)] == ["0", "0.5", "-0.5", "1", "12.3", "-123"]
    assert rounded(-0.04, 0.04) == (0, 0)


@pytest.mark.parametrize(
    ("scale", "expected"),
    [
        (Scale(-6, 6, 0, 300), [-6, -4, -2, 0, 2, 4, 6]),
        (Scale(0.01, 0.99, 0, 300), [0.2, 0.4, 0.6, 0.8]),
        (Scale(-0.08, 1.08, 300, 0), [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (Scale(0.1, 1e18, 0, 300, logarithmic=True), [1, 1e5, 1e10, 1e15]),
        (Scale(0.1, 100, 0, 300, logarithmic=True), [0.1, 1, 10, 100]),
    ],
)
def test_ticks_are_round(scale: Scale, expected: list[float]) -> None:
    assert scale.ticks == pytest.approx(expected)
    assert len({tick_text(t, scale) for t in scale.ticks}) == len(expected)


def test_scales_reach_from_end_to_end() -> None:
    down = Scale(1.0, 1e6, 300.0, 30.0, logarithmic=True)
    assert (down(1.0), down(1e3), down(1e6)) == pytest.approx((300.0, 165.0, 30.0))


def test_a_straight_line_keeps_its_ends() -> None:
    assert simplified([(0, 0), (10, 10), (20, 20), (35, 35)]) == [(0, 0), (35, 35)]
    assert simplified([(0, 0), (10, 0), (10, 10), (0, 0)]) == [(0, 0), (10, 0), (10, 10), (0, 0)]
    assert simplified([(3, 4)]) == [(3, 4)]
    assert simplified([]) == []


def test_what_is_left_out_lies_on_the_line() -> None:
    chance = random.Random(3)
    points = [(10 * n, round(300 * np.sin(n / 20)) + chance.randint(0, 1)) for n in range(200)]
    kept = simplified(points)
    assert len(kept) < 100
    x, y = np.transpose(kept)
    apart = max(abs(np.interp(a, x, y) - b) for a, b in points)
    assert apart <= 3 * TOLERANCE


def test_nothing_is_drawn_of_a_line_without_points() -> None:
    assert path([[], [(1, 1)]], "first") == ""


def test_words_are_escaped() -> None:
    hostile = '<b onload="x">&'
    for markup in (text(hostile, 0, 0), svg(10, 10, [], hostile)):
        assert "<b" not in markup
        assert '="x"' not in markup


def test_a_circle_is_one_closed_line_of_its_radius() -> None:
    x, y = np.meshgrid(np.linspace(-2, 2, 41), np.linspace(-2, 2, 41))
    (ring,) = isolines(x**2 + y**2, 1.03**2)
    assert ring[0] == ring[-1]
    assert len(set(ring)) == len(ring) - 1
    radii = [np.hypot(column / 10 - 2, row / 10 - 2) for column, row in ring]
    assert np.max(np.abs(np.array(radii) - 1.03)) < 0.01


def test_lines_that_leave_the_grid_are_open() -> None:
    x, _ = np.meshgrid(np.arange(5.0), np.arange(4.0))
    (line,) = isolines(x, 1.25)
    assert sorted(line) == [(1.25, row) for row in range(4)]
    assert isolines(x, 99.0) == []


def test_a_saddle_gives_two_lines() -> None:
    lines = isolines(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.5)
    assert len(lines) == 2
    assert {len(one) for one in lines} == {2}


def test_every_crossing_is_on_some_line() -> None:
    heights = np.random.default_rng(5).normal(size=(12, 15))
    crossings = sum(int(((a > 0.1) != (b > 0.1)).sum()) for a, b in (
        (heights[:, :-1], heights[:, 1:]), (heights[:-1], heights[1:]),
    ))  # fmt: skip
    assert len({place for one in isolines(heights, 0.1) for place in one}) == crossings
