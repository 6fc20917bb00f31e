"""Networks of different sizes and strengths of regularisation, for the notebook on parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor import datasets, plots
from tutor.colours import BLUE, INK, ORANGE, PAPER
from tutor.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.training import History

EPOCHS = 800
LEARNING_RATE = 1.0


def points(samples: int, seed: int) -> datasets.Dataset:
    """Draw two noisy moons, centred and spread from about −6 to 6."""
    x, y = datasets.moons(samples, noise=0.35, seed=seed)
    return datasets.Dataset((x - np.array([0.5, 0.25])) * 3, y)


# Few points, so that a network can learn them by heart; many new ones to find it out.
TRAIN = points(100, seed=3)
NEW = points(1000, seed=777)
SIZES = (3, 6, 20)
STRENGTHS = (0.001, 0.01, 0.1)
_LIMITS = {"xlim": (-7.0, 7.0), "ylim": (-5.0, 5.0)}
_CELLS = 60


def train(network: Network, epochs: int = EPOCHS, **options: Any) -> History:
    """Train a network on `TRAIN`, all samples in each step.

    Parameters
    ----------
    network : Network
        With two inputs and one sigmoid output; a stack of replicas is trained as one.
    epochs : int
    **options
        `l2`, `dropout`, `input_noise` or `test`, as in `Network.train`.
    """
    return network.train(
        *TRAIN, epochs=epochs, batch_size=len(TRAIN.y), lr=LEARNING_RATE, shuffle=False,
        **options,
    )  # fmt: skip


def trained(neurons: int, replicas: int | None = None, seed: int = 4, **options: Any) -> Network:
    """Return a trained network with one hidden layer of tanh neurons.

    Parameters
    ----------
    neurons
        In the hidden layer.
    replicas
        How many networks, from start weights with the seeds `seed`, `seed` + 1, …
    seed
        Of the start weights, which are standard normal.
    **options
        As in `train`.
    """
    network = Network(
        [2, neurons, 1], "tanh", "sigmoid", init="normal", seed=seed, replicas=replicas
    )
    train(network, **options)
    return network


def errors(network: Network) -> tuple[Any, Any]:
    """Return the share of wrong answers on `TRAIN` and on `NEW`; of shape (R,) for a stack."""
    training, new = (
        np.mean((network(data.x)[..., 0] > 0.5) != (data.y == 1), axis=-1) for data in (TRAIN, NEW)
    )
    return training, new


def boundaries(networks: Sequence[Network], titles: Sequence[str]) -> plots.Picture:
    """Draw what each network answers in the plane, over the training data.

    Parameters
    ----------
    networks
        Single networks with two inputs and one sigmoid output.
    titles
        One for each.
    """
    figure, panels = plots.subplots(7.5, 3.0, columns=len(networks), sharey=True)
    said = []
    with plots.style():
        for axes, network, title in zip(panels, networks, titles, strict=True):
            training, new = errors(network)
            bends = _draw(axes, network)
            axes.set_title(title, pad=18)
            axes.text(
                0.5, 1.03, f"wrong: {training:.0%} here, {new:.0%} of new", fontsize=9,
                ha="center", transform=axes.transAxes,
            )  # fmt: skip
            said.append(
                f"{title}: {training:.0%} of the training data and {new:.0%} of new data are "
                f"wrong, and the boundary turns by about {round(bends, -1):.0f} degrees in all"
            )
        panels[0].set_ylabel("x2")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
    return plots.Picture(
        figure, f"{len(said)} decision boundaries on 100 noisy points. {'; '.join(said)}."
    )


def _draw(axes: Axes, network: Network) -> float:
    """Draw one boundary and the training data; return by how many degrees the boundary turns."""
    axes.set(xlabel="x1", aspect="equal", **_LIMITS)
    x, y = (np.linspace(*_LIMITS[side], _CELLS + 1) for side in ("xlim", "ylim"))
    grid = np.column_stack([part.ravel() for part in np.meshgrid(x, y)])
    P = network(grid)[:, 0].reshape(y.size, x.size)
    axes.contourf(x, y, P, levels=[-1, 0.5, 2], colors=[ORANGE, BLUE], alpha=0.22)
    lines = axes.contour(x, y, P, levels=[0.5], colors=INK, linewidths=1.8)
    for label, look, color in ((1, "o", BLUE), (0, "s", ORANGE)):
        axes.plot(
            *TRAIN.x[TRAIN.y == label].T, look, color=color, ms=5, mec=PAPER, mew=0.5,
            label=f"class {label}",
        )  # fmt: skip
    return float(sum(curve_turns(line) for line in lines.allsegs[0]))


def curve_turns(line: Any) -> float:
    """Return the sum of all turns of a curve, shape (K, 2), to either side, in degrees."""
    steps = np.diff(line, axis=0)
    steps = steps[np.hypot(*steps.T) > 1e-9]
    turn = np.diff(np.unwrap(np.arctan2(steps[:, 1], steps[:, 0])))
    return float(np.degrees(np.abs(turn).sum()))


def turns(network: Network) -> float:
    """Return by how many degrees a network's boundary turns in all, to either side."""
    _, axes = plots.subplots(3.0, 3.0)
    return _draw(axes, network)


def capacity() -> plots.Picture:
    """Draw the boundaries of 3, 6 and 20 hidden neurons without regularisation."""
    return boundaries([trained(size) for size in SIZES], [f"{size} neurons" for size in SIZES])


def strengths() -> plots.Picture:
    """Draw the boundaries of 20 hidden neurons with L2 regularisation of three strengths."""
    networks = [trained(20, l2=strength) for strength in STRENGTHS]
    return boundaries(networks, [f"L2 {strength}" for strength in STRENGTHS])


def learning_curves() -> plots.Picture:
    """Draw the loss on training data and on new data while 20 neurons are trained."""
    history = train(Network([2, 20, 1], "tanh", "sigmoid", init="normal", seed=4), test=NEW)
    new = history.test_loss
    assert new is not None  # new data were given
    best = int(np.argmin(new))
    figure, axes = plots.subplots(6.5, 3.3)
    with plots.style():
        epochs = np.arange(0, EPOCHS + 1, 5)
        axes.plot(epochs, history.loss[::5], color=BLUE, label="training data")
        axes.plot(
            epochs, new[::5], color=ORANGE, linestyle=(0, (5, 2)),
            label="new data",
        )  # fmt: skip
        axes.axvline(best, color=INK, lw=1)
        axes.set(xlabel="epoch", ylabel="loss", ylim=(0, 1.2))
        axes.legend()
    return plots.Picture(
        figure,
        f"Loss of 20 hidden neurons over {EPOCHS} epochs. On the training data it falls to "
        f"{plots.number(history.loss[-1], 2)}. On new data it is smallest after {best} epochs, "
        f"{plots.number(new[best], 2)}, and then rises to "
        f"{plots.number(new[-1], 2)}.",
    )
