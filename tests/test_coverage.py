"""Which notebook teaches each topic of the syllabus, which exercise asks for it, what proves it.

The syllabus is a table of five slide decks' topics, X1 to G4, and a table of what the slides get
wrong. Both are repeated here as data, one entry a row; the tests ask that the entries are true.
"""

import ast
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from tutor import activations, classifier, datasets, gradients, graph, mistakes

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Row:
    """One topic: `taught` maps "notebook/cell" to words there; `proved` are "file::test"."""

    taught: dict[str, str]
    asked: str
    proved: str


def row(asked: str, proved: str, **taught: str) -> Row:
    """Cells are named like arguments: `xor__worked_check` is the cell worked-check of xor."""
    cells = {name.replace("__", "/").replace("_", "-"): text for name, text in taught.items()}
    return Row(cells, asked, proved)


ROWS = {
    "X1": row(
        "xor/and_gate xor/or_gate xor/most_rows xor/rows_right xor/contradiction",
        "notebook_numbers_xor::test_each_of_the_sixteen_tables_is_found_or_contradicts_itself "
        "notebook_numbers_xor::test_opposite_corners_balance widgets_second::"
        "test_only_xor_has_no_perfect_neuron",
        xor__worked_example="fires if", xor__weight_space="cuts this space", xor__gate_space="Gate",
        xor__proof_heading="XOR asks", xor__proof_end="no neuron computes XOR",
    ),
    "X2": row(
        "xor/add_feature xor/feature_weights",
        "notebook_numbers_xor::test_the_product_solves_xor_and_bends_the_boundary",
        xor__feature_heading="x_1x_2", xor__feature_line="product", xor__feature_verdict="bent",
    ),
    "X3": row(
        "xor/linear_stack xor/switch_network xor/two_layers",
        "notebook_numbers_xor::test_the_xor_network_of_the_written_answer "
        "notebook_numbers_xor::test_two_linear_layers_are_one "
        "notebook_numbers_xor::test_the_xnor_network_and_its_hidden_points",
        xor__hidden_heading="hidden", xor__xnor="W1 = ", xor__plot_hidden_space="hidden_space",
    ),
    "X4": row(
        "xor/predict xor/log_loss",
        "notebook_numbers_xor::test_the_loss_in_one_formula_is_the_loss_of_either_case "
        "notebook_numbers_xor::test_the_probability_on_the_line_is_a_half network::"
        "test_minus_of_the_logistic_loss_covers_both_terms",
        xor__logistic_heading=r"P(y = 1 \mid x) = \sigma(w\cdot x + b)",
        xor__loss_heading=r"-\sum_i \bigl[", xor__plot_log_loss="log_loss",
    ),
    "X5": row(
        "xor/two_regressions",
        "notebook_numbers_xor::test_two_hidden_neurons_often_get_stuck_and_eight_never "
        "notebook_numbers_xor::test_the_two_tones_of_the_spectrogram",
        xor__learn_verdict="feature engineering",
        xor__two_regressions_heading="one after the other",
        xor__learn_features_experiment="replicas=100",
    ),
    "X6": row(
        "xor/timeline",
        "notebook_numbers_xor::"
        "test_the_timeline_is_the_exercises_answer_in_the_order_of_years",
        xor__history_heading="McCulloch", xor__plot_timeline="timeline", xor__applications="GAN",
        xor__spectrogram_text="MFCC",
    ),
    "X7": row(
        "xor/brain",
        "notebook_numbers_xor::test_the_numbers_of_the_brain",
        xor__two_neurons="synapse", xor__plot_neuron="neuron", xor__brain_table="86 billion",
    ),
    "B1": row(
        "backprop/composite", "notebook_numbers_backprop::test_the_example_of_the_chain_rule",
        backprop__chain_rule="F_3(F_2(F_1(x)))", backprop__chain_rule_check="by hand",
    ),
    "B2": row(
        "backprop/small_graph backprop/small_gradient",
        "notebook_numbers_backprop::test_the_numbers_of_the_three_graphs",
        backprop__predict_nudge="x=-2", backprop__stepper_product_of_sum="product_of_sum",
    ),
    "B3": row(
        "backprop/neuron_gates backprop/neuron_gradient",
        "notebook_numbers_backprop::test_the_numbers_of_the_three_graphs "
        "notebook_numbers_backprop::test_joining_the_gates_of_the_sigmoid "
        "graph::test_neuron_gate_by_gate",
        backprop__neuron="-1/x^2", backprop__stepper_neuron='"neuron"',
        backprop__sigmoid_gate=r"(1-\sigma(z))",
    ),
    "B4": row(
        "backprop/jacobian",
        "notebook_numbers_backprop::test_the_jacobian_of_the_example "
        "gradients::test_jacobian_of_the_identity_is_exactly_the_identity_matrix",
        backprop__jacobian_heading="Jacobian", backprop__jacobian_identity="lambda x: x",
    ),
    "B5": row(
        "backprop/shapes",
        "notebook_numbers_backprop::test_the_shapes_of_derivatives_in_the_table",
        backprop__layouts="This course uses",
    ),
    "B6": row(
        "backprop/sum_product",
        "notebook_numbers_backprop::test_the_numbers_of_the_three_graphs "
        "graph::test_shared_input_follows_sum_and_product_rule",
        backprop__two_paths="product rule", backprop__stepper_shared_input="shared_input",
    ),
    "B7": row(
        "backprop/multivariate", "graph::test_graph_agrees_with_a_matrix_network",
        backprop__multivariate_heading=r"\sum_{i=1}^{M}",
    ),
    "B8": row(
        "backprop/gate_patterns backprop/max_gate",
        "notebook_numbers_backprop::test_the_graph_with_four_patterns",
        backprop__patterns_heading="one word", backprop__stepper_patterns="np.maximum",
    ),
    "B9": row(
        "backprop/row_affected backprop/linear_backward",
        "notebook_numbers_backprop::test_the_sums_of_the_matrix_form "
        "widgets_second::test_each_gradient_has_exactly_one_right_order",
        backprop__matrix_derive=r"dY\;W^{\mathsf T}", backprop__matrix_shapes="MatrixShapes",
    ),
    "B10": row(
        "backprop/chain_cost backprop/reverse_mode",
        "notebook_numbers_backprop::test_the_costs_of_the_chain notebook_numbers_backprop::"
        "test_from_the_inputs_takes_five_hundred_times_the_work",
        backprop__cost_heading=r"m\,n\,p", backprop__cost_of_a_network="mp\\,(n+1)",
        backprop__cost_experiment="chain_cost",
    ),
    "B11": row(
        "backprop/numerical_gradient backprop/relative_error",
        "notebook_numbers_backprop::test_errors_of_steps_to_one_side_and_to_both "
        "gradients::test_gradient_is_centred",
        backprop__numerical_heading="2h", backprop__step_sizes="step_sizes",
        backprop__use_your_own_gradient="my_function",
        training__gradient_check_run="check_gradient",
    ),
    "T1": row(
        "training/forward training/output_gradient training/backward",
        "notebook_numbers_training::test_the_classifiers_gradients_are_right "
        "network::test_matrix_gradients_of_a_softmax_network_by_hand",
        training__backward_heading=r"\hat y - y", training__backward_text=r"dW_2 = a_1^{\mathsf T}",
        training__output_gradient_measured="measured",
    ),
    "T2": row(
        "training/minibatches training/sgd_step training/sgd_loop training/train_step",
        "notebook_numbers_training::test_a_step_goes_down_and_leaves_its_inputs_alone "
        "notebook_numbers_training::test_batches_hold_every_sample_once",
        training__update_heading=r"\mathrm{lr}\cdot dW", training__minibatches_text="epoch",
        training__train_live="live",
    ),
    "T3": row(
        "training/linear xor/neuron", "notebook_numbers_training::test_the_worked_step",
        training__worked_heading="dot product", xor__neuron_formula="bias",
    ),
    "A1": row(
        "activations/sigmoid activations/tanh activations/relu activations/leaky_relu "
        "activations/elu activations/softplus activations/swish activations/softmax "
        "activations/maxout activations/sketch activations/relu_at_three_points",
        "notebook_numbers_activations::test_the_slopes_of_the_table "
        "notebook_numbers_activations::test_the_table_compares_all_twelve "
        "activations::test_range_is_what_the_function_takes "
        "activations::test_values_and_derivatives_are_right_to_rounding",
        activations__gallery="gallery", activations__relatives="0.01 or 0.1",
        activations__properties_heading="Softplus", activations__which_table="table",
        activations__plot_step="binary_step", activations__linear_collapses="f(x) = x",
    ),
    "A2": row(
        "activations/never_falls activations/properties",
        "activations::test_monotonic activations::test_saturates activations::test_can_die "
        "activations::test_zero_centred activations::test_kinks activations::test_needs_exp",
        activations__properties_heading="measure", activations__exp_cost_measured="timeit",
    ),
    "A3": row(
        "activations/sigmoid_derivative",
        "activations::test_values_and_derivatives_are_right_to_rounding",
        activations__plot_step="binary_step", activations__step_no_slope="nothing ever changes",
        activations__logistic_question="key",
    ),
    "A4": row(
        "activations/sketch activations/tanh_derivative activations/relu_derivative",
        "notebook_numbers_activations::test_a_sketch_may_be_off_by_a_hand",
        activations__sketch_text="sketch", activations__sketch_picture="plots.sketch",
    ),
    "A5": row(
        "activations/saturation",
        "notebook_numbers_activations::test_the_slopes_far_out_and_in_the_middle "
        "widgets::test_saturation_arrives_or_stays",
        activations__troubles="saturated", activations__saturation_explorer="Saturation",
    ),
    "A6": row(
        "activations/same_sign_share",
        "notebook_numbers_activations::test_sigmoids_give_gradients_of_one_sign",
        activations__same_sign_share_text="zig-zag", activations__same_sign_experiment="share",
    ),
    "A7": row(
        "activations/dead_fraction",
        "notebook_numbers_activations::test_how_many_neurons_a_large_rate_kills",
        activations__dead_fraction_text="40 %", activations__dead_measured="rate",
        activations__dead_explorer="DeadUnits", activations__dead_verdict="no limit",
    ),
    "A8": row(
        "activations/vanishing",
        "widgets::test_depth_of_a_linear_network_by_hand widgets::test_depth_verdicts",
        activations__vanishing_text="0.25", activations__explore_depth="nan",
        activations__depth_explorer="Depth", training__depth="Depth",
    ),
    "A9": row(
        "playground/relu_share playground/relu_verdict",
        "notebook_numbers_activations::test_relu_is_twice_as_fast_here_not_six_times",
        activations__six_times_experiment="seeds=40", activations__six_times_verdict="not six",
    ),
    "A10": row(
        "activations/collapse",
        "notebook_numbers_xor::test_two_linear_layers_are_one widgets::"
        "test_least_squares_comes_close",
        activations__collapse_text="linear map", activations__relu_sum_explorer="ReluSum",
        activations__explore_relu_sum="universal approximation",
    ),
    "A11": row(
        "activations/tanh", "activations::test_identities",
        activations__tanh_heading=r"2\,\sigma(2x) - 1",
    ),
    "A12": row(
        "activations/prelu_alpha_gradient activations/maxout parameters/count_maxout",
        "activations::test_maxout_generalises_relu_and_leaky_relu_and_absolute_value "
        "activations::test_prelu_derivative_for_alpha notebook_numbers_parameters::test_maxout",
        activations__maxout_text="leaky", activations__prelu_alpha_gradient_text=r"\partial\alpha",
        parameters__count_maxout_text="pieces", activations__gallery="gallery",
    ),
    "A13": row(
        "activations/softmax activations/softmax_temperature activations/softmax_shift",
        "activations::test_softmax_is_a_distribution_and_ignores_a_shift "
        "activations::test_temperature_sharpens_and_flattens",
        activations__softmax_heading="sum to 1", activations__softmax_explorer="Temperature",
    ),
    "A14": row(
        "activations/which_for_what", "mistakes::test_each_wrong_answer_triggers_its_own_hint",
        activations__which_heading="Recurrent networks", activations__which_table="table",
    ),
    "P1": row(
        "parameters/count_342", "notebook_numbers_parameters::test_the_two_networks_of_the_slides",
        parameters__count_342_text="3-4-2", parameters__conventions="isn't a layer",
    ),
    "P2": row(
        "parameters/count_3441 parameters/count_neurons parameters/count_parameters",
        "notebook_numbers_parameters::test_the_two_networks_of_the_slides "
        "notebook_numbers_parameters::test_the_formula",
        parameters__count_3441_text="3-4-4-1", parameters__draw_3441="draw",
    ),
    "P3": row(
        "parameters/capacity",
        "notebook_numbers_parameters::test_larger_networks_get_more_of_the_training_data_right",
        parameters__capacity_heading="3, 6 and 20", parameters__plot_capacity="capacity",
        parameters__capacity_verdict="overfitting", parameters__capacity_experiment="[3, 6, 20]",
    ),
    "P4": row(
        "parameters/l2_penalty parameters/l2_step parameters/strength parameters/dropout "
        "parameters/prefer parameters/faulty_slides",
        "notebook_numbers_parameters::test_the_three_strengths_draw_what_the_exercise_says "
        "notebook_numbers_parameters::test_the_reins_move_both_errors_towards_each_other "
        "notebook_numbers_parameters::test_a_large_network_with_a_rein_beats_all_sizes_without",
        parameters__strengths=r"\lambda = 0.001", parameters__plot_strengths="strengths",
        parameters__dropout_heading="Dropout", parameters__noise_heading="Input noise",
        parameters__prefer_heading="wrong", parameters__prefer_experiment="l2",
    ),
    "G1": row(
        "playground/default_medians playground/default_arrived",
        "notebook_numbers_playground::test_the_default_network_with_tanh_and_with_relu "
        "notebook_numbers_playground::test_a_hundred_seeds_pass_as_twenty_do",
        playground__default_heading="all four data sets", playground__default_bench="experiment",
        playground__default_verdict="stays where it started",
    ),
    "G2": row(
        "playground/relu_share playground/relu_verdict playground/boundary_shape "
        "playground/straight_share playground/not_a_line playground/relu_slower",
        "notebook_numbers_playground::test_relu_bends_at_a_few_points_and_tanh_everywhere "
        "notebook_numbers_playground::test_the_classmates_report",
        playground__relu_heading="tanh to ReLU", playground__boundary_playground="relu",
        playground__straight_verdict="piecewise linear",
    ),
    "G3": row(
        "playground/layers playground/depth",
        "notebook_numbers_playground::test_layers_dont_help_with_the_spiral_soon_and_sines_do "
        "plots_playground::test_each_unit_has_a_map",
        playground__layers_heading="each layer learns", playground__neuron_maps="neurons",
        playground__depth_question="edges",
    ),
    "G4": row(
        "playground/split_sizes playground/updates playground/default_size playground/features "
        "playground/loss playground/accuracy playground/l1_step",
        "playground::test_measures_are_what_they_say "
        "playground::test_live_controls_keep_the_network "
        "playground::test_other_controls_start_a_new_network",
        playground__controls="discretise output", playground__tour="Playground",
    ),
}  # fmt: skip
# The controls that the slide on the Playground lists.
CONTROLS = (
    "data set", "ratio of training data", "noise", "batch size", "regenerate", "features", "layers",
    "neurons", "show test data", "discretise output", "Training loss", "test loss",
)  # fmt: skip


