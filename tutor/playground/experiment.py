"""One configuration, many seeds: whether it really is faster, or one run was lucky."""

from __future__ import annotations

import copy
import csv
import functools
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tutor.names import unknown
from tutor.playground.config import Config, Target, is_number
from tutor.playground.replicas import Replicas

Floats = NDArray[np.float64]

DEFAULT_TARGET = Target("test_loss", 0.05)
FINAL = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


@dataclass(frozen=True)
class Summary:
    """Median and quartiles over all runs: half of the runs lie between the quartiles.

    A run that never reached the target counts as infinitely many epochs, and a loss that isn't a
    number as an infinite loss. A quartile that falls among such runs is infinite. It isn't replaced
    by the quartile of the lucky ones.
    """

    lower: float
    median: float
    upper: float

    @classmethod
    def of(cls, values: ArrayLike) -> Summary:
        """Summarise values, shape (R,); NaN counts as infinite."""
        numbers = np.asarray(values, dtype=np.float64)
        ordered = np.sort(np.where(np.isnan(numbers), np.inf, numbers))
        return cls(*(_quantile(ordered, part) for part in (0.25, 0.5, 0.75)))


def _quantile(ordered: Floats, part: float) -> float:
    """Interpolate linearly between order statistics, as np.quantile does, but without inf − inf."""
    position = part * (len(ordered) - 1)
    below = math.floor(position)
    low, high = float(ordered[below]), float(ordered[math.ceil(position)])
    if low == high or position == below:
        return low
    return low + (high - low) * (position - below)


