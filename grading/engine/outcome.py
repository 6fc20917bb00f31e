"""From what running a cell gave to points and to words for the student."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from grading.engine.examiner import TestTimeoutError, Verdict
from grading.engine.key import HIDDEN_BEGIN, HIDDEN_END, KeyCell
from grading.engine.sanitize import Cell
from grading.records import CellOutcome, Stopped
from grading.sandbox import Death

STATUS_OF_DEATH = {"cpu": "timeout", "wall": "timeout", "memory": "memory"}
WORDS_OF_DEATH = {
    "timeout": "Your code took too long and was stopped.",
    "memory": "Your code needed more memory than there is.",
    "died": "Your code ended the Python process.",
}
MAX_MESSAGE = 2000


def of(fields: dict[str, Any]) -> CellOutcome:
    """Make an outcome of what JSON made of one: a list where there was a tuple."""
    several = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    return CellOutcome(**{**fields, **several})


def manual(cell: Cell) -> CellOutcome:
    """Give the outcome of an answer or a task that a person marks."""
    key = cell.key
    assert key is not None
    if key.kind == "task":
        return CellOutcome(key.name, "task", None, key.points, True, "ok")
    if key.answered(cell.cell_type, cell.source):
        return CellOutcome(key.name, "manual", None, key.points, True, "ok")
    return CellOutcome(
        key.name, "manual", 0.0, key.points, False, "unanswered", comment="No response."
    )


def missing(key: KeyCell) -> CellOutcome:
    """Give the outcome of a cell whose notebook is missing."""
    kind = key.kind if key.kind in ("manual", "task") else "autograded"
    message = ("The notebook is missing or could not be read.",)
    return CellOutcome(key.name, kind, 0.0, key.points, False, "missing", message)


def status_of(death: Death) -> str:
    """Name the status of a cell in which the student's process ended."""
    return STATUS_OF_DEATH.get(death.reason, "died")


def died(key: KeyCell, death: Death) -> CellOutcome:
    """Give the outcome of a test cell during which the student's process ended."""
    status = status_of(death)
    message = WORDS_OF_DEATH[status]
    if key.hidden:
        message += " It happened in a hidden test."
    return CellOutcome(
        key.name, "autograded", 0.0, key.points, False, status, (message,), log=(str(death),)
    )


def endless(key: KeyCell) -> CellOutcome:
    """Give the outcome of a test cell that never ended outside the student's process."""
    log = "the test did not end with what the student's code gave, and could not be interrupted"
    return replace(died(key, Death("wall")), log=(log,))


def stopped(cell: Cell, status: str) -> str:
    """Say to a student which of their cells was stopped, and why."""
    if cell.key is not None:
        which = f"`{cell.key.name}`"
    else:
        first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
        which = f"that begins with `{first[:60]}`"
    words = WORDS_OF_DEATH[status]
    return f"In the cell {which}: {words[0].lower()}{words[1:]}"


def blamed(result: CellOutcome, cause: Stopped) -> CellOutcome:
    """Give the outcome of a test that lacks what a stopped cell should have made."""
    why = f"{cause.message} This test needs what that cell makes."
    if result.score:
        return replace(result, messages=(why, *result.messages))
    # What the checks say of it ("not there yet") would be misleading.
    log = (*result.log, f"the test without that cell: {result.status}")
    return replace(result, status=cause.status, messages=(why,), checks=(), log=log)


def tested(key: KeyCell, verdict: Verdict) -> CellOutcome:
    """Give the outcome of a test cell.

    Parameters
    ----------
    key
        The cell.
    verdict
        What running it gave.

    Notes
    -----
    The points are nbgrader's (`nbgrader.utils.determine_grade`), but for a value that is negative,
    not a number, or more than the maximum: no points in place of full ones or of an error.
    """
    if verdict.gone is not None:
        return died(key, verdict.gone.death)
    checks, words = _checks(key, verdict)
    log = [*verdict.warnings]
    if verdict.error is not None:
        score, status = 0.0, _status(verdict.error)
        log.append(f"{type(verdict.error).__name__}: {verdict.error}"[:MAX_MESSAGE])
        words = _explain(key, verdict)
    elif verdict.stderr:
        score, status = 0.0, "failed"
        log.append("the test cell wrote to stderr, which nbgrader counts as failed")
        words = ["The test wrote an error message."]
    else:
        score, status, note = points(verdict.text, key.points)
        log += note
        log += _full_lines(verdict)
    if status == "ok":
        words = []
    elif not words:
        words = ["A hidden test failed." if key.hidden else "The test gave less than full points."]
    return CellOutcome(
        name=key.name,
        kind="autograded",
        score=score,
        max_score=key.points,
        needs_manual=False,
        status=status,
        messages=tuple(word[:MAX_MESSAGE] for word in words),
        checks=checks,
        log=tuple(log),
    )


