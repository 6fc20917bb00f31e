"""A real JupyterLab in a real browser, for tests: what a student does, as functions."""

from __future__ import annotations

import io
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
# No first-run pages, no updates, no calls home.
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
SCREENSHOTS = Path(__file__).parent / "screenshots"
TIMEOUT = 60_000  # ms; generous, since other tests may share the machine
POLLING = 100  # ms; where much is waited for: playwright asks in every frame, so that all are drawn


@contextmanager
def server(root: Path, *options: str) -> Iterator[str]:
    """Start JupyterLab in `root` with none of the user's own settings; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    private = root.parent / f"{root.name}-jupyter"
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(private / "config"),
        "JUPYTER_DATA_DIR": str(private / "data"),
        "JUPYTER_RUNTIME_DIR": str(private / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(private / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces"),
        "IPYTHONDIR": str(private / "ipython"),
        "JUPYTER_PLATFORM_DIRS": "1",
    }
    news = private / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}')
    log = private / "server.log"
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True",
        *options,
    ]  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", process, log)
        yield f"http://127.0.0.1:{port}/lab?token={token}"
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start headless Chromium. A process can hold one at a time: playwright's loop is its own."""
    if not CHROMIUM.exists():
        raise RuntimeError(
            f"the browser tests need Chromium at {CHROMIUM}: `apt install chromium`, "
            "or set CHROMIUM to where yours is"
        )
    own = psutil.Process()
    others = set(own.children())
    with sync_playwright() as playwright:
        drivers = set(own.children()) - others
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()
            # The driver ends when its input closes. A process that a test has forked since may hold
            # that open, and playwright would wait for it.
            for driver in drivers:
                driver.terminate()


