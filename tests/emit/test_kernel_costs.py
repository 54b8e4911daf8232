"""Costs as formulas: what a person counts by hand."""

from __future__ import annotations

import pytest

from derive.closedform.derivations import derive_all
from derive.emit.kernel_costs import Cost, costs
from derive.emit.kernel_numpy import kernel_names
from derive.language.derivation import Wanted
from derive.language.resolve import parse
from tests.closedform.test_adjoints import ATTENTION, LAYER_NORM
from tests.corpus import DEFINITIONS

BY_NAME = {d.name: d for d in DEFINITIONS}


def costs_of(definition, *kinds: str):
    inputs = [i.name for i in definition.inputs]
    wanted = tuple(Wanted(k, definition.output, i) for k in kinds for i in inputs)
    return costs(definition, derive_all(definition, wanted))


def test_by_hand() -> None:
    (definition,) = parse("f(x[n]; w[n, m]) -> y\n y[k] = exp(sum(j, w[j, k]*x[j]))**2")
    found = costs(definition, derive_all(definition))
    assert found["f"] == Cost("B m", "2 B m n + 2 B m")
    assert list(found) == list(kernel_names(definition, derive_all(definition)))


@pytest.mark.parametrize(
    ("definition", "largest"), [(LAYER_NORM, "B n"), (ATTENTION, "B r s"), (BY_NAME["softmax"], "B n")]
)
def test_no_square_array_in_a_vjp(definition, largest: str) -> None:
    found = costs_of(definition, "vjp", "jvp")
    for kind in ("vjp", "jvp"):
        assert found[f"{definition.name}_{kind}"].largest == largest


def test_attention_costs_its_products_of_matrices() -> None:
    found = costs_of(ATTENTION, "vjp")["attention_vjp"].operations
    assert found.startswith("6 B d r s + 4 B e r s + ")
    assert " + ".join(found.split(" + ")[2:]).count("r s") == 1
