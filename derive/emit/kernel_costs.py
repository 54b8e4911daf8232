"""What a kernel costs: its largest intermediate array and its operations, as formulas in the sizes.

Contract: `costs(definition, derivations)` gives a Cost for each kernel, by name, from the graph that is printed. B is
the number of samples. A sum of products counts a multiplication and an addition for each entry of all its axes; an
elementary function counts as one operation; looking at an array in another order counts nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from derive.emit.kernel_parts import Kernel
from derive.emit.kernel_plan import kernels
from derive.ir.graph import BATCH, Node, topological
from derive.ir.ops import LOOKS
from derive.ir.order import NOMINAL
from derive.language.definition import Definition
from derive.language.derivation import Derivation
from derive.language.indices import Dimension, Less

Monomial = tuple[str, ...]
"""Sizes that are multiplied, in a fixed order."""


@dataclass(frozen=True)
class Cost:
    """`largest`: entries of the largest array between inputs and results; `operations`: how many of them."""

    largest: str
    operations: str


def costs(definition: Definition, derivations: Sequence[Derivation]) -> Mapping[str, Cost]:
    """The cost of every kernel of a definition."""
    return MappingProxyType({k.name: cost(k) for k in kernels(definition, derivations)})


def cost(kernel: Kernel) -> Cost:
    nodes = list(topological(r.node for r in kernel.results))
    results = {r.node for r in kernel.results}
    between = [n for n in nodes if not n.is_leaf and n.op not in LOOKS and n not in results]
    largest = max((product(n.shape) for n in between), key=nominal, default=(1, ()))
    return Cost(term(*largest), total(nodes))


def product(shape: Sequence[Dimension]) -> tuple[int, Monomial]:
    """The number of entries as a number times sizes."""
    number, sizes = 1, []
    for dimension in shape:
        if isinstance(dimension, int):
            number *= dimension
        else:
            sizes.append(name_of(dimension))
    return number, tuple(sorted(sizes, key=lambda s: (s != "B", s)))


def name_of(dimension: str) -> str:
    if isinstance(dimension, Less):
        return f"({dimension.size} - {dimension.by})"
    return "B" if dimension == BATCH else str(dimension)


def nominal(entries: tuple[int, Monomial]) -> tuple[int, Monomial]:
    """Larger for more entries, every size taken as the same number."""
    number, sizes = entries
    return number * NOMINAL ** len(sizes), sizes


def operations(node: Node) -> int:
    """How many operations stand at each entry of the node's axes."""
    if node.is_leaf or node.op in LOOKS or node.op in ("gather", "matrix"):
        return 0
    if node.op in ("contract", "weighted"):
        return len(node.arguments)
    return max(1, len(node.arguments) - 1)


def walked(node: Node) -> Sequence[Dimension]:
    """The axes that an op goes through: the largest entry and products of others take one walk along their axis."""
    once = node.op in ("first_max", "first_min", "others")
    return node.arguments[0].node.shape if once else node.space


def total(nodes: Sequence[Node]) -> str:
    """The sum over all nodes, the largest terms first."""
    count: Counter[Monomial] = Counter()
    for node in nodes:
        number, sizes = product(walked(node))
        count[sizes] += number * operations(node)
    in_order = sorted(((c, s) for s, c in count.items() if c), key=lambda row: (-len(row[1]), row[1]))
    return " + ".join(term(*row) for row in in_order) or "0"


def term(number: int, sizes: Monomial) -> str:
    """2 B n²"""
    powers = [f"{s}{exponent(k)}" for s, k in Counter(sizes).items()]
    return " ".join([*([str(number)] if number != 1 or not powers else []), *powers])


def exponent(power: int) -> str:
    return "" if power == 1 else str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
