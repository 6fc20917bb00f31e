"""The vocabulary of test cells, the result object, and what hidden results keep to themselves."""

import json
import math
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from tutor import activations, check, mistakes
from tutor.check.calling import call
from tutor.check.result import Line, Result


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def square(x):
    return x**2


def only(result):
    assert len(result.lines) == 1
    return result.lines[0]


# Looking answers up ------------------------------------------------------------------------------


def test_an_undefined_name_is_not_started():
    result = check.exercise("activations/elu")
    assert result.status == "not started"
    assert "`elu` isn't there yet" in only(result).message
    assert result.score == 0
    assert check.agrees(check.yours.never_defined, with_=square, on=[1.0]).status == "not started"


def test_a_defined_name_is_found_in_the_notebook():
    namespace = {"check": check, "sigmoid": sigmoid}
    exec("result = check.exercise('activations/sigmoid')", namespace)
    assert namespace["result"].ok


def test_names_are_asked_of_a_mapping_as_the_examiner_uses_it():
    class Remote(dict):
        def __missing__(self, name):
            if name == "sigmoid":
                return sigmoid
            raise NameError(name)

    source = "result = check.exercise('activations/sigmoid'); other = check.exercise(\n"
    local = Remote(check=check)
    exec(source + "'activations/elu')", {}, local)
    assert local["result"].ok
    assert local["other"].status == "not started"


def test_stubs_and_gaps_are_not_started():
    def relu(x):
        raise NotImplementedError

    assert check.exercise("activations/relu", relu).status == "not started"
    for gap in (None, ...):
        assert check.exercise("xor/most_rows", gap).status == "not started"
        assert check.exercise("activations/relu", gap).status == "not started"


def test_a_body_that_does_nothing_is_not_started():
    def dots(x): ...

    def passes(x):
        pass

    def says_what(x):
        """Return the larger of x and 0."""

    for empty in (dots, passes, says_what):
        assert check.exercise("activations/relu", empty).status == "not started"
        hidden = check.exercise("activations/relu", empty, seed=3, hidden=True)
        assert hidden.status == "not started"
        assert hidden.score == 0


def test_a_forgotten_return_is_not_an_empty_body():
    def relu(x):
        np.maximum(0, x)

    assert check.exercise("activations/relu", relu).status == "wrong"


def test_hidden_tests_need_a_seed():
    with pytest.raises(ValueError, match="seed"):
        check.exercise("activations/relu", square, hidden=True)


# Calling -----------------------------------------------------------------------------------------


def test_nothing_is_written_and_no_warning_escapes(capfd):
    def noisy(x):
        warnings.warn("look out", RuntimeWarning, stacklevel=1)
        np.log(np.zeros(3))
        import sys

        print("to stderr", file=sys.stderr)
        return 1 / (1 + np.exp(-x))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert check.exercise("activations/sigmoid", noisy).ok
    assert capfd.readouterr().err == ""


def test_each_call_gets_fresh_copies():
    seen = []

    def keeps(x):
        seen.append(x)
        x[...] = 7.0
        return x

    given = np.array([1.0, 2.0])
    result = check.agrees(keeps, with_=square, on=given)
    assert not result.ok
    assert np.array_equal(given, [1.0, 2.0])
    assert seen[0] is not given


def test_changed_inputs_are_noticed():
    def square_in_place(x):
        x *= x
        return x

    line = only(check.agrees(square_in_place, with_=square, on=[1.0, 2.0]))
    assert line.mistake == "general/changed_input"
    assert not check.leaves_unchanged(square_in_place, on=[1.0, 2.0]).ok
    assert check.leaves_unchanged(square, on=[1.0, 2.0]).ok


def test_an_entry_of_a_list_that_becomes_something_else_is_noticed():
    def penalty(Ws, rate):
        total = 0.5 * rate * sum(np.sum(W**2) for W in Ws)
        Ws[0] = 0.0
        return total

    result = check.exercise("parameters/l2_penalty", penalty)
    assert {line.mistake for line in result.lines} == {"general/changed_input"}


def test_a_list_of_other_things_is_not_what_was_handed_in():
    """As many losses as there were batches, or a shape for each size."""

    def penalty(Ws, rate):
        return [0.5 * rate * np.sum(W**2) for W in Ws]

    def shapes(sizes):
        return [(n, n) for n in sizes]

    for exercise, wrong in (
        ("parameters/l2_penalty", penalty),
        ("parameters/weight_shapes", shapes),
    ):
        result = check.exercise(exercise, wrong)
        assert "general/given_back" not in {line.mistake for line in result.lines}


