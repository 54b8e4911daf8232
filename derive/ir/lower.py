"""Expressions to graphs: indices become axes, names become shared nodes, applied functions are written out.

Contract: `Lowering(definition, given)` lowers expressions of that definition; `lower(expression, labels)` gives
a node whose axes are BATCH (where the value differs by sample) and then those labels. Nothing is simplified or
made stable here; that is the passes' work. `given` are inputs beyond the definition's own by the name that
expressions use: the cotangent g, or a named quantity that is handed in instead of computed.
To extend: one function for each node type in LOWER.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from derive.ir.build import (
    BATCH_INDEX,
    Labelled,
    arranged,
    constant,
    elementwise,
    placed,
    reduction,
    size_node,
    sizes_of,
)
from derive.ir.graph import Node
from derive.ir.ops import BY_NAME, OPPOSITE, RELATIONS
from derive.ir.subscripts import at_subscripts, position, same_place
from derive.language.definition import Definition, Input
from derive.language.errors import DeriveError
from derive.language.expressions import (
    Add,
    Applied,
    Call,
    Chosen,
    Delta,
    Expression,
    Guarded,
    Mul,
    Number,
    Partial,
    Power,
    Quotient,
    Reduce,
    Ref,
    Selected,
    Size,
    Where,
    factors_of,
    mul,
)
from derive.language.indices import Index, reaches
from derive.language.trees import letters, rename

NEVER_NAN = ("constant", "size", "real")
"""Numbers, sizes and labels are never NaN."""


@dataclass
class Lowering:
    """Lowers expressions of one definition; equal names are lowered once."""

    definition: Definition
    given: Mapping[str, Input] = field(default_factory=dict)
    scalars: Mapping[str, Labelled] = field(default_factory=dict)
    known: dict[str, Labelled] = field(default_factory=dict)

    def lower(self, value: Expression, labels: tuple[Index, ...] = ()) -> Node:
        """The value as a node on the axes `labels`, after BATCH where it differs by sample."""
        found = self.visit(value)
        batch = (BATCH_INDEX,) if BATCH_INDEX in found.labels else ()
        return arranged(found, (*batch, *labels))

    def visit(self, value: Expression) -> Labelled:
        return LOWER[type(value)](self, value)

    def entry(self, value: Ref) -> Labelled:
        """A quantity at its subscripts; labels are whole numbers."""
        return at_subscripts(self.entry, self.quantity(value.name), value.indices, value)

    def is_label(self, name: str) -> bool:
        return any(i.name == name and i.labels is not None for i in self.definition.inputs)

    def quantity(self, name: str) -> Labelled:
        """An input, or a named quantity lowered from its equation, on its own indices."""
        if name not in self.known:
            self.known[name] = self.input(name) or self.equation(name)
        return self.known[name]

    def input(self, name: str) -> Labelled | None:
        if name in self.scalars:
            return self.scalars[name]
        entries = {**{i.name: i for i in self.definition.inputs}, **self.given}
        return input_node(entries[name]) if name in entries else None

    def equation(self, name: str) -> Labelled:
        equation = self.definition.equation(name)
        found = self.visit(equation.body)
        labels = tuple(label for label in (BATCH_INDEX, *equation.indices) if label in found.labels)
        if not self.scalars:
            found = Labelled(arranged(found, labels), labels)
        node = found.node
        if not self.scalars and not node.name:
            node = replace(node, name=name, origin=equation.left)
        axes = {index: Index(f"#{k}", index.size) for k, index in enumerate(equation.indices)}
        return Labelled(node, tuple(axes.get(i, i) for i in found.labels))


def input_node(entry: Input) -> Labelled:
    """The tensor of an input on axes #0, #1, ..., after the batch unless all samples share it."""
    own = tuple(Index(f"#{k}", d) for k, d in enumerate(entry.dimensions))
    labels = own if entry.shared else (BATCH_INDEX, *own)
    origin = None if own else Ref(entry.name)
    return Labelled(Node("input", shape=sizes_of(labels), data=entry.name, name=entry.name, origin=origin), labels)


def lower_number(to: Lowering, value: Number) -> Labelled:
    return Labelled(constant(value.value))


