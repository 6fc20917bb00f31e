# Every target does its own set-up; the second time it is quick.
#   make lab     open the student notebooks in JupyterLab
#   make test    run every check and test
#   make check   the fast part of it, under a minute
#   make grade   grade a bundled sample class
#   make release write notebooks/ from solutions/
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
# Jupyter's websockets wait for more to send; without the wait sliders follow the hand more smoothly.
NODELAY := --ServerApp.jpserver_extensions=tutor.lab_nodelay=True
# JupyterLab refuses to run as root unless told; inside a container root is the usual user.
ROOT   := $(if $(filter 0,$(shell id -u)),--allow-root)

# Without compiling, which takes as long again: Python compiles what it imports when it does,
# unless it is told not to.
# Only pip's errors are shown: its warnings are about how the packages are made.
PIP    := -m pip install -qq --disable-pip-version-check $(if $(PYTHONDONTWRITEBYTECODE),,--no-compile)

# Where this is set, every process compiles the course anew, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help lab test check oldest lint grade release bench clean

help:
	@sed -n '2,6s/^#   //p' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "This course needs Python 3.11 or newer; $(PYTHON) is older or missing. Try: make PYTHON=python3.12 …"; exit 1; }
	@echo "Creating the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is incomplete. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(BIN)/python $(PIP) --upgrade pip || true  # a new one is twice as quick; the old one will do

# One stamp a set of packages: it is older than the files that name them when an install is due.
$(VENV)/.lab: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what students need (about a minute, once) …"
	@$(BIN)/python $(PIP) -r requirements.txt
	@touch $@

$(VENV)/.test: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what grading and tests need (about a minute, once) …"
	@$(BIN)/python $(PIP) -r requirements.txt --editable '.[test]'
	@touch $@ $(VENV)/.lab

$(VENV)/.instructor: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what grading needs (about a minute, once) …"
	@$(BIN)/python $(PIP) -r requirements.txt --editable '.[instructor]'
	@touch $@ $(VENV)/.lab

lab: $(VENV)/.lab
	@echo "Opening JupyterLab on notebooks/ (stop it with Ctrl-C) …"
	@$(BIN)/jupyter lab --notebook-dir=notebooks $(NODELAY) $(ROOT) $(LAB_OPTIONS)

# A file's tests stay together, and tests/conftest.py says which files come first.
PYTEST := $(BIN)/python -m pytest --dist loadscope --no-loadscope-reorder

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/lint-imports

# Four workers on two cores: browsers, time limits and disks are waited for.
test: lint
	$(PYTEST) -n 4 $(PYTEST_OPTIONS)

check: lint
	$(PYTEST) -n 2 -m "not slow and not browser" --ignore tests/browser $(PYTEST_OPTIONS)

# The oldest versions that pyproject.toml allows, beside the newest that `make test` has.
OLDEST := tests/test_oldest.py tests/test_activations.py tests/test_check.py tests/test_plots.py \
  tests/test_cli.py::test_score_table_and_where_things_are tests/test_cli.py::test_why_explains_each_cell

.venv-oldest/.done: tests/oldest.txt
	@echo "Installing the oldest versions into .venv-oldest (about a minute, once; Python 3.11 or 3.12) …"
	@$(PYTHON) -m venv .venv-oldest
	@.venv-oldest/bin/python $(PIP) --no-deps -r tests/oldest.txt
	@.venv-oldest/bin/python $(PIP) --no-deps --editable .
	@touch $@

oldest: .venv-oldest/.done
	.venv-oldest/bin/python -m pytest -n 2 -p no:cacheprovider $(OLDEST)

grade: $(VENV)/.instructor
	@$(BIN)/python tests/sample_class.py grading/sample-class
	@$(BIN)/grading run --class-dir grading/sample-class --timeout 5 || \
	  { [ $$? = 1 ] && echo "(One broken submission belongs to the sample.)"; }
	@$(BIN)/grading feedback --class-dir grading/sample-class

release: $(VENV)/.instructor
	@$(BIN)/grading release

bench: $(VENV)/.test
	$(BIN)/python -m pytest tests/benchmarks --benchmark-only

clean:
	rm -rf $(VENV) .venv-oldest .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks build ./*.egg-info
