"""The body of a kernel: graph to statements, one for each quantity that has a name or is used twice.

Contract: `body(results, taken, equations)` gives Statements in order and the name of each result's variable.
Names of the definition stand for themselves; other variables get names that nothing else has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from derive.emit.kernel_numbers import laid_out, uses
from derive.emit.kernel_spelling import NUMBERS, Locals, Speller, Text
from derive.emit.unicode_text import unicode_text
from derive.ir.graph import BATCH, Node, topological
from derive.ir.ops import LOOKS
from derive.language.indices import Less

LONGEST = 60
LONGEST_LINE = 100

WITH_SIZES = ("window", "identity", "same", "spread", "index", "gather", "scatter", "matrix")
"""Ops whose spelling may mention the sizes of their axes."""

HINTS = {
    "e": "at most 1 on both sides of 0: nothing overflows",
    "e:still": "a normal number with a finite square: beyond 44 nothing changes any more",
    "others": "the sum without the own entry, for the largest entry added up anew: nothing cancels",
    "base": "the entry where the share is largest, which counts as 0: the shares add up to 1",
    "e:shift": "all times one number: the quotient is the same",
    "shift": "0 where the largest fits, else whole: nothing overflows, and little is rounded away",
    "series": "the power series: the differences that it stands for cancel near 0",
    "m": "exp(...) - 1, without cancellation near 0",
}
FALLBACK = {
    "contract": "dot", "sum": "total", "multiply": "product", "divide": "ratio", "add": "s", "where": "chosen",
    "max": "highest", "min": "lowest", "power": "squared", "exp": "e", "spread": "filled", "view": "turned",
    "bracket": "side", "gather": "chosen", "scatter": "landed", "others": "others", "prod": "product",
    "norm": "length", "first_max": "largest", "first_min": "smallest",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """target = text  # comment"""

    target: str
    text: str
    comment: str = ""

    @property
    def lines(self) -> list[str]:
        line = f"{self.target} = {self.text}"
        if not self.comment:
            return laid_out([line])
        together = f"{line}  # {self.comment}"
        return laid_out([together] if len(together) <= LONGEST_LINE else [f"# {self.comment}", line])


@dataclass
class Body:
    """Statements so far and the variables of nodes; lives for one kernel.

    kept: variables that hold results already.
    """

    taken: set[str]
    equations: Mapping[str, str]
    uses: Mapping[Node, int]
    local: Locals
    kept: frozenset[str] = frozenset()
    names: dict[Node, str] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)

    def inner(self, node: Node) -> Text:
        """An argument: its variable, or its text; what is used again or gets too long becomes a variable."""
        if node in self.names:
            return Text(self.names[node])
        text = Speller(self.inner, self.local).spell(node)
        if self.is_apart(node) or (len(text.text) > LONGEST and not node.is_leaf):
            return Text(self.assign(node, text))
        return text

    def is_apart(self, node: Node) -> bool:
        if node.op in ("input", "size", *NUMBERS) or is_alias(node):
            return False
        return self.uses.get(node, 0) > 1 or (bool(node.name) and not node.name.startswith("~"))

    def assign(self, node: Node, text: Text, wanted: str = "", comment: str = "") -> str:
        target = self.fresh(wanted or node.name.lstrip("~").partition(":")[0] or FALLBACK.get(node.op, "u"), node)
        self.names[node] = target
        self.statements.append(Statement(target, text.text, comment or comment_of(node, self.equations)))
        return target

    def fresh(self, name: str, node: Node) -> str:
        """A name of the definition is its own; any other steps aside."""
        own = node.name == name and name in self.equations and name not in (*self.names.values(), *self.kept)
        candidates = [name] if own else [name, *(f"{name}{k}" for k in range(2, 1000))]
        found = next(c for c in candidates if own or c not in self.taken)
        self.taken.add(found)
        return found


def comment_of(node: Node, equations: Mapping[str, str]) -> str:
    """What a quantity is: its equation, a hint, or the expression it comes from."""
    if node.name in equations:
        return equations[node.name]
    if node.name.startswith("~"):
        return HINTS.get(node.name[1:], "")
    return unicode_text(node.origin) if node.origin is not None else ""


def is_alias(node: Node) -> bool:
    """Another look at an array, or the negative of one: not worth a variable."""
    (first, *rest) = node.arguments or (None,)
    if first is None:
        return False
    if node.op == "view":
        return first.node.is_leaf
    return node.op == "multiply" and first.node.op == "constant" and len(rest) == 1 and rest[0].node.op == "input"


def body(
    results: Sequence[tuple[str, Node, str]],
    taken: Iterable[str],
    equations: Mapping[str, str],
    local: Locals,
    kept: frozenset[str] = frozenset(),
) -> tuple[list[Statement], list[str]]:
    """Statements of (wanted name, node, comment) rows, and the text of each result."""
    state = Body({*taken, *equations, *kept}, equations, uses(tuple(n for _, n, _ in results)), local, kept)
    found: list[str] = []
    for row in results:
        name = result(state, *row)
        found.append(f"{name}.copy()" if name in found else name)
    return state.statements, found


def result(state: Body, wanted: str, node: Node, comment: str) -> str:
    """The variable of a result, which is never an array that the caller owns."""
    if node in state.names:
        return state.names[node]
    text = Speller(state.inner, state.local).spell(node)
    if node.is_leaf or node.op in LOOKS:
        text = Text(f"{text.text}.copy()")
    name = node.name if node.name in state.equations else wanted
    return state.assign(node, text, name, state.equations.get(node.name) or comment)


def sizes_used(results: Iterable[Node]) -> list[str]:
    """Sizes whose value the statements mention, in a fixed order."""
    found: dict[str, None] = {}
    for node in topological(results):
        mentioned = node.shape if node.op in WITH_SIZES else ()
        for dimension in (*mentioned, *((node.data,) if node.op == "size" else ())):
            if isinstance(dimension, str):
                found.setdefault(dimension.size if isinstance(dimension, Less) else dimension)
    return sorted(found, key=lambda d: (d == BATCH, d))
