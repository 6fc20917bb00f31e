"""Pictures for the notebook on XOR: a neuron, gates in the plane, a hidden layer, a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tutor import datasets, plots
from tutor.colours import BLUE, INK, ORANGE, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tutor.floats import FloatArray

GATES = ("and", "or", "xor")
# A line that works, as (w1, w2, b); XOR has none.
LINES = {"and": (1.0, 1.0, -1.5), "or": (1.0, 1.0, -0.5)}
# XNOR, "both inputs are the same": one hidden neuron is AND, the other NOR, the output is OR.
W1 = np.array([[1.0, -1.0], [1.0, -1.0]])
B1 = np.array([-1.5, 0.5])
W2 = np.array([1.0, 1.0])
B2 = -0.5

HISTORY = (
    (1943, "McCulloch-Pitts neuron"),
    (1958, "perceptron"),
    (1969, "XOR winter"),
    (1986, "backpropagation"),
    (1998, "LeNet-5"),
    (2012, "AlexNet"),
    (2014, "GAN"),
    (2017, "Transformer"),
    (2018, "BERT"),
    (2019, "GPT-2"),
)
"""Years of McCulloch and Pitts' paper; of Rosenblatt's paper; of Minsky and Papert's book
"Perceptrons"; of Rumelhart, Hinton and Williams' paper; of the papers that introduced the rest."""


# A neuron -----------------------------------------------------------------------------------------


def neuron() -> plots.Picture:
    """Draw an artificial neuron beside the names of a biological one's parts."""
    figure, axes = plots.subplots(7.5, 3.0)
    with plots.style():
        axes.set(xlim=(0, 10), ylim=(0, 4))
        axes.axis("off")
        centre = (5.4, 2.0)
        for y, name, weight in ((3.4, "x1", "w1"), (2.0, "x2", "w2"), (0.6, "1", "b")):
            _arrow(axes, (1.4, y), (4.55, 2.0 + (y - 2.0) * 0.35))
            axes.plot([1.0], [y], "o", ms=26, color=PAPER, mec=BLUE, mew=2)
            axes.text(1.0, y, name, ha="center", va="center")
            axes.text(2.9, 2.0 + (y - 2.0) * 0.76 + 0.12, weight, ha="center", va="bottom")
        axes.plot(*([value] for value in centre), "o", ms=62, color=PAPER, mec=BLUE,
                  mew=2)  # fmt: skip
        axes.text(*centre, "sum z,\nthen f(z)", ha="center", va="center")
        _arrow(axes, (6.25, 2.0), (8.5, 2.0))
        axes.text(8.7, 2.0, "a", va="center")
        for x, y, part in (
            (2.1, 3.75, "dendrites: inputs"),
            (2.9, 0.25, "synapses: weights"),
            (5.4, 3.3, "cell body: sum and bend"),
            (7.4, 2.3, "axon: output"),
        ):
            axes.text(x, y, part, ha="center", va="center", color=ORANGE, style="italic")
    return plots.Picture(
        figure,
        "An artificial neuron. The inputs x1 and x2 arrive with weights w1 and w2, a constant 1 "
        "with the bias b. The neuron adds them to z, bends z to a = f(z), and sends one output a. "
        "The inputs stand for dendrites, the weights for synapses, the sum and the bend for the "
        "cell body, the output for the axon.",
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    axes.annotate(
        "", xy=end, xytext=start, arrowprops={"arrowstyle": "->", "color": INK, "lw": 1.4}
    )


# Gates in the plane -------------------------------------------------------------------------------


def gates() -> plots.Picture:
    """Draw the corners of AND, OR and XOR, with a line where one separates them."""
    figure, panels = plots.subplots(7.5, 3.5, columns=3, sharey=True)
    with plots.style():
        for axes, name in zip(panels, GATES, strict=True):
            x, y = datasets.gate(name)
            _plane(axes, name.upper(), ("x1", "x2" if name == "and" else ""))
            _points(axes, x, y)
            if name in LINES:
                _line(axes, np.array(LINES[name][:2]), LINES[name][2])
        figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return plots.Picture(
        figure,
        "The four corners of the square for three gates. AND: only (1, 1) wants 1, and a line cuts "
        "it off. OR: only (0, 0) wants 0, and a line cuts it off. XOR: (0, 1) and (1, 0), which "
        "want 1, lie across from each other, and so do the two that want 0; no line is drawn.",
    )


def _plane(axes: Axes, title: str, labels: tuple[str, str]) -> None:
    axes.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5), aspect="equal", xticks=[0, 1], yticks=[0, 1])
    axes.set(title=title, xlabel=labels[0], ylabel=labels[1])


def _points(axes: Axes, x: Any, y: Any) -> None:
    for wanted, look, color in ((1, "o", BLUE), (0, "s", ORANGE)):
        axes.plot(
            *x[y == wanted].T, look, color=color, ms=11, mec=INK, label=f"wants {wanted}",
            zorder=3,
        )  # fmt: skip


def _line(axes: Axes, w: FloatArray, b: float, **look: Any) -> None:
    """Draw where w1·x1 + w2·x2 + b = 0, for w2 ≠ 0."""
    axes.axline((0, -b / w[1]), slope=-w[0] / w[1], **{"color": INK, "lw": 1.8, **look})


# What a hidden layer does -------------------------------------------------------------------------


def hidden_layer(x: Any) -> FloatArray:
    """Return what the two hidden neurons of the XNOR network answer: (N, 2) in and out."""
    answers: FloatArray = (np.asarray(x) @ W1 + B1 > 0).astype(float)
    return answers


