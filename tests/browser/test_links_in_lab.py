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


def follow(lab, link, target):
    """Click a link and wait until the notebook that it names is the one in front."""
    link.click()
    lab.page.wait_for_function(
        "name => jupyterapp.shell.currentWidget?.context?.path === name", arg=f"student/{target}"
    )


def test_the_index_leads_to_the_first_and_the_last_notebook(course):
    paths = sorted(NOTEBOOKS.glob("*/*.ipynb"))
    for path in (paths[0], paths[-1]):
        course.command(
            "docmanager:open", wait=False, path="student/README.md", factory="Markdown Preview"
        )
        title = nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].strip("# ")
        page = course.page.locator(".jp-MarkdownViewer")
        follow(course, page.get_by_role("link", name=title), path.relative_to(NOTEBOOKS))


def test_a_notebook_leads_to_another(course):
    path = NOTEBOOKS / "06-playground" / "playground.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    found = re.findall(r"\[([^\]]+)\]\((\.\./[^)]+)\)", cells[-1].source)
    assert len(found) >= 3
    course.open(f"student/{path.relative_to(NOTEBOOKS)}")
    course.page.evaluate(
        "async last => await jupyterapp.shell.currentWidget.content.scrollToItem(last, 'end')",
        len(cells) - 1,
    )
    words, target = found[0]
    link = course.page.locator(".jp-RenderedMarkdown").get_by_role("link", name=words)
    follow(course, link, target.removeprefix("../"))