def lower_size(to: Lowering, value: Size) -> Labelled:
    return Labelled(Node("size", data=value.name))


def lower_ref(to: Lowering, value: Ref) -> Labelled:
    found = to.entry(value)
    return elementwise("real", found, origin=value) if to.is_label(value.name) else found


def lower_add(to: Lowering, value: Add) -> Labelled:
    return elementwise("add", *map(to.visit, value.terms), origin=value)


def lower_mul(to: Lowering, value: Mul) -> Labelled:
    return elementwise("multiply", *map(to.visit, value.factors), origin=value)


def lower_quotient(to: Lowering, value: Quotient) -> Labelled:
    return elementwise("divide", to.visit(value.numerator), to.visit(value.denominator), origin=value)


def lower_power(to: Lowering, value: Power) -> Labelled:
    if isinstance(value.exponent, Number):
        return elementwise("power", to.visit(value.base), data=value.exponent.value, origin=value)
    if isinstance(value.base, Number) and value.base.value > 0:
        return elementwise("exp", to.visit(value.exponent), data=value.base.value, origin=value)
    return elementwise("raise", to.visit(value.base), to.visit(value.exponent), origin=value)


def lower_call(to: Lowering, value: Call) -> Labelled:
    return elementwise(value.function, *map(to.visit, value.arguments), origin=value)


def lower_applied(to: Lowering, value: Applied) -> Labelled:
    if value.derived:
        raise DeriveError(f"the derivative of {value.function} has no closed form to compute with")
    function = to.definition.function(value.function)
    scalars = {i.name: to.visit(a) for i, a in zip(function.inputs, value.arguments, strict=True)}
    found = Lowering(function, scalars=scalars).quantity(function.output)
    return Labelled(replace(found.node, origin=value) if found.node.arguments else found.node, found.labels)


def lower_reduce(to: Lowering, value: Reduce) -> Labelled:
    if value.excluding:
        return lower_product_of_others(to, value)
    if value.kind == "sum":
        for term in contracted(value):
            return to.visit(term)
    body = to.visit(value.body)
    if value.index in body.labels:
        return reduction(value.kind, body, value.index, value)
    size = size_node(value.index.size)
    match value.kind:
        case "sum":
            return elementwise("multiply", Labelled(size), body, origin=value)
        case "prod":
            return elementwise("raise", body, Labelled(size), origin=value)
        case _:
            return body


def over_index(body: Labelled, index: Index) -> Labelled:
    """The body at every value of the index, which it need not depend on."""
    if index in body.labels:
        return body
    labels = (*body.labels, index)
    return Labelled(arranged(body, labels), labels)


def lower_product_of_others(to: Lowering, value: Reduce) -> Labelled:
    """The product over k without some places: one by products from both sides, the others count as 1."""
    body, one = over_index(to.visit(value.body), value.index), Labelled(constant(1))
    used = {*body.labels, *(letter for e in value.excluding if isinstance(e, Chosen) for letter in letters(e))}
    along = (e for e in value.excluding if type(e) is Index and e.size == value.index.size)
    apart = next((e for e in along if e not in used), None)
    for place in value.excluding:
        if place != apart:
            body = elementwise("where", same_place(to.entry, value.index, place), one, body)
    if apart is None:
        return reduction("prod", body, value.index, value)
    rest = tuple(label for label in body.labels if label != value.index)
    labels = (*rest, apart)
    arguments = (placed(body, (*labels, value.index)),)
    node = Node("others", arguments, sizes_of(labels), (value.index.size,), len(rest), origin=value)
    return Labelled(node, labels)


def contracted(value: Reduce) -> Iterable[Expression]:
    """The sum over k of delta_kj f_k is f_j."""
    factors = factors_of(value.body)
    for factor in factors:
        if isinstance(factor, Delta) and value.index in (factor.left, factor.right):
            other = factor.left if factor.right == value.index else factor.right
            if value.index in letters(other) or not reaches(value.index.size, other.size):
                continue
            rest = mul(*(f for f in factors if f is not factor))
            yield rename(rest, {value.index: other})


