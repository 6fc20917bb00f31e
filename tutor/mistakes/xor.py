"""Exercises of the theme "xor": one neuron draws one line; XOR needs a feature or a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

Rng = np.random.Generator

_CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
_AND, _OR, _XOR = np.array([0, 0, 0, 1]), np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0])


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z, float)))


def _step(z: Any) -> Any:
    return (np.asarray(z) > 0).astype(int)


# Gates by hand ------------------------------------------------------------------------------------


def _fires(weights: Any, columns: Any) -> Any:
    """Give what a neuron (w…, b) answers on rows of inputs."""
    values = [float(v) for v in weights]
    if len(values) != columns.shape[1] + 1:
        raise ValueError("wrong number of weights")
    return _step(columns @ np.array(values[:-1]) + values[-1])


def _gate(target: Any, columns: Any) -> Callable[[Any], str | None]:
    def judge(weights: Any) -> str | None:
        if np.isinf([float(v) for v in weights]).any():  # times 0 it is nan, which fires nothing
            return "infinity is no number to multiply by."
        right = _fires(weights, columns) == target
        if right.all():
            return None
        row = _CORNERS[int(np.argmin(right))]
        return f"{int(right.sum())} of 4 rows are right; look at x = ({row[0]:.0f}, {row[1]:.0f})."

    return judge


def _answers(table: Any, columns: Any = _CORNERS) -> Callable[[Any], bool]:
    return lambda weights: bool((_fires(weights, columns) == table).all())


def _bias_first(table: Any, columns: Any) -> Callable[[Any], bool]:
    right = _answers(table, columns)
    return lambda weights: right((*weights[1:], weights[0]))


def _no_bias(weights: Any) -> bool:
    return float(weights[-1]) == 0


def _on_the_line(weights: Any) -> bool:
    z = _CORNERS @ np.array([float(v) for v in weights[:2]]) + float(weights[2])
    return bool(np.any(np.abs(z) < 1e-12))


AND_GATE = Exercise(
    id="xor/and_gate",
    title="AND with one neuron",
    signature="and_gate",
    task="Choose (w1, w2, b) so that the neuron, 1 if w1·x1 + w2·x2 + b > 0 else 0, computes AND.",
    kind="judged",
    example=(1.0, 1.0, -1.5),
    parts=("w1", "w2", "b"),
    reference=_gate(_AND, _CORNERS),
    mistakes=(
        Mistake(
            "bias_first",
            _bias_first(_AND, _CORNERS),
            "Your numbers would work in another order: the weights come first, the bias last.",
            "Puts the bias in front of the weights.",
        ),
        Mistake(
            "or_instead",
            _answers(_OR),
            "Your neuron fires as soon as one input is 1: that is OR. How far should b move the "
            "line?",
            "Mixes up AND and OR, or places the threshold too low.",
        ),
        Mistake(
            "nand",
            _answers(1 - _AND),
            "Each row is the opposite of what it should be. What turns a neuron's answer round?",
            "Flips the sign of the whole sum.",
        ),
        Mistake(
            "on_the_line",
            lambda w: _on_the_line(w) and not _no_bias(w),
            "One corner lies exactly on your line, and there the neuron doesn't fire: > 0 is asked "
            "for. Move the line away from the corner.",
            "Doesn't think about what happens at exactly 0.",
        ),
        Mistake(
            "bias_forgotten",
            _no_bias,
            "Without a bias every line runs through (0, 0). Can such a line cut off one corner?",
            "Believes that weights alone can place the line.",
        ),
        Mistake(
            "never_fires",
            _answers(np.zeros(4)),
            "Your neuron never fires. Compute w1 + w2 + b: it has to be above 0.",
            "Sets the threshold too high.",
        ),
        Mistake(
            "always_fires",
            _answers(np.ones(4)),
            "Your neuron always fires. Compute b alone: that is the sum for x = (0, 0).",
            "Takes the bias for the threshold, with its sign.",
        ),
        Mistake(
            "one_input",
            lambda w: _answers(_CORNERS[:, 0])(w) or _answers(_CORNERS[:, 1])(w),
            "Your neuron listens to one input only. AND needs both.",
            "Gives one input all the weight.",
        ),
    ),
)

OR_GATE = Exercise(
    id="xor/or_gate",
    title="OR with one neuron",
    signature="or_gate",
    task="Choose (w1, w2, b) so that the neuron computes OR.",
    kind="judged",
    example=(1.0, 1.0, -0.5),
    parts=("w1", "w2", "b"),
    reference=_gate(_OR, _CORNERS),
    mistakes=(
        Mistake(
            "bias_first",
            _bias_first(_OR, _CORNERS),
            "Your numbers would work in another order: the weights come first, the bias last.",
            "Puts the bias in front of the weights.",
        ),
        Mistake(
            "and_instead",
            _answers(_AND),
            "Your neuron waits for both inputs: that is AND. One of them should be enough.",
            "Mixes up AND and OR, or places the threshold too high.",
        ),
        Mistake(
            "nor",
            _answers(1 - _OR),
            "Each row is the opposite of what it should be. What turns a neuron's answer round?",
            "Flips the sign of the whole sum.",
        ),
        Mistake(
            "always_fires",
            _answers(np.ones(4)),
            "Your neuron fires for (0, 0), too. What is the sum there?",
            "Takes the bias for the threshold, with its sign.",
        ),
        Mistake(
            "never_fires",
            _answers(np.zeros(4)),
            "Your neuron never fires. Compute w1 + b and w2 + b.",
            "Sets the threshold too high.",
        ),
        Mistake(
            "one_input",
            lambda w: _answers(_CORNERS[:, 0])(w) or _answers(_CORNERS[:, 1])(w),
            "Your neuron listens to one input only. Which weight is too small?",
            "Gives one input a weight that can't fire alone.",
        ),
    ),
)

NEURON = Exercise(
    id="xor/neuron",
    title="One neuron, many samples",
    signature="neuron(X, w, b)",
    task="X is (N, D), w is (D,), b a number: return for each sample 1 if w·x + b > 0, else 0.",
    reference=lambda X, w, b: _step(X @ w + b),
    cases=(
        (_CORNERS, np.array([1.0, 1.0]), -1.5),
        (_CORNERS, np.array([2.0, -1.0]), -1.0),
        (
            np.array([[1.0, 2.0, -1.0], [0.0, -1.0, 2.0], [3.0, 6.0, 0.0]]),
            np.array([1.0, -0.5, 2.0]),
            0.75,
        ),
    ),
    draw=lambda rng: (
        (
            rng.normal(size=(6, 3)).round(1),
            rng.normal(size=3).round(1),
            float(rng.normal()),
        )
        if rng.integers(2)
        else (_CORNERS, rng.integers(-2, 3, size=2).astype(float), float(rng.integers(-2, 3)))
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "bias_forgotten",
            lambda X, w, b: _step(X @ w),
            "The bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "bias_subtracted",
            lambda X, w, b: _step(X @ w - b),
            "You subtract the bias. It is added: only a threshold would be subtracted.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "at_zero",
            lambda X, w, b: (X @ w + b >= 0).astype(int),
            "Almost: look at a sample whose sum is exactly 0.",
            "Doesn't distinguish > from ≥.",
        ),
        Mistake(
            "no_step",
            lambda X, w, b: X @ w + b,
            "You return the sum itself. The neuron answers 0 or 1.",
            "Stops at the pre-activation.",
        ),
        Mistake(
            "plus_minus_one",
            lambda X, w, b: np.where(X @ w + b > 0, 1, -1),
            "You answer −1 where 0 is asked for.",
            "Uses the other common coding of the classes.",
        ),
        Mistake(
            "threshold_half",
            lambda X, w, b: (X @ w + b > 0.5).astype(int),
            "You compare the sum with 0.5. That is for probabilities; here the threshold is 0.",
            "Carries the threshold of a probability over to the sum.",
        ),
        Mistake(
            "reversed",
            lambda X, w, b: (X @ w + b <= 0).astype(int),
            "Each answer is the opposite. Check the direction of your comparison.",
            "Turns the comparison round.",
        ),
        Mistake(
            "not_summed",
            lambda X, w, b: _step(X * w + b),
            "One answer for each input comes out. A neuron adds its weighted inputs up first.",
            "Multiplies entry by entry and forgets the sum.",
        ),
        Mistake(
            "sigmoid_instead",
            lambda X, w, b: _sigmoid(X @ w + b),
            "You return probabilities. This neuron says 0 or 1.",
            "Uses the smooth neuron.",
        ),
        Mistake(
            "sign_function",
            lambda X, w, b: np.sign(X @ w + b).astype(int),
            "`np.sign` has three answers: −1, 0 and 1. A neuron has two.",
            "Takes the sign for the switch.",
        ),
        Mistake(
            "last_input_only",
            lambda X, w, b: _step(X[:, -1] * w[-1]),
            "Only the last input counts in your sum, and no bias: is it `z = …` or `z += …` in "
            "your loop?",
            "Overwrites the sum in each turn of the loop.",
        ),
        Mistake(
            "bias_shifts_inputs",
            lambda X, w, b: _step((X + b) @ w),
            "You add the bias to every input, so the weights multiply it as well. It's added "
            "once, to the sum.",
            "Adds the bias to the inputs.",
        ),
        Mistake(
            "bias_times_sum",
            lambda X, w, b: _step(b * (X @ w)),
            "You multiply the sum by the bias. What does a bias do to a sum?",
            "Takes the bias for a factor.",
        ),
        Mistake(
            "relu_instead",
            lambda X, w, b: np.maximum(0, X @ w + b),
            "You hand on positive sums as they are. This neuron answers 1 for all of them.",
            "Uses ReLU for the switch.",
        ),
        Mistake(
            "two_inputs_only",
            lambda X, w, b: _step(w[0] * X[:, 0] + w[1] * X[:, 1] + b),
            "Right for two inputs only. `X @ w` adds up as many as there are.",
            "Builds the example in.",
        ),
        Mistake(
            "cut_before_comparing",
            lambda X, w, b: _step((X @ w + b).astype(int)),
            "Sums between 0 and 1 are lost: `astype(int)` makes 0 of them. Which comes first, the "
            "comparison or the whole number?",
            "Makes whole numbers of the sums in place of the answers.",
        ),
    ),
)

# Why one neuron is not enough ---------------------------------------------------------------------

MOST_ROWS = Exercise(
    id="xor/most_rows",
    title="How much of XOR can one neuron do?",
    signature="most_rows",
    task="How many of XOR's four rows can a single neuron get right at most?",
    kind="number",
    reference=lambda: 3,
    mistakes=(
        Mistake(
            "all",
            lambda: 4,
            "That would be a line with both ones on one side and both zeros on the other. Draw it.",
            "Believes that XOR is linearly separable.",
        ),
        Mistake(
            "half",
            lambda: 2,
            "You can do better: try the weights of OR and count.",
            "Takes “impossible” for “no better than guessing”.",
        ),
        Mistake(
            "none",
            lambda: 0,
            "Even a neuron that never fires gets some rows right.",
            "Takes “impossible” for “every row wrong”.",
        ),
        Mistake(
            "share",
            lambda: 0.75,
            "This is a share. The number of rows is asked for.",
            "Gives a share for a number.",
        ),
        Mistake(
            "one",
            lambda: 1,
            "You can do better: a neuron that never fires gets two rows right. Try the weights "
            "of OR and count.",
            "Takes “impossible” for “hardly any row”.",
        ),
    ),
)

_INEQUALITIES = ("b > 0", "2(w1 + w2 + b) > 0", "w1 + w2 + 2b > 0", "w1 + w2 > 0")
CONTRADICTION = Exercise(
    id="xor/contradiction",
    title="The proof in one line",
    signature="sum_of_middle_rows",
    task="XOR asks for w1 + b > 0 and w2 + b > 0. What do you get when you add the two, to compare "
    "with the sum of the other two rows, w1 + w2 + 2b ≤ 0?",
    kind="choice",
    options=_INEQUALITIES,
    reference=lambda: "w1 + w2 + 2b > 0",
    mistakes=(
        Mistake(
            "bias_once",
            lambda: "w1 + w2 > 0",
            "What became of the biases? They don't cancel.",
            "Drops the biases when adding.",
        ),
        Mistake(
            "doubled",
            lambda: "2(w1 + w2 + b) > 0",
            "Add the left sides term by term: how often does w1 occur?",
            "Doubles every term.",
        ),
        Mistake(
            "weights_cancelled",
            lambda: "b > 0",
            "Add the left sides term by term: nothing takes the weights away.",
            "Subtracts instead of adding.",
        ),
    ),
)

LINEAR_STACK = Exercise(
    id="xor/linear_stack",
    title="Two linear layers",
    signature="linear_stack_rows",
    task="Two layers without activation, then a threshold: how many rows of XOR can they get right "
    "at most?",
    kind="number",
    reference=lambda: 3,
    mistakes=(
        Mistake(
            "solves_it",
            lambda: 4,
            "Multiply the two matrices: what is left of the second layer?",
            "Believes that more layers alone are more powerful.",
        ),
        Mistake(
            "half",
            lambda: 2,
            "It can't be less than what one neuron can do. Why?",
            "Thinks that a linear stack loses something.",
        ),
        Mistake(
            "none",
            lambda: 0,
            "Even a neuron that never fires gets some rows right, and a stack can do what a "
            "neuron can.",
            "Takes “impossible” for “every row wrong”.",
        ),
        Mistake(
            "one",
            lambda: 1,
            "It can't be less than what one neuron can do. How much is that?",
            "Takes “impossible” for “hardly any row”.",
        ),
    ),
)

# A feature ----------------------------------------------------------------------------------------

_WITH_PRODUCT = np.column_stack([_CORNERS, _CORNERS[:, 0] * _CORNERS[:, 1]])

FEATURE_WEIGHTS = Exercise(
    id="xor/feature_weights",
    title="XOR with one feature more",
    signature="xor_with_feature",
    task="With the third input x3 = x1·x2, choose (w1, w2, w3, b) so that one neuron computes XOR.",
    kind="judged",
    example=(1.0, 1.0, -2.0, -0.5),
    parts=("w1", "w2", "w3", "b"),
    reference=_gate(_XOR, _WITH_PRODUCT),
    mistakes=(
        Mistake(
            "bias_first",
            _bias_first(_XOR, _WITH_PRODUCT),
            "Your numbers would work in another order: the weights come first, the bias last.",
            "Puts the bias in front of the weights.",
        ),
        Mistake(
            "or_instead",
            _answers(_OR, _WITH_PRODUCT),
            "Right but for (1, 1). Only x3 sees that corner: how strongly must it pull down?",
            "Gives the product too small a weight to undo both inputs.",
        ),
        Mistake(
            "xnor",
            _answers(1 - _XOR, _WITH_PRODUCT),
            "Each row is the opposite of what it should be. What turns a neuron's answer round?",
            "Flips the sign of the whole sum.",
        ),
        Mistake(
            "feature_unused",
            lambda w: float(w[2]) == 0,
            "With w3 = 0 you are back at two inputs, and no line works there.",
            "Doesn't use the new feature.",
        ),
        Mistake(
            "and_instead",
            _answers(_AND, _WITH_PRODUCT),
            "Your neuron fires for (1, 1) only. XOR is silent there: which sign should w3 have?",
            "Rewards the product instead of punishing it.",
        ),
        Mistake(
            "bias_forgotten",
            _answers(_CORNERS[:, 0] * 0 + 1, _WITH_PRODUCT),
            "Your neuron always fires. What should the sum be for (0, 0)?",
            "Forgets that the bias alone decides at the origin.",
        ),
    ),
)

ADD_FEATURE = Exercise(
    id="xor/add_feature",
    title="Make the feature",
    signature="add_feature(X)",
    task="X is (N, 2): return (N, 3) with x1·x2 as a third column.",
    reference=lambda X: np.column_stack([X, X[:, 0] * X[:, 1]]),
    cases=((_CORNERS,), (np.array([[2.0, -3.0], [0.017, 4.03], [-1.0, -1.0]]),)),
    draw=lambda rng: (rng.normal(size=(int(rng.integers(1, 6)), 2)),),
    mistakes=(
        Mistake(
            "sum_instead",
            lambda X: np.column_stack([X, X[:, 0] + X[:, 1]]),
            "Your third column is a sum. A neuron can add by itself: what can't it do?",
            "Doesn't see that a linear feature adds nothing.",
        ),
        Mistake(
            "product_only",
            lambda X: X[:, 0] * X[:, 1],
            "The product is right. The first two columns should stay beside it.",
            "Replaces the inputs instead of extending them.",
        ),
        Mistake(
            "column_only",
            lambda X: (X[:, 0] * X[:, 1])[:, None],
            "The product is right. The first two columns should stay beside it.",
            "Replaces the inputs instead of extending them.",
        ),
        Mistake(
            "front",
            lambda X: np.column_stack([X[:, 0] * X[:, 1], X]),
            "All is there, in another order: the new column comes last.",
            "Puts the feature first.",
        ),
        Mistake(
            "squared",
            lambda X: np.column_stack([X, X[:, 0] ** 2]),
            "Your third column is a square of one input. Which two should meet in it?",
            "Takes the other popular feature.",
        ),
        Mistake(
            "total_product",
            lambda X: np.column_stack([X, np.full(len(X), np.prod(X))]),
            "Each row has the same third entry. The product is to be taken row by row.",
            "Multiplies over the whole matrix.",
        ),
        Mistake(
            "xor_itself",
            lambda X: np.column_stack([X, (X[:, 0] != X[:, 1]).astype(float)]),
            "Your third column is the answer to XOR itself. What is asked for is a product.",
            "Puts the solution into the input.",
        ),
        Mistake(
            "squared_second",
            lambda X: np.column_stack([X, X[:, 1] ** 2]),
            "Your third column is a square of one input. Which two should meet in it?",
            "Takes the other popular feature.",
        ),
        Mistake(
            "ones",
            lambda X: np.column_stack([X, np.ones(len(X))]),
            "A column of ones stands for the bias. The task asks for x1·x2.",
            "Adds the column for the bias.",
        ),
        Mistake(
            "quotient",
            lambda X: np.column_stack([X, X[:, 0] / X[:, 1]]),
            "You divide the inputs. The task asks for x1·x2.",
            "Writes / for *.",
        ),
        Mistake(
            "appended",
            lambda X: np.append(X, X[:, 0] * X[:, 1]),
            "All numbers came back in one line: `np.append` flattens. What puts columns side by "
            "side?",
            "Appends arrays end to end.",
        ),
        Mistake(
            "both_not_zero",
            lambda X: np.column_stack([X, (X[:, 0] != 0) & (X[:, 1] != 0)]),
            "Right for inputs of 0 and 1 only. The task asks for the product.",
            "Takes “both” for the feature.",
        ),
        Mistake(
            "smaller_one",
            lambda X: np.column_stack([X, np.minimum(X[:, 0], X[:, 1])]),
            "Right for inputs of 0 and 1 only. The task asks for the product.",
            "Takes another function that agrees with the product on the gate's inputs.",
        ),
        Mistake(
            "squares_of_both",
            lambda X: np.column_stack([X, X * X]),
            "Four columns: `X * X` squares each entry. One product a row is asked for, of x1 and "
            "x2.",
            "Multiplies the matrix by itself.",
        ),
    ),
)

# A layer ------------------------------------------------------------------------------------------


def _two_layer_table(network: Any, *, transposed: bool = False) -> Any:
    W1, b1, w2, b2 = (np.asarray(part, float) for part in network)
    if W1.shape != (2, 2) or b1.shape != (2,) or w2.shape not in ((2,), (2, 1)) or b2.size != 1:
        raise ValueError("wrong shapes")
    h = _step(_CORNERS @ (W1.T if transposed else W1) + b1)
    return _step(h @ w2.ravel() + float(b2.ravel()[0]))


_NETWORK_SHAPES = {"W1": ((2, 2),), "b1": ((2,),), "w2": ((2,), (2, 1)), "b2": ((), (1,))}


def _wrong_shape(network: Any) -> str | None:
    """Say which of the four parts has another shape than was asked for."""
    for (name, shapes), part in zip(_NETWORK_SHAPES.items(), network, strict=True):
        shape = np.shape(np.asarray(part, float))
        if shape not in shapes:
            form = f"an array of shape {shape}" if shape else "a number"
            wanted = f"shape {shapes[0]}" if shapes[0] else "a number"
            return f"{name} is {form}; {wanted} is asked for."
    return None


def _judge_network(network: Any) -> str | None:
    shape = _wrong_shape(network)
    if shape is not None:
        return shape
    right = _two_layer_table(network) == _XOR
    if right.all():
        return None
    row = _CORNERS[int(np.argmin(right))]
    return f"{int(right.sum())} of 4 rows are right; look at x = ({row[0]:.0f}, {row[1]:.0f})."


def _hidden(network: Any) -> Any:
    return _step(_CORNERS @ np.asarray(network[0], float) + np.asarray(network[1], float))


def _network_gives(table: Any) -> Callable[[Any], bool]:
    return lambda network: bool((_two_layer_table(network) == table).all())


TWO_LAYERS = Exercise(
    id="xor/two_layers",
    title="XOR with two layers",
    signature="xor_network",
    task="Choose (W1, b1, w2, b2), W1 (2, 2), b1 (2,), w2 (2,), b2 a number: hidden h = step(xW1 + "
    "b1), output step(h·w2 + b2), with step(z) = 1 if z > 0 else 0.",
    kind="judged",
    example=([[1.0, 1.0], [1.0, 1.0]], [-0.5, -1.5], [1.0, -2.0], -0.5),
    parts=("W1 (2, 2)", "b1 (2,)", "w2 (2,)", "b2"),
    reference=_judge_network,
    mistakes=(
        Mistake(
            "wrong_shape",
            lambda n: _wrong_shape(n) is not None,
            "Count the brackets: a table of two rows is `[[…, …], […, …]]`, a row `[…, …]`, and a "
            "single number has none.",
            "Loses track of rows, tables and numbers.",
        ),
        Mistake(
            "transposed",
            lambda n: bool((_two_layer_table(n, transposed=True) == _XOR).all()),
            "It works with W1 transposed. Here rows are samples: the weights of one hidden neuron "
            "stand in a column of W1.",
            "Writes the weights of a neuron as a row.",
        ),
        Mistake(
            "xnor",
            _network_gives(1 - _XOR),
            "Each row is the opposite of what it should be. Look at the signs in the last layer.",
            "Flips the sign of the output.",
        ),
        Mistake(
            "same_neuron_twice",
            lambda n: bool((_hidden(n)[:, 0] == _hidden(n)[:, 1]).all()),
            "Both hidden neurons say the same in every row, so they are one. Give them two tasks.",
            "Doesn't see that hidden neurons have to differ.",
        ),
        Mistake(
            "constant_neuron",
            lambda n: bool((np.ptp(_hidden(n), axis=0) == 0).any()),
            "One hidden neuron says the same for every input, so it is of no use. For which "
            "inputs should it fire, and for which not?",
            "Doesn't check each hidden neuron for itself.",
        ),
        Mistake(
            "or_output",
            _network_gives(_OR),
            "Your network computes OR. One hidden neuron should notice (1, 1) and veto.",
            "Adds the two hidden neurons where one has to inhibit.",
        ),
        Mistake(
            "and_output",
            _network_gives(_AND),
            "Your network computes AND. It should be silent for (1, 1).",
            "Waits for both hidden neurons.",
        ),
    ),
)


def _composed(X: Any, W1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    return _sigmoid(_sigmoid(X @ W1 + b1) @ w2 + b2)


TWO_REGRESSIONS = Exercise(
    id="xor/two_regressions",
    title="Two logistic regressions, one after the other",
    signature="two_regressions(X, W1, b1, w2, b2)",
    task="X (N, D), W1 (D, H), b1 (H,), w2 (H,), b2 a number: feed the probabilities of H logistic "
    "regressions into one more and return its N probabilities.",
    reference=_composed,
    cases=(
        (
            _CORNERS,
            np.array([[4.0, -3.0], [5.0, 2.0]]),
            np.array([-2.0, 1.0]),
            np.array([3.0, -2.0]),
            -1.0,
        ),
        (
            np.array([[1.0, -0.5, 2.0], [0.0, 1.5, -1.0]]),
            np.array([[0.5, -1.0, 1.0], [2.0, 0.5, -1.5], [-0.5, 1.0, 0.25]]),
            np.array([0.5, -1.0, 0.0]),
            np.array([1.0, 2.0, -3.0]),
            0.5,
        ),
    ),
    draw=lambda rng: (
        rng.normal(size=(5, 3)),
        rng.normal(size=(3, 4)),
        rng.normal(size=4),
        rng.normal(size=4),
        float(rng.normal()),
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "linear_inside",
            lambda X, W1, b1, w2, b2: _sigmoid((X @ W1 + b1) @ w2 + b2),
            "Between the layers the sigmoid is missing: without it both are one linear map.",
            "Treats the first layer as linear.",
        ),
        Mistake(
            "linear_outside",
            lambda X, W1, b1, w2, b2: _sigmoid(X @ W1 + b1) @ w2 + b2,
            "Your results aren't probabilities: some lie outside 0 … 1.",
            "Stops at the last pre-activation.",
        ),
        Mistake(
            "first_bias",
            lambda X, W1, b1, w2, b2: _sigmoid(_sigmoid(X @ W1) @ w2 + b2),
            "One bias plays no part in your result: the first layer's.",
            "Forgets the bias.",
        ),
        Mistake(
            "last_bias",
            lambda X, W1, b1, w2, b2: _sigmoid(_sigmoid(X @ W1 + b1) @ w2),
            "One bias plays no part in your result: the last layer's.",
            "Forgets the bias.",
        ),
        Mistake(
            "both_biases",
            lambda X, W1, b1, w2, b2: _sigmoid(_sigmoid(X @ W1) @ w2),
            "Both biases are left out.",
            "Forgets the bias.",
        ),
        Mistake(
            "step_inside",
            lambda X, W1, b1, w2, b2: _sigmoid(_step(X @ W1 + b1) @ w2 + b2),
            "Your hidden values are 0 or 1. A logistic regression hands on its probability.",
            "Decides in the hidden layer already.",
        ),
        Mistake(
            "exponent_sign",
            lambda X, W1, b1, w2, b2: _sigmoid(-(_sigmoid(-(X @ W1 + b1)) @ w2 + b2)),
            "Your sigmoid falls where it should rise: look at the sign of its exponent.",
            "Took e^(+a) from the slide.",
        ),
        Mistake(
            "hidden_unused",
            lambda X, W1, b1, w2, b2: _sigmoid(X @ w2 + b2),
            "Your second regression looks at X. What does the first one hand to it?",
            "Computes the hidden layer and then doesn't use it.",
        ),
        Mistake(
            "decided",
            lambda X, W1, b1, w2, b2: (_step(_sigmoid(X @ W1 + b1) @ w2 + b2)).astype(int),
            "You return decisions. The probabilities themselves are asked for.",
            "Rounds a probability to a class.",
        ),
        Mistake(
            "tanh_inside",
            lambda X, W1, b1, w2, b2: _sigmoid(np.tanh(X @ W1 + b1) @ w2 + b2),
            "Your hidden layer answers with tanh. A logistic regression answers with a "
            "probability.",
            "Uses the other S-shaped curve.",
        ),
        Mistake(
            "relu_inside",
            lambda X, W1, b1, w2, b2: _sigmoid(np.maximum(0, X @ W1 + b1) @ w2 + b2),
            "Your hidden layer answers with ReLU. A logistic regression answers with a "
            "probability.",
            "Builds the usual hidden layer.",
        ),
        Mistake(
            "biases_subtracted",
            lambda X, W1, b1, w2, b2: _sigmoid(_sigmoid(X @ W1 - b1) @ w2 - b2),
            "You subtract the biases. They are added: only a threshold would be subtracted.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "two_neurons_only",
            lambda X, W1, b1, w2, b2: _composed(X, W1[:, :2], b1[:2], w2[:2], b2),
            "Right for two hidden neurons only. Matrix products take as many as there are.",
            "Builds the example in.",
        ),
        Mistake(
            "rows_are_neurons",
            lambda X, W1, b1, w2, b2: _composed(X, W1.T, b1, w2, b2),
            "Each column of W1 is one hidden neuron. You take its rows.",
            "Writes the layer as for column vectors.",
        ),
    ),
)

# Logistic regression ------------------------------------------------------------------------------


def _regression_case(rng: Rng) -> tuple[Any, ...]:
    d = int(rng.integers(1, 5))
    return rng.normal(size=(5, d)), rng.normal(size=d), float(rng.normal())


PREDICT = Exercise(
    id="xor/predict",
    title="Logistic regression",
    signature="predict(X, w, b)",
    task="X is (N, D), w is (D,), b a number: return P(y = 1 | x) = σ(w·x + b) for each sample.",
    reference=lambda X, w, b: _sigmoid(X @ w + b),
    cases=(
        (_CORNERS, np.array([2.0, -1.0]), 0.5),
        (np.array([[1.0, -2.0, 0.5], [0.0, 3.0, 1.0]]), np.array([0.5, -1.0, 2.0]), -0.25),
    ),
    draw=_regression_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "exponent_sign",
            lambda X, w, b: _sigmoid(-(X @ w + b)),
            "Your probability falls as w·x grows. One slide has this misprint: look at the sign of "
            "the exponent.",
            "Took 1/(1 + e^(+a)) from the slide.",
        ),
        Mistake(
            "bias_forgotten",
            lambda X, w, b: _sigmoid(X @ w),
            "The bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "bias_subtracted",
            lambda X, w, b: _sigmoid(X @ w - b),
            "The bias enters with the wrong sign. If you write e^(−…), the minus has to reach both "
            "terms: where are your brackets?",
            "Writes −w·x + b for −(w·x + b), or takes the bias for a threshold.",
        ),
        Mistake(
            "bias_outside",
            lambda X, w, b: _sigmoid(X @ w) + b,
            "The bias is added to the probability. It belongs inside σ.",
            "Closes the bracket too early.",
        ),
        Mistake(
            "decided",
            lambda X, w, b: (X @ w + b > 0).astype(float),
            "You return the decision. The probability is asked for.",
            "Takes the class for its probability.",
        ),
        Mistake(
            "no_sigmoid",
            lambda X, w, b: X @ w + b,
            "You return the sum itself: some values lie outside 0 … 1.",
            "Stops at the pre-activation.",
        ),
        Mistake(
            "bias_times_last_input",
            lambda X, w, b: _sigmoid(X @ w + b * X[:, -1]),
            "You multiply the bias by an input, as one slide does (w2·x2). The bias stands alone.",
            "Copied w2·x2 from the slide, where w2 is the bias.",
        ),
        Mistake(
            "brackets_missing",
            lambda X, w, b: 1 / 1 + np.exp(-(X @ w + b)),
            "A probability isn't above 1. `1 / 1 + …` divides first: what should stand below the "
            "line?",
            "Forgets that a division comes before a sum.",
        ),
        Mistake(
            "tanh_instead",
            lambda X, w, b: np.tanh(X @ w + b),
            "This is tanh: it runs from −1 to 1. A probability isn't negative.",
            "Uses the other S-shaped curve.",
        ),
        Mistake(
            "exp_only",
            lambda X, w, b: np.exp(X @ w + b),
            "Some of your probabilities are above 1: the exponential is one part of σ only.",
            "Takes e^z for the sigmoid.",
        ),
        Mistake(
            "minus_below",
            lambda X, w, b: 1 / (1 - np.exp(-(X @ w + b))),
            "Some of your probabilities are negative or above 1: look at the sign below.",
            "Writes 1 − e^(−z) for 1 + e^(−z).",
        ),
        Mistake(
            "softmax_over_samples",
            lambda X, w, b: np.exp(X @ w + b) / np.sum(np.exp(X @ w + b)),
            "Your probabilities add up to 1 over the samples. Each sample has a probability of "
            "its own.",
            "Takes the softmax for the sigmoid.",
        ),
    ),
)


def _loss_case(rng: Rng) -> tuple[Any, ...]:
    n = int(rng.integers(3, 7))
    y = rng.integers(0, 2, size=n).astype(float)
    y[:2] = 0, 1
    return y, rng.uniform(0.05, 0.95, size=n)


LOG_LOSS = Exercise(
    id="xor/log_loss",
    title="The log-loss",
    signature="log_loss(y, P)",
    task="y holds 0 or 1, P the predicted probabilities of 1, both (N,): return −Σ[y·log P + "
    "(1 − y)·log(1 − P)], one number (natural logarithm, no mean).",
    reference=lambda y, P: -float(np.sum(y * np.log(P) + (1 - y) * np.log(1 - P))),
    cases=(
        (np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.2, 0.6, 0.7])),
        (np.array([0.0, 0.0, 1.0]), np.array([0.1, 0.5, 0.35])),
    ),
    draw=_loss_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "bracket",
            lambda y, P: float(-np.sum(y * np.log(P)) + np.sum((1 - y) * np.log(1 - P))),
            "The minus covers your first term only, as on one slide. Can a loss get smaller when a "
            "prediction gets worse?",
            "Copied the formula without its bracket from the slide.",
        ),
        Mistake(
            "sign_flipped",
            lambda y, P: float(np.sum(y * np.log(P) + (1 - y) * np.log(1 - P))),
            "Your loss is negative, and the best prediction has the largest value. What is in "
            "front of the sum?",
            "Forgets the minus: this is the log-likelihood.",
        ),
        Mistake(
            "mean",
            lambda y, P: -float(np.mean(y * np.log(P) + (1 - y) * np.log(1 - P))),
            "You divide by the number of samples. The task asks for the sum.",
            "Takes the mean out of habit.",
        ),
        Mistake(
            "positives_only",
            lambda y, P: -float(np.sum(y * np.log(P))),
            "Samples with y = 0 don't count in your loss. Which term is for them?",
            "Uses only half of the formula.",
        ),
        Mistake(
            "negatives_only",
            lambda y, P: -float(np.sum((1 - y) * np.log(1 - P))),
            "Samples with y = 1 don't count in your loss. Which term is for them?",
            "Uses only half of the formula.",
        ),
        Mistake(
            "classes_swapped",
            lambda y, P: -float(np.sum((1 - y) * np.log(P) + y * np.log(1 - P))),
            "A good prediction has a large loss. Which logarithm belongs to y = 1?",
            "Swaps the two terms.",
        ),
        Mistake(
            "not_summed",
            lambda y, P: -(y * np.log(P) + (1 - y) * np.log(1 - P)),
            "One loss a sample comes out. One number is asked for.",
            "Forgets the sum.",
        ),
        Mistake(
            "squared_error",
            lambda y, P: float(np.sum((y - P) ** 2)),
            "This is the squared error. Where are the logarithms?",
            "Uses the loss of regression.",
        ),
        Mistake(
            "base_two",
            lambda y, P: -float(np.sum(y * np.log2(P) + (1 - y) * np.log2(1 - P))),
            "The factor is wrong: which base has your logarithm?",
            "Doesn't distinguish log from log2.",
        ),
        Mistake(
            "base_ten",
            lambda y, P: -float(np.sum(y * np.log10(P) + (1 - y) * np.log10(1 - P))),
            "The factor is wrong: which base has your logarithm?",
            "Doesn't distinguish log from log10.",
        ),
        Mistake(
            "first_sample_only",
            lambda y, P: float(-(y[0] * np.log(P[0]) + (1 - y[0]) * np.log(1 - P[0]))),
            "Only the first sample counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_sample_only",
            lambda y, P: float(-(y[-1] * np.log(P[-1]) + (1 - y[-1]) * np.log(1 - P[-1]))),
            "Only the last sample counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "swapped",
            lambda y, P: -np.sum(P * np.log(y) + (1 - P) * np.log(1 - y)),
            "You take the logarithm of the classes, which are 0 and 1, and log(0) is infinite. "
            "Of what should it be taken?",
            "Swaps target and prediction in the formula.",
        ),
        Mistake(
            "last_left_out",
            lambda y, P: -np.sum((y * np.log(P) + (1 - y) * np.log(1 - P))[:-1]),
            "The last sample isn't in your sum. `range(n)` stops before n by itself.",
            "Ends a range one too early.",
        ),
        Mistake(
            "distances",
            lambda y, P: np.sum(np.abs(y - P)),
            "You add up distances. The loss asks for logarithms of probabilities.",
            "Measures how far the prediction is off.",
        ),
        Mistake(
            "no_logarithm",
            lambda y, P: -np.sum(y * P + (1 - y) * (1 - P)),
            "You add up the probabilities themselves: where are the logarithms?",
            "Leaves the logarithm out.",
        ),
        Mistake(
            "one_minus_log",
            lambda y, P: -np.sum(y * np.log(P) + (1 - y) * (1 - np.log(P))),
            "In the second term 1 − P stands inside the logarithm.",
            "Takes log(1 − P) for 1 − log P.",
        ),
        Mistake(
            "both_terms",
            lambda y, P: -np.sum(np.log(P) + np.log(1 - P)),
            "y plays no part in your result: both terms count for every sample. Which one "
            "should, when y is 1?",
            "Drops the factors that pick the class.",
        ),
        Mistake(
            "log_of_sum",
            lambda y, P: -np.log(np.sum(y * P + (1 - y) * (1 - P))),
            "You take one logarithm of a sum. Each sample has its own, and these are added.",
            "Swaps sum and logarithm.",
        ),
        Mistake(
            "brackets_missing",
            lambda y, P: -np.sum(y * np.log(P) + 1 - y * np.log(1 - P)),
            "`1 - y * …` multiplies first. Which two belong together in (1 − y)·log(1 − P)?",
            "Leaves the brackets of 1 − y out.",
        ),
        Mistake(
            "multiplied",
            lambda y, P: -np.sum(y * np.log(P) * (1 - y) * np.log(1 - P)),
            "You multiply the two terms, and one of y and 1 − y is always 0. How are they joined?",
            "Multiplies where the formula adds.",
        ),
        Mistake(
            "classes_unused",
            lambda y, P: -np.sum(np.log(P)),
            "y plays no part in your result. Which logarithm counts where y is 0?",
            "Uses the formula for y = 1 everywhere.",
        ),
    ),
)

BOUNDARY = Exercise(
    id="xor/boundary",
    title="The line that a neuron draws",
    signature="boundary(x1, w, b)",
    task="w is (w1, w2) with w2 ≠ 0: for an array x1 return the x2 at which w1·x1 + w2·x2 + b = 0.",
    reference=lambda x1, w, b: -(w[0] * x1 + b) / w[1],
    cases=(
        (np.array([0.0, 0.5, 1.0]), np.array([1.0, 2.0]), -2.5),
        (np.array([-0.2, 2.0]), np.array([3.0, -0.7]), 0.5),
    ),
    draw=lambda rng: (
        rng.normal(size=4),
        rng.choice([-1, 1], size=2) * rng.uniform(0.3, 2.0, size=2),
        float(rng.normal()),
    ),
    mistakes=(
        Mistake(
            "sign",
            lambda x1, w, b: (w[0] * x1 + b) / w[1],
            "Put your x2 back into the sum: it isn't 0. What happens to a term that changes sides?",
            "Doesn't turn the sign when moving terms.",
        ),
        Mistake(
            "bias_sign",
            lambda x1, w, b: (-w[0] * x1 + b) / w[1],
            "The slope of your line is right, its height isn't. Which term kept its sign?",
            "Turns the sign of one term only.",
        ),
        Mistake(
            "weights_swapped",
            lambda x1, w, b: -(w[1] * x1 + b) / w[0],
            "You solve for x1. Which of the two is handed in, and which is asked for?",
            "Mixes up the two weights.",
        ),
        Mistake(
            "bias_forgotten",
            lambda x1, w, b: -w[0] * x1 / w[1],
            "Your line runs through the origin. What moves it?",
            "Forgets the bias.",
        ),
        Mistake(
            "not_divided",
            lambda x1, w, b: -(w[0] * x1 + b),
            "Right if w2 were 1. Divide by it.",
            "Stops before the last step.",
        ),
        Mistake(
            "bias_not_divided",
            lambda x1, w, b: -w[0] * x1 / w[1] - b,
            "The slope is right, the height isn't: does the division reach the bias?",
            "Leaves out a bracket.",
        ),
        Mistake(
            "bias_not_moved",
            lambda x1, w, b: -w[0] * x1 / w[1] + b,
            "The slope is right. The bias changes sides as well, and is divided too.",
            "Carries the bias over as it stands.",
        ),
        Mistake(
            "half_a_bracket",
            lambda x1, w, b: -w[0] * x1 + b / w[1],
            "Only b is divided, and only the first term has a minus. Where do brackets belong?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "multiplied",
            lambda x1, w, b: -(w[0] * x1 + b) * w[1],
            "Solve for x2: w2 stands in front of it as a factor. How does a factor move to the "
            "other side?",
            "Multiplies where it should divide.",
        ),
        Mistake(
            "subtracted",
            lambda x1, w, b: -w[0] * x1 - b - w[1],
            "Solve for x2: w2 is a factor of x2, not a term beside it. How does a factor move to "
            "the other side?",
            "Subtracts a factor.",
        ),
        Mistake(
            "level",
            lambda x1, w, b: -b / w[1] + 0 * np.asarray(x1),
            "Your line is level: x1 plays no part in it.",
            "Leaves the first input out.",
        ),
        Mistake(
            "sum_without_x2",
            lambda x1, w, b: w[0] * x1 + b,
            "This is the sum without its x2 part. For which x2 does that part bring the whole to "
            "0?",
            "Drops x2 instead of solving for it.",
        ),
        Mistake(
            "slope_upside_down",
            lambda x1, w, b: -(w[1] / w[0]) * x1 - b / w[1],
            "The height at x1 = 0 is right, the slope is upside down: which weight goes below?",
            "Turns the quotient of the weights over.",
        ),
        Mistake(
            "only_bias_divided",
            lambda x1, w, b: -w[0] * x1 - b / w[1],
            "Only b is divided: `-w[0] * x1 - b / w[1]` divides first. Where do brackets belong?",
            "Leaves the brackets out of a quotient.",
        ),
    ),
)

THIRD_WEIGHT = Exercise(
    id="xor/third_weight",
    title="What is w2?",
    signature="w2_is",
    task="A neuron with inputs x0 and x1 is written w0·x0 + w1·x1 + w2. What is w2?",
    kind="choice",
    options=("a third weight", "the bias", "the output", "the learning rate"),
    reference=lambda: "the bias",
    mistakes=(
        Mistake(
            "third_weight",
            lambda: "a third weight",
            "The slide writes w2·x2 elsewhere. How many inputs does this neuron have?",
            "Copied w2·x2 from the slide.",
        ),
        Mistake(
            "output",
            lambda: "the output",
            "It is added before the activation, so it can't be what comes out.",
            "Loses track of what is given and what is computed.",
        ),
        Mistake(
            "learning_rate",
            lambda: "the learning rate",
            "The learning rate belongs to training. This is the neuron itself.",
            "Mixes up parameters with settings.",
        ),
    ),
)

_HISTORY = (
    "McCulloch-Pitts neuron",
    "perceptron",
    "XOR winter",
    "backpropagation",
    "LeNet-5",
    "AlexNet",
    "GAN",
    "Transformer",
    "BERT",
    "GPT-2",
)
TIMELINE = Exercise(
    id="xor/timeline",
    title="A short history in order",
    signature="timeline",
    task="Put in order, earliest first: " + ", ".join(sorted(_HISTORY)) + ".",
    kind="ordering",
    options=_HISTORY,
    reference=lambda: _HISTORY,
    mistakes=(
        Mistake(
            "perceptron_first",
            lambda: ("perceptron", "McCulloch-Pitts neuron"),
            "The perceptron learns its weights. The model without learning is older.",
            "Takes the perceptron for the first artificial neuron.",
        ),
        Mistake(
            "backprop_before_winter",
            lambda: ("backpropagation", "XOR winter"),
            "Backpropagation ended the XOR winter. Which came first?",
            "Thinks that training of layers was known when XOR was found hard.",
        ),
        Mistake(
            "winter_before_perceptron",
            lambda: ("XOR winter", "perceptron"),
            "Which machine was it that couldn't learn XOR?",
            "Doesn't connect the XOR winter with the perceptron.",
        ),
        Mistake(
            "alexnet_before_lenet",
            lambda: ("AlexNet", "LeNet-5"),
            "One of the two read digits on cheques before graphics cards were used.",
            "Mixes up the first and the famous convolutional network.",
        ),
        Mistake(
            "transformer_before_gan",
            lambda: ("Transformer", "GAN"),
            "Generated faces came before “attention is all you need”.",
            "Places all recent models at once.",
        ),
        Mistake(
            "bert_before_transformer",
            lambda: ("BERT", "Transformer"),
            "The T in BERT stands for something.",
            "Doesn't know that BERT builds on the Transformer.",
        ),
        Mistake(
            "gpt2_before_bert",
            lambda: ("GPT-2", "BERT"),
            "The two are one year apart. The one with the number is the second of its kind.",
            "Mixes up the order of the language models.",
        ),
        Mistake(
            "gan_before_alexnet",
            lambda: ("GAN", "AlexNet"),
            "A contest in recognising images came two years before generated images.",
            "Mixes up the order of the image models.",
        ),
        Mistake(
            "lenet_before_backprop",
            lambda: ("LeNet-5", "backpropagation"),
            "LeNet-5 was trained. By which method?",
            "Doesn't connect the first convolutional network with its training.",
        ),
    ),
)

BRAIN = Exercise(
    id="xor/brain",
    title="The brain in numbers",
    signature="brain",
    task="Fill in neurons, connections, and connections per neuron: take 86 billion neurons and "
    "5·10^14 connections.",
    kind="table",
    reference=lambda: {"neurons": 86e9, "connections": 5e14, "connections per neuron": 5814.0},
    tolerance=Tolerance(0.05, 1e-9),
    mistakes=(
        Mistake(
            "million",
            lambda: {"neurons": 86e6},
            "Billion or million: how many zeros has 86 billion?",
            "Mixes up 10^6 and 10^9.",
        ),
        Mistake(
            "long_scale",
            lambda: {"neurons": 86e12},
            "In English a billion is a thousand millions.",
            "Uses the long scale, where a billion is 10^12.",
        ),
        Mistake(
            "upside_down",
            lambda: {"connections per neuron": 86e9 / 5e14},
            "Your quotient is upside down: can a neuron have less than one connection?",
            "Divides the wrong way round.",
        ),
        Mistake(
            "as_neurons",
            lambda: {"connections": 86e9},
            "That is the number of neurons. Each of them has thousands of connections.",
            "Mixes up neurons and connections.",
        ),
        Mistake(
            "without_powers",
            lambda: {"neurons": 86.0},
            "86 what? Billions: write the power of ten with it, 86e9.",
            "Leaves the unit out.",
        ),
        Mistake(
            "caret",
            lambda: {"neurons": float(86 * 10 ^ 9), "connections": float(5 * 10 ^ 14)},
            "In Python `^` isn't a power: write `10**9` or `1e9`.",
            "Writes a power with ^.",
        ),
        Mistake(
            "power_of_five",
            lambda: {"connections": float(5**14)},
            "5·10^14 is five times a power of ten, not a power of five: `5e14`.",
            "Drops the ten.",
        ),
        Mistake(
            "tenth_part",
            lambda: {"neurons": 8.6e9},
            "86 billion are ten times as many: is it 8.6 or 86 before the e?",
            "Moves the point, but not the exponent.",
        ),
        Mistake(
            "ten_e_neurons",
            lambda: {"neurons": 86 * 10e9},
            "`10e9` is 10·10^9, ten times too much: the e itself stands for “times ten to the "
            "power of”.",
            "Writes 10e9 for 10^9.",
        ),
        Mistake(
            "ten_e_connections",
            lambda: {"connections": 5 * 10e14},
            "`10e14` is 10·10^14, ten times too much: the e itself stands for “times ten to the "
            "power of”.",
            "Writes 10e14 for 10^14.",
        ),
    ),
)

_STATEMENTS = {
    "A": "σ(a) = 1/(1 + e^(−a))",
    "B": "σ(a) = 1/(1 + e^a)",
    "C": "L = −Σ[y log P + (1 − y) log(1 − P)]",
    "D": "L = −Σ y log P + (1 − y) log(1 − P)",
    "E": "a neuron with two inputs computes w0·x0 + w1·x1 + w2·x2",
    "F": "a neuron with two inputs computes w0·x0 + w1·x1 + w2",
}
FAULTY_SLIDES = Exercise(
    id="xor/faulty_slides",
    title="Find the faulty slides",
    signature="faulty_slides",
    task="Which are wrong? " + "; ".join(f"{k}: {v}" for k, v in _STATEMENTS.items()) + ".",
    kind="set",
    options=tuple(_STATEMENTS),
    reference=lambda: {"B", "D", "E"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "C", "F"},
            "These are the right ones. The wrong ones are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "exponent",
            lambda given: "A" in given or "B" not in given,
            "Put a large a into A and B. Which one goes to 1?",
            "Doesn't check the sign of the exponent.",
        ),
        Mistake(
            "bracket",
            lambda given: "C" in given or "D" not in given,
            "Put y = 0 and P = 0.9 into C and D. Which one is a loss?",
            "Overlooks the bracket.",
        ),
        Mistake(
            "bias",
            lambda given: "F" in given or "E" not in given,
            "Count the inputs of E and F.",
            "Overlooks that w2 is the bias.",
        ),
    ),
)


def _slide_loss(y: float, P: float) -> float:
    return float(-y * np.log(P) + (1 - y) * np.log(1 - P))


def _judge_pair(pair: Any) -> str | None:
    y, P = (float(v) for v in pair)
    if y not in (0.0, 1.0):
        return "y is a class: 0 or 1."
    if not 0 < P < 1:
        return "P is a probability: above 0 and below 1."
    return None if _slide_loss(y, P) < -1 else "the slide's loss isn't below −1 there."


COUNTEREXAMPLE = Exercise(
    id="xor/negative_loss",
    title="Prove it: a loss below zero",
    signature="negative_loss_at",
    task="Give a pair (y, P) for which the slide's −y·log P + (1 − y)·log(1 − P) is below −1.",
    kind="judged",
    example=(0, 0.9),
    parts=("y", "P"),
    reference=_judge_pair,
    mistakes=(
        Mistake(
            "wrong_class",
            lambda pair: float(pair[0]) == 1 and 0 < float(pair[1]) < 1,
            "For this y the slide is right: only the other term lost its minus.",
            "Doesn't see which term the missing bracket concerns.",
        ),
        Mistake(
            "not_far_enough",
            lambda pair: float(pair[0]) == 0 and 0 < float(pair[1]) < 1 - np.exp(-1),
            "Below 0, but not below −1 yet. Make the prediction worse.",
            "Stops at the first negative value.",
        ),
        Mistake(
            "swapped",
            lambda pair: float(pair[1]) in (0.0, 1.0) and 0 < float(pair[0]) < 1,
            "The pair is (y, P): the class comes first.",
            "Swaps class and probability.",
        ),
        Mistake(
            "certain",
            lambda pair: float(pair[1]) in (0.0, 1.0),
            "At this P the logarithm is infinite. Go near it, not onto it.",
            "Uses the end of the interval, where log isn't defined.",
        ),
        Mistake(
            "percent",
            lambda pair: float(pair[0]) in (0.0, 1.0) and 1 < float(pair[1]) <= 100,
            "Is your P per cent? Write it as a share: 50 % is 0.5.",
            "Takes per cent for a share.",
        ),
    ),
)


def _rows_right(y: Any, w: Any, b: float) -> int:
    return int(np.sum(_step(_CORNERS @ np.asarray(w) + b) == np.asarray(y)))


def _rows_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a gate and a neuron that treat their two inputs differently, more often than not."""
    y = rng.integers(0, 2, size=4)
    if rng.integers(2):
        y[2] = 1 - y[1]
    w = rng.permutation(np.arange(-2.0, 3.0))[:2]
    return y, w, float(rng.integers(-4, 5)) / 2


