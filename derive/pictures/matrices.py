"""A Jacobian as a picture: colour for size and sign, the number with its sign in every cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from derive.pictures.style import SIGNED, canvas, picture, signed


@picture
def heat_map(title: str, output: str, variable: str, matrix: NDArray[np.float64]) -> Any:
    """matrix[i, j] = d output_i / d variable_j"""
    rows, columns = matrix.shape
    figure, axes = canvas(1.0 + 0.85 * columns, 0.9 + 0.75 * rows)
    reach = float(np.max(np.abs(matrix))) or 1.0
    image = axes.imshow(matrix, cmap=SIGNED, vmin=-reach, vmax=reach)
    for (i, j), value in np.ndenumerate(matrix):
        shade = "white" if abs(value) > 0.7 * reach else "black"
        axes.text(j, i, signed(float(value), "+.3f"), ha="center", va="center", color=shade, fontsize=9)
    axes.set_xticks(range(columns), [f"${variable}_{{{j + 1}}}$" for j in range(columns)])
    axes.set_yticks(range(rows), [f"${output}_{{{i + 1}}}$" for i in range(rows)])
    axes.grid(visible=False)
    axes.set_title(title)
    axes.set_xlabel("by")
    axes.set_ylabel("of")
    figure.colorbar(image, ax=axes, shrink=0.85)
    return figure
