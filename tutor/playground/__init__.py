"""TensorFlow Playground in numpy: the same data, weights and losses for the same seed.

`Playground` is one network in training, `Config` everything that can be set, and `experiment` one
configuration repeated over many seeds. The parts:

- `config` the controls and their allowed values; `url` the original's link, in and out;
- `kernel` the arithmetic; `replicas` R runs with data and measures; `history` losses by epoch;
- `session` the Playground itself; `experiment` many seeds; `diagnosis` why a loss became NaN;
- `borrowed` the same with another network's forward and backward pass.

Speed on one thread, as ratios of the times that tests/benchmarks/test_playground_speed.py measures
for the default run: an epoch takes a tenth of what PyTorch takes in eager mode, and a hundred
replicas take a thirteenth of a hundred runs one by one.

On the original's numbers for three configurations, weights and losses agree to 1e-12.
Training can be chaotic, though: with batches of 1 and a learning rate of 0.3, a difference of 1e-15
in one weight has grown to 1 after three epochs. No two programs that add in a different order agree
there.

Rules and data sets follow the public source of TensorFlow Playground.
"""

from tutor.playground.borrowed import NetworkFunctions
from tutor.playground.config import (
    ACTIVATIONS,
    BATCH_SIZES,
    EXTRA_ACTIVATIONS,
    FEATURES,
    LEARNING_RATES,
    MAX_LAYERS,
    MAX_NEURONS,
    NOISES,
    PROBLEMS,
    REGULARIZATION_RATES,
    REGULARIZATIONS,
    TRAIN_PERCENTS,
    Config,
    Feature,
    Target,
    features,
    own_points,
)
from tutor.playground.experiment import Experiment, Summary, arrivals, experiment
from tutor.playground.history import History, Measures
from tutor.playground.session import LIVE, Playground, feature_maps, grid, reduce_maps
from tutor.playground.url import from_hash, to_hash, to_url

__all__ = [
    "ACTIVATIONS",
    "BATCH_SIZES",
    "EXTRA_ACTIVATIONS",
    "FEATURES",
    "LEARNING_RATES",
    "LIVE",
    "MAX_LAYERS",
    "MAX_NEURONS",
    "NOISES",
    "PROBLEMS",
    "REGULARIZATIONS",
    "REGULARIZATION_RATES",
    "TRAIN_PERCENTS",
    "Config",
    "Experiment",
    "Feature",
    "History",
    "Measures",
    "NetworkFunctions",
    "Playground",
    "Summary",
    "Target",
    "arrivals",
    "experiment",
    "feature_maps",
    "features",
    "from_hash",
    "grid",
    "own_points",
    "reduce_maps",
    "to_hash",
    "to_url",
]
