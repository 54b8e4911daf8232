"""JAX, compiled: NumPy's arrays in and out. What is compiled is kept for further sizes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.cases import Case, flat
from benchmarks.forms.row import Form, Forms
from benchmarks.forms.table import forms_of
from benchmarks.kernels import Kernel, kernels
from benchmarks.peers.row import Run


def prepare(case: Case, forms: Forms | None, threads: int) -> Run | None:
    compiled = compiled_of(case.kernel.name) if forms else None
    if compiled is None:
        return None
    arguments = (*case.inputs, *case.extras)
    return lambda: tuple(np.asarray(a) for a in flat(compiled(*arguments)))


@functools.cache
def compiled_of(name: str) -> Form | None:
    import jax

    jax.config.update("jax_enable_x64", True)
    kernel = next(k for k in kernels() if k.name == name)
    build = KINDS.get(kernel.suffix)
    function = build(kernel, written_for_jax(kernel.definition.name)) if build else None
    return None if function is None else jax.jit(function)


def written_for_jax(name: str) -> Form:
    import jax
    import jax.numpy as jnp

    forms = forms_of(name)
    assert forms is not None
    own = forms.jax
    return functools.partial(own, jax) if own else functools.partial(forms.plain, jnp)


def places(kernel: Kernel) -> tuple[int, ...]:
    names = [i.name for i in kernel.definition.inputs]
    return tuple(names.index(v) for v in kernel.variables)


def of_variables(kernel: Kernel, function: Form, inputs: tuple[Any, ...]) -> tuple[Form, tuple[Any, ...]]:
    """The function of the variables alone, and where they are."""

    def alone(*variables: Any) -> Any:
        given = list(inputs)
        for place, variable in zip(places(kernel), variables, strict=True):
            given[place] = variable
        return function(*given)

    return alone, tuple(inputs[k] for k in places(kernel))


def value(kernel: Kernel, function: Form) -> Form:
    return function


def gradient(kernel: Kernel, function: Form) -> Form:
    """Of the sum over the samples: samples do not meet."""
    import jax

    return jax.grad(lambda *inputs: function(*inputs).sum(), argnums=places(kernel))


def value_and_gradient(kernel: Kernel, function: Form) -> Form:
    import jax

    def both(*inputs: Any) -> Any:
        y = function(*inputs)
        return y.sum(), y

    found = jax.value_and_grad(both, argnums=places(kernel), has_aux=True)

    def run(*inputs: Any) -> Any:
        (_, y), gradients = found(*inputs)
        return y, gradients

    return run


def pullback(kernel: Kernel, function: Form) -> Form:
    import jax

    def run(*arguments: Any) -> Any:
        *inputs, cotangent = arguments
        alone, at = of_variables(kernel, function, tuple(inputs))
        return jax.vjp(alone, *at)[1](cotangent)

    return run


def pushforward(kernel: Kernel, function: Form) -> Form:
    import jax

    count = len(kernel.definition.inputs)

    def run(*arguments: Any) -> Any:
        alone, at = of_variables(kernel, function, arguments[:count])
        return jax.jvp(alone, at, arguments[count:])[1]

    return run


def by_sample(kernel: Kernel, transform: Callable[..., Any], function: Form) -> Form:
    import jax

    shared = tuple(None if i.shared else 0 for i in kernel.definition.inputs)
    mapped: Form = jax.vmap(transform(function, argnums=places(kernel)), in_axes=shared)
    return mapped


def jacobian(kernel: Kernel, function: Form) -> Form:
    import jax

    return by_sample(kernel, jax.jacrev, function)


def hessian(kernel: Kernel, function: Form) -> Form | None:
    """Of scalar variables."""
    import jax
    import jax.numpy as jnp

    if any(kernel.definition.input(v).dimensions for v in kernel.variables):
        return None
    blocks = by_sample(kernel, jax.hessian, function)

    def run(*inputs: Any) -> Any:
        return jnp.stack([jnp.stack(row, axis=-1) for row in blocks(*inputs)], axis=-2)

    return run


KINDS: Mapping[str, Callable[[Kernel, Form], Form | None]] = {
    "": value,
    "grad": gradient,
    "value_and_grad": value_and_gradient,
    "vjp": pullback,
    "jvp": pushforward,
    "jacobian": jacobian,
    "hessian": hessian,
}
