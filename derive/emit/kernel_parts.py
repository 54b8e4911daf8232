"""What kernels are made of: results as graph nodes, and the requests that they answer.

Contract: a Kernel says its parameters, its results (nodes, stable and planned) and how they are returned. Everything
by a parameter that all samples share is summed over the samples and weighted by g; all else keeps the batch axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from derive.ir.build import BATCH_INDEX, Labelled, arranged, elementwise, reduction
from derive.ir.graph import BATCH, Node, topological
from derive.ir.lower import Lowering
from derive.ir.optimise import PASSES, optimise
from derive.ir.passes import Pass
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.expressions import Expression, Partial, Ref, mul
from derive.language.indices import Index, Less
from derive.language.trees import walk


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
    blocks: the results are the blocks of a Hessian by these variables, row after row.
    formulas: (left, right) of what one result is made of, where that is more than one formula.
    """

    name: str
    kind: str
    parameters: tuple[Input, ...]
    results: tuple[Result, ...]
    weight: str = ""
    first_apart: bool = False
    blocks: tuple[str, ...] = ()
    formulas: tuple[tuple[Expression, Expression], ...] = ()

    @property
    def derivatives(self) -> tuple[Result, ...]:
        return self.results[1:] if self.first_apart else self.results

    @property
    def many(self) -> bool:
        """Whether the derivatives (or values) are returned as a named tuple."""
        return len(self.derivatives) > 1

    @property
    def is_complete(self) -> bool:
        """Whether all that is computed with, labels and sizes too, comes from the parameters."""
        nodes = topological(r.node for r in self.results)
        inputs = {n.data for n in nodes if n.op == "input"}
        known = {symbol for p in self.parameters for symbol in symbols(p.dimensions)}
        return inputs <= {p.name for p in self.parameters} and self.sizes <= known

    @property
    def sizes(self) -> frozenset[str]:
        """The symbolic sizes that the results have or that are mentioned on the way to them."""
        nodes = tuple(topological(r.node for r in self.results))
        return frozenset(symbols([d for n in nodes for d in (*n.space, *((n.data,) if n.op == "size" else ()))]))


def symbols(dimensions: Iterable[object]) -> Iterator[str]:
    """The names among sizes: n of n - 1, none of 3."""
    for dimension in dimensions:
        if isinstance(dimension, str) and dimension != BATCH:
            yield dimension.size if isinstance(dimension, Less) else dimension


@dataclass(frozen=True)
class Request:
    """A definition and its derivations of one output."""

    definition: Definition
    output: str
    derivations: tuple[Derivation, ...]

    def name(self, kind: str) -> str:
        """f_vjp, or f_y_vjp where y is one of several outputs."""
        output = (self.output,) if len(self.definition.outputs) > 1 else ()
        return "_".join((self.definition.name, *output, kind))

    def of(self, *kinds: str) -> list[Derivation]:
        return [d for d in self.derivations if d.wanted.kind in kinds]

    @property
    def is_unary(self) -> bool:
        """A scalar function of one scalar of each sample."""
        inputs = self.definition.inputs
        return self.definition.is_scalar_function and len(inputs) == 1 and not inputs[0].shared

    @property
    def weight(self) -> str:
        """The name of the weight of a sample, where there are parameters to sum over the samples for."""
        weighted = any(i.shared for i in self.definition.inputs)
        return free_name("g", self.definition) if weighted else ""

    @property
    def indices(self) -> tuple[Index, ...]:
        return self.definition.equation(self.output).indices


# --- results ---------------------------------------------------------------------------------------------


def value_result(request: Request) -> Result:
    equation = request.definition.equation(request.output)
    value = Lowering(request.definition).visit(equation.left)
    return sampled(request.output, value, equation.left, equation.body, equation.indices)


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
    """The entry that is differentiated by: in the derivative itself, or in the sum that a product with it is."""
    found = next(n for n in walk(derivation.left) if isinstance(n, Partial))
    return found.body.variable if isinstance(found.body, Partial) else found.variable


def output_input(definition: Definition, output: str) -> Input:
    return Input(output, tuple(i.size for i in definition.equation(output).indices))


def free_name(name: str, definition: Definition) -> str:
    """The name, or with underscores where the definition has it for something else."""
    while name in (*definition.names, *definition.sizes):
        name += "_"
    return name
