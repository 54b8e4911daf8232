"""All rows, in the order of the notes; a row may apply the functions of the rows before it."""

from __future__ import annotations

from derive.catalogue import activations, exponentials, losses, networks, surfaces
from derive.catalogue.row import Row

ROWS: tuple[Row, ...] = (
    *activations.ROWS,
    *exponentials.ROWS,
    *losses.ROWS,
    *networks.ROWS,
    *surfaces.ROWS,
)
