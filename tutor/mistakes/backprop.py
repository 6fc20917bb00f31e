"""Exercises of the theme "backprop": the chain rule on a graph, by hand, then with matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tutor.mistakes import given
from tutor.mistakes.records import READY_MADE, Exercise, Mistake, Tolerance

Rng = np.random.Generator


def _numbers(*sizes: int) -> Callable[[Rng], tuple[Any, ...]]:
    """Draw so many numbers, or one array for each size."""
    return lambda rng: tuple(
        float(rng.normal(scale=2)) if size == 0 else rng.normal(size=size) for size in sizes
    )


# Graphs of numbers --------------------------------------------------------------------------------


def _compose(x: float) -> float:
    return float(np.cos((3 * x + 1) ** 2) * 2 * (3 * x + 1) * 3)


COMPOSITE = Exercise(
    id="backprop/composite",
    title="Three functions in a row",
    signature="composite_derivative(x)",
    task="F(x) = sin(u²) with u = 3x + 1: return dF/dx for a number x, by the chain rule.",
    reference=_compose,
    cases=((0.0,), (-0.3,), (-1.2,)),
    draw=_numbers(0),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "innermost_forgotten",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * (3 * x + 1),
            "One link of the chain is missing: u itself depends on x. How fast?",
            "Stops before the innermost function.",
        ),
        Mistake(
            "middle_forgotten",
            lambda x: np.cos((3 * x + 1) ** 2) * 3,
            "One link of the chain is missing: the square.",
            "Skips a function in the chain.",
        ),
        Mistake(
            "outermost_only",
            lambda x: np.cos((3 * x + 1) ** 2),
            "You differentiate the outermost function only. The chain has three links.",
            "Believes that the outer derivative is enough.",
        ),
        Mistake(
            "evaluated_at_x",
            lambda x: np.cos(x) * 2 * x * 3,
            "Each derivative is to be taken at its own input, not at x. What goes into the sine?",
            "Evaluates every local derivative at x.",
        ),
        Mistake(
            "cosine_at_x",
            lambda x: np.cos(x) * 2 * (3 * x + 1) * 3,
            "Three links, and two of them are right. Which number goes into the sine? It goes into "
            "the cosine, too.",
            "Evaluates the outermost derivative at x.",
        ),
        Mistake(
            "sine_kept",
            lambda x: np.sin((3 * x + 1) ** 2) * 2 * (3 * x + 1) * 3,
            "The sine is still there. What is its derivative?",
            "Multiplies by inner derivatives and keeps the outer function.",
        ),
        Mistake(
            "cosine_sign",
            lambda x: -_compose(x),
            "The size is right, the sign isn't: which of sin and cos brings a minus?",
            "Mixes up the derivatives of sin and cos.",
        ),
        Mistake(
            "added",
            lambda x: np.cos((3 * x + 1) ** 2) + 2 * (3 * x + 1) + 3,
            "You add the links. The chain rule does something else with them.",
            "Adds along a chain.",
        ),
        Mistake(
            "square_not_differentiated",
            lambda x: np.cos((3 * x + 1) ** 2) * (3 * x + 1) ** 2 * 3,
            "The square is still there. What is the derivative of u²?",
            "Leaves one function undifferentiated.",
        ),
        Mistake(
            "slope_at_x",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * x * 3,
            "Three links, and one of them is taken at the wrong place: which number is squared?",
            "Takes the slope of the square at x.",
        ),
        Mistake(
            "nested",
            lambda x: np.cos(2 * (3 * x + 1) * 3),
            "You put derivatives into one another. The chain rule multiplies them, each taken at "
            "the number that enters its function.",
            "Nests the derivatives like the functions.",
        ),
        Mistake(
            "degrees",
            lambda x: np.cos(np.radians((3 * x + 1) ** 2)) * 2 * (3 * x + 1) * 3,
            "Angles are in radians here, as numpy takes them: nothing has to be converted.",
            "Converts from degrees.",
        ),
        Mistake(
            "times_x",
            lambda x: _compose(x) * x,
            "There is an x too many: what is the derivative of 3x + 1?",
            "Keeps x when differentiating 3x.",
        ),
        Mistake(
            "last_added",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * (3 * x + 1) + 3,
            "You add the last link. Each link of a chain is a factor.",
            "Adds along a chain.",
        ),
        Mistake(
            "sine_squared",
            lambda x: 2 * np.sin(3 * x + 1) * np.cos(3 * x + 1) * 3,
            "You differentiate (sin u)². Here u is squared first, and then the sine is taken.",
            "Reads sin(u²) as sin²(u).",
        ),
        Mistake(
            "cosine_of_u",
            lambda x: np.cos(3 * x + 1) * 2 * (3 * x + 1) * 3,
            "Three links, and two of them are right. The sine takes u²; what does the cosine take?",
            "Evaluates the outermost derivative at the innermost value.",
        ),
        Mistake(
            "function_instead",
            lambda x: np.sin((3 * x + 1) ** 2),
            "This is F itself. How fast does it change with x?",
            "Computes the value instead of the slope.",
        ),
        Mistake(
            "square_is_two",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * 3,
            "The derivative of u² isn't 2 alone: it depends on u.",
            "Drops u from the derivative of u².",
        ),
        Mistake(
            "four",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * (3 * x + 1) * 4,
            "What is the derivative of 3x + 1? The 1 is a constant.",
            "Keeps the constant when differentiating.",
        ),
        Mistake(
            "precedence",
            lambda x: np.cos((3 * x + 1) ** 2) * 2 * 3 * x + 3,
            "`2 * 3*x + 1 * 3` multiplies first. Which sum belongs in brackets?",
            "Leaves the brackets of 3x + 1 out.",
        ),
    ),
)

SMALL_GRAPH = Exercise(
    id="backprop/small_graph",
    title="f = (x + y)z by hand",
    signature="small_graph",
    task="For x = −2, y = 5, z = −4 fill in q = x + y, f = q·z and the four derivatives.",
    kind="table",
    reference=lambda: {
        "q": 3.0,
        "f": -12.0,
        "df/dq": -4.0,
        "df/dx": -4.0,
        "df/dy": -4.0,
        "df/dz": 3.0,
    },
    mistakes=(
        Mistake(
            "swap_forgotten",
            lambda: {"df/dq": 3.0, "df/dz": -4.0},
            "A multiply gate hands each input the value of the other one.",
            "Hands each input its own value.",
        ),
        Mistake(
            "stops_at_add",
            lambda: {"df/dx": 1.0, "df/dy": 1.0},
            "1 is the add gate's local derivative. What has come from above is still to be "
            "multiplied.",
            "Takes the local derivative for the whole.",
        ),
        Mistake(
            "values_handed_on",
            lambda: {"df/dx": 8.0, "df/dy": -20.0},
            "An add gate doesn't multiply by its inputs: it hands on what comes from above.",
            "Treats the add gate like a multiply gate.",
        ),
        Mistake(
            "split",
            lambda: {"df/dx": -2.0, "df/dy": -2.0},
            "The add gate doesn't share out: each input gets all of it.",
            "Divides the gradient among the inputs.",
        ),
        Mistake(
            "sign_lost",
            lambda: {"df/dq": 4.0},
            "z is negative. What happens to f when q grows?",
            "Drops the sign.",
        ),
        Mistake(
            "sum_wrong",
            lambda: {"q": -7.0},
            "Look at the signs: x is negative, y isn't.",
            "Slips in the sum.",
        ),
        Mistake(
            "value_for_derivative",
            lambda: {"df/dz": -12.0},
            "That is f itself. How much does it change when z grows by 1?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "f_added",
            lambda: {"f": -1.0},
            "You add q and z. What is between them in f = q·z?",
            "Takes the multiply gate for an add gate.",
        ),
        Mistake(
            "product_for_sum",
            lambda: {"q": -10.0},
            "You multiply x and y. The task says q = x + y.",
            "Takes the add gate for a multiply gate.",
        ),
        Mistake(
            "difference_for_sum",
            lambda: {"q": 7.0},
            "That is y − x, or 2 + 5. Mind that x is negative: what is −2 + 5?",
            "Overlooks the sign of x.",
        ),
        Mistake(
            "ones_for_product",
            lambda: {"df/dq": 1.0, "df/dz": 1.0},
            "1 is what an add gate hands on. This one multiplies: how much does f change when "
            "one side grows by 1?",
            "Treats the multiply gate like an add gate.",
        ),
    ),
)

SMALL_GRADIENT = Exercise(
    id="backprop/small_gradient",
    title="f = (x + y)z in code",
    signature="small_gradient(x, y, z)",
    task="For f = (x + y)z return (df/dx, df/dy, df/dz), three numbers.",
    reference=lambda x, y, z: (z, z, x + y),
    parts=("df/dx", "df/dy", "df/dz"),
    cases=((-2.0, 5.0, -4.0), (1.5, 0.5, 0.15625)),
    draw=_numbers(0, 0, 0),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "swap_forgotten",
            lambda x, y, z: (x + y, x + y, z),
            "A multiply gate hands each input the value of the other one.",
            "Hands each input its own value.",
        ),
        Mistake(
            "own_values",
            lambda x, y, z: (x * z, y * z, x + y),
            "The add gate doesn't multiply by its inputs: it hands on what comes from above.",
            "Treats the add gate like a multiply gate.",
        ),
        Mistake(
            "local_only",
            lambda x, y, z: (1.0, 1.0, x + y),
            "1 is the add gate's local derivative. Multiply by what comes from above.",
            "Takes the local derivative for the whole.",
        ),
        Mistake(
            "split",
            lambda x, y, z: (z / 2, z / 2, x + y),
            "The add gate doesn't share out: each input gets all of it.",
            "Divides the gradient among the inputs.",
        ),
        Mistake(
            "value_for_derivative",
            lambda x, y, z: (z, z, (x + y) * z),
            "The last entry is f itself. How much does it change when z grows by 1?",
            "Mixes up value and slope.",
        ),
        Mistake(
            "other_input",
            lambda x, y, z: (y * z, x * z, x + y),
            "In x + y neither input is multiplied by the other.",
            "Applies the product rule to a sum.",
        ),
        Mistake(
            "order",
            lambda x, y, z: (x + y, z, z),
            "The right numbers in another order: first df/dx, last df/dz.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "product_for_sum",
            lambda x, y, z: (z, z, x * y),
            "df/dz: a multiply gate hands over the value of the other input. That one is q: how "
            "is it made?",
            "Takes q = x + y for a product.",
        ),
        Mistake(
            "dz_one",
            lambda x, y, z: (z, z, 1.0),
            "df/dz is 1 only where z is added. What is z multiplied by?",
            "Treats z like a term of a sum.",
        ),
        Mistake(
            "product_rule",
            lambda x, y, z: (y, x, x + y),
            "This would be for x·y. Here x and y are added, and the sum is multiplied by z.",
            "Swaps the inputs of an add gate.",
        ),
        Mistake(
            "value_handed_on",
            lambda x, y, z: ((x + y) * z, (x + y) * z, x + y),
            "You hand back f itself. Backwards goes df/dq: what is it?",
            "Hands the value back instead of the gradient.",
        ),
        Mistake(
            "all_z",
            lambda x, y, z: (z, z, z),
            "df/dx and df/dy are right. A multiply gate hands z the value of the other input.",
            "Hands every input the same gradient.",
        ),
        Mistake(
            "sums",
            lambda x, y, z: (x + z, y + z, x + y),
            "On the way from q to x nothing is added: the add gate hands on what comes from above.",
            "Adds the value where a gradient is handed on.",
        ),
    ),
)


def _sigma(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z, float)))


def _neuron_parts(w: Any, x: Any) -> tuple[float, Any]:
    """Give the activation and the inputs with a 1 for the bias."""
    return float(_sigma(w[0] * x[0] + w[1] * x[1] + w[2])), np.array([x[0], x[1], 1.0])


def _neuron_rule(rule: Callable[..., tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
    def gradient(w: Any, x: Any) -> tuple[Any, Any]:
        a, x1 = _neuron_parts(w, x)
        return rule(a, w, x1)

    return gradient


def _without_bias(w: Any, x1: Any) -> tuple[Any, Any]:
    a = float(_sigma(w[0] * x1[0] + w[1] * x1[1]))
    return a * (1 - a) * x1, a * (1 - a) * w[:2]


def _bias_in_front(w: Any, x: Any) -> tuple[Any, Any]:
    a = float(_sigma(w[0] + w[1] * x[0] + w[2] * x[1]))
    return a * (1 - a) * np.array([1.0, x[0], x[1]]), a * (1 - a) * np.asarray(w[1:])


def _minus_on_the_first(w: Any, x: Any) -> tuple[Any, Any]:
    a = float(_sigma(w[0] * x[0] - w[1] * x[1] - w[2]))
    return a * (1 - a) * np.array([x[0], x[1], 1.0]), a * (1 - a) * np.asarray(w[:2])


_W_SLIDE, _X_SLIDE = np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0])
NEURON_GRADIENT = Exercise(
    id="backprop/neuron_gradient",
    title="Backwards through a neuron",
    signature="neuron_gradient(w, x)",
    task="f = σ(w0·x0 + w1·x1 + w2) with w (3,), x (2,): return (df/dw, df/dx), shapes (3,), (2,).",
    reference=_neuron_rule(lambda a, w, x: (a * (1 - a) * x, a * (1 - a) * w[:2])),
    parts=("df/dw", "df/dx"),
    cases=((_W_SLIDE, _X_SLIDE), (np.array([0.5, 1.5, -1.0]), np.array([2.0, 0.25]))),
    draw=_numbers(3, 2),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "sigma_prime_forgotten",
            _neuron_rule(lambda a, w, x: (x, w[:2])),
            "You skip the sigmoid on the way back. What is its local derivative?",
            "Differentiates the weighted sum only.",
        ),
        Mistake(
            "sigma_prime_of_a",
            _neuron_rule(
                lambda a, w, x: (
                    _sigma(a) * (1 - _sigma(a)) * x,
                    _sigma(a) * (1 - _sigma(a)) * w[:2],
                )
            ),
            "The sigmoid is applied twice on the way. Which value belongs into its derivative?",
            "Feeds a into a derivative that expects z.",
        ),
        Mistake(
            "sigma_instead",
            _neuron_rule(lambda a, w, x: (a * x, a * w[:2])),
            "You multiply by the sigmoid itself. Its derivative has two factors.",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "z_for_a",
            lambda w, x: (
                (z := float(w[0] * x[0] + w[1] * x[1] + w[2]))
                * (1 - z)
                * np.array([x[0], x[1], 1.0]),
                z * (1 - z) * np.asarray(w[:2]),
            ),
            "a(1 − a) wants the activation. You put in the weighted sum.",
            "Takes z for a.",
        ),
        Mistake(
            "swap_forgotten",
            _neuron_rule(lambda a, w, x: (a * (1 - a) * w, a * (1 - a) * x[:2])),
            "A multiply gate hands each input the value of the other one: which belongs to dw?",
            "Hands each input its own value.",
        ),
        Mistake(
            "bias_as_weight",
            _neuron_rule(
                lambda a, w, x: (a * (1 - a) * np.array([x[0], x[1], w[2]]), a * (1 - a) * w[:2])
            ),
            "Look at the last entry of df/dw: how fast does a sum grow with its last term?",
            "Hands the bias its own value.",
        ),
        Mistake(
            "bias_zero",
            _neuron_rule(
                lambda a, w, x: (a * (1 - a) * np.array([x[0], x[1], 0.0]), a * (1 - a) * w[:2])
            ),
            "The last entry of df/dw is 0, but f does change with the bias.",
            "Thinks that a constant has no gradient.",
        ),
        Mistake(
            "sign_flipped",
            _neuron_rule(lambda a, w, x: (-a * (1 - a) * x, -a * (1 - a) * w[:2])),
            "All signs are turned. On the way back two minus signs meet: at −1/x² and at e^(−z).",
            "Loses one of two minus signs.",
        ),
        Mistake(
            "bias_missing",
            _neuron_rule(lambda a, w, x: (a * (1 - a) * x[:2], a * (1 - a) * w[:2])),
            "df/dw: w has three entries. How fast does the sum grow with the last one, the bias?",
            "Leaves the bias out.",
        ),
        Mistake(
            "bias_with_an_input",
            _neuron_rule(lambda a, w, x: (a * (1 - a) * x[:2], a * (1 - a) * w)),
            "There are three weights and two inputs: to which of df/dw and df/dx does the bias "
            "belong?",
            "Takes the bias for the weight of an input.",
        ),
        Mistake(
            "order",
            _neuron_rule(lambda a, w, x: (a * (1 - a) * w[:2], a * (1 - a) * x)),
            "The right numbers in another order: df/dw comes first.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "no_bias_in_sum",
            _neuron_rule(lambda a, w, x: _without_bias(w, x)),
            "The bias is missing in your sum z, so the slope of the sigmoid is taken at the "
            "wrong place.",
            "Forgets the bias on the way forward.",
        ),
        Mistake(
            "bias_first",
            _neuron_rule(
                lambda a, w, x: (a * (1 - a) * np.array([1.0, x[0], x[1]]), a * (1 - a) * w[:2])
            ),
            "df/dw: the right numbers, but you put the bias in front. Which entry of w is the "
            "bias?",
            "Puts the bias in front of the weights.",
        ),
        Mistake(
            "bias_first_throughout",
            _bias_in_front,
            "You take w[0] for the bias throughout. The task has it last: w0·x0 + w1·x1 + w2.",
            "Numbers the weights from the bias on.",
        ),
        Mistake(
            "weights_shifted",
            _neuron_rule(lambda a, w, x: (a * (1 - a) * x, a * (1 - a) * w[1:])),
            "df/dx: which weights belong to x0 and x1? You take the bias for one of them.",
            "Numbers the weights from the bias on.",
        ),
        Mistake(
            "factor_forgotten",
            _neuron_rule(lambda a, w, x: ((1 - a) * x, (1 - a) * w[:2])),
            "The sigmoid's derivative has two factors. You have one of them.",
            "Drops a factor of σ'.",
        ),
        Mistake(
            "tanh_slope",
            _neuron_rule(lambda a, w, x: ((1 - a**2) * x, (1 - a**2) * w[:2])),
            "1 − a² is the slope of tanh. This neuron has a sigmoid.",
            "Takes the rule for tanh.",
        ),
        Mistake(
            "bias_not_chained",
            _neuron_rule(
                lambda a, w, x: (
                    np.array([a * (1 - a) * x[0], a * (1 - a) * x[1], 1.0]),
                    a * (1 - a) * w[:2],
                )
            ),
            "The last entry of df/dw: 1 is the add gate's local derivative. What comes from "
            "above is still to be multiplied.",
            "Takes the local derivative of the bias for the whole.",
        ),
        Mistake(
            "brackets_missing",
            _minus_on_the_first,
            "Your minus stands before the first product only. e^(−z) wants it before the whole "
            "sum: brackets.",
            "Leaves the brackets of −(…) out.",
        ),
    ),
)

NEURON_GATES = Exercise(
    id="backprop/neuron_gates",
    title="The same neuron, gate by gate",
    signature="gates",
    task="w = (2, −3, −3), x = (−1, −2). Fill in the values after each gate, and the gradient that "
    "arrives before each (two digits).",
    kind="table",
    reference=lambda: {
        "z": 1.0,
        "e^(−z)": 0.3679,
        "1 + e^(−z)": 1.3679,
        "f": 0.7311,
        "df/d(1 + e^(−z))": -0.5344,
        "df/d(e^(−z))": -0.5344,
        "df/dz": 0.1966,
    },
    tolerance=Tolerance(1e-2, 6e-3),
    mistakes=(
        Mistake(
            "reciprocal_sign",
            lambda: {"df/d(1 + e^(−z))": 0.5344},
            "When the denominator grows, f falls. Which sign is that?",
            "Drops the minus of −1/x².",
        ),
        Mistake(
            "reciprocal_log",
            lambda: {"df/d(1 + e^(−z))": -0.7311},
            "The derivative of 1/x has a square below.",
            "Uses −1/x for −1/x².",
        ),
        Mistake(
            "constant_gate",
            lambda: {"df/d(e^(−z))": 0.4656},
            "Adding 1 changes nothing about a gradient: it is handed on as it is.",
            "Adds the constant to the gradient.",
        ),
        Mistake(
            "exp_sign",
            lambda: {"df/dz": -0.1966},
            "The size is right. There is a minus between z and e^(−z).",
            "Forgets the inner derivative of e^(−z).",
        ),
        Mistake(
            "exp_forgotten",
            lambda: {"df/dz": 0.5344},
            "You passed −1, but not exp: what is its local derivative?",
            "Skips a gate.",
        ),
        Mistake(
            "exponent",
            lambda: {"e^(−z)": 2.7183},
            "Mind the minus in the exponent.",
            "Computes e^z.",
        ),
        Mistake(
            "bias_forgotten",
            lambda: {"z": 4.0},
            "The bias w2 = −3 is missing in the sum.",
            "Forgets the bias.",
        ),
        Mistake(
            "bias_first",
            lambda: {"z": 11.0},
            "You take the first entry of w for the bias. The bias w2 is the last.",
            "Puts the bias in front of the weights.",
        ),
        Mistake(
            "bias_subtracted",
            lambda: {"z": 7.0},
            "You subtract the bias. It's added, and it's negative.",
            "Subtracts a negative bias.",
        ),
        Mistake(
            "value_for_gradient",
            lambda: {"df/dz": 0.7311},
            "That is f itself. How fast does it change with z?",
            "Mixes up value and slope.",
        ),
    ),
)

SUM_PRODUCT = Exercise(
    id="backprop/sum_product",
    title="e = (a + b)(b + 1)",
    signature="sum_product_gradient(a, b)",
    task="For e = (a + b)(b + 1) return (de/da, de/db), two numbers.",
    reference=lambda a, b: (b + 1, a + 2 * b + 1),
    parts=("de/da", "de/db"),
    cases=((2.0, 1.0), (-1.5, 0.15625)),
    draw=_numbers(0, 0),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "last_path_only",
            lambda a, b: (b + 1, a + b),
            "b goes two ways. Where a value fans out, what comes back is added: = or += ?",
            "Overwrites the gradient of the first path with that of the second.",
        ),
        Mistake(
            "first_path_only",
            lambda a, b: (b + 1, b + 1),
            "b goes two ways, and you followed the one that it shares with a.",
            "Treats b like a.",
        ),
        Mistake(
            "paths_multiplied",
            lambda a, b: (b + 1, (a + b) * (b + 1)),
            "Along a path you multiply. What do you do with two paths side by side?",
            "Multiplies parallel paths.",
        ),
        Mistake(
            "paths_averaged",
            lambda a, b: (b + 1, (a + 2 * b + 1) / 2),
            "Two paths aren't averaged.",
            "Averages parallel paths.",
        ),
        Mistake(
            "swap_forgotten",
            lambda a, b: (a + b, a + 2 * b + 1),
            "The multiply gate hands a's side the value of the other side.",
            "Hands each input its own value.",
        ),
        Mistake(
            "one_factor_each",
            lambda a, b: (a + b, b + 1),
            "These are the two factors. What does the multiply gate hand to a's side, and by how "
            "many ways does b arrive?",
            "Hands each side its own value and follows one path.",
        ),
        Mistake(
            "own_and_one_path",
            lambda a, b: (a + b, a + b),
            "The multiply gate hands a's side the value of the other side. And b goes two ways.",
            "Hands each input its own value and follows one path.",
        ),
        Mistake(
            "factors_differentiated",
            lambda a, b: (1.0, 2.0),
            "The derivative of a product isn't the product, or the sum, of the derivatives.",
            "Differentiates the factors one by one.",
        ),
        Mistake(
            "order",
            lambda a, b: (a + 2 * b + 1, b + 1),
            "The right numbers in another order: de/da comes first.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "one_lost",
            lambda a, b: (b + 1.0, a + 2.0 * b),
            "Multiply out (a + b)(b + 1) and look for the term with b alone.",
            "Loses the +1 in the product rule.",
        ),
        Mistake(
            "one_lost_twice",
            lambda a, b: (b, a + 2 * b),
            "The second factor is b + 1. Where has its 1 gone?",
            "Takes the factor b + 1 for b.",
        ),
        Mistake(
            "one_path_lost_one",
            lambda a, b: (b, a + b),
            "The second factor is b + 1: where has its 1 gone? And b goes two ways.",
            "Takes b + 1 for b, and follows one path.",
        ),
        Mistake(
            "one_twice",
            lambda a, b: (b + 1, a + 2 * b + 2),
            "de/db has a 1 too many: what do you get on each of b's two ways?",
            "Counts the 1 on both ways.",
        ),
    ),
)


def _jacobian_case(rng: Rng) -> tuple[Any, ...]:
    m, d = (3, 3) if rng.integers(2) else (int(rng.integers(2, 5)), int(rng.integers(2, 5)))
    return rng.normal(size=m), rng.normal(size=(m, d))


MULTIVARIATE = Exercise(
    id="backprop/multivariate",
    title="Many paths, one loss",
    signature="total_derivative(dy, J)",
    task="y has M parts that all depend on x (D,): J is (M, D) with J[i, j] = dy_i/dx_j, dy is "
    "dL/dy (M,). Return dL/dx (D,).",
    reference=lambda dy, J: dy @ J,
    cases=(
        (np.array([1.0, -2.0, 0.5]), np.array([[1.0, 2.0], [0.0, -1.0], [4.0, 3.0]])),
        (np.array([2.0, -1.0]), np.array([[1.0, 0.25], [-2.0, 0.15625]])),
    ),
    draw=_jacobian_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "transposed",
            lambda dy, J: J @ dy,
            "You sum over the inputs. Each input collects from all outputs: over which index?",
            "Multiplies from the other side.",
        ),
        Mistake(
            "not_summed",
            lambda dy, J: dy[:, None] * J,
            "You have all the paths. What happens to those that start at the same x?",
            "Stops before adding the paths.",
        ),
        Mistake(
            "mean",
            lambda dy, J: dy @ J / len(dy),
            "Parallel paths aren't averaged.",
            "Averages parallel paths.",
        ),
        Mistake(
            "upstream_forgotten",
            lambda dy, J: J.sum(axis=0),
            "`dy` plays no part in your result. Each path starts with it.",
            "Adds the local derivatives only.",
        ),
        Mistake(
            "last_path",
            lambda dy, J: dy[-1] * J[-1],
            "Only the last output counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "everything_summed",
            lambda dy, J: np.sum(dy[:, None] * J),
            "One number comes out. Each input has its own derivative.",
            "Sums over inputs, too.",
        ),
        Mistake(
            "largest_path",
            lambda dy, J: np.max(dy[:, None] * J, axis=0),
            "You keep the largest path. The others count, too.",
            "Thinks of the max gate.",
        ),
        Mistake(
            "first_path",
            lambda dy, J: dy[0] * J[0],
            "Only the first output counts in your result. Each input reaches the loss by all of "
            "them.",
            "Follows one path.",
        ),
        Mistake(
            "summed_apart",
            lambda dy, J: J.sum(axis=0) * dy.sum(),
            "You add first and multiply then. Each path has its own two factors: multiply them, "
            "then add.",
            "Swaps sum and product.",
        ),
        Mistake(
            "links_added",
            lambda dy, J: (dy[:, None] + J).sum(axis=0),
            "Along a path you add dy and J. Along a path links are multiplied; paths are added.",
            "Adds along a path, too.",
        ),
        Mistake(
            "paths_multiplied",
            lambda dy, J: np.prod(dy[:, None] * J, axis=0),
            "You multiply the paths. Along a path you multiply; what do you do with paths side "
            "by side?",
            "Multiplies parallel paths.",
        ),
    ),
)

_PATTERNS = ("distributes", "swaps", "adds", "routes")
GATE_PATTERNS = Exercise(
    id="backprop/gate_patterns",
    title="What gates do to a gradient",
    signature="patterns",
    task="Match: add, multiply, copy, max with: distributes, swaps, adds, routes.",
    kind="table",
    options=_PATTERNS,
    reference=lambda: {"add": "distributes", "multiply": "swaps", "copy": "adds", "max": "routes"},
    mistakes=(
        Mistake(
            "add_adds",
            lambda: {"add": "adds"},
            "Forwards it adds. One gradient comes back: where does it go?",
            "Names what the gate does forwards.",
        ),
        Mistake(
            "copy_distributes",
            lambda: {"copy": "distributes"},
            "Forwards it distributes. Several gradients come back: what becomes of them?",
            "Names what the gate does forwards.",
        ),
        Mistake(
            "max_distributes",
            lambda: {"max": "distributes"},
            "Does the smaller input of a max gate change the result?",
            "Sends the gradient of a max gate to both inputs.",
        ),
        Mistake(
            "multiply_distributes",
            lambda: {"multiply": "distributes"},
            "Do both inputs of a product get the same gradient?",
            "Treats the multiply gate like the add gate.",
        ),
        Mistake(
            "max_swaps",
            lambda: {"max": "swaps"},
            "The values themselves don't matter at a max gate, only which one is larger.",
            "Mixes up the max and the multiply gate.",
        ),
        Mistake(
            "add_swaps",
            lambda: {"add": "swaps"},
            "The local derivatives of a sum are both 1. Is there anything to swap?",
            "Mixes up the add and the multiply gate.",
        ),
    ),
)


def _max_case(rng: Rng) -> tuple[Any, ...]:
    x = rng.normal(size=5)
    return x, x + rng.choice([-1.0, 0.7], size=5), rng.normal(size=5)


MAX_GATE = Exercise(
    id="backprop/max_gate",
    title="Backwards through a max gate",
    signature="max_backward(x, y, df)",
    task="f = max(x, y) entry by entry, df = dL/df: return (dx, dy). No entry of x equals that of "
    "y.",
    reference=lambda x, y, df: (df * (x > y), df * (y > x)),
    parts=("dx", "dy"),
    cases=(
        (np.array([3.0, -1.0, 2.0]), np.array([1.0, 4.0, -2.0]), np.array([0.5, -2.0, 0.15625])),
    ),
    draw=_max_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "to_both",
            lambda x, y, df: (df, df),
            "Both inputs get the gradient. Wiggle the smaller one: does the maximum move?",
            "Treats the max gate like the add gate.",
        ),
        Mistake(
            "to_the_smaller",
            lambda x, y, df: (df * (x < y), df * (y < x)),
            "The gradient goes to the smaller input. Which one did f let through?",
            "Turns the comparison round.",
        ),
        Mistake(
            "mask_only",
            lambda x, y, df: ((x > y).astype(float), (y > x).astype(float)),
            "These are the local derivatives. Multiply by what comes from above.",
            "Stops at the local derivative.",
        ),
        Mistake(
            "times_value",
            lambda x, y, df: (df * x * (x > y), df * y * (y > x)),
            "You multiply by the value that won. The slope of a value with respect to itself is 1.",
            "Mixes up value and slope.",
        ),
        Mistake(
            "half_each",
            lambda x, y, df: (df / 2, df / 2),
            "You share the gradient out. A max gate gives all of it to one input.",
            "Shares between the inputs as at a tie.",
        ),
        Mistake(
            "first_only",
            lambda x, y, df: (df * (x > y), np.zeros_like(df)),
            "y gets nothing, even where it is the larger one.",
            "Handles one input only.",
        ),
        Mistake(
            "one_winner",
            lambda x, y, df: (df * (np.max(x) > np.max(y)), df * (np.max(y) > np.max(x))),
            "You choose one winner for the whole array. Each entry has its own.",
            "Takes the maximum over the array.",
        ),
        Mistake(
            "forward_values",
            lambda x, y, df: (np.maximum(x, y) * df, np.minimum(x, y) * df),
            "These are the values of max and min. On the way back: who gets df, and who gets "
            "nothing?",
            "Repeats the way forward.",
        ),
        Mistake(
            "values_routed",
            lambda x, y, df: (np.where(x > y, x, 0), np.where(y > x, y, 0)),
            "`df` plays no part: you hand back the winner's value. What goes back is the gradient.",
            "Mixes up value and gradient.",
        ),
        Mistake(
            "relu_like",
            lambda x, y, df: (np.where(x > 0, df, 0), np.where(y > 0, df, 0)),
            "You compare each input with 0, as in ReLU. Here the two are compared with each other.",
            "Takes max(x, y) for max(0, x).",
        ),
        Mistake(
            "loser_negative",
            lambda x, y, df: (np.where(x > y, df, -df), np.where(y > x, df, -df)),
            "The smaller input gets a minus. Does f change at all when it moves a little?",
            "Believes that what helps one input hurts the other.",
        ),
        Mistake(
            "same_mask",
            lambda x, y, df: (np.where(x > y, df, 0), np.where(x > y, df, 0)),
            "dx is right. dy has the same mask: where is y the larger one?",
            "Copies the first line.",
        ),
        Mistake(
            "like_multiply",
            lambda x, y, df: (y * df, x * df),
            "That is what a multiply gate does. A max gate doesn't scale anything.",
            "Swaps the values as in a product.",
        ),
    ),
)

# Shapes -------------------------------------------------------------------------------------------

SHAPES = Exercise(
    id="backprop/shapes",
    title="Shapes of derivatives",
    signature="shapes",
    task="As tuples: L is a number, X (5, 3), W (3, 4), b (4,), Y = XW + b; and the Jacobian of 2 "
    "outputs by 3 inputs in both layouts, and how many rows the Jacobian of n = 6 outputs by m = 2 "
    "inputs has in numerator layout.",
    kind="table",
    reference=lambda: {
        "dL/dX": (5, 3),
        "dL/dW": (3, 4),
        "dL/db": (4,),
        "dL/dY": (5, 4),
        "numerator layout": (2, 3),
        "denominator layout": (3, 2),
        "rows for 6 outputs": 6,
    },
    mistakes=(
        Mistake(
            "weights_transposed",
            lambda: {"dL/dW": (4, 3)},
            "In this course a derivative has the shape of what it differentiates by.",
            "Writes gradients in numerator layout.",
        ),
        Mistake(
            "input_transposed",
            lambda: {"dL/dX": (3, 5)},
            "In this course a derivative has the shape of what it differentiates by.",
            "Writes gradients in numerator layout.",
        ),
        Mistake(
            "bias_a_row_each",
            lambda: {"dL/db": (5, 4)},
            "All samples share one bias: their gradients are added up.",
            "Gives each sample its own bias.",
        ),
        Mistake(
            "layouts_swapped",
            lambda: {"numerator layout": (3, 2), "denominator layout": (2, 3)},
            "Numerator layout: the outputs (above in dy/dx) number the rows.",
            "Mixes up the two conventions.",
        ),
        Mistake(
            "slide_rows",
            lambda: {"rows for 6 outputs": 2},
            "One slide draws m rows. Each output has one row here.",
            "Copied the slide's Jacobian with m rows.",
        ),
        Mistake(
            "bias_column",
            lambda: {"dL/db": (4, 1)},
            "b has one axis, and so has its derivative.",
            "Thinks of b as a column.",
        ),
    ),
)


def _jacobian(x: Any) -> Any:
    return np.array([[x[1], x[0]], [1.0, 1.0], [2 * x[0], 0.0]])


JACOBIAN = Exercise(
    id="backprop/jacobian",
    title="A Jacobian by hand",
    signature="jacobian(x)",
    task="y = (x0·x1, x0 + x1, x0²): return its Jacobian in numerator layout, J[i, j] = dy_i/dx_j.",
    reference=_jacobian,
    cases=((np.array([2.0, -3.0]),), (np.array([0.15625, 1.5]),)),
    draw=_numbers(2),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "transposed",
            lambda x: _jacobian(x).T,
            "Each output should have a row here; yours has a column.",
            "Uses denominator layout, or the slide's drawing.",
        ),
        Mistake(
            "swap_forgotten",
            lambda x: np.array([[x[0], x[1]], [1.0, 1.0], [2 * x[0], 0.0]]),
            "Look at the row of the product: the derivative by x0 is the other factor.",
            "Hands each input its own value.",
        ),
        Mistake(
            "square_kept",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [x[0] ** 2, 0.0]]),
            "Look at the row of the square: what is its slope?",
            "Leaves the square undifferentiated.",
        ),
        Mistake(
            "two_forgotten",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [x[0], 0.0]]),
            "Look at the row of the square: a factor is missing.",
            "Lowers the exponent without bringing it down.",
        ),
        Mistake(
            "absent_input",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [2 * x[0], 2 * x[1]]]),
            "Does the last output depend on x1 at all?",
            "Expects every output to depend on every input.",
        ),
        Mistake(
            "values_in_sum",
            lambda x: np.array([[x[1], x[0]], [x[0], x[1]], [2 * x[0], 0.0]]),
            "Look at the row of the sum: its slopes don't depend on x.",
            "Writes values where slopes belong.",
        ),
        Mistake(
            "sum_as_product",
            lambda x: np.array([[x[1], x[0]], [x[1], x[0]], [2 * x[0], 0.0]]),
            "Look at the row of the sum: how fast does x0 + x1 grow with x0?",
            "Treats the sum like the product.",
        ),
        Mistake(
            "square_by_other",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [0.0, 2 * x[0]]]),
            "Look at the row of the square: on which input does it depend, and which column is "
            "that?",
            "Puts a derivative into the wrong column.",
        ),
        Mistake(
            "square_is_two",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [2.0, 0.0]]),
            "Look at the row of the square: its slope isn't the same everywhere.",
            "Drops x from the derivative of x².",
        ),
        Mistake(
            "sum_vanishes",
            lambda x: np.array([[x[1], x[0]], [0.0, 0.0], [2 * x[0], 0.0]]),
            "Look at the second row: how fast does a sum grow with one of its terms?",
            "Takes the terms of a sum for constants.",
        ),
        Mistake(
            "square_by_both",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [2 * x[0], 2 * x[0]]]),
            "Look at the last entry: does x0² change with x1?",
            "Gives every input the same derivative.",
        ),
        Mistake(
            "absent_is_one",
            lambda x: np.array([[x[1], x[0]], [1.0, 1.0], [2 * x[0], 1.0]]),
            "Look at the last entry: does x0² change with x1?",
            "Takes an absent input for a factor of 1.",
        ),
        Mistake(
            "product_like_sum",
            lambda x: np.array([[1.0, 1.0], [1.0, 1.0], [2 * x[0], 0.0]]),
            "Look at the first row: a product grows with one factor as fast as the other one is "
            "large.",
            "Differentiates the factors one by one.",
        ),
    ),
)

# Matrices -----------------------------------------------------------------------------------------


def _linear_case(rng: Rng) -> tuple[Any, ...]:
    n, d, m = (int(v) for v in rng.integers(2, 6, size=3))
    if rng.integers(2):
        n = d = m
    return rng.normal(size=(n, d)), rng.normal(size=(d, m)), rng.normal(size=(n, m))


def _backward(X: Any, W: Any, dY: Any) -> tuple[Any, Any, Any]:
    return dY @ W.T, X.T @ dY, dY.sum(axis=0)


_X3 = np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 0.5]])
_W3 = np.array([[1.0, -1.0, 2.0, 0.0], [0.5, 3.0, -2.0, 1.0]])
_DY3 = np.array([[1.0, 0.0, -1.0, 2.0], [0.5, 1.0, 0.0, -1.0], [0.0, 2.0, 1.0, 1.0]])
_SQUARE = (
    np.array([[1.0, 2.0], [3.0, -1.0]]),
    np.array([[0.5, -1.0], [2.0, 1.0]]),
    np.array([[1.0, 3.0], [-2.0, 0.15625]]),
)
LINEAR_BACKWARD = Exercise(
    id="backprop/linear_backward",
    title="Backwards through Y = XW + b",
    signature="linear_backward(X, W, dY)",
    task="X (N, D), W (D, M), dY = dL/dY (N, M): return (dX, dW, db).",
    reference=_backward,
    parts=("dX", "dW", "db"),
    cases=((_X3, _W3, _DY3), _SQUARE),
    draw=_linear_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "w_not_transposed",
            lambda X, W, dY: (dY @ W, X.T @ dY, dY.sum(axis=0)),
            "dX: write the shapes beside the product, (N, M) @ (D, M). For square matrices numpy "
            "doesn't complain, but W still has to be turned.",
            "Multiplies by W as on the way forward.",
        ),
        Mistake(
            "x_not_transposed",
            lambda X, W, dY: (dY @ W.T, X @ dY, dY.sum(axis=0)),
            "dW: write the shapes beside the product. Which matrix has to be turned?",
            "Multiplies by X as on the way forward.",
        ),
        Mistake(
            "nothing_transposed",
            lambda X, W, dY: (dY @ W, X @ dY, dY.sum(axis=0)),
            "dX and dW: write the shapes beside both products. What has to be turned?",
            "Multiplies as on the way forward.",
        ),
        Mistake(
            "dw_transposed",
            lambda X, W, dY: (dY @ W.T, dY.T @ X, dY.sum(axis=0)),
            "dW is turned: it should have the shape of W.",
            "Multiplies in the other order.",
        ),
        Mistake(
            "db_mean",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY.mean(axis=0)),
            "db: you average over the samples. Where a value fans out, gradients are added.",
            "Averages over the uses of a shared parameter.",
        ),
        Mistake(
            "db_not_summed",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY),
            "db: all samples share the bias. What happens to their gradients?",
            "Hands dY on as on a slide, db = δ.",
        ),
        Mistake(
            "db_wrong_axis",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY.sum(axis=1)),
            "db: you add over the outputs. Each output has its own bias.",
            "Mixes up axis 0 and axis 1.",
        ),
        Mistake(
            "db_one_number",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY.sum()),
            "db: one number comes out, but each output has its own bias.",
            "Forgets the axis of the sum.",
        ),
        Mistake(
            "db_ones",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, np.ones(W.shape[1])),
            "db: 1 is the local derivative. Multiply by what comes from above.",
            "Stops at the local derivative.",
        ),
        Mistake(
            "divided_by_n",
            lambda X, W, dY: (dY @ W.T, X.T @ dY / len(X), dY.sum(axis=0) / len(X)),
            "You divide by N. If the loss is a mean, dY contains the 1/N already.",
            "Divides by the batch size twice.",
        ),
        Mistake(
            "swapped",
            lambda X, W, dY: (X.T @ dY, dY @ W.T, dY.sum(axis=0)),
            "The right matrices in another order: dX comes first.",
            "Returns the parts in another order.",
        ),
        Mistake(
            "db_keepdims",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY.sum(axis=0, keepdims=True)),
            "db: one axis too many. It should have the shape of b, (M,).",
            "Thinks of b as a row.",
        ),
        Mistake(
            "db_first_row",
            lambda X, W, dY: (dY @ W.T, X.T @ dY, dY[0]),
            "db is the first sample's only. Every sample has used b: collect from all rows.",
            "Takes one row for the sum.",
        ),
        Mistake(
            "values_for_dy",
            lambda X, W, dY: (X @ W @ W.T, X.T @ X @ W, (X @ W).sum(axis=0)),
            "You send Y back. What goes backwards is its gradient, dY.",
            "Mixes up value and gradient.",
        ),
    ),
)

ROW_AFFECTED = Exercise(
    id="backprop/row_affected",
    title="What does x[n, d] touch?",
    signature="touched",
    task="In Y = XW, which entries of Y change when x[n, d] changes?",
    kind="choice",
    options=("row n", "row m", "column d", "entry [n, d] only", "all entries"),
    reference=lambda: "row n",
    mistakes=(
        Mistake(
            "slide",
            lambda: "row m",
            "One slide says so. m numbers the outputs: which index do x[n, d] and Y share?",
            "Copied “row y_m” from the slide.",
        ),
        Mistake(
            "column",
            lambda: "column d",
            "d is summed over: has Y an axis for it?",
            "Looks for the index d in Y.",
        ),
        Mistake(
            "one_entry",
            lambda: "entry [n, d] only",
            "That would be entry-by-entry multiplication. Write Y[n, m] as a sum.",
            "Mixes up * and @.",
        ),
        Mistake(
            "all",
            lambda: "all entries",
            "Do the other samples know of sample n?",
            "Thinks that a matrix product mixes the samples.",
        ),
    ),
)


def _costs(m: int, n: int, p: int, q: int) -> tuple[int, int]:
    return m * n * p + m * p * q, n * p * q + m * n * q


CHAIN_COST = Exercise(
    id="backprop/chain_cost",
    title="The cost of a matrix chain",
    signature="chain_cost(m, n, p, q)",
    task="A (m, n), B (n, p), C (p, q): return the number of multiplications of (AB)C and of "
    "A(BC).",
    reference=_costs,
    parts=("(AB)C", "A(BC)"),
    cases=((2, 3, 4, 5), (10, 10, 10, 1), (1, 20, 30, 40)),
    draw=lambda rng: tuple(int(v) for v in rng.integers(1, 30, size=4)),
    mistakes=(
        Mistake(
            "orders_swapped",
            lambda m, n, p, q: _costs(m, n, p, q)[::-1],
            "Both numbers are right, but for the other bracket.",
            "Mixes up the two orders.",
        ),
        Mistake(
            "multiplied",
            lambda m, n, p, q: (m * n * p * m * p * q, n * p * q * m * n * q),
            "Two products, one after the other: are their costs multiplied?",
            "Multiplies the costs of two steps.",
        ),
        Mistake(
            "first_product_only",
            lambda m, n, p, q: (m * n * p, n * p * q),
            "After the first product there is a second one.",
            "Counts one product.",
        ),
        Mistake(
            "second_product_only",
            lambda m, n, p, q: (m * p * q, m * n * q),
            "Before the last product there is another one.",
            "Counts one product.",
        ),
        Mistake(
            "same_for_both",
            lambda m, n, p, q: (m * n * p * q, m * n * p * q),
            "The result is the same for both orders, the work isn't. Count step by step.",
            "Believes that the order can't matter.",
        ),
        Mistake(
            "entries_counted",
            lambda m, n, p, q: (m * p + m * q, n * q + m * q),
            "You count the entries of the results. How many multiplications does each one need?",
            "Counts entries instead of multiplications.",
        ),
        Mistake(
            "additions",
            lambda m, n, p, q: (
                m * (n - 1) * p + m * (p - 1) * q,
                n * (p - 1) * q + m * (n - 1) * q,
            ),
            "You count additions: a sum of n products has one less.",
            "Counts additions instead of multiplications.",
        ),
        Mistake(
            "with_additions",
            lambda m, n, p, q: (
                m * (2 * n - 1) * p + m * (2 * p - 1) * q,
                n * (2 * p - 1) * q + m * (2 * n - 1) * q,
            ),
            "You count additions, too. Only multiplications are asked for.",
            "Counts all operations.",
        ),
        Mistake(
            "vector_left",
            lambda m, n, p, q: (m * n * p + p * q, n * p * q + m * n),
            "The second product is too cheap: the first one left a matrix, with rows and "
            "columns. Which three sizes meet?",
            "Leaves out a size in the second product.",
        ),
        Mistake(
            "all_sizes_at_last",
            lambda m, n, p, q: (m * n * p + m * p * q, m * n * p * q),
            "A(BC) is two products, one after the other. Which three sizes meet in each?",
            "Multiplies all sizes.",
        ),
        Mistake(
            "last_product_of_the_other",
            lambda m, n, p, q: (m * n * p + m * p * q, n * p * q + m * p * q),
            "BC is (n, q). Which three sizes meet when A (m, n) is multiplied by it?",
            "Takes the last product of the other order.",
        ),
        Mistake(
            "pairs_only",
            lambda m, n, p, q: (m * n + p * q, n * p + m * q),
            "Two sizes count entries. Each entry of a product takes a whole sum of "
            "multiplications: three sizes.",
            "Counts entries for multiplications.",
        ),
    ),
)

REVERSE_MODE = Exercise(
    id="backprop/reverse_mode",
    title="Why backwards?",
    signature="reverse_mode",
    task="A chain of Jacobians ends in one loss. Why multiply from the loss backwards?",
    kind="choice",
    options=(
        "every product is vector times matrix",
        "it needs less memory",
        "the result is more exact",
        "forwards is impossible",
    ),
    reference=lambda: "every product is vector times matrix",
    mistakes=(
        Mistake(
            "memory",
            lambda: "it needs less memory",
            "It needs more: the values of the way forward have to be kept.",
            "Takes speed for thrift.",
        ),
        Mistake(
            "exact",
            lambda: "the result is more exact",
            "Matrix products may be bracketed at will: the result is the same.",
            "Confuses the order of a product with its value.",
        ),
        Mistake(
            "impossible",
            lambda: "forwards is impossible",
            "It is possible, and cheap for one input and many outputs. What does a loss have?",
            "Doesn't know forward mode.",
        ),
    ),
)

# Checking -----------------------------------------------------------------------------------------


def _shifted(x: Any, i: int, h: float) -> Any:
    moved = np.array(x, float)
    moved[i] += h
    return moved


def _slopes(rule: Callable[..., float]) -> Callable[..., Any]:
    return lambda f, x: np.array([rule(f, x, i, 1e-5) for i in range(len(x))])


def _centred(f: Any, x: Any, i: int, h: float) -> float:
    return float((f(_shifted(x, i, h)) - f(_shifted(x, i, -h))) / (2 * h))


def _gradient_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a function and a point, one time in four where the function is steep.

    There a slope times 1e-10, which is what `/ 2 * h` gives, can be told from 0.
    """
    x = rng.normal(size=int(rng.integers(2, 5)))
    if rng.integers(4) == 0:
        return given.cubic, 20 * np.sign(x) + x
    return (given.bowl, given.wave, given.cubic)[rng.integers(3)], x


