"""Losses and accuracies over the epochs, in a room of fixed size."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from tutor.names import unknown

Floats = NDArray[np.float64]

LIMIT = 4096
"""Rows kept. A full history drops every second row, and from then on takes every second epoch."""


@dataclass(frozen=True)
class Measures:
    """What one look at R networks gives: arrays of shape (R,).

    Attributes
    ----------
    train_loss, test_loss : ndarray
        Mean of ½(o − t)² over the samples, without the regularisation term.
    train_accuracy, test_accuracy : ndarray
        Part of the samples with output and label on the same side of 0 (0 counts as positive);
        NaN for regression.
    penalty : ndarray
        The regularisation term: rate · Σ|w| (L1), rate · Σ½w² (L2), or 0.
    """

    train_loss: Floats
    test_loss: Floats
    train_accuracy: Floats
    test_accuracy: Floats
    penalty: Floats

    def at(self, replica: int) -> dict[str, float]:
        """Return one network's numbers."""
        return {name: float(getattr(self, name)[replica]) for name in NAMES}


NAMES = tuple(field.name for field in fields(Measures))


class History:
    """Measures by epoch, of R networks.

    Memory doesn't grow beyond `LIMIT` rows, so training may go on for hours. The first and the
    latest epoch are always there.
    """

    def __init__(self, replicas: int) -> None:
        self._values = np.empty((64, len(NAMES), replicas))
        self._epochs = np.empty(64, dtype=np.int64)
        self._rows = 0
        self._stride = 1

    def record(self, epoch: int, measures: Measures) -> None:
        """Add an epoch, or replace it when it is the latest one already."""
        rows = self._rows
        if rows and self._epochs[rows - 1] == epoch:
            rows -= 1
        elif rows >= 2 and self._epochs[rows - 1] % self._stride:
            # The latest row was there only as the latest.
            rows -= 1
        if rows == len(self._epochs):
            rows = self._make_room()
        self._epochs[rows] = epoch
        for column, name in enumerate(NAMES):
            self._values[rows, column] = getattr(measures, name)
        self._rows = rows + 1

    def _make_room(self) -> int:
        rows = len(self._epochs)
        if rows < LIMIT:
            self._epochs = np.concatenate([self._epochs, np.empty_like(self._epochs)])
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
            return rows
        self._stride *= 2
        keep = np.flatnonzero(self._epochs % self._stride == 0)
        self._epochs[: len(keep)] = self._epochs[keep]
        self._values[: len(keep)] = self._values[keep]
        return len(keep)

    def __len__(self) -> int:
        return self._rows

    @property
    def epochs(self) -> NDArray[np.int64]:
        """Epoch of each row, (E,), increasing from 0."""
        return self._epochs[: self._rows].copy()

    def column(self, name: str) -> Floats:
        """Return one measure, shape (E, R).

        Raises
        ------
        ValueError
            When there is no such measure.
        """
        if name not in NAMES:
            raise ValueError(unknown("measure", name, NAMES))
        return self._values[: self._rows, NAMES.index(name)].copy()

    def to_dict(self, replica: int = 0) -> dict[str, list[float]]:
        """Return one network's columns, "epoch" first."""
        columns: dict[str, list[float]] = {"epoch": self.epochs.tolist()}
        return columns | {name: self.column(name)[:, replica].tolist() for name in NAMES}

    def to_csv(self, replica: int = 0) -> str:
        """Return one network's rows as comma-separated text with a header."""
        columns = self.to_dict(replica)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
        return text.getvalue()
