"""Train a perceptron and a network of three layers on handwritten digits: python -m examples.digits

Prints accuracy, loss and seconds beside PyTorch's, the largest difference of the losses over the first 100 steps, and
what two Dask workers find; draws the loss curves to digits-loss.svg. Needs: pip install '.[examples]'
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from distributed import Client, LocalCluster
from rich.console import Console
from rich.table import Table

from derive.pictures.style import BLUE, ORANGE, canvas, picture
from examples.digits.data import Samples, digits
from examples.digits.parallel import train_parallel
from examples.digits.train import Plan, Trained, train, train_torch

PLANS = (Plan("perceptron"), Plan("mlp"))
STEPS = 100
PICTURE = Path("digits-loss.svg")


@picture
def loss_curves(runs: list[Trained]) -> Any:
    """Each epoch's mean loss, the models beside each other."""
    figure, axes = canvas(6.4, 3.6)
    for run, colour, dash in zip(runs, (BLUE, ORANGE), ("-", "--"), strict=True):
        axes.plot(run.losses.reshape(30, -1).mean(axis=1), dash, color=colour, label=run.name)
    axes.set(xlabel="epoch", ylabel="loss per sample", yscale="log", title="handwritten digits, generated kernels")
    axes.legend()
    return figure


def compared(learned: Samples, judged: Samples) -> tuple[Table, list[Trained]]:
    table = Table("model", "by", "accuracy", "last loss", "seconds", "largest difference, 100 steps", box=None)
    runs = []
    for plan in PLANS:
        ours, theirs = train(plan, learned), train_torch(plan, learned)
        apart = float(np.max(np.abs(ours.losses - theirs.losses)[:STEPS]))
        for run, by, note in ((ours, "derive", f"{apart:.1e}"), (theirs, "PyTorch", "")):
            accuracy = f"{run.accuracy(judged):.1%}"
            table.add_row(run.name, by, accuracy, f"{run.losses[-20:].mean():.4f}", f"{run.seconds:.2f}", note)
        runs.append(ours)
    return table, runs


def in_parallel(learned: Samples) -> str:
    """The same descent by two workers and in one process."""
    plan = Plan("mlp")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        _, losses = train_parallel(plan, learned, client, steps=20, parts=4)
    whole = Plan("mlp", epochs=20, batch=len(learned.x))
    alone = train(whole, learned).losses
    return f"Dask, 2 workers, 20 steps on all samples: losses differ by at most {np.max(np.abs(losses - alone)):.1e}"


def main() -> None:
    torch.set_num_threads(1)  # as many as NumPy's products get here: none of them is large
    learned, judged = digits()
    table, runs = compared(learned, judged)
    console = Console()
    console.print(table)
    console.print(in_parallel(learned))
    PICTURE.write_bytes(loss_curves(runs))
    console.print(f"loss curves: {PICTURE}")


if __name__ == "__main__":
    main()
