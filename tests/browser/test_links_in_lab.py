"""Links of the course in JupyterLab: from the index to a notebook, and between notebooks.

That all their targets exist is proved elsewhere; here JupyterLab follows one of each kind, since
each notebook that opens starts a kernel.
"""

import re
import shutil
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(lab):
    """The student's folder, in the server's."""
    shutil.copytree(NOTEBOOKS, lab.root / "student", dirs_exist_ok=True)
    return lab


def in_front(lab, name):
    """Wait until a notebook is the one in front; its kernel may still be starting."""
    lab.page.wait_for_function(
        """name => { const context = jupyterapp.shell.currentWidget?.context;
        return context?.path === name && context.isReady }""",
        arg=f"student/{name}",
    )


def test_the_index_leads_to_notebooks_and_a_notebook_to_another(course):
    paths = sorted(NOTEBOOKS.glob("*/*.ipynb"))
    for path in (paths[0], paths[-1]):
        course.command(
            "docmanager:open", wait=False, path="student/README.md", factory="Markdown Preview"
        )
        first = nbformat.read(path, as_version=4).cells[0].source
        title = first.splitlines()[0].strip("# ")
        course.page.locator(".jp-MarkdownViewer").get_by_role("link", name=title).click()
        in_front(course, path.relative_to(NOTEBOOKS))
    # The first cell of the last notebook says what one should have read.
    words, target = re.findall(r"\[([^\]]+)\]\(\.\./([^)]+)\)", first)[0]
    shown = course.page.locator(".jp-Notebook:visible .jp-RenderedMarkdown")
    shown.get_by_role("link", name=words, exact=True).click()
    in_front(course, target)