def test_the_first_row_is_known_where_some_tables_have_one_row_only():
    def first(Z):
        e = np.exp(Z[0] - Z[0].max())
        return e / e.sum()

    def lost_axis(Z):
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        return (e / e.sum(axis=1, keepdims=True)).squeeze()

    told = {line.mistake for line in check.exercise("activations/softmax", first).lines}
    assert told == {"general/first_only"}
    result = check.exercise("activations/softmax", lost_axis, seed=44, hidden=True)
    told = {line.mistake for line in result.lines if not line.ok}
    assert "general/first_only" not in told


def test_a_function_that_leaves_is_told_so():
    def leaves(x):
        raise SystemExit

    line = only(check.agrees(leaves, with_=square, on=[1.0]))
    assert "SystemExit" in line.message
    assert "exit()" in line.hint


def test_a_proxy_that_watches_itself_is_asked_to():
    class Proxy:
        def __call__(self, x):
            raise AssertionError("the watched way is to be used")

        def call_many(self, forbids, cases):
            assert "np.tanh" in forbids
            return [(np.tanh(*args), None, ("np.tanh",), ()) for args in cases]

    result = check.exercise("activations/tanh", Proxy())
    assert {line.mistake for line in result.lines} == {"general/forbidden"}
    assert result.to_dict()["lines"][0]["forbidden"] == ["np.tanh"]


def test_what_cannot_travel_is_named_by_its_student_type():
    class Opaque:
        student_type = "generator"

    line = only(check.agrees(lambda x: Opaque(), with_=square, on=[1.0]))
    assert line.mistake == "general/returned_generator"


def test_the_line_number_comes_from_the_students_traceback():
    def remote(x):
        error = TypeError("no way")
        error.student_traceback = 'File "<cell>", line 4, in f\n  line 7\n'
        raise error

    assert "line 7" in only(check.agrees(remote, with_=square, on=[1.0])).message


@pytest.mark.parametrize(
    ("answer", "mistake"),
    [
        (None, "returned_none"),
        ([1.0, 4.0], "returned_list"),
        ((v for v in (1.0, 4.0)), "returned_generator"),
        ("[1, 4]", "returned_string"),
        (np.array([[1.0], [4.0]]), "wrong_shape"),
        (np.array([1.0, np.nan]), "not_finite"),
        (np.array([1.0, np.inf]), "not_finite"),
        (np.array(["1", "4"]), "wrong_type"),
        (square, "returned_function"),
        (..., "gap_left"),
        ({"a": 1}, "wrong_type"),
        (np.array([1.0, 5.0]), "value"),
    ],
)
def test_answers_of_the_wrong_kind_are_told_what_they_are(answer, mistake):
    line = only(check.agrees(lambda x: answer, with_=square, on=[1.0, 2.0]))
    assert line.mistake == f"general/{mistake}"
    assert line.status == "wrong"


def test_a_matrix_of_the_wrong_orientation_is_told_so():
    result = check.agrees(lambda X: X.T, with_=lambda X: X, on=np.ones((2, 3)))
    assert only(result).mistake == "general/transposed"
    assert "(3, 2)" in only(result).message


def test_equality_is_never_asked_of_the_student():
    class Always(np.ndarray):
        def __eq__(self, other):
            return True

        __hash__ = None

    class Agrees:
        def __eq__(self, other):
            return True

        __hash__ = None

    wrong = np.zeros(2).view(Always)
    assert not check.agrees(lambda x: wrong, with_=square, on=[1.0, 2.0]).ok
    assert not check.agrees(lambda x: Agrees(), with_=square, on=[1.0, 2.0]).ok
    assert not check.exercise("xor/most_rows", Agrees()).ok
    assert not check.exercise("activations/softmax_shift", Agrees()).ok


def test_single_precision_and_nan_agree():
    x = np.linspace(-4, 4, 9)
    assert check.agrees(lambda t: sigmoid(t.astype(np.float32)), with_=sigmoid, on=x).ok
    assert check.agrees(lambda t: t / 0 * 0, with_=lambda t: t * np.nan, on=x).ok
    assert not check.agrees(lambda t: sigmoid(t) + 1e-3, with_=sigmoid, on=x).ok


# Verbs -------------------------------------------------------------------------------------------


