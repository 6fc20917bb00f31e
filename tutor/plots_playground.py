"""Pictures for the notebook on the Playground: every neuron's map, and runs over many seeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor import plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.playground import feature_maps
from tutor.playground.experiment import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.playground import Experiment, Playground

_SIDE = 50  # points along a map's side
_LOOKS = (
    (BLUE, "o", "-"),
    (ORANGE, "s", (0, (5, 2))),
    (INK, "D", (0, (1, 1.5))),
)


# One network --------------------------------------------------------------------------------------


def neurons(playground: Playground) -> plots.Picture:
    """Draw what each input, each neuron and the output give over the square from −6 to 6.

    Orange stands for −1 and below, blue for 1 and above, as in the Playground. A thin line is
    drawn where a unit gives 0.
    """
    config = playground.config
    columns = [np.array([feature_maps(_SIDE)[name] for name in config.features])]
    columns += playground.maps(_SIDE)
    names = ["inputs", *(f"layer {i}" for i in range(1, len(columns) - 1)), "output"]
    most = max(len(maps) for maps in columns)
    figure, grid = plots.subplots(
        min(7.5, 1.25 * len(columns) + 0.4), 1.12 * most + 0.3, most, len(columns), squeeze=False
    )
    with plots.style():
        for name, maps, panels in zip(names, columns, grid.T, strict=True):
            panels[0].set_title(name)
            for row, axes in enumerate(panels):
                _draw_map(axes, maps[row] if row < len(maps) else None)
    layers = "; ".join(
        f"{name}: {', '.join(f'{100 * np.mean(unit > 0):.0f} %' for unit in maps)}"
        for name, maps in zip(names[1:], columns[1:], strict=True)
    )
    return plots.Picture(
        figure,
        f"Maps of every unit of the network {'–'.join(map(str, config.sizes))} on "
        f"{config.data_name} after {playground.epoch} epochs. Share of the square on which each "
        f"unit is above 0: {layers}.",
    )


def _draw_map(axes: Axes, values: Any) -> None:
    """Draw one unit's map, (S, S), or leave the place empty."""
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    if values is None:
        axes.axis("off")
        return
    values = np.nan_to_num(values)
    extent = (-6, 6, -6, 6)
    axes.imshow(values, cmap=plots.SHADES, vmin=-1, vmax=1, extent=extent, interpolation="nearest")
    if values.min() < 0 < values.max():
        axes.contour(
            values, levels=[0.0], colors=INK, linewidths=0.8, extent=extent, origin="upper"
        )


# Many seeds ---------------------------------------------------------------------------------------


def curves(runs: Mapping[str, Experiment], measure: str = "test_loss") -> plots.Picture:
    """Draw the median loss over the epochs, with a band from quartile to quartile.

    Parameters
    ----------
    runs
        Up to three experiments by the name for the legend.
    measure
        "test_loss" or "train_loss".

    Raises
    ------
    ValueError
        If there are no experiments or more than three, or the measure is unknown.
    """
    _check(runs)
    if measure not in ("test_loss", "train_loss"):
        raise ValueError(f"measure: expected test_loss or train_loss, got {measure!r}")
    figure, axes = plots.subplots(7.0, 3.4)
    said = []
    with plots.style():
        for (name, run), (color, _, line) in zip(runs.items(), _LOOKS, strict=False):
            lower, median, upper = _quartiles(run.curves[measure])
            axes.fill_between(run.curve_epochs, lower, upper, color=color, alpha=0.2, linewidth=0)
            axes.plot(run.curve_epochs, median, color=color, linestyle=line, label=name)
            said.append(
                f"{name} ends at {plots.number(median[-1])} "
                f"(quartiles {plots.number(lower[-1])} and {plots.number(upper[-1])})"
            )
        target = next(iter(runs.values())).target
        if target.metric == measure:
            axes.axhline(target.value, color=INK, linewidth=0.9, label="target")
        axes.set(xlabel="epoch", ylabel=measure.replace("_", " "))
        axes.set_ylim(bottom=0)
        axes.set_xlim(left=0)
        axes.legend(loc="best")
    count = ", ".join(str(n) for n in sorted({run.runs for run in runs.values()}))
    return plots.Picture(
        figure,
        f"Median {measure.replace('_', ' ')} of {count} seeds over the epochs, with a band between "
        f"the quartiles: {'; '.join(said)}.",
    )


def _quartiles(losses: Any) -> Any:
    """Give lower quartile, median and upper quartile of each epoch, (3, E), from losses (E, R)."""
    rows = [Summary.of(row) for row in losses]
    found = np.array([(row.lower, row.median, row.upper) for row in rows]).T
    return np.where(np.isfinite(found), found, np.nan)


def arrivals(runs: Mapping[str, Experiment]) -> plots.Picture:
    """Draw one mark a seed: the epoch in which its run reached the target, or that it didn't.

    Parameters
    ----------
    runs
        Up to three experiments by the name for the axis.

    Raises
    ------
    ValueError
        If there are no experiments or more than three.
    """
    _check(runs)
    last = max(run.epochs for run in runs.values())
    never = 1.12 * last
    figure, axes = plots.subplots(7.0, 0.75 * len(runs) + 1.0)
    said = []
    with plots.style():
        for height, ((name, run), (color, marker, _)) in enumerate(
            zip(runs.items(), _LOOKS, strict=False)
        ):
            epochs = run.epochs_to_target
            # Seeds lie beside each other in a fixed pattern, so that equal numbers stay visible.
            spread = height + 0.26 * np.sin(2.4 * np.arange(run.runs))
            shown = np.where(np.isfinite(epochs), epochs, never)
            axes.plot(shown, spread, marker, color=color, markersize=6, alpha=0.75, mec="none")
            summary = run.summary()
            if np.isfinite(summary.median):
                axes.plot([summary.median] * 2, [height - 0.38, height + 0.38], color=INK)
            said.append(f"{name}: {run.reached} of {run.runs} arrive, median {_epochs(summary)}")
        axes.set_yticks(range(len(runs)), list(runs))
        axes.set_ylim(len(runs) - 0.45, -0.55)
        axes.set_xlim(0, 1.06 * never)
        ticks = [tick for tick in axes.get_xticks() if tick <= last]
        axes.set_xticks([*ticks, never], [*(f"{tick:g}" for tick in ticks), "never"])
        axes.axvline(1.06 * last, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
        axes.set_xlabel(f"epochs until {next(iter(runs.values())).target}; the bar is the median")
    return plots.Picture(figure, f"When each seed's run arrives at the target. {'; '.join(said)}.")


def _epochs(summary: Summary) -> str:
    if not np.isfinite(summary.median):
        return "never"
    return f"{summary.median:g} epochs"


def _check(runs: Mapping[str, Experiment]) -> None:
    if not 1 <= len(runs) <= len(_LOOKS):
        raise ValueError(f"runs: expected one to {len(_LOOKS)} experiments, got {len(runs)}")