@functools.cache
def cells(theme: str, folder: str = "solutions") -> dict[str, nbformat.NotebookNode]:
    (path,) = (ROOT / folder).glob(f"*/{theme}.ipynb")
    return {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}


@functools.cache
def names_of_tests(module: str) -> set[str]:
    tree = ast.parse((ROOT / f"tests/test_{module}.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_record_has_every_row_of_the_syllabus() -> None:
    counts = {"X": 7, "B": 11, "T": 3, "A": 14, "P": 4, "G": 4}
    assert list(ROWS) == [f"{key}{n}" for key, last in counts.items() for n in range(1, last + 1)]


@pytest.mark.parametrize("topic", ROWS)
def test_each_topic_is_taught_where_the_record_says(topic: str) -> None:
    for place, words in ROWS[topic].taught.items():
        theme, cell = place.split("/")
        for folder in ("solutions", "notebooks"):
            found = cells(theme, folder)[cell]
            shown = found.source + str(found.get("outputs", ""))
            expected = words if folder == "solutions" or words in found.source else ""
            assert expected in shown, f"{folder}: {place} doesn't say {words!r}"


@pytest.mark.parametrize("topic", ROWS)
def test_each_topic_is_shown_as_well_as_told(topic: str) -> None:
    """Text, and a picture, a widget or a calculation with it."""
    places = [place.split("/") for place in ROWS[topic].taught]
    kinds = {cells(theme)[cell].cell_type for theme, cell in places}
    plain = {"B5", "B7", "T3", "A11", "P1"}  # a table or a formula says all there is
    assert "markdown" in kinds
    assert ("code" in kinds) != (topic in plain), topic


@pytest.mark.parametrize("topic", ROWS)
def test_each_topic_is_exercised(topic: str) -> None:
    for exercise in ROWS[topic].asked.split():
        assert mistakes.get(exercise)
        source = "\n".join(cell.source for cell in cells(exercise.split("/")[0]).values())
        assert f'check.exercise("{exercise}")' in source, exercise


@pytest.mark.parametrize("topic", ROWS)
def test_each_topic_has_tests_that_prove_its_numbers(topic: str) -> None:
    assert ROWS[topic].proved
    for name in ROWS[topic].proved.split():
        module, test = name.split("::")
        assert test in names_of_tests(module), name


def test_every_exercise_belongs_to_a_topic_or_a_faulty_slide() -> None:
    """What is asked and stands in no row is listed here with what it is for."""
    support = {
        "xor/boundary": "the line of X1, as a formula",
        "activations/leaky_relu_derivative": "of A1",
        "training/one_hot": "a step of T1",
        "training/cross_entropy": "a step of T1",
        "training/guessing": "what T1's loss begins with",
        "training/squared_loss": "the other loss",
        "training/accuracy": "what T2's loop is judged by",
        "training/he_scale": "where T2's loop starts",
        "training/zero_start": "where T2's loop starts",
        "training/bugs": "T2's loop, broken",
        "training/mend_a": "T2's loop, broken",
        "training/mend_b": "T2's loop, broken",
        "training/mend_c": "T2's loop, broken",
        "training/mend_d": "T2's loop, broken",
        "parameters/weight_shapes": "of P2",
        "parameters/widest": "a budget, for P2",
        "parameters/budget": "a budget, for P2",
        "parameters/best_epoch": "one more rein, for P4",
        "playground/single_neuron": "what G4's features are for",
        "playground/epochs_to_target": "how G1 and G2 are measured",
        "playground/typical_epochs": "how G1 and G2 are measured",
        "playground/batch_size": "how G1 and G2 are measured",
        "playground/faster_share": "how G2 is measured",
        "playground/evidence": "how G2 is measured",
        "playground/smallest_network": "a challenge",
        "playground/tame_noise": "a challenge",
        "playground/solve_spiral": "a challenge",
        "playground/faulty_slides": "the answers of the tutorial's own slide",
    }
    placed = {exercise for entry in ROWS.values() for exercise in entry.asked.split()}
    placed |= {exercise for fault in FAULTS.values() for exercise in fault.asked.split()}
    every = {exercise.id for theme in mistakes.THEMES for exercise in mistakes.exercises(theme)}
    assert every - placed - set(support) == set()
    assert set(support) <= every - placed


def test_each_control_of_the_playground_is_explained() -> None:
    text = cells("playground")["controls"].source
    assert [control for control in CONTROLS if control not in text.replace("**", "")] == []


# What the slides get wrong ------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """A wrong statement: its letter in a notebook's table, what the row says, what is right.

    `proof` gives three results for the same inputs: the slide's, the right one, and the measured.
    """

    asked: str
    letter: str
    says: str
    proof: Callable[[], tuple[Any, Any, Any]]


X = np.array([-2.0, -0.5, 0.0, 0.3, 1.5])
TANH_SLOPE = (np.tanh(X + 1e-6) - np.tanh(X - 1e-6)) / 2e-6
SIGMOID = np.tanh(X / 2) / 2 + 0.5


def _log_loss() -> tuple[Any, Any, Any]:
    """The probability that was given to what happened is the product of the single ones."""
    y, P = np.array([1, 0, 0]), np.array([0.8, 0.3, 0.9])
    right = -np.log(0.8 * 0.7 * 0.1)
    one, two = np.sum(y * np.log(P)), np.sum((1 - y) * np.log(1 - P))
    return -one + two, -(one + two), right


def _bias() -> tuple[Any, Any, Any]:
    neuron = graph.neuron()
    w0, x0, w1, x1, w2, x2 = 2, -1, -3, -2, -3, 0.5
    return w0 * x0 + w1 * x1 + w2 * x2, w0 * x0 + w1 * x1 + w2, neuron["z"].value


def _jacobian_rows() -> tuple[Any, Any, Any]:
    n, m = 4, 2
    W = np.arange(8.0).reshape(m, n)
    return m, n, len(gradients.jacobian(lambda x: x @ W, np.ones(m)))


def _open_interval() -> tuple[Any, Any, Any]:
    """Fifty digits where a float has sixteen: is σ(40) the end of the interval?"""
    return True, False, Decimal(1) / (1 + (-Decimal(40)).exp()) >= 1


def _bias_gradient() -> tuple[Any, Any, Any]:
    points, labels = datasets.spiral(samples=6, classes=3, noise=0.2, seed=0)
    W1, b1, W2, b2 = classifier.start(hidden=5, seed=3)
    a1, P = classifier.forward(points, [W1, b1, W2, b2])
    delta3 = P - np.eye(3)[labels]
    delta2 = delta3 @ W2.T * (1 - a1**2)
    measured = gradients.numerical_gradient(
        lambda b: 6 * classifier.loss(classifier.forward(points, [W1, b, W2, b2])[1], labels), b1
    )
    return delta3, delta2.sum(axis=0), measured


def _weight_gradient() -> tuple[Any, Any, Any]:
    """The slide has no dW1; without one, W1 would stay: a gradient of 0."""
    points, labels = datasets.spiral(samples=6, classes=3, noise=0.2, seed=0)
    W1, b1, W2, b2 = classifier.start(hidden=5, seed=3)
    a1, P = classifier.forward(points, [W1, b1, W2, b2])
    delta2 = (P - np.eye(3)[labels]) @ W2.T * (1 - a1**2)
    measured = gradients.numerical_gradient(
        lambda W: 6 * classifier.loss(classifier.forward(points, [W, b1, W2, b2])[1], labels), W1
    )
    return np.zeros(W1.shape), points.T @ delta2, measured


def _activation_left_out() -> tuple[Any, Any, Any]:
    points, _ = datasets.spiral(samples=6, classes=3, noise=0.2, seed=0)
    params = classifier.start(hidden=5, seed=3)
    z1 = points @ params[0] + params[1]
    return z1, np.tanh(z1), classifier.forward(points, params)[0]


def _relu_values() -> tuple[Any, Any, Any]:
    """The slide's "if x < 10: 0" covers x = 5."""
    x = np.array([-10.0, 0.0, 5.0, 10.0])
    return np.where(x < 10, 0, x), np.maximum(0, x), activations.get("relu")(x)


def _row_of_the_product() -> tuple[Any, Any, Any]:
    n, d, m = 1, 0, 3
    points, W = np.ones((4, 2)), np.ones((2, 5))
    nudged = points.copy()
    nudged[n, d] += 1
    return {m}, {n}, set(np.nonzero((nudged @ W != points @ W).all(axis=1))[0].tolist())


FAULTS = {
    "S1 sigmoid": Fault(
        "xor/faulty_slides", "B", "1/(1+e^{a})",
        lambda: (1 / (1 + np.exp(X)), 1 / (1 + np.exp(-X)), SIGMOID),
    ),
    "S1 log-loss": Fault(
        "xor/faulty_slides xor/negative_loss", "D", "the first term only", _log_loss
    ),
    "S1 w2x2": Fault("xor/faulty_slides xor/third_weight", "E", "w_2x_2", _bias),
    "S1 Jacobian": Fault("backprop/faulty_slides", "B", "has $m$ rows", _jacobian_rows),
    "S0 tanh'": Fault(
        "activations/faulty_slides activations/sech_counterexample", "C", r"\operatorname{sech}(x)",
        lambda: (1 / np.cosh(X), 1 / np.cosh(X) ** 2, TANH_SLOPE),
    ),
    "S0 bounded": Fault("activations/faulty_slides", "F", "values 0 and 1", _open_interval),
    "S2 tanh'": Fault(
        "activations/faulty_slides activations/slide_gap", "D", "z\\,(1-z^2)",
        lambda: (np.tanh(X) * (1 - np.tanh(X) ** 2), 1 - np.tanh(X) ** 2, TANH_SLOPE),
    ),
    "S2 db1": Fault("training/faulty_slides", "B", r"db_1 = \delta_3", _bias_gradient),
    "S2 a1": Fault("training/faulty_slides", "D", "a_1 = z_1", _activation_left_out),
    "S4 ReLU": Fault(
        "activations/faulty_slides", "G", "never zero",
        lambda: (True, False, bool(np.all(activations.get("relu").derivative(X) != 0))),
    ),
    "S4 softmax": Fault(
        "activations/faulty_slides activations/which_for_what", "H", "several labels",
        lambda: (0.9 + 0.9, 1.0, float(activations.softmax([3.0, 3.0, -1.0]).sum())),
    ),
    "S4 swish": Fault(
        "activations/faulty_slides", "I", r"\sigma(x) = x/(1+e^{-x})",
        lambda: (X / (1 + np.exp(-X)), 1 / (1 + np.exp(-X)), SIGMOID),
    ),
    "S4 x[n,d]": Fault(
        "backprop/faulty_slides backprop/row_affected", "D", "whole row $y_m$", _row_of_the_product
    ),
}  # fmt: skip


def faulty_table(theme: str) -> dict[str, str]:
    """The rows of a notebook's table of statements, by their letters."""
    place = {"xor": "faulty-table"}.get(theme, "faulty-heading")
    source = cells(theme)[place].source
    return dict(re.findall(r"^\| ([A-Z]) \| (.+) \|$", source, flags=re.MULTILINE))


@pytest.mark.parametrize("slide", FAULTS)
def test_each_wrong_slide_is_among_the_statements_to_judge(slide: str) -> None:
    fault = FAULTS[slide]
    first, *others = fault.asked.split()
    assert fault.says in faulty_table(first.split("/")[0])[fault.letter]
    assert fault.letter in mistakes.get(first).reference()
    for exercise in (first, *others):
        source = "\n".join(cell.source for cell in cells(exercise.split("/")[0]).values())
        assert f'check.exercise("{exercise}")' in source


@pytest.mark.parametrize("slide", FAULTS)
def test_numbers_prove_that_the_slide_is_wrong_and_the_course_right(slide: str) -> None:
    wrong, right, measured = (np.asarray(value) for value in FAULTS[slide].proof())
    numeric = measured.dtype.kind == "f"
    same = (lambda a: np.allclose(a, measured, atol=1e-7)) if numeric else (
        lambda a: bool(np.all(a == measured))
    )  # fmt: skip
    assert right.shape == measured.shape
    assert same(right)
    assert wrong.shape != measured.shape or not same(wrong)


def test_what_is_missing_on_the_slide_stands_in_the_table() -> None:
    assert faulty_table("training")["C"] == r"$dW_1 = x^{\mathsf T}\delta_2$"
    assert "C" not in mistakes.get("training/faulty_slides").reference()
    missing, right, measured = _weight_gradient()
    np.testing.assert_allclose(right, measured, atol=1e-7)
    assert not np.allclose(missing, measured, atol=1e-3)


def test_the_three_values_of_relu_are_asked_for() -> None:
    assert '"x < 10"' in cells("activations")["relu-at-three-points-text"].source
    slide, right, measured = _relu_values()
    np.testing.assert_array_equal(right, measured)
    assert (slide != measured).any()
    answer = mistakes.get("activations/relu_at_three_points").reference()
    relu = activations.get("relu")
    for x in (-10, 0, 10):
        assert answer[f"a({x})"] == relu(x)
        assert answer[f"da({x})"] == relu.derivative(x)


def test_smaller_networks_are_a_statement_to_judge_and_an_experiment() -> None:
    assert "smaller networks are preferable" in faulty_table("parameters")["C"]
    assert "C" in mistakes.get("parameters/faulty_slides").reference()
    assert "parameters/prefer" in ROWS["P4"].asked


@pytest.mark.parametrize("theme", mistakes.THEMES)
def test_some_statements_of_each_table_are_right(theme: str) -> None:
    wrong = set(mistakes.get(f"{theme}/faulty_slides").reference())
    table = faulty_table(theme)
    assert wrong < set(table)
    assert list(table) == sorted(table)
    assert mistakes.get(f"{theme}/faulty_slides").options == tuple(table)
