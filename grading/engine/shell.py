"""The shell that runs a student's cells: IPython's own, with its outputs kept in a list.

It is made once, in the warm process, and forked with it. Compared with a kernel there is no
history file, no input, no event loop of its own, and figures are drawn only on request.
"""

from __future__ import annotations

import ast
import builtins
import io
import linecache
import re
import sys
import traceback
from types import CodeType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type

Output = dict[str, Any]

# A statement that no expression can hold, on a line of its own.
_IN_BLOCK = re.compile(r"[ \t]+(return|raise|pass|break|continue)\b")

MAX_OUTPUTS = 200
MAX_BUNDLE = 4 * 1024 * 1024
MAX_FRAMES = 30
MAX_TEXT = 20_000


class StdinNotImplementedError(RuntimeError):
    """`input` was called where nobody can answer."""


class Recorder:
    """The outputs of one cell, as notebooks store them, and no more than fits.

    Attributes
    ----------
    outputs : list of dict
        In nbformat's form.
    open : bool
        Whether anything is recorded at all. While tests call the student's functions it is not.
    draw : bool
        Whether figures are drawn or only named.
    """

    def __init__(self, max_bytes: int = 1024 * 1024) -> None:
        self.max_bytes = max_bytes
        self.outputs: list[Output] = []
        self.room = max_bytes
        self.open = False
        self.draw = False

    def begin(self, draw: bool) -> None:
        """Start on a new cell."""
        self.outputs, self.room, self.open, self.draw = [], self.max_bytes, True, draw

    def end(self) -> list[Output]:
        """Stop recording and give what was recorded."""
        self.open = False
        return self.outputs

    def write(self, stream: str, text: str) -> None:
        """Record text of a stream; cut it where the room ends."""
        if not self.open or not text or self.room <= 0:
            return
        if len(text) > self.room:
            text = text[: self.room] + "\n... Output truncated ...\n"
        self.room -= len(text)
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == stream:
            last["parts"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": stream, "parts": [text]})

    def add(self, output: Output) -> None:
        """Record a picture, a result or an error."""
        if self.open and len(self.outputs) < MAX_OUTPUTS:
            self.outputs.append(output)

    def bundle(self, kind: str, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Record a mime bundle, without the parts that are too large."""
        kept = {str(mime): part for mime, part in data.items() if _size(part) <= MAX_BUNDLE}
        self.add({"output_type": kind, "data": kept, "metadata": dict(metadata or {})})


def _size(part: object) -> int:
    return len(part) if isinstance(part, (str, bytes)) else len(repr(part))


class Stream(io.TextIOBase):
    """What `sys.stdout` and `sys.stderr` are while a cell runs."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self._recorder = recorder
        self._name = name

    encoding = "utf-8"

    def writable(self) -> bool:
        """Say that one can write."""
        return True

    def write(self, text: str) -> int:
        """Record `text`."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.write(self._name, text)
        return len(text)


class RecordingHook(DisplayHook):
    """Records the value of a cell's last expression."""

    shell: Any
    silent = False

    def quiet(self) -> bool:
        """Whether a semicolon behind the last expression keeps it from being shown."""
        return self.silent

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Record the value's representations."""
        self.shell.recorder.bundle("execute_result", format_dict, md_dict or {})

    def finish_displayhook(self) -> None:
        """Write nothing behind it."""

    def log_output(self, format_dict: Any) -> None:
        """Keep no history."""


class RecordingPublisher(DisplayPublisher):
    """Records what `display` shows."""

    shell: Any

    def publish(self, data: Any, metadata: Any = None, source: Any = None, **others: Any) -> None:
        """Record a mime bundle."""
        self.shell.recorder.bundle("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        """Drop what the cell has put out so far."""
        if self.shell.recorder.open:
            self.shell.recorder.outputs.clear()


class FrugalFormatter(DisplayFormatter):
    """Names a figure in place of drawing it, unless somebody will look at it."""

    parent: Any

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        """Give the representations of an object."""
        figure = obj.figure if _is_a("tutor.plots.picture", "Picture", obj) else obj
        if _is_a("matplotlib.figure", "Figure", figure):
            text = getattr(obj, "alt", None)
            bundle = {"text/plain": text if isinstance(text, str) else repr(obj)}
            if self.parent.recorder.draw:
                bundle["image/png"] = _png(figure)
            return bundle, {}
        formatted: Any = super().format
        return formatted(obj, include=include, exclude=exclude)


def _is_a(module: str, name: str, value: object) -> bool:
    """Say whether something is of a class that may never have been imported."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name))


def _png(figure: Any) -> str:
    from base64 import b64encode

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=72)
    return b64encode(buffer.getvalue()).decode("ascii")


class StudentShell(InteractiveShell):
    """IPython's shell with recorded outputs.

    Attributes
    ----------
    recorder : Recorder
        Takes everything that a cell puts out.
    futures : bool
        Whether a cell has imported something from `__future__`.
    """

    futures = False
    displayhook_class = Type(RecordingHook)
    display_pub_class = Type(RecordingPublisher)

    def __init__(self, **options: Any) -> None:
        self.recorder = Recorder()
        manager: Any = HistoryManager
        manager.enabled = False
        super().__init__(**options)  # type: ignore[no-untyped-call]
        # What a traceback shows is ours to format; see `showtraceback`.
        self.colors = "nocolor"
        self.db: dict[str, Any] = {}  # `%cd` writes to it; otherwise it is in the home directory
        self._quiet_magics()

    def init_display_formatter(self) -> None:
        """Use the formatter that names figures."""
        formatter: Any = FrugalFormatter(parent=self)
        self.display_formatter = formatter
        self.configurables.append(formatter)

    def init_io(self) -> None:
        """Leave the terminal alone."""

    def init_sys_modules(self) -> None:
        """Make the student's namespace the module `__main__`."""
        super().init_sys_modules()  # type: ignore[no-untyped-call]
        sys.modules["__main__"] = self.user_module

    def _quiet_magics(self) -> None:
        """Accept magics that choose how figures look or watch files: nothing here needs them."""
        magics = self.magics_manager.magics
        for name in ("matplotlib", "config", "load_ext", "reload_ext", "autoreload", "store"):
            magics["line"][name] = lambda line="": None
        # These would wait for ever for a program that can't start.
        for name in ("script", *self.magics_manager.registry["ScriptMagics"].script_magics):
            magics["cell"][name] = lambda line, cell: self.system(cell)

    def enable_gui(self, gui: Any = None) -> None:
        """Start no event loop."""

    def ask_exit(self) -> None:
        """Go on: there is nobody to leave."""

    def system(self, cmd: str) -> None:
        """Refuse, as the cage does."""
        raise PermissionError("shell commands are not available while notebooks are graded")

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        """Refuse, as the cage does."""
        self.system(cmd)

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Record the exception being handled, in brief."""
        error = sys.exc_info()[1]
        if error is not None:
            self.recorder.add(error_output(error))

    def showsyntaxerror(self, *arguments: Any, **options: Any) -> None:
        """Record the syntax error being handled."""
        self.showtraceback()

    def show_usage_error(self, exc: BaseException) -> None:
        """Record the wrong use of a magic."""
        print(f"UsageError: {exc}", file=sys.stderr)

    def run(self, source: str, draw: bool) -> tuple[list[Output], BaseException | None]:
        """Run one cell.

        Returns
        -------
        tuple
            Its outputs, and the exception that ended it, if any.
        """
        self.recorder.begin(draw)
        self.open_streams()
        plain = self._compiled(source)
        if plain is None:
            run_cell: Any = self.run_cell
            result = run_cell(source, store_history=False, cell_id=f"cell-{self.execution_count}")
            error = result.error_before_exec or result.error_in_exec
        else:
            error = self._run_plain(*plain, source)
        self._flush_figures()
        self.execution_count += 1
        return self.recorder.end(), error

    def _compiled(self, source: str) -> tuple[CodeType, CodeType | None] | None:
        """Compile a cell that is Python as it stands; None for one that IPython has to look at.

        Whatever IPython means otherwise (magics, shell commands, `?`, `await` outside functions)
        is no Python. Going round its transformers, tokenizers and event loop takes a tenth of the
        time.

        Returns
        -------
        tuple or None
            The statements, and the last one alone if it is an expression.
        """
        self.futures = self.futures or "__future__" in source  # they hold for all later cells
        transformers = self.ast_transformers or self.input_transformers_post
        if self.futures or transformers or self.ast_node_interactivity != "last_expr":
            return None
        filename = f"<cell {self.execution_count}>"
        try:
            tree, last = None, None
            if not _ends_in_block(source):
                tree = ast.parse(source, filename)
                last = tree.body.pop() if _shows(tree) else None
            # Without this module's own imports from `__future__`.
            body = compile(tree or source, filename, "exec", dont_inherit=True)
            line = ast.Interactive([last]) if last else None
            shown = compile(line, filename, "single", dont_inherit=True) if line else None
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return None
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        return body, shown

    def _run_plain(
        self, body: CodeType, shown: CodeType | None, source: str
    ) -> BaseException | None:
        """Run what was compiled, show the value of a last expression; give what ended it."""
        try:
            with self.builtin_trap, self.display_trap:
                exec(body, self.user_global_ns, self.user_ns)
                if shown is not None:
                    hook: Any = self.displayhook
                    hook.silent = self._ends_in_semicolon(source)
                    exec(shown, self.user_global_ns, self.user_ns)
        except BaseException as error:
            self.showtraceback()
            return error
        return None

    def _ends_in_semicolon(self, source: str) -> bool:
        """Whether a semicolon keeps the last value from being shown."""
        if ";" not in source:
            return False
        hook: Any = self.displayhook
        return bool(hook.semicolon_at_end_of_expression(source))

    def open_streams(self) -> None:
        """Let `print` and `input` lead here. They stay: nothing may reach the real descriptors."""
        sys.stdout, sys.stderr = Stream(self.recorder, "stdout"), Stream(self.recorder, "stderr")
        builtins.input = _no_input

    def _flush_figures(self) -> None:
        helpers = sys.modules.get("matplotlib._pylab_helpers")
        if helpers is None or not helpers.Gcf.figs:
            return
        for manager in helpers.Gcf.get_all_fig_managers():
            formatter: Any = self.display_formatter
            data, metadata = formatter.format(manager.canvas.figure)
            self.recorder.bundle("display_data", data, metadata)
        helpers.Gcf.destroy_all()


def _shows(tree: ast.Module) -> bool:
    """Whether the last statement is an expression, whose value is shown."""
    return bool(tree.body) and isinstance(tree.body[-1], ast.Expr)


def _ends_in_block(source: str) -> bool:
    """Whether the last line is surely inside a function or another block, as most answers' is.

    Such a cell shows no value. To compile it at once takes half the time of making a tree first.
    """
    for line in reversed(source.replace("\r", "\n").split("\n")):  # where Python ends its lines
        if "'" in line or '"' in line:  # perhaps the end of a text of several lines
            return False
        text = line.strip()
        if text and not text.startswith("#"):
            return _IN_BLOCK.match(line) is not None
    return False


def _no_input(prompt: object = "") -> str:
    raise StdinNotImplementedError("input() has no answer while notebooks are graded")


def error_output(error: BaseException) -> Output:
    """Describe an exception as notebooks store it, with the frames of cells only."""
    name = type(error).__name__
    try:
        text = str(error)[:MAX_TEXT]
    except BaseException as second:
        text = f"(its text raised {type(second).__name__})"
    return {
        "output_type": "error",
        "ename": name,
        "evalue": text,
        "traceback": [*_frames(error), f"{name}: {text}"],
    }


def _frames(error: BaseException) -> list[str]:
    """List the frames of an exception from the first one in a cell on, without the engine's."""
    if isinstance(error, SyntaxError):
        lines = traceback.format_exception_only(type(error), error)[:-1]
        return [line.rstrip("\n")[:2000] for line in lines]
    frames = list(traceback.walk_tb(error.__traceback__))
    start = next(
        (i for i, (f, _) in enumerate(frames) if _in_cell(f.f_code.co_filename)), len(frames)
    )
    frames = [pair for pair in frames[start:] if not _is_ours(pair[0].f_code.co_filename)]
    if len(frames) > MAX_FRAMES:
        frames = [*frames[: MAX_FRAMES // 2], *frames[-MAX_FRAMES // 2 :]]
    shown = []
    for frame, number in frames:
        code = frame.f_code
        line = linecache.getline(code.co_filename, number).strip()[:300]
        place = "the cell" if _in_cell(code.co_filename) else code.co_filename.rpartition("/")[2]
        shown.append(f"  {place}, line {number}, in {code.co_name}\n    {line}")
    return shown


_HERE = __file__.rpartition("/")[0] + "/"


def _is_ours(filename: str) -> bool:
    return filename.startswith(_HERE)


def _in_cell(filename: str) -> bool:
    return "ipykernel" in filename or filename.startswith(("<ipython-input", "<cell"))


def finished(outputs: list[Output]) -> list[Output]:
    """Join the parts of stream outputs."""
    for output in outputs:
        if "parts" in output:
            output["text"] = "".join(output.pop("parts"))
    return outputs
