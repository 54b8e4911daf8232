"""numba's compiled loops, and SymPy's lambdify."""

from __future__ import annotations

import functools
from typing import Any

import sympy

from benchmarks.cases import Case
from benchmarks.forms.row import Forms, Loop
from benchmarks.forms.table import forms_of
from benchmarks.kernels import Kernel, kernels
from benchmarks.peers.row import Run


def numba_loops(case: Case, forms: Forms | None, threads: int) -> Run | None:
    loop = forms.loops.get(case.kernel.suffix) if forms else None
    if loop is None:
        return None
    arguments = tuple(case.arrays.values())
    function = compiled(loop, tuple(a.dtype.name for a in arguments), case.dtype, threads > 1)
    return lambda: function(*arguments)


@functools.cache
def compiled(loop: Loop, inputs: tuple[str, ...], dtype: str, parallel: bool) -> Any:
    """A ufunc, or a generalized one, of numba: compiled for these types."""
    import numba

    target = "parallel" if parallel else "cpu"
    kinds = [getattr(numba, name) for name in inputs]
    result = getattr(numba, dtype)
    if not loop.layout:
        return numba.vectorize([result(*kinds)], target=target)(loop.body)
    before, after = (side.split("),(") for side in loop.layout.split("->"))
    taken = [kind if part.strip("()") == "" else kind[:] for kind, part in zip(kinds, before, strict=True)]
    signature = (*taken, *(result[:] for _ in after))
    return numba.guvectorize([signature], loop.layout, target=target)(loop.body)


class SymbolicNames:
    """NumPy's names for SymPy's functions."""

    exp, log, sqrt, abs, tanh, erf = sympy.exp, sympy.log, sympy.sqrt, sympy.Abs, sympy.tanh, sympy.erf

    @staticmethod
    def where(condition: Any, left: Any, right: Any) -> Any:
        return sympy.Piecewise((left, condition), (right, True))


def lambdified(case: Case, forms: Forms | None, threads: int) -> Run | None:
    """Of functions of numbers alone: an index sum becomes a loop in Python."""
    function = lambdified_kernel(case.kernel.name) if forms and not case.kernel.definition.sizes else None
    if function is None:
        return None
    arguments = (*case.inputs, *case.extras)
    return lambda: function(*arguments)


@functools.cache
def lambdified_kernel(name: str) -> Any:
    kernel = next(k for k in kernels() if k.name == name)
    forms = forms_of(kernel.definition.name)
    assert forms is not None
    inputs = [sympy.Symbol(i.name, real=True) for i in kernel.definition.inputs]
    weight = sympy.Symbol("weight", real=True)
    found = expressions(kernel, forms.plain(SymbolicNames, *inputs), inputs, weight)
    if found is None or any(not e.free_symbols & set(inputs) for e in found):
        return None
    arguments = [*inputs, weight] if kernel.suffix in ("vjp", "jvp") else inputs
    return sympy.lambdify(arguments, found if len(found) > 1 else found[0], modules=["scipy", "numpy"], cse=True)


def expressions(kernel: Kernel, y: Any, inputs: list[Any], weight: Any) -> list[Any] | None:
    """What the kernel returns, of one sample; None where it adds up samples or has another shape."""
    definition = kernel.definition
    if kernel.variables and any(definition.input(v).shared for v in kernel.variables):
        return None
    slopes = [sympy.diff(y, s) for s in inputs if s.name in kernel.variables]
    if kernel.suffix in ("vjp", "jvp") and len(slopes) == 1:
        return [weight * slopes[0]]
    return {"": [y], "grad": slopes, "value_and_grad": [y, *slopes]}.get(kernel.suffix)
