"""What all widgets but the Playground share: a title, a question, a moving picture, controls.

A widget says which controls it has, draws its plot once, and moves the plot's artists whenever a
control changes. All else is here: the picture follows the values and is kept, those that the
student may want next are drawn in advance, an error is shown where the student looks.
"""

from __future__ import annotations

import functools
import html
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any, ClassVar

import ipywidgets

from tutor import plots
from tutor.drawing import image
from tutor.names import unknown
from tutor.widgets.controls import refuse_what_it_cannot_take
from tutor.widgets.later import Later
from tutor.widgets.live import LivePlot
from tutor.widgets.screen import Screen, themed
from tutor.widgets.shown import Shown, in_one_line, tidy_up_after_former

AHEAD_SECONDS = 0.012
"""How long the kernel draws pictures in advance before it listens again."""
FRAMES_KEPT = 200
"""How many pictures a widget keeps, so that none is drawn a second time when it's moved to."""


class Explorer(Shown, ipywidgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A plot that follows its controls.

    A subclass sets `title` and `question` and implements `_controls`, `_plot` and `_move`.

    Parameters
    ----------
    **start
        Values to start with, by the controls' names.

    Raises
    ------
    TypeError
        If there is no control of that name.
    ValueError
        If a control can't take the value.
    """

    invitation = "Run the cell to move this picture."
    # Controls after which the still part of the picture has to be drawn again.
    redraw_after: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, **start: Any) -> None:
        self._lock = threading.RLock()
        self._held = False
        self._drawn: dict[tuple[Any, ...], dict[str, Any]] = {}  # frames, by all values
        self._in_page: LivePlot | None = None  # whose still part is in the page
        self._places: deque[Sequence[float]] = deque()  # where pictures in advance are wanted
        self._later = Later(self._draw_ahead)
        self.inputs = dict(self._controls())
        self._start(start)
        self._tracks = {name: each for name, each in self.inputs.items() if hasattr(each, "step")}
        self.screen = Screen(sliders=[each.model_id for each in self._tracks.values()])
        self.screen.on_msg(self._on_message)
        heading = ipywidgets.HTML(
            f'<p class="fnn-title">{html.escape(self.title)}</p><p>{html.escape(self.question)}</p>'
        )
        controls = ipywidgets.Box(
            [*self.inputs.values(), *self._extras()],
            layout=ipywidgets.Layout(
                display="grid", grid_template_columns="repeat(auto-fit, minmax(300px, 1fr))"
            ),
        )
        controls.add_class("fnn-controls")
        super().__init__([heading, self.screen, controls])
        self.add_class("fnn-widget")
        self._refresh(redraw=True)
        for name, control in self.inputs.items():
            control.observe(functools.partial(self._on_change, name), names="value")
        tidy_up_after_former(self)

    # For subclasses -------------------------------------------------------------------------------

    def _controls(self) -> Mapping[str, ipywidgets.ValueWidget]:
        """Return the controls by name, each with its start value, in the order on screen."""
        raise NotImplementedError

    def _extras(self) -> list[ipywidgets.Widget]:
        """Return what else stands among the controls, such as buttons."""
        return []

    def _plot(self, now: Any) -> LivePlot:
        """Draw the picture once and keep the artists that move; `now.x` is the control `x`."""
        raise NotImplementedError

    def _move(self, now: Any) -> str:
        """Move the artists to where the values want them, and say what is seen.

        It is also called for values that the student may choose next, so it may not change
        controls, and must show the same for the same values.
        """
        raise NotImplementedError

    def _arrange(self, now: Any) -> None:
        """Show and hide controls as the values want it."""

    def _prepare(self, now: Any) -> bool:
        """Work for a few milliseconds towards a picture that may be wanted; True when it's ready.

        For pictures that take long to compute.
        """
        return True

    def _settled(self, now: Any) -> bool:
        """Whether the picture of these values is the same from now on, and can be kept."""
        return True

    # For everybody --------------------------------------------------------------------------------

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values by name."""
        return {name: control.value for name, control in self.inputs.items()}

    def set(self, **values: Any) -> None:
        """Set several controls at once, and draw once.

        Raises
        ------
        TypeError, ValueError
            As when the widget is made. Nothing has changed then.
        """
        redraw = bool(self.redraw_after.intersection(values))
        with self._hold():
            self._start(values)
        self._refresh(redraw)

    @property
    def alt(self) -> str:
        """The text alternative: what the picture shows now."""
        return self.screen.sentence

    def _picture(self) -> str:
        with self._lock:
            self._restore()
            svg = self._live.svg()
        return image(svg, self.alt, plots.width_of(self._live.figure))

    # Inside ---------------------------------------------------------------------------------------

    def _start(self, values: Mapping[str, Any]) -> None:
        """Give controls their values: all of them, or none when one can't be."""
        for name, value in values.items():
            if name not in self.inputs:
                raise TypeError(unknown(f"{type(self).__name__} control", name, self.inputs))
            refuse_what_it_cannot_take(name, self.inputs[name], value)
        for name, value in values.items():
            self.inputs[name].value = value

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Let controls change without drawing each time."""
        self._held = True
        try:
            yield
        finally:
            self._held = False

    def _on_change(self, name: str, change: Any) -> None:
        if not self._held:
            self._refresh(name in self.redraw_after)

    def _refresh(self, redraw: bool = False) -> None:
        """Draw, and show an error where the student looks: a callback's would be lost."""
        with self._lock:
            try:
                now = SimpleNamespace(**self.values)
                if redraw:
                    self._live = self._plot(now)
                    self._drawn.clear()
                self._arrange(now)
                frame = self._frame(self.values)
            except Exception as error:
                self.screen.problem = f"This picture couldn't be drawn: {in_one_line(error)}"
            else:
                with self.screen.hold_sync():
                    if self._live is not self._in_page:
                        self.screen.still = [themed(part) for part in self._live.still_parts]
                        self._in_page = self._live
                    self.screen.frame = frame
                    self.screen.problem = ""

    def _frame(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return what moves, for any values: `Screen.frame`."""
        key = tuple(values.values())
        if key in self._drawn:
            return self._drawn[key]
        now = SimpleNamespace(**values)
        sentence = self._move(now)
        frame = {
            "choices": [value for name, value in values.items() if name not in self._tracks],
            "values": [values[name] for name in self._tracks],
            "moving": [themed(part) for part in self._live.moving_parts()],
            "sentence": sentence,
        }
        if self._settled(now):
            self._drawn[key] = frame
            if len(self._drawn) > FRAMES_KEPT:
                del self._drawn[next(iter(self._drawn))]
        return frame

    def _on_message(self, _: Any, message: Any, buffers: Any) -> None:
        """Take a question of the page, which wants pictures before the student wants them.

        It asks with `ahead`, a list of the sliders' values.
        """
        with self._lock:
            self._places = deque(message.get("ahead", []))
            if self._later.possible:
                self._later.ask()
            else:
                while self._places:
                    self._draw_ahead()

    def _draw_ahead(self) -> None:
        """Send the frames that get drawn in a few milliseconds, then listen, and so on."""
        end = time.monotonic() + AHEAD_SECONDS
        frames: list[dict[str, Any]] = []
        with self._lock, plots.style():
            if self.comm is None:  # closed meanwhile
                self._places.clear()
            while self._places:
                frame = self._frame_ahead(self._places[0])
                if frame:
                    frames.append(frame)
                    self._places.popleft()
                if time.monotonic() >= end:
                    break
            if not self._places:
                self._restore()
            if frames:
                self.screen.send({"ahead": frames, "left": len(self._places)})
            if self._places:
                self._later.ask()

    def _restore(self) -> None:
        """Move the artists back to the present values; a picture in advance may have come last."""
        with suppress(Exception):  # the student has been told when it happened first
            self._move(SimpleNamespace(**self.values))

    def _frame_ahead(self, place: Sequence[float]) -> dict[str, Any] | None:
        """Return the frame for the sliders' values `place`; None if it takes longer.

        A frame that can't be drawn has no `moving`: the student who moves there is told why.
        """
        values = self.values
        for (name, control), value in zip(self._tracks.items(), place, strict=True):
            values[name] = type(control.value)(value)
        try:
            if not self._prepare(SimpleNamespace(**values)):
                return None
            return self._frame(values) | {"values": list(place)}
        except Exception:
            choices = self.screen.frame["choices"]
            return {"choices": choices, "values": list(place), "moving": None, "sentence": ""}
