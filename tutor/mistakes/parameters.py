"""Exercises of the theme "parameters": count a network; capacity and regularisation."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tutor.mistakes.records import READY_MADE, Exercise, Mistake

Rng = np.random.Generator


def _weights(sizes: Sequence[int]) -> int:
    return sum(a * b for a, b in pairwise(sizes))


def _biases(sizes: Sequence[int]) -> int:
    return sum(sizes[1:])


def _parameters(sizes: Sequence[int]) -> int:
    return _weights(sizes) + _biases(sizes)


def _draw_sizes(rng: Rng) -> tuple[Any, ...]:
    return ([int(v) for v in rng.integers(1, 9, size=int(rng.integers(2, 6)))],)


# By hand ------------------------------------------------------------------------------------------


def _counts(sizes: Sequence[int]) -> dict[str, int]:
    return {
        "neurons": _biases(sizes),
        "weights": _weights(sizes),
        "biases": _biases(sizes),
        "parameters": _parameters(sizes),
        "layers": len(sizes) - 1,
    }


def _counting_mistakes(sizes: Sequence[int]) -> tuple[Mistake, ...]:
    """Give the slips of counting by hand; the numbers follow from the sizes."""
    n_in, w, b = sizes[0], _weights(sizes), _biases(sizes)
    return (
        Mistake(
            "inputs_as_neurons",
            lambda *_: {"neurons": sum(sizes)},
            "You count the inputs as neurons. An input computes nothing.",
            "Counts every circle of the drawing.",
        ),
        Mistake(
            "input_as_layer",
            lambda *_: {"layers": len(sizes)},
            "You count the input as a layer. By convention it isn't one.",
            "Counts every column of the drawing.",
        ),
        Mistake(
            "hidden_layers_only",
            lambda *_: {"layers": len(sizes) - 2},
            "The output layer counts, too.",
            "Takes layers for hidden layers.",
        ),
        Mistake(
            "hidden_neurons_only",
            lambda *_: {"neurons": sum(sizes[1:-1])},
            "The output neurons count, too.",
            "Counts hidden neurons only.",
        ),
        Mistake(
            "biases_of_inputs",
            lambda *_: {"biases": b + n_in},
            "Inputs have no bias: only what computes has one.",
            "Gives every circle a bias.",
        ),
        Mistake(
            "one_bias_a_layer",
            lambda *_: {"biases": len(sizes) - 1},
            "Each neuron has its own bias, not each layer.",
            "Takes the “+1” drawn at each layer for one parameter.",
        ),
        Mistake(
            "biases_forgotten",
            lambda *_: {"parameters": w},
            "These are the weights alone. What else is learned?",
            "Forgets the bias.",
        ),
        Mistake(
            "products_of_all",
            lambda *_: {"weights": int(np.prod(sizes))},
            "You multiply all sizes. Weights lie between neighbouring layers: add those up.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "plus_one_on_the_wrong_side",
            lambda *_: {"parameters": sum(x * (y + 1) for x, y in pairwise(sizes))},
            "The +1 sits on the wrong side: it stands for the bias of each neuron that receives, "
            "not of each one that sends.",
            "Knows (a + 1)·b, but not why the 1 is there.",
        ),
        Mistake(
            "sizes_added",
            lambda *_: {"weights": sum(x + y for x, y in pairwise(sizes))},
            "You add the sizes of two layers. How many lines does each neuron get?",
            "Adds where every pair is connected.",
        ),
        Mistake(
            "weights_times_biases",
            lambda *_: {"parameters": w * b},
            "Weights and biases together: are the two counts multiplied?",
            "Multiplies counts that should be added.",
        ),
        Mistake(
            "weights_and_biases_swapped",
            lambda *_: {"weights": b, "biases": w},
            "The two have changed places: which of them belongs to a line, which to a neuron?",
            "Mixes up the two words.",
        ),
        Mistake(
            "one_bias_for_all",
            lambda *_: {"biases": 1},
            "Each neuron has its own bias, not the network.",
            "Takes the bias for a property of the network.",
        ),
        Mistake(
            "hidden_biases_only",
            lambda *_: {"biases": sum(sizes[1:-1])},
            "The output neurons have a bias, too.",
            "Gives biases to hidden neurons only.",
        ),
        Mistake(
            "biases_of_senders",
            lambda *_: {"biases": sum(sizes[:-1])},
            "You give biases to what sends. They belong to the neurons that receive.",
            "Gives each layer but the last a bias.",
        ),
        Mistake(
            "output_weights_forgotten",
            lambda *_: {"weights": _weights(sizes[:-1])},
            "The weights into the output layer are missing.",
            "Stops before the last layer.",
        ),
        Mistake(
            "biases_among_weights",
            lambda *_: {"weights": w + b},
            "You count the biases among the weights. They have a row of their own.",
            "Takes a bias for a weight.",
        ),
        # The same slips once more, where they are carried into the sum.
        Mistake(
            "one_bias_a_layer_in_the_sum",
            lambda *_: {"parameters": w + len(sizes) - 1},
            "Each neuron has its own bias, not each layer.",
            "Takes the “+1” drawn at each layer for one parameter.",
        ),
        Mistake(
            "one_bias_for_all_in_the_sum",
            lambda *_: {"parameters": w + 1},
            "Each neuron has its own bias, not the network.",
            "Takes the bias for a property of the network.",
        ),
        Mistake(
            "biases_of_inputs_in_the_sum",
            lambda *_: {"parameters": w + b + n_in},
            "Inputs have no bias: only what computes has one.",
            "Gives every circle a bias.",
        ),
        Mistake(
            "hidden_biases_in_the_sum",
            lambda *_: {"parameters": w + sum(sizes[1:-1])},
            "The output neurons have a bias, too.",
            "Gives biases to hidden neurons only.",
        ),
        Mistake(
            "products_of_all_in_the_sum",
            lambda *_: {"parameters": int(np.prod(sizes)) + b},
            "You multiply all sizes. Weights lie between neighbouring layers: add those up.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "sizes_added_in_the_sum",
            lambda *_: {"parameters": sum(x + y for x, y in pairwise(sizes)) + b},
            "You add the sizes of two layers. How many lines does each neuron get?",
            "Adds where every pair is connected.",
        ),
        Mistake(
            "output_weights_forgotten_in_the_sum",
            lambda *_: {"parameters": _weights(sizes[:-1]) + b},
            "The weights into the output layer are missing.",
            "Stops before the last layer.",
        ),
        Mistake(
            "circles_added_in_the_sum",
            lambda *_: {"parameters": w + b + sum(sizes)},
            "You add the circles of the drawing. Only what is learned is a parameter.",
            "Adds up all that was counted.",
        ),
        Mistake(
            "counted_twice_in_the_sum",
            lambda *_: {"parameters": w + 2 * b},
            "You add the biases twice, or the neurons. Only what is learned is a parameter.",
            "Adds up all that was counted.",
        ),
    )


def _by_hand(name: str, sizes: Sequence[int]) -> Exercise:
    title = "-".join(str(size) for size in sizes)
    return Exercise(
        id=f"parameters/{name}",
        title=f"Count a {title} network by hand",
        signature=name,
        task=f"A {title} network (inputs first, all connected): fill in neurons, weights, biases, "
        "parameters, layers.",
        kind="table",
        reference=lambda *_: _counts(sizes),
        mistakes=_counting_mistakes(sizes),
    )


COUNT_342 = _by_hand("count_342", (3, 4, 2))
COUNT_3441 = _by_hand("count_3441", (3, 4, 4, 1))

# In code ------------------------------------------------------------------------------------------

_SIZES = (([3, 4, 2],), ([3, 4, 4, 1],), ([5, 1],), ([2, 6, 3, 3, 2],))

COUNT_NEURONS = Exercise(
    id="parameters/count_neurons",
    title="Count neurons in code",
    signature="count_neurons(sizes)",
    task="sizes lists inputs, hidden layers, outputs, such as [3, 4, 2]: return the number of "
    "neurons.",
    reference=_biases,
    cases=_SIZES,
    draw=_draw_sizes,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "inputs_counted",
            sum,
            "You count the inputs, too. An input computes nothing.",
            "Counts every circle of the drawing.",
        ),
        Mistake(
            "outputs_dropped",
            lambda sizes: sum(sizes[:-1]),
            "You leave out the outputs and keep the inputs. Which of them compute?",
            "Drops the wrong end.",
        ),
        Mistake(
            "hidden_only",
            lambda sizes: sum(sizes[1:-1]),
            "The output neurons count, too.",
            "Counts hidden neurons only.",
        ),
        Mistake(
            "layers_counted",
            lambda sizes: len(sizes) - 1,
            "You count layers. How many neurons has each?",
            "Takes layers for neurons.",
        ),
        Mistake(
            "columns_counted",
            len,
            "You count the entries of the list. Each of them says how many neurons there are.",
            "Takes the length of the list for its sum.",
        ),
        Mistake(
            "weights_counted",
            _weights,
            "You count connections. Neurons are where they meet.",
            "Takes weights for neurons.",
        ),
        Mistake(
            "multiplied",
            lambda sizes: int(np.prod(sizes[1:])),
            "You multiply the layers. How many squares would you count in a drawing?",
            "Multiplies counts that should be added.",
        ),
        Mistake(
            "one_input_dropped",
            lambda sizes: sum(sizes) - 1,
            "You take 1 away. How many inputs are there, and where does the list say so?",
            "Takes the inputs for one circle.",
        ),
        Mistake(
            "first_layer_only",
            lambda sizes: sizes[1],
            "Only the first hidden layer counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "last_layer_only",
            lambda sizes: sizes[-1],
            "Only the last layer counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "two_layers_only",
            lambda sizes: sizes[1] + sizes[2],
            "Right for three sizes only. The list may be shorter or longer.",
            "Builds the example in.",
        ),
        Mistake(
            "first_hidden_dropped",
            lambda sizes: sum(sizes[2:]),
            "The first hidden layer is missing. Which place does it have in the list, counted "
            "from 0?",
            "Counts places from 1.",
        ),
        Mistake(
            "parameters_counted",
            _parameters,
            "These are the parameters. Neurons are asked for.",
            "Answers another question.",
        ),
        Mistake(
            "widest_layer",
            lambda sizes: max(sizes[1:]),
            "This is the largest layer. How many neurons have all of them together?",
            "Mixes up max and sum.",
        ),
        Mistake(
            "places_added",
            lambda sizes: sum(range(1, len(sizes))),
            "You add up the places. What stands at each place?",
            "Takes the index for the entry.",
        ),
        Mistake(
            "places_and_entries",
            lambda sizes: len(sizes) + sum(sizes[1:]),
            "You add the number of layers. What is counted here?",
            "Starts from the length of the list.",
        ),
    ),
)

COUNT_PARAMETERS = Exercise(
    id="parameters/count_parameters",
    title="Count parameters in code",
    signature="count_parameters(sizes)",
    task="Return the number of weights and biases together.",
    reference=_parameters,
    cases=_SIZES,
    draw=_draw_sizes,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "biases_forgotten",
            _weights,
            "These are the weights alone. What else is learned?",
            "Forgets the bias.",
        ),
        Mistake(
            "plus_one_on_the_wrong_side",
            lambda sizes: sum(a * (b + 1) for a, b in pairwise(sizes)),
            "The +1 sits on the wrong side: who has a bias, the neurons that send or those that "
            "receive?",
            "Knows (a + 1)·b, but not why the 1 is there.",
        ),
        Mistake(
            "biases_of_inputs",
            lambda sizes: _weights(sizes) + sum(sizes),
            "Inputs have no bias: only what computes has one.",
            "Gives every circle a bias.",
        ),
        Mistake(
            "one_bias_a_layer",
            lambda sizes: _weights(sizes) + len(sizes) - 1,
            "Each neuron has its own bias, not each layer.",
            "Takes the “+1” drawn at each layer for one parameter.",
        ),
        Mistake(
            "product_of_all",
            lambda sizes: int(np.prod(sizes)) + _biases(sizes),
            "You multiply all sizes. Weights lie between neighbouring layers.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "last_layer_only",
            lambda sizes: (sizes[-2] + 1) * sizes[-1],
            "Only the last layer counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "first_layer_only",
            lambda sizes: (sizes[0] + 1) * sizes[1],
            "Only the first layer counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "biases_only",
            _biases,
            "These are the biases alone. Where are the weights?",
            "Counts one kind of parameter.",
        ),
        Mistake(
            "both_sides",
            lambda sizes: sum((a + 1) * (b + 1) for a, b in pairwise(sizes)),
            "Two +1 in each term: one of them belongs to nobody.",
            "Adds a bias on either side.",
        ),
        Mistake(
            "one_bias_for_all",
            lambda sizes: _weights(sizes) + 1,
            "You count one bias for the whole network.",
            "Takes the bias for a property of the network.",
        ),
        Mistake(
            "brackets_missing",
            lambda sizes: sum(m + n for m, n in pairwise(sizes)),
            "`m + 1 * n` is m + n: a product comes before a sum. Where do brackets belong?",
            "Leaves the brackets out.",
        ),
        Mistake(
            "multiplied",
            lambda sizes: int(np.prod([(m + 1) * n for m, n in pairwise(sizes)])),
            "You multiply the layers' counts. They are added.",
            "Multiplies counts that should be added.",
        ),
        Mistake(
            "paired_with_itself",
            lambda sizes: sum((m + 1) * m for m in sizes),
            "Each size is paired with itself. Weights lie between a layer and the next one: "
            "`sizes[:-1]` and `sizes[1:]`.",
            "Forgets to shift one of the lists.",
        ),
        Mistake(
            "every_other_gap",
            lambda sizes: sum((m + 1) * n for m, n in zip(sizes[::2], sizes[1::2], strict=False)),
            "Every other gap is left out. Each layer is the end of one gap and the beginning of "
            "the next.",
            "Cuts the list into pairs.",
        ),
        Mistake(
            "output_layer_left_out",
            lambda sizes: _parameters(sizes[:-1]),
            "The last layer is missing. How many gaps lie between the layers, and where does "
            "your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "first_layer_left_out",
            lambda sizes: _parameters(sizes[1:]),
            "The first layer is missing. Where does your loop begin?",
            "Starts the loop too late.",
        ),
        Mistake(
            "output_biases_forgotten",
            lambda sizes: _parameters(sizes) - sizes[-1],
            "The output neurons have a bias, too.",
            "Gives biases to hidden neurons only.",
        ),
        Mistake(
            "biases_twice",
            lambda sizes: _parameters(sizes) + _biases(sizes),
            "Each neuron gets two biases: m + 1 contains one already.",
            "Adds the biases once more.",
        ),
        Mistake(
            "all_biases_each_time",
            lambda sizes: _weights(sizes) + (len(sizes) - 1) * _biases(sizes),
            "Each turn of the loop adds all biases. Which of them belong to this layer?",
            "Puts into the loop what belongs behind it.",
        ),
        Mistake(
            "powers",
            lambda sizes: sum(m**n for m, n in pairwise(sizes)),
            "`**` is a power. How many lines run from m circles to n circles?",
            "Takes ** for a product.",
        ),
        Mistake(
            "product_alone",
            lambda sizes: int(np.prod(sizes)),
            "You multiply all sizes. Weights lie between neighbouring layers, and neurons have "
            "biases.",
            "Multiplies along the network instead of layer by layer.",
        ),
        Mistake(
            "sizes_summed",
            lambda sizes: sum(sizes),
            "You count circles. Parameters are the lines between them, and the biases.",
            "Counts neurons instead of parameters.",
        ),
        Mistake(
            "output_biases_only",
            lambda sizes: _weights(sizes) + sizes[-1],
            "The hidden neurons have a bias, too.",
            "Adds the biases behind the loop.",
        ),
        Mistake(
            "starts_from_sizes",
            lambda sizes: sum(sizes) + _parameters(sizes),
            "You begin with the circles of the drawing. Only what is learned is a parameter.",
            "Adds up all that was counted.",
        ),
        Mistake(
            "three_sizes_only",
            lambda sizes: (sizes[0] + 1) * sizes[1] + (sizes[1] + 1) * sizes[2],
            "Right for three sizes only. The list may be shorter or longer.",
            "Builds the example in.",
        ),
    ),
)


def _shapes(sizes: Sequence[int]) -> list[tuple[int, int]]:
    return list(pairwise(sizes))


WEIGHT_SHAPES = Exercise(
    id="parameters/weight_shapes",
    title="Shapes of the weight matrices",
    signature="weight_shapes(sizes)",
    task="Return the shapes of all weight matrices as an array or list of pairs: rows are samples, "
    "Z = XW + b.",
    reference=lambda sizes: np.array(_shapes(sizes)),
    cases=_SIZES,
    draw=_draw_sizes,
    forbids=READY_MADE,
    lists=True,
    mistakes=(
        Mistake(
            "transposed",
            lambda sizes: np.array(_shapes(sizes))[:, ::-1],
            "Each shape is turned. With Z = XW, which side of W meets the inputs?",
            "Writes W as for column vectors, Z = Wx.",
        ),
        Mistake(
            "bias_row",
            lambda sizes: np.array([(a + 1, b) for a, b in pairwise(sizes)]),
            "The bias is separate here: it isn't a row of W.",
            "Folds the bias into W.",
        ),
        Mistake(
            "one_layer_short",
            lambda sizes: np.array(_shapes(sizes[:-1])),
            "The last matrix is missing. How many gaps lie between the layers?",
            "Off by one in the loop.",
        ),
        Mistake(
            "bias_column",
            lambda sizes: np.array([(a, b + 1) for a, b in pairwise(sizes)]),
            "Your matrices have a column too many.",
            "Folds the bias into W, on the wrong side.",
        ),
        Mistake(
            "backwards",
            lambda sizes: np.array(_shapes(sizes))[::-1],
            "The right shapes from back to front: start at the inputs.",
            "Lists the layers in backward order.",
        ),
        Mistake(
            "first_layer_missing",
            lambda sizes: np.array(_shapes(sizes[1:])),
            "The first matrix is missing. Where does your loop begin?",
            "Starts the loop too late.",
        ),
        Mistake(
            "paired_with_itself",
            lambda sizes: np.array([(m, m) for m in sizes]),
            "Each size is paired with itself. A matrix lies between a layer and the next one: "
            "`sizes[:-1]` and `sizes[1:]`.",
            "Forgets to shift one of the lists.",
        ),
        Mistake(
            "around_the_corner",
            lambda sizes: np.array([(sizes[i - 1], sizes[i]) for i in range(len(sizes))]),
            "Your first matrix goes from the outputs to the inputs: place −1 is the last one. "
            "Where should the loop begin?",
            "Starts the loop too early, and doesn't know what index −1 means.",
        ),
        Mistake(
            "always_from_the_inputs",
            lambda sizes: np.array([(sizes[0], n) for n in sizes[1:]]),
            "Every matrix begins at the inputs. What does the second layer get?",
            "Leaves a fixed index in a loop.",
        ),
        Mistake(
            "two_rows",
            lambda sizes: np.array([sizes[:-1], sizes[1:]]),
            "A row of inputs and a row of outputs came back. One pair for each matrix is asked "
            "for: turn the table.",
            "Stacks the two lists without pairing them.",
        ),
        Mistake(
            "numbers_of_weights",
            lambda sizes: np.array([m * n for m, n in pairwise(sizes)]),
            "These are the numbers of weights. What are the rows and the columns of each matrix?",
            "Multiplies what should stand side by side.",
        ),
        Mistake(
            "ends_only",
            lambda sizes: np.array([sizes[0], sizes[-1]]),
            "One pair, from the inputs to the outputs. How many matrices are there on the way?",
            "Takes the network for one layer.",
        ),
    ),
)

COUNT_MAXOUT = Exercise(
    id="parameters/count_maxout",
    title="What maxout costs",
    signature="count_maxout(sizes, k)",
    task="All hidden layers are maxout with k pieces a neuron, the output layer is linear: return "
    "the number of parameters.",
    reference=lambda sizes, k: k * _parameters(sizes[:-1]) + (sizes[-2] + 1) * sizes[-1],
    cases=(([3, 4, 2], 2), ([3, 4, 4, 1], 3), ([2, 5, 2], 1), ([5, 2, 3, 2], 2)),
    draw=lambda rng: (
        [int(v) for v in rng.integers(2, 7, size=int(rng.integers(3, 6)))],
        int(rng.integers(2, 5)),
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "output_too",
            lambda sizes, k: k * _parameters(sizes),
            "The output layer is linear: it has one piece.",
            "Multiplies the whole network.",
        ),
        Mistake(
            "k_ignored",
            lambda sizes, k: _parameters(sizes),
            "k plays no part in your result.",
            "Forgets that each piece has its own parameters.",
        ),
        Mistake(
            "weights_only_doubled",
            lambda sizes, k: (
                k * _weights(sizes[:-1]) + _biases(sizes[:-1]) + (sizes[-2] + 1) * sizes[-1]
            ),
            "Each piece has its own bias, too.",
            "Multiplies the weights only.",
        ),
        Mistake(
            "output_too_and_one_bias",
            lambda sizes, k: k * _weights(sizes) + _biases(sizes),
            "Two things: each piece has its own bias, too, and the output layer has one piece.",
            "Multiplies the weights of the whole network.",
        ),
        Mistake(
            "biases_forgotten",
            lambda sizes, k: k * _weights(sizes[:-1]) + sizes[-2] * sizes[-1],
            "These are the weights alone.",
            "Forgets the bias.",
        ),
        Mistake(
            "always_two",
            lambda sizes, k: 2 * _parameters(sizes[:-1]) + (sizes[-2] + 1) * sizes[-1],
            "Right for two pieces only. Their number is handed in: use it.",
            "Learned that maxout doubles the parameters.",
        ),
        Mistake(
            "wider_layers",
            lambda sizes, k: _parameters([sizes[0], *(k * s for s in sizes[1:-1]), sizes[-1]]),
            "You make the layers k times wider. After the maximum as many values are left as there "
            "are neurons.",
            "Takes pieces for neurons.",
        ),
        Mistake(
            "power",
            lambda sizes, k: (
                sum(k ** (i + 1) * (a + 1) * b for i, (a, b) in enumerate(pairwise(sizes[:-1])))
                + (sizes[-2] + 1) * sizes[-1]
            ),
            "Your factor grows from layer to layer. Each neuron has k pieces, wherever it is.",
            "Multiplies by k once more in each layer.",
        ),
        Mistake(
            "output_left_out",
            lambda sizes, k: k * sum((m + 1) * n for m, n in pairwise(sizes[:-1])),
            "These are the hidden layers. The output layer has parameters, too.",
            "Forgets the output layer.",
        ),
        Mistake(
            "whole_power",
            lambda sizes, k: (
                sum((m + 1) * n for m, n in pairwise(sizes[:-1])) ** k + (sizes[-2] + 1) * sizes[-1]
            ),
            "k pieces cost k times as much, not a k-th power.",
            "Takes times for to the power of.",
        ),
        Mistake(
            "pieces_as_inputs",
            lambda sizes, k: (
                k * sum((m + 1) * n for m, n in pairwise(sizes[:-1]))
                + (k * sizes[-2] + 1) * sizes[-1]
            ),
            "The output layer sees one number from each hidden neuron: the largest of its pieces.",
            "Hands every piece to the next layer.",
        ),
        Mistake(
            "plus_one_on_the_wrong_side",
            lambda sizes, k: (
                k * sum(m * (n + 1) for m, n in pairwise(sizes[:-1])) + sizes[-2] * (sizes[-1] + 1)
            ),
            "The +1 sits on the wrong side: who has a bias, the neurons that send or those that "
            "receive?",
            "Knows (a + 1)·b, but not why the 1 is there.",
        ),
        Mistake(
            "output_bias_forgotten",
            lambda sizes, k: k * _parameters(sizes[:-1]) + sizes[-2] * sizes[-1],
            "The output neurons have a bias, too.",
            "Forgets the last layer's biases.",
        ),
        Mistake(
            "hidden_biases_forgotten",
            lambda sizes, k: k * _weights(sizes[:-1]) + (sizes[-2] + 1) * sizes[-1],
            "The hidden neurons have a bias, too, one for each piece.",
            "Forgets the hidden layers' biases.",
        ),
        Mistake(
            "biases_only_multiplied",
            lambda sizes, k: (
                sum((m + k) * n for m, n in pairwise(sizes[:-1])) + (sizes[-2] + 1) * sizes[-1]
            ),
            "Each piece has its own weights, too.",
            "Multiplies the biases only.",
        ),
        Mistake(
            "k_added",
            lambda sizes, k: k + _parameters(sizes),
            "You add k. Each hidden neuron has k pieces: what do they do to its parameters?",
            "Adds where it should multiply.",
        ),
        Mistake(
            "first_hidden_only",
            lambda sizes, k: k * (sizes[0] + 1) * sizes[1] + _parameters(sizes[1:]),
            "Right for one hidden layer only. All hidden layers are maxout.",
            "Multiplies the first layer only.",
        ),
        Mistake(
            "output_only",
            lambda sizes, k: _parameters(sizes[:-1]) + k * (sizes[-2] + 1) * sizes[-1],
            "You multiply the output layer. Which layers are maxout?",
            "Swaps hidden layers and output.",
        ),
        Mistake(
            "output_counted_twice",
            lambda sizes, k: k * _parameters(sizes) + (sizes[-2] + 1) * sizes[-1],
            "The output layer is in your sum twice, once k-fold. Where does the loop over hidden "
            "layers stop?",
            "Runs the loop one layer too far.",
        ),
        Mistake(
            "output_sizes_swapped",
            lambda sizes, k: k * _parameters(sizes[:-1]) + (sizes[-1] + 1) * sizes[-2],
            "In the output layer the +1 sits on the wrong side: who has a bias, the neurons that "
            "send or those that receive?",
            "Swaps the two sizes of the last layer.",
        ),
        Mistake(
            "told_by_size",
            lambda sizes, k: sum(
                (1 if n == sizes[-1] else k) * (m + 1) * n for m, n in pairwise(sizes)
            ),
            "A hidden layer may be as large as the output. Ask where a layer is, not how large.",
            "Tells the last layer by its size.",
        ),
        Mistake(
            "middle_layers_lost",
            lambda sizes, k: k * (sizes[0] + 1) * sizes[1] + (sizes[-2] + 1) * sizes[-1],
            "Right for one hidden layer only: what lies between the first and the last is missing.",
            "Builds the example in.",
        ),
        Mistake(
            "three_sizes_only",
            lambda sizes, k: k * (sizes[0] + 1) * sizes[1] + (sizes[1] + 1) * sizes[2],
            "Right for three sizes only. The list may be longer.",
            "Builds the example in.",
        ),
        Mistake(
            "output_weights_forgotten",
            lambda sizes, k: k * _parameters(sizes[:-1]) + sizes[-1],
            "Of the output layer only the biases are in your sum. Where are its weights?",
            "Forgets the weights of the last layer.",
        ),
        Mistake(
            "last_hidden_only",
            lambda sizes, k: k * (sizes[-3] + 1) * sizes[-2] + (sizes[-2] + 1) * sizes[-1],
            "Of several hidden layers only the last one counts in your result: = or += in the "
            "loop?",
            "Overwrites in a loop where it should add.",
        ),
    ),
)


def _widest(budget: int, n_in: int, n_out: int) -> int:
    return max(0, (budget - n_out) // (n_in + 1 + n_out))


def _budget_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a budget: any, one that is met to the last parameter or not quite, one for none."""
    n_in, n_out, h = (int(v) for v in rng.integers(1, 9, size=3))
    match rng.integers(5):
        case 0:
            return int(rng.integers(1, n_out + 3)), n_in, n_out + 3
        case 1 | 2:
            missing = int(rng.choice([0, 1, (n_in + 1 + n_out) // 2]))
            return (n_in + 1) * h + (h + 1) * n_out - missing, n_in, n_out
    return int(rng.integers(40, 900)), n_in, n_out


WIDEST = Exercise(
    id="parameters/widest",
    title="The widest network within a budget",
    signature="widest(budget, n_in, n_out)",
    task="One hidden layer of h neurons: return the largest h with at most `budget` parameters.",
    reference=_widest,
    cases=((1000, 2, 1), (26, 3, 2), (25, 3, 2), (96, 10, 3), (3, 2, 5)),
    draw=_budget_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "strictly_below",
            lambda budget, n_in, n_out: max(0, (budget - 1 - n_out) // (n_in + 1 + n_out)),
            "Almost: a network that uses the budget to the last parameter is allowed.",
            "Doesn't distinguish < from ≤.",
        ),
        Mistake(
            "one_too_wide",
            lambda budget, n_in, n_out: _widest(budget, n_in, n_out) + (budget >= n_out),
            "One neuron too many: count the parameters of your network.",
            "Stops the loop one step too late.",
        ),
        Mistake(
            "biases_forgotten",
            lambda budget, n_in, n_out: budget // (n_in + n_out),
            "Count the parameters of your network, biases included: it is over budget.",
            "Forgets the bias.",
        ),
        Mistake(
            "output_bias_forgotten",
            lambda budget, n_in, n_out: budget // (n_in + 1 + n_out),
            "Sometimes over budget by a little: the output neurons have a bias, too.",
            "Forgets the last layer's biases.",
        ),
        Mistake(
            "hidden_bias_forgotten",
            lambda budget, n_in, n_out: max(0, (budget - n_out) // (n_in + n_out)),
            "Over budget: the hidden neurons have a bias, too.",
            "Forgets the hidden layer's biases.",
        ),
        Mistake(
            "rounded",
            lambda budget, n_in, n_out: int(np.rint((budget - n_out) / (n_in + 1 + n_out))),
            "Rounding up goes over budget.",
            "Rounds where it has to cut off.",
        ),
        Mistake(
            "fraction",
            lambda budget, n_in, n_out: (budget - n_out) / (n_in + 1 + n_out),
            "There are no fractions of a neuron.",
            "Stops at the division.",
        ),
        Mistake(
            "rounded_up",
            lambda budget, n_in, n_out: int(np.ceil((budget - n_out) / (n_in + 1 + n_out))),
            "This is over budget: is it rounded up, or does a loop stop one step too late?",
            "Rounds where it has to cut off.",
        ),
        Mistake(
            "forwards",
            lambda budget, n_in, n_out: (n_in + 1 + n_out) * budget + n_out,
            "You put the budget in for h. It is the result of the formula: solve for h.",
            "Uses the formula the wrong way round.",
        ),
        Mistake(
            "one_output_bias",
            lambda budget, n_in, n_out: max(0, (budget - 1) // (n_in + 1 + n_out)),
            "Now and then one too wide: each output neuron has a bias, not all of them one.",
            "Takes a bias for a property of the layer.",
        ),
        Mistake(
            "output_bias_added",
            lambda budget, n_in, n_out: (budget + n_out) // (n_in + 1 + n_out),
            "The output biases are part of the budget. Do they leave more or less for the rest?",
            "Turns a sign when solving for h.",
        ),
        Mistake(
            "inputs_subtracted",
            lambda budget, n_in, n_out: max(0, (budget - n_in) // (n_in + 1 + n_out)),
            "You take the inputs from the budget. Which part of the formula has no h in it?",
            "Gives biases to the neurons that send.",
        ),
        Mistake(
            "output_bias_each_time",
            lambda budget, n_in, n_out: max(0, (budget - n_out) // (n_in + 2 + n_out)),
            "Each hidden neuron costs its weights in and out, and one bias. You count two.",
            "Counts the output's biases with each hidden neuron.",
        ),
        Mistake(
            "inputs_only",
            lambda budget, n_in, n_out: budget // (n_in + 1),
            "Far over budget: from each hidden neuron weights lead to the outputs, too.",
            "Counts the first layer only.",
        ),
        Mistake(
            "products_only",
            lambda budget, n_in, n_out: budget // (n_in * n_out),
            "Inputs aren't connected with outputs, both are with hidden neurons. What does one "
            "hidden neuron cost?",
            "Multiplies all sizes.",
        ),
        Mistake(
            "brackets",
            lambda budget, n_in, n_out: budget - n_out // (n_in + 1 + n_out),
            "`//` comes before the minus. What should be divided?",
            "Leaves the brackets out of a quotient.",
        ),
        Mistake(
            "first_that_fits",
            lambda budget, n_in, n_out: 1 if n_in + 1 + 2 * n_out <= budget else None,
            "The first h that fits is the smallest one. When should the search stop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "parameters_instead",
            lambda budget, n_in, n_out: _parameters([n_in, _widest(budget, n_in, n_out), n_out]),
            "These are the parameters of that network. How wide is it?",
            "Returns another number than was asked for.",
        ),
        Mistake(
            "negative",
            lambda budget, n_in, n_out: (budget - n_out) // (n_in + 1 + n_out),
            "Less than no neurons? Read what the task says about budgets that are too small.",
            "Forgets the case in which nothing fits.",
        ),
        Mistake(
            "at_least_one",
            lambda budget, n_in, n_out: max(1, _widest(budget, n_in, n_out)),
            "Over budget where not even one neuron fits. Read what the task says about that.",
            "Believes that there is always a hidden neuron.",
        ),
    ),
)


def _total(sizes: Any) -> int:
    values = [int(v) for v in sizes]
    if any(v < 1 or v != w for v, w in zip(values, sizes, strict=True)):
        raise ValueError("sizes are positive whole numbers")
    return _parameters(values)


def _judge_sizes(sizes: Any) -> str | None:
    values = list(sizes)
    odd = [v for v in values if isinstance(v, int | float) and (v % 1 or v < 1)]
    if odd:
        return f"a layer can't have {odd[0]} neurons."
    total = _total(values)
    if values[0] != 2 or values[-1] != 1:
        return "it has to begin with 2 inputs and end with 1 output."
    if len(values) < 4:
        return "it needs two hidden layers or more."
    if total >= 1000:
        return f"it has {total} parameters, and fewer than 1000 are allowed."
    return None if total >= 950 else f"it has {total} parameters; get nearer to 1000."


BUDGET = Exercise(
    id="parameters/budget",
    title="Deep, and under 1000 parameters",
    signature="sizes_under_1000",
    task="Give sizes [2, …, 1] with two hidden layers or more and 950 to 999 parameters.",
    kind="judged",
    example=[2, 20, 41, 1],
    parts=("a list of sizes",),
    reference=_judge_sizes,
    mistakes=(
        Mistake(
            "biases_forgotten",
            lambda sizes: (
                len(sizes) > 3
                and int(sizes[0]) == 2
                and int(sizes[-1]) == 1
                and _total(sizes) >= 1000 > _weights([int(v) for v in sizes])
            ),
            "Under 1000 without biases, over it with them.",
            "Forgets the bias.",
        ),
        Mistake(
            "neurons_counted",
            lambda sizes: 950 <= sum(int(v) for v in sizes) < 1100,
            "You have about 1000 neurons. Parameters are the lines between them, and the biases.",
            "Counts neurons instead of parameters.",
        ),
        Mistake(
            "inputs_missing",
            lambda sizes: len(sizes) >= 2 and int(sizes[0]) != 2,
            "The first size is the number of inputs.",
            "Lists neurons only.",
        ),
        Mistake(
            "outputs_missing",
            lambda sizes: len(sizes) >= 3 and int(sizes[0]) == 2 and int(sizes[-1]) != 1,
            "The last size is the number of outputs.",
            "Takes the last size for a hidden layer.",
        ),
        Mistake(
            "one_hidden_layer",
            lambda sizes: len(sizes) == 3,
            "That is one hidden layer. Inputs and outputs aren't hidden.",
            "Counts the input or the output as hidden.",
        ),
    ),
)

# Capacity and regularisation ----------------------------------------------------------------------


def _halved_each_time(Ws: Any, rate: float) -> float:
    total = 0.0
    for W in Ws:
        total = 0.5 * rate * (total + float(np.sum(W**2)))
    return total


def _penalty_case(rng: Rng) -> tuple[Any, ...]:
    shapes = [(3, 4), (4, 2)] if rng.integers(2) else [(2, 2), (2, 3), (3, 1)]
    return [rng.normal(size=shape) for shape in shapes], float(rng.choice([0.01, 0.1, 0.5]))


def _squares(Ws: Any) -> float:
    return float(sum(np.sum(np.asarray(W) ** 2) for W in Ws))


L2_PENALTY = Exercise(
    id="parameters/l2_penalty",
    title="The L2 penalty",
    signature="l2_penalty(Ws, rate)",
    task="Ws is a list of weight matrices: return ½·rate·(sum of all squared weights), one number.",
    reference=lambda Ws, rate: 0.5 * rate * _squares(Ws),
    cases=(
        ([np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0], [-1.0]])], 0.013),
        ([np.array([[1.0, -2.0]]), np.array([[0.5], [3.0]]), np.array([[2.0]])], 0.5),
    ),
    draw=_penalty_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "half_dropped",
            lambda Ws, rate: rate * _squares(Ws),
            "Twice too large: look at the front of the formula.",
            "Drops the ½.",
        ),
        Mistake(
            "rate_forgotten",
            lambda Ws, rate: 0.5 * _squares(Ws),
            "The rate plays no part in your result.",
            "Forgets the parameter.",
        ),
        Mistake(
            "absolute_values",
            lambda Ws, rate: 0.5 * rate * float(sum(np.abs(W).sum() for W in Ws)),
            "You add sizes, not squares. That is half of the L1 penalty.",
            "Mixes up L1 and L2.",
        ),
        Mistake(
            "l1",
            lambda Ws, rate: rate * float(sum(np.abs(W).sum() for W in Ws)),
            "You add sizes, not squares: that is the L1 penalty.",
            "Mixes up L1 and L2.",
        ),
        Mistake(
            "root",
            lambda Ws, rate: 0.5 * rate * float(np.sqrt(_squares(Ws))),
            "You take a root: the penalty uses the squares themselves.",
            "Takes the norm for its square.",
        ),
        Mistake(
            "mean",
            lambda Ws, rate: 0.5 * rate * _squares(Ws) / sum(np.asarray(W).size for W in Ws),
            "You average over the weights. The task says sum.",
            "Takes the mean out of habit.",
        ),
        Mistake(
            "sum_of_weights",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(W) for W in Ws)),
            "Positive and negative weights cancel. What keeps them from doing so?",
            "Forgets the square.",
        ),
        Mistake(
            "square_of_sum",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(W) for W in Ws)) ** 2,
            "You add first and square then: positive and negative weights cancel.",
            "Swaps sum and square.",
        ),
        Mistake(
            "last_matrix_only",
            lambda Ws, rate: 0.5 * rate * float(np.sum(np.asarray(Ws[-1]) ** 2)),
            "Only the last matrix counts in your result: = or += in the loop?",
            "Overwrites in a loop where it should add.",
        ),
        Mistake(
            "first_matrix_only",
            lambda Ws, rate: 0.5 * rate * float(np.sum(np.asarray(Ws[0]) ** 2)),
            "Only the first matrix counts in your result: is the `return` inside the loop?",
            "Returns from within the loop.",
        ),
        Mistake(
            "norms_added",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sqrt(np.sum(W**2)) for W in Ws)),
            "You add lengths, with a root in them. The penalty uses the squares themselves.",
            "Takes the norm for its square.",
        ),
        Mistake(
            "sum_squared",
            lambda Ws, rate: 0.5 * rate * sum(np.sum(W) ** 2 for W in Ws),
            "You add first and square then, so that weights of both signs cancel. Square each "
            "weight.",
            "Squares the sum in place of summing squares.",
        ),
        Mistake(
            "averaged",
            lambda Ws, rate: 0.5 * rate * sum(np.mean(np.square(W)) for W in Ws),
            "You average over each matrix. The penalty is a sum over all weights.",
            "Mixes up mean and sum.",
        ),
        Mistake(
            "rate_squared",
            lambda Ws, rate: 0.5 * rate**2 * _squares(Ws),
            "The strength is squared as well. What exactly is squared in the formula?",
            "Squares the whole term.",
        ),
        Mistake(
            "mean_of_matrices",
            lambda Ws, rate: 0.5 * rate * _squares(Ws) / len(Ws),
            "You divide by the number of matrices. The task says sum.",
            "Takes the mean out of habit.",
        ),
        Mistake(
            "doubled_for_squared",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(2 * W) for W in Ws)),
            "`W * 2` is a double. Which sign is the square?",
            "Mixes up x² with 2x.",
        ),
        Mistake(
            "rate_below",
            lambda Ws, rate: _squares(Ws) / (2 * rate),
            "A larger rate gives you a smaller penalty. On which side of the fraction bar does "
            "it belong?",
            "Divides by the rate.",
        ),
        Mistake(
            "half_and_rate_squared",
            lambda Ws, rate: float(sum(np.sum((0.5 * rate * W) ** 2) for W in Ws)),
            "You square ½ and the rate as well. What exactly is squared in the formula?",
            "Puts the factors inside the square.",
        ),
        Mistake(
            "half_in_the_loop",
            lambda Ws, rate: _halved_each_time(Ws, rate),
            "The ½ and the rate are multiplied in each turn of the loop. Once is enough, behind "
            "it.",
            "Puts into the loop what belongs behind it.",
        ),
        Mistake(
            "half_added",
            lambda Ws, rate: 0.5 + rate * _squares(Ws),
            "You add the ½. It is a factor.",
            "Adds where it should multiply.",
        ),
        Mistake(
            "two_matrices_only",
            lambda Ws, rate: 0.5 * rate * _squares(Ws[:2]),
            "Right for two matrices only. How many are there in the list?",
            "Builds the example in.",
        ),
        Mistake(
            "largest_squares",
            lambda Ws, rate: 0.5 * rate * float(sum(np.max(np.square(W)) for W in Ws)),
            "Only the largest weight of each matrix counts in your result.",
            "Mixes up max and sum.",
        ),
        Mistake(
            "matrix_product",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(W.T @ W) for W in Ws)),
            "`W.T @ W` mixes the columns with each other. The square of each weight is asked "
            "for: `W**2`.",
            "Mixes up * and @.",
        ),
        Mistake(
            "cubes",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(np.power(W, 3)) for W in Ws)),
            "Look at the power: a penalty can't be negative.",
            "Takes another power.",
        ),
        Mistake(
            "rows_multiplied",
            lambda Ws, rate: 0.5 * rate * float(sum(np.sum(W @ W.T) for W in Ws)),
            "`@` multiplies rows with each other. Each weight is squared by itself.",
            "Mixes up * and @.",
        ),
        Mistake(
            "doubled",
            lambda Ws, rate: 2 * rate * _squares(Ws),
            "Four times too large: a ½ isn't a 2.",
            "Turns the ½ round.",
        ),
    ),
)

