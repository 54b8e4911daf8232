"""Closed forms are found by the general method: every mutation of a definition gets its own right answer."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import default_wanted, derive_all
from derive.emit.cases import cases_of
from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Derivation, Wanted
from derive.language.resolve import parse
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps

FUNCTIONS = parse(
    """
sigmoid(x) -> y
    y = 1/(1 + exp(-x))
tanh(x) -> y
    y = (exp(x) - exp(-x))/(exp(x) + exp(-x))
"""
)

PERCEPTRON = """perceptron(x[n], t[m]; w[n, m]) -> E
    X[k] = sum(j, w[j, k] * x[j])
    O[k] = {activation}
    E = {loss}"""

UNARY = {
    "max(0, x)**2": "{0, 0 ≥ x; 2 x, 0 < x}",
    "max(0, 1 - x)**2": "{0, 0 ≥ 1 - x; -2(1 - x), 0 < 1 - x}",
    "sqrt(max(0, x))": "{0, 0 ≥ x; ½/√x, 0 < x}",
    "max(0, x)**0.3": "{0, 0 ≥ x; 0.3/x^(0.7), 0 < x}",
    "log(1 + max(0, x))": "{0, 0 ≥ x; 1/(1 + x), 0 < x}",
    "x*max(0, x)": "{0, 0 ≥ x; 2 x, 0 < x}",
    "max(0, x)*exp(-max(0, x))": "{0, 0 ≥ x; e^(-x) - y, 0 < x}",
    "log(max(0, x))": "{0, 0 ≥ x; 1, 0 < x}/{0, 0 ≥ x; x, 0 < x}",  # of no number for x < 0
    "1/x": "-1/x²",
    "1/(1 + exp(-x))": "y (1 - y)",
    "1/(1 + exp(x))": "-y (1 - y)",
    "exp(x)/(1 + exp(x))": "y (1 - y)",
    "2/(1 + exp(-x))": "½ y (2 - y)",
    "1/(2 + exp(-x))": "y (1 - 2 y)",
    "1/(1 + exp(-3*x + 1))": "3 y (1 - y)",
    "1/(1 + 2**(-x))": "ln(2) y (1 - y)",
    "sigmoid(3*x - 1)": "3 y (1 - y)",
    "sigmoid(-x)": "-y (1 - y)",
    "1 - sigmoid(x)": "-y (1 - y)",
    "(exp(x) - exp(-x))/(exp(x) + exp(-x))": "1 - y²",
    "(exp(2*x) - 1)/(exp(2*x) + 1)": "(1 - y) (1 + y)",
    "tanh(2*x)": "2(1 - y²)",
    "x*sigmoid(x)": "sigmoid(x) + (1 - sigmoid(x)) y",
    "where(x < 0, 0, x)": "{0, x < 0; 1, x ≥ 0}",
    "where(x <= 0, exp(x) - 1, x)": "{e^x, x ≤ 0; 1, x > 0}",
    "log(1 + exp(x))": "e^x/(1 + e^x)",
    "x**3": "3 x²",
    "exp(x)": "y",
    "5": "0",
}


def only(text: str, *wanted: Wanted) -> Derivation:
    (definition,) = parse(text, FUNCTIONS)
    return derive_all(definition, wanted or None)[0]


def checked(derivation: Derivation) -> str:
    """The closed form as text, after every check."""
    check_steps(derivation)
    check_closed(derivation)
    return unicode_text(derivation.closed)


@pytest.mark.parametrize("right_side", UNARY)
def test_unary(right_side: str) -> None:
    assert checked(only(f"f(x) -> y\n    y = {right_side}")) == UNARY[right_side]


@pytest.mark.parametrize(
    ("term", "closed"),
    [
        ("exp(a[{}])", "p_i (δ_ij - p_j)"),
        ("2**a[{}]", "ln(2) p_i (δ_ij - p_j)"),
        ("exp(2*a[{}])", "2 p_i (δ_ij - p_j)"),
        ("exp(-a[{}])", "p_i (p_j - δ_ij)"),
    ],
)
def test_softmax_and_its_mutations(term: str, closed: str) -> None:
    text = f"f(a[n]) -> p\n    p[i] = {term.format('i')} / sum(k, {term.format('k')})"
    (definition,) = parse(text)
    jacobian, vjp, jvp = derive_all(definition)
    assert [d.wanted.kind for d in (jacobian, vjp, jvp)] == ["jacobian", "vjp", "jvp"]
    assert checked(jacobian) == closed
    for derivation in (vjp, jvp):
        assert "δ" not in checked(derivation)


def test_softmax_with_temperature() -> None:
    text = "f(a[n]; T) -> p\n    p[i] = exp(a[i]/T) / sum(k, exp(a[k]/T))"
    assert checked(only(text, Wanted("jacobian", "p", "a"))) == "p_i (δ_ij - p_j)/T"
    checked(only(text, Wanted("jacobian", "p", "T")))


def test_softmax_vjp_and_jvp_collapse_their_deltas() -> None:
    (definition,) = parse("softmax(a[n]) -> p\n    p[i] = exp(a[i]) / sum(k, exp(a[k]))")
    jacobian, vjp, jvp = derive_all(definition)
    assert unicode_text(vjp.closed) == "p_j (g_j - Σ_i g_i p_i)"
    assert unicode_text(jvp.closed) == "p_i (v_i - Σ_j p_j v_j)"
    equal, unequal = cases_of(jacobian)
    assert (equal.equal, unicode_text(equal.value)) == (True, "p_i (1 - p_i)")
    assert (unequal.equal, unicode_text(unequal.value)) == (False, "-p_i p_j")


@pytest.mark.parametrize(
    ("activation", "loss", "closed"),
    [
        ("sigmoid(X[k])", "1/2 * sum(k, (O[k] - t[k])**2)", "(O_k - t_k) O_k (1 - O_k) x_j"),
        ("tanh(X[k])", "1/2 * sum(k, (O[k] - t[k])**2)", "(O_k - t_k) (1 - O_k²) x_j"),
        ("sigmoid(X[k])", "sum(k, (O[k] - t[k])**2)", "2(O_k - t_k) O_k (1 - O_k) x_j"),
        ("sigmoid(X[k])", "1/2 * sum(k, (O[k] - t[k])**3)", "(3/2) (O_k - t_k)² O_k (1 - O_k) x_j"),
        ("1/(1 + exp(-X[k]))", "1/2 * sum(k, (O[k] - t[k])**2)", "(O_k - t_k) x_j O_k (1 - O_k)"),
        ("sigmoid(3*X[k])", "1/2 * sum(k, (O[k] - t[k])**2)", "3(O_k - t_k) O_k (1 - O_k) x_j"),
        ("X[k]", "mean(k, (O[k] - t[k])**2)", "2(O_k - t_k) x_j/m"),
    ],
)
def test_perceptron_and_its_mutations(activation: str, loss: str, closed: str) -> None:
    assert checked(only(PERCEPTRON.format(activation=activation, loss=loss))) == closed


def test_perceptron_by_its_input_keeps_the_sum() -> None:
    text = PERCEPTRON.format(activation="sigmoid(X[k])", loss="1/2 * sum(k, (O[k] - t[k])**2)")
    assert checked(only(text, Wanted("gradient", "E", "x"))) == "Σ_k (O_k - t_k) O_k (1 - O_k) w_jk"


def test_largest_entry() -> None:
    derivation = only("f(a[n]) -> y\n    y = max(k, a[k]**2) - min(k, a[k])")
    assert "arg max" in checked(derivation)
    assert "arg min" in unicode_text(derivation.closed)


def test_place_of_the_largest_entry_stays() -> None:
    """The softmax without its largest logit is the softmax, in second derivatives too."""
    text = """f(a[n], c[n]) -> L
        z[i] = a[i] - max(k, a[k])
        p[i] = exp(z[i])/sum(k, exp(z[k]))
        L = -sum(i, c[i]*log(p[i]))"""
    assert checked(only(text, Wanted("hessian", "L", "a"))) == "(Σ_j c_j) p_i (δ_ik - p_k)"
    curved = only("f(a[n]) -> y\n    y = max(k, a[k])**2", Wanted("hessian", "y", "a"))
    assert checked(curved) == "2 · 1[p = arg max_q a_q] · 1[k = arg max_m a_m]"


def test_a_delta_lets_the_index_be_changed() -> None:
    """f(x_0) delta_0i and f(x_i) p_i have a common factor"""
    text = "f(x[n]) -> L\n    z[i] = x[i]**2\n    L = z[0] - log(sum(k, exp(z[k])))"
    assert checked(only(text, Wanted("gradient", "L", "x"))) == "2 x_i (δ_0i - e^(z_i)/(Σ_k e^(z_k)))"
    text = "f(x[n], y) -> L\n    z[i] = x[i]**2\n    L = log(sum(k, exp(z[k]))) - z[y]"
    assert checked(only(text, Wanted("gradient", "L", "x"))) == "2 x_i (e^(z_i)/(Σ_k e^(z_k)) - δ_yi)"
    text = "f(x[n]) -> L\n    L = x[0]**3 - sum(k, exp(x[k]))"
    assert checked(only(text, Wanted("gradient", "L", "x"))) == "3 x_0² δ_0i - e^(x_i)"


@pytest.mark.parametrize(
    ("text", "variable", "closed"),
    [
        (
            "f(x[n], y; w[n]) -> L\n    z = sum(j, w[j]*x[j])\n    L = log(1 + exp(-y*z))",
            "w",
            "y² x_j x_k e^(-y z)/(1 + e^(-y z))²",
        ),
        ("f(x[n]) -> r\n    r = sqrt(sum(i, x[i]**2))", "x", "(δ_ij - x_i x_j/r²)/r"),
        ("f(x[n]) -> E\n    E = sum(i, (1 - x[i])**2 + x[i]*x[i+1]*0)", "x", "2 · 1[i < n-1] δ_ij"),
    ],
)
def test_hessians_as_they_are_printed(text: str, variable: str, closed: str) -> None:
    derivation = only(text, Wanted("hessian", text[text.index("->") + 3], variable))
    assert checked(derivation) == closed


@pytest.mark.parametrize(
    ("text", "kind", "variable", "closed"),
    [
        ("f(x) -> y\n    y = log(x + sqrt(x**2 + 1))", "derivative", "x", "1/√(x² + 1)"),
        ("f(x) -> y\n    y = x/(1 + abs(x))", "derivative", "x", "1/(1 + |x|)²"),
        ("f(x) -> y\n    z = x/sqrt(1 + x**2)\n    y = 3*z - 1", "derivative", "x", "3/(1 + x²)^(3/2)"),
        ("f(x) -> y\n    y = x*x*abs(x)", "derivative", "x", "3 x |x|"),
        ("f(x, y) -> z\n    z = arctan(y/x)", "gradient", "x", "-y/(x² + y²)"),
        (
            "f(a[n], q[n]) -> D\n    p[i] = softmax(a)[i]\n    D = sum(i, p[i]*log(p[i]/q[i]))",
            "gradient",
            "a",
            "p_i (ln(p_i/q_i) - D)",
        ),
        (
            "f(x[n]) -> z\n    m = mean(k, x[k])\n    s = sqrt(mean(k, (x[k] - m)**2))\n    z[i] = (x[i] - m)/s",
            "jacobian",
            "x",
            "(δ_ik - 1/n - (x_i - m) (x_k - m)/(n s²))/s",
        ),
    ],
)
def test_derivatives_as_they_are_printed(text: str, kind: str, variable: str, closed: str) -> None:
    shares = parse("softmax(a[n]) -> p\n    p[i] = exp(a[i])/sum(k, exp(a[k]))")
    (definition,) = parse(text, [*FUNCTIONS, *shares])
    (derivation,) = derive_all(definition, (Wanted(kind, definition.outputs[0], variable),))
    assert checked(derivation) == closed


@pytest.mark.parametrize(
    ("body", "closed"),
    [
        ("x**2*log(x**2)", "2 x (ln(x²) + 1)"),
        ("x**3*log(x)", "x² (3 ln(x) + 1)"),
        ("log(x)/x", "(1 - ln(x))/x²"),
        ("x**2/(1 + x)", "x (2 + x)/(1 + x)²"),
        ("x**3/(1 + x**2)", "x² (3 + x²)/(1 + x²)²"),
        ("x*sqrt(1 + x**2)", "(1 + 2 x²)/√(1 + x²)"),
        ("(1 + x)**2*(1 - x)**3", "(1 + x) (1 - x)² (-1 - 5 x)"),
        ("x*(1 - x)*log(x)", "(1 - 2 x) ln(x) + 1 - x"),
        ("x**2*(1 - x)*log(x)", "x ((2 - 3 x) ln(x) + 1 - x)"),
        ("(1 + x**2)**(3/2)", "3 x √(1 + x²)"),
        ("(1 - x**2)**2", "-4 x (1 - x²)"),
        ("arcsin(x)*sqrt(1 - x**2)", "1 - x arcsin(x)/√(1 - x²)"),
        ("sin(x)*cos(x)", "cos(x)² - sin(x)²"),
        ("1/(1 + 1/x)", "1/(x + 1)²"),
        ("x**2*arctan(1/x)", "x (2 arctan(1/x) - x/(x² + 1))"),
    ],
)
def test_derivatives_as_books_have_them(body: str, closed: str) -> None:
    assert checked(only(f"f(x) -> y\n    y = {body}")) == closed


def test_only_what_is_there_is_eliminated() -> None:
    """sum_k silu(x_k)**2 = y says nothing of its own second derivative, which stays a sum of products."""
    silu = parse("silu(x) -> y\n    y = x*sigmoid(x)", FUNCTIONS)
    (definition,) = parse("f(x[n]) -> y\n    y = sum(k, silu(x[k])**2)", [*FUNCTIONS, *silu])
    (derivation,) = derive_all(definition, (Wanted("hessian", "y", "x"),))
    assert checked(derivation).startswith("2 δ_kl ((")
    assert all(step.reason.key != "eliminate" for step in derivation.steps)


def test_default_is_by_parameters_then_by_inputs() -> None:
    (with_parameters,) = parse("f(x; w, b) -> y\n y = w*x + b")
    (without,) = parse("f(x, y) -> z\n z = x*y")
    assert [(w.kind, w.variable) for w in default_wanted(with_parameters)] == [("gradient", "w"), ("gradient", "b")]
    assert [(w.kind, w.variable) for w in default_wanted(without)] == [("gradient", "x"), ("gradient", "y")]
