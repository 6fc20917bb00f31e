"""How soon the first widget of each notebook is on screen, in a real JupyterLab.

Run by hand: `python tests/benchmarks/first_widget.py [--nodelay]`.

From the moment that its cell is told to run until the picture stands on the page. Warm: all cells
above have run. Cold: the kernel has started and done nothing yet, so that the cell's time holds the
imports of numpy, matplotlib and ipywidgets as well.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

from lab import Lab, browser_page, server

SOLUTIONS = Path(__file__).parents[2] / "solutions"

# Runs in the page: runs a cell and waits until its output holds a picture with some height.
RUN_AND_WATCH = """index => new Promise(resolve => {
    const app = window.jupyterapp, notebook = app.shell.currentWidget;
    notebook.content.activeCellIndex = index;
    const cell = notebook.content.widgets[index].node;
    for (const former of cell.querySelectorAll('.fnn-widget')) former.remove();
    const start = performance.now();
    app.commands.execute('notebook:run-cell');
    const watch = () => {
        const shown = [...cell.querySelectorAll('.fnn-picture svg, .pg-canvas')];
        if (shown.some(e => e.getBoundingClientRect().height > 50))
            requestAnimationFrame(() => resolve(performance.now() - start));
        else requestAnimationFrame(watch);
    };
    watch();
})"""


def first_widget(path: Path) -> int:
    """Return the index of the first cell that shows a widget in its last line."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return next(
        index
        for index, cell in enumerate(cells)
        if cell["cell_type"] == "code"
        and re.search(r"^widgets\.[A-Z]\w+\(", "".join(cell["source"]), re.MULTILINE)
    )


def measure(lab: Lab, name: str, index: int, above: bool) -> float:
    """Open a notebook in a new kernel and return the milliseconds of one cell."""
    lab.open(name)
    lab.output(index)
    if above:
        lab.page.evaluate(
            "index => { jupyterapp.shell.currentWidget.content.activeCellIndex = index }", index
        )
        lab.command("notebook:run-all-above")
        lab.evaluate("1")  # comes after all of them
        lab.output(index)
    else:  # the import that stands above
        lab.page.evaluate(
            """index => { const cells = jupyterapp.shell.currentWidget.content.widgets;
            const source = cells[index].model.sharedModel;
            source.setSource('from tutor import widgets\\n' + source.getSource()) }""",
            index,
        )
    lab.page.wait_for_timeout(1000)
    milliseconds = lab.page.evaluate(RUN_AND_WATCH, index)
    lab.shut_down()
    return float(milliseconds)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodelay", action="store_true", help="with tutor.lab_nodelay")
    chosen = parser.parse_args()
    options = ["--ServerApp.jpserver_extensions=tutor.lab_nodelay=True"] if chosen.nodelay else []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "notebooks"
        shutil.copytree(SOLUTIONS, root)
        with server(root, *options) as address, browser_page(address, 1000, 1100) as page:
            lab = Lab(page, root)
            print(f"{'':16}{'warm':>10}{'cold':>10}", flush=True)
            for path in sorted(SOLUTIONS.glob("*/*.ipynb")):
                name, index = str(path.relative_to(SOLUTIONS)), first_widget(path)
                times = [measure(lab, name, index, above) for above in (True, False)]
                print(f"{path.parent.name:16}" + "".join(f"{t:7.0f} ms" for t in times), flush=True)


if __name__ == "__main__":
    main()
