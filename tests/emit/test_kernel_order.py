"""Numbers before the passes that write over what they are made of, and nothing else moved."""

from __future__ import annotations

from derive.emit.kernel_groups import Group, Step, mark
from derive.emit.kernel_order import numbers_first

ROWS = ("*", "n")


def group(*steps: Step) -> Group:
    return Group("y", False, steps, "", "")


def steps(number: str) -> tuple[Step, ...]:
    """z, then z less a number of it, then a multiple of z by another number of it."""
    return (
        Step(1, "np.exp", ("x",), ROWS),
        Step(2, "np.subtract", (mark(1), "m"), ROWS),
        Step(3, "np.multiply", (number, "w"), ROWS),
        Step(4, "np.subtract", (mark(2), mark(3)), ROWS),
    )


def order(found: list[Group]) -> list[int]:
    return [step.result for g in found for step in g.steps]


NUMBER = f"_vecdot({mark(1)}, w)[:, None]"


def test_a_number_comes_before_the_last_use_of_what_it_is_made_of() -> None:
    (found,) = numbers_first([group(*steps(NUMBER))], [4], {NUMBER})
    assert order([found]) == [1, 5, 2, 3, 4]
    assert found.steps[1].operands == (NUMBER,)
    assert found.steps[3].operands == (mark(5), "w")


def test_a_look_at_an_array_is_no_number() -> None:
    """Sabotage: written over, the array would change under the look."""
    look = f"{mark(1)}[:, :, None]"
    assert order(numbers_first([group(*steps(look))], [4], {NUMBER})) == [1, 2, 3, 4]


def test_an_array_that_is_needed_later_stays_as_it_is() -> None:
    assert order(numbers_first([group(*steps(NUMBER))], [4, 1], {NUMBER})) == [1, 2, 3, 4]
    later = group(Step(9, "np.exp", (mark(1),), ROWS))
    assert order(numbers_first([group(*steps(NUMBER)), later], [4, 9], {NUMBER})) == [1, 2, 3, 4, 9]


def test_a_number_of_what_is_not_there_yet_waits() -> None:
    number = f"_vecdot({mark(1)}, {mark(2)})[:, None]"
    assert order(numbers_first([group(*steps(number))], [4], {number})) == [1, 2, 3, 4]


def test_two_groups_have_different_new_values() -> None:
    other = tuple(
        Step(
            s.result + 10,
            s.function,
            tuple(
                o.replace(mark(1), mark(11)).replace(mark(2), mark(12)).replace(mark(3), mark(13)) for o in s.operands
            ),
            ROWS,
        )
        for s in steps(NUMBER)
    )
    second = NUMBER.replace(mark(1), mark(11))
    found = order(numbers_first([group(*steps(NUMBER)), group(*other)], [4, 14], {NUMBER, second}))
    assert len(set(found)) == len(found) == 10