def test_derivative_leaves_out_kinks():
    def relu(x):
        return np.maximum(0, x)

    points = [-2.0, 0.0, 1.5]
    assert check.derivative(lambda x: (x >= 0) * 1.0, of=relu, on=points).ok
    assert check.derivative(np.cos, of=np.sin, on=points).ok
    assert not check.derivative(np.sin, of=np.sin, on=points).ok
    assert not check.derivative(lambda x: np.cos(x) * 1.001, of=np.sin, on=points).ok


def test_gradient_of_one_and_of_several_arguments():
    def loss(W, b):
        return float(np.sum(W**2) + 3 * np.sum(b))

    W, b = np.arange(4.0).reshape(2, 2), np.ones(2)
    right = check.gradient(lambda W, b: (2 * W, 3 + 0 * b), of=loss, at=(W, b), wrt=(0, 1))
    assert right.ok, str(right)
    assert not check.gradient(lambda W, b: W, of=loss, at=(W, b)).ok


def test_returns_looks_at_shape_and_dtype():
    assert check.returns(np.zeros_like, on=np.ones((2, 3)), shape=(2, 3), dtype="float64").ok
    assert not check.returns(np.transpose, on=np.ones((2, 3)), shape=(2, 3)).ok
    line = only(check.returns(lambda x: x.astype(int), on=np.ones(2), dtype="float64"))
    assert line.mistake == "general/wrong_dtype"


def test_raises():
    def strict(x):
        if np.any(x < 0):
            raise ValueError("negative")
        return x

    assert check.raises(strict, ValueError, on=[-1.0]).ok
    assert only(check.raises(strict, ValueError, on=[1.0])).mistake == "general/not_raised"
    assert not check.raises(strict, KeyError, on=[-1.0]).ok


def test_properties():
    softmax = mistakes.get("activations/softmax").reference
    Z = np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 5.0]])
    assert check.holds(softmax, check.sums_to(1, axis=1), on=Z).ok
    assert not check.holds(softmax, check.sums_to(1, axis=0), on=Z).ok
    assert check.holds(softmax, check.between(0, 1), on=Z).ok
    assert check.holds(softmax, check.unchanged_when("100 is added", lambda z: z + 100), on=Z).ok
    assert not check.holds(square, check.unchanged_when("100 is added", lambda z: z + 100), on=Z).ok
    assert check.holds(np.tanh, check.never_falls(), on=[3.0, -1.0, 0.0]).ok
    line = only(check.holds(square, check.never_falls(), on=[3.0, -1.0, 0.0]))
    assert "never falls" in line.message
    positive = check.that("it is positive", lambda y, x: y > 0)
    assert not check.holds(square, positive, on=[0.0, 1.0]).ok


def test_learning_outcomes():
    assert check.learns(lambda seed: 0.05, below=0.1, seeds=(1, 2, 3)).ok
    half = check.learns(lambda seed: 0.3 * (seed == 2), below=0.1, seeds=(1, 2))
    assert "1 of 2 runs" in only(half).message
    assert check.learns(lambda seed: 0.3 * (seed == 2), below=0.1, seeds=(1, 2), at_least=1).ok
    diverged = check.learns(lambda seed: np.nan, below=0.1, seeds=(1,))
    assert "nan" in only(diverged).hint
    assert not check.learns(lambda seed: -np.inf, below=0.1, seeds=(1,)).ok
    assert check.learns(lambda s: [9, s], below=5, seeds=(1, 2), measure=lambda r: r[1]).ok


def test_calls_are_counted():
    def twice(f, x):
        return f(x) + f(x)

    assert check.calls_at_most(twice, 2, on=[square, 3.0]).ok
    line = only(check.calls_at_most(twice, 1, on=[square, 3.0]))
    assert line.mistake == "general/too_much_work"
    assert not check.calls_at_most(lambda f, x: 2 * x, 5, on=[square, 3.0]).ok


def test_nothing_holds_of_no_numbers():
    for empty in (np.zeros((0, 3)), np.zeros((0, 1)), []):
        for what in (check.between(0, 1), check.sums_to(1, axis=-1)):
            assert not check.holds(lambda x, empty=empty: empty, what, on=np.ones((2, 3))).ok
    assert check.holds(lambda x: x[x > 1], check.between(0, 1), on=np.ones(0)).ok
    shifted = check.unchanged_when("x is shifted", lambda x: x + 1)
    late = iter([np.ones(3), np.ones(3), np.zeros((0, 1))])
    assert not check.holds(lambda x: next(late), shifted, on=np.ones(3)).ok


