"""Logarithms of rational functions of one exponential, and of 1 + v.

    log R(exp(z))     a z + k log1p(p(e)) on each side, e = exp(-|z|): log(1 + exp(z)) = max(z, 0) + log1p(e)
    log(1 + v)        log1p(v)
    t log R(exp(z))   0 for t = 0, which 0 times an infinite logarithm is not
    log p - log q     a z, where p / q is a power of exp(z), as for the two sides of a sigmoid
    z - log(1 + e^z)  the logarithm of one function, log(exp(z) / (1 + exp(z)))

Contract: `logarithms(graph)` maps a graph to an equal one. Which R have a form, and which, says `logarithm_forms`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.ir.build import apply, constant, unscaled
from derive.ir.graph import Argument, Graph, Node, has_input, moved, rebuild, topological, whole, with_arguments
from derive.ir.stability import polynomial
from derive.ir.stability.exponentials import Exponentials, Group, combined, linear, multiple
from derive.ir.stability.logarithm_forms import form_of, near_one, scaled_form, spelled
from derive.ir.stability.one_exponential import on_axes, without_factor


def logarithms(graph: Graph) -> Graph:
    """The graph with log1p and linear parts for logarithms that would overflow or lose digits."""
    rewrite = Rewriting()
    return tuple(rewrite.node(n) for n in graph)


def sharp_exponentials(graph: Graph) -> Graph:
    """exp(u) rounded once in log(1 + exp(u)), whose rounding the logarithm would add its own to.

    Numbers and sizes are no arrays of the computation's dtype, and Python rounds them once.
    """
    inner = {n.arguments[0].node for n in topological(graph) if n.op == "log1p"}
    new: dict[Node, Node] = {}
    for old in topological(graph):
        node = with_arguments(old, tuple(Argument(new[a.node], a.axes) for a in old.arguments))
        is_sharp = old in inner and old.op == "exp" and old.data is None and has_input(old)
        new[old] = replace(node, op="sharp_exp") if is_sharp else node
    return tuple(new[n] for n in graph)


def small_terms_last(graph: Graph) -> Graph:
    """max(z, 0) - t z + log1p(exp(-|z|)) in this order: what is small is added to what is left of the large."""
    return rebuild(graph, lambda n: reordered(n) if n.op == "add" and len(n.arguments) > 2 else n)


def reordered(node: Node) -> Node:
    last = sorted(node.arguments, key=lambda a: unscaled(a)[1].node.op == "log1p")
    return node if tuple(last) == node.arguments else replace(node, arguments=tuple(last))


class Rewriting:
    """One walk over a graph from the outputs down."""

    def __init__(self) -> None:
        self.search = Exponentials()
        self.done: dict[Node, Node] = {}

    def node(self, node: Node) -> Node:
        if node not in self.done:
            self.done[node] = self.changed(node)
        return self.done[node]

    def changed(self, node: Node) -> Node:
        new = None
        if node.op in ("log", "log1p"):
            new = self.of_group(node) or self.of_one_plus(node)
        elif node.op == "lgamma":
            new = self.of_one_plus(node)
        elif node.op == "add":
            new = self.difference(node)
        elif node.op == "multiply":
            new = self.weighted(node)
        if new is not None:
            return on_axes(new, node)
        return with_arguments(node, tuple(Argument(self.node(a.node), a.axes) for a in node.arguments))

    def group(self, node: Node) -> Group | None:
        """What the logarithm is of."""
        found = self.search.at(node.arguments[0])
        if node.op == "log":
            return found
        return combined(Group(polynomial.number(Fraction(1))), found, polynomial.add)

    def of_group(self, node: Node) -> Argument | None:
        group = self.group(node)
        if group is None or group.argument is None:
            return None
        value, form = self.node(group.argument.node), form_of(group.ratio)
        if form is None:
            new = near_one(value, group.base, group.ratio)
        elif form.scale == 1:
            new = spelled(value, group.base, form)
        else:
            new = scaled_form(value, group.base, form)
        return Argument(new, group.argument.axes) if new is not None else None

    def of_one_plus(self, node: Node) -> Argument | None:
        """log(1 + v) = log1p(v), and ln Γ(1 + v) from v"""
        (argument,) = node.arguments
        inner = argument.node
        others = tuple(a for a in inner.arguments if a.node.op != "constant") if inner.op == "add" else ()
        if node.op == "log1p" or not others or [a.node for a in inner.arguments if a not in others] != [constant(1)]:
            return None
        value = others[0] if len(others) == 1 else whole(Node("add", others, inner.shape))
        lies = moved(Argument(self.node(value.node), value.axes), argument.axes)
        return whole(Node(f"{node.op}1p", (lies,), node.shape))

    def difference(self, node: Node) -> Argument | None:
        """The logarithms of a sum and what is linear in their argument as one, where nothing cancels in it."""
        found = [(k, part) for k, a in enumerate(node.arguments) for part in [self.multiple(a)] if part is not None]
        if not found:
            return None
        total: Group | None = found[0][1]
        for _, part in found[1:]:
            total = combined(total, part, polynomial.multiply)
        linear_parts = self.linear_parts(node, total) if total is not None and total.base is None else []
        for _, part in linear_parts:
            total = combined(total, part, polynomial.multiply)
        form = form_of(total.ratio) if total is not None and total.argument is not None else None
        if total is None or total.argument is None or form is None or form.scale != 1:
            return None
        if not linear_parts and (len(found) < 2 or form.factors):
            return None
        found = [*found, *linear_parts]
        value = self.node(total.argument.node)
        new = Argument(spelled(value, total.base, form), total.argument.axes)
        taken = {k for k, _ in found}
        rest = [Argument(self.node(a.node), a.axes) for k, a in enumerate(node.arguments) if k not in taken]
        return whole(Node("add", (new, *rest), node.shape)) if rest else new

    def linear_parts(self, node: Node, total: Group) -> list[tuple[int, Group]]:
        """c z as the logarithm of exp(c z), for c whole multiples of the exponential's argument."""
        if total.argument is None:
            return []
        own, found = linear(total.argument), []
        for k, argument in enumerate(node.arguments):
            factor = multiple(own, linear(argument)) if argument.node.op != "constant" else None
            if factor is not None:
                found.append((k, Group(polynomial.monomial(factor), total.argument)))
        return found

    def weighted(self, node: Node) -> Argument | None:
        """t log R is 0 for t = 0, also where z and the logarithm are infinite."""
        taken = [k for k, a in enumerate(node.arguments) if a.node.op in ("log", "log1p")]
        if len(taken) != 1:
            return None
        inner = node.arguments[taken[0]].node
        group = self.group(inner)
        form = form_of(group.ratio) if group is not None and group.argument is not None else None
        rest = [Argument(self.node(a.node), a.axes) for k, a in enumerate(node.arguments) if k != taken[0]]
        if group is None or group.argument is None or form is None or form.scale != 1:
            return None
        if all(a.node.op == "constant" for a in rest):
            return None
        if any(without_factor(group.argument.node)[0] in set(topological((a.node,))) for a in rest):
            return None
        weight = rest[0] if len(rest) == 1 else whole(Node("multiply", tuple(rest), node.shape))
        size = Node("abs", (whole(weight.node),), weight.node.shape)
        nothing = Argument(apply("less_equal", size, constant(0)), weight.axes)
        product = Node("multiply", (weight, Argument(self.node(inner), node.arguments[taken[0]].axes)), node.shape)
        return whole(Node("where", (nothing, Argument(constant(0), ()), whole(product)), node.shape))

    def multiple(self, argument: Argument) -> Group | None:
        """R ** c where the argument is c log R, c whole."""
        node, factor = argument.node, Fraction(1)
        if node.op == "multiply" and len(node.arguments) == 2 and isinstance(node.arguments[0].node.data, Fraction):
            factor, inner = node.arguments[0].node.data, node.arguments[1]
            if node.arguments[0].node.op != "constant":
                return None
            argument = moved(inner, argument.axes)
            node = argument.node
        if node.op not in ("log", "log1p") or factor.denominator != 1:
            return None
        group = self.group(node)
        ratio = polynomial.power(group.ratio, int(factor)) if group is not None and group.argument is not None else None
        if group is None or group.argument is None or ratio is None:
            return None
        return Group(ratio, moved(group.argument, argument.axes), group.base)
