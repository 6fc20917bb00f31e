"""How long from a key press on a slider to the pixels, in a real JupyterLab.

Run by hand: `python tests/benchmarks/widget_latency.py [--nodelay] [--widgets NAME ...]`.

For each widget, and for `interact` with `plt.show()` in the same run: 40 real key presses, each
timed in the page from the key to the frame after the change, and a drag of 3 seconds, in which
frames with a new picture are counted. A frame counts as blank when the picture isn't there.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from lab import Lab, browser_page, server

from tutor import widgets

PRESSES = 40
DRAG_SECONDS = 3.0

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

# Runs in the page. Notes when a key goes down, and the first frame after the output has changed.
WATCH = """([output, pictures]) => {
    const seen = window.seen = {times: [], changes: 0, blank: 0};
    let pressed = null;
    output.addEventListener('keydown', () => { pressed = performance.now() }, true);
    let waiting = false;
    const changed = () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { const message = new MessageChannel();
            message.port1.onmessage = () => {
                waiting = false;
                const shown = [...output.querySelectorAll(pictures)].some(e =>
                    e.getBoundingClientRect().height > 50);
                if (!shown) { seen.blank += 1; return }
                seen.changes += 1;
                if (pressed !== null) seen.times.push(performance.now() - pressed);
                pressed = null;
            };
            message.port2.postMessage(null) });
    };
    const isPicture = node => node.nodeType === 1
        && (node.matches(pictures) || node.querySelector(pictures));
    new MutationObserver(records => {
        if (records.some(r => [...r.addedNodes, ...r.removedNodes].some(isPicture))) changed();
    }).observe(output, {childList: true, subtree: true});
}"""


def measure(lab: Lab, index: int, pictures: str) -> dict[str, float]:
    """Press keys and drag on the first slider of a cell's output; return milliseconds and rates."""
    output = lab.output(index)
    output.locator(pictures).first.wait_for()
    handle = output.locator("[role=slider]:visible").first
    lab.page.evaluate(WATCH, [output.element_handle(), pictures])
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
    times = sorted(lab.page.evaluate("seen.times"))
    lab.page.evaluate("seen.changes = 0")
    frames = drag(lab, output)
    return {
        "median": statistics.median(times),
        "p95": times[int(0.95 * (len(times) - 1))],
        "fps": frames / DRAG_SECONDS,
        "blank": lab.page.evaluate("seen.blank"),
        "presses": len(times),
    }


def drag(lab: Lab, output: object) -> int:
    """Drag the slider to and fro; return how many new pictures were shown."""
    track = output.locator(".noUi-base:visible").first.bounding_box()
    handle = output.locator("[role=slider]:visible").first.bounding_box()
    mouse, y = lab.page.mouse, handle["y"] + handle["height"] / 2
    mouse.move(handle["x"] + handle["width"] / 2, y)
    mouse.down()
    start = time.monotonic()
    while (passed := time.monotonic() - start) < DRAG_SECONDS:
        phase = abs((passed / 1.5) % 2 - 1)
        mouse.move(track["x"] + phase * track["width"], y)
        time.sleep(0.008)
    frames = lab.page.evaluate("seen.changes")
    mouse.up()
    return frames


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodelay", action="store_true", help="with tutor.lab_nodelay")
    parser.add_argument("--widgets", nargs="*", default=list(widgets.EXPLORERS))
    chosen = parser.parse_args()
    options = ["--ServerApp.jpserver_extensions=tutor.lab_nodelay=True"] if chosen.nodelay else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        root.mkdir()
        with server(root, *options) as address, browser_page(address, 1000, 1100) as page:
            lab = Lab(page, root)
            cells = [f"from tutor import widgets\nwidgets.{name}()" for name in chosen.widgets]
            lab.write("latency.ipynb", RIVAL, *cells)
            lab.open("latency.ipynb")
            lab.run_all()
            print(f"{'':28}{'median':>8}{'p95':>8}{'fps':>6}{'blank':>7}{'presses':>9}")
            for index, name in enumerate(["interact + plt.show()", *chosen.widgets]):
                pictures = "img" if index == 0 else "svg"
                seen = measure(lab, index, pictures)
                print(
                    f"{name:28}{seen['median']:6.0f}ms{seen['p95']:6.0f}ms{seen['fps']:6.1f}"
                    f"{seen['blank']:7.0f}{seen['presses']:9.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
