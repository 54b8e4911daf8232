"""The chain rule stated for a definition and checked: the derivative of the whole is the product of the parts.

Contract: `chain_identity(definition, wanted, name)` states dy/dx = sum_v dy/dv dv/dx for a quantity v on the way, and
checks it; CheckError where v is not the only way from x to y, because then the product is not the whole.
"""

from __future__ import annotations

from collections.abc import Iterator

from derive.closedform.derivations import partial
from derive.emit.document import Identity
from derive.language.definition import Definition
from derive.language.derivation import Wanted
from derive.language.expressions import Expression, Partial, Ref, mul, sum_over
from derive.language.trees import fresh_index, index_names
from derive.pipeline.library import Entry
from derive.verify.gradients import check_identity
from derive.verify.samples import Domain


def chains_of(entry: Entry) -> Iterator[tuple[Wanted, str]]:
    """The derivatives of a row that pass through the quantities it names."""
    definition = entry.definition
    for wanted in entry.wanted or ():
        for name in entry.row.through:
            if definition.depends_on(name, wanted.variable):
                yield wanted, name


def chain_identity(definition: Definition, wanted: Wanted, name: str, domain: Domain | None = None) -> Identity:
    left = partial(definition, wanted)
    right = product_through(left, definition, name)
    return Identity(left, right, check_identity(definition, left, right, domain))


def product_through(left: Partial, definition: Definition, name: str) -> Expression:
    """sum_v dy/dv dv/dx"""
    taken = index_names(left) | set(definition.names) | set(definition.sizes)
    indices = []
    for index in definition.equation(name).indices:
        indices.append(fresh_index(index, taken))
        taken.add(indices[-1].name)
    middle = Ref(name, tuple(indices))
    total: Expression = mul(Partial(left.body, middle), Partial(middle, left.variable))
    for index in reversed(indices):
        total = sum_over(index, total)
    return total
