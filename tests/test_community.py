"""The files that GitHub, Binder and git read, and what is packed and imported where."""

from __future__ import annotations

import json
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from command import environment_for_programs

ROOT = Path(__file__).resolve().parent.parent
POSIX_ONLY = ["fcntl", "grp", "posix_ipc", "pty", "pwd", "resource", "syslog", "termios", "tty"]
POSIX_OS = ["fork", "getuid", "memfd_create", "pidfd_open", "sched_getaffinity", "setsid"]
POSIX_SIGNAL = ["ITIMER_REAL", "SIGALRM", "SIGKILL", "pidfd_send_signal", "setitimer"]


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a program that has to succeed."""
    done = subprocess.run(
        command, cwd=cwd, env=environment_for_programs(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize(
    ("schema", "pattern"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("dependabot", ".github/dependabot.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_files_are_what_github_takes(schema: str, pattern: str) -> None:
    files = [str(path) for path in ROOT.glob(pattern)]
    assert files
    done = CliRunner().invoke(check_jsonschema, ["--builtin-schema", f"vendor.{schema}", *files])
    assert done.exit_code == 0, done.output


def test_actions_are_named_by_commit() -> None:
    workflows = (ROOT / ".github/workflows").glob("*.yml")
    used = re.findall(r"uses: (.+)", "\n".join(path.read_text("utf-8") for path in workflows))
    assert used
    for action in used:
        assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


@pytest.mark.skipif(platform.machine() != "x86_64", reason="hadolint is packed for x86-64")
def test_the_dockerfile_passes_its_linter() -> None:
    run("hadolint", ".devcontainer/Dockerfile")


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_devcontainer_names_files_that_exist() -> None:
    folder = ROOT / ".devcontainer"
    made = json.loads((folder / "devcontainer.json").read_text(encoding="utf-8"))["build"]
    assert (folder / made["dockerfile"]).is_file()
    assert (folder / made["context"]).resolve() == ROOT


def test_hooks_of_pre_commit_name_programs_that_exist() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    for hook in config["repos"][0]["hooks"]:
        program = hook["entry"].split()[0]
        assert shutil.which(program, path=environment_for_programs()["PATH"]), program


@pytest.mark.slow
def test_sources_are_in_the_normal_form_and_the_hook_brings_them_there(tmp_path: Path) -> None:
    sources = sorted((ROOT / "solutions").glob("*/*.ipynb"))
    copies = [shutil.copy(path, tmp_path / path.name) for path in sources]
    run(sys.executable, "-m", "grading.notebooks", *map(str, copies))
    assert [Path(c).read_bytes() for c in copies] == [path.read_bytes() for path in sources]
    touched = json.loads(Path(copies[0]).read_text(encoding="utf-8"))
    touched["metadata"]["language_info"]["version"] = "3.99"
    Path(copies[0]).write_text(json.dumps(touched), encoding="utf-8")
    hook = [sys.executable, "-m", "grading.notebooks", str(copies[0])]
    assert subprocess.run(hook, stdout=subprocess.DEVNULL).returncode == 1
    assert Path(copies[0]).read_bytes() == sources[0].read_bytes()


WITHOUT = f"""
import ctypes, importlib, os, pkgutil, signal, sys
for name in {POSIX_ONLY!r}:
    sys.modules[name] = None
for module, names in ((os, {POSIX_OS!r}), (signal, {POSIX_SIGNAL!r})):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
del ctypes.CDLL  # there is no library by the name of None
"""


@pytest.mark.slow
def test_students_package_imports_nothing_that_windows_lacks() -> None:
    script = """
import tutor
for module in pkgutil.walk_packages(tutor.__path__, "tutor."):
    importlib.import_module(module.name)
"""
    run(sys.executable, "-c", WITHOUT + script)


@pytest.mark.slow
def test_instructors_commands_import_nothing_that_windows_lacks() -> None:
    # What others wrote is imported before: it knows by the system's name what there is.
    others = """
import multiprocessing.connection, concurrent.futures.process, subprocess, tempfile, zoneinfo
import IPython, alembic.script, bleach.sanitizer, matplotlib.figure, nbconvert, nbgrader.apps
import nbgrader.converters, nbgrader.plugins, psutil, pygments.formatters, rapidfuzz.process
import rich.progress, sqlalchemy
"""
    script = """
for name in ("analysis", "archive", "cli", "collect", "commands", "display", "excuse", "export",
             "feedback", "refresh", "register", "release", "report", "run", "stock"):
    importlib.import_module(f"grading.{name}")
"""
    run(sys.executable, "-c", others + WITHOUT + script)


def test_files_are_opened_with_an_encoding_or_hold_ascii() -> None:
    rule = ("--preview", "--select", "PLW1514", "--config", "lint.explicit-preview-rules=true")
    linux = "grading/engine/process.py,grading/sandbox"  # the system's own files
    run("ruff", "check", *rule, "--extend-exclude", linux, "tutor", "grading")


@pytest.mark.slow
def test_the_wheel_holds_the_two_packages_and_nothing_else(tmp_path: Path) -> None:
    copy = tmp_path / "source"
    for name in ("tutor", "grading"):
        shutil.copytree(
            ROOT / name,
            copy / name,
            ignore=shutil.ignore_patterns("__pycache__", "class", "sample-class"),
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(copy))
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"tutor", "grading"}
    wanted = {
        str(path.relative_to(copy))
        for top in ("tutor", "grading")
        for path in (copy / top).rglob("*")
        if path.is_file()
    }
    assert wanted - names == set()
    assert not [name for name in names if name.endswith((".db", ".ipynb", ".pyc"))]


@pytest.mark.slow
def test_completion_of_the_shell_is_what_the_guide_says() -> None:
    environment = environment_for_programs(_GRADING_COMPLETE="bash_source")
    program = Path(sys.executable).with_name("grading")
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
    assert "complete -o nosort -F" in done.stdout
    environment = environment_for_programs(
        _GRADING_COMPLETE="bash_complete", COMP_WORDS="grading re", COMP_CWORD="1"
    )
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=True)
    assert "plain,release" in done.stdout.split()