NUMERICAL_GRADIENT = Exercise(
    id="backprop/numerical_gradient",
    title="A numerical gradient",
    signature="numerical_gradient(f, x)",
    task="f takes an array (D,) and gives a number: return its gradient (D,) by centred "
    "differences with h = 1e-5. x must be as before afterwards.",
    reference=_slopes(_centred),
    cases=(
        (given.bowl, np.array([1.0, -2.0, 0.5])),
        (given.wave, np.array([0.3, 2.0])),
        (given.cubic, np.array([2.0, -1.0, 0.0, 3.0])),
    ),
    draw=_gradient_case,
    forbids=READY_MADE,
    tolerance=Tolerance(2e-7, 2e-8),
    mistakes=(
        Mistake(
            "forward_difference",
            _slopes(lambda f, x, i, h: (f(_shifted(x, i, h)) - f(np.array(x))) / h),
            "Close, but off in the fifth digit: you go to one side only. A centred difference goes "
            "to both.",
            "Uses the definition of the derivative as a program.",
        ),
        Mistake(
            "two_forgotten",
            _slopes(lambda f, x, i, h: 2 * _centred(f, x, i, h)),
            "Twice too large: how far apart are x − h and x + h?",
            "Divides a centred difference by h.",
        ),
        Mistake(
            "sign_flipped",
            _slopes(lambda f, x, i, h: -_centred(f, x, i, h)),
            "The signs are turned: which of the two values comes first?",
            "Subtracts in the wrong order.",
        ),
        Mistake(
            "all_at_once",
            lambda f, x: np.full(len(x), (f(x + 1e-5) - f(x - 1e-5)) / 2e-5),
            "All entries are equal: you move all coordinates at once. Move one and hold the "
            "others.",
            "Doesn't separate the coordinates.",
        ),
        Mistake(
            "all_at_once_number",
            lambda f, x: (f(x + 1e-5) - f(x - 1e-5)) / 2e-5,
            "One number comes out. Move one coordinate at a time and hold the others.",
            "Doesn't separate the coordinates.",
        ),
        Mistake(
            "not_divided",
            _slopes(lambda f, x, i, h: f(_shifted(x, i, h)) - f(_shifted(x, i, -h))),
            "Tiny numbers: a difference isn't a slope yet.",
            "Forgets to divide by the step.",
        ),
        Mistake(
            "not_restored",
            lambda f, x: _not_restored(f, np.array(x, float)),
            "The first entry is right, the later ones drift: is x back in its old place before the "
            "next coordinate is moved?",
            "Forgets to undo the step.",
        ),
        Mistake(
            "second_term_only",
            _slopes(lambda f, x, i, h: f(_shifted(x, i, h)) - f(_shifted(x, i, -h)) / (2 * h)),
            "Only the second value is divided. Where do brackets belong?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "one_step_only",
            _slopes(lambda f, x, i, h: (f(_shifted(x, i, h)) - f(np.array(x))) / (2 * h)),
            "About half of what it should be: your two points are only one h apart, and you "
            "divide by 2h.",
            "Goes forward by h, and back by h to the start only.",
        ),
        Mistake(
            "steps_pile_up",
            lambda f, x: np.cumsum(_slopes(_centred)(f, x)),
            "The first entry is right, and each further one has those before it in it: does your "
            "step go back to 0 after each turn?",
            "Doesn't take the last step back.",
        ),
        Mistake(
            "brackets_missing",
            _slopes(lambda f, x, i, h: (f(_shifted(x, i, h)) - f(_shifted(x, i, -h))) / 2 * h),
            "Nearly 0 everywhere: `/ 2 * h` divides by 2 and multiplies by h. Where do brackets "
            "belong?",
            "Writes … / 2 * h for … / (2 * h).",
        ),
        Mistake(
            "all_brackets_missing",
            _slopes(lambda f, x, i, h: f(_shifted(x, i, h)) - f(_shifted(x, i, -h)) / 2 * h),
            "Only the second value is divided, and by 2 alone. Two pairs of brackets are "
            "missing: above and below.",
            "Leaves all brackets of a quotient out.",
        ),
        Mistake(
            "halved_only",
            _slopes(lambda f, x, i, h: (f(_shifted(x, i, h)) - f(_shifted(x, i, -h))) / 2),
            "Tiny numbers: you halve the difference. Divide it by how far apart the two points "
            "are.",
            "Divides by the 2 and forgets the step.",
        ),
        Mistake(
            "added",
            _slopes(lambda f, x, i, h: (f(_shifted(x, i, h)) + f(_shifted(x, i, -h))) / (2 * h)),
            "Huge numbers: you add the two values. A slope comes from their difference.",
            "Takes the mean for the difference.",
        ),
        Mistake(
            "step_of_one",
            _slopes(lambda f, x, i, h: _centred(f, x, i, 1.0)),
            "Right for a parabola, wrong for the rest: your step is 1. The task says how large "
            "it should be.",
            "Takes a large step.",
        ),
        Mistake(
            "backward_difference",
            _slopes(lambda f, x, i, h: (f(np.array(x)) - f(_shifted(x, i, -h))) / h),
            "Close, but off in the fifth digit: you go to one side only. A centred difference "
            "goes to both.",
            "Uses a one-sided difference.",
        ),
        Mistake(
            "half_steps",
            _slopes(lambda f, x, i, h: _centred(f, x, i, h / 2) / 2),
            "Half of what it should be: your points are h apart, and you divide by 2h.",
            "Halves the step, but not the distance.",
        ),
        Mistake(
            "first_entry_only",
            lambda f, x: np.array([_centred(f, x, 0, 1e-5), *np.zeros(len(x) - 1)]),
            "Only the first entry is filled in: does `return` stand inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_entry_left_out",
            lambda f, x: np.array([*(_centred(f, x, i, 1e-5) for i in range(len(x) - 1)), 0.0]),
            "The last entry stays 0. How far does your loop run?",
            "Stops the loop one place too early.",
        ),
    ),
)


