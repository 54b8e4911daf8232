"""Normalization, attention and their neighbours read as an expert would write them, and are derived at once."""

from __future__ import annotations

import time

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.unicode_text import unicode_text
from derive.language.derivation import Derivation
from derive.pipeline.library import entry, library
from derive.pipeline.study import study_of

FORMS = {
    ("layer_norm", "x"): {"z_bar": "g_i γ_i", "": "(z̄_k - (Σ_i z̄_i)/n - (Σ_j z̄_j z_j) z_k/n)/s"},
    ("layer_norm", "gamma"): {"": "g_j z_j"},
    ("layer_norm", "beta"): {"": "g_j"},
    ("rms_norm", "x"): {"z_bar": "g_i γ_i", "": "(z̄_k - (Σ_i z̄_i z_i) z_k/n)/r"},
    ("rms_norm", "gamma"): {"": "g_j z_j"},
    ("attention", "Q"): {"P_bar": "Σ_c g_ic V_jc", "S_bar": "P_ij (P̄_ij - Σ_l P̄_il P_il)", "": "(Σ_l S̄_jl K_lk)/√d"},
    ("attention", "K"): {"S_bar": "P_ij (P̄_ij - Σ_l P̄_il P_il)", "": "(Σ_i S̄_ij Q_ik)/√d"},
    ("attention", "V"): {"": "Σ_i g_if P_ij"},
    ("cosine_similarity", "x"): {"": "(w_k - c u_k)/a"},
    ("cosine_similarity", "y"): {"": "(u_k - c w_k)/b"},
    ("huber", "y"): {"": "{r, |r| ≤ δ; δ sgn(r), |r| > δ}"},
    ("gelu", "x"): {"": "x e^(-½ x²)/√(2 π) + Φ"},
    ("logsumexp", "a"): {"": "e^(a_k)/(Σ_l e^(a_l))"},
}


def derived(name: str, variable: str) -> Derivation:
    row = entry(name)
    return next(d for d in derive_all(row.definition, row.wanted) if d.wanted.variable == variable)


@pytest.mark.parametrize(("name", "variable"), FORMS)
def test_reads_as_an_expert_would_write_it(name: str, variable: str) -> None:
    found = derived(name, variable)
    forms = {d.names.name: unicode_text(d.closed) for d in found.adjoints if d.names is not None}
    forms[""] = unicode_text(found.closed)
    wanted = FORMS[name, variable]
    assert {k: forms[k] for k in wanted} == wanted


@pytest.mark.parametrize("name", sorted({name for name, _ in FORMS}))
def test_kernels_pass_at_random_and_hard_points(name: str) -> None:
    study = study_of(entry(name)).with_checked_kernels()
    assert study.hard


def test_every_row_is_derived_within_a_tenth_of_a_second() -> None:
    for row in library():
        took = []
        for _ in range(3):
            start = time.process_time()
            derive_all(row.definition, row.wanted)
            took.append(time.process_time() - start)
        assert min(took) < 0.1, row.definition.name
