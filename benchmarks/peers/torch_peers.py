"""PyTorch: its automatic differentiation, and its own backward operations with out=.

Tensors share the memory of NumPy's arrays and exist before the clock starts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.forms.row import Form, Forms
from benchmarks.peers.row import Run


def autograd(case: Case, forms: Forms | None, threads: int) -> Run | None:
    import torch

    kind = KINDS.get(case.kernel.suffix)
    if forms is None or kind is None:
        return None
    torch.set_num_threads(threads)
    function = forms.torch or partial(forms.plain, torch)
    inputs = [torch.from_numpy(np.array(a)) for a in case.inputs]
    return kind(case, function, inputs, [torch.from_numpy(a) for a in case.extras])


def direct(case: Case, forms: Forms | None, threads: int) -> Run | None:
    import torch

    form = forms.direct.get(case.kernel.suffix) if forms else None
    if form is None:
        return None
    torch.set_num_threads(threads)
    prepared: Run = form(*(torch.from_numpy(np.array(a)) for a in case.arrays.values()))
    return prepared


def value(case: Case, function: Form, inputs: list[Any], extras: list[Any]) -> Run:
    return lambda: function(*inputs)


def pullback(case: Case, function: Form, inputs: list[Any], extras: list[Any]) -> Run:
    """Forward and backward; the cotangent of a gradient is 1."""
    import torch

    leaves = [inputs[k].requires_grad_() for k in case.places]
    (cotangent,) = extras or [torch.ones_like(function(*inputs))]
    with_value = case.kernel.suffix == "value_and_grad"

    def run() -> Any:
        y = function(*inputs)
        found = torch.autograd.grad(y, leaves, cotangent, materialize_grads=True)
        return (y.detach(), *found) if with_value else found

    return run


def of_variables(case: Case, function: Form, inputs: list[Any]) -> tuple[Form, tuple[Any, ...]]:
    """The function of the variables alone, and where they are."""

    def alone(*variables: Any) -> Any:
        given = list(inputs)
        for place, variable in zip(case.places, variables, strict=True):
            given[place] = variable
        return function(*given)

    return alone, tuple(inputs[k] for k in case.places)


def pushforward(case: Case, function: Form, inputs: list[Any], extras: list[Any]) -> Run:
    import torch

    alone, at = of_variables(case, function, inputs)
    return lambda: torch.func.jvp(alone, at, tuple(extras))[1]


def by_sample(case: Case, transform: Callable[..., Any], function: Form, inputs: list[Any]) -> Any:
    """A transformation of one sample, mapped over all."""
    import torch

    shared = tuple(None if i.shared else 0 for i in case.kernel.definition.inputs)
    return partial(torch.func.vmap(transform(function, argnums=case.places), in_dims=shared), *inputs)


def jacobian(case: Case, function: Form, inputs: list[Any], extras: list[Any]) -> Run:
    import torch

    run: Run = by_sample(case, torch.func.jacrev, function, inputs)
    return run


def hessian(case: Case, function: Form, inputs: list[Any], extras: list[Any]) -> Run | None:
    """Of scalar variables."""
    import torch

    if any(inputs[k].ndim > 1 for k in case.places):
        return None
    blocks = by_sample(case, torch.func.hessian, function, inputs)
    return lambda: torch.stack([torch.stack(row, dim=-1) for row in blocks()], dim=-2)


KINDS: Mapping[str, Callable[[Case, Form, list[Any], list[Any]], Run | None]] = {
    "": value,
    "grad": pullback,
    "vjp": pullback,
    "value_and_grad": pullback,
    "jvp": pushforward,
    "jacobian": jacobian,
    "hessian": hessian,
}