def _not_restored(f: Any, x: Any) -> Any:
    """Leave each coordinate at x − h."""
    slopes = []
    for i in range(len(x)):
        x[i] += 1e-5
        up = f(x.copy())
        x[i] -= 2e-5
        slopes.append((up - f(x.copy())) / 2e-5)
    return np.array(slopes)


def _relative(a: float, b: float) -> float:
    return 0.0 if a == b == 0 else abs(a - b) / max(abs(a), abs(b))


def _error_case(rng: Rng) -> tuple[float, float]:
    """Draw two numbers: both 0, the first, the second or none, one time in four each.

    Of those that aren't 0, two pairs in three have opposite signs.
    """
    a, b = _numbers(0, 0)(rng)
    opposite = (a, float(-np.sign(a) * abs(b)))
    kinds = ((0.0, 0.0), (a, 0.0), (0.0, b), opposite if rng.integers(3) else (a, b))
    return kinds[int(rng.integers(4))]


RELATIVE_ERROR = Exercise(
    id="backprop/relative_error",
    title="The relative error",
    signature="relative_error(a, b)",
    task="Two numbers: return |a − b| / max(|a|, |b|), and 0 if both are 0.",
    reference=_relative,
    cases=(
        (1.0, 1.1),
        (-2.0, 2.0),
        (3.0, -1.0),
        (0.0, 0.0),
        (0.0, 1e-3),
        (3.0, 0.0),
        (-5.0, -4.0),
        (2.0, 2.00001),
    ),
    draw=_error_case,
    mistakes=(
        Mistake(
            "zero_by_zero",
            lambda a, b: np.abs(np.float64(a) - b) / np.maximum(abs(a), abs(b)),
            "0/0 for two zeros. The task says what is wanted there.",
            "Forgets the special case.",
        ),
        Mistake(
            "signed",
            lambda a, b: 0.0 if a == b == 0 else (a - b) / max(abs(a), abs(b)),
            "An error has no sign here.",
            "Forgets the absolute value.",
        ),
        Mistake(
            "absolute_error",
            lambda a, b: abs(a - b),
            "This is the absolute error. Compared with what is it large?",
            "Stops before the division.",
        ),
        Mistake(
            "sum_below",
            lambda a, b: 0.0 if a == b == 0 else abs(a - b) / (abs(a) + abs(b)),
            "You divide by the sum of both. The task says by the larger one.",
            "Uses another common definition.",
        ),
        Mistake(
            "smaller_below",
            lambda a, b: (
                0.0
                if a == b == 0
                else float(np.divide(abs(np.float64(a) - b), min(abs(a), abs(b))))
            ),
            "You divide by the smaller one.",
            "Mixes up min and max.",
        ),
        Mistake(
            "no_absolute_below",
            lambda a, b: (
                0.0 if a == b == 0 else float(np.divide(abs(np.float64(a) - b), max(a, b)))
            ),
            "For negative numbers your denominator goes wrong: which one is larger in size?",
            "Takes the maximum before the absolute value.",
        ),
        Mistake(
            "mean_below",
            lambda a, b: 0.0 if a == b == 0 else 2 * abs(a - b) / (abs(a) + abs(b)),
            "You divide by the mean of both. The task says by the larger one.",
            "Uses another common definition.",
        ),
        Mistake(
            "sizes_compared",
            lambda a, b: _relative(abs(a), abs(b)),
            "You compare the sizes: then −2 and 2 are no different. Which difference is meant?",
            "Takes absolute values too early.",
        ),
        Mistake(
            "first_below",
            lambda a, b: 0.0 if a == b == 0 else float(np.divide(abs(np.float64(a) - b), abs(a))),
            "You divide by |a|. The task says by the larger one of both.",
            "Measures against the first number.",
        ),
        Mistake(
            "second_below",
            lambda a, b: 0.0 if a == b == 0 else float(np.divide(abs(np.float64(a) - b), abs(b))),
            "You divide by |b|. The task says by the larger one of both.",
            "Measures against the second number.",
        ),
        Mistake(
            "either_zero",
            lambda a, b: 0.0 if a == 0 or b == 0 else _relative(a, b),
            "You give 0 as soon as one of them is 0. The special case is for both.",
            "Takes “both are 0” for “one is 0”.",
        ),
        Mistake(
            "first_zero",
            lambda a, b: 0.0 if a == 0 else _relative(a, b),
            "You give 0 as soon as a is 0. The special case is for both.",
            "Takes “both are 0” for “the first is 0”.",
        ),
        Mistake(
            "second_zero",
            lambda a, b: 0.0 if b == 0 else _relative(a, b),
            "You give 0 as soon as b is 0. The special case is for both.",
            "Takes “both are 0” for “the second is 0”.",
        ),
        Mistake(
            "squared",
            lambda a, b: _relative(a, b) ** 2,
            "You square the quotient. The task takes absolute values.",
            "Squares in place of the absolute value.",
        ),
        Mistake(
            "sum_above",
            lambda a, b: 0.0 if a == b == 0 else abs(a + b) / max(abs(a), abs(b)),
            "You add a and b. An error is a difference.",
            "Writes + for −.",
        ),
    ),
)

