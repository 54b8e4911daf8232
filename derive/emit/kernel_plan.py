"""Which kernels follow from the derivations of a definition, and the graph of each.

Contract: `kernels(definition, derivations)` gives Kernel values in the order of the module; a Kernel says its
parameters, its results (graph nodes, stable and planned) and how they are returned. To extend: a function that
makes kernels of one kind, and its place in MAKERS.

Gradients of parameters that all samples share are summed over the samples, weighted by g; those of per-sample
inputs, and every Jacobian, keep the batch axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from derive.ir.build import BATCH_INDEX, Labelled, arranged, elementwise, reduction
from derive.ir.graph import Node
from derive.ir.lower import Lowering
from derive.ir.optimise import LITERAL, PASSES, optimise
from derive.ir.passes import Pass
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.expressions import Expression, Index, Partial, Ref, mul
from derive.language.trees import references, walk


@dataclass(frozen=True)
class Result:
    """One array that a kernel returns: dimensions of a sample, or of a sum over the samples (`shared`)."""

    name: str
    node: Node
    dimensions: tuple[str | int, ...]
    shared: bool
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Kernel:
    """A function of the module.

    weight: the parameter whose default is 1.
    first_apart: the value stands before the derivatives, as in f_value_and_grad.
    """

    name: str
    kind: str
    parameters: tuple[Input, ...]
    results: tuple[Result, ...]
    weight: str = ""
    first_apart: bool = False

    @property
    def derivatives(self) -> tuple[Result, ...]:
        return self.results[1:] if self.first_apart else self.results

    @property
    def many(self) -> bool:
        """Whether the derivatives (or values) are returned as a named tuple."""
        return len(self.derivatives) > 1


@dataclass(frozen=True)
class Request:
    """A definition and its derivations of one output."""

    definition: Definition
    output: str
    derivations: tuple[Derivation, ...]

    @property
    def suffix(self) -> str:
        """Kernels of the first output have plain names."""
        return "" if self.output == self.definition.output else f"_{self.output}"

    def name(self, kind: str) -> str:
        return f"{self.definition.name}_{kind}{self.suffix}"

    def of(self, *kinds: str) -> list[Derivation]:
        return [d for d in self.derivations if d.wanted.kind in kinds]

    @property
    def is_unary(self) -> bool:
        """A scalar function of one scalar of each sample."""
        inputs = self.definition.inputs
        return self.definition.is_scalar_function and len(inputs) == 1 and not inputs[0].shared

    @property
    def indices(self) -> tuple[Index, ...]:
        return self.definition.equation(self.output).indices


def kernels(definition: Definition, derivations: Sequence[Derivation]) -> tuple[Kernel, ...]:
    """All kernels of a definition, the value first."""
    return (value_kernel(definition), *(k for r in requests(definition, derivations) for m in MAKERS for k in m(r)))


def requests(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Request]:
    in_order = sorted(derivations, key=lambda d: definition.outputs.index(d.wanted.output))
    for output, group in groupby(in_order, key=lambda d: d.wanted.output):
        yield Request(definition, output, tuple(group))


# --- the kernels of each kind ------------------------------------------------------------------------------


def value_kernel(definition: Definition) -> Kernel:
    results = tuple(value_result(Request(definition, output, ())) for output in definition.outputs)
    return Kernel(definition.name, "value", definition.inputs, stable(results))


def value_result(request: Request) -> Result:
    equation = request.definition.equation(request.output)
    value = Lowering(request.definition).visit(equation.left)
    return sampled(request.output, value, equation.left, equation.body, equation.indices)


def gradient_kernels(request: Request) -> Iterator[Kernel]:
    """f_grad and f_value_and_grad"""
    found = request.of("derivative", "gradient")
    if not found:
        return
    weighted = any(i.shared for i in request.definition.inputs)
    weight = free_name("g", request.definition) if weighted else ""
    results = tuple(differentiated(d, weight) for d in found)
    parameters = (*request.definition.inputs, *([Input(weight, ())] if weight else []))
    yield Kernel(request.name("grad"), "grad", parameters, stable(results), weight)
    both = stable((value_result(request), *results))
    yield Kernel(request.name("value_and_grad"), "value_and_grad", parameters, both, weight, first_apart=True)


def jacobian_kernels(request: Request) -> Iterator[Kernel]:
    """f_jacobian"""
    found = request.of("jacobian")
    if not found:
        return
    results = []
    for derivation in found:
        variable = variable_of(derivation)
        value = Lowering(derivation.system).visit(derivation.closed)
        result = sampled(
            variable.name, value, derivation.left, derivation.closed, (*request.indices, *variable.indices)
        )
        results.append(result)
    yield Kernel(request.name("jacobian"), "jacobian", request.definition.inputs, stable(results))


def vjp_kernels(request: Request) -> Iterator[Kernel]:
    """f_vjp: of a vector function from its VJP, of a unary function g f'."""
    found = request.of("vjp")
    if found:
        extra = found[0].extras[0]
        results = tuple(differentiated(d, "") for d in found)
        yield Kernel(request.name("vjp"), "vjp", (*request.definition.inputs, extra), stable(results))
    elif request.is_unary and request.of("derivative"):
        yield unary(request, "vjp", free_name("g", request.definition))


