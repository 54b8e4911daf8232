"""Training with generated kernels, and the same training in PyTorch: same weights, same batches, same steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch

from derive.descent.optimizers import optimizer
from examples.digits.data import Samples
from examples.digits.models import Array, Weights, first_weights, predict, value_and_gradient

LearningStep = Callable[[Array, Array, Weights], tuple[float, Weights]]


@dataclass(frozen=True)
class Plan:
    """How a model is trained: Adam on batches."""

    name: str
    epochs: int = 30
    batch: int = 64
    rate: float = 0.01
    seed: int = 0

    def batches(self, count: int) -> Iterator[Array]:
        """Indices of each batch, shuffled anew in every epoch."""
        generator = np.random.default_rng(self.seed)
        for _ in range(self.epochs):
            order = generator.permutation(count)
            yield from (order[k : k + self.batch] for k in range(0, count, self.batch))


@dataclass(frozen=True, eq=False)
class Trained:
    """The weights, the loss of each step and the seconds that it took."""

    name: str
    weights: Weights
    losses: Array
    seconds: float

    def accuracy(self, judged: Samples) -> float:
        return float(np.mean(predict(judged.x, self.weights) == judged.labels))


def train(plan: Plan, samples: Samples, step: LearningStep | None = None) -> Trained:
    """By generated kernels; `step` gives loss and gradient of a batch (by default in this process)."""
    chosen = optimizer("adam", lr=plan.rate)
    learn = step or (lambda x, t, weights: value_and_gradient(x, t, weights, len(x)))
    states = [chosen.begin(w) for w in first_weights(plan.name, plan.seed)]
    losses = []
    started = time.perf_counter()
    for batch in plan.batches(len(samples.x)):
        loss, gradient = learn(samples.x[batch], samples.t[batch], tuple(s.position for s in states))
        states = [chosen.step(s, g) for s, g in zip(states, gradient, strict=True)]
        losses.append(loss)
    seconds = time.perf_counter() - started
    return Trained(plan.name, tuple(s.position for s in states), np.array(losses), seconds)


def train_torch(plan: Plan, samples: Samples) -> Trained:
    """The same in PyTorch, in double precision."""
    weights = [torch.tensor(w, requires_grad=True) for w in first_weights(plan.name, plan.seed)]
    steps = torch.optim.Adam(weights, lr=plan.rate)
    x, t = torch.from_numpy(samples.x), torch.from_numpy(samples.t)
    losses = []
    started = time.perf_counter()
    for batch in plan.batches(len(x)):
        output = x[batch]
        for layer in weights:
            output = torch.sigmoid(output @ layer)
        loss = ((output - t[batch]) ** 2).sum(dim=1).mean() / 2
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    seconds = time.perf_counter() - started
    return Trained(plan.name, tuple(w.detach().numpy() for w in weights), np.array(losses), seconds)