_STATEMENTS = {
    "A": "the Jacobian of n outputs has n rows (numerator layout)",
    "B": "the Jacobian of n outputs has m rows, one for each input (numerator layout)",
    "C": "in Y = XW, x[n, d] affects the whole row n of Y",
    "D": "in Y = XW, x[n, d] affects the whole row y_m",
    "E": "σ' = (1 − σ)σ",
    "F": "the Jacobian of y = x is the identity",
}
FAULTY_SLIDES = Exercise(
    id="backprop/faulty_slides",
    title="Find the faulty slides",
    signature="faulty_slides",
    task="Which are wrong? " + "; ".join(f"{k}: {v}" for k, v in _STATEMENTS.items()) + ".",
    kind="set",
    options=tuple(_STATEMENTS),
    reference=lambda: {"B", "D"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "C", "E", "F"},
            "These are the right ones. The wrong ones are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "rows",
            lambda given: "A" in given or "B" not in given,
            "Write the Jacobian of 3 outputs by 2 inputs and count its rows.",
            "Mixes up rows and columns of a Jacobian.",
        ),
        Mistake(
            "row_of_y",
            lambda given: "C" in given or "D" not in given,
            "Change one entry of X on a small example and see which entries of Y move.",
            "Mixes up the indices n and m.",
        ),
        Mistake(
            "identity",
            lambda given: "F" in given,
            "How does y_i change with x_j if y is x itself?",
            "Doesn't expect a matrix for the simplest function.",
        ),
        Mistake(
            "sigma_prime",
            lambda given: "E" in given,
            "Compare E with a measured slope at 0, where σ is 0.5.",
            "Doesn't recognise the formula when its factors are swapped.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    COMPOSITE,
    SMALL_GRAPH,
    SMALL_GRADIENT,
    NEURON_GATES,
    NEURON_GRADIENT,
    SUM_PRODUCT,
    GATE_PATTERNS,
    MAX_GATE,
    JACOBIAN,
    SHAPES,
    MULTIVARIATE,
    ROW_AFFECTED,
    LINEAR_BACKWARD,
    CHAIN_COST,
    REVERSE_MODE,
    NUMERICAL_GRADIENT,
    RELATIVE_ERROR,
    FAULTY_SLIDES,
)