def hidden_space() -> plots.Picture:
    """Draw XNOR in the plane of the inputs and in the plane of its hidden neurons."""
    x, y = datasets.gate("xor")
    y = 1 - y
    h = hidden_layer(x)
    figure, (left, right) = plots.subplots(7.5, 3.6, columns=2)
    with plots.style():
        _plane(left, "what comes in", ("x1", "x2"))
        _points(left, x, y)
        for unit, dashes in ((0, "-"), (1, "--")):
            _line(left, W1[:, unit], B1[unit], linestyle=dashes, label=f"line of h{unit + 1}")
        _plane(right, "what the output neuron sees", ("h1", "h2"))
        _points(right, h, y)
        _line(right, W2, B2)
        for corner, place, words in ((0, (0.1, 1.1), "(0, 0)"), (3, (1.1, 0.1), "(1, 1)")):
            assert (h[corner] == np.round(place)).all()
            right.text(*place, words)
        right.text(-0.42, -0.3, "(0, 1) and (1, 0)")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return plots.Picture(
        figure,
        "XNOR in two planes. Left, the inputs: two parallel lines, one beside (0, 0), one beside "
        "(1, 1), with (0, 1) and (1, 0) between them. Right, the hidden neurons' answers: (0, 1) "
        "and (1, 0) have become the same point (0, 0), input (0, 0) has become (0, 1), input "
        "(1, 1) has become (1, 0), and one line separates what wants 1 from what wants 0.",
    )


# The loss -----------------------------------------------------------------------------------------


def log_loss() -> plots.Picture:
    """Draw the log-loss of one sample against the predicted probability, for both classes."""
    P = np.linspace(0.01, 0.99, 197)
    figure, axes = plots.subplots(6.5, 3.2)
    with plots.style():
        axes.plot(P, -np.log(P), color=BLUE, label="y = 1: −log P")
        axes.plot(
            P, -np.log(1 - P), color=ORANGE, linestyle=(0, (5, 2)),
            label="y = 0: −log(1 − P)",
        )  # fmt: skip
        axes.set(xlabel="predicted probability P of class 1", ylabel="loss", xlim=(0, 1))
        axes.set_ylim(0, 4.8)
        axes.legend()
    return plots.Picture(
        figure,
        "The log-loss of one sample for P from 0.01 to 0.99. For y = 1 it falls from "
        f"{plots.number(-np.log(0.01))} to {plots.number(-np.log(0.99))}; for y = 0 it rises the "
        f"same way. The curves cross at P = 0.5, where both are {plots.number(np.log(2))}.",
    )


# Features of a sound ------------------------------------------------------------------------------

RATE = 8000  # samples per second
WINDOW = 400  # samples in a piece of 0.05 s; 20 Hz between two rows of the spectrogram


def sound() -> tuple[FloatArray, FloatArray]:
    """Return two tones of 200 Hz and 600 Hz, half a second each: times in s and pressure."""
    t = np.arange(RATE) / RATE
    return t, np.sin(2 * np.pi * np.where(t < 0.5, 200, 600) * t)


def spectrum(pressure: FloatArray) -> FloatArray:
    """Return how strong each frequency is in each piece: (N,) in, (rows, pieces) out."""
    pieces = pressure.reshape(-1, WINDOW)
    strength: FloatArray = np.abs(np.fft.rfft(pieces, axis=1)).T * 2 / WINDOW
    return strength


def spectrogram() -> plots.Picture:
    """Draw a sound as a wave and as a spectrogram."""
    t, pressure = sound()
    strength = spectrum(pressure).round(3)
    figure, (left, right) = plots.subplots(7.5, 3.0, columns=2)
    with plots.style():
        near = (t > 0.475) & (t < 0.525)
        left.plot(t[near], pressure[near], lw=1.4)
        left.set(xlabel="time in s", ylabel="pressure", title="the wave around 0.5 s")
        # Only what sounds is drawn: a patch for each of a thousand silent cells is a megabyte.
        for row, piece in zip(*np.nonzero(strength > 0.05), strict=True):
            right.broken_barh(
                [(piece * WINDOW / RATE, WINDOW / RATE)], ((row - 0.5) * RATE / WINDOW,
                RATE / WINDOW), color=BLUE, alpha=min(1.0, strength[row, piece]),
            )  # fmt: skip
        right.set(xlabel="time in s", ylabel="frequency in Hz", title="the spectrogram")
        right.set(xlim=(0, 1), ylim=(0, 1000))
        right.grid(visible=False)
    return plots.Picture(
        figure,
        "A sound of two tones. Left, the wave: it gets faster at 0.5 s. Right, the spectrogram: "
        "time to the right, frequency upwards. One dark bar lies at 200 Hz until 0.5 s, another "
        "at 600 Hz from then on.",
    )


# History ------------------------------------------------------------------------------------------


def timeline() -> plots.Picture:
    """Draw ten steps of the history of neural networks along a line of years."""
    figure, axes = plots.subplots(7.5, 3.4)
    heights = (1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -2.0, 2.0, -3.0)
    with plots.style():
        axes.axhline(0, color=INK, lw=2)
        axes.fill_between([1969, 1986], -0.25, 0.25, color=ORANGE, alpha=0.4, lw=0)
        for (year, name), height in zip(HISTORY, heights, strict=True):
            axes.plot([year, year], [0, height], color=INK, lw=0.8)
            axes.plot([year], [0], "o", color=BLUE, ms=8)
            axes.text(
                year, height + 0.12 * np.sign(height), f"{year}\n{name}", fontsize=9,
                ha="center" if year < 2012 else "right",
                va="bottom" if height > 0 else "top",
            )  # fmt: skip
        axes.set(xlim=(1934, 2024), ylim=(-4.4, 3.6))
        axes.axis("off")
    steps = ", ".join(f"{year} {name}" for year, name in HISTORY)
    return plots.Picture(figure, f"A line of years with ten marks: {steps}.")
