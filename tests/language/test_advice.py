"""Definitions as people write them who know another language: each message says what would be right here."""

from __future__ import annotations

import pytest

from derive.language.advice import ADVICE, NAMES, SYMBOLS
from derive.language.errors import DeriveError
from derive.language.layers import parse_definitions
from derive.language.names import CALLABLE
from derive.pipeline.library import definitions

MISTAKES = (
    ("f(x) -> y\n  y = sigmod(x)", 2, 7, "unknown function sigmod", "did you mean sigmoid or sign?"),
    ("f(x) -> y\n  y = Sin(x)", 2, 7, "unknown function Sin", "did you mean sin?"),
    ("f(x) -> y\n  y = ln(x)", 2, 7, "unknown function ln", "log is the natural logarithm"),
    ("f(x) -> y\n  y = x^2", 2, 8, "unexpected character '^'", "a power is written **, as in x**2"),
    ("f(x) -> y\n  y = e^x", 2, 8, "unexpected character '^'", "a power is written **, as in x**2"),
    ("f(x) -> y\n  y = e**x", 2, 7, "unknown name e", "e**x is written exp(x), and e is exp(1)"),
    ("f(x) -> y\n  y = x_i", 2, 7, "unknown name x_i", "an index stands in brackets: x[i]"),
    ("f(x[n]) -> y\n  y = sum(i, x_i)", 2, 14, "unknown name x_i", "an index stands in brackets: x[i]"),
    ("f(x[n]) -> y\n  y = sum(x)", 2, 7, "sum takes an index and a term", "an index and a term, as in sum(k, x[k])"),
    ("f(x[n]) -> y\n  y = sum(x[i])", 2, 7, "sum takes an index and a term", "an index and a term, as in sum(k, x[k])"),
    (
        "f(x[n]) -> y\n  y = sum(i=1..n, x[i])",
        2,
        12,
        "unexpected '='",
        "an index and a term are enough: sum(k, x[k]) runs over the whole range",
    ),
    (
        "f(x[n]) -> y\n  y = sum(i, 1, n, x[i])",
        2,
        7,
        "sum takes an index and a term",
        "an index and a term, as in sum(k, x[k])",
    ),
    ("f(x[n]) -> y\n  y = max(x)", 2, 7, "max takes an index and a term", "an index and a term, as in max(k, x[k])"),
    ("f(x[n]) -> y\n  y = mean(x)", 2, 7, "mean takes an index and a term", "an index and a term, as in mean(k, x[k])"),
    (
        "f(x) -> y\n  y == x",
        2,
        6,
        "unexpected '='",
        "an equation has one =, and a condition compares with <, <=, > or >=",
    ),
    ("f(x) -> y\n  y := x", 2, 5, "unexpected character ':'", "an equation is written with ="),
    (
        "f(x) -> y\n  return x**2",
        2,
        10,
        "unexpected 'x'",
        "a definition is no Python: first f(x) -> y, then y = ... on the next line",
    ),
    ("f(x) = x**2", 1, 6, "unexpected '='", "f(x) -> y comes first, and its equation y = ... on the next line"),
    (
        "f = lambda x: x**2",
        1,
        12,
        "unexpected 'x'",
        "a definition is no Python: first f(x) -> y, then y = ... on the next line",
    ),
    (
        "lambda x: x**2",
        1,
        8,
        "unexpected 'x'",
        "a definition is no Python: first f(x) -> y, then y = ... on the next line",
    ),
    (
        "def f(x):\n  return x**2",
        1,
        5,
        "unexpected 'f'",
        "a definition is no Python: first f(x) -> y, then y = ... on the next line",
    ),
    ("f(x) -> y\n  y = x**2;", 2, 11, "unexpected ';'", "each equation has a line of its own"),
    ("f(x) -> y\n  y = 2x", 2, 8, "unexpected 'x'", "a product is written with *, as in 2*x"),
    ("f(x) -> y\n  y = 2(x + 1)", 2, 8, "unexpected '('", "a product is written with *, as in 2*x"),
    ("f(x) -> y\n  y = x y", 2, 9, "unexpected 'y'", "a product is written with *, as in 2*x"),
    ("f(x) -> y\n  y = σ(x)", 2, 7, "unexpected character 'σ'", "the logistic function is written sigmoid(x)"),
    ("f(x[n]) -> y\n  y = Σ(i, x[i])", 2, 7, "unexpected character 'Σ'", "a sum is written sum(k, x[k])"),
    ("f(x) -> y\n  y = x²", 2, 8, "unexpected character '²'", "a power is written **2"),
    ("f(x) -> y\n  y = 2·x", 2, 8, "unexpected character '·'", "a product is written with *"),
    ("f(x) -> y\n  y = x×2", 2, 8, "unexpected character '×'", "a product is written with *"),
    ("f(x) -> y\n  y = x−1", 2, 8, "unexpected character '−'", "a difference is written with -"),
    ("f（x） -> y\n  y = x", 1, 2, "unexpected character '（'", "this is another character than '(': write that one"),
    ("f(x) → y\n  y = x", 1, 6, "unexpected character '→'", "write ->"),
    ("f(x，z) -> y\n  y = x", 1, 4, "unexpected character '，'", "this is another character than ',': write that one"),
    ("f(x) -> y\n  y = ｘ", 2, 7, "unexpected character 'ｘ'", "this is another character than 'x': write that one"),
    ("f(α) -> y\n  y = α**2", 1, 3, "unexpected character 'α'", "names are of Latin letters: write alpha"),
    ("f(x) -> y\n  y = π*x", 2, 7, "unexpected character 'π'", "the number is written pi"),
    ("f(x) -> y\n  y = √x", 2, 7, "unexpected character '√'", "a root is written sqrt(x)"),
    (
        "f(x) -> y\n  y = ∂x",
        2,
        7,
        "unexpected character '∂'",
        "a derivative is asked for on the command line or in define, not in the definition",
    ),
    ("f(x) -> y\n  y = |x|", 2, 7, "unexpected character '|'", "the absolute value is written abs(x)"),
    (
        "f(x) -> y\n  y = x'",
        2,
        8,
        'unexpected character "\'"',
        "a derivative is asked for on the command line or in define, not in the definition",
    ),
    (
        "f(x) -> y\n  y = x.T",
        2,
        8,
        "unexpected character '.'",
        "a matrix is transposed by its indices: w[j, i] in place of w[i, j]",
    ),
    ("f(x) -> y\n  y = np.exp(x)", 2, 9, "unexpected character '.'", "functions have no module before them: exp(x)"),
    ("f(x) -> y\n  y = math.exp(x)", 2, 11, "unexpected character '.'", "functions have no module before them: exp(x)"),
    (
        'f(x) -> y\n  y = "x"',
        2,
        7,
        "unexpected character '\"'",
        "there is no text in a formula: only names and numbers",
    ),
    ("f(x) -> y\n  y = x if x > 0 else 0", 2, 9, "unexpected 'if'", "cases are written where(x < 0, 0, x)"),
    (
        "f(x) -> y\n  y = where(x = 0, 1, x)",
        2,
        15,
        "unexpected '='",
        "an equation has one =, and a condition compares with <, <=, > or >=",
    ),
    (
        "f(x) -> y\n  y = where(x == 0, 1, x)",
        2,
        15,
        "unexpected '='",
        "an equation has one =, and a condition compares with <, <=, > or >=",
    ),
    ("f(x) -> y\n  y = where(x != 0, 1, x)", 2, 15, "unexpected character '!'", "comparisons are <, <=, > and >="),
    (
        "f(x) -> y\n  y = where(0 < x < 1, 1, x)",
        2,
        19,
        "unexpected '<'",
        "one comparison stands in a where; put another where inside for the other",
    ),
    (
        "f(x) -> y\n  y = where(x > 0 and x < 1, 1, x)",
        2,
        19,
        "unexpected 'and'",
        "one comparison stands in a where; put another where inside for the other",
    ),
    ("f(x) -> y\n  y = x > 0", 2, 9, "unexpected '>'", "a comparison stands only in where(condition, a, b)"),
    ("f(x) -> y\n  y = (x + 1", 2, 7, "'(' is never closed", "')' is missing"),
    ("f(x) -> y\n  y = exp(x", 2, 10, "'(' is never closed", "')' is missing"),
    ("f(x) -> y\n  y = x +", 2, 10, "unexpected the end of the line", "expected a name, a number"),
    ("f(x) -> y\n  y =", 2, 6, "unexpected the end of the line", "expected a name, a number"),
    ("f(x) -> y", 1, 9, "the output y has no equation", "write y = ..., or return one of: (no equation)"),
    ("f(x) ->\n  y = x", 1, 8, "unexpected the end of the line", "expected a name"),
    ("f(x)\n  y = x", 1, 5, "unexpected the end of the line", "expected '->'"),
    ("f(x) -> y\n  y = x % 2", 2, 9, "unexpected character '%'", "there is no remainder here"),
    ("f(x) -> y\n  y = x // 2", 2, 10, "unexpected '/'", "a comment starts with #, and a quotient has one /"),
    (
        "f(x) -> y\n  y = x @ x",
        2,
        9,
        "unexpected character '@'",
        "a product over an index is written sum(j, w[j, k] * x[j])",
    ),
    ("f(x) -> y\n  y = x!", 2, 8, "unexpected character '!'", "n! is written exp(lgamma(n + 1))"),
    (
        "f(x[n]) -> y\n  y = x[i]",
        2,
        9,
        "index i is free on the right only",
        "write it on the left as well, or sum over it: sum(i, ...)",
    ),
    ("f(x[n]) -> y\n  y = x[1:2]", 2, 10, "unexpected character ':'", "an index is a single name, as in x[i]"),
    ("f(x[n]) -> y\n  y = x[-1]", 2, 9, "unexpected '-'", "positions count from 0; there is none before the first"),
    ("f(x[n]) -> y\n  y = x[n-1]", 2, 9, "n is no index here", "only an index can be shifted, as in x[i+1] - x[i]"),
    (
        "f(x[n]) -> y\n  y[i] = x[i-1]",
        2,
        13,
        "an index is shifted forward only",
        "let the index start at 0 and shift the other way: x[i+1] - x[i]",
    ),
    (
        "f(x[n]) -> y\n  y[i] = x[2*i]",
        2,
        13,
        "unexpected '*'",
        "a subscript is a letter, a number, a label, or a letter plus a number, as in x[i+1]",
    ),
    ("f(x[n]) -> y\n  y[i] = x[i][0]", 2, 14, "unexpected '['", "all indices stand in one pair of brackets: x[i, j]"),
    ("f(x[n, m]) -> y\n  y = sum(i, x[i])", 2, 14, "x has 2 indices, not 1", "it is x[n, m]"),
    (
        "f(x[n], t[m]) -> y\n  y = sum(i, x[i]*t[i])",
        2,
        21,
        "index i runs over n in x[i] but over m in t[i]",
        "an index has one range; use another letter for the other",
    ),
    ("f(x[n]) -> y\n  y[i] = sum(i, x[i])", 2, 14, "index i is already in use here", "another letter is right"),
    ("f(x[n]) -> y\n  y = x + 1", 2, 7, "x has 1 index, not 0", "it is x[n]"),
    ("f(x[n]) -> y\n  y[i] = x[i]\n  z = y", 3, 7, "y has 1 index, not 0", "it is y[n]"),
    ("f(x, w) -> y\n  y = w*x; z = 2", 2, 10, "unexpected ';'", "each equation has a line of its own"),
    ("f(x[n]) -> y\n  y = norm(x)", 2, 7, "unknown function norm", "write sqrt(sum(i, x[i]**2))"),
    ("f(x[n]) -> y\n  y = dot(x, x)", 2, 7, "unknown function dot", "write sum(i, x[i]*y[i])"),
    ("f(x[n]) -> y\n  y = softmax(x)", 2, 7, "softmax(a) has 1 index, not 0", "as in softmax(a)[i]"),
    (
        "f(x[n]) -> y\n  y = exp x[0]",
        2,
        11,
        "unexpected 'x'",
        "the argument of a function stands in brackets, as in exp(x)",
    ),
    ("f(x[n) -> y\n  y = x[0]", 1, 6, "')' closes a '['", "']' would be right"),
    (
        "f(x: float) -> y\n  y = x",
        1,
        4,
        "unexpected character ':'",
        "an input is a name, with its sizes in brackets: x[n]",
    ),
    ("f(x=1) -> y\n  y = x", 1, 4, "unexpected '='", "an input has no default value"),
    (
        "f(x[n]; w[n]; b) -> y\n  y = x[0]",
        1,
        13,
        "unexpected ';'",
        "one ; parts the inputs of a sample from the parameters",
    ),
    ("f(x y) -> y\n  y = x", 1, 5, "unexpected 'y'", "inputs are parted by commas, as in f(x, y)"),
    ("f(2x) -> y\n  y = x", 1, 3, "unexpected '2'", "expected ')', ';', a name"),
    ("f(x) -> 2\n  y = x", 1, 9, "unexpected '2'", "expected a name"),
    ("f(x[0]) -> y\n  y = 1", 1, 5, "0 is no size", "a size is a name or a positive number up to 10000"),
    ("f(x[n+1]) -> y\n  y = 1", 1, 6, "unexpected '+'", "a size is a name or a number"),
    (
        "f(x) -> y\n  y = sum(k, 2)",
        2,
        11,
        "sum over an index that is not used",
        "k does not stand in the term, so its range is unknown",
    ),
    ("f(x) -> y\n  y = sin", 2, 7, "sin is a function and needs its arguments", "as in sin(x)"),
    ("f(x) -> y\n  y = sin()", 2, 11, "unexpected ')'", "expected a name, a number"),
    ("f(x) -> y\n  y = sin(x)(x)", 2, 13, "unexpected '('", "a product is written with *, as in 2*x"),
    ("f(x) -> y\n  y = where(x < 0, 0)", 2, 13, "where takes a comparison and two values", "as in where(x < 0, 0, x)"),
    ("f(x) -> y\n  y = clip(x)", 2, 7, "clip takes 3 arguments, not 1", "as in clip(x, low, high)"),
    ("f(x[n]) -> y\n  y = sum(i, sum(i, x[i]))", 2, 18, "index i is already in use here", "another letter is right"),
    (
        "f(x) -> y\n  y = max(x, 1, 2)",
        2,
        7,
        "max takes 2 arguments, not 3",
        "as in max(a, b), or max(k, a[k]) over an index",
    ),
    ("f(x) -> y\n  y = 1,5*x", 2, 8, "unexpected ','", "decimals are written with a point, as in 1.5"),
    ("f(x) -> y\n  y = 1_000*x", 2, 8, "unexpected character '_'", "a number is written without _"),
    ("f(x) -> y\n  y = 0x10*x", 2, 8, "unexpected 'x10'", "numbers are decimal"),
    ("f(x) -> y\n  y = -\n  x", 2, 8, "unexpected the end of the line", "expected a name, a number"),
    ("f(x) -> y\n  y += x", 2, 5, "unexpected '+'", "a name has one equation: write it as one sum"),
    ("f(x) -> y // comment\n  y = x", 1, 11, "unexpected '/'", "a comment starts with #"),
    (
        "f(x) -> y\n  y = x \\ z",
        2,
        9,
        "unexpected character '\\\\'",
        "formulas are written as text, not as LaTeX: a/b, sqrt(x), sum(k, x[k])",
    ),
    (
        "f(x) -> y\n  y = $x$",
        2,
        7,
        "unexpected character '$'",
        "formulas are written as text, not as LaTeX: a/b, sqrt(x), sum(k, x[k])",
    ),
    (
        "f(x) -> y\n  y = \\frac{1}{x}",
        2,
        7,
        "unexpected character '\\\\'",
        "formulas are written as text, not as LaTeX: a/b, sqrt(x), sum(k, x[k])",
    ),
    ("f(x[n]) -> y\n  y = argmax(i, x[i])", 2, 7, "unknown function argmax", "max(k, x[k]) is known, its place is not"),
    ("f(x[n], k) -> y\n  y = x[k+1]", 2, 9, "k is no index here", "only an index can be shifted, as in x[i+1] - x[i]"),
    (
        "f(x[n], k[n]) -> y\n  y = sum(i, x[k[i]+1])",
        2,
        16,
        "k is no index here",
        "only an index can be shifted, as in x[i+1] - x[i]",
    ),
    ("f(x) -> y\n  y = gamma(x)", 2, 7, "unknown function gamma", "write exp(lgamma(x))"),
    ("f(x) -> y\n  y = None", 2, 7, "unknown name None", "known here: x"),
    ("f(x) -> y\n  y = inf*x", 2, 7, "unknown name inf", "there is no infinity in a formula"),
    ("f(x) -> y\n  y = relu(x, 2)", 2, 7, "relu takes 1 argument, not 2", "as in relu(x)"),
    ("f(x)->y\n  y = tanh(x)\ng(x)->y\n y = f(x, x)", 4, 6, "f takes 1 argument, not 2", "as in f(x)"),
)


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), MISTAKES)
def test_a_mistake_is_named_with_what_would_be_right(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    with pytest.raises(DeriveError) as caught:
        parse_definitions(text, definitions())
    place = caught.value.place
    assert place is not None
    assert (caught.value.message, caught.value.hint, place.line, place.column) == (message, hint, line, column)


def test_the_mistakes_are_many() -> None:
    assert len(MISTAKES) > 80


def test_every_advice_is_short_and_speaks_of_what_there_is() -> None:
    hints = [*(row.hint for row in ADVICE), *SYMBOLS.values(), *NAMES.values()]
    assert all(len(hint) < 90 and "\n" not in hint for hint in hints)
    assert not set(NAMES) & (CALLABLE | {d.name for d in definitions()})
    known = CALLABLE | {d.name for d in definitions()}
    for hint in NAMES.values():
        if hint.startswith("did you mean"):
            assert hint.removeprefix("did you mean ").rstrip("?") in known
