"""The optimizers against their definitions written out, and against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from derive.descent.optimizers import OPTIMIZERS, optimizer
from derive.language.errors import DeriveError

PEERS = {
    "gradient-descent": (torch.optim.SGD, {"lr": 0.003}, {}),
    "momentum": (torch.optim.SGD, {"lr": 0.001, "momentum": 0.8}, {}),
    "adam": (torch.optim.Adam, {"lr": 0.01}, {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
}


def gradient(point: np.ndarray) -> np.ndarray:
    x, y = point
    return np.array([4 * (x * x + y - 11) * x + 2 * (x + y * y - 7), 2 * (x * x + y - 11) + 4 * (x + y * y - 7) * y])


def test_every_optimizer_has_a_peer() -> None:
    assert PEERS.keys() == OPTIMIZERS.keys()


@pytest.mark.parametrize("name", PEERS)
def test_same_path_as_pytorch(name: str) -> None:
    peer, settings, more = PEERS[name]
    ours = optimizer(name, **settings, **more)
    state = ours.begin((-4.0, 0.0))
    theirs = torch.tensor([-4.0, 0.0], dtype=torch.float64, requires_grad=True)
    steps = peer([theirs], **settings)
    for _ in range(200):
        state = ours.step(state, gradient(state.position))
        theirs.grad = torch.from_numpy(gradient(theirs.detach().numpy()))
        steps.step()
        np.testing.assert_allclose(state.position, theirs.detach().numpy(), rtol=1e-12)
    assert state.steps == 200


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_states_are_values(name: str) -> None:
    ours = optimizer(name)
    state = ours.begin([1.0, 2.0])
    again = [ours.step(state, np.array([1.0, -1.0])).position for _ in range(2)]
    np.testing.assert_array_equal(*again)
    np.testing.assert_array_equal(state.position, [1.0, 2.0])
    assert again[0][0] < 1.0
    assert again[0][1] > 2.0


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("adm", {}, "no optimizer adm"),
        ("adam", {"momentum": 0.9}, "adam has no setting momentum"),
        ("adam", {"lr": 0.0}, "lr is 0: it has to be above 0"),
        ("gradient-descent", {"lr": -1.0}, "lr is -1: it has to be above 0"),
        ("momentum", {"momentum": 1.0}, "momentum is 1: it has to be at least 0 and below 1"),
        ("adam", {"lr": float("nan")}, "lr is nan"),
    ],
)
def test_faulty_settings(name: str, settings: dict[str, float], message: str) -> None:
    with pytest.raises(DeriveError, match=message):
        optimizer(name, **settings)
