"""The passes in order: from what was written to what is computed, checked after each.

Contract: `optimise(graph)` is a graph of equal values, stable, planned and shared, that an emitter may print.
To extend: one row in PASSES; a stability rewrite is a row of stability.table.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.ir.contraction import contract_sums
from derive.ir.graph import Graph
from derive.ir.indicators import borders, indicators, units
from derive.ir.look_ups import look_ups_first, take_largest, take_maxima
from derive.ir.passes import Pass, fit, flatten, fold_twos, multiply_out, share
from derive.ir.stability.cancelled import without_inverses
from derive.ir.stability.common import without_common_parts, without_logarithms
from derive.ir.stability.conjugates import one_exponent, sizes
from derive.ir.stability.entropies import entropies
from derive.ir.stability.error_function import normal_tails, products_with_tails, sums_with_tails
from derive.ir.stability.gathered import gathered_shares
from derive.ir.stability.gaussians import bounded_factors, products_with_gaussians, whole_squares
from derive.ir.stability.logarithms import sharp_exponentials, small_terms_last
from derive.ir.stability.masks import masked_exponentials
from derive.ir.stability.mixture_weights import joined_exponents
from derive.ir.stability.norms import norms
from derive.ir.stability.pairs import without_pairs
from derive.ir.stability.powers import logarithms_of_powers, multiply_step_by_step
from derive.ir.stability.remainders import beside_remainders
from derive.ir.stability.removable import near_zero
from derive.ir.stability.share_labels import means_less_labels
from derive.ir.stability.share_means import grouped_weights
from derive.ir.stability.share_products import logarithms_of_share_products
from derive.ir.stability.squares import as_squares
from derive.ir.stability.sums_as_means import sums_as_means
from derive.ir.stability.table import STABILITY
from derive.ir.stability.tails import beside_tails
from derive.ir.stability.totals import totals_of_largest
from derive.ir.stability.vanishing import bounded_beside_vanishing
from derive.ir.stability.zeros import zero_times_logarithm
from derive.ir.verify import verify

SIMPLIFY = (Pass("share", share), Pass("flatten", flatten))
ARRANGE = (
    Pass("flatten", flatten),
    Pass("multiplication step by step", multiply_step_by_step),
    Pass("powers", multiply_out),
    Pass("contract", contract_sums),
    Pass("units", units),
    Pass("twos", fold_twos),
    Pass("share", share),
)
PREPARE = (
    Pass("common factors of remainders", beside_remainders),
    Pass("flatten", flatten),
    Pass("sizes", sizes),
    Pass("squares", as_squares),
    Pass("0 log 0", zero_times_logarithm),
    Pass("logarithms of powers", logarithms_of_powers),
    Pass("one exponent", one_exponent),
    Pass("common parts of exponents", without_common_parts),
    Pass("pairs of exponentials", without_pairs),
    Pass("exponentials of logarithms", without_logarithms),
    Pass("logarithms of products of shares", logarithms_of_share_products),
    Pass("flatten", flatten),
    Pass("inverses of exponentials", without_inverses),
    Pass("flatten", flatten),
    Pass("masked exponentials", masked_exponentials),
    Pass("sums as means", sums_as_means),
    Pass("inverses of exponentials", without_inverses),
    Pass("gathered shares", gathered_shares),
    Pass("weights of mixtures", joined_exponents),
    Pass("flatten", flatten),
    Pass("means less labels", means_less_labels),
    Pass("weights of means", grouped_weights),
    Pass("entropies", entropies),
)
"""Other guises to one, before the rows of the table."""
LIMITS = (
    Pass("factors beside exponentials that are 0", bounded_beside_vanishing),
    Pass("flatten", flatten),
    Pass("norms", norms),
    Pass("bounded factors", bounded_factors),
    Pass("normal tails", normal_tails),
    Pass("whole squares", whole_squares),
    Pass("flatten", flatten),
    Pass("logarithms and quotients of tails", beside_tails),
    Pass("flatten", flatten),
    Pass("products with tails", products_with_tails),
    Pass("products with gaussians", products_with_gaussians),
    Pass("sums with tails", sums_with_tails),
    Pass("take largest", take_largest),
    Pass("totals of the largest", totals_of_largest),
    Pass("take maxima", take_maxima),
    Pass("indicators", indicators),
    Pass("borders", borders),
    Pass("small terms last", small_terms_last),
    Pass("sharp exponentials", sharp_exponentials),
    Pass("look-ups first", look_ups_first),
)
PLAIN: tuple[Pass, ...] = (*SIMPLIFY, *PREPARE, *STABILITY, *LIMITS, *ARRANGE)
PASSES: tuple[Pass, ...] = (*SIMPLIFY, Pass("series near 0", lambda graph: near_zero(graph, plain)), *PLAIN)
LITERAL: tuple[Pass, ...] = (*SIMPLIFY, *ARRANGE)
"""For closed forms that are to be computed as they stand, with their loss of digits."""


def plain(graph: Graph) -> Graph:
    """What all passes but the series make of a graph."""
    return optimise(graph, PLAIN)


def optimise(graph: Graph, passes: Sequence[Pass] = PASSES) -> Graph:
    """All passes in order, each checked where it changes anything."""
    graph = verify(fit(graph))
    for step in passes:
        found = step.apply(graph)
        if any(new is not old for new, old in zip(found, graph, strict=True)):
            graph = verify(fit(found))
    return graph