L2_STEP = Exercise(
    id="parameters/l2_step",
    title="A step with weight decay",
    signature="l2_step(W, dW, lr, rate)",
    task="dW is the gradient of the loss without penalty: return W after one step of gradient "
    "descent on loss + ½·rate·ΣW².",
    reference=lambda W, dW, lr, rate: W - lr * (dW + rate * W),
    cases=(
        (
            np.array([[1.0, -2.0], [0.5, 0.007]]),
            np.array([[0.1, 0.2], [-0.3, 0.4]]),
            0.5,
            0.1,
        ),
    ),
    draw=lambda rng: (
        rng.normal(size=(3, 2)),
        rng.normal(size=(3, 2)),
        float(rng.choice([0.1, 0.3])),
        float(rng.choice([0.02, 0.2])),
    ),
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "penalty_grows",
            lambda W, dW, lr, rate: W - lr * (dW - rate * W),
            "Your weights are pushed away from 0. Which way should decay pull?",
            "Flips the sign of the penalty.",
        ),
        Mistake(
            "penalty_forgotten",
            lambda W, dW, lr, rate: W - lr * dW,
            "The rate plays no part in your result.",
            "Forgets the penalty's gradient.",
        ),
        Mistake(
            "uphill",
            lambda W, dW, lr, rate: W + lr * (dW + rate * W),
            "You climb. Descent goes against the gradient.",
            "Flips the sign of the update.",
        ),
        Mistake(
            "lr_on_loss_only",
            lambda W, dW, lr, rate: W - lr * dW - rate * W,
            "The learning rate reaches the first gradient only. Both belong to one loss.",
            "Leaves out a bracket.",
        ),
        Mistake(
            "half_kept",
            lambda W, dW, lr, rate: W - lr * (dW + 0.5 * rate * W),
            "The pull is half as strong as it should be. What is the derivative of ½W²?",
            "Keeps the ½ when differentiating.",
        ),
        Mistake(
            "two_kept",
            lambda W, dW, lr, rate: W - lr * (dW + 2 * rate * W),
            "The pull is twice too strong. What is the ½ in the penalty for?",
            "Differentiates W² without the ½.",
        ),
        Mistake(
            "square_kept",
            lambda W, dW, lr, rate: W - lr * (dW + 0.5 * rate * W**2),
            "You use the penalty itself. The step needs its derivative.",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "l1_pull",
            lambda W, dW, lr, rate: W - lr * (dW + rate * np.sign(W)),
            "All weights are pulled equally strongly: that is L1.",
            "Mixes up L1 and L2.",
        ),
        Mistake(
            "decay_after",
            lambda W, dW, lr, rate: (W - lr * dW) * (1 - lr * rate),
            "Almost: you pull at the weights after the step. Both gradients are taken at the old "
            "ones.",
            "Uses the updated weights too early.",
        ),
        Mistake(
            "step_only",
            lambda W, dW, lr, rate: lr * (dW + rate * W),
            "This is the step. Where do you land?",
            "Returns the change instead of the new value.",
        ),
        Mistake(
            "decay_squared",
            lambda W, dW, lr, rate: W - lr * (dW + rate * W**2),
            "The pull grows with the square of a weight, and always goes down. What is the "
            "derivative of ½W²?",
            "Uses the penalty in place of its derivative.",
        ),
        Mistake(
            "decay_upwards",
            lambda W, dW, lr, rate: W - lr * dW + rate * W,
            "Your weights grow by the penalty, and its learning rate is missing.",
            "Has the sign of the decay wrong.",
        ),
        Mistake(
            "gradient_scaled",
            lambda W, dW, lr, rate: W - lr * (dW + rate * dW),
            "The strength multiplies the gradient. By what should each weight be pulled: by dW, "
            "or by itself?",
            "Puts the gradient where the weight belongs.",
        ),
        Mistake(
            "decay_without_lr",
            lambda W, dW, lr, rate: (W - lr * dW) * (1 - rate),
            "Two things: the learning rate scales the pull, too, and it acts on the old weights.",
            "Shrinks the result by the rate.",
        ),
        Mistake(
            "penalty_as_number",
            lambda W, dW, lr, rate: W - lr * (dW + 0.5 * rate * np.sum(W**2)),
            "You add the penalty, one number, to each gradient. How does the penalty change with "
            "one weight?",
            "Uses the value where the slope belongs.",
        ),
        Mistake(
            "weights_summed",
            lambda W, dW, lr, rate: W - lr * (dW + rate * np.sum(W)),
            "All weights get the same pull. How does the penalty change with one weight?",
            "Keeps the sum when differentiating.",
        ),
        Mistake(
            "rates_swapped",
            lambda W, dW, lr, rate: W - rate * (dW + lr * W),
            "The learning rate and the strength have changed places.",
            "Mixes up two small numbers.",
        ),
        Mistake(
            "multiplied",
            lambda W, dW, lr, rate: W - lr * dW * rate * W,
            "The gradients of two terms of a loss are added.",
            "Multiplies where it should add.",
        ),
        Mistake(
            "lr_forgotten",
            lambda W, dW, lr, rate: W - (dW + rate * W),
            "The learning rate plays no part in your result.",
            "Forgets the step size.",
        ),
        Mistake(
            "gradient_only",
            lambda W, dW, lr, rate: dW + rate * W,
            "This is the gradient. Where do you land with a step against it?",
            "Stops before the update.",
        ),
        Mistake(
            "minus_the_step",
            lambda W, dW, lr, rate: -lr * (dW + rate * W),
            "This is the step. Where do you land with it?",
            "Returns the change instead of the new value.",
        ),
        Mistake(
            "rate_alone",
            lambda W, dW, lr, rate: W - lr * (dW + rate),
            "All weights are pulled equally, and all downwards. By what should each weight be "
            "pulled?",
            "Forgets the weight when differentiating.",
        ),
        Mistake(
            "absolute_pull",
            lambda W, dW, lr, rate: W - lr * (dW + rate * np.abs(W)),
            "Negative weights are pushed away from 0. What keeps the sign of the pull?",
            "Takes the size where the weight itself belongs.",
        ),
        Mistake(
            "decay_only",
            lambda W, dW, lr, rate: W - lr * rate * W,
            "`dW` plays no part in your result.",
            "Follows the penalty alone.",
        ),
        Mistake(
            "divided",
            lambda W, dW, lr, rate: W - (dW + rate * W) / lr,
            "A smaller learning rate gives a larger step here.",
            "Divides by the learning rate.",
        ),
        Mistake(
            "numbers_of_the_example",
            lambda W, dW, lr, rate: W - 0.1 * (dW + 0.01 * W),
            "You use the numbers of the example. The learning rate and the strength are handed in.",
            "Builds the example in.",
        ),
    ),
)


