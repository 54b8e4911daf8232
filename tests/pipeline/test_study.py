"""`derive.define`: derivations, notes and kernels of one's own definitions."""

from __future__ import annotations

import inspect

import mpmath
import numpy as np
import pytest

import derive
from derive.language.derivation import Derivation
from derive.language.errors import DeriveError
from derive.language.trees import count_nodes

SOFTMAX2 = """
softmax2(a[n]; T) -> p
    p[i] = 2**(a[i]/T) / sum(k, 2**(a[k]/T))
"""


def test_define_gives_checked_derivations_and_kernels() -> None:
    study = derive.define(SOFTMAX2, wrt="a")
    assert [d.wanted.kind for d in study.derivations] == ["jacobian", "vjp", "jvp"]
    assert all(isinstance(d, Derivation) and d.evidence for d in study.derivations)
    kernels = study.compile()
    p = kernels.softmax2([1.0, 2.0, 3.0], 2.0)
    expected = 2 ** np.array([0.5, 1, 1.5])
    np.testing.assert_allclose(p, expected / expected.sum(), rtol=1e-15)
    assert "import numpy as np" in study.source
    imports = [line.split()[1] for line in study.source.splitlines() if line.startswith(("import", "from"))]
    assert set(imports) == {"functools", "math", "typing", "numpy"}
    assert inspect.getsource(kernels.softmax2).startswith("@np.errstate")


def test_define_takes_the_last_definition_and_shows_itself() -> None:
    study = derive.define("twice(x) -> y\n    y = 2*x\nlogit(x) -> y\n    y = sigmoid(twice(x))")
    assert study.name == "logit"
    assert "2 y (1 - y)" in study.show()
    assert "aligned" in study._repr_markdown_()


@pytest.mark.parametrize(
    ("kind", "wrt", "message"),
    [
        ("gradient", "b", "b is not an input of f"),
        ("slope", "a", "unknown kind slope"),
        ("jacobian", "a", "y is a scalar and has a gradient, no jacobian"),
    ],
)
def test_a_request_that_does_not_fit_is_refused(kind: str, wrt: str, message: str) -> None:
    with pytest.raises(derive.DeriveError, match=message):
        derive.define("f(a[n]) -> y\n    y = sum(k, a[k]**2)", wrt=wrt, kind=kind)


def test_a_gradient_of_an_array_is_refused() -> None:
    with pytest.raises(derive.DeriveError, match="p is an array and has a Jacobian, no gradient"):
        derive.define(SOFTMAX2, wrt="a", kind="gradient")


def test_a_label_has_no_derivative() -> None:
    with pytest.raises(derive.DeriveError, match="y is an integer label"):
        derive.define("f(p[n], y) -> L\n    L = -log(p[y])", wrt="y")


@pytest.mark.parametrize(("name", "order"), [("lgamma", -1), ("digamma", 0), ("trigamma", 1)])
def test_second_derivatives_of_the_gamma_functions(name: str, order: int) -> None:
    study = derive.define(f"f(x) -> y\n    y = x*{name}(x)", kind="hessian")
    x = np.array([0.3, 1.7, 25.0, 1e6])
    first = [mpmath.psi(order + 1, v) for v in x.tolist()]
    second = [mpmath.psi(order + 2, v) for v in x.tolist()]
    truth = [float(2 * a + v * b) for v, a, b in zip(x.tolist(), first, second, strict=True)]
    assert np.allclose(study.compile().f_hessian(x), truth, rtol=1e-13, atol=0)


def test_the_last_of_the_gamma_functions_has_no_derivative() -> None:
    with pytest.raises(DeriveError, match="derivative of pentagamma is not known"):
        derive.define("f(x) -> y\n    y = pentagamma(x)")


def test_sizes_at_which_nothing_has_a_value_are_passed_over() -> None:
    """A probability of one class is 1, and its logarithm's power has no slope in the exponent."""
    study = derive.define("focal(a[n], y; c) -> L\n    L = -(1 - softmax(a)[y])**c*log(softmax(a)[y])")
    found = float(study.compile().focal_grad(np.array([0.0, 0.0]), 0, 2.0))
    assert found == pytest.approx(-(0.5**2) * np.log(0.5) * np.log(0.5), rel=1e-14)


def test_one_denominator_only_where_it_is_shorter() -> None:
    """Student's t: what cancels is less than what the denominator multiplies."""
    text = "t(y; s, nu) -> L\n    L = lgamma(nu/2) + (nu + 1)/2*log(1 + y**2/(nu*s**2)) + log(nu)/2"
    (derivation,) = derive.define(text, wrt="nu").derivations
    lengths = [count_nodes(step.after) for step in derivation.steps]
    assert lengths[-1] == min(lengths[-3:])
    assert "ν³" not in derive.define(text, wrt="nu").show()
