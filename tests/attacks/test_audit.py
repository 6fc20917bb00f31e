"""Which test proves what: every attack known from other graders, every hole of a single layer.

A name is that of a test function, of a case of a test, or of an attack of `sandbox_student`, which
`test_sandbox.py` tries in every tier.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent

PROOFS = {
    # What scored, leaked or stopped the batch in nbgrader 0.9.6, or in otter-grader.
    "skip-execution tag on tests": ("attacks/test_forgeries.py", "tags tests skip-execution"),
    "assert stripped": ("attacks/test_forgeries.py", "strips assert from the syntax tree"),
    "numpy.testing patched": ("attacks/test_forgeries.py", "patches numpy.testing"),
    "input transformers": ("attacks/test_forgeries.py", "empties the input"),
    "run_cell_async patched": ("attacks/test_forgeries.py", "patches run_cell_async"),
    "__eq__ always true": ("attacks/test_forgeries.py", "returns what equals everything"),
    "displayhook with full points": ("attacks/test_forgeries.py", "displays full points"),
    "displayhook with NaN": ("attacks/test_forgeries.py", "displays NaN"),
    "displayhook with 99": ("attacks/test_forgeries.py", "displays too many points"),
    "ipykernel_launcher.py beside": ("attacks/test_forgeries.py", "ipykernel_launcher.py"),
    "numpy.py beside": ("attacks/test_forgeries.py", "numpy.py"),
    "gradebook written": ("sandbox_student.py", "write_secret"),
    "tests read from the history": (
        "attacks/test_forgeries.py",
        "reads its own test from the history",
    ),
    "source folder read": ("sandbox_student.py", "read_secret"),
    "a link to another's file": (
        "test_collect.py",
        "test_a_link_in_the_submitted_folder_is_not_followed",
    ),
    "a duplicated test": ("attacks/test_forgeries.py", "duplicates tests"),
    "schema version 99": ("attacks/test_forgeries.py", "has schema version 99"),
    "grade: false": ("attacks/test_forgeries.py", "says grade: false"),
    "solution: true": ("attacks/test_forgeries.py", "says solution: true"),
    "a deleted test": ("attacks/test_forgeries.py", "deletes tests"),
    "os._exit": ("attacks/test_aborts.py", "exits in a cell"),
    "a loop that ignores signals": ("attacks/test_aborts.py", "loops and ignores the alarm"),
    "20 MB on one line": ("attacks/test_aborts.py", "prints 20 MB on one line"),
    "a warning of the student's": ("test_check_nbgrader.py", "test_cells_write_nothing_to_stderr"),
    "a process that outlives": ("test_sandbox.py", "test_kill_leaves_nothing"),
    "a fork bomb": ("sandbox_student.py", "fork_bomb"),
    "a memory bomb": ("attacks/test_aborts.py", "takes all memory"),
    "the network": ("sandbox_student.py", "send_by_udp"),
    "what unpickles": ("attacks/test_forgeries.py", "returns what unpickles"),
    # What else was to be tried.
    "a late patch from a thread": ("attacks/test_forgeries.py", "patches late from a thread"),
    "__del__": ("attacks/test_forgeries.py", "acts when it is deleted"),
    "start-up files": ("attacks/test_forgeries.py", "writes start-up files"),
    "a printed result": ("attacks/test_forgeries.py", "prints a result"),
    "gc": ("attacks/test_forgeries.py", "finds the answer among all objects"),
    "frames": ("attacks/test_forgeries.py", "finds the answer in the frames above"),
    "zip slip": ("test_collect.py", "test_hostile_names"),
    "names that lead out": ("attacks/test_aborts.py", "test_paths_that_lead_out_are_refused"),
    "points made a numpy number": ("attacks/test_forgeries.py", "makes the points a numpy number"),
    "an array without items, NaN": (
        "attacks/test_forgeries.py",
        "test_what_is_hollow_passes_nothing",
    ),
    "a pipe, a thousand folders": ("test_cli.py", "test_files_that_are_none_stop_nothing"),
    "a time zone that is a file": ("test_cli.py", "test_a_time_zone_opens_no_file"),
    "files that don't fit": (
        "attacks/test_aborts.py",
        "test_files_that_do_not_fit_are_named_and_the_rest_is_graded",
    ),
    "an endless __repr__": (
        "test_engine.py",
        "test_looking_for_changes_runs_none_of_the_students_code",
    ),
    "problems without end": (
        "test_cli.py",
        "test_a_thousand_problems_of_one_student_hide_no_other",
    ),
    "answers without end": (
        "test_report.py",
        "test_endless_answers_are_compared_as_far_as_they_matter",
    ),
    "it sees that it is graded": ("attacks/test_forgeries.py", "sees that it is graded"),
    "bad JSON": ("attacks/test_aborts.py", "no JSON"),
    "not UTF-8": ("attacks/test_aborts.py", "not UTF-8"),
    "nbformat 3": ("attacks/test_aborts.py", "test_notebook_of_format_3_is_graded"),
    "a renamed notebook": ("attacks/test_aborts.py", "test_renamed_notebook_is_found"),
    "inputs of hidden tests printed": ("attacks/test_leaks.py", "prints what it is called with"),
    "a test that never ends in C": ("attacks/test_aborts.py", "test_a_test_that_computes_for_ever"),
    "a killed process of the grader": ("test_pool.py", "test_whatever_is_killed"),
    "killed while writing": ("test_gradebook.py", "test_killed_at_random_moments"),
    # What Landlock alone would let through.
    "chmod outside": ("sandbox_student.py", "change_mode_of_secret"),
    "UDP": ("sandbox_student.py", "send_by_udp"),
    "unix sockets": ("sandbox_student.py", "connect_to_unix_socket"),
    "prlimit on the grader": ("sandbox_student.py", "limit_grader"),
    "truncate": ("sandbox_student.py", "truncate_secret"),
    # What seccomp alone would.
    "reading files": ("sandbox_student.py", "read_secret"),
    "memory through /proc": ("sandbox_student.py", "read_memory_of_grader"),
    # What namespaces alone would.
    "memory files": ("sandbox_student.py", "run_memory_file"),
    "nested user namespaces": ("sandbox_student.py", "new_user_namespace"),
    # Processes and privileges.
    "fork": ("sandbox_student.py", "fork"),
    "vfork": ("sandbox_student.py", "vfork_by_number"),
    "clone without a thread": ("sandbox_student.py", "clone_without_thread"),
    "clone3": ("sandbox_student.py", "clone3"),
    "exec": ("sandbox_student.py", "execute_file_in_scratch"),
    "bombs beside honest work": ("test_sandbox.py", "test_bombs_beside_honest_work"),
    "capabilities": ("test_sandbox.py", "test_no_capability_is_left"),
    "descriptors": ("test_sandbox.py", "test_no_descriptor_is_inherited"),
    "environment": ("test_sandbox.py", "test_environment_has_no_secrets"),
    "memory of the warm process": ("test_sandbox.py", "test_memory_has_no_secrets"),
    "threads of BLAS": ("test_sandbox.py", "test_blas_starts_no_threads"),
    "processor time as first process": ("test_sandbox.py", "test_reason_of_death"),
    "a lost handle": ("test_sandbox.py", "test_a_lost_handle_ends_the_process"),
    "no tier": ("test_sandbox_probe.py", "test_a_kernel_without_landlock_is_refused"),
    "a layer that does nothing": (
        "test_sandbox_probe.py",
        "test_a_layer_that_silently_does_nothing",
    ),
    "an ordinary user": ("test_sandbox_users.py", "test_ordinary_user"),
}


@cache
def text_of(file: str) -> str:
    return (TESTS / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("what", PROOFS)
def test_is_proved(what: str) -> None:
    file, name = PROOFS[what]
    found = re.search(rf"^def {re.escape(name)}|^\s*\"{re.escape(name)}\"\s*:", text_of(file), re.M)
    assert found, f"{what}: {file} has no {name!r} any more; name what proves it now"
