"""Kernels of definitions outside the catalogue: emitted, and checked against the truth and their own differences."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_numpy import emit_module, kernel_names
from derive.language.definition import Definition
from derive.language.resolve import parse
from derive.pipeline.load import load
from derive.verify.kernels import ROUNDINGS, check_kernels
from tests.corpus import DEFINITIONS, DOMAINS, MORE_WANTED

MORE = parse("""
two_outputs(x[n]; w[n]) -> a, b
    a = sum(k, w[k]*x[k])
    b[i] = exp(w[i])*x[i]
named_as_arguments(x, g; v) -> out1
    out1 = x*g + sin(g*v)
fixed_size(x[3]; A[2, 3]) -> y
    y[i] = sum(j, A[i, j]*x[j])**2
only_parameters(; a[n]) -> y
    y = sum(k, a[k]**3)
centred(x[n]; gamma[n]) -> y
    mu = mean(i, x[i])
    s = sqrt(mean(i, (x[i] - mu)**2) + 0.01)
    y[i] = gamma[i]*(x[i] - mu)/s
""")


@pytest.mark.parametrize("definition", [*DEFINITIONS, *MORE], ids=lambda d: d.name)
def test_emitted_kernels_are_right(definition: Definition) -> None:
    derivations = derive_all(definition, MORE_WANTED.get(definition.name))
    module = load(definition.name, emit_module(definition, derivations, title=definition.name))
    evidence = check_kernels(definition, derivations, module, domain=DOMAINS.get(definition.name))
    assert set(evidence.functions) == set(kernel_names(definition, derivations))
    assert {name for name, _ in evidence.roundings} == set(evidence.functions)
    assert max(evidence.roundings.values()) <= ROUNDINGS