def jvp_kernels(request: Request) -> Iterator[Kernel]:
    """f_jvp: of a vector function the sum of its JVPs by all variables, of a unary function f' v."""
    found = request.of("jvp")
    if found:
        yield jvp_kernel(request, found)
    elif request.is_unary and request.of("derivative"):
        yield unary(request, "jvp", free_name("v", request.definition))


def jvp_kernel(request: Request, found: Sequence[Derivation]) -> Kernel:
    """With several variables there is one tangent for each: v_x, v_w."""
    extras, parts = [], []
    for derivation in found:
        extra, variable = derivation.extras[0], request.definition.input(variable_of(derivation).name)
        name = extra.name if len(found) == 1 else free_name(f"{extra.name}_{variable.name}", request.definition)
        extras.append(Input(name, variable.dimensions, variable.shared))
        parts.append(Lowering(derivation.system, {extra.name: extras[-1]}).visit(derivation.closed))
    total = parts[0] if len(parts) == 1 else elementwise("add", *parts)
    result = sampled(request.output, total, found[0].left, found[0].closed, request.indices)
    return Kernel(request.name("jvp"), "jvp", (*request.definition.inputs, *extras), stable((result,)))


def from_output_kernels(request: Request) -> Iterator[Kernel]:
    """f_vjp_from_output: the closed form as it stands, where it needs nothing but the own outputs."""
    found = request.of("vjp") or (request.of("derivative") if request.is_unary else [])
    if len(found) != 1:
        return
    (derivation,) = found
    extras = derivation.extras or (Input(free_name("g", request.definition), ()),)
    used = {r.name for r in references(derivation.closed)} - {e.name for e in extras}
    if not used or not used <= set(request.definition.outputs):
        return
    outputs = tuple(output_input(request.definition, o) for o in request.definition.outputs if o in used)
    given = {i.name: i for i in (*outputs, *extras)}
    weight = "" if derivation.extras else extras[0].name
    result = differentiated(derivation, weight, given)
    result = multiplied(result, weight) if weight else result
    yield Kernel(request.name("vjp_from_output"), "vjp_from_output", (*outputs, *extras), stable((result,), LITERAL))


MAKERS: tuple[Callable[[Request], Iterator[Kernel]], ...] = (
    gradient_kernels, jacobian_kernels, vjp_kernels, jvp_kernels, from_output_kernels,
)  # fmt: skip


# --- parts -----------------------------------------------------------------------------------------------


def unary(request: Request, kind: str, extra: str) -> Kernel:
    """g f'(x), or f'(x) v"""
    result = differentiated(request.of("derivative")[0], extra)
    parameters = (*request.definition.inputs, Input(extra, ()))
    return Kernel(request.name(kind), kind, parameters, stable((multiplied(result, extra),)))


def multiplied(result: Result, extra: str) -> Result:
    """g dy/dx = g f'(x), as the formula of a unary VJP or JVP."""
    return replace(result, left=mul(Ref(extra), result.left), right=mul(Ref(extra), result.right))


def differentiated(derivation: Derivation, weight: str, given: Mapping[str, Input] | None = None) -> Result:
    """The closed form by one variable, times the weight, summed over the samples where these share the variable."""
    definition, variable = derivation.definition, variable_of(derivation)
    extras = {e.name: e for e in derivation.extras} | ({weight: Input(weight, ())} if weight else {})
    lowering = Lowering(derivation.system, {**extras, **(given or {})})
    value = lowering.visit(derivation.closed)
    if weight:
        value = elementwise("multiply", lowering.visit(Ref(weight)), value)
    if given is None and definition.input(variable.name).shared:
        return summed(variable, value, derivation)
    return sampled(variable.name, value, derivation.left, derivation.closed, variable.indices)


def sampled(name: str, value: Labelled, left: Expression, right: Expression, indices: tuple[Index, ...]) -> Result:
    """A result that keeps the batch axes."""
    node = arranged(value, (BATCH_INDEX, *indices))
    return Result(name, node, tuple(i.size for i in indices), False, left, right)


def summed(variable: Ref, value: Labelled, derivation: Derivation) -> Result:
    """A result that is summed over the samples."""
    labels = (BATCH_INDEX, *variable.indices)
    total = reduction("sum", Labelled(arranged(value, labels), labels), BATCH_INDEX).node
    dimensions = tuple(i.size for i in variable.indices)
    return Result(variable.name, total, dimensions, True, derivation.left, derivation.closed)


def stable(results: Sequence[Result], passes: Sequence[Pass] = PASSES) -> tuple[Result, ...]:
    """The results after all passes, as one graph that shares what they have in common."""
    nodes = optimise(tuple(r.node for r in results), passes)
    return tuple(replace(r, node=n) for r, n in zip(results, nodes, strict=True))


def variable_of(derivation: Derivation) -> Ref:
    """The entry that is differentiated by: in the derivative itself, or in the sum that a VJP or JVP is."""
    return next(n.variable for n in walk(derivation.left) if isinstance(n, Partial))


def output_input(definition: Definition, output: str) -> Input:
    return Input(output, tuple(i.size for i in definition.equation(output).indices))


def free_name(name: str, definition: Definition) -> str:
    """The name, or with underscores where the definition has it for something else."""
    while name in (*definition.names, *definition.sizes):
        name += "_"
    return name
