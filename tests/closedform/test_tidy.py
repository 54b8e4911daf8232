"""What a reader would tidy: order of factors, signs, fractions in products, deltas inside pieces, plain adjoints."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Derivation, Wanted
from derive.language.expressions import add, mul, number
from derive.language.resolve import parse
from derive.language.trees import unordered
from derive.verify.gradients import check_closed
from derive.verify.steps import check_steps

FUNCTIONS = parse("tanh(x) -> y\n    y = (exp(x) - exp(-x))/(exp(x) + exp(-x))")


def derived(text: str, variable: str, kind: str = "gradient") -> Derivation:
    (definition,) = parse(text, FUNCTIONS)
    (found,) = derive_all(definition, (Wanted(kind, definition.output, variable),))
    for one in (*found.adjoints, found):
        check_steps(one)
    check_closed(found)
    return found


def closed(text: str, variable: str, kind: str = "gradient") -> str:
    return unicode_text(derived(text, variable, kind).closed)


def test_a_product_is_recognised_in_any_order() -> None:
    text = """cosine(x[n], y[n]) -> c
    a = sqrt(sum(k, x[k]**2))
    b = sqrt(sum(k, y[k]**2))
    u[i] = x[i]/a
    w[i] = y[i]/b
    c = sum(k, u[k]*w[k])"""
    assert closed(text, "x") == "(w_k - c u_k)/a"
    assert closed(text, "y") == "(u_k - c w_k)/b"


def test_an_adjoint_that_is_a_quantity_is_written_as_it_is() -> None:
    text = "f(x[n], w[n]) -> E\n    s = sum(i, x[i]**2)\n    h[i] = s*x[i]\n    E = sum(i, w[i]*h[i])"
    found = derived(text, "x")
    assert "h̄" not in unicode_text(found.closed)


def test_the_order_of_terms_and_factors_does_not_count() -> None:
    (definition,) = parse("f(a, b) -> y\n    y = a*b + b")
    first, second = definition.equation("y").body.children
    assert unordered(add(first, second)) == unordered(add(second, mul(*reversed(first.children))))
    assert unordered(add(first, second)) != unordered(add(first, mul(number(2), second)))


def test_nothing_is_divided_by_that_was_no_divisor_before() -> None:
    """y = x tanh(log(1 + e^x)) could be solved for the tanh, but not where x = 0."""
    assert "/x" not in closed("f(x) -> y\n    y = x*tanh(log(1 + exp(x)))", "x", "derivative")


def test_nothing_is_solved_for_that_is_shorter_as_it_stands() -> None:
    assert closed("f(y; a) -> L\n    L = exp(a) - y*a", "a") == "e^a - y"


def test_the_probability_at_a_label_is_recognised() -> None:
    text = "f(a[n], y) -> L\n    p[i] = exp(a[i])/sum(k, exp(a[k]))\n    L = -log(p[y])"
    assert closed(text, "a") in ("p_i - δ_yi", "-(δ_yi - p_i)")


@pytest.mark.parametrize(
    ("term", "wanted"),
    [
        ("where(abs(d[i]) < 1, d[i]**2/2, abs(d[i]) - 1/2)", "{d_i, |d_i| < 1; sgn(d_i), |d_i| ≥ 1}"),
        ("max(0, 1 - t[i]*(y[i] - t[i]))", "{0, 0 ≥ 1 - t_i d_i; -t_i, 0 < 1 - t_i d_i}"),
    ],
)
def test_a_delta_in_all_pieces_is_contracted(term: str, wanted: str) -> None:
    assert closed(f"f(y[n], t[n]) -> L\n    d[i] = y[i] - t[i]\n    L = sum(i, {term})", "y") == wanted


def test_pieces_are_opened_where_a_delta_stands_in_a_term() -> None:
    assert "δ_j" not in closed("f(s[n], y) -> L\n    L = sum(k, max(0, 1 + s[k] - s[y]))", "s").split("+")[0]


SOFTMAX = "p[i] = exp(a[i])/sum(k, exp(a[k]))"


def test_what_stands_beside_a_delta_is_written_at_the_index_where_it_cancels() -> None:
    """delta_0i p_i / p_0 = delta_0i"""
    found = derived(f"f(a[n]) -> y\n    {SOFTMAX}\n    y = a[0] - log(p[0])", "a")
    assert unicode_text(found.closed) == "p_i"
    assert "same_index" in [step.reason.key for step in found.steps]


def test_an_adjoint_of_one_entry_is_written_out() -> None:
    assert closed(f"f(a[n]) -> y\n    {SOFTMAX}\n    y = a[1]*p[0]", "a") == "p_0 (a_1 δ_0i - p_i a_1 + δ_1i)"
    text = f"f(a[n]) -> y\n    {SOFTMAX}\n    y = a[1]*sum(i, p[i]**2)"
    assert "p̄" in closed(text, "a")  # of all entries: it stays a quantity


def test_the_classifier_of_two_layers_goes_back_by_p_less_the_label() -> None:
    """z_bar = p_c (p_bar_c - sum_d p_bar_d p_d) with p_bar_c = -delta_yc / p_y, which is infinite where p_y is 0"""
    text = f"""f(x[q], y; w[q,m], v[m,n]) -> L
    h[j] = tanh(sum(i, x[i]*w[i,j]))
    a[c] = sum(j, h[j]*v[j,c])
    {SOFTMAX}
    L = -log(p[y])"""
    found = derived(text, "x")
    assert "p_c - δ_yc" in [unicode_text(adjoint.closed) for adjoint in found.adjoints]
