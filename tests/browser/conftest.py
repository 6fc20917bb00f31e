import sys
from pathlib import Path

import pytest
from lab import Lab, chromium, lab_page, server

sys.path.append(str(Path(__file__).resolve().parent.parent))  # what all tests share


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, one for all tests of a process."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab on a page, one for all tests: starting it takes longer than most of them."""
    root = tmp_path_factory.mktemp("notebooks")
    with server(root) as address, lab_page(browser, address) as page:
        yield Lab(page, root)