@contextmanager
def lab_page(
    browser: Browser, address: str, width: int = 1280, height: int = 900
) -> Iterator[Page]:
    """Open JupyterLab on a new page and wait until it is there."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(TIMEOUT)
    try:
        page.goto(address)
        page.wait_for_function("window.jupyterapp?.shell?.isAttached ?? false")
        page.evaluate("async () => { await window.jupyterapp.restored }")
        yield page
    finally:
        page.close()


@contextmanager
def browser_page(address: str, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """Open JupyterLab in a Chromium of its own."""
    with chromium() as browser, lab_page(browser, address, width, height) as page:
        yield page


class Lab:
    """JupyterLab with one notebook open at a time.

    Parameters
    ----------
    page
        The browser's page.
    root
        The server's folder.
    """

    def __init__(self, page: Page, root: Path) -> None:
        self.page = page
        self.root = root
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(error.stack or str(error)))
        page.on("console", self._note_error)
        self.command("application:toggle-left-area")

    def _note_error(self, message: Any) -> None:
        """Keep what our widgets and the page's own scripts complain of in the console."""
        # The browser's own complaint of a file that the server doesn't have, and ipywidgets' when a
        # notebook is opened whose kernel is gone.
        known = ("Failed to load resource", "widget model not found")
        if message.type == "error" and not any(words in message.text for words in known):
            self.problems.append(f"console: {message.text}")

    # Notebooks ------------------------------------------------------------------------------------

    def write(self, name: str, *cells: str) -> Path:
        """Write a notebook of code cells into the server's folder."""
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["kernelspec"] = {
            "name": "python3", "display_name": "Python 3", "language": "python",
        }  # fmt: skip
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in cells]
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return path

    def open(self, name: str) -> None:
        """Open a notebook of the server's folder, close all others, wait for the kernel.

        JupyterLab complains when it leaves a notebook whose kernel or widgets it was still talking
        to. Those complaints are no `problems` of the notebook.
        """
        before = len(self.problems)
        # An unsaved notebook would be asked about.
        self.page.evaluate(
            """() => { for (const widget of jupyterapp.shell.widgets('main'))
            if (widget.context) widget.context.model.dirty = false }"""
        )
        self.command("application:close-all")
        self.page.evaluate(
            """name => { const app = window.jupyterapp;
            app.commands.execute('docmanager:open', {path: name, factory: 'Notebook'}) }""",
            name,
        )
        self.page.wait_for_function(
            """name => { const w = window.jupyterapp.shell.currentWidget;
            return w?.context?.path === name && w.context.isReady && w.sessionContext.isReady
                && w.sessionContext.session?.kernel?.status === 'idle' }""",
            arg=name,
            polling=POLLING,
        )
        del self.problems[before:]

    def run_all(self, seconds: float = TIMEOUT / 1000) -> None:
        """Run all cells and wait until the kernel is idle again."""
        self.page.evaluate(
            """() => { for (const cell of window.jupyterapp.shell.currentWidget.content.widgets)
            if (cell.model.type === 'code') cell.model.executionCount = null }"""
        )
        self.command("notebook:run-all-cells", wait=False)
        self.page.wait_for_function(
            """() => { const w = window.jupyterapp.shell.currentWidget;
            return w.sessionContext.session.kernel.status === 'idle' && w.content.widgets.every(
                cell => cell.model.type !== 'code' || cell.model.executionCount !== null
                    || !cell.model.sharedModel.source.trim()) }""",
            timeout=1000 * seconds,
            polling=POLLING,
        )

    def run_cell(self, index: int) -> None:
        """Run one cell and wait for it."""
        self.page.evaluate(
            """index => { const app = window.jupyterapp, w = app.shell.currentWidget;
            w.content.activeCellIndex = index; w.content.widgets[index].model.executionCount = null;
            app.commands.execute('notebook:run-cell') }""",
            index,
        )
        self.page.wait_for_function(
            """index => { const w = window.jupyterapp.shell.currentWidget;
            return w.sessionContext.session.kernel.status === 'idle'
                && w.content.widgets[index].model.executionCount !== null }""",
            arg=index,
        )

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")

    def shut_down(self) -> None:
        """Shut the notebook's kernel down."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """Return a cell's outputs as the notebook file would hold them."""
        return self.page.evaluate(
            """index => window.jupyterapp.shell.currentWidget.content.widgets[index]
            .model.outputs?.toJSON() ?? []""",
            index,
        )

    def output(self, index: int) -> Locator:
        """Return the place where a cell's output is shown, scrolled into view."""
        self.page.evaluate(
            """async index => { const n = window.jupyterapp.shell.currentWidget.content;
            await n.scrollToItem(index, 'start') }""",
            index,
        )
        return self.page.locator(
            f'.jp-Cell[data-windowed-list-index="{index}"] .jp-Cell-outputArea'
        )

    def evaluate(self, code: str) -> Any:
        """Run an expression in the notebook's kernel, return its value by way of JSON."""
        text = self.page.evaluate(
            """code => new Promise((resolve, reject) => {
            const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const future = kernel.requestExecute(
                {code: '', silent: true, user_expressions: {value: code}, stop_on_error: false});
            future.onReply = reply => { const value = reply.content.user_expressions.value;
                value.status === 'ok' ? resolve(value.data['text/plain'])
                    : reject(new Error(value.ename + ': ' + value.evalue)) } })""",
            f"__import__('json').dumps({code})",
        )
        return json.loads(text[1:-1].encode().decode("unicode_escape"))

    def command(self, name: str, wait: bool = True, **arguments: Any) -> None:
        """Execute one of JupyterLab's commands."""
        script = "([name, options]) => window.jupyterapp.commands.execute(name, options)"
        if not wait:
            script = f"([name, options]) => {{ ({script})([name, options]) }}"
        self.page.evaluate(script, [name, arguments])

    def theme(self, name: str) -> None:
        """Change to the theme `light` or `dark`."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name.title()}")
        self.page.wait_for_selector(
            f"body[data-jp-theme-light={str(name == 'light').lower()}]", state="attached"
        )

    # Looking --------------------------------------------------------------------------------------

    def pixels(self, where: Locator) -> np.ndarray:
        """Return what is on screen there: shape (height, width, 3), 0 to 255."""
        # To hide the caret, every style of the page is computed anew, twice.
        with Image.open(io.BytesIO(where.screenshot(caret="initial"))) as image:
            return np.asarray(image.convert("RGB"), dtype=int)

    def wait_until_changed(self, where: Locator, before: np.ndarray, seconds: float = 20) -> int:
        """Wait until it looks different from `before`; return the number of changed pixels.

        A pixel counts from a step of 40 of 255 on, in any colour.
        """
        end = time.monotonic() + seconds
        while True:
            changed = self.changed(where, before)
            if changed or time.monotonic() > end:
                return changed

    def changed(self, where: Locator, before: np.ndarray) -> int:
        """Return the number of pixels that differ from `before` now."""
        now = self.pixels(where)
        # A place between two pixels takes one more.
        height, width = np.minimum(now.shape, before.shape)[:2]
        steps = np.abs(now[:height, :width] - before[:height, :width]).max(axis=2)
        return int((steps > 40).sum())

    def screenshot(self, name: str, where: Locator | None = None) -> Path:
        """Save a screenshot for people to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        (where or self.page).screenshot(path=path)
        return path

    def keep(self, name: str, pixels: np.ndarray) -> None:
        """Save what `pixels` returned, for people to look at."""
        SCREENSHOTS.mkdir(exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(SCREENSHOTS / f"{name}.png")

    def accessible(self, within: Locator | None = None) -> list[dict[str, Any]]:
        """Return the accessibility tree, of the page or of an element: role, name and value."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("Accessibility.enable")
        if within is None:
            nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        else:
            mark = "inspected-by-a-test"
            within.evaluate("(element, mark) => element.setAttribute('data-test', mark)", mark)
            expression = f"document.querySelector('[data-test={mark}]')"
            found = session.send("Runtime.evaluate", {"expression": expression})["result"]
            asked = {"objectId": found["objectId"]}
            nodes = session.send("Accessibility.queryAXTree", asked)["nodes"]
            within.evaluate("element => element.removeAttribute('data-test')")
        session.detach()
        return [
            {key: node.get(key, {}).get("value", "") for key in ("role", "name", "value")}
            for node in nodes
            if not node["ignored"]
        ]

    def overflow(self) -> list[str]:
        """Return what scrolls sideways or sticks out of the notebook on the right."""
        return self.page.evaluate(
            """() => {
            const outer = document.querySelector('.jp-WindowedPanel-outer');
            const scrolls = e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
                && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
            const end = outer.getBoundingClientRect().right + 1;
            // What is inside a picture is cut off at its edge.
            const sticksOut = e => e !== outer && !e.parentNode.closest('svg')
                && e.getBoundingClientRect().right > end;
            return [outer, ...document.querySelectorAll('.jp-Cell-outputArea, ' +
                '.jp-OutputArea-output, .jp-OutputArea-output *')]
            .filter(e => scrolls(e) || sticksOut(e))
            .map(e => `${e.tagName}.${e.getAttribute('class')} ${e.scrollWidth}>${e.clientWidth}`)
            }"""
        )