def lower_selected(to: Lowering, value: Selected) -> Labelled:
    """1 at the first largest entry, else 0, and NaN where there is a NaN among the entries."""
    body = over_index(to.visit(value.body), value.index)
    rest = tuple(label for label in body.labels if label != value.index)
    labels = (*rest, Index("#0", value.index.size))
    node = Node(
        f"first_{value.kind}",
        (placed(body, (*labels, value.index)),),
        sizes_of(labels),
        (value.index.size,),
        len(rest),
        origin=value,
    )
    best = reduction(value.kind, body, value.index)
    chosen = elementwise("where", Labelled(node, labels), Labelled(constant(1)), Labelled(constant(0)))
    found = elementwise("where", elementwise("greater_equal", best, best), chosen, best)
    return at_subscripts(to.entry, found, (value.at,), value)


def lower_where(to: Lowering, value: Where) -> Labelled:
    """where(left < right, then, otherwise), and NaN where left or right is NaN."""
    relation = RELATIONS[value.relation]
    left, right = to.visit(value.left), to.visit(value.right)
    then, otherwise = to.visit(value.then), to.visit(value.otherwise)
    if {then, otherwise} == {left, right}:
        larger = value.relation.startswith(">") == (then == left)
        return elementwise("maximum" if larger else "minimum", left, right, origin=value)
    sources = [part for part in (left, right) if part.node.op not in NEVER_NAN]
    if not all(carries_nan(otherwise, source) for source in sources):
        if all(carries_nan(then, source) for source in sources):
            return elementwise("where", elementwise(OPPOSITE[relation], left, right), otherwise, then, origin=value)
        unknown = sources[0] if len(sources) == 1 else elementwise("add", *sources)
        otherwise = elementwise("where", elementwise(OPPOSITE[relation], left, right), otherwise, unknown)
    return elementwise("where", elementwise(relation, left, right), then, otherwise, origin=value)


def carries_nan(value: Labelled, source: Labelled) -> bool:
    """Whether the value is NaN wherever the source is: it is computed from all that the source is."""
    if value == source or source.node.op in NEVER_NAN:
        return True
    parts = parts_of(value) if BY_NAME[value.node.op].kind == "elementwise" and value.node.op != "where" else ()
    if any(carries_nan(part, source) for part in parts):
        return True
    own = parts_of(source) if BY_NAME[source.node.op].kind == "elementwise" else ()
    return bool(own) and all(carries_nan(value, part) for part in own)


def parts_of(value: Labelled) -> tuple[Labelled, ...]:
    """The arguments of an elementwise node with the indices that they run over."""
    return tuple(Labelled(a.node, tuple(value.labels[k] for k in a.axes)) for a in value.node.arguments)


def lower_delta(to: Lowering, value: Delta) -> Labelled:
    if type(value.left) is Index and type(value.right) is Index and value.left.size == value.right.size:
        size = value.left.size
        return Labelled(Node("identity", shape=(size, size), data=size), (value.left, value.right))
    sides = (position(to.entry, side) for side in (value.left, value.right))
    return elementwise("delta", *sides, data=(value.left.size, value.right.size), origin=value)


def lower_guarded(to: Lowering, value: Guarded) -> Labelled:
    """The body between two positions, else 0."""
    found, at, zero = to.visit(value.body), position(to.entry, value.index), Labelled(constant(0))
    if value.low > 0:
        found = elementwise("where", elementwise("greater_equal", at, Labelled(constant(value.low))), found, zero)
    if value.high != value.index.size:
        found = elementwise("where", elementwise("less", at, Labelled(size_node(value.high))), found, zero)
    return found


def lower_partial(to: Lowering, value: Partial) -> Labelled:
    raise DeriveError("a derivative that is not worked out cannot be computed")


LOWER: Mapping[type[Expression], Callable[[Lowering, Any], Labelled]] = MappingProxyType(
    {
        Number: lower_number, Size: lower_size, Ref: lower_ref, Add: lower_add, Mul: lower_mul,
        Quotient: lower_quotient, Power: lower_power, Call: lower_call, Applied: lower_applied,
        Reduce: lower_reduce, Selected: lower_selected, Where: lower_where, Delta: lower_delta, Guarded: lower_guarded,
        Partial: lower_partial,
    }
)  # fmt: skip
