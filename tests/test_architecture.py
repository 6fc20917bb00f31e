"""CONTRIBUTING.md draws who may import whom; `lint-imports` checks the imports themselves."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from documents import ROOT, fenced


def drawn() -> dict[str, list[list[str]]]:
    """Read the drawing: package to its lines from the top, each with its modules."""
    (picture,) = [text for _, text in fenced(ROOT / "CONTRIBUTING.md") if text.startswith("tutor")]
    layers: dict[str, list[list[str]]] = {}
    package = ""
    for line in picture.splitlines():
        if line.startswith("  "):
            modules = re.split(r" {3,}", line.strip())[0]
            layers[package].append(sorted(modules.split()))
        elif line:
            package = line
            layers[package] = []
    return layers


def test_the_drawing_is_what_the_linter_checks() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    contracts = [c for c in linter["importlinter"]["contracts"] if c["type"] == "layers"]
    assert all(contract["exhaustive"] for contract in contracts)
    assert drawn() == {
        contract["containers"][0]: [
            sorted(re.split(r" [:|] ", layer)) for layer in contract["layers"]
        ]
        for contract in contracts
    }


def test_the_command_line_waits_with_slow_imports() -> None:
    command = [sys.executable, "-c", "import sys, grading.commands; print(*sys.modules)"]
    imported = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "nbgrader", "nbformat", "numpy"} & set(imported)