def _dropout_case(rng: Rng) -> tuple[Any, ...]:
    keep, u = float(rng.choice([0.3, 0.6, 0.8])), rng.uniform(size=(3, 5))
    u[0, 0] = keep
    return rng.normal(size=(3, 5)), u, keep


DROPOUT = Exercise(
    id="parameters/dropout",
    title="Dropout",
    signature="dropout(a, u, keep)",
    task="u holds uniform numbers from [0, 1) in the shape of a. Keep an activation where u < "
    "keep, else 0; divide by keep, so that the mean stays.",
    reference=lambda a, u, keep: a * (u < keep) / keep,
    cases=(
        (
            np.array([[1.0, -2.0, 3.0], [4.0, 5.0, -6.0]]),
            np.array([[0.1, 0.9, 0.5], [0.7, 0.3, 0.2]]),
            0.6,
        ),
        (np.array([2.0, 4.0, 6.0]), np.array([0.1, 0.5, 0.9]), 0.5),
    ),
    draw=_dropout_case,
    forbids=READY_MADE,
    mistakes=(
        Mistake(
            "not_scaled",
            lambda a, u, keep: a * (u < keep),
            "The mean of the layer shrinks. What makes up for the missing ones?",
            "Forgets to rescale.",
        ),
        Mistake(
            "not_scaled_at_most",
            lambda a, u, keep: a * (u <= keep),
            "The mean of the layer shrinks. What makes up for the missing ones?",
            "Forgets to rescale, and drops only above keep.",
        ),
        Mistake(
            "multiplied",
            lambda a, u, keep: a * (u < keep) * keep,
            "The mean of the layer shrinks twice over. Should the survivors shrink or grow?",
            "Rescales in the wrong direction.",
        ),
        Mistake(
            "mask_inverted",
            lambda a, u, keep: a * (u >= keep) / keep,
            "You drop those that should stay.",
            "Turns the comparison round.",
        ),
        Mistake(
            "drop_probability",
            lambda a, u, keep: a * (u < keep) / (1 - keep),
            "You divide by the share that is dropped.",
            "Takes keep for the drop rate.",
        ),
        Mistake(
            "keep_as_drop",
            lambda a, u, keep: a * (u >= keep) / (1 - keep),
            "You treat `keep` as the share to drop, in both places.",
            "Takes keep for the drop rate.",
        ),
        Mistake(
            "nothing_dropped",
            lambda a, u, keep: a / keep,
            "Nothing is dropped yet.",
            "Forgets the mask.",
        ),
        Mistake(
            "mask_only",
            lambda a, u, keep: (u < keep) / keep,
            "You return the mask. What is it applied to?",
            "Stops at the mask.",
        ),
        Mistake(
            "at_most",
            lambda a, u, keep: a * (u <= keep) / keep,
            "Almost: look at a u that equals keep.",
            "Doesn't distinguish < from ≤.",
        ),
        Mistake(
            "wrong_ones",
            lambda a, u, keep: a * (u > keep) / keep,
            "You drop the ones that should stay: below `keep` an activation stays.",
            "Turns the comparison round.",
        ),
        Mistake(
            "dropped_kept",
            lambda a, u, keep: np.where(u < keep, a / keep, a),
            "Nothing is dropped: what does a dropped activation become?",
            "Leaves the dropped ones as they are.",
        ),
        Mistake(
            "activations_compared",
            lambda a, u, keep: a * (a < keep) / keep,
            "You compare the activations with `keep`. Which numbers decide by chance?",
            "Takes the wrong array for the mask.",
        ),
        Mistake(
            "weighted_by_chance",
            lambda a, u, keep: a * u / keep,
            "You multiply by the random numbers. They decide: an activation stays whole or goes.",
            "Takes the random numbers for weights.",
        ),
        Mistake(
            "divided_by_share_kept",
            lambda a, u, keep: a * (u < keep) / np.mean(u < keep),
            "You divide by the share that happened to stay. The task divides by `keep`.",
            "Rescales by what was measured.",
        ),
        Mistake(
            "dropped_unscaled",
            lambda a, u, keep: a * (u > keep),
            "You drop the ones that should stay, and the mean isn't made up for.",
            "Turns the comparison round, and forgets to rescale.",
        ),
        Mistake(
            "kept_below_drop_share",
            lambda a, u, keep: a * (u < 1 - keep) / keep,
            "You keep the share that should be dropped.",
            "Takes keep for the drop rate in one place.",
        ),
        Mistake(
            "drop_share_throughout",
            lambda a, u, keep: a * (u < 1 - keep) / (1 - keep),
            "You use 1 − keep in both places. `keep` is the share that stays.",
            "Takes keep for the drop rate.",
        ),
        Mistake(
            "mask_subtracted",
            lambda a, u, keep: a - (u >= keep) / keep,
            "You subtract from the dropped ones. What makes an activation 0?",
            "Subtracts where it should multiply.",
        ),
        Mistake(
            "only_scaled_down",
            lambda a, u, keep: a * keep,
            "Nothing is dropped, and all shrink. That is what one does without dropout, after "
            "training.",
            "Mixes up training and testing.",
        ),
        Mistake(
            "root_of_keep",
            lambda a, u, keep: a * (u < keep) / np.sqrt(keep),
            "Almost: the mean should stay. By what does it shrink, by keep or by its root?",
            "Keeps the variance in place of the mean.",
        ),
        Mistake(
            "arrays_swapped",
            lambda a, u, keep: u * (a < keep) / keep,
            "The activations and the random numbers have changed places.",
            "Mixes up the arguments.",
        ),
        Mistake(
            "selected",
            lambda a, u, keep: a[u < keep] / keep,
            "Your result is shorter than the input: dropped activations are left out. They "
            "should stay, as 0.",
            "Selects instead of setting to zero.",
        ),
        Mistake(
            "nan_for_dropped",
            lambda a, u, keep: np.where(u < keep, a / keep, np.nan),
            "Dropped activations become nan. The task says what they become.",
            "Marks missing values as in a table of data.",
        ),
        Mistake(
            "always_doubled",
            lambda a, u, keep: 2 * a * (u < keep),
            "Right for keep = 0.5 only. By what are the others divided?",
            "Builds the example in.",
        ),
    ),
)


