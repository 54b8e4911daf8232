"""Data-parallel training on a Dask cluster: every worker keeps a chunk of the samples, gradients are summed.

The kernels are those of one process: a gradient of shared parameters is a sum over samples, so that the sum of the
chunks' gradients is the gradient. More data means more chunks, and no other kernel.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from distributed import Client, Future

from derive.descent.optimizers import optimizer
from examples.digits.data import Samples
from examples.digits.models import Array, Weights, first_weights, value_and_gradient
from examples.digits.train import Plan

Chunk = tuple[Array, Array]


def chunks(samples: Samples, count: int) -> list[Chunk]:
    """The samples in parts of nearly the same size."""
    return list(zip(np.array_split(samples.x, count), np.array_split(samples.t, count), strict=True))


def chunk_gradient(chunk: Chunk, weights: Weights, total: int) -> tuple[float, Weights]:
    """What one worker does at each step: its part of the loss and of the gradient."""
    x, t = chunk
    loss, gradient = value_and_gradient(x, t, weights, total)
    return loss, gradient


def summed(parts: Sequence[tuple[float, Weights]]) -> tuple[float, Weights]:
    """Losses and gradients of the chunks, in their order, added up."""
    losses, gradients = zip(*parts, strict=True)
    return sum(losses), tuple(functools.reduce(np.add, layer) for layer in zip(*gradients, strict=True))


def train_parallel(plan: Plan, samples: Samples, client: Client, steps: int, parts: int) -> tuple[Weights, Array]:
    """Adam on the loss of all samples; weights and losses."""
    held: list[Future] = client.scatter(chunks(samples, parts))
    total = len(samples.x)
    chosen = optimizer("adam", lr=plan.rate)
    states = [chosen.begin(w) for w in first_weights(plan.name, plan.seed)]
    losses = []
    for _ in range(steps):
        weights = tuple(s.position for s in states)
        futures = [client.submit(chunk_gradient, one, weights, total, pure=False) for one in held]
        loss, gradient = summed(client.gather(futures))
        states = [chosen.step(s, g) for s, g in zip(states, gradient, strict=True)]
        losses.append(loss)
    return tuple(s.position for s in states), np.array(losses)
