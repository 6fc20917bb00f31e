"""How long from a key press on a slider to the pixels, in a real JupyterLab.

Run by hand: `python tests/benchmarks/widget_latency.py [--nodelay] [--round-trip] [--widgets …]`.

For each widget, and for `interact` with `plt.show()` in the same run: 40 real key presses, each
timed in the page from the key to the frame after the change, and a drag of 3 seconds, in which
frames with a new picture are counted. A frame counts as blank when the picture isn't there.
The drag's mouse is moved by the page, once a frame: moves sent from outside arrive too seldom
to ask much of it.

A slider with few positions can't show many pictures: the drag goes to and fro so fast that at least
30 positions a second pass by, and "shown" is the share of the positions passed that were drawn.

What the key presses cost: processor time of the kernel, time of the page in scripts (JupyterLab's
own among them), styles and layout, and what the kernel sent to the page. Pictures in advance are
part of it. With --round-trip there are none, so that every picture comes from the kernel after the
key.
"""

import argparse
import base64
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import psutil
from lab import Lab, browser_page, server

from tutor import widgets

PRESSES = 40
DRAG_SECONDS = 3.0
SWEEP_SECONDS = 1.5
POSITIONS_A_SECOND = 30
RIVAL_NAME = "interact + plt.show()"

RIVAL = """
import ipywidgets, numpy as np, matplotlib.pyplot as plt
from tutor import activations
span = np.linspace(-6, 6, 481)
def draw(x=0.0):
    fig, axes = plt.subplots(figsize=(7.5, 3.5))
    value, slope = activations.sigmoid(x), activations.sigmoid_derivative(x)
    axes.plot(span, activations.sigmoid(span))
    axes.plot(span, activations.sigmoid_derivative(span))
    axes.plot([x - 2, x + 2], [value - 2 * slope, value + 2 * slope])
    axes.plot([x], [value], "o")
    plt.show()
ipywidgets.interact(draw, x=ipywidgets.FloatSlider(min=-6, max=6, step=0.1));
"""

# Runs in the page. Notes when a key goes down, and the first frame after the picture has changed;
# counts the positions that the slider passes.
WATCH = """([output, pictures, handle]) => {
    const seen = window.seen = {times: [], changed: false, changes: 0, blank: 0, positions: 0};
    let pressed = null;
    output.addEventListener('keydown', () => { pressed = performance.now() }, true);
    let waiting = false;
    const changed = () => {
        seen.changed = true;
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { const message = new MessageChannel();
            message.port1.onmessage = () => {
                waiting = false;
                const shown = [...output.querySelectorAll(pictures)].some(e =>
                    e.getBoundingClientRect().height > 50);
                if (!shown) { seen.blank += 1; return }
                if (pressed !== null) seen.times.push(performance.now() - pressed);
                pressed = null;
            };
            message.port2.postMessage(null) });
    };
    const isPicture = node => node.nodeType === 1
        && (node.matches(pictures) || node.querySelector(pictures));
    new MutationObserver(records => {
        if (records.some(r => r.target.closest?.(pictures)
            || [...r.addedNodes, ...r.removedNodes].some(isPicture))) changed();
    }).observe(output, {childList: true, subtree: true});
    new MutationObserver(() => { seen.positions += 1 })
        .observe(handle, {attributes: true, attributeFilter: ['aria-valuenow']});
}"""

# Runs in the page: moves the mouse with the button held down, once before each frame.
DRAG = """([base, handle, milliseconds, sweep]) => new Promise(resolve => {
    const track = base.getBoundingClientRect(), knob = handle.getBoundingClientRect();
    const clientY = knob.top + knob.height / 2;
    const mouse = (target, name, clientX, buttons) => target.dispatchEvent(new MouseEvent(
        name, {clientX, clientY, buttons, bubbles: true, cancelable: true, view: window}));
    mouse(handle, 'mousedown', knob.left + knob.width / 2, 1);
    mouse(document.documentElement, 'mousemove', track.left, 1);
    Object.assign(seen, {changed: false, changes: 0, positions: 0});
    const start = performance.now();
    const move = () => {
        seen.changes += seen.changed; // in the frame before, or since
        seen.changed = false;
        const passed = performance.now() - start;
        if (passed >= milliseconds) {
            mouse(document.documentElement, 'mouseup', track.left, 0);
            resolve({changes: seen.changes, positions: seen.positions});
            return;
        }
        const phase = 1 - Math.abs((passed / sweep) % 2 - 1);
        mouse(document.documentElement, 'mousemove', track.left + phase * track.width, 1);
        requestAnimationFrame(move);
    };
    move();
})"""


