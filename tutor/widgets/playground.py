"""The Playground in the notebook: `tutor.playground` does the arithmetic, this shows it.

The page asks and Python answers. While it plays, the page asks for a few frames at a time, and for
more before they are used up. For each, Python trains for some milliseconds and sends losses,
weights and small maps as bytes. Between two frames the kernel listens, so a cell of the student's
own gets its turn, and Pause drops what is left. A page that is closed asks no more.
"""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets
from numpy.typing import ArrayLike

from tutor import playground as arithmetic
from tutor.playground import Config, NetworkFunctions
from tutor.widgets import playground_answers as answers
from tutor.widgets import playground_picture
from tutor.widgets.assets import script, stylesheet
from tutor.widgets.later import Later
from tutor.widgets.shown import Shown, in_one_line, tidy_up_after_former

_PAGE = (
    "text.js", "kernel.js", "playground_tools.js", "playground_controls.js",
    "playground_frame.js", "playground_chart.js", "playground_map.js", "playground_inspector.js",
    "playground_network.js", "playground_data.js", "playground_extras.js", "playground.js",
)  # fmt: skip

EPOCHS = 12
SECONDS = 0.02
"""How far, and how long, Python trains for one frame at most.

More epochs would be no smoother, and would take the processor from the page.
"""
MOST_FRAMES = 8
"""For how many frames a page can ask at once."""

Message = Mapping[str, Any]


