"""The Playground as a still picture and as a sentence, for where no kernel runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.collections import LineCollection

from tutor import plots
from tutor.colours import BLUE, INK, ORANGE, PAPER
from tutor.playground import Playground

_EXTENT = (-6, 6, -6, 6)


def sentence(playground: Playground) -> str:
    """Say what is on screen: data, network, epoch, losses."""
    config, measures = playground.config, playground.measures
    layers = "–".join(map(str, config.sizes))
    kinds = " and ".join(dict.fromkeys(config.activations[:-1])).replace("_", " ")
    said = (
        f"Data {config.data_name}, network {layers}{f' with {kinds}' if kinds else ''}, "
        f"epoch {playground.epoch}: training loss {plots.number(playground.loss)}, "
        f"test loss {plots.number(measures['test_loss'])}"
    )
    if config.problem == "classification":
        said += f", {plots.number(100 * measures['test_accuracy'])} % of the test points right"
    return f"{said}."


def draw(playground: Playground) -> plots.Picture:
    """Draw the network with its weights, the output with the data, and, once it trained, losses."""
    trained = playground.epoch > 0
    widths = (1.35, 1, 1) if trained else (1.35, 1)
    figure, panels = plots.subplots(
        8.0 if trained else 6.0, 2.9, columns=len(widths), gridspec_kw={"width_ratios": widths}
    )
    with plots.style():
        _draw_network(panels[0], playground)
        _draw_output(panels[1], playground)
        if trained:
            _draw_losses(panels[2], playground)
    # Nothing here varies in size, and finding a layout takes as long as drawing.
    figure.set_layout_engine(None)
    figure.subplots_adjust(left=0.02, right=0.99, bottom=0.17, top=0.9, wspace=0.22)
    return plots.Picture(figure, sentence(playground))


def _draw_network(axes: Any, playground: Playground) -> None:
    config = playground.config
    most = max(config.sizes)
    heights = [np.arange(size)[::-1] + (most - size) / 2 for size in config.sizes]
    links = [
        np.array([(layer, heights[layer][source]), (layer + 1, heights[layer + 1][neuron])])
        for layer, weights in enumerate(playground.weights)
        for source, neuron in np.ndindex(weights.shape)
    ]
    w = np.concatenate([weights.ravel() for weights in playground.weights])
    # One artist for all of them: drawing 200 lines one by one takes half a second.
    axes.add_collection(
        LineCollection(
            links, zorder=1, colors=plots.SHADES((np.clip(np.nan_to_num(w), -1, 1) + 1) / 2),
            linewidths=0.8 + 1.6 * np.minimum(np.abs(w), 5), capstyle="round",
        )
    )  # fmt: skip
    axes.plot(
        np.repeat(np.arange(len(heights)), [len(y) for y in heights]), np.concatenate(heights),
        "s", markersize=11, zorder=2, color=PAPER, markeredgecolor=INK,
        markeredgewidth=1.2,
    )  # fmt: skip
    for name, y in zip(config.features, heights[0], strict=True):
        axes.annotate(name, (-0.22, y), ha="right", va="center", fontsize=9)
    axes.set(xlim=(-1.0, len(heights) - 0.7), ylim=(-0.6, most - 0.4), title="network")
    axes.axis("off")


def _draw_output(axes: Any, playground: Playground) -> None:
    axes.imshow(
        playground.decision_map(), cmap=plots.SHADES, vmin=-1, vmax=1, extent=_EXTENT, alpha=0.8,
        interpolation="nearest",
    )  # fmt: skip
    data = playground.data
    for marker, chosen in (("o", data.y_train >= 0), ("D", data.y_train < 0)):
        axes.scatter(
            *data.x_train[chosen].T, c=data.y_train[chosen], cmap=plots.SHADES, vmin=-1, vmax=1,
            marker=marker, s=11, edgecolors="white", linewidths=0.5,
        )  # fmt: skip
    axes.set(xlim=_EXTENT[:2], ylim=_EXTENT[2:], title="output and training data", xlabel="$x_1$")
    axes.set_ylabel("$x_2$", labelpad=0)
    axes.grid(visible=False)


def _draw_losses(axes: Any, playground: Playground) -> None:
    epochs, test = playground.history.epochs, playground.history.column("test_loss")[:, 0]
    axes.plot(epochs, playground.losses, color=BLUE, label="training")
    axes.plot(epochs, test, color=ORANGE, label="test", linestyle=(0, (4, 2)))
    axes.set_ylim(bottom=0)
    axes.set(title="loss", xlabel="epoch")
    axes.legend(loc="best")