def _before_the_first_rise(test: Any, otherwise: Any) -> Any:
    """Find the epoch before the loss rises first; what a search gives where it never does."""
    return next((i - 1 for i in range(1, len(test)) if test[i] > test[i - 1]), otherwise)


def _epochs_case(rng: Rng) -> tuple[Any, ...]:
    """Draw a test loss that falls and rises, now and then with an early rise, or above 1."""
    best = min(7, int(rng.integers(2, 9)))
    test = np.abs(np.arange(8.0) - best + rng.choice([0.0, 0.5])) / 10 + 0.5
    if best < 7 and rng.integers(2):
        test[1] = test[0] + 0.05
    return rng.uniform(0.0, 0.5, size=8), test * rng.choice([1.0, 3.0])


EARLY_STOPPING = Exercise(
    id="parameters/best_epoch",
    title="When does overfitting begin?",
    signature="best_epoch(train, test)",
    task="Losses after each epoch, as arrays: return the index of the epoch with the best network "
    "to keep (the first one, if several are equally good).",
    reference=lambda train, test: int(np.argmin(test)),
    cases=(
        (np.array([2.9, 2.5, 2.3, 2.2, 2.1]), np.array([2.9, 2.6, 2.4, 2.5, 2.7])),
        (np.array([0.8, 0.4, 0.3, 0.35]), np.array([0.7, 0.5, 0.5, 0.6])),
        (np.array([0.8, 0.4, 0.2, 0.25, 0.22]), np.array([0.7, 0.5, 0.6, 0.65, 0.6])),
        (np.array([0.8, 0.5, 0.2, 0.3]), np.array([0.9, 0.7, 0.8, 0.6])),
    ),
    draw=_epochs_case,
    mistakes=(
        Mistake(
            "training_loss",
            lambda train, test: int(np.argmin(train)),
            "You judge by the training loss. It falls even when the network only memorises.",
            "Takes the training loss for quality.",
        ),
        Mistake(
            "value_instead",
            lambda train, test: float(np.min(test)),
            "You return the loss. Its place is asked for.",
            "Mixes up min and argmin.",
        ),
        Mistake(
            "counted_from_one",
            lambda train, test: int(np.argmin(test)) + 1,
            "One too many: an index starts at 0.",
            "Counts from 1.",
        ),
        Mistake(
            "largest",
            lambda train, test: int(np.argmax(test)),
            "You pick the worst epoch.",
            "Mixes up min and max.",
        ),
        Mistake(
            "last_epoch",
            lambda train, test: len(test) - 1,
            "You keep the last network. Is it the best?",
            "Believes that longer training is always better.",
        ),
        Mistake(
            "smallest_gap",
            lambda train, test: int(np.argmin(np.abs(test - train))),
            "You look for the smallest gap. Before training it is small, too.",
            "Takes a small gap for a good network.",
        ),
        Mistake(
            "lowest_gap",
            lambda train, test: int(np.argmin(test - train)),
            "You look for the smallest gap. Before training it is small, too.",
            "Takes a small gap for a good network.",
        ),
        Mistake(
            "last_of_equals",
            lambda train, test: int(len(test) - 1 - np.argmin(test[::-1])),
            "Of two equally good epochs the first is asked for. Do you compare with < or with ≤?",
            "Overwrites the best with an equal one.",
        ),
        Mistake(
            "both_losses",
            lambda train, test: int(np.argmin(train + test)),
            "You judge by both losses together. The training loss falls even when the network "
            "only memorises.",
            "Believes that the training loss tells something about new data.",
        ),
        Mistake(
            "after_the_first_rise",
            lambda train, test: next(
                (i for i in range(1, len(test)) if test[i] > test[i - 1]), None
            ),
            "You return the epoch of the first rise. The best one lies before it, and after a "
            "rise the loss may fall again.",
            "Takes the first sign of overfitting for the best epoch.",
        ),
        Mistake(
            "test_above_training",
            lambda train, test: next((i for i in range(len(test)) if test[i] > train[i]), None),
            "You look for the first epoch in which the test loss is larger than the training "
            "loss. It nearly always is.",
            "Takes any gap for overfitting.",
        ),
        Mistake(
            "largest_gap",
            lambda train, test: int(np.argmax(test - train)),
            "You look for the largest gap: there the network overfits most. Which one is best on "
            "new data?",
            "Takes the most overfitted network.",
        ),
        Mistake(
            "steepest_fall",
            lambda train, test: int(np.argmin(np.diff(test))),
            "You look for the steepest fall of the test loss. Where is the loss itself smallest?",
            "Judges by the change, not by the value.",
        ),
        Mistake(
            "counted_from_the_end",
            lambda train, test: len(test) - int(np.argmin(test)),
            "You count from the end. An index counts from the front.",
            "Subtracts from the length.",
        ),
        Mistake(
            "last_place",
            lambda train, test: -1,
            "−1 is the last network. Is it the best?",
            "Believes that longer training is always better.",
        ),
        Mistake(
            "last_epoch_missed",
            lambda train, test: int(np.argmin(test[:-1])),
            "The last epoch isn't looked at. Where does your loop stop?",
            "Ends the loop too early.",
        ),
        Mistake(
            "training_loss_there",
            lambda train, test: float(train[np.argmin(test)]),
            "You return the training loss of the best epoch. The epoch's place is asked for.",
            "Mixes up a value and its place.",
        ),
        Mistake(
            "stops_at_the_first_rise",
            lambda train, test: _before_the_first_rise(test, None),
            "You stop at the first rise. A loss may rise and fall again, below where it was.",
            "Takes the first minimum for the smallest value.",
        ),
        Mistake(
            "starts_at_one",
            lambda train, test: int(np.argmin(test)) if np.min(test) < 1 else 0,
            "Losses may be larger than 1. With what should the search for the smallest begin?",
            "Starts the search with a number that looks large.",
        ),
        Mistake(
            "never_updated",
            lambda train, test: (
                int(np.flatnonzero(test < test[0])[-1]) if np.any(test < test[0]) else 0
            ),
            "You compare each loss with the first one. What has to change when a smaller one is "
            "found?",
            "Forgets to keep the smallest value found.",
        ),
        Mistake(
            "first_minimum",
            lambda train, test: _before_the_first_rise(test, len(test) - 1),
            "You stop at the first rise. A loss may rise and fall again, below where it was.",
            "Takes the first minimum for the smallest value.",
        ),
    ),
)