ROWS_RIGHT = Exercise(
    id="xor/rows_right",
    title="How many rows are right?",
    signature="rows_right(y, w, b)",
    task="y (4,) holds what a gate answers to (0, 0), (0, 1), (1, 0), (1, 1): return how many of "
    "the four rows the neuron (w, b) gets right.",
    reference=_rows_right,
    cases=(
        (_XOR, np.array([1.0, 1.0]), -0.5),
        (_AND, np.array([1.0, 1.0]), -1.5),
        (_AND, np.array([1.0, 1.0]), -1.0),
        (_OR, np.array([2.0, -1.0]), 0.5),
        (np.array([0, 0, 1, 0]), np.array([1.0, -1.0]), -0.5),
    ),
    draw=_rows_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "wrong_rows",
            lambda y, w, b: 4 - _rows_right(y, w, b),
            "You count the rows that are wrong.",
            "Counts the complement.",
        ),
        Mistake(
            "share",
            lambda y, w, b: _rows_right(y, w, b) / 4,
            "This is the share of the rows. Their number is asked for.",
            "Takes the mean for the sum.",
        ),
        Mistake(
            "at_zero",
            lambda y, w, b: int(np.sum((_CORNERS @ w + b >= 0) == y)),
            "Almost: look at a row whose sum is exactly 0.",
            "Doesn't distinguish > from ≥.",
        ),
        Mistake(
            "ones_only",
            lambda y, w, b: int(np.sum(_step(_CORNERS @ w + b) * y)),
            "You count only rows in which both say 1. Where both say 0 they agree as well.",
            "Forgets that a 0 can be right.",
        ),
        Mistake(
            "fires",
            lambda y, w, b: int(np.sum(_step(_CORNERS @ w + b))),
            "You count how often the neuron fires. The gate's answers play no part.",
            "Counts ones instead of comparing.",
        ),
        Mistake(
            "bias_forgotten",
            lambda y, w, b: _rows_right(y, w, 0.0),
            "The bias plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "whole_gate",
            lambda y, w, b: int(_rows_right(y, w, b) == 4),
            "You say whether all rows are right. How many are right is asked for.",
            "Answers whether the gate works.",
        ),
        Mistake(
            "no_step",
            lambda y, w, b: int(np.sum(_CORNERS @ w + b == y)),
            "You compare the weighted sum with the answer. The neuron answers 0 or 1 only: where "
            "is its switch?",
            "Leaves the threshold out.",
        ),
        Mistake(
            "bias_subtracted",
            lambda y, w, b: _rows_right(y, w, -b),
            "You subtract the bias. It is added: only a threshold would be subtracted.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "threshold_half",
            lambda y, w, b: _rows_right(y, w, b - 0.5),
            "You compare the sum with 0.5. That is for probabilities; here the threshold is 0.",
            "Carries the threshold of a probability over to the sum.",
        ),
        Mistake(
            "sign_function",
            lambda y, w, b: int(np.sum(np.sign(_CORNERS @ w + b) == y)),
            "`np.sign` says −1 where a neuron says 0, so a silent neuron is never right.",
            "Takes the sign for the switch.",
        ),
        Mistake(
            "percent",
            lambda y, w, b: 25 * _rows_right(y, w, b),
            "This is per cent. The number of rows is asked for.",
            "Gives a share for a number.",
        ),
        Mistake(
            "rows_swapped",
            lambda y, w, b: _rows_right(y, np.asarray(w)[::-1], b),
            "Your middle rows are in another order: the task lists (0, 1) before (1, 0).",
            "Writes the rows of the truth table in another order.",
        ),
        Mistake(
            "first_row_only",
            lambda y, w, b: int(_fires([*w, b], _CORNERS)[0] == y[0]),
            "Only the first row counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "counts_compared",
            lambda y, w, b: 4 - abs(int(np.sum(_fires([*w, b], _CORNERS))) - int(np.sum(y))),
            "You compare how many ones there are. Are they in the same rows?",
            "Compares counts in place of pairs.",
        ),
        Mistake(
            "counts_equal",
            lambda y, w, b: bool(np.sum(_fires([*w, b], _CORNERS)) == np.sum(y)),
            "You ask whether there are equally many ones. Compare row by row, and count.",
            "Compares counts in place of pairs.",
        ),
    ),
)


