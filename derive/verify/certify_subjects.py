"""Which kernel functions are measured over the whole range, and the graphs of what they compute.

Contract: `subjects(definition, derivations, domain)` yields a Subject for each array that such a function returns: the
value, derivatives of every kind, and of functions of one number the products with g and v. Functions of inputs that
all samples share are counted in roundings instead (certify_roundings.py). To extend: a maker in MAKERS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from numpy.typing import NDArray

from derive.ir.build import BATCH_INDEX, Labelled, apply, arranged, elementwise
from derive.ir.graph import Graph
from derive.ir.lower import Lowering, input_node
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.verify.samples import Domain
from derive.verify.truth import result_indices

Array = NDArray[Any]


@dataclass(frozen=True)
class Subject:
    """One array that a kernel function returns, with the graphs of what it is.

    name: of the kernel function. place: of the array among all that it returns. key: what its measurement is called.
    bound: the function whose stated bound it keeps. extras: inputs after the definition's own, such as a cotangent;
    is_product: the result is the derivation's times the one extra. derivation: what is computed, or None for the
    value. against: a definition of the same inputs whose output is the scale of the error.
    """

    name: str
    definition: Definition
    derivation: Derivation | None = None
    extras: tuple[Input, ...] = ()
    domain: Domain = field(default_factory=dict)
    against: Definition | None = None
    place: int = 0
    key: str = ""
    bound: str = ""
    is_product: bool = False

    @property
    def inputs(self) -> tuple[Input, ...]:
        return (*self.definition.inputs, *self.extras)

    @property
    def is_own(self) -> bool:
        """Whether it is a function of its own, and not another that is computed together or multiplied."""
        return self.bound == self.name

    @property
    def rank(self) -> int:
        """The axes of one sample's result."""
        if self.derivation is None:
            return len(self.definition.equation(self.definition.output).indices)
        return len(result_indices(self.derivation))

    def raw(self) -> Graph:
        """The graph as written, on the batch and the axes of the result."""
        if self.derivation is None:
            return value_graph(self.definition)
        lowering = Lowering(self.derivation.system, {e.name: e for e in self.extras})
        found = lowering.visit(self.derivation.closed)
        if self.is_product:
            found = elementwise("multiply", input_node(self.extras[0]), found)
        return (arranged(found, (BATCH_INDEX, *result_indices(self.derivation))),)

    def scale(self) -> Graph | None:
        """The size that errors are counted in, if one is stated; that of a product is times |g|."""
        if self.against is None:
            return None
        (found,) = value_graph(self.against)
        return (apply("multiply", apply("abs", input_node(self.extras[0]).node), found) if self.is_product else found,)

    def directions(self, cotangents: Mapping[str, Array], tangents: Mapping[str, Array]) -> dict[str, Array]:
        """The extra input of a VJP or JVP by its name."""
        if self.derivation is None or not self.extras:
            return {}
        wanted = self.derivation.wanted
        is_tangent = wanted.kind == "jvp" or self.name.endswith("_jvp")
        return {self.extras[0].name: tangents[wanted.variable] if is_tangent else cotangents[wanted.output]}


def value_graph(definition: Definition) -> Graph:
    """The first output."""
    equation = definition.equation(definition.output)
    found = Lowering(definition).visit(equation.left)
    return (arranged(Labelled(found.node, found.labels), (BATCH_INDEX, *equation.indices)),)


# --- what a definition offers -------------------------------------------------------------------------------


def subjects(definition: Definition, derivations: Sequence[Derivation], domain: Domain) -> Iterator[Subject]:
    """The functions that are measured: those of inputs that no samples share, of one output."""
    if any(i.shared for i in definition.inputs) or len(definition.outputs) > 1:
        return
    for make in MAKERS:
        for one in make(definition, derivations):
            yield replace(one, domain=domain, key=one.key or one.name, bound=one.bound or one.name)


def values(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Subject]:
    yield Subject(definition.name, definition)


def gradients(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Subject]:
    """f_grad, and f_value_and_grad: the same bounds hold for what is computed together."""
    found = of_kinds(derivations, "derivative", "gradient")
    name, both = f"{definition.name}_grad", f"{definition.name}_value_and_grad"
    yield from by_variable(name, definition, found)
    if found:
        yield Subject(both, definition, key=f"{both}: value", bound=definition.name)
        for one in by_variable(name, definition, found):
            key = f"{both}: {one.key.partition(': ')[2] or 'grad'}"
            yield replace(one, name=both, place=one.place + 1, key=key, bound=name)


def array_derivatives(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Subject]:
    """f_jacobian, f_vjp, and f_jvp by one variable."""
    for kind in ("jacobian", "vjp", "jvp"):
        found = of_kinds(derivations, kind)
        if kind != "jvp" or len(found) == 1:
            yield from by_variable(f"{definition.name}_{kind}", definition, found)


def by_variable(name: str, definition: Definition, found: Sequence[Derivation]) -> Iterator[Subject]:
    """One function that returns an array for each derivation."""
    for place, derivation in enumerate(found):
        key = f"{name}: {derivation.wanted.variable}" if len(found) > 1 else name
        yield Subject(name, definition, derivation, tuple(derivation.extras), place=place, key=key)


def products(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Subject]:
    """f_vjp and f_jvp of a function of one number: g f' and f' v."""
    found = of_kinds(derivations, "derivative")
    if len(definition.inputs) != 1 or len(found) != 1:
        return
    for kind, letter in (("vjp", "g"), ("jvp", "v")):
        taken = {definition.inputs[0].name, definition.output}
        extra = Input(letter if letter not in taken else f"{letter}_", ())
        name, bound = f"{definition.name}_{kind}", f"{definition.name}_grad"
        yield Subject(name, definition, found[0], (extra,), bound=bound, is_product=True)


def of_kinds(derivations: Sequence[Derivation], *kinds: str) -> list[Derivation]:
    return [d for d in derivations if d.wanted.kind in kinds]


Maker = Callable[[Definition, Sequence[Derivation]], Iterator[Subject]]
MAKERS: tuple[Maker, ...] = (values, gradients, array_derivatives, products)
