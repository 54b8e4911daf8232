"""What a certificate is a certificate of: every digit of the arithmetic, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from derive.pipeline.certify import key_of
from derive.pipeline.kernel_code import END, MARK, code_of
from derive.pipeline.library import entry
from derive.pipeline.study import study_of

NAMES = ("sigmoid", "gelu", "perceptron", "softmax", "mlp", "linear_loss", "layer_norm", "two_layers")


@pytest.mark.parametrize("name", NAMES)
def test_other_bounds_have_the_same_key(name) -> None:
    study = study_of(entry(name))
    assert key_of(study) == key_of(replace(study, bounds=()))


def test_docstrings_comments_and_blank_lines_are_left_out() -> None:
    body = 'def f(x):\n    """One.\n\n    Two."""\n    y = x  # three\n\n    # four\n    return y\n'
    source = f'"""M."""\nimport numpy as np\n__all__ = ["f"]\n{body}{MARK}\ndef _g(x):\n    return 1\n'
    assert code_of(source) == "def f(x):\n    y = x\n    return y"


def test_what_stands_behind_the_shared_section_computes() -> None:
    own, special = "def f(x):\n    return _erf(x)", "C = 0.5\ndef _erf(x):\n    return C * x"
    source = f"{own}\n{MARK}\ndef _arguments(x):\n    return x\n{END}\n{special}"
    assert code_of(source) == f"{own}\n{special}"
    assert code_of(source) != code_of(source.replace("0.5", "0.25"))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("linear_loss", "-2 * _weighted(g, _vecdot(x, r))", "-3 * _weighted(g, _vecdot(x, r))"),
        ("perceptron", "dE_dw = ", "dE_dw = 2 * "),
        ("layer_norm", "np.add.reduce(g.T, axis=1)", "np.add.reduce(z.T, axis=1)"),
        ("layer_norm", "_summed(g, z)", "_summed(g, g)"),
        ("two_layers", "dy2_dw2 = _weighted(g, y1)", "dy2_dw2 = _weighted(g, y2)"),
        ("sigmoid", "return _tiled(_sigmoid_tile", "return 2 * _tiled(_sigmoid_tile"),
    ],
)
def test_what_stands_around_a_tile_and_computes_counts(name: str, old: str, new: str) -> None:
    """Sabotage: sums over the samples, which no tile has, and arithmetic on what a tile gives back."""
    source = study_of(entry(name)).source
    assert old in source
    assert code_of(source.replace(old, new)) != code_of(source)


def test_a_module_without_the_mark_is_an_error() -> None:
    with pytest.raises(ValueError, match="arguments and results"):
        code_of("def f(x):\n    return x")


@pytest.mark.parametrize("name", NAMES)
def test_other_handling_of_arguments_is_the_same_code(name) -> None:
    source = study_of(entry(name)).source
    changed = source.replace("expected float16, float32", "expected a float32").replace("_tiled(", "_in_tiles(")
    assert changed != source
    assert code_of(changed) == code_of(source)


@pytest.mark.parametrize("name", NAMES)
def test_every_operator_and_number_of_the_arithmetic_counts(name) -> None:
    """Sabotage: each line of a body, one after the other, computes something else."""
    source = study_of(entry(name)).source
    lines = source.splitlines()
    ends = [k for k, line in enumerate(lines) if line in (MARK, END)]
    arithmetic = [
        k for k in range(len(lines)) if ARITHMETIC.match(lines[k]) and not ends[0] < k < ([*ends, len(lines)])[1]
    ]
    assert len(arithmetic) > 5
    for k in arithmetic:
        changed = [*lines[:k], re.sub(r" ([-+*/]?=) ", r" \1 2.001 * ", lines[k], count=1), *lines[k + 1 :]]
        assert code_of("\n".join(changed)) != code_of(source), lines[k]


ARITHMETIC = re.compile(
    r"    \w+ ([-+*/]= |= (?=.*(np\.(exp|add|divide|multiply|negative|abs|subtract)| [-+*/@] ))(?!.*_arguments))"
)