class Costs:
    """What the parts have used so far: kernel, page, and the connection between them."""

    def __init__(self, lab: Lab) -> None:
        self.session = lab.page.context.new_cdp_session(lab.page)
        self.session.send("Performance.enable")
        self.session.send("Network.enable")
        self.received = 0
        self.session.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        data = event["response"]["payloadData"]
        binary = event["response"]["opcode"] == 2
        self.received += len(base64.b64decode(data)) if binary else len(data)

    def now(self) -> dict[str, float]:
        """Return milliseconds of kernel and page, and kilobytes received."""
        metrics = self.session.send("Performance.getMetrics")["metrics"]
        wanted = {"ScriptDuration", "LayoutDuration", "RecalcStyleDuration"}
        page = sum(each["value"] for each in metrics if each["name"] in wanted)
        return {"kernel": 1000 * kernel_seconds(), "page": 1000 * page, "kB": self.received / 1000}


def kernel_seconds() -> float:
    """Return the processor time that the kernels have used."""
    seconds = 0.0
    for process in psutil.Process().children(recursive=True):
        if "ipykernel" in " ".join(process.cmdline()):
            used = process.cpu_times()
            seconds += used.user + used.system
    return seconds


def measure(lab: Lab, costs: Costs, index: int, pictures: str) -> dict[str, float]:
    """Press keys and drag on the first slider of a cell's output; return milliseconds and rates."""
    output = lab.output(index)
    output.locator(pictures).first.wait_for()
    handle = output.locator("[role=slider]:visible").first
    lab.page.evaluate(WATCH, [output.element_handle(), pictures, handle.element_handle()])
    before = costs.now()
    handle.focus()
    for press in range(PRESSES):
        # To and fro, so that no slider comes to its end.
        key = "ArrowRight" if press % 10 < 5 else "ArrowLeft"
        done = lab.page.evaluate("seen.times.length")
        lab.page.keyboard.press(key)
        try:
            lab.page.wait_for_function("n => seen.times.length > n", arg=done, timeout=2000)
        except Exception:
            lab.page.keyboard.press(key)  # the picture was the same
        time.sleep(0.06)
    lab.page.wait_for_timeout(300)
    used = {part: (value - before[part]) / PRESSES for part, value in costs.now().items()}
    times = sorted(lab.page.evaluate("seen.times"))
    drag(lab, output, SWEEP_SECONDS, SWEEP_SECONDS)  # once, to count the positions
    sweep = min(SWEEP_SECONDS, lab.page.evaluate("seen.positions") / POSITIONS_A_SECOND)
    passed = drag(lab, output, DRAG_SECONDS, max(sweep, 0.1))
    return used | {
        "median": statistics.median(times),
        "p95": times[int(0.95 * (len(times) - 1))],
        "fps": passed["changes"] / DRAG_SECONDS,
        "shown": passed["changes"] / max(1, passed["positions"]),
        "blank": lab.page.evaluate("seen.blank"),
    }


def drag(lab: Lab, output: Any, seconds: float, sweep: float) -> dict[str, int]:
    """Drag the slider to and fro; return how many positions it passed and pictures it showed."""
    base = output.locator(".noUi-base:visible").first.element_handle()
    handle = output.locator("[role=slider]:visible").first.element_handle()
    passed: dict[str, int] = lab.page.evaluate(DRAG, [base, handle, 1000 * seconds, 1000 * sweep])
    return passed


def cells(names: list[str], ahead: bool) -> list[str]:
    """Return the notebook's cells: the rival, and one widget each."""
    # A picture that knows of no sliders waits for the kernel each time.
    alone = "" if ahead else "w.screen.sliders = []\n"
    return [RIVAL, *(f"from tutor import widgets\nw = widgets.{n}()\n{alone}w" for n in names)]


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodelay", action="store_true", help="with tutor.lab_nodelay")
    parser.add_argument("--round-trip", action="store_true", help="no pictures in advance")
    parser.add_argument("--widgets", nargs="*", default=list(widgets.EXPLORERS))
    chosen = parser.parse_args()
    options = ["--ServerApp.jpserver_extensions=tutor.lab_nodelay=True"] if chosen.nodelay else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        root.mkdir()
        with server(root, *options) as address, browser_page(address, 1000, 1100) as page:
            lab = Lab(page, root)
            lab.write("latency.ipynb", *cells(chosen.widgets, not chosen.round_trip))
            lab.open("latency.ipynb")
            lab.run_all()
            report(lab, [RIVAL_NAME, *chosen.widgets])


def report(lab: Lab, names: list[str]) -> None:
    """Measure one after the other; print a line each, with its median as a part of the rival's."""
    costs = Costs(lab)
    print(
        f"{'':22}  median    p95   part    fps  shown  blank   a press: kernel    page      sent",
        flush=True,
    )
    rival = 0.0
    for index, name in enumerate(names):
        seen = measure(lab, costs, index, "img" if name == RIVAL_NAME else ".fnn-picture svg")
        rival = rival or seen["median"]
        print(
            f"{name:22}{seen['median']:5.0f} ms{seen['p95']:5.0f} ms{seen['median'] / rival:7.2f}"
            f"{seen['fps']:7.1f}{seen['shown']:7.0%}{seen['blank']:7.0f}"
            f"{seen['kernel']:15.1f} ms{seen['page']:5.1f} ms{seen['kB']:7.1f} kB",
            flush=True,
        )


if __name__ == "__main__":
    main()
