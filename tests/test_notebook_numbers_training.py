"""Formulas and numbers that stand in the text of the notebook on training, and what it uses."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from tutor import check, classifier, datasets, gradients, network, plots_training
from tutor.widgets import LiveLoss

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
X, Y = datasets.spiral(samples=300, classes=3, noise=0.2, seed=0)


def numerically(position: int, activation: str = "tanh") -> tuple[np.ndarray, np.ndarray]:
    """Measure one gradient of the classifier, and compute it."""
    params = classifier.start(hidden=5, seed=3)
    rows = np.arange(7)

    def loss(value: np.ndarray) -> float:
        changed = [*params[:position], value, *params[position + 1 :]]
        return classifier.loss(classifier.forward(X[rows], changed, activation)[1], Y[rows])

    a1, P = classifier.forward(X[rows], params, activation)
    dz2 = classifier.output_gradient(P, Y[rows])
    computed = classifier.backward(X[rows], a1, params, dz2, activation)[position]
    return gradients.numerical_gradient(loss, params[position]), computed


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("position", range(4))
def test_the_classifiers_gradients_are_right(position: int, activation: str) -> None:
    measured, computed = numerically(position, activation)
    assert computed.shape == measured.shape
    np.testing.assert_allclose(computed, measured, atol=1e-8)


def test_the_classifier_agrees_with_the_general_network() -> None:
    params = classifier.start(hidden=5, seed=3)
    general = network.Network([2, 5, 3], "tanh", output="softmax", loss="cross_entropy")
    for layer in range(2):
        general.W[layer][:], general.b[layer][:] = params[2 * layer], params[2 * layer + 1]
    a1, P = classifier.forward(X, params)
    np.testing.assert_allclose(general(X), P)
    cache = general.forward(X)
    expected = general.backward(cache, np.eye(3)[Y])
    computed = classifier.backward(X, a1, params, classifier.output_gradient(P, Y))
    for layer in range(2):
        np.testing.assert_allclose(expected.W[layer], computed[2 * layer])
        np.testing.assert_allclose(expected.b[layer], computed[2 * layer + 1])


def test_a_step_goes_down_and_leaves_its_inputs_alone() -> None:
    params = classifier.start(seed=1)
    kept = [p.copy() for p in params]
    after = classifier.train_step(X, Y, params[0], params[1], params[2], params[3], 0.1)
    for before, copy in zip(params, kept, strict=True):
        np.testing.assert_array_equal(before, copy)
    losses = [classifier.loss(classifier.forward(X, list(p))[1], Y) for p in (params, after)]
    assert losses[1] < losses[0]


def test_a_students_step_is_told_from_a_wrong_one() -> None:
    assert classifier.is_right(classifier.train_step)

    def unfinished(*_: object) -> None:
        raise NotImplementedError

    def fixed_bias(*args: np.ndarray) -> tuple[np.ndarray, ...]:
        return (*classifier.train_step(*args)[:3], args[5])  # type: ignore[arg-type]

    for wrong in (unfinished, fixed_bias, lambda *args: None, lambda *args: args[2:6]):
        assert not classifier.is_right(wrong)


def test_batches_hold_every_sample_once() -> None:
    cut = list(classifier.batches(10, 4, np.random.default_rng(0)))
    assert [len(rows) for rows in cut] == [4, 4, 2]
    assert sorted(np.concatenate(cut)) == list(range(10))


def test_a_probability_of_zero_costs_infinity() -> None:
    assert classifier.loss(np.array([[1.0, 0.0]]), np.array([1])) == np.inf


def test_the_spiral_has_arms_of_one_size_within_a_circle() -> None:
    assert X.shape == (300, 2)
    assert np.bincount(Y).tolist() == [100, 100, 100]
    assert np.linalg.norm(X, axis=1).max() <= 2
    same = datasets.spiral(samples=300, classes=3, noise=0.2, seed=0)
    np.testing.assert_array_equal(same.x, X)
    for wrong in ({"classes": 0}, {"samples": 2}, {"noise": -1.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            datasets.spiral(**wrong)  # type: ignore[arg-type]


def test_the_worked_step() -> None:
    x, w, b = np.array([1.0, 2.0]), np.array([0.5, -1.0]), 0.5
    z = x @ w + b
    a = 1 / (1 + np.exp(-z))
    assert z == -1
    assert a == pytest.approx(0.2689, abs=5e-5)
    assert -np.log(a) == pytest.approx(1.3133, abs=5e-5)
    np.testing.assert_allclose((a - 1) * x, [-0.7311, -1.4621], atol=5e-5)


def test_the_loss_of_guessing() -> None:
    assert np.log(3) == pytest.approx(1.1, abs=0.05)
    assert np.log(10) == pytest.approx(2.30, abs=0.005)


def test_learning_rates_of_the_bowl() -> None:
    from tutor.widgets.descent import Descent

    widget = Descent(lr=0.21)
    assert "diverges" in widget.alt
    widget.set(lr=0.05)
    assert "overshoots" not in widget.alt
    widget.close()


def mean_losses(name: str, lr: float, *, solved: bool = False) -> Any:
    """Run one of the notebook's loops, broken or mended, on its data: a mean for each epoch."""
    notebook = nbformat.read(ROOT / "solutions/05-training/training.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells}
    namespace: dict[str, Any] = {"np": np, "classifier": classifier, "X": X}
    exec(cells["drills-data"] + "\n" + cells[f"{'mend' if solved else 'loop'}-{name}"], namespace)
    loop = namespace[f"{'loop' if solved else 'broken'}_{name}"]
    batches = (namespace["orders"], 30) if name == "c" else (namespace["batches"],)
    losses = loop(X, Y, namespace["first_params"], *batches, lr)
    return np.reshape(losses, (30, 10)).mean(axis=1)


@pytest.mark.parametrize("name", ["a", "b", "c"])
@pytest.mark.parametrize("lr", [0.01, 0.05, 0.2, 0.5, 1.0])
def test_a_mended_loop_ends_below_the_bound(name: str, lr: float) -> None:
    assert mean_losses(name, lr, solved=True)[-1] < 0.7


def test_loop_a_grows_from_the_first_epoch_whatever_the_rate() -> None:
    assert np.all(np.diff(mean_losses("a", 0.01)) > 0)
    slow = mean_losses("a", 0.0001)
    assert slow[-1] > slow[0]


def test_loop_b_trains_at_first() -> None:
    losses = mean_losses("b", 0.2)
    assert min(losses[:10]) < 0.2
    assert max(losses[10:]) > 5


@pytest.mark.parametrize("lr", [0.01, 0.1, 0.2])
def test_loop_c_stays_at_guessing(lr: float) -> None:
    assert mean_losses("c", lr)[-1] == pytest.approx(np.log(3), abs=0.1)


def test_loop_d_is_infinite_and_then_jumps_about() -> None:
    losses = mean_losses("d", 50)
    assert losses[0] == np.inf
    assert np.isfinite(losses[5:]).all()
    assert np.std(losses[5:]) > 1
    assert mean_losses("d", 0.2)[-1] < 0.7


def test_the_rate_for_loop_d_is_judged_by_the_loop_of_the_notebook() -> None:
    for rate in (0.003, 0.01, 0.2, 1.0, 10.0):
        learns = bool(mean_losses("d", rate)[-1] < 0.7)
        assert check.exercise("training/mend_d", rate).ok == learns, rate


def test_losses_are_averaged_by_epoch_or_their_form_is_named() -> None:
    np.testing.assert_allclose(classifier.by_epoch([1.0, 3.0, 5.0, 7.0], epochs=2), [2, 6])
    for losses, words in (
        (None, "None"),
        ([], "0 losses"),
        ([1.0, 2.0, 3.0], "3 losses"),
        (2.0, "one number"),
        (["a", "b"], "something else"),
    ):
        with pytest.raises(ValueError, match=words):
            classifier.by_epoch(losses, epochs=2)


def test_zero_weights_leave_all_but_the_last_bias_where_they_are() -> None:
    trained, _ = classifier.train(X, Y, classifier.start(scale=0), lr=0.5, epochs=3, size=7)
    assert [bool(np.any(p)) for p in trained] == [False, False, False, True]


def test_weights_of_size_one_learn_best() -> None:
    """The cell's output isn't compared: from size 20 its digits hang on the processor."""
    losses = {}
    for scale in (0, 0.01, 1, 20):
        first = classifier.start(hidden=24, scale=scale, seed=1)
        losses[scale] = classifier.train(X, Y, first, lr=0.5, epochs=10)[1]
    assert [losses[0][0], losses[0.01][0]] == pytest.approx([np.log(3)] * 2, abs=1e-3)
    assert losses[0][-1] == pytest.approx(np.log(3), abs=1e-3)
    assert losses[20][0] > 40
    assert losses[1][-1] < 0.25 < losses[0.01][-1] < losses[0][-1] < losses[20][-1]


def test_learning_rates_of_the_spiral_up_to_one_help() -> None:
    ends = [
        classifier.train(X, Y, classifier.start(seed=1), lr=rate, epochs=100)[1][-1]
        for rate in (0.01, 0.1, 1)
    ]
    assert ends == pytest.approx([0.544, 0.227, 0.011], abs=5e-4)


def test_a_learning_rate_of_20_is_thrown_about_but_stays_finite() -> None:
    _, losses = classifier.train(X, Y, classifier.start(seed=1), lr=20, epochs=100)
    assert max(losses) > 10
    assert np.isfinite(losses).all()


def test_the_live_loss_says_what_it_shows() -> None:
    live = LiveLoss(epochs=2, top=1.0)
    assert live.alt == "No loss yet: the loop hasn't begun."
    for loss in (5.0, np.inf, 0.25):
        live.add(loss)
    assert live.alt == "After 2 of 2 epochs the loss is 0.25; it began at 5."
    assert not live.screen.problem
    live.close()
    with pytest.raises(ValueError, match="at least 1 epoch"):
        LiveLoss(epochs=0)


def test_pictures_say_what_they_show() -> None:
    picture = plots_training.classes(X, Y, lambda points: np.eye(3)[np.zeros(len(points), int)])
    assert "33.3% of them right" in picture.alt
    assert "3 classes" in picture.alt
    text = plots_training.losses({"good": [1.0, 0.5], "bad": [1.0, np.inf]}).alt
    assert "good from 1 to 0.5, highest 1" in text
    assert "bad from 1 to ∞" in text


def own_forward(x: np.ndarray, W: list[np.ndarray], b: list[np.ndarray]) -> list[np.ndarray]:
    """Go forward as the notebook does with the student's `linear`."""
    a1 = np.tanh(x @ W[0] + b[0])
    return [a1, np.tanh(a1 @ W[1] + b[1])]


def own_backward(
    x: np.ndarray, y: np.ndarray, W: list[np.ndarray], b: list[np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Go backward as the notebook does with the student's `backward`."""
    a1, output = own_forward(x, W, b)
    dz2 = (output - y) / len(x) * (1 - output**2)
    dW1, db1, dW2, db2 = classifier.backward(x, a1, [W[0], b[0], W[1], b[1]], dz2)
    return [dW1, dW2], [db1, db2]


def test_the_students_network_learns_in_the_playground_like_the_native_one() -> None:
    from tutor import playground

    functions = playground.NetworkFunctions(own_forward, own_backward)
    own = playground.Playground(functions=functions, dataset="circle", hidden_layers=(3,))
    native = playground.Playground(dataset="circle", hidden_layers=(3,))
    for session in (own, native):
        session.step(60)
    assert own.measures == pytest.approx(native.measures)
    assert own.loss < 0.3