def test_multiplications_are_counted():
    A, B, v = np.ones((4, 5)), np.ones((5, 6)), np.ones((6, 1))

    def cheap(A, B, v, multiply):
        return multiply(A, multiply(B, v))

    def dear(A, B, v, multiply):
        return multiply(multiply(A, B), v)

    assert check.multiplications(cheap, 50, on=[A, B, v]).ok
    line = only(check.multiplications(dear, 50, on=[A, B, v]))
    assert "144 multiplications" in line.message
    assert not check.multiplications(lambda A, B, v, multiply: A @ B @ v, 50, on=[A, B, v]).ok
    for other in (lambda A, B, v, multiply: multiply(np.eye(1), np.eye(1)),
                  lambda A, B, v, multiply: multiply(v, v) * 0 + A @ B @ v):  # fmt: skip
        assert not check.multiplications(other, 50, on=[A, B, v]).ok


def test_plain_answers():
    assert check.number(3.1416, 3.14159, within=1e-4).ok
    assert not check.number(3.2, 3.14159, within=1e-4).ok
    assert only(check.number("3", 3)).hint == "Write the number without quotes."
    assert check.choice(" ReLU ", "relu", options=("relu", "tanh")).ok
    assert only(check.choice("selu", "relu", options=("relu", "tanh"))).hint
    assert check.set_of({"a", "b"}, {"b", "a"}, options=("a", "b", "c")).ok
    line = only(check.set_of({"a", "c"}, {"b", "a"}, options=("a", "b", "c")))
    assert "1 of your choices" in line.message
    assert check.ordering(["x", "y"], ["x", "y"]).ok
    assert "first 1 places" in only(check.ordering(["x", "z", "y"], ["x", "y", "z"])).message


def test_a_table_gives_partial_credit():
    result = check.table({"a": 1, "b": 3, "c": ...}, {"a": 1, "b": 2, "c": 3}, points=3)
    assert [line.status for line in result.lines] == ["passed", "wrong", "not started"]
    assert repr(result) == "1.0"


def test_rows_may_be_named_without_what_is_hard_to_type():
    right = {"e^(−z)": 1, "circle": 2, "0.1": 3}
    assert check.table({"e^(-z)": 1, "Circle ": 2, 0.1: 3}, right).ok
    assert check.choice("x1^2 and x2^2", "x1² and x2²").ok
    assert check.exercise("xor/contradiction", "w1+w2+2b>0").ok
    assert check.exercise("parameters/prefer", "regularization").ok
    assert check.choice("x1**2 and x2**2", "x1² and x2²").ok
    assert check.choice("the data set’s classes", "the data set's classes").ok
    result = check.table({"e^(−z)": 1, "disc": 2, "0.1": float("nan")}, right)
    assert [line.status for line in result.lines] == ["passed", "not started", "wrong", "wrong"]
    assert "nan" in result.lines[2].message
    assert "`disc`" in result.lines[3].message
    # A note beside a full table does no harm.
    assert check.table(right | {"mine": 0}, right).ok


def test_answers_are_told_what_form_they_have():
    for answer, words in (
        (("1", "1", "-1.5"), "text in quotes"),
        ((1, 1), "a tuple of length 2"),
        ((1, 1, float("nan")), "nan"),
        ((np.inf, np.inf, 0.0), "infinity is no number"),
    ):
        assert words in only(check.exercise("xor/and_gate", answer)).message
    for settings in ({"hidden_layers": (3,), "activation": "tanh", "learning_rate": 0.1},):
        assert check.exercise("playground/smallest_network", settings).ok
    assert "29.5" in only(check.exercise("parameters/budget", [2, 29.5, 29, 1])).message
    assert "'back'" in only(check.exercise("training/sgd_loop", ["back"] * 5)).message


