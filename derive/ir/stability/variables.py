"""Which one value a node is a function of: a node, or the ratio or the product of two.

    exp(x) - 1 - x                    of x
    log(1 + (x / c)**2) - x**2 / (x**2 + c**2)
                                      of x / c
    (x**c log(x) - (x**c - 1) / c)/c  of c log(x), times 1 / c**2

Contract: `Dependences(graph).of(node)` gives the value u, a graph of VARIABLE alone that is the function, and the
factor that stands before it; for two values a and b the node is homogeneous, as its form shows: all terms of a sum
have one degree, and what a function is taken of has degree 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from derive.ir.build import apply, constant
from derive.ir.graph import Argument, Graph, Node, rebuild, topological
from derive.ir.stability.series import VARIABLE, has_series

NUMBERS = ("constant", "pi")
PARTNER = Node("input", data="b")
POWER = apply("raise", apply("exp", VARIABLE), PARTNER)
"""exp(v) for b = 1, as a power of two values is computed."""


@dataclass(frozen=True)
class Dependence:
    """b**degree f(value), value = a b**-sign: `function` is f(VARIABLE), `trial` has VARIABLE for a and PARTNER for b.

    Where there is no b, sign and degree are 0. Of an exponential, the trial is a function of its exponent.
    """

    value: Node
    function: Node
    trial: Node
    other: Node | None = None
    sign: int = 0
    degree: Fraction = Fraction(0)
    is_exp: bool = False


class Dependences:
    """What the nodes of a graph depend on, found once for each."""

    def __init__(self, graph: Graph) -> None:
        nodes = topological(graph)
        self.explicit = dict(zip(nodes, with_logarithms(nodes), strict=True))
        self.cores: dict[tuple[Node, bool], Node | None] = {}

    def of(self, node: Node) -> Iterator[Dependence]:
        """The ways to see a node as a function of one value: none, one, or a ratio from above and from below."""
        known = self.explicit[node]
        core = self.core(known)
        if core is not None and core != known:
            yield self.of_one(node, core)
            power = self.core(known, of_exp=True)
            if power is not None and power.op == "exp" and power.data is None and power not in (core, known):
                yield self.of_exponential(node, power)
        elif core is not None and is_open(known):
            atoms = self.atoms(known)
            if len(atoms) == 2:
                yield from of_two(node, known, atoms)

    def of_one(self, node: Node, core: Node) -> Dependence:
        known = self.explicit[node]
        function = replaced(known, {core: VARIABLE})
        return Dependence(core, function, replaced(node, {core: VARIABLE, **self.raised(node, core)}, function))

    def of_exponential(self, node: Node, power: Node) -> Dependence:
        known, inner = self.explicit[node], exponent(power)
        plain = replaced(known, {inner: VARIABLE})
        trial = replaced(node, {inner: VARIABLE, **self.raised(node, inner)}, plain)
        return Dependence(power, replaced(known, {power: VARIABLE}), trial, is_exp=True)

    def raised(self, node: Node, core: Node) -> dict[Node, Node]:
        """The powers of two values in a node that are exp(core), as they are computed."""
        powers = (n for n in topological((node,)) if n.op == "raise")
        return {n: POWER for n in powers if exponent(self.explicit[n]) == core}

    def core(self, node: Node, *, of_exp: bool = False) -> Node | None:
        """The one node, or exponential, that a node is made of; itself where there are several, None of a number."""
        if (node, of_exp) not in self.cores:
            self.cores[node, of_exp] = self.core_of(node, of_exp)
        return self.cores[node, of_exp]

    def core_of(self, node: Node, of_exp: bool) -> Node | None:
        if node.op in NUMBERS:
            return None
        if node.is_leaf or not is_open(node):
            return node
        found = {self.core(a.node, of_exp=of_exp) for a in node.arguments} - {None}
        inner = found.pop() if len(found) == 1 else None
        is_innermost = of_exp and node.op == "exp" and (inner is None or inner.op != "exp")
        return node if inner is None or is_innermost else inner

    def atoms(self, node: Node) -> tuple[Node, ...]:
        """The nodes that the rest is made of: what is a function of one value is a power of an atom, or one itself."""
        found: dict[Node, None] = {}
        stack = [node]
        while stack:
            top = stack.pop()
            core = self.core(top)
            if core is not None and (core.is_leaf or not is_open(core)):
                found[self.base(top)] = None
            else:
                stack += [a.node for a in reversed(top.arguments)]
        return tuple(found)

    def base(self, node: Node) -> Node:
        """x of x**2, 3 x and 1 / x"""
        rest = [a.node for a in node.arguments if a.node.op not in NUMBERS]
        is_monomial = len(set(rest)) == 1 and node.op in ("power", "multiply", "divide")
        return self.base(rest[0]) if is_monomial and self.core(node) != node else node


def exponent(node: Node) -> Node:
    """u of exp(u)"""
    return node.arguments[0].node


def is_open(node: Node) -> bool:
    """Whether a node is made of its arguments entry by entry."""
    own = tuple(range(len(node.shape)))
    return has_series(node) and all(a.axes == own or not a.node.shape for a in node.arguments)


def replaced(node: Node, numbers: Mapping[Node, Node], otherwise: Node | None = None) -> Node:
    """The node as one number, made of these in place of those; another where it is not made of them."""
    new = dict(numbers)
    for old in topological((node,)):
        if old not in new and (old.op in NUMBERS or (old.arguments and all(a.node in new for a in old.arguments))):
            new[old] = Node(old.op, tuple(Argument(new[a.node], ()) for a in old.arguments), (), data=old.data)
    return new[node] if otherwise is None else new.get(node, otherwise)


def of_two(node: Node, explicit: Node, atoms: tuple[Node, ...]) -> Iterator[Dependence]:
    """b**d f(a / b), or b**-d f(a b)"""
    for first, second in (atoms, atoms[::-1]):
        for sign in (1, -1):
            degree = Degrees({first: Fraction(1), second: Fraction(sign)}).of(explicit)
            if degree is not None and degree.denominator == 1:
                value = together("divide" if sign > 0 else "multiply", first, second)
                function = replaced(explicit, {first: VARIABLE, second: constant(1)})
                trial = replaced(node, {**given(first, VARIABLE), **given(second, PARTNER)}, function)
                yield Dependence(value, function, trial, second, sign, degree * sign)


def given(atom: Node, number: Node) -> dict[Node, Node]:
    """The number in place of an atom; of log(x), exp of it in place of x too."""
    inner = {atom.arguments[0].node: apply("exp", number)} if atom.op == "log" else {}
    return {atom: number, **inner}


def together(op: str, first: Node, second: Node) -> Node:
    shape = max(first.shape, second.shape, key=len)
    return Node(op, tuple(Argument(n, tuple(range(len(n.shape)))) for n in (first, second)), shape)


class Degrees:
    """By which power of c a node is multiplied where its atoms are by these powers; None where by none."""

    def __init__(self, atoms: Mapping[Node, Fraction]) -> None:
        self.known: dict[Node, Fraction | None] = dict(atoms)

    def of(self, node: Node) -> Fraction | None:
        if node not in self.known:
            self.known[node] = self.found(node)
        return self.known[node]

    def found(self, node: Node) -> Fraction | None:
        if node.op in NUMBERS:
            return Fraction(0)
        degrees = [self.of(a.node) for a in node.arguments]
        known = [d for d in degrees if d is not None]
        if node.is_leaf or len(known) < len(degrees) or not has_series(node):
            return None
        if node.op == "multiply":
            return sum(known, Fraction(0))
        if node.op == "divide":
            return known[0] - known[1]
        if node.op == "power":
            return known[0] * node.data if isinstance(node.data, Fraction) else None
        if len(set(known)) > 1 or (node.op != "add" and known[0]):
            return None
        return known[0]


def with_logarithms(graph: Graph) -> Graph:
    """a**b as exp(b log a)"""
    return rebuild(graph, lambda n: through_logarithm(n) if n.op == "raise" else n)


def through_logarithm(node: Node) -> Node:
    base, exponent = node.arguments
    logarithm = Argument(apply("log", base.node), base.axes)
    product = Node("multiply", (exponent, logarithm), node.shape)
    return Node("exp", (Argument(product, tuple(range(len(node.shape)))),), node.shape, name=node.name)
