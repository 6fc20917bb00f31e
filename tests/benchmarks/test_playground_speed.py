"""The Playground's default run against PyTorch, scikit-learn, and itself a hundred times.

    pytest tests/benchmarks/test_playground_speed.py --benchmark-group-by=group

The configuration is the original's default: 250 training points, batches of 10, a 2-4-2-1 network
of tanh units in float64, ½(o − t)². All run on one thread.

- "one epoch": minibatch forward, backward and update for all 250 points, then both losses over all
  500, which is what a step of the Playground shows. PyTorch does the same in eager mode, with the
  cheaper of two ways to update. scikit-learn does the nearest it can: MLPRegressor with tanh units,
  squared loss and SGD (linear output, no losses over the data); MLPClassifier learns by log-loss.
- "hundred runs, one epoch each": 100 seeds. Multiply by the epochs of a run; building the data
  and the first weights comes on top and is measured by itself.
"""

import numpy as np
import pytest

from tutor.playground import Config, Playground, experiment, reduce_maps
from tutor.playground.replicas import Replicas, _drawn

RUNS = 100
SEEDS = tuple(str(number) for number in range(RUNS))

threadpoolctl = pytest.importorskip("threadpoolctl")


@pytest.fixture(autouse=True)
def one_thread():
    with threadpoolctl.threadpool_limits(1):
        yield


@pytest.fixture
def torch():
    module = pytest.importorskip(
        "torch", reason="PyTorch is missing, so its side isn't measured: pip install torch"
    )
    module.set_num_threads(1)
    return module


class TorchRun:
    """The same arithmetic with autograd and an update of each parameter."""

    def __init__(self, torch, playground):
        self.torch = torch
        data = playground.data
        as_tensor = lambda array: torch.tensor(array, dtype=torch.float64)  # noqa: E731
        self.x, self.x_test = as_tensor(data.x_train), as_tensor(data.x_test)
        self.y, self.y_test = as_tensor(data.y_train)[:, None], as_tensor(data.y_test)[:, None]
        self.W = [as_tensor(W).requires_grad_() for W in playground.weights]
        self.b = [as_tensor(b).requires_grad_() for b in playground.biases]
        self.batches = list(zip(self.x.split(10), self.y.split(10), strict=True))

    def forward(self, a):
        for W, b in zip(self.W, self.b, strict=True):
            a = self.torch.tanh(self.torch.addmm(b, a, W))
        return a

    def epoch(self):
        for x, y in self.batches:
            loss = 0.5 * ((self.forward(x) - y) ** 2).mean()
            parameters = self.W + self.b
            gradients = self.torch.autograd.grad(loss, parameters)
            # In place, and without the bookkeeping of torch.optim.SGD, which takes longer.
            with self.torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter.sub_(gradient, alpha=0.03)
        with self.torch.no_grad():
            parts = ((self.x, self.y), (self.x_test, self.y_test))
            return [float(0.5 * ((self.forward(x) - y) ** 2).mean()) for x, y in parts]


@pytest.mark.benchmark(group="one epoch")
def test_epoch_ours(benchmark):
    playground = Playground()
    benchmark(playground.step)
    assert playground.measures["train_loss"] < 0.5


@pytest.mark.benchmark(group="one epoch")
def test_epoch_pytorch(benchmark, torch):
    playground = Playground()
    run = TorchRun(torch, playground)
    playground.step(3)
    for _ in range(3):
        losses = run.epoch()
    # The two do the same arithmetic; without this the comparison would mean nothing.
    measures = playground.measures
    np.testing.assert_allclose(losses, [measures["train_loss"], measures["test_loss"]], atol=1e-12)
    benchmark(run.epoch)


@pytest.mark.benchmark(group="one epoch")
@pytest.mark.parametrize("name", ["MLPRegressor", "MLPClassifier"])
def test_epoch_scikit_learn(benchmark, name):
    neural_network = pytest.importorskip("sklearn.neural_network")
    data = Playground().data
    model = getattr(neural_network, name)(
        hidden_layer_sizes=(4, 2),
        activation="tanh",
        solver="sgd",
        alpha=0,
        batch_size=10,
        learning_rate_init=0.03,
        momentum=0,
        shuffle=False,
        random_state=0,
    )
    y = data.y_train if name == "MLPRegressor" else (data.y_train > 0).astype(int)
    if name == "MLPClassifier":
        model.partial_fit(data.x_train, y, classes=[0, 1])
    benchmark(model.partial_fit, data.x_train, y)


@pytest.mark.benchmark(group="hundred runs, one epoch each")
def test_hundred_as_replicas(benchmark):
    runs = Replicas(Config(), SEEDS)
    benchmark(runs.train_epoch)
    assert (runs.measures.train_loss < 0.6).all()


@pytest.mark.benchmark(group="hundred runs, one epoch each")
def test_hundred_one_by_one(benchmark):
    playgrounds = [Playground(seed=seed) for seed in SEEDS]
    benchmark.pedantic(lambda: [each.step() for each in playgrounds], rounds=10, warmup_rounds=2)


@pytest.mark.benchmark(group="hundred runs, one epoch each")
def test_hundred_pytorch_in_a_loop(benchmark, torch):
    runs = [TorchRun(torch, Playground(seed=seed)) for seed in SEEDS]
    benchmark.pedantic(lambda: [run.epoch() for run in runs], rounds=5, warmup_rounds=1)


@pytest.mark.benchmark(group="hundred whole runs of 300 epochs, set-up included")
def test_whole_experiment(benchmark):
    result = benchmark.pedantic(
        lambda: experiment(seeds=SEEDS, epochs=300), setup=_drawn.cache_clear, rounds=3
    )
    assert result.reached > 80


@pytest.mark.benchmark(group="hundred whole runs of 300 epochs, set-up included")
def test_whole_runs_one_by_one(benchmark):
    def run():
        for seed in SEEDS:
            Playground(seed=seed).step(300)

    benchmark.pedantic(run, setup=_drawn.cache_clear, rounds=1)


@pytest.mark.benchmark(group="parts")
def test_building_one_run(benchmark):
    benchmark.pedantic(Playground, setup=_drawn.cache_clear, rounds=50)


@pytest.mark.benchmark(group="parts")
@pytest.mark.parametrize("layers", [(4, 2), (8,) * 6], ids=["4-2", "six times 8"])
def test_map_of_every_neuron(benchmark, layers):
    playground = Playground(hidden_layers=layers)
    benchmark(lambda: [reduce_maps(layer, 10) for layer in playground.maps()])


@pytest.mark.benchmark(group="parts")
def test_epoch_of_the_largest_network(benchmark):
    playground = Playground(hidden_layers=(8,) * 6)
    benchmark(playground.step)
