"""`run`: definitions of one's own from a file, the command line or standard input."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import numpy as np
import pytest

from derive.pipeline.load import load
from derive.pipeline.publish import content
from tests.recurrences import TEXTS
from tests.test_cli import run

GATE = "gate(x[n], h; w[n]) -> y\n    a = sum(j, w[j]*x[j])\n    y = sigmoid(a)*tanh(h)\n"


def test_a_file_gives_a_derivation_and_kernels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "gate.txt", tmp_path / "out"
    file.write_text(GATE)
    code, shown, _ = run(capsys, "run", str(file), "--out", str(out))
    assert code == 0
    assert "∂y/∂w_j" in shown
    assert {"kernels/gate.py", "latex/gate.tex", "report/gate.json"} <= set(content(out))
    spec = importlib.util.spec_from_file_location("gate", out / "kernels" / "gate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    x, w = np.array([1.0, 2.0]), np.array([0.5, -0.25])
    expected = np.tanh(0.3) * 0.25 * x  # the sigmoid's slope at 0
    np.testing.assert_allclose(module.gate_grad(x, 0.3, w), expected, rtol=1e-14)


def test_a_text_with_several_definitions(capsys: pytest.CaptureFixture[str]) -> None:
    text = r"twice(x) -> y\n  y = 2*x\nf(x, z) -> y\n  y = twice(x*z)**2"
    code, shown, _ = run(capsys, "run", "-e", text, "--wrt", "z", "--kind", "gradient")
    assert code == 0
    assert "∂y/∂z" in shown
    assert "∂y/∂x" not in shown


@pytest.mark.parametrize("kind", ["derivative", "hessian", "hvp"])
@pytest.mark.parametrize("inputs", ["x", "; x"])
def test_every_derivative_of_one_number_is_published(
    kind: str, inputs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"f({inputs}) -> y\n  y = x*tanh(x)"
    assert run(capsys, "run", "-e", text, "--kind", kind, "--wrt", "x", "--out", str(tmp_path / "out"))[0] == 0
    assert {"kernels/f.py", "latex/f.tex", "report/f.json", "notes/en/f.md"} <= set(content(tmp_path / "out"))


def test_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("square(x) -> y\n  y = x**2\n"))
    code, shown, _ = run(capsys, "run", "-", "--format", "latex")
    assert code == 0
    assert r"\boxed{" in shown
    assert r"\begin{align*}" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run",), "run takes a file or -e TEXT"),
        (("run", "missing.txt"), "cannot read missing.txt: No such file"),
        (("run", "-e", "f(x) -> y\n  y = xx"), "unknown name xx"),
        (("run", "-e", "f() -> y\n  y = 1"), "f has no input to differentiate by"),
        (("run", "-e", "f(x) -> y\n  y = log(-1 - x**2)"), "no point found at which all values are real"),
        (("run", "-e", "\x00\ufeff"), "unexpected character"),
        (("run", "-e", "f(x[n]) -> y\n  y = softmax(x)"), "as in softmax(a)[i]"),
        (("run", "-e", "f(x) -> y\n  y = x", "--wrt", "z"), "z is not an input of f"),
        (("run", "-e", "f(x) -> y\n  y = x", "--kind", "jacobian"), "y is a scalar"),
        (("run", "-e", "f(x) -> y\n  y = __import__('os')"), "unexpected character '_'"),
        (("run", "-e", "f(x) -> y\n  y = exp(x)", "--timeout", "0.001"), "took too long"),
    ],
)
def test_faults_leave_the_disk_as_it_was(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    out = tmp_path / "out"
    code, shown, error = run(capsys, *arguments, "--out", str(out))
    assert code == 2
    assert shown == ""
    assert message in error
    assert "Traceback" not in error
    assert not out.exists()


MLP = TEXTS["biases"].replace("relu", "silu").replace("mlp", "net")


def test_a_recurrence_of_ones_own_gives_a_proof_and_kernels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    code, shown, _ = run(capsys, "run", "-e", MLP, "--out", str(out), "--detail", "brief", "--timeout", "0")
    assert code == 0
    assert "∂E/∂W{l}_jk = X̄{l}_k O{l-1}_j" in shown
    module = load("net", (out / "kernels" / "net.py").read_text(encoding="utf-8"))
    gradient = module.net_grad([1.0], [0.0], [[[2.0]]], [[0.5]])
    slope, value = 0.924141819978757 * (1 + 2.5 * (1 - 0.924141819978757)), 2.5 * 0.924141819978757
    np.testing.assert_allclose([gradient.W[0][0, 0], gradient.b[0][0]], slope * value, rtol=1e-14)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("O{0}[j] = x[j]", "O{1}[j] = x[j]", "layer 1"),
        ("O{L}[k] - t[k]", "O{l}[k] - t[k]", "O{l}"),
        ("W{l}[j, k] * O{l-1}[j]", "W{l}[k, j] * O{l-1}[j]", "n{l"),
    ],
)
def test_a_faulty_recurrence_is_refused(old: str, new: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, fault = run(capsys, "run", "-e", MLP.replace(old, new))
    assert (code, shown) == (2, "")
    assert message in fault
