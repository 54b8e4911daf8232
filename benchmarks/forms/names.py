"""The names of optional libraries, loaded when a form is used: a library that is missing disturbs nobody else."""

from __future__ import annotations

from typing import Any


def nn() -> Any:
    """torch.nn.functional."""
    import torch.nn.functional

    return torch.nn.functional


def aten() -> Any:
    """PyTorch's operations, without autograd around them."""
    import torch

    return torch.ops.aten


def tensors(like: Any, count: int) -> list[Any]:
    """So many new tensors of the same shape, to write to."""
    import torch

    return [torch.empty_like(like) for _ in range(count)]
