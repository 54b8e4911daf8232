"""Faulty definitions: one message each, with line and caret at the right place."""

from __future__ import annotations

import gc
import time

import pytest

from derive.language.errors import DeriveError
from derive.language.resolve import parse

SIGMOID = parse("sigmoid(x) -> y\n    y = 1/(1 + exp(-x))")

FAULTS = {
    "unknown name": ("f(x) -> y\n  y = xx + 1", "unknown name xx", 2, 7, "did you mean x?"),
    "unknown function": ("f(x) -> y\n  y = sigmoud(x)", "unknown function sigmoud", 2, 7, "did you mean sigmoid?"),
    "rank too high": ("f(x) -> y\n  y = x[i]", "x has 0 indices, not 1", 2, 7, "it is x, a scalar"),
    "rank too low": ("f(x[n]) -> y\n  y = x", "x has 1 index, not 0", 2, 7, "it is x[n]"),
    "two ranges": (
        "f(x[n], t[m]) -> y\n  y = sum(i, x[i]*t[i])",
        "index i runs over n in x[i] but over m in t[i]", 2, 21, "an index has one range",
    ),
    "cycle": ("f(x) -> y\n  y = z\n  z = y + x", "y is defined by itself: y -> z -> y", 3, 7, None),
    "self": ("f(x) -> y\n  y = y + x", "y is defined by itself: y -> y", 2, 7, None),
    "free on the right": ("f(x[n]) -> y\n  y = x[i]", "index i is free on the right only", 2, 9, "sum(i, ...)"),
    "free on the left": ("f(x[n]) -> y\n  y[j] = sum(i, x[i])", "index j stands on the left only", 2, 5, None),
    "shadowed": ("f(x[n]) -> y\n  y[i] = sum(i, x[i])", "index i is already in use here", 2, 14, "another letter"),
    "unused index": ("f(x) -> y\n  y = sum(i, x)", "sum over an index that is not used", 2, 11, "range is unknown"),
    "not closed": ("f(x) -> y\n  y = (x + 1", "'(' is never closed", 2, 7, "')' is missing"),
    "closes nothing": ("f(x) -> y\n  y = x + 1)", "')' closes nothing", 2, 12, None),
    "wrong bracket": ("f(x) -> y\n  y = (x + 1]", "']' closes a '('", 2, 13, "')' would be right"),
    "caret": ("f(x) -> y\n  y = x^2", "unexpected character '^'", 2, 8, "x**2"),
    "attribute": ("f(x) -> y\n  y = x.real", "unexpected character '.'", 2, 8, None),
    "dunder": ("f(x) -> y\n  y = __import__('os').system('ls')", "unexpected character '_'", 2, 7, None),
    "eval": ("f(x) -> y\n  y = eval(x)", "unknown function eval", 2, 7, None),
    "string": ('f(x) -> y\n  y = exp("x")', "unexpected character '\"'", 2, 11, None),
    "lambda": ("f(lambda) -> y\n  y = lambda", "lambda is a reserved word", 1, 3, "lambda_"),
    "twice": ("f(x, x) -> y\n  y = x", "x is named twice", 1, 6, None),
    "defined twice": ("f(x) -> y\n  y = x\n  y = 2*x", "y is named twice", 3, 3, None),
    "no output": ("f(x) -> y\n  z = x", "the output y has no equation", 1, 9, "z"),
    "no definition": ("y = x", "an equation before any definition", 1, 1, "softmax(a[n]) -> p"),
    "empty": ("", "no definition found", 1, 1, "name(inputs) -> output"),
    "end of line": ("f(x) -> y\n  y = x +", "unexpected the end of the line", 2, 10, "a name"),
    "arity": ("f(x) -> y\n  y = exp(x, x)", "exp takes 1 argument, not 2", 2, 7, "exp(x)"),
    "where": (
        "f(x) -> y\n  y = where(x, 0, 1)", "where takes a comparison and two values", 2, 13, "where(x < 0, 0, x)",
    ),
    "comparison": ("f(x) -> y\n  y = exp(x < 0)", "a comparison stands only in where", 2, 11, None),
    "zero": ("f(x) -> y\n  y = x/0", "division by zero", 2, 9, None),
    "size as index": ("f(x[n]) -> y\n  y = sum(n, x[n])", "n is a quantity or a size", 2, 11, None),
    "number": ("f(x) -> y\n  y = 1e999999*x", "exponent above 400", 2, 7, None),
    "tower": ("f(x) -> y\n  y = 9**9**9*x", "an exponent above 10000", 2, 10, None),
    "large power": ("f(x) -> y\n  y = 10**1000*x", "a number that no float can hold", 2, 7, None),
    "tower over x": ("f(x) -> y\n  y = x**9**9", "an exponent above 10000", 2, 10, None),
    "size": ("f(x[10001]) -> y\n  y = x[0]", "10001 is no size", 1, 5, "a positive number up to 10000"),
    "position": ("f(x[n]) -> y\n  y = x[99999]", "there is no position 99999", 2, 9, "from 0 to 999"),
    "returned twice": ("f(x) -> y, y\n  y = x", "y is returned twice", 1, 12, None),
    "many brackets": (
        "f(x) -> y\n  y = " + "(" * 10_000 + "x" + ")" * 10_000, "brackets nested deeper than 60", 2, 67, None,
    ),
    "many signs": ("f(x) -> y\n  y = " + "-" * 10_000 + "x", "nested deeper than 150", 2, 158, None),
    "many powers": ("f(x) -> y\n  y = x" + "**x" * 5_000, "nested deeper than 150", 2, None, None),
    "many terms": ("f(x) -> y\n  y = x" + "+x" * 4_000, "more than 3000 terms", 2, None, None),
    "too long": ("f(x) -> y\n  y = x" + " " * 60_000 + "+ 1", "at most 50000", None, None, None),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_has_message_place_and_hint(fault: str) -> None:
    text, message, line, column, hint = FAULTS[fault]
    gc.freeze()  # what other tests left is not searched for garbage here
    started = time.process_time()
    with pytest.raises(DeriveError) as caught:
        parse(text, SIGMOID)
    assert time.process_time() - started < 2
    gc.unfreeze()
    error = caught.value
    assert message in error.message
    if line is not None:
        assert error.place is not None
        assert error.place.line == line
        assert column is None or error.place.column == column
        assert str(error).splitlines()[2].endswith("^")
    if hint is not None:
        assert hint in str(error)


def test_message_is_short_even_for_long_lines() -> None:
    with pytest.raises(DeriveError) as caught:
        parse(FAULTS["many brackets"][0])
    assert len(str(caught.value)) < 500


def test_caret_stands_below_the_fault() -> None:
    with pytest.raises(DeriveError) as caught:
        parse("f(x) -> y\n  y = x + zz")
    lines = str(caught.value).splitlines()
    assert lines[1][lines[2].index("^") :].startswith("zz")