@dataclass(frozen=True, eq=False)
class Experiment:
    """What came out of many runs. Arrays hold one value a seed, shape (R,).

    Attributes
    ----------
    config : Config
    seeds : tuple of str
    epochs : int
        Every run was trained so long, whether it reached the target before or not.
    target : Target
    epochs_to_target : ndarray
        First epoch with the target reached; inf when it wasn't within `epochs`.
    failed_at : ndarray
        Epoch in which the loss stopped being a number; 0 for the runs where it didn't.
    final : dict of str to ndarray
        "train_loss", "test_loss", "train_accuracy", "test_accuracy" after the last epoch.
        Accuracies are NaN for regression.
    curve_epochs : ndarray, shape (E,)
    curves : dict of str to ndarray, shapes (E, R)
        "train_loss" and "test_loss" over the epochs.
    """

    config: Config
    seeds: tuple[str, ...]
    epochs: int
    target: Target
    epochs_to_target: Floats
    failed_at: NDArray[np.int64]
    final: dict[str, Floats]
    curve_epochs: NDArray[np.int64]
    curves: dict[str, Floats]

    @property
    def runs(self) -> int:
        """R."""
        return len(self.seeds)

    @property
    def reached(self) -> int:
        """Number of runs that reached the target."""
        return int(np.isfinite(self.epochs_to_target).sum())

    @property
    def failed(self) -> int:
        """Number of runs whose loss stopped being a number."""
        return int((self.failed_at > 0).sum())

    def summary(self, name: str = "epochs_to_target") -> Summary:
        """Return median and quartiles of "epochs_to_target" or one of the final values.

        Raises
        ------
        ValueError
            When there is no such value, or it has no meaning (accuracy in regression).
        """
        if name == "epochs_to_target":
            return Summary.of(self.epochs_to_target)
        if name not in self.final:
            raise ValueError(unknown("value", name, ("epochs_to_target", *FINAL)))
        if name.endswith("accuracy") and self.config.problem == "regression":
            raise ValueError(f"{name}: regression has no accuracy")
        return Summary.of(self.final[name])

    def _rows(self) -> list[tuple[str, Summary, Callable[[float], str]]]:
        rows: list[tuple[str, Summary, Callable[[float], str]]] = []
        rows.append((f"epochs until {self.target}", self.summary(), self._epochs_text))
        for name in FINAL:
            if name.endswith("loss"):
                rows.append((f"final {name.replace('_', ' ')}", self.summary(name), _loss_text))
            elif self.config.problem == "classification":
                rows.append((f"final {name.replace('_', ' ')}", self.summary(name), _part_text))
        return rows

    def _epochs_text(self, value: float) -> str:
        return f"{value:.4g}" if math.isfinite(value) else f"more than {self.epochs}"

    def _notes(self) -> str:
        notes = f"{self.reached} of {self.runs} runs reached the target within {self.epochs} epochs"
        if self.failed:
            notes += f"; in {self.failed} the loss stopped being a number"
        return notes + "."

    def _title(self) -> str:
        network = "-".join(map(str, self.config.sizes))
        return f"{self.config.data_name}, network {network}, {self.runs} seeds"

    def __repr__(self) -> str:
        heads = ("lower quartile", "median", "upper quartile")
        lines = [self._title(), f"{'':32}" + "".join(f"{head:>16}" for head in heads)]
        for label, summary, text in self._rows():
            values = (summary.lower, summary.median, summary.upper)
            lines.append(f"{label:32}" + "".join(f"{text(value):>16}" for value in values))
        return "\n".join([*lines, self._notes()])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left">{label}</th>'
            f"<td>{text(summary.lower)}</td><td><b>{text(summary.median)}</b></td>"
            f"<td>{text(summary.upper)}</td></tr>"
            for label, summary, text in self._rows()
        )
        heads = "".join(
            f'<th scope="col">{head}</th>'
            for head in ("lower quartile", "median", "upper quartile")
        )
        return (
            f"<table><caption>{self._title()}</caption><thead><tr><td></td>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table><p>{self._notes()}</p>"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON: None for never reached and for not a number."""
        columns = {"epochs_to_target": self.epochs_to_target} | self.final
        return {
            "config": self.config.to_dict(),
            "epochs": self.epochs,
            "target": {"metric": self.target.metric, "value": self.target.value},
            "seeds": list(self.seeds),
            "failed_at": [epoch or None for epoch in self.failed_at.tolist()],
        } | {
            name: [value if math.isfinite(value) else None for value in values.tolist()]
            for name, values in columns.items()
        }

    def to_csv(self) -> str:
        """Return one row a seed as comma-separated text; empty where there is no number."""
        fields = self.to_dict()
        names = ("epochs_to_target", *FINAL, "failed_at")
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["seed", *names])
        writer.writerows(zip(self.seeds, *(fields[name] for name in names), strict=True))
        return text.getvalue()


def _loss_text(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else "not a number"


def _part_text(value: float) -> str:
    return f"{100 * value:.1f} %"


def experiment(
    config: Config | None = None,
    *,
    seeds: int | Sequence[str] = 100,
    epochs: int = 300,
    target: Target | None = None,
    progress: Callable[[int], None] | None = None,
    **changes: Any,
) -> Experiment:
    """Train one configuration from many seeds, all at the same time.

    Each seed has its own data and its own first weights, exactly those of a single run with it. All
    is determined by the arguments, so an experiment that was made before is looked up.

    Parameters
    ----------
    config : Config, optional
        The original's defaults when left out. Its seed and its epoch limit aren't used.
    seeds : int or sequence of str
        A number stands for that many seeds, "1", "2", "3" …
    epochs : int
        Length of every run.
    target : Target, optional
        The configuration's, or a test loss of 0.05, when left out.
    progress : callable, optional
        Called with the epoch after each one.
    **changes
        Fields of `Config` that differ from `config`.

    Returns
    -------
    Experiment

    Raises
    ------
    ValueError
        When there are no seeds or some are the same, or `epochs` isn't a positive whole number.

    Examples
    --------
    >>> result = experiment(seeds=20, epochs=30, dataset="gauss", target=Target("test_loss", 0.1))
    >>> result.reached
    20
    """
    config = (config or Config()).replace(**changes)
    target = target or config.target or DEFAULT_TARGET
    config = config.replace(target=target)
    if not is_number(epochs) or epochs < 1 or epochs % 1:
        raise ValueError(f"epochs: expected a whole number from 1, got {epochs!r}")
    chosen = _seeds(seeds)
    if progress is not None:
        return _trained(config, chosen, int(epochs), progress)
    # A copy: what is kept for the next time must not change with what is done to this one.
    return copy.deepcopy(_kept(config, chosen, int(epochs)))


@functools.lru_cache(maxsize=32)
def _kept(config: Config, seeds: tuple[str, ...], epochs: int) -> Experiment:
    """Train, or recall what came out before: comparisons often share one side."""
    return _trained(config, seeds, epochs)


@functools.lru_cache(maxsize=32)
def arrivals(config: Config, seeds: tuple[str, ...], epochs: int, enough: int) -> tuple[float, ...]:
    """Train one configuration until `enough` of its runs have reached the target.

    It is for questions about the first so many: an `experiment` goes on to the end.

    Parameters
    ----------
    config, seeds, epochs
        As in `experiment`.
    enough
        Number of runs.

    Returns
    -------
    tuple of float
        The epoch in which each run reached the target, ∞ if it hadn't yet when training stopped.
    """
    target = config.target or DEFAULT_TARGET
    return tuple(_reached(Replicas(config, seeds), target, epochs, enough=enough).tolist())


def _reached(
    runs: Replicas,
    target: Target,
    epochs: int,
    progress: Callable[[int], None] = lambda epoch: None,
    enough: float = np.inf,
) -> Floats:
    """Train, and give the epoch in which each run reached the target first."""
    first = np.full(runs.replicas, np.inf)
    for epoch in range(epochs + 1):
        if epoch:
            runs.train_epoch()
            progress(epoch)
        now = target.reached(getattr(runs.measures, target.metric)) & np.isinf(first)
        if now.any():
            first[now] = epoch
            if np.isfinite(first).sum() >= enough:
                break
    return first


def _trained(
    config: Config,
    seeds: tuple[str, ...],
    epochs: int,
    progress: Callable[[int], None] = lambda epoch: None,
) -> Experiment:
    target = config.target or DEFAULT_TARGET
    runs = Replicas(config, seeds)
    first_reached = _reached(runs, target, epochs, progress)
    return Experiment(
        config=config,
        seeds=runs.seeds,
        epochs=epochs,
        target=target,
        epochs_to_target=first_reached,
        failed_at=runs.failed_at,
        final={name: getattr(runs.measures, name) for name in FINAL},
        curve_epochs=runs.history.epochs,
        curves={name: runs.history.column(name) for name in ("train_loss", "test_loss")},
    )


def _seeds(seeds: int | Sequence[str]) -> tuple[str, ...]:
    if isinstance(seeds, int | np.integer):
        chosen = tuple(str(number) for number in range(1, int(seeds) + 1))
    elif isinstance(seeds, str):
        raise ValueError(f"seeds: expected a number or a list of strings, got {seeds!r}")
    else:
        chosen = tuple(seeds)
    if not chosen:
        raise ValueError("seeds: expected at least one")
    if len(set(chosen)) < len(chosen):
        raise ValueError("seeds: the same seed twice gives the same run twice; use different ones")
    return chosen