CAPACITY = Exercise(
    id="parameters/capacity",
    title="3, 6 or 20 hidden neurons",
    signature="training_error",
    task="The same noisy data, no regularisation: order the networks by training error, largest "
    "first.",
    kind="ordering",
    options=("3 neurons", "6 neurons", "20 neurons"),
    reference=lambda: ("3 neurons", "6 neurons", "20 neurons"),
    mistakes=(
        Mistake(
            "reversed",
            lambda: ("20 neurons", "6 neurons", "3 neurons"),
            "More neurons draw finer boundaries. What does that do to the error on the points that "
            "they were fitted to?",
            "Takes the test error for the training error, or small for good.",
        ),
        Mistake(
            "large_in_the_middle",
            lambda: ("20 neurons", "6 neurons"),
            "What can 6 neurons draw that 20 can't?",
            "Expects the best in the middle, as for the test error.",
        ),
        Mistake(
            "middle_first",
            lambda: ("6 neurons", "3 neurons"),
            "What can 3 neurons draw that 6 can't?",
            "Mixes up training and test error.",
        ),
    ),
)

STRENGTH = Exercise(
    id="parameters/strength",
    title="Three strengths of regularisation",
    signature="boundaries",
    task="20 hidden neurons, L2 rate 0.001, 0.01 and 0.1: which boundary is wiggly, which smooth, "
    "which nearly straight?",
    kind="table",
    options=("wiggly", "smooth", "nearly straight"),
    reference=lambda: {"0.001": "wiggly", "0.01": "smooth", "0.1": "nearly straight"},
    mistakes=(
        Mistake(
            "reversed",
            lambda: {"0.001": "nearly straight", "0.1": "wiggly"},
            "A stronger pull towards 0 makes weights smaller. What do small weights draw?",
            "Thinks that a larger rate gives more freedom.",
        ),
        Mistake(
            "weak_is_smooth",
            lambda: {"0.001": "smooth"},
            "At this rate the pull is hardly there: 20 neurons follow every point.",
            "Expects any regularisation to smooth.",
        ),
        Mistake(
            "strong_is_smooth",
            lambda: {"0.1": "smooth"},
            "At this rate the weights nearly vanish. How much can the boundary still bend?",
            "Underestimates a strong pull.",
        ),
        Mistake(
            "weak_is_straight",
            lambda: {"0.001": "nearly straight"},
            "At this rate the pull is hardly there: 20 neurons follow every point.",
            "Expects any regularisation to flatten.",
        ),
        Mistake(
            "strong_is_wiggly",
            lambda: {"0.1": "wiggly"},
            "At this rate the weights nearly vanish. How much can the boundary still bend?",
            "Thinks that a larger rate gives more freedom.",
        ),
        Mistake(
            "middle_wiggly",
            lambda: {"0.01": "wiggly"},
            "Compare it with 0.001: which of the two follows single points?",
            "Doesn't order the three.",
        ),
        Mistake(
            "middle_straight",
            lambda: {"0.01": "nearly straight"},
            "Compare it with 0.1: which of the two can still bend?",
            "Doesn't order the three.",
        ),
    ),
)

