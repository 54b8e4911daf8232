"""All rows of the field's corpus."""

from __future__ import annotations

from tests.field import cells, layers, likelihoods, losses, models, regression
from tests.field.row import FieldRow

ROWS: tuple[FieldRow, ...] = (
    *regression.ROWS,
    *likelihoods.ROWS,
    *losses.ROWS,
    *cells.ROWS,
    *layers.ROWS,
    *models.ROWS,
)