class Playground(Shown, anywidget.AnyWidget):  # type: ignore[misc]  # anywidget's bundle is a pair
    """A small network that learns before your eyes; every number in it can be changed.

    Parameters
    ----------
    config : tutor.playground.Config, optional
        What to start with; the original's defaults when left out.
    functions : tutor.playground.NetworkFunctions, optional
        Your forward and backward pass in place of ours.
    own_data : tuple of array_like, optional
        `(x, y)` with x of shape (N, 2) and y (N,), −1 or 1 (regression: from −1 to 1), in place of
        the data sets.
    **changes
        Fields of `Config` that differ from `config`, such as `dataset="spiral"`.

    Raises
    ------
    ValueError
        When a value isn't one that a control allows.

    Examples
    --------
    >>> widget = Playground(dataset="xor", hidden_layers=(3,))
    >>> widget.config.sizes
    (2, 3, 1)
    """

    title = "Playground"
    question = "How small a network, and how few epochs, does it take to tell blue from orange?"
    invitation = "Run the cell to let it learn."

    _esm = script(*_PAGE)
    _css = stylesheet("playground.css")
    choices = traitlets.Dict().tag(sync=True)
    feature_maps = traitlets.Bytes().tag(sync=True)
    samples = traitlets.Bytes().tag(sync=True)

    def __init__(
        self,
        config: Config | None = None,
        *,
        functions: NetworkFunctions | None = None,
        own_data: tuple[ArrayLike, ArrayLike] | None = None,
        **changes: Any,
    ) -> None:
        if own_data is not None:
            changes["own_data"] = arithmetic.own_points(*own_data)
        self._playground = arithmetic.Playground(config, functions=functions, **changes)
        self._own = self.config.own_data
        self._has_functions = functions is not None
        self._lock = threading.RLock()
        self._wanted: deque[dict[str, Any]] = deque()  # questions for a frame, one for each
        self._later = Later(self._train_next)
        super().__init__(
            choices={"title": self.title, "question": self.question, **answers.choices()},
            feature_maps=answers.feature_maps(),
            samples=answers.samples(),
        )
        self.on_msg(self._on_message)
        tidy_up_after_former(self)

    # For everybody --------------------------------------------------------------------------------

    @property
    def playground(self) -> arithmetic.Playground:
        """The network in training. After a change from outside, call `refresh`."""
        return self._playground

    @property
    def config(self) -> Config:
        """What is on screen, to start an experiment from."""
        return self._playground.config

    def set(self, **changes: Any) -> bool:
        """Change controls, as `tutor.playground.Playground.set` does, and show it.

        Returns
        -------
        bool
            Whether a new network was started.

        Raises
        ------
        ValueError
            When a control doesn't exist or doesn't allow a value. Nothing has changed then.
        """
        with self._lock:
            rebuilt = self._playground.set(**changes)
            self._own = self.config.own_data or self._own
        self.refresh()
        return rebuilt

    def refresh(self) -> None:
        """Show the present state, after `playground` was changed from outside."""
        with self._lock:
            self._reply({}, look=None, with_state=True)

    @property
    def alt(self) -> str:
        """The text alternative: what is on screen now."""
        return playground_picture.sentence(self._playground)

    def _picture(self) -> str:
        return playground_picture.draw(self._playground).html()

    # Questions from the page ----------------------------------------------------------------------

    def _on_message(self, _: Any, message: Any, buffers: Any) -> None:
        """Answer a question, at once or, when it's for frames, one after the other."""
        with self._lock:
            if not isinstance(message, Mapping):
                message = {"unreadable": message}
            for waiting in self._wanted:
                if waiting.get("view") == message.get("view"):
                    waiting["look"] = message.get("look")  # the mouse has moved on
            if message.get("do") == "train" and self._later.possible:
                self._want(dict(message))
            else:
                self._answer(message)

    def _want(self, message: dict[str, Any]) -> None:
        frames = message.get("frames")
        count = frames if isinstance(frames, int) else 1
        self._wanted.extend([message] * min(count, MOST_FRAMES))
        self._later.ask()

    def _train_next(self) -> None:
        """Send the frame that was asked for first."""
        with self._lock:
            if self.comm is None:  # closed meanwhile
                self._wanted.clear()
            if self._wanted:
                self._answer(self._wanted.popleft())
            if self._wanted:
                self._later.ask()

    def _answer(self, message: Message) -> None:
        """Do what a message asks; an error is an answer too, because a callback's would be lost."""
        try:
            name = message.get("do")
            if name not in _ACTIONS:
                raise ValueError(f"the page asked for something unknown: {message!r:.200}")
            answer = _ACTIONS[name](self, message) or {}
            if name == "pause":  # the page has been sent where it stands
                self.send(_sender(message))
                return
            with_state = name not in _WITHOUT_STATE
            self._reply(answer | _sender(message), message.get("look"), with_state)
        except Exception as error:
            answer = {"problem": in_one_line(error), "state": self._state()}
            self.send(answer | _sender(message), [answers.points(self._playground)])

    def _hello(self, message: Message) -> None:
        """Answer with everything: a page has just been opened."""

    def _look(self, message: Message) -> None:
        """Answer with the map of the unit that the page looks at."""

    def _train(self, message: Message) -> dict[str, Any]:
        reason = self._playground.run(epochs=EPOCHS, seconds=SECONDS)
        return {} if reason in ("epochs", "seconds") else {"stopped": self._why(reason)}

    def _why(self, reason: str) -> str:
        """Say in words why training stopped."""
        return {
            "target": f"Target reached: {self.config.target}.",
            "epoch limit": f"Stopped at the limit of {self.config.epoch_limit} epochs.",
            "not a number": "The loss is no longer a number.",
        }[reason]

    def _pause(self, message: Message) -> None:
        """Forget the frames that the page has asked for and not got."""
        view = message.get("view")
        self._wanted = deque(each for each in self._wanted if each.get("view") != view)

    def _step(self, message: Message) -> None:
        self._playground.step()

    def _reset(self, message: Message) -> None:
        self._playground.reset()

    def _rewind(self, message: Message) -> None:
        self._playground.rewind()

    def _regenerate(self, message: Message) -> None:
        self._playground.regenerate()

    def _set(self, message: Message) -> dict[str, Any]:
        changes = message.get("changes")
        if not isinstance(changes, Mapping) or not all(isinstance(name, str) for name in changes):
            raise ValueError(f"expected changes by name, got {changes!r:.200}")
        changes = dict(changes)
        if changes.pop("use_own_data", False):
            changes["own_data"] = self._own
        target = self.config.target
        if changes.get("problem") == "regression" and target is not None and target.is_accuracy:
            changes["target"] = None  # regression has no accuracy to stop at
        return {"rebuilt": self._playground.set(**changes)}

    def _set_weight(self, message: Message) -> None:
        layer, source, neuron = (_whole(message, name) for name in ("layer", "source", "neuron"))
        self._playground.set_weight(layer, source, neuron, _number(message))

    def _set_bias(self, message: Message) -> None:
        layer, neuron = (_whole(message, name) for name in ("layer", "neuron"))
        self._playground.set_bias(layer, neuron, _number(message))

    def _open_link(self, message: Message) -> dict[str, Any]:
        config = arithmetic.from_hash(message.get("link"))  # type: ignore[arg-type]  # it checks
        fields = {field.name: getattr(config, field.name) for field in dataclasses.fields(config)}
        return {"rebuilt": self._playground.set(**fields)}

    def _export(self, message: Message) -> dict[str, Any]:
        return {"csv": self._playground.to_csv()}

    # Answers --------------------------------------------------------------------------------------

    def _reply(self, answer: dict[str, Any], look: Any, with_state: bool) -> None:
        frame, buffers = answers.frame(self._playground, look)
        answer["frame"] = frame
        if with_state:
            answer["state"] = self._state()
            buffers.append(answers.points(self._playground))
        self.send(answer, buffers)

    def _state(self) -> dict[str, Any]:
        own = self._own is not None
        return answers.state(self._playground, has_own=own, has_functions=self._has_functions)


_ACTIONS: dict[str, Callable[[Playground, Message], dict[str, Any] | None]] = {
    "hello": Playground._hello,
    "look": Playground._look,
    "train": Playground._train,
    "pause": Playground._pause,
    "step": Playground._step,
    "reset": Playground._reset,
    "rewind": Playground._rewind,
    "regenerate": Playground._regenerate,
    "set": Playground._set,
    "weight": Playground._set_weight,
    "bias": Playground._set_bias,
    "link": Playground._open_link,
    "export": Playground._export,
}
"""What the page may ask for."""
# After these the controls are where they were.
_WITHOUT_STATE = {"look", "train", "step", "reset", "rewind", "weight", "bias", "export"}


def _sender(message: Message) -> dict[str, Any]:
    """Return which view asked and what, for it to recognise its answer."""
    return {"view": message.get("view"), "did": message.get("do")}


def _whole(message: Message, name: str) -> int:
    value = message.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name}: expected a whole number, got {value!r}")
    return value


def _number(message: Message) -> float:
    value = message.get("value")
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"value: expected a number, got {value!r}")
    return float(value)
