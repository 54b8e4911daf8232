"""The text of kernel modules: self-contained, readable, the same every time, safe against any names."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from derive import define
from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_kernels_init, emit_module, emit_tiles, kernel_names
from derive.language.errors import DeriveError
from derive.language.resolve import parse
from tests.emit.kernel_modules import ALL, derivations_of, module, source

NAMES = sorted(ALL)


@pytest.mark.parametrize("name", NAMES)
def test_a_module_imports_numpy_alone_and_has_the_promised_functions(name: str) -> None:
    tree = ast.parse(source(name))
    imported = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    beside = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 1}
    imported |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 0}
    assert imported == {"numpy", "functools", "math", "typing"}
    assert beside <= {"_tiles"}
    names = kernel_names(ALL[name], derivations_of(name))
    assert tuple(module(name).__all__) == names
    assert all(getattr(module(name), n).__doc__ for n in names)


@pytest.mark.parametrize("name", NAMES)
def test_no_einsum_of_three_and_no_line_out_of_sight(name: str) -> None:
    for node in ast.walk(ast.parse(source(name))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "einsum":
            assert len(node.args) <= 3


def test_which_functions_a_definition_gets() -> None:
    def suffixes(name: str) -> list[str]:
        return [n.removeprefix(name) for n in kernel_names(ALL[name], derivations_of(name))]

    assert suffixes("sigmoid") == ["", "_grad", "_value_and_grad", "_vjp", "_jvp", "_vjp_from_output"]
    assert suffixes("relu") == ["", "_grad", "_value_and_grad", "_vjp", "_jvp"]
    assert suffixes("softmax") == ["", "_jacobian", "_vjp", "_jvp", "_vjp_from_output"]
    assert suffixes("tempered") == ["", "_jacobian", "_vjp", "_jvp"]
    assert suffixes("perceptron") == ["", "_grad", "_value_and_grad"]


def test_no_kernel_from_outputs_where_a_label_is_needed() -> None:
    made = define("f(b; u[n]) -> y, c\n c[i] = exp(u[i] - u[i])\n y[i] = u[b]*c[i] + u[i]")
    assert "f_y_vjp(" in made.source
    assert "from_output" not in made.source


def test_the_perceptron_reads_as_its_equations() -> None:
    text = source("perceptron")
    for line in (
        "X = x @ w  # X_k = Σ_j w_jk x_j",
        "e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows",
        "dE_dw = x.T @ product  # ∂E/∂w_jk = (O_k - t_k) O_k (1 - O_k) x_j",
        "Derivation: latex/perceptron.tex",
    ):
        assert line in text


def test_the_text_is_the_same_in_every_process() -> None:
    program = "from tests.emit.kernel_modules import source; print(source('attention') + source('net'), end='')"
    for seed in ("1", "2"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": "."}
        run = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, check=True)
        assert run.stdout.decode() == source("attention") + source("net")


def test_names_that_clash_with_those_of_the_emitter() -> None:
    m = module("clash")
    generator = np.random.default_rng(0)
    x, g, e = generator.normal(size=(4, 3)), generator.normal(size=(4, 3)), generator.normal(size=(3, 2))
    expected = 1 / (1 + np.exp(-(x @ e) * 1.5)) + g.sum(axis=1)[:, None] * 0.5
    assert np.allclose(m.clash(x, g, e, 1.5, 0.5), expected, rtol=1e-14)
    assert m.clash_vjp(x, g, e, 1.5, 0.5, np.ones((4, 2))).e.shape == (3, 2)


def test_inputs_called_as_the_weight_or_the_tangent() -> None:
    (definition,) = parse("f(g; v) -> y\n    y = g*v**2")
    text = emit_module(definition, derive_all(definition), title="f")
    assert "def f_grad(g, v, g_=1.0, *, out=None):" in text


def test_a_name_of_python_is_refused() -> None:
    definition = replace(ALL["sigmoid"], name="zip")
    with pytest.raises(DeriveError, match="zip is a function of Python's own"):
        emit_module(definition, (), title="zip")


def test_a_number_beyond_all_floats_is_refused() -> None:
    (definition,) = parse("f(x) -> y\n    y = x*1e390")
    with pytest.raises(DeriveError, match=r"10\*\*390 is larger"):
        emit_module(definition, (), title="f")


def test_title_and_remark_cannot_leave_their_docstring() -> None:
    text = emit_module(ALL["sigmoid"], (), title='"""; import os', remark='a \\ """ b')
    assert {n.names[0].name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import)} == {"numpy"}


def test_accuracy_goes_into_the_docstring() -> None:
    text = emit_module(ALL["sigmoid"], (), title="s", accuracy={"sigmoid": "at most 3 ULP."})
    assert "Error: at most 3 ULP." in text


def test_functions_can_be_imported_from_the_package_and_from_the_module(tmp_path, monkeypatch) -> None:
    package = tmp_path / "made_kernels"
    package.mkdir()
    modules = {n: kernel_names(ALL[n], derivations_of(n)) for n in ("softmax", "sigmoid")}
    for name in modules:
        (package / f"{name}.py").write_text(source(name), encoding="utf-8")
    (package / "__init__.py").write_text(emit_kernels_init(modules), encoding="utf-8")
    (package / "_tiles.py").write_text(emit_tiles(), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = importlib.import_module("made_kernels")
    assert found.softmax([0.0, 0.0]).tolist() == [0.5, 0.5]
    assert importlib.import_module("made_kernels.softmax").softmax_vjp is found.softmax_vjp
    assert found.sigmoid(0.0) == 0.5


def test_two_kernels_of_one_name_are_refused() -> None:
    with pytest.raises(DeriveError, match="both f and f_grad have a kernel f_grad"):
        emit_kernels_init({"f": ("f", "f_grad"), "f_grad": ("f_grad",)})


def test_several_outputs_are_a_named_tuple() -> None:
    found = module("pair").pair(2.0, 3.0)
    assert (found.u, found.v) == (6.0, 8.0)
