"""Judgements that are taken over from earlier students: when, and that nothing comes out else."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from drawn_class import Drawing
from engine_course import answer, cell, handed_in, key, test

from grading.engine import Settings, precedent, service
from grading.engine.examiner import Examiner
from grading.engine.graded import Written, stream
from grading.engine.job import Job, unpacked
from grading.engine.precedent import Judgement, Precedents
from grading.engine.process import EXECUTION, Request
from grading.engine.protocol import Encoded
from grading.engine.pulse import Pulse
from grading.engine.question import Question
from grading.records import AnswerKey, CellOutcome, NotebookOutcome, Submission
from grading.sandbox import Limits

RIGHT = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x))"
SAME = "def sigmoid(z):\n    e = np.exp(-z)\n    return 1 / (1 + e)"
ANOTHER = "def sigmoid(x):\n    return 0.5 * (1 + np.tanh(0.5 * x))"
WRONG = "def sigmoid(x):\n    return 1 / (1 + np.exp(-x)) + 0.1"
WRONG_LATER = "count = 0\n" + WRONG.replace(
    "    return", "    global count\n    count += 1\n    if count > LAST: x = x + 1\n    return"
)
ENDS_LATER = WRONG_LATER.replace("x = x + 1", "import os; os._exit(0)")


@dataclass
class School:
    """One answer key, whose tests run in this process."""

    source: AnswerKey
    engine: service.Engine
    judged: list[str] = field(default_factory=list)

    def grade(self, content: str | bytes) -> NotebookOutcome:
        """Grade a notebook, or an answer to the only exercise."""
        if isinstance(content, str):
            content = handed_in(self.source, {"answer": content})
        (name,) = self.source.notebooks
        submission = Submission("student", "hw", {f"{name}.ipynb": content})
        request = Request(submission, Limits(), Settings(cell_seconds=10))
        prepared = self.engine._prepare(self.source)
        warm = self.engine._warm_process(prepared)
        with closing(Pulse()) as pulse:
            told = Job(prepared, request, warm, pulse).run()
        ((outcome,), problems) = unpacked(told)
        assert not problems
        return outcome

    def forget(self) -> None:
        """Let no student have come before."""
        kept = self.engine._prepare(self.source).precedents
        kept |= {name: Precedents() for name in kept}
        self.judged.clear()


@pytest.fixture(scope="module")
def engine() -> Iterator[service.Engine]:
    with pytest.MonkeyPatch.context() as patch, service.Engine() as made:
        patch.setitem(os.environ, EXECUTION, "autograde")
        yield made


def school(engine: service.Engine, monkeypatch: pytest.MonkeyPatch, source: AnswerKey) -> School:
    """Make a school, and note which tests run."""
    made = School(source, engine)
    run = Examiner.run

    def noted(self: Examiner, name: str, seconds: float) -> Any:
        made.judged.append(name)
        return run(self, name, seconds)

    monkeypatch.setattr(Examiner, "run", noted)
    engine._warm_process(engine._prepare(source))
    made.forget()
    return made


@pytest.fixture
def sigmoids(engine: service.Engine, monkeypatch: pytest.MonkeyPatch) -> School:
    """Make a course of one exercise."""
    imports = cell("import numpy as np\nfrom tutor import check")
    check = test('check.exercise("activations/sigmoid", points=5)')
    return school(engine, monkeypatch, key(imports, answer(RIGHT), check))


def test_the_same_answers_are_judged_once(sigmoids: School) -> None:
    first = sigmoids.grade(RIGHT)
    assert sigmoids.judged == ["test"]
    second = sigmoids.grade(SAME)
    assert sigmoids.judged == ["test"]
    assert first.cells[-1] == second.cells[-1]
    assert first.cells[-1].score == 5


def test_answers_that_differ_in_the_last_bit_are_judged(sigmoids: School) -> None:
    sigmoids.grade(RIGHT)
    assert sigmoids.grade(ANOTHER).cells[-1].score == 5
    assert sigmoids.grade(WRONG).cells[-1].status == "failed"
    assert sigmoids.judged == ["test"] * 3


def test_wrong_answers_too(sigmoids: School) -> None:
    first = sigmoids.grade(WRONG)
    assert (
        sigmoids.grade(WRONG.replace("(x)", "(z)").replace("-x", "-z")).cells[-1] == first.cells[-1]
    )
    assert sigmoids.judged == ["test"]


@pytest.mark.parametrize("later", [WRONG_LATER, ENDS_LATER])
@pytest.mark.parametrize("last", [0, 1, 5, 8, 10, 20])
def test_what_departs_half_way_is_judged_as_if_alone(
    sigmoids: School, later: str, last: int
) -> None:
    later = later.replace("LAST", str(last))
    alone = sigmoids.grade(later)
    sigmoids.forget()
    sigmoids.grade(WRONG)
    assert sigmoids.grade(later) == alone


def test_calls_are_not_made_twice(sigmoids: School) -> None:
    counts = WRONG_LATER.replace("LAST", "99") + "\n    if count > 9: raise ValueError(f'{count}')"
    counts = counts.replace("    return", "    value =") + "\n    return value"
    alone = sigmoids.grade(counts)
    sigmoids.forget()
    sigmoids.grade(WRONG)
    assert sigmoids.grade(counts) == alone


def test_one_function_under_two_names_is_no_precedent_for_two(
    engine: service.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = 'check.together(check.exercise("activations/tanh"), check.exercise("activations/relu"))'
    imports = cell("import numpy as np\nfrom tutor import check")
    made = school(engine, monkeypatch, key(imports, answer("tanh = relu = None"), test(both)))
    once = "def tanh(x):\n    return 2 / (1 + np.exp(-2 * x)) - 1\nrelu = tanh"
    right = once.replace("relu = tanh", "def relu(x):\n    return np.maximum(0, x)")
    assert made.grade(once).cells[-1].status != "ok"
    assert made.grade(right).cells[-1].status == "ok"
    assert made.grade(once).cells[-1].status != "ok"


def test_what_an_earlier_test_has_bound_is_no_precedent(
    engine: service.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = cell("from tutor import check")
    binds = test("half = x / 2", "binds")
    checks = test("check.number(half, 2)", "checks")
    made = school(engine, monkeypatch, key(imports, answer("x = 4"), binds, checks))
    assert made.grade("x = 4").cells[-1].status == "ok"
    assert made.grade("x = 6").cells[-1].status == "failed"
    assert made.grade("x = 4").cells[-1].status == "ok"


@pytest.mark.slow
def test_a_class_gets_what_each_would_get_alone(
    engine: service.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawing = Drawing("03-activations", seed=5)
    source = AnswerKey("hw", {"activations": drawing.maker.source.encode()})
    made = school(engine, monkeypatch, source)
    handed = [drawing.notebook().encode() for _ in range(8)]
    monkeypatch.setattr(precedent.Precedents, "find", lambda *_: None)
    alone = [made.grade(content) for content in handed]
    monkeypatch.undo()
    made = school(engine, monkeypatch, source)
    assert [made.grade(content) for content in handed] == alone
    judged = len(made.judged)
    assert [made.grade(content) for content in reversed(handed)] == alone[::-1]
    again = len(made.judged) - judged
    assert again < judged / 10  # what can't be known again, such as a function that is the answer


class Speaker:
    """Stands in for a session: gives one answer to each question."""

    def __init__(self, answers: dict[str, bytes]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.dropped = False

    def put(self, question: Question) -> bytes:
        self.asked.append(question.name)
        return self.answers[question.name]

    def forget_answers(self) -> None:
        self.dropped = True


def judgement(text: str) -> Judgement:
    outcome = CellOutcome(text, "autograded", 1.0, 1.0, False, "ok")
    return Judgement(Written([stream(text)]), outcome, frozenset())


def test_questions_are_asked_along_the_answers() -> None:
    kept = Precedents()
    f, g = Question("calls", "f"), Question("empty", "g")
    kept.keep("test", (), [(f, b"1"), (g, b"2")], judgement("both"))
    kept.keep("test", (), [(f, b"3")], judgement("short"))
    for answers, asked, found in (
        ({"f": b"1", "g": b"2"}, ["f", "g"], "both"),
        ({"f": b"3"}, ["f"], "short"),
        ({"f": b"1", "g": b"4"}, ["f", "g"], None),
        ({"f": b"2"}, ["f"], None),
    ):
        speaker: Any = Speaker(answers)
        known = kept.find("test", (), speaker)
        assert (speaker.asked, known and known.outcome.name) == (asked, found)
        assert speaker.dropped == (found is not None)
    assert kept.find("test", ("else",), Speaker({})) is None  # type: ignore[arg-type]


def test_a_test_that_asks_something_else_of_the_same_answers_is_not_relied_on() -> None:
    kept = Precedents()
    f, g = Question("calls", "f"), Question("calls", "g")
    kept.keep("test", (), [(f, b"1")], judgement("first"))
    kept.keep("test", (), [(g, b"1")], judgement("other"))
    kept.keep("test", (), [(f, b"1"), (g, b"1")], judgement("longer"))
    kept.keep("test", (), [], judgement("shorter"))
    found = kept.find("test", (), Speaker({"f": b"1"}))  # type: ignore[arg-type]
    assert found is not None
    assert found.outcome.name == "first"


def test_there_is_an_end_to_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedent, "MAX_BYTES", 5000)
    kept = Precedents()
    long = Question("calls", "f", (), Encoded(b"x" * 4000, b"y" * 1000))
    for name in ("one", "two", "three"):
        kept.keep(name, (), [(long, b"1")], judgement(name))
    heard: Any = Speaker({"f": b"1"})
    assert kept.find("one", (), heard) is None
    assert kept.find("three", (), heard) is not None
    for name in ("four", "five"):
        kept.keep(name, (), [], judgement(name * 1000))
    assert kept.find("three", (), heard) is None
    assert kept.find("five", (), heard) is not None


def in_a_fork(do: Callable[[], None]) -> None:
    """Do something in another process, and wait until it has ended."""
    pid = os.fork()
    if pid == 0:
        do()
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0


def test_examiners_learn_from_each_other() -> None:
    kept = Precedents()
    signature = (("f", "function", "f", 0), ("x", b"digest"), ("y",))
    question = Question("calls", "f", ("np.*",), Encoded(b"body", b"raw"))
    made = judgement("theirs")
    in_a_fork(lambda: kept.keep("test", signature, [(question, b"1")], made))
    heard: Any = Speaker({"f": b"1"})
    for _ in range(2):
        assert kept.find("test", signature, heard) == made
    assert kept.find("test", signature, Speaker({"f": b"2"})) is None  # type: ignore[arg-type]
    in_a_fork(lambda: kept.keep("test", signature, [(question, b"2")], judgement("later")))
    found = kept.find("test", signature, Speaker({"f": b"2"}))  # type: ignore[arg-type]
    assert found is not None
    assert found.outputs.text == judgement("later").outputs.text


def test_what_was_asked_ahead_is_known_in_the_words_of_another_process() -> None:
    kept = Precedents()
    mine, theirs = Encoded(b"body", b"raw"), Encoded(bytes(bytearray(b"body")), b"raw")
    kept.keep("other", (), [(Question("calls", "f", (), mine), b"1")], judgement("mine"))
    theirs_is = Question("calls", "f", (), theirs)
    in_a_fork(lambda: kept.keep("test", (), [(theirs_is, b"1")], judgement("theirs")))

    class Listening(Speaker):
        def put(self, question: Question) -> bytes:
            assert question.cases is mine
            return super().put(question)

    assert kept.find("test", (), Listening({"f": b"1"})) is not None  # type: ignore[arg-type]


def test_examiners_of_a_class_learn_from_each_other(sigmoids: School) -> None:
    answers = (WRONG, ANOTHER, SAME)
    alone = [sigmoids.grade(text) for text in answers]
    sigmoids.forget()

    def elsewhere() -> None:
        for text in answers:
            sigmoids.grade(text)

    in_a_fork(elsewhere)
    assert [sigmoids.grade(text) for text in answers] == alone
    assert sigmoids.judged == []