def beside(key: KeyCell, outputs: list[dict[str, Any]]) -> CellOutcome:
    """Give the outcome of a test cell that ran beside the student's code, by its outputs."""
    score, status, log, words = key.points, "ok", list[str](), list[str]()
    for output in outputs:
        if output["output_type"] == "error":
            kind = "failed" if output["ename"] == "AssertionError" else "error"
            score, status = 0.0, kind
            words = [f"{output['ename']}: {output['evalue']}".rstrip(": ")]
            break
        if output["output_type"] == "stream" and output["name"] == "stderr":
            score, status, words = 0.0, "failed", ["The test wrote an error message."]
            break
        if output["output_type"] == "execute_result":
            score, status, log = points(output["data"].get("text/plain"), key.points)
            break
    if status != "ok" and key.hidden:
        words = ["A hidden test failed."]
    return CellOutcome(
        name=key.name,
        kind="autograded",
        score=score,
        max_score=key.points,
        needs_manual=False,
        status=status,
        messages=tuple(word[:MAX_MESSAGE] for word in words),
        log=tuple(log),
    )


def points(text: str | None, max_points: float) -> tuple[float, str, list[str]]:
    """Turn the text of a test cell's value into points.

    Returns
    -------
    tuple
        Points, status, and notes for the instructor.
    """
    if not text or not reads_as_number(text):
        return max_points, "ok", []
    value = float(text)
    if not 0 <= value <= max_points:  # NaN included
        problem = f"the test cell's value is {value:g}, which is not between 0 and {max_points:g}"
        return 0.0, "error", [problem]
    if math.isclose(value, max_points):
        return value, "ok", []
    return value, "partial" if value > 0 else "failed", []


def reads_as_number(text: str | None) -> bool:
    """Whether nbgrader takes a value's text for points."""
    try:
        float(text or "")
    except ValueError:
        return False
    return True


def number(value: Any) -> float | None:
    """Give the number that a value holds, whatever its type; None where it holds none."""
    if isinstance(value, (np.ndarray, np.generic)) and value.size == 1:
        value = value.item() if value.dtype.kind in "iuf" else None
    known = (float, int, Fraction, Decimal, np.longdouble)
    if isinstance(value, bool) or not isinstance(value, known):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):  # a signalling NaN, or beyond all points
        return math.nan


def counted(key: KeyCell, result: CellOutcome, value: float | None) -> CellOutcome:
    """Give the outcome of a test whose value is a number with the key, and no text of one here.

    Parameters
    ----------
    value
        The number that it holds all the same, if any.
    """
    score, status, log = 0.0, "error", ["the test cell's value is no number, as it is with the key"]
    if value is not None:
        score, status, log = points(repr(value), key.points)
    words = "A hidden test failed." if key.hidden else "The test gave less than full points."
    messages = () if status == "ok" else (words,)
    return replace(result, score=score, status=status, messages=messages, log=(*result.log, *log))


def _status(error: BaseException) -> str:
    if isinstance(error, AssertionError):
        return "failed"
    if isinstance(error, TestTimeoutError):
        return "timeout"
    if getattr(error, "student_type", "") == "CellTimeoutError":
        return "timeout"
    return "memory" if isinstance(error, MemoryError) else "error"


def _checks(key: KeyCell, verdict: Verdict) -> tuple[tuple[dict[str, Any], ...], list[str]]:
    """Take over the Result of a check, without what a hidden test may not say."""
    to_dict = getattr(verdict.value, "to_dict", None)
    if verdict.error is not None or not callable(to_dict):
        return (), []
    result = to_dict()
    if not isinstance(result, dict) or not isinstance(result.get("lines"), list):
        return (), []
    if key.hidden and not result.get("hidden"):
        lines = [{**line, "message": "A hidden check.", "hint": None} for line in result["lines"]]
        result = {**result, "lines": lines, "hidden": True}
    words = []
    for line in result["lines"]:
        if not line.get("ok"):
            hint = f" Hint: {line['hint']}" if line.get("hint") else ""
            words.append(f"{line.get('message', '')}{hint}")
    return (result,), words


def _full_lines(verdict: Verdict) -> list[str]:
    """Say for the instructor what each check of a Result found."""
    if not callable(getattr(verdict.value, "to_dict", None)):
        return []
    return str(verdict.value).splitlines()


def _explain(key: KeyCell, verdict: Verdict) -> list[str]:
    """Say why a test cell ended, with no more than the student may know."""
    error = verdict.error
    assert error is not None
    place = _visible_line(key, verdict.line)
    if key.hidden:
        if place and isinstance(error, AssertionError):
            return [f"This check failed: {place}"]
        return ["A hidden test failed."]
    text = str(error)
    if isinstance(error, AssertionError):
        reason = f"This check failed: {place or key.name}"
        return [f"{reason} ({text})" if text else reason]
    if getattr(error, "student_type", "") == "CellTimeoutError":
        return [WORDS_OF_DEATH["timeout"]]
    name = getattr(error, "student_type", "") or type(error).__name__
    return [f"{name}: {text}" + (f" (at: {place})" if place else "")]


def _visible_line(key: KeyCell, number: int | None) -> str:
    """Give a line of a test cell, unless students have not seen it."""
    lines = key.source.split("\n")
    if number is None or not 1 <= number <= len(lines):
        return ""
    inside = False
    for line in lines[:number]:
        if HIDDEN_BEGIN in line:
            inside = True
        elif HIDDEN_END in line:
            inside = False
    return "" if inside else lines[number - 1].strip()