def _switches(X: Any, W1: Any, b1: Any, w2: Any, b2: float) -> Any:
    return _step(_step(X @ W1 + b1) @ w2 + b2)


def _quarters(values: Any) -> Any:
    """Round to quarters: sums of these are exact in any order, and now and then exactly 0."""
    return np.round(4 * values) / 4


def _switch_case(rng: Rng) -> tuple[Any, ...]:
    d, h = (2, 2) if rng.integers(2) else (int(rng.integers(2, 4)), int(rng.integers(3, 5)))
    return (
        _quarters(rng.normal(size=(16, d))),
        _quarters(rng.normal(size=(d, h))),
        _quarters(rng.normal(size=h)),
        _quarters(rng.normal(size=h)),
        float(_quarters(rng.normal(0, 0.5))),
    )


SWITCH_NETWORK = Exercise(
    id="xor/switch_network",
    title="A hidden layer of switches",
    signature="switch_network(X, W1, b1, w2, b2)",
    task="X (N, D), W1 (D, H), b1 (H,), w2 (H,), b2 a number: return for each sample the 0 or 1 "
    "of the output neuron. Hidden neurons and output are switches.",
    reference=_switches,
    cases=(
        (
            _CORNERS,
            np.array([[1.0, -1.0], [1.0, -1.0]]),
            np.array([-1.5, 0.5]),
            np.array([1.0, 1.0]),
            -0.5,
        ),
        (
            _CORNERS,
            np.array([[1.0, 1.0], [1.0, -1.0]]),
            np.array([-1.0, 0.0]),
            np.array([1.0, 1.0]),
            -1.0,
        ),
        _switch_case(np.random.default_rng(21)),
        _switch_case(np.random.default_rng(24)),
    ),
    draw=_switch_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "no_bend",
            lambda X, W1, b1, w2, b2: _step((X @ W1 + b1) @ w2 + b2),
            "Your hidden neurons hand on their sums. Each one has to decide first: 0 or 1.",
            "Leaves out the bend between the layers.",
        ),
        Mistake(
            "no_last_bend",
            lambda X, W1, b1, w2, b2: _step(X @ W1 + b1) @ w2 + b2,
            "You return the output's sum. It answers 0 or 1 as well.",
            "Stops at the last pre-activation.",
        ),
        Mistake(
            "hidden_bias",
            lambda X, W1, b1, w2, b2: _switches(X, W1, 0 * b1, w2, b2),
            "The biases of the hidden neurons play no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "output_bias",
            lambda X, W1, b1, w2, b2: _switches(X, W1, b1, w2, 0.0),
            "The bias of the output neuron plays no part in your result.",
            "Forgets the bias.",
        ),
        Mistake(
            "hidden_returned",
            lambda X, W1, b1, w2, b2: _step(X @ W1 + b1),
            "You return the hidden layer. One neuron more stands behind it.",
            "Stops after the first layer.",
        ),
        Mistake(
            "rows_are_neurons",
            lambda X, W1, b1, w2, b2: _switches(X, W1.T, b1, w2, b2),
            "Each column of W1 is one hidden neuron. You take its rows.",
            "Writes the layer as for column vectors.",
        ),
        Mistake(
            "sigmoids",
            lambda X, W1, b1, w2, b2: _sigmoid(_sigmoid(X @ W1 + b1) @ w2 + b2),
            "These are smooth switches. Here a neuron says 0 or 1, and nothing between.",
            "Runs ahead to logistic regression.",
        ),
        Mistake(
            "biases_forgotten",
            lambda X, W1, b1, w2, b2: _step(_step(X @ W1) @ w2),
            "Your network has no biases: every line runs through the origin.",
            "Forgets the biases.",
        ),
        Mistake(
            "at_zero",
            lambda X, W1, b1, w2, b2: ((X @ W1 + b1 >= 0).astype(int) @ w2 + b2 >= 0).astype(int),
            "Almost: look at a neuron whose sum is exactly 0.",
            "Doesn't distinguish > from ≥.",
        ),
        Mistake(
            "relu_hidden",
            lambda X, W1, b1, w2, b2: _step(np.maximum(0, X @ W1 + b1) @ w2 + b2),
            "Your hidden neurons hand on positive sums as they are. A switch answers 1 for all "
            "of them.",
            "Uses ReLU for the switch.",
        ),
        Mistake(
            "smooth_hidden",
            lambda X, W1, b1, w2, b2: _step(_sigmoid(X @ W1 + b1) @ w2 + b2),
            "Your hidden neurons answer with probabilities. They are switches, too: 0 or 1.",
            "Uses the smooth neuron in the hidden layer.",
        ),
        Mistake(
            "plus_minus_one",
            lambda X, W1, b1, w2, b2: _step(np.where(X @ W1 + b1 > 0, 1, -1) @ w2 + b2),
            "Your hidden neurons say −1 where a switch says 0.",
            "Uses the other common coding of the classes.",
        ),
        Mistake(
            "threshold_half",
            lambda X, W1, b1, w2, b2: _switches(X, W1, b1 - 0.5, w2, b2 - 0.5),
            "You compare sums with 0.5. That is for probabilities; here the threshold is 0.",
            "Carries the threshold of a probability over to the sum.",
        ),
        Mistake(
            "biases_subtracted",
            lambda X, W1, b1, w2, b2: _switches(X, W1, -b1, w2, -b2),
            "You subtract the biases. They are added: only a threshold would be subtracted.",
            "Takes the bias for a threshold.",
        ),
        Mistake(
            "at_zero_hidden",
            lambda X, W1, b1, w2, b2: _step((X @ W1 + b1 >= 0).astype(int) @ w2 + b2),
            "Almost: look at a hidden neuron whose sum is exactly 0.",
            "Doesn't distinguish > from ≥ in the hidden layer.",
        ),
        Mistake(
            "at_zero_output",
            lambda X, W1, b1, w2, b2: (_step(X @ W1 + b1) @ w2 + b2 >= 0).astype(int),
            "Almost: look at a sample for which the output's sum is exactly 0.",
            "Doesn't distinguish > from ≥ at the output.",
        ),
        Mistake(
            "two_neurons_only",
            lambda X, W1, b1, w2, b2: _switches(X, W1[:, :2], b1[:2], w2[:2], b2),
            "Right for two hidden neurons only. Matrix products take as many as there are.",
            "Builds the example in.",
        ),
        Mistake(
            "hidden_unused",
            lambda X, W1, b1, w2, b2: _step(X @ w2 + b2),
            "Your output neuron looks at X. What does the hidden layer hand to it?",
            "Computes the hidden layer and then doesn't use it.",
        ),
        Mistake(
            "hidden_bias_outside",
            lambda X, W1, b1, w2, b2: _step((_step(X @ W1) + b1) @ w2 + b2),
            "You add b1 to the answers of the hidden neurons. It belongs to their sums, before "
            "the switch.",
            "Closes the bracket too early.",
        ),
        Mistake(
            "output_bias_outside",
            lambda X, W1, b1, w2, b2: _step(_step(X @ W1 + b1) @ w2) + b2,
            "You add b2 to the answer. It belongs to the sum, before the switch.",
            "Closes the bracket too early.",
        ),
        Mistake(
            "output_bias_twice",
            lambda X, W1, b1, w2, b2: _switches(X, W1, b2, w2, b2),
            "The hidden neurons have biases of their own: which name do they have?",
            "Copies a line and forgets to change a name.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    BRAIN,
    NEURON,
    AND_GATE,
    OR_GATE,
    BOUNDARY,
    MOST_ROWS,
    ROWS_RIGHT,
    CONTRADICTION,
    ADD_FEATURE,
    FEATURE_WEIGHTS,
    LINEAR_STACK,
    SWITCH_NETWORK,
    TWO_LAYERS,
    PREDICT,
    LOG_LOSS,
    TWO_REGRESSIONS,
    THIRD_WEIGHT,
    FAULTY_SLIDES,
    COUNTEREXAMPLE,
    TIMELINE,
)
