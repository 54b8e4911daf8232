"""Handwritten digits that ship with scikit-learn: 1797 pictures of 8 x 8 pixels (Alpaydin and Kaynak, 1998)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from examples.digits.models import Array


@dataclass(frozen=True, eq=False)
class Samples:
    """Pixels in [0, 1] and a last 1; targets with a 1 at the digit."""

    x: Array
    t: Array
    labels: Array


def digits(seed: int = 0) -> tuple[Samples, Samples]:
    """Three quarters to learn from, one quarter to be judged by, every digit in the same share."""
    pixels, labels = load_digits(return_X_y=True)
    parts = train_test_split(pixels / 16, labels, test_size=0.25, random_state=seed, stratify=labels)
    return samples(parts[0], parts[2]), samples(parts[1], parts[3])


def samples(pixels: Array, labels: Array) -> Samples:
    x = np.concatenate([pixels, np.ones((len(pixels), 1))], axis=1)
    return Samples(x, np.eye(10)[labels], labels)
