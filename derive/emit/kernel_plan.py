"""Which kernels follow from the derivations of a definition, and the graph of each.

Contract: `kernels(definition, derivations)` gives Kernel values in the order of the module. To extend: a function that
makes kernels of one kind, and its place in MAKERS.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from derive.emit.kernel_parts import (
    Kernel,
    Request,
    differentiated,
    free_name,
    multiplied,
    output_input,
    sampled,
    stable,
    value_result,
    variable_of,
)
from derive.emit.kernel_second import hessian_kernels, hvp_kernels
from derive.ir.build import elementwise
from derive.ir.lower import Lowering
from derive.ir.optimise import LITERAL
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.trees import references


def kernels(definition: Definition, derivations: Sequence[Derivation]) -> tuple[Kernel, ...]:
    """All kernels of a definition, the value first."""
    return planned(definition, tuple(derivations))


@functools.lru_cache(maxsize=16)
def planned(definition: Definition, derivations: tuple[Derivation, ...]) -> tuple[Kernel, ...]:
    """Worked out once for the module, its names and its costs."""
    return (value_kernel(definition), *(k for r in requests(definition, derivations) for m in MAKERS for k in m(r)))


def requests(definition: Definition, derivations: Sequence[Derivation]) -> Iterator[Request]:
    in_order = sorted(derivations, key=lambda d: definition.outputs.index(d.wanted.output))
    for output, group in groupby(in_order, key=lambda d: d.wanted.output):
        yield Request(definition, output, tuple(group))


# --- the kernels of each kind ------------------------------------------------------------------------------


def value_kernel(definition: Definition) -> Kernel:
    results = tuple(value_result(Request(definition, output, ())) for output in definition.outputs)
    return Kernel(definition.name, "value", definition.inputs, stable(results))


def gradient_kernels(request: Request) -> Iterator[Kernel]:
    """f_grad and f_value_and_grad"""
    found = request.of("derivative", "gradient")
    if not found:
        return
    weight = request.weight
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
    """f_vjp_from_output: the closed form as it stands, where it needs nothing but the own outputs and their sizes."""
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
    results = stable((multiplied(result, weight) if weight else result,), LITERAL)
    kernel = Kernel(request.name("vjp_from_output"), "vjp_from_output", (*outputs, *extras), results)
    if kernel.is_complete:
        yield kernel


MAKERS: tuple[Callable[[Request], Iterator[Kernel]], ...] = (
    gradient_kernels, jacobian_kernels, vjp_kernels, jvp_kernels, hessian_kernels, hvp_kernels, from_output_kernels,
)  # fmt: skip


def unary(request: Request, kind: str, extra: str) -> Kernel:
    """g f'(x), or f'(x) v"""
    result = differentiated(request.of("derivative")[0], extra)
    parameters = (*request.definition.inputs, Input(extra, ()))
    return Kernel(request.name(kind), kind, parameters, stable((multiplied(result, extra),)))
