"""All rules of differentiation, in the order in which they are tried.

To add a rule: one function in the family it belongs to, one row in that family's RULES.
"""

from __future__ import annotations

from derive.calculus import chain, elementary, indices, lemmas, linearity, products
from derive.calculus.rule import Rule

RULES: tuple[Rule, ...] = (
    *lemmas.RULES,
    *linearity.RULES,
    *chain.RULES,
    *products.RULES,
    *elementary.RULES,
    *indices.RULES,
)
