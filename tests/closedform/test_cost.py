"""The cost of a derivation grows with the number of equations, not with the number of paths or with the sizes."""

from __future__ import annotations

import pytest

from benchmarks.derivation_cost import RECONVERGENT, STRAIGHT, chain, cost
from derive.closedform.derivations import derive_all
from derive.language.derivation import Wanted

GRADIENT = (Wanted("gradient", "E", "w"),)


@pytest.mark.parametrize("equation", [STRAIGHT, RECONVERGENT], ids=["straight", "reconvergent"])
def test_four_times_the_equations_take_about_four_times_as_long(equation: str) -> None:
    cost(chain(3, equation), GRADIENT)  # SymPy's first call
    short, long = (cost(chain(n, equation), GRADIENT) for n in (8, 32))
    assert long < 3 * 4 * short + 0.1


def test_each_equation_has_one_adjoint_and_a_bounded_number_of_steps() -> None:
    (found,) = derive_all(chain(20, RECONVERGENT), GRADIENT)
    assert len(found.adjoints) == 19
    assert max(len(d.steps) for d in found.adjoints) < 25


def test_sizes_do_not_count() -> None:
    few, many = (derive_all(chain(6, RECONVERGENT, size), GRADIENT)[0] for size in (3, 3000))
    assert [s.reason for s in few.steps] == [s.reason for s in many.steps]