ODD = (
    5e-324, 10**400, 1j, Decimal("nan"), [np.nan, np.nan], (np.inf,) * 3, np.zeros((0, 1)), {}, "",
    np.empty(1, object), np.array("x"), np.timedelta64("NaT"),
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_an_odd_answer_is_wrong_and_makes_no_check_raise(odd):
    for exercise in (one for theme in mistakes.THEMES for one in mistakes.exercises(theme)):
        given = (lambda *args: odd) if exercise.kind == "function" else odd
        assert not check.exercise(exercise.id, given).ok, exercise.id


@pytest.mark.parametrize(
    ("given", "right", "slip"),
    [
        (-0.04, 0.04, "sign"),
        (0.004, 0.04, "decimal_point"),
        (-0.004, 0.04, "sign_and_point"),
        (4.82, 0.0482, "percent"),
        (4.54e5, 4.54e-5, "decimal_point"),
        ((-3.0, 2.5), (3.0, -2.5), "sign"),
        ((4.54, 0.25), (4.54e-5, 0.25), "decimal_point"),
        ((-3.0, 0.25), (3.0, 2.5), "value"),  # a slip of each kind
        (-12, 12, "sign"),
        (120, 12, "value"),  # nobody moves the point of a count
        (1.0, 0.1, "value"),  # 1 may come from anywhere
        (0.05, 0.04, "value"),
        (0.0, 0.04, "value"),
        (0.04, 0.0, "value"),
        (math.inf, 0.04, "value"),
    ],
)
def test_right_digits_are_told_what_is_wrong_with_them(given, right, slip):
    """In a plain answer and in a table alike."""
    assert only(check.number(given, right)).mistake == f"general/{slip}"
    if not isinstance(right, tuple):
        line = check.table({"a": given, "b": 1}, {"a": right, "b": 1}).lines[0]
        assert line.mistake == f"general/{slip}"
        assert (line.hint is None) == (slip == "value")


def test_a_catalogued_mistake_goes_before_a_slip():
    answer = {**mistakes.get("backprop/small_graph").answer, "df/dz": 3, "df/dx": 4}
    lines = check.exercise("backprop/small_graph", answer).lines
    assert {line.mistake for line in lines if not line.ok} == {"general/sign"}
    answer = {**mistakes.get("activations/relu_at_three_points").answer, "a(-10)": -10.0}
    lines = check.exercise("activations/relu_at_three_points", answer).lines
    told = {line.mistake for line in lines if not line.ok}
    assert told == {"activations/relu_at_three_points/identity_left"}


@pytest.mark.parametrize(
    ("exercise", "answer", "mistake", "words"),
    [
        ("training/guessing", (2, 3), "decimal_comma", "`0.5`"),
        ("activations/vanishing", (9, 5e-07), "decimal_comma", "`0.5`"),
        ("training/mend_d", (0, 2), "decimal_comma", "`0.5`"),
        ("playground/default_size", (12, 10), "returned_tuple", "One number"),
        ("activations/vanishing", (9.5e-07,), "returned_tuple", "comma behind"),
        ("activations/vanishing", Fraction(1, 4) ** 10, "wrong_type", "`float(...)`"),
        ("training/guessing", Decimal("2.303"), "wrong_type", "`float(...)`"),
        ("activations/sech_counterexample", [1.3], "wrong_type", "by itself"),
        ("activations/saturation", ("0", "0.25", "0"), "returned_string", "without quotes"),
        ("activations/softmax_shift", ["nothing"], "wrong_type", "without brackets"),
        ("activations/softmax_shift", [], "wrong_type", "without brackets"),
        ("activations/softmax_shift", ["less"], "not_an_option", "Choose from"),
        ("parameters/budget", [2, ..., ..., 1], "not_started", None),
        ("playground/smallest_network", {"hidden_layers": ...}, "not_started", None),
        ("playground/tame_noise", ("L2", 0.1), "wrong_type", None),
        ("playground/relu_slower", {"gauss", "1"}, "wrong_type", "no order"),
        ("playground/not_a_line", {(-5, 0), (5, 0)}, "wrong_type", "no order"),
    ],
)
def test_numbers_and_choices_are_told_how_to_write_them(exercise, answer, mistake, words):
    line = only(check.exercise(exercise, answer))
    assert line.mistake == f"general/{mistake}"
    assert (words or "") in (line.hint or "")
    assert "numbers are asked for" not in line.message


def test_a_pattern_has_to_explain_every_wrong_result():
    def half_rounded(x):
        y = 1 / (1 + np.exp(-x))
        return np.round(y, 2) if x.size == 5 else 2 * y

    lines = check.exercise("activations/sigmoid", half_rounded).lines
    assert {line.mistake for line in lines} == {"general/value"}


def test_hints_of_hidden_tests_hold_no_numbers():
    def wrong(dy, J):
        return -(dy @ J)

    line = only(check.exercise("backprop/multivariate", wrong, seed=3, hidden=True))
    assert line.mistake == "general/sign"
    assert not re.search(r"\d", line.message + line.hint)


def test_plain_answers_never_show_the_right_one():
    for exercise in mistakes.catalogue():
        if exercise.kind == "number":
            text = str(check.exercise(exercise.id, 776.0))
            assert str(exercise.answer) not in text.replace(exercise.title, "")


# Results -----------------------------------------------------------------------------------------


def test_scores_by_representation():
    passed, wrong = Line("passed", "yes"), Line("wrong", "no")
    assert repr(Result([passed])) == "Right."
    assert repr(Result([passed, passed], points=2)) == "Right: all 2 checks pass."
    assert repr(Result([passed, wrong])) == "0.0"
    assert repr(Result([passed, wrong], points=3)) == "1.5"
    assert repr(Result([wrong], points=3)) == "0.0"
    with pytest.raises(ValueError, match="float"):
        float(repr(Result([passed])))


def test_a_result_needs_lines():
    with pytest.raises(ValueError, match="line"):
        Result([])
    with pytest.raises(ValueError, match="result"):
        check.together()


def test_together_weighs_results_alike():
    passed, wrong = Line("passed", "yes"), Line("wrong", "no")
    joined = check.together(Result([passed] * 5), Result([passed, wrong]), points=4)
    assert repr(joined) == "2.0"
    partial = check.together(Result([passed] * 5), Result([passed, wrong], points=1), points=4)
    assert repr(partial) == "3.0"
    assert repr(check.together(Result([passed]), Result([passed]), points=4)).startswith("Right")
    assert check.together(Result([passed]), Result([wrong], hidden=True)).hidden


def test_to_dict_is_json_of_the_agreed_form():
    result = check.exercise("activations/sigmoid", lambda x: 1 / (1 + np.exp(x)))
    data = json.loads(json.dumps(result.to_dict()))
    assert set(data) == {"score", "lines", "exercise", "hidden"}
    assert set(data["lines"][0]) == {"ok", "message", "hint", "mistake", "forbidden"}
    assert data["lines"][0]["mistake"] == "activations/sigmoid/exponent_sign"
    assert data["score"] == 0.0
    assert data["exercise"] == "activations/sigmoid"


def test_the_table_is_escaped_and_readable_by_a_screen_reader():
    html = Result([Line("wrong", "`<b>` is 1 < 2", "use `x`")], title="A & B")._repr_html_()
    assert "<b>" not in html
    assert "<code>&lt;b&gt;</code>" in html
    assert "<caption" in html
    assert 'scope="row"' in html
    assert 'scope="col"' in html
    assert 'aria-hidden="true"' in html
    assert "Not yet" in html
    assert "var(--jp-" in html


def test_a_setting_spelled_otherwise_is_named_as_it_is_here():
    answer = {"regularisation": "L2", "regularization_rate": 0.1}
    assert "Do you mean regularization?" in str(check.exercise("playground/tame_noise", answer))


def test_an_interrupted_function_is_named_and_not_the_check():
    source = "def linear(X, W, b):\n    while True:\n        raise KeyboardInterrupt"
    namespace = {}
    exec(compile(source, "<cell>", "exec"), namespace)
    with pytest.raises(KeyboardInterrupt) as stopped:
        check.exercise("training/linear", namespace["linear"])
    shown = "".join(stopped.value._render_traceback_())
    assert "It was in line 3 of its cell. Does its loop end?" in shown
    assert "check" not in shown


def test_a_hint_is_shown_once():
    result = check.exercise("activations/sigmoid", lambda x: 1 / (1 + np.exp(x)))
    assert len(result.lines) > 2
    assert str(result).count("Hint:") == 1
    assert result._repr_html_().count("Hint:") == 1


def test_a_picture_is_drawn_for_curves_only_when_someone_looks(monkeypatch):
    def wrong(x):
        return 1 / (1 + np.exp(x))

    result = check.exercise("activations/sigmoid", wrong)
    assert "<img" in result._repr_html_()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert "<img" not in result._repr_html_()
    monkeypatch.delenv("NBGRADER_EXECUTION")
    assert "<img" not in check.exercise("activations/sigmoid", sigmoid)._repr_html_()
    hidden = check.exercise("activations/sigmoid", wrong, seed=1, hidden=True)
    assert "<img" not in hidden._repr_html_()


# Hidden results ----------------------------------------------------------------------------------

SECRET = 0.123456789


def hidden_texts(student):
    """All that a student could see of a hidden result on secret inputs."""
    on = np.full((7, 13), SECRET)
    results = [
        check.agrees(student, with_=lambda x: x * 3.0, on=on, hidden=True, points=1),
        check.returns(student, on=on, shape=(7, 13), hidden=True),
        check.raises(student, KeyError, on=on, hidden=True),
        check.leaves_unchanged(student, on=on, hidden=True),
        check.holds(student, check.between(5, 6), on=on, hidden=True),
    ]
    everything = ""
    for result in results:
        everything += repr(result) + str(result) + result._repr_html_() + str(result.to_dict())
        everything += str(dict(vars(result)))
    return everything


def raiser(x):
    raise ValueError(f"got {x} of shape {x.shape}")


def named_error(x):
    raise type(f"E{x.flat[0]}", (KeyError,), {})(str(x))


def named_type(x):
    return type(f"T{x.flat[0]}of{x.shape}", (), {})()


def changes(x):
    x += 1
    return x


@pytest.mark.parametrize(
    "student",
    [
        raiser,
        named_error,
        named_type,
        changes,
        lambda x: x,
        lambda x: x.T,
        lambda x: str(x),
        lambda x: x.tolist(),
        lambda x: {"a": x},
        lambda x: np.float64(x.sum()),
        lambda x: None,
        lambda x: x * np.nan,
        lambda x: 3.0 * x,
    ],
)
def test_hidden_results_give_away_neither_inputs_nor_answers(student, capfd):
    text = hidden_texts(student)
    for leak in ("0.123", "0.370", "(7, 13)", "(13, 7)", "91", "7,"):
        assert leak not in text, leak
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_hidden_results_print_nothing(capsys):
    def chatty(x):
        print("x is", x)
        return x

    check.agrees(chatty, with_=square, on=[SECRET], hidden=True)
    assert capsys.readouterr().out == ""


def test_hidden_results_do_not_tell_how_many_cases_there_are():
    one = check.agrees(square, with_=square, on=[(1.0,)], hidden=True)
    many = check.agrees(square, with_=square, on=[(1.0,), (2.0,), (3.0,)], hidden=True)
    assert str(one) == str(many)


def test_hidden_results_name_the_mistake_without_numbers():
    result = check.exercise(
        "activations/sigmoid", lambda x: 1 / (1 + np.exp(x)), seed=3, hidden=True
    )
    line = only(result)
    assert line.mistake == "activations/sigmoid/exponent_sign"
    assert "Other numbers" in line.message


def test_call_reports_everything_at_once():
    outcome = call(lambda x: np.gradient(x), (np.arange(3.0),), forbids=("np.gradient",))
    assert outcome.used == ("np.gradient",)
    assert outcome.error is None
    assert np.array_equal(outcome.value, [1, 1, 1])


def test_large_arguments_go_by_their_names():
    result = check.exercise("training/linear", lambda X, W, b: X @ W)
    assert "X of shape (5, 2), W of shape (2, 4)" in result.lines[0].message


def test_small_arguments_are_written_out():
    result = check.agrees(len, with_=len, on=[(np.eye(2), [np.ones((1, 2))], np.arange(12))])
    call_shown = "`len([[1, 0], [0, 1]], [[[1, 1]]], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])`"
    assert call_shown in only(result).message
    for array in (np.zeros((1, 13)), np.zeros((0, 2))):
        assert f"array of shape {array.shape}" in str(check.agrees(len, with_=len, on=array))
    # Several that are small by themselves are too much for one line.
    result = check.agrees(max, with_=max, on=[(np.full((3, 3), 1 / 3),) * 3 + (np.ones(3),)])
    assert str(result).count("array of shape (3, 3)") == 3
    assert "[1, 1, 1]" in str(result)


@pytest.mark.parametrize(
    ("exercise", "wrong", "hint"),
    [
        ("activations/relu", lambda x: np.max(0, x), "`np.maximum(0, x)` compares"),
        ("xor/add_feature", lambda X: np.hstack([X, X[:, 0] * X[:, 1]]), "`np.column_stack`"),
        ("xor/add_feature", lambda X: np.column_stack([X, X[0] * X[1]]), "`X[:, 0]` its first"),
        ("xor/neuron", lambda X, w, b: int(X @ w + b > 0), "`x.astype(int)`"),
        ("backprop/relative_error", lambda a, b: abs(a - b) / max(abs(a), abs(b)), "by 0 here"),
        ("activations/softmax_temperature", lambda z, T: z / z.sum(axis=1), "fewer axes"),
        ("playground/epochs_to_target", lambda v, t: np.where(v <= t)[0][0], "array is empty"),
        ("playground/typical_epochs", lambda e: sorted(e)[len(e) / 2], "`//` doesn't"),
        ("activations/leaky_relu", lambda x, slope: np.multiply(x, slope, out=x), "fractions"),
    ],
)
def test_errors_of_numpy_come_with_what_to_do(exercise, wrong, hint):
    assert hint in str(check.exercise(exercise, wrong))


def test_two_numbers_that_differ_never_look_alike():
    """A one-sided difference is off behind the sixth digit."""

    def forwards(f, x):
        steps = 1e-5 * np.eye(len(x))
        return np.array([(f(x + step) - f(x)) / 1e-5 for step in steps])

    text = str(check.exercise("backprop/numerical_gradient", forwards))
    pairs = re.findall(r"you get (\S+); expected (\S+)\. ", text)
    assert len(pairs) == 3
    assert all(one != other for one, other in pairs)


def test_the_picture_shows_a_case_that_failed():
    """For α = 1, the first case, this elu is right."""
    result = check.exercise(
        "activations/elu", lambda x, alpha: np.where(x > 0, x, alpha * np.exp(x) - 1)
    )
    assert result.lines[0].ok
    assert re.search(r"differs from expected at \d+ of 161 inputs", result._repr_html_())


def test_a_long_list_of_arrays_goes_by_its_name():
    result = check.exercise("training/mend_b", lambda X, y, params, batches, lr: [0.0])
    assert re.search(r"params of 4 arrays, batches of \d arrays, 0.1\)", str(result))


def test_a_row_of_many_digits_goes_by_its_name_in_a_long_call():
    result = check.exercise("training/train_step", lambda X, y, W1, b1, W2, b2, lr: 0)
    call = result.lines[0].message.partition("`: ")[0]
    assert call.startswith(
        "`train_step(X of shape (5, 2), [1, 0, 1, 1, 2], W1 of shape (2, 4), b1 of"
    )
    assert len(call) < 130


def test_what_comes_back_without_a_number_in_a_list_is_said_as_such():
    result = check.exercise("training/mend_a", lambda X, y, params, batches, lr: params)
    assert "not all are numbers; expected a list of 6 numbers" in result.lines[0].message
    assert "array" not in result.lines[0].hint
    nothing = check.exercise("training/mend_a", lambda X, y, params, batches, lr: print(lr))
    assert "It gives None; expected a list of 6 numbers." in nothing.lines[0].message


def test_parts_without_names_are_only_counted():
    result = check.exercise("training/minibatches", lambda order, size: list(order))
    assert result.lines[0].message.endswith("6 things came back; expected 3.")


@pytest.mark.parametrize("name", ["mend_a", "mend_b", "mend_c"])
@pytest.mark.parametrize("options", [{}, {"seed": 5, "hidden": True}])
def test_code_to_mend_that_was_left_as_it_is_counts_as_not_started(name, options):
    exercise = mistakes.get(f"training/{name}")
    (given,) = (mistake for mistake in exercise.mistakes if mistake.untouched)
    result = check.exercise(exercise.id, given.rule, **options)
    assert result.status == "not started"
    assert result.score == 0
    assert given.hint in str(result)
    assert check.exercise(exercise.id, exercise.reference, **options).ok


def test_an_error_that_every_call_raises_is_said_once():
    def sometimes(x):
        raise ValueError("not today" if x < 3 else "nor then")

    result = check.agrees(sometimes, with_=lambda x: x, on=[(1,), (2,), (3,), (2,)])
    messages = [line.message for line in result.lines]
    assert "ValueError: not today." in messages[0]
    assert messages[1] == "`sometimes(2)`: the same error."
    assert "ValueError: nor then." in messages[2]
    assert messages[3] == "`sometimes(2)`: the same error."
    forbidden = check.exercise("activations/sigmoid", activations.sigmoid)
    assert [line.message.endswith("`: the same.") for line in forbidden.lines] == [0, 1, 1, 1]
    assert all(line.forbidden for line in forbidden.lines)


def test_true_is_not_a_number():
    assert only(check.exercise("xor/most_rows", True)).mistake == "general/wrong_type"


def test_a_profiler_in_use_is_left_in_peace():
    import cProfile

    with cProfile.Profile():
        assert check.exercise("activations/sigmoid", sigmoid).ok


def test_python_floats_that_divide_by_zero_hide_no_mistake():
    def relative_error(a, b):
        return 0.0 if a == b == 0 else abs(a - b) / min(abs(a), abs(b))

    result = check.exercise("backprop/relative_error", relative_error)
    wrong = {line.mistake for line in result.lines if not line.ok}
    assert wrong == {"backprop/relative_error/smaller_below"}


@pytest.mark.parametrize("value", [0, "no", "False", [False], 0.0])
def test_true_or_false_in_a_table_is_asked_for_by_name(value):
    result = check.table({"a": value, "b": np.bool_(True)}, {"a": False, "b": True})
    assert result.lines[0].mistake == "general/wrong_type"
    assert "True or False is asked for" in result.lines[0].message
    assert result.lines[1].ok
