"""An activation function, its derivative, and the tangent at a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets
import numpy as np

from tutor import activations, plots
from tutor.colours import BLUE, INK, ORANGE
from tutor.widgets.controls import dropdown, slider
from tutor.widgets.explorer import Explorer
from tutor.widgets.live import LivePlot

_X = np.linspace(-6.0, 6.0, 481)
# Which activation has which parameter, and from where to where it makes sense to look.
_PARAMETERS = {
    "slope": ("leaky_relu", 0.0, 1.0, 0.01),
    "prelu_alpha": ("prelu", -1.0, 1.0, 0.01),
    "elu_alpha": ("elu", 0.1, 3.0, 0.1),
    "beta": ("swish", 0.1, 5.0, 0.1),
    "temperature": ("softmax", 0.1, 5.0, 0.1),
    **dict.fromkeys(plots.PIECES, ("maxout", -2.0, 2.0, 0.1)),
}


def _parameter(name: str) -> str:
    """Return what the activation itself calls the parameter of a control."""
    return name.rsplit("_", 1)[-1]


class ActivationExplorer(Explorer):
    """All twelve activation functions: value, derivative and tangent at any x.

    Parameters
    ----------
    **start
        `activation` (a name, "sigmoid" by default), `x` (from −6 to 6), and the parameters:
        `slope` (leaky ReLU), `prelu_alpha`, `elu_alpha`, `beta` (Swish), `temperature` (softmax),
        `w1`, `b1`, `w2`, `b2` (maxout's two pieces).
    """

    title = "An activation function and its slope"
    question = "Where is the slope largest, and where is there no slope left to learn from?"
    redraw_after = frozenset({"activation"})

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        names = {row.label: name for name, row in activations.ACTIVATIONS.items()}
        inputs: dict[str, ipywidgets.ValueWidget] = {
            "activation": dropdown("Activation", "sigmoid", names),
            "x": slider("x", 1.5, -6.0, 6.0, 0.1),
        }
        for name, (owner, low, high, step) in _PARAMETERS.items():
            default = {**activations.get(owner).parameters, **plots.PIECES}[_parameter(name)]
            inputs[name] = slider(_parameter(name), default, low, high, step, digits=2)
        return inputs

    def _plot(self, now: Any) -> LivePlot:
        self._chosen = activations.get(now.activation)
        self._own = [n for n, (owner, *_) in _PARAMETERS.items() if owner == self._chosen.name]
        figure, axes = plots.subplots(7.5, 3.5)
        with plots.style():
            plots.cross(axes)
            (self._here,) = axes.plot([0, 0], [0, 0], color=INK, lw=1, ls=(0, (2, 2)))
            (self._tangent,) = axes.plot([], [], color=INK, lw=1.4, label="tangent")
            (self._function,) = axes.plot(_X, 0 * _X, color=BLUE, label="function")
            (self._slope,) = axes.plot(_X, 0 * _X, color=ORANGE, ls=(0, (5, 2)), label="derivative")
            (self._value_dot,) = axes.plot([0], [0], "o", color=BLUE, ms=10)
            (self._slope_dot,) = axes.plot([0], [0], "s", color=ORANGE, ms=8.5)
            axes.set(xlabel="x", xlim=(-6, 6), ylim=self._limits())
            handles = [self._function, self._slope, self._tangent]
            figure.legend(handles=handles, loc="outside upper center", ncols=3)
        return LivePlot(
            figure,
            [
                self._here, self._tangent, self._function, self._slope,
                self._value_dot, self._slope_dot,
            ],
        )  # fmt: skip

    def _arrange(self, now: Any) -> None:
        for name in _PARAMETERS:
            self.inputs[name].layout.display = None if name in self._own else "none"

    def _limits(self) -> tuple[float, float]:
        """Return limits that hold the curves for all values of the parameters, within reason."""
        curves = [plots.curve(self._chosen, _X)]
        for name in self._own:
            _, low, high, _ = _PARAMETERS[name]
            curves += [plots.curve(self._chosen, _X, **{_parameter(name): v}) for v in (low, high)]
        low, high = plots.limits(*curves)
        return max(low, -6.5), min(high, 6.5)

    def _move(self, now: Any) -> str:
        x = now.x
        own = {_parameter(name): getattr(now, name) for name in self._own}
        function, slope = plots.curve(self._chosen, _X, **own)
        self._function.set_ydata(plots.broken(function))
        self._slope.set_ydata(plots.broken(slope))
        (value,), (rise,) = plots.curve(self._chosen, [x], **own)
        self._here.set_data([x, x], [value, rise])
        reach = np.array([x - 2.0, x + 2.0])
        self._tangent.set_data(reach, value + rise * (reach - x))
        self._value_dot.set_data([x], [value])
        self._slope_dot.set_data([x], [rise])
        label = self._chosen.label
        settings = ", ".join(f"{name} = {plots.number(v)}" for name, v in own.items())
        return (
            f"{label}{f' with {settings}' if settings else ''}: at x = {plots.number(x)} the value "
            f"is {plots.number(value)} and the slope {plots.number(rise)}. {self._facts()}"
        )

    def _facts(self) -> str:
        chosen = self._chosen
        saturation = {
            "no": "never saturates", "both": "saturates on both sides",
            "left": "saturates on the left", "right": "saturates on the right",
        }  # fmt: skip
        return f"It takes values in {chosen.range} and {saturation[chosen.saturates]}."
