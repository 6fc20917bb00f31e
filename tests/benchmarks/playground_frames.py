"""How smoothly the Playground plays, in a real JupyterLab.

Run by hand: `python tests/benchmarks/playground_frames.py [--nodelay] [--minutes 10]`.

For the default network and for six layers of eight: frames a second (those with a new epoch on
screen), epochs a frame, and the time from a click on Pause to the last frame that still comes and
to the kernel's answer that it has stopped. The processor time a frame takes in kernel, server and
browser says how far other work on the machine slows it down.

Then one network trains for some minutes, and the memory of kernel and page is noted along the way,
after collecting garbage.
"""

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import psutil
from lab import Lab, browser_page, server

NETWORKS = {
    "default": "",
    "6 × 8": "hidden_layers=(8,) * 6, features=('x1', 'x2', 'x1^2', 'x2^2', 'x1x2', 'sin(x1)')",
}
SECONDS = 6.0
STOPS = 8

# Runs in the page: notes each frame in which the epoch on screen is a new one.
WATCH = """() => {
    const epoch = document.querySelector('.pg-epoch');
    const seen = window.seen = {frames: [], paused: null};
    new MutationObserver(() => {
        const number = Number(epoch.textContent.replaceAll(',', ''));
        requestAnimationFrame(() => { seen.frames.push([performance.now(), number]) });
    }).observe(epoch, {childList: true, characterData: true, subtree: true});
}"""

# Runs in the page: when the last new epoch was shown, and when the kernel had said that it stopped.
PAUSE = """() => new Promise(resolve => {
    const start = performance.now();
    let answered = null;
    const watch = new MutationObserver(() => { answered ??= performance.now() - start });
    watch.observe(document.querySelector('.pg [role=status]'),
        {childList: true, characterData: true, subtree: true});
    document.querySelector('.pg-play').click();
    setTimeout(() => {
        watch.disconnect();
        resolve({last: Math.max(0, ...seen.frames.map(f => f[0] - start)), answered});
    }, 600);
})"""


def measure(lab: Lab, name: str, start: str) -> None:
    """Play one network; print frames a second, epochs a frame, and how soon it stops."""
    lab.write("frames.ipynb", f"from tutor import widgets\nw = widgets.Playground({start})\nw")
    lab.open("frames.ipynb")
    lab.run_all()
    play = lab.page.locator(".pg-play")
    play.wait_for()
    lab.page.wait_for_timeout(1000)
    lab.page.evaluate(WATCH)
    play.click()
    lab.page.wait_for_timeout(1000)
    lab.page.evaluate("seen.frames = []")
    before = processor_time()
    lab.page.wait_for_timeout(SECONDS * 1000)
    used = {part: seconds - before[part] for part, seconds in processor_time().items()}
    frames = lab.page.evaluate("seen.frames")
    gaps = [b[0] - a[0] for a, b in itertools.pairwise(frames)]
    epochs = frames[-1][1] - frames[0][1]
    stops = []
    for _ in range(STOPS):
        stops.append(lab.page.evaluate(PAUSE))
        play.click()
        lab.page.wait_for_timeout(500)
    lab.page.evaluate(PAUSE)
    last = sorted(stop["last"] for stop in stops)
    answered = sorted(stop["answered"] or 600 for stop in stops)
    print(
        f"{name:10}{1000 * len(gaps) / sum(gaps):6.1f} fps, longest gap {max(gaps):4.0f} ms,"
        f"{epochs / len(gaps):6.1f} epochs a frame; after Pause the last frame comes after "
        f"{statistics.median(last):.0f} ms (worst {last[-1]:.0f}), the kernel's answer after "
        f"{statistics.median(answered):.0f} ms (worst {answered[-1]:.0f})",
        flush=True,
    )
    costs = (f"{part} {1000 * seconds / len(frames):.1f} ms" for part, seconds in used.items())
    print(f"{'':10}processor time a frame: {', '.join(costs)}", flush=True)


def processor_time() -> dict[str, float]:
    """Return the seconds of processor time that each part has used so far."""
    parts = {"kernel": "ipykernel", "server": "jupyterlab", "browser": "chrom"}
    used = dict.fromkeys(parts, 0.0)
    for process in psutil.Process().children(recursive=True):
        command = " ".join(process.cmdline())
        part = next((part for part, word in parts.items() if word in command), None)
        if part:
            times = process.cpu_times()
            used[part] += times.user + times.system
    return used


def soak(lab: Lab, minutes: float) -> None:
    """Train for some minutes; print the memory of kernel and page along the way."""
    session = lab.page.context.new_cdp_session(lab.page)
    lab.page.locator(".pg-play").click()
    end = time.monotonic() + 60 * minutes
    print("minute   epoch  kernel MB   page MB  DOM nodes  listeners")
    while True:
        session.send("HeapProfiler.collectGarbage")
        counters = session.send("Memory.getDOMCounters")
        heap = session.send("Runtime.getHeapUsage")
        used = heap["usedSize"] + heap.get("backingStorageSize", 0)
        memory = lab.evaluate(
            "(__import__('gc').collect(), int(next(line.split()[1] for line in "
            "open('/proc/self/status') if line.startswith('VmRSS'))))[1]"
        )
        left = end - time.monotonic()
        epoch = lab.page.locator(".pg-epoch").inner_text()
        print(
            f"{minutes - left / 60:6.1f}{epoch:>8}{memory / 1024:11.1f}{used / 2**20:10.1f}"
            f"{counters['nodes']:11}{counters['jsEventListeners']:11}",
            flush=True,
        )
        if left <= 0:
            break
        lab.page.wait_for_timeout(min(left, max(6, 6 * minutes)) * 1000)
    lab.page.locator(".pg-play").click()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodelay", action="store_true", help="with tutor.lab_nodelay")
    parser.add_argument("--minutes", type=float, default=10.0)
    chosen = parser.parse_args()
    options = ["--ServerApp.jpserver_extensions=tutor.lab_nodelay=True"] if chosen.nodelay else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        root.mkdir()
        with server(root, *options) as address, browser_page(address, 1280, 1000) as page:
            lab = Lab(page, root)
            for name, start in NETWORKS.items():
                measure(lab, name, start)
            if chosen.minutes:
                soak(lab, chosen.minutes)


if __name__ == "__main__":
    main()
