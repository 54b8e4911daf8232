"""Kernels of second derivatives: f_hessian and f_hvp.

Contract: a Hessian by one variable is one array (..., n, n); by several scalars one (..., k, k) in the order of the
variables; else a tuple of rows of blocks. One triangle is derived, the other is its transposition. A block by two
parameters that all samples share is summed over the samples, weighted by g; any other keeps the batch axes. Where
the blocks of a square are not all derived, each has a function of its own: f_hessian_x_y.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from derive.emit.kernel_parts import Kernel, Request, Result, differentiated, sampled, stable
from derive.ir.build import Labelled, elementwise
from derive.ir.graph import Argument, Node
from derive.ir.lower import Lowering
from derive.language.definition import Input
from derive.language.derivation import Derivation
from derive.language.expressions import Partial, Ref

Pair = tuple[str, str]


def hessian_kernels(request: Request) -> Iterator[Kernel]:
    """f_hessian"""
    found = {pair_of(d): d for d in request.of("hessian")}
    if not found:
        return
    variables = tuple(dict.fromkeys(name for pair in found for name in pair))
    square = [(a, b) for a in variables for b in variables]
    if not all(pair in found or pair[::-1] in found for pair in square):
        for pair, derivation in found.items():
            yield kernel(request, "_".join(("hessian", *pair)), (block(request, pair, {pair: derivation}),))
    elif len(variables) == 1:
        yield kernel(request, "hessian", (block(request, square[0], found),))
    elif are_alike(request, variables):
        formulas = tuple((d.left, d.closed) for d in found.values())
        yield replace(kernel(request, "hessian", (matrix(request, square, found),)), formulas=formulas)
    else:
        yield replace(kernel(request, "hessian", [block(request, p, found) for p in square]), blocks=variables)


def kernel(request: Request, kind: str, results: Sequence[Result]) -> Kernel:
    parameters = (*request.definition.inputs, *weight_inputs(request))
    return Kernel(request.name(kind), "hessian", parameters, stable(results), request.weight)


def weight_inputs(request: Request) -> tuple[Input, ...]:
    return (Input(request.weight, ()),) if request.weight else ()


def pair_of(derivation: Derivation) -> Pair:
    wanted = derivation.wanted
    return wanted.variable, wanted.second or wanted.variable


def are_alike(request: Request, variables: Sequence[str]) -> bool:
    """Scalars that are all shared by the samples, or all of each sample: their Hessian is one matrix."""
    inputs = [request.definition.input(v) for v in variables]
    return not any(i.dimensions for i in inputs) and len({i.shared for i in inputs}) == 1


def entries(request: Request, derivation: Derivation) -> tuple[Labelled, Ref, Ref]:
    """The second derivative, weighted, and the two entries that it is taken by."""
    left = derivation.left
    assert isinstance(left, Partial)
    assert isinstance(left.body, Partial)
    given = {i.name: i for i in weight_inputs(request)}
    lowering = Lowering(derivation.system, given)
    value = lowering.visit(derivation.closed)
    if request.weight:
        value = elementwise("multiply", lowering.visit(Ref(request.weight)), value)
    return value, left.body.variable, left.variable


def block(request: Request, pair: Pair, found: Mapping[Pair, Derivation]) -> Result:
    """The block of two variables, derived as it is or the other way round."""
    derivation = found[pair] if pair in found else found[pair[::-1]]
    value, first, second = entries(request, derivation)
    indices = (*first.indices, *second.indices) if pair in found else (*second.indices, *first.indices)
    result = sampled(".".join(pair), value, derivation.left, derivation.closed, indices)
    if not all(request.definition.input(name).shared for name in pair):
        return result
    return replace(result, node=over_samples(result.node), shared=True)


def over_samples(node: Node) -> Node:
    """The sum over the first axis."""
    axes = (len(node.shape) - 1, *range(len(node.shape) - 1))
    return Node("sum", (Argument(node, axes),), node.shape[1:], node.shape[:1])


def matrix(request: Request, square: Sequence[Pair], found: Mapping[Pair, Derivation]) -> Result:
    """The second derivatives by several scalars as one matrix."""
    blocks = [block(request, pair, found) for pair in square]
    size = len({a for a, _ in square})
    outer = blocks[0].node.shape
    node = Node("matrix", tuple(Argument(b.node, tuple(range(len(outer)))) for b in blocks), (*outer, size, size))
    return Result("hessian", node, (size, size), blocks[0].shared, blocks[0].left, blocks[0].right)


def hvp_kernels(request: Request) -> Iterator[Kernel]:
    """f_hvp by one input or by several at once; where there are several of one, f_hvp_x and so on."""
    joint = [d for d in request.of("hvp") if d.wanted.along]
    if joint:
        parameters = (*request.definition.inputs, *joint[0].extras, *weight_inputs(request))
        results = tuple(differentiated(d, request.weight) for d in joint)
        yield Kernel(request.name("hvp"), "hvp", parameters, stable(results), request.weight)
    found = [d for d in request.of("hvp") if not d.wanted.along]
    for derivation in found:
        wanted = derivation.wanted
        kind = "_".join(filter(None, ("hvp", wanted.variable, wanted.second))) if len(found) > 1 else "hvp"
        parameters = (*request.definition.inputs, *derivation.extras, *weight_inputs(request))
        result = differentiated(derivation, request.weight)
        yield Kernel(request.name(kind), "hvp", parameters, stable((result,)), request.weight)
