"""Derivations built by hand and random expressions, for the tests of the printers."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from derive.emit.document import Document, Identity, Info, document
from derive.emit.statements import Accuracy
from derive.language.definition import Input
from derive.language.derivation import Derivation, Evidence, Reason, Step, Wanted, Weight
from derive.language.expressions import (
    MINUS_ONE,
    ONE,
    Applied,
    Call,
    Delta,
    Expression,
    Number,
    Partial,
    Quotient,
    Ref,
    Selected,
    Size,
    Where,
    add,
    mul,
    number,
    power,
    reduce_over,
    subtract,
    sum_over,
)
from derive.language.indices import Index
from derive.language.resolve import parse
from derive.language.words import Words

(SIGMOID,) = parse("sigmoid(x) -> y\n    y = 1/(1 + exp(-x))")
(TANH,) = parse("tanh(x) -> y\n    y = (exp(x) - exp(-x))/(exp(x) + exp(-x))", [SIGMOID])
(SOFTMAX,) = parse("softmax(a[n]) -> p\n    p[i] = exp(a[i])/sum(k, exp(a[k]))")
(PERCEPTRON,) = parse(
    "perceptron(x[n], t[m]; w[n, m]) -> E\n    X[k] = sum(j, w[j, k]*x[j])\n    O[k] = sigmoid(X[k])\n"
    "    E = 1/2*sum(k, (O[k] - t[k])**2)",
    [SIGMOID],
)
(HILL,) = parse("hill(u, v) -> f\n    f = (u**2 + v - 1)**2 + u*v")
(NORMALISED,) = parse(
    "normalised(x[n]; w[n]) -> y\n    m = mean(k, x[k])\n    s = sqrt(mean(k, (x[k] - m)**2) + 1)\n"
    "    z[i] = (x[i] - m)/s\n    y[i] = w[i]*z[i]"
)
SYMBOLS = {"sigmoid": r"\sigma", "tanh": r"\tanh"}
EVIDENCE = Evidence(3, 8, 50, -58)

CHAIN = Reason("chain", "chain rule", "链式法则")
POWER_RULE = Reason("power", "power rule", "幂法则", Weight.NAMED)
CONSTANT = Reason("constant", "constant", "常数", Weight.ROUTINE)
SURVIVES = Reason("one_term_survives", "only {0} depends on {1}", "只有 {0} 依赖于 {1}")
LEMMA = Reason("lemma", "{0} = {1}", "{0} = {1}")
FACTOR = Reason("factor", "factor", "提取公因式")

x, y = Ref("x"), Ref("y")
i, j = Index("i", "n"), Index("j", "n")
row, column, other = Index("j", "n"), Index("k", "m"), Index("l", "m")
w, E, x_j = Ref("w", (row, column)), Ref("E"), Ref("x", (row,))


def entry(name: str, index: Index) -> Ref:
    return Ref(name, (index,))


O_k, t_k, X_k = entry("O", column), entry("t", column), entry("X", column)
ERROR = subtract(O_k, t_k)
SLOPE = mul(O_k, subtract(ONE, O_k))


def steps(start: Expression, *rows: tuple[Reason, Expression, tuple[Expression, ...], str | None]) -> tuple[Step, ...]:
    """Steps one after the other from `start`, each with its evidence."""
    found = []
    before = start
    for reason, after, arguments, cites in rows:
        found.append(Step(reason, before, after, before, after, arguments, cites, EVIDENCE))
        before = after
    return tuple(found)


def perceptron() -> Derivation:
    """dE/dw_jk in eight steps, of which four teach something."""
    left = Partial(E, w)
    inner = subtract(entry("O", other), entry("t", other))
    body = power(inner, number(2))
    lemma = (Applied("sigmoid", (x,), (0,)), mul(Applied("sigmoid", (x,)), subtract(ONE, Applied("sigmoid", (x,)))))
    found = steps(
        left,
        (CONSTANT, mul(number("1/2"), sum_over(other, Partial(body, w))), (), None),
        (POWER_RULE, mul(number("1/2"), sum_over(other, mul(number(2), inner, Partial(inner, w)))), (), None),
        (CONSTANT, sum_over(other, mul(inner, Partial(inner, w))), (), None),
        (CONSTANT, sum_over(other, mul(inner, Partial(entry("O", other), w))), (), None),
        (SURVIVES, mul(ERROR, Partial(O_k, w)), (O_k, w), None),
        (CHAIN, mul(ERROR, Applied("sigmoid", (X_k,), (0,)), Partial(X_k, w)), (), None),
        (LEMMA, mul(ERROR, SLOPE, Partial(X_k, w)), lemma, "sigmoid"),
        (POWER_RULE, mul(ERROR, SLOPE, x_j), (), None),
    )
    return Derivation(
        PERCEPTRON, Wanted("gradient", "E", "w"), left, found, found[-1].after, (), Evidence(2, 8, 50, None)
    )


def softmax_jacobian() -> Derivation:
    p_i, p_j = entry("p", i), entry("p", j)
    left = Partial(p_i, entry("a", j))
    closed = mul(p_i, subtract(Delta(i, j), p_j))
    found = steps(left, (FACTOR, subtract(mul(Delta(i, j), p_i), mul(p_i, p_j)), (), None), (FACTOR, closed, (), None))
    return Derivation(SOFTMAX, Wanted("jacobian", "p", "a"), left, found, closed)


def softmax_vjp() -> Derivation:
    p_i, p_j, g_i, g_j = entry("p", i), entry("p", j), entry("g", i), entry("g", j)
    left = sum_over(i, mul(g_i, Partial(p_i, entry("a", j))))
    closed = mul(p_j, subtract(g_j, sum_over(i, mul(g_i, p_i))))
    extras = (Input("g", ("n",)),)
    return Derivation(SOFTMAX, Wanted("vjp", "p", "a"), left, steps(left, (FACTOR, closed, (), None)), closed, extras)


def sigmoid() -> Derivation:
    left = Partial(y, x)
    decay = Call("exp", (mul(MINUS_ONE, x),))
    middle = Quotient(decay, power(add(ONE, decay), number(2)))
    closed = mul(y, subtract(ONE, y))
    found = steps(left, (CHAIN, middle, (), None), (FACTOR, closed, (), None))
    return Derivation(SIGMOID, Wanted("derivative", "y", "x"), left, found, closed)


def tanh() -> Derivation:
    left, closed = Partial(y, x), subtract(ONE, power(y, number(2)))
    return Derivation(TANH, Wanted("derivative", "y", "x"), left, steps(left, (CHAIN, closed, (), None)), closed)


TANH_IDENTITY = Identity(
    y, subtract(mul(number(2), Applied("sigmoid", (mul(number(2), x),))), ONE), Evidence(1, 8, 50, None)
)

HOSTILE = r"50% of x_1 & <b> #2 ^~ \input{/etc/passwd} $1 `rm` [a](b) — σ ≥ 0, ☃"


def info(title: str = "A title", **more: object) -> Info:
    return replace(Info(Words(title, "标题"), symbols=SYMBOLS), **more)  # type: ignore[arg-type]


def documents(language: str = "en", detail: str = "textbook") -> tuple[Document, ...]:
    return (
        document([sigmoid()], info("Sigmoid", kernels=("sigmoid", "sigmoid_vjp_from_output")), language, detail),
        document([tanh()], info("Hyperbolic tangent", identities=(TANH_IDENTITY,)), language, detail),
        document(
            [softmax_jacobian(), softmax_vjp()], info("Softmax", accuracy=(Accuracy("f", 2.6, 3),)), language, detail
        ),
        document([perceptron()], info("50% of <x_1>", summary=Words(HOSTILE, HOSTILE)), language, detail),
    )


# --- random expressions ----------------------------------------------------------------------------

INDICES = st.sampled_from([i, j, column, Index("i1", "n")])
NAMES = st.sampled_from(["x", "theta", "w", "gate", "x_hat", "x1", "W_out", "y_", "lambda_"])
NUMBERS = st.builds(Number, st.fractions(min_value=-20, max_value=20, max_denominator=200))
REFS = st.builds(Ref, NAMES, st.lists(INDICES, max_size=2).map(tuple))
LEAVES = st.one_of(NUMBERS, REFS, st.builds(Size, st.just("n")), st.builds(Delta, INDICES, INDICES))
FUNCTIONS = st.sampled_from(["exp", "log", "sqrt", "sin", "abs", "sign", "tan"])


def grow(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """One more node over smaller expressions: every node type has a branch."""
    several = st.lists(inner, min_size=2, max_size=3)
    one = inner.map(lambda e: (e,))
    return st.one_of(
        several.map(lambda e: add(*e)),
        several.map(lambda e: mul(*e)),
        st.builds(Quotient, inner, inner),
        st.builds(power, inner, inner),
        st.builds(Call, FUNCTIONS, one),
        st.builds(Applied, st.sampled_from(["sigmoid", "tanh", "f", "leaky_relu"]), one, st.sampled_from([(), (0,)])),
        st.builds(Applied, st.just("f"), st.tuples(inner, inner), st.sampled_from([(), (1,)])),
        st.builds(reduce_over, st.sampled_from(["sum", "prod", "max", "min"]), INDICES, inner),
        st.builds(Selected, st.sampled_from(["max", "min"]), INDICES, inner, INDICES),
        st.builds(Where, st.sampled_from(["<", "<=", ">", ">="]), inner, inner, inner, inner),
        st.builds(Partial, inner, REFS),
    )


EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=12)


# --- TeX -------------------------------------------------------------------------------------------


def balanced(latex: str) -> bool:
    """Braces, \\left and \\right, environments and dollars are paired."""
    depth = 0
    for sign in re.findall(r"\\.|[{}]", latex):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    pairs = [(r"\left", r"\right"), (r"\bigl", r"\bigr"), (r"\Bigl", r"\Bigr"), (r"\begin", r"\end")]
    count = {word: len(re.findall(re.escape(word) + r"(?![a-z])", latex)) for pair in pairs for word in pair}
    return depth == 0 and all(count[a] == count[b] for a, b in pairs) and len(re.findall(r"(?<!\\)\$", latex)) % 2 == 0


COMPLAINTS = ("Overfull", "undefined", "multiply defined", "Missing character", "LaTeX Warning")


def complaints(log: str) -> list[str]:
    """Lines of a log that nobody should have to read."""
    return [line for line in log.splitlines() if any(word in line for word in COMPLAINTS)]


def compile_tex(folder: Path, name: str, program: str = "pdflatex") -> str:
    """The log of the last of three runs (contents, page numbers); without an engine the test is skipped."""
    engine = shutil.which(program)
    if engine is None:
        pytest.skip(f"{program} is not installed: apt-get install {INSTALL[program]}")
    for _ in range(3):
        command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", name]
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-3000:]
    return (folder / name).with_suffix(".log").read_text("utf-8", "replace")


INSTALL = {
    "pdflatex": "texlive-latex-base texlive-latex-extra",
    "xelatex": "texlive-xetex texlive-lang-chinese texlive-fonts-recommended",
}
