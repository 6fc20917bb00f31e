import sys
from pathlib import Path

import pytest
from lab import CHROMIUM, Lab, browser_page, server

sys.path.append(str(Path(__file__).resolve().parent.parent))  # what all tests share


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """JupyterLab in a browser, one for all tests: starting it takes longer than most of them."""
    if not CHROMIUM.exists():
        pytest.fail(
            f"the browser tests need Chromium at {CHROMIUM}: `apt install chromium`, "
            "or set CHROMIUM to where yours is"
        )
    root = tmp_path_factory.mktemp("notebooks")
    with server(root) as address, browser_page(address) as page:
        yield Lab(page, root)
