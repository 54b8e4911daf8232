"""What a row of forms is: one definition as its peers' users write it.

Contract: all functions take and give whole batches, samples first; results stand in the order of the kernel's. What a
row leaves out is said to have no form in the table of results. To add a definition: one row in the module of its
topic; nothing else is needed, and without a row a kernel is still measured against the limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Form = Callable[..., Any]


@dataclass(frozen=True)
class Loop:
    """A form for numba: of numbers (`layout` empty), or of the arrays that the layout names, as in (n),(n)->(n)."""

    body: Form
    layout: str = ""


@dataclass(frozen=True)
class Forms:
    """One definition.

    plain: the value, as plain(xp, inputs...) with the names of NumPy; HIPS autograd, SymPy and, without `jax`, JAX too.
    torch, jax: the value with what the library has for it, as torch(inputs...).
    textbook: NumPy by the suffix of the kernel, as the formula stands in a textbook.
    direct: by suffix, from tensors to a function without arguments that calls PyTorch's own backward operations with
        out=; of all arguments of the kernel.
    loops: by suffix, for numba.
    draws: how an input is drawn where the row's domain does not say it, as draw(generator, shape).
    arithmetic: the derivative costs no exponential or other transcendental function.
    """

    name: str
    plain: Form
    torch: Form | None = None
    jax: Form | None = None
    textbook: Mapping[str, Form] = field(default_factory=dict)
    direct: Mapping[str, Form] = field(default_factory=dict)
    loops: Mapping[str, Loop] = field(default_factory=dict)
    draws: Mapping[str, Form] = field(default_factory=dict)
    arithmetic: bool = False


def unary(slope: Form, plain: Form) -> dict[str, Form]:
    """All textbook forms of a function of one number, from its derivative and its value."""
    return {
        "": plain,
        "grad": slope,
        "vjp": lambda x, g: g * slope(x),
        "jvp": lambda x, v: v * slope(x),
        "value_and_grad": lambda x: (plain(x), slope(x)),
    }


def of_loss(gradient: Form, plain: Form) -> dict[str, Form]:
    """All textbook forms of a function with one number a sample, from its gradient and its value."""
    return {"": plain, "grad": gradient, "value_and_grad": lambda *inputs: (plain(*inputs), gradient(*inputs))}
