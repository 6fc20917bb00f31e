"""The controls of a widget, each with a visible label that is also its name for a screen reader."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import ipywidgets
import traitlets

from tutor.names import unknown

_ROUNDED = 1e-9  # by how much a computed value may miss a slider's end

# Without `echo_update=False` the kernel sends each value back to the page that it came from: a
# fourth message for each move, on which the next one waits.


class _Slider(ipywidgets.FloatSlider):  # type: ignore[misc]  # ipywidgets has no types
    value = traitlets.CFloat(0.0).tag(sync=True, echo_update=False)


class _LogSlider(ipywidgets.FloatLogSlider):  # type: ignore[misc]
    value = traitlets.CFloat(1.0).tag(sync=True, echo_update=False)


class _Counter(ipywidgets.IntSlider):  # type: ignore[misc]
    value = traitlets.CInt(0).tag(sync=True, echo_update=False)


def slider(
    label: str, value: float, low: float, high: float, step: float, digits: int = 1
) -> ipywidgets.FloatSlider:
    """Make a slider with a visible label, which is also its name for a screen reader."""
    return _Slider(
        value, min=low, max=high, step=step, description=label,
        readout_format=f".{digits}f", **_looks(),
    )  # fmt: skip


def log_slider(label: str, value: float, low: float, high: float) -> ipywidgets.FloatLogSlider:
    """Make a slider over powers of ten; `low` and `high` are exponents, 20 steps a decade."""
    return _LogSlider(
        value, min=low, max=high, step=0.05, description=label, readout_format=".3g", **_looks()
    )


def counter(label: str, value: int, low: int, high: int) -> ipywidgets.IntSlider:
    """Make a slider over whole numbers."""
    return _Counter(value, min=low, max=high, description=label, **_looks())


def dropdown(label: str, value: str, options: Mapping[str, str]) -> ipywidgets.Dropdown:
    """Make a list to choose from; `options` maps what is shown to the value."""
    return ipywidgets.Dropdown(
        value=value, options=list(options.items()), description=label, **_looks()
    )


def refuse_what_it_cannot_take(name: str, control: ipywidgets.ValueWidget, value: Any) -> None:
    """Raise an error for what isn't among a list's choices or between a slider's ends.

    A slider itself would silently move such a value to the nearest end, and cut off a fraction.

    Parameters
    ----------
    name
        What the widget calls the control.
    control
        One that a function of this module has made.
    value
        That it is to take.

    Raises
    ------
    ValueError
        When it can't; says what it takes.
    """
    if isinstance(control, ipywidgets.Dropdown):
        known = [choice for _, choice in control.options]
        if value not in known:
            raise ValueError(unknown(name, value, known))
        return
    low, high = control.min, control.max
    if isinstance(control, _LogSlider):  # whose ends are exponents
        low, high = control.base**low, control.base**high
    if not isinstance(value, Real):
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}, not {value!r}")
    if not low - _ROUNDED <= value <= high + _ROUNDED:
        raise ValueError(f"{name} must be from {low:g} to {high:g}, not {value!r}")
    if isinstance(control, _Counter) and not float(value).is_integer():
        raise ValueError(f"{name} must be a whole number, not {value!r}")


def _looks() -> dict[str, Any]:
    return {
        "style": {"description_width": "8em"},
        "layout": ipywidgets.Layout(width="auto"),
    }