PREFER = Exercise(
    id="parameters/prefer",
    title="Against overfitting",
    signature="against_overfitting",
    task="Your network overfits. What do you try first, and why does the slide call the other idea "
    "wrong?",
    kind="choice",
    options=("fewer neurons", "regularisation", "more epochs", "a larger learning rate"),
    reference=lambda: "regularisation",
    mistakes=(
        Mistake(
            "smaller",
            lambda: "fewer neurons",
            "It helps against overfitting, but a small network is harder to train and can "
            "represent less. Which knob limits a large one without making it smaller?",
            "Believes that smaller networks are preferable.",
        ),
        Mistake(
            "longer",
            lambda: "more epochs",
            "Longer training fits the noise even better.",
            "Believes that longer training always helps.",
        ),
        Mistake(
            "faster",
            lambda: "a larger learning rate",
            "The speed of training isn't what is wrong.",
            "Turns the best-known knob.",
        ),
    ),
)

_STATEMENTS = {
    "A": "a 3-4-2 network has 26 parameters",
    "B": "a 3-4-2 network has 3 layers",
    "C": "smaller networks are preferable, because they overfit less",
    "D": "maxout with two pieces doubles the parameters of a neuron",
    "E": "each neuron has one bias",
    "F": "the input layer counts as a layer of neurons",
}
FAULTY_SLIDES = Exercise(
    id="parameters/faulty_slides",
    title="Find the faulty statements",
    signature="faulty_slides",
    task="Which are wrong? " + "; ".join(f"{k}: {v}" for k, v in _STATEMENTS.items()) + ".",
    kind="set",
    options=tuple(_STATEMENTS),
    reference=lambda: {"B", "C", "F"},
    mistakes=(
        Mistake(
            "right_ones_instead",
            lambda given: given == {"A", "D", "E"},
            "These are the right ones. The wrong ones are asked for.",
            "Answers the opposite question.",
        ),
        Mistake(
            "parameters",
            lambda given: "A" in given,
            "Count A once more: weights of both layers, and a bias for each neuron.",
            "Slips in counting.",
        ),
        Mistake(
            "input_layer",
            lambda given: "B" not in given or "F" not in given,
            "Is the input counted as a layer? B and F stand and fall together.",
            "Counts the input as a layer.",
        ),
        Mistake(
            "smaller",
            lambda given: "C" not in given,
            "The slide itself takes C back. What does it prefer instead?",
            "Believes that smaller networks are preferable.",
        ),
        Mistake(
            "maxout",
            lambda given: "D" in given,
            "Two pieces: how many weights and biases has each?",
            "Forgets that each piece has its own parameters.",
        ),
        Mistake(
            "bias",
            lambda given: "E" in given,
            "A bias belongs to a neuron, not to a layer or a connection.",
            "Counts one bias a layer.",
        ),
    ),
)

EXERCISES: tuple[Exercise, ...] = (
    COUNT_342,
    COUNT_3441,
    COUNT_NEURONS,
    COUNT_PARAMETERS,
    WEIGHT_SHAPES,
    COUNT_MAXOUT,
    WIDEST,
    BUDGET,
    CAPACITY,
    L2_PENALTY,
    L2_STEP,
    STRENGTH,
    DROPOUT,
    EARLY_STOPPING,
    PREFER,
    FAULTY_SLIDES,
)
