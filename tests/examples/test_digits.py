"""The training example: as PyTorch step by step, well enough on unseen digits, the same on a Dask cluster."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from distributed import Client, LocalCluster

from examples.digits.data import Samples, digits
from examples.digits.models import SHAPES, first_weights, predict, value_and_gradient
from examples.digits.parallel import chunk_gradient, chunks, summed, train_parallel
from examples.digits.train import Plan, train, train_torch

MODELS = tuple(SHAPES)


@functools.cache
def samples() -> tuple[Samples, Samples]:
    return digits()


@pytest.mark.parametrize("name", MODELS)
def test_the_first_hundred_steps_are_pytorchs(name: str) -> None:
    plan = Plan(name, epochs=5)
    learned, _ = samples()
    ours, theirs = train(plan, learned), train_torch(plan, learned)
    assert len(ours.losses) >= 100
    np.testing.assert_allclose(ours.losses[:100], theirs.losses[:100], rtol=0, atol=1e-6)
    assert ours.losses[-20:].mean() < 0.6 * ours.losses[:20].mean()


@pytest.mark.parametrize(("name", "accuracy"), [("perceptron", 0.93), ("mlp", 0.95)])
def test_unseen_digits_are_read(name: str, accuracy: float) -> None:
    learned, judged = samples()
    assert train(Plan(name), learned).accuracy(judged) > accuracy


@pytest.mark.parametrize("name", MODELS)
def test_gradients_of_chunks_add_up(name: str) -> None:
    learned, _ = samples()
    weights, total = first_weights(name), len(learned.x)
    whole = value_and_gradient(learned.x, learned.t, weights, total)
    parts = summed([chunk_gradient(one, weights, total) for one in chunks(learned, 5)])
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    for part, layer in zip(parts[1], whole[1], strict=True):
        np.testing.assert_allclose(part, layer, rtol=1e-9, atol=1e-15)


def test_a_cluster_learns_what_one_process_learns() -> None:
    learned, _ = samples()
    plan = Plan("mlp", epochs=10, batch=len(learned.x))
    alone = train(plan, learned)
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with LocalCluster(**options) as cluster, Client(cluster) as client:
        weights, losses = train_parallel(plan, learned, client, steps=10, parts=4)
    # in one process the samples are shuffled: their sum is the same but for rounding
    np.testing.assert_allclose(losses, alone.losses, rtol=1e-12)
    for ours, theirs in zip(weights, alone.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_a_prediction_goes_through_every_layer() -> None:
    weights = (np.array([[1.0, -1.0]]), np.array([[4.0, 0.0], [0.0, 4.0]]))
    assert predict(np.array([[1.0], [-1.0]]), weights).tolist() == [0, 1]
