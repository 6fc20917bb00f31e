"""Training at the size of the Playground's networks, side by side with PyTorch and scikit-learn.

    pytest tests/benchmarks/test_training_speed.py --benchmark-group-by=group

Every run takes the same steps: 250 samples, batches of 10 in a fixed order, 20 epochs, a 2-4-2-1
tanh network in float64, one thread. PyTorch and we compute the same loss ½(a − y)², and the first
test checks that both end with the same weights. scikit-learn's classifier has no such loss: it is
timed with its logistic loss, and so are we beside it.

Measured on two busy cores, alternating run by run: PyTorch takes 11 to 13 times as long as we do,
scikit-learn 4.5 to 5.8 times, and 100 single runs 15 to 19 times as long as 100 replicas at once.
On an idle core a step of ours takes about 30 µs, with the loss of each epoch included.
"""

import numpy as np
import pytest

from tutor.network import Network

EPOCHS, BATCH, N = 20, 10, 250
rng = np.random.default_rng(0)
X = rng.uniform(-5, 5, (N, 2))
y = np.sign(X[:, 0] * X[:, 1])


def torch_or_skip():
    """Return torch with one thread, or say clearly that the rival is missing."""
    torch = pytest.importorskip(
        "torch", reason="PyTorch isn't installed, so there is nothing to compare with"
    )
    torch.set_num_threads(1)
    return torch


def ours(output="tanh", **options):
    return Network([2, 4, 2, 1], "tanh", output, init="playground", seed=0, **options)


def torch_network(torch, start):
    """Return a PyTorch network with the weights of one of ours."""
    layers = []
    for W, b in zip(start.W, start.b, strict=True):
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T.copy()))
            linear.bias.copy_(torch.from_numpy(b.copy()))
        layers += [linear, torch.nn.Tanh()]
    return torch.nn.Sequential(*layers)


def train_torch(torch, network):
    data, targets = torch.from_numpy(X), torch.from_numpy(y[:, None].copy())
    batches = list(zip(data.split(BATCH), targets.split(BATCH), strict=True))
    optimiser = torch.optim.SGD(network.parameters(), lr=0.03)
    losses = []

    def record():
        with torch.no_grad():
            losses.append(0.5 * (network(data) - targets).square().mean().item())

    record()
    for _ in range(EPOCHS):
        for data_batch, targets_batch in batches:
            optimiser.zero_grad()
            loss = 0.5 * (network(data_batch) - targets_batch).square().mean()
            loss.backward()
            optimiser.step()
        record()
    return losses


def train_ours(network, **options):
    return network.train(X, y, epochs=EPOCHS, batch_size=BATCH, lr=0.03, shuffle=False, **options)


def test_pytorch_does_the_same_arithmetic():
    torch = torch_or_skip()
    network = ours()
    rival = torch_network(torch, network)
    losses = train_torch(torch, rival)
    np.testing.assert_allclose(train_ours(network).loss, losses, rtol=1e-9)
    for W, linear in zip(network.W, rival[::2], strict=True):
        np.testing.assert_allclose(W, linear.weight.detach().numpy().T, rtol=1e-8, atol=1e-12)


@pytest.mark.benchmark(group="one training run, squared loss")
def test_ours(benchmark):
    benchmark.pedantic(train_ours, setup=lambda: ((ours(),), {}), rounds=30, warmup_rounds=2)


@pytest.mark.benchmark(group="one training run, squared loss")
def test_pytorch(benchmark):
    torch = torch_or_skip()

    def fresh():
        return (torch, torch_network(torch, ours())), {}

    benchmark.pedantic(train_torch, setup=fresh, rounds=15, warmup_rounds=2)


@pytest.mark.benchmark(group="one training run, logistic loss")
def test_ours_logistic(benchmark):
    def run(network):
        network.train(X, y > 0, epochs=EPOCHS, batch_size=BATCH, lr=0.03)

    benchmark.pedantic(run, setup=lambda: ((ours("sigmoid"),), {}), rounds=30, warmup_rounds=2)


@pytest.mark.benchmark(group="one training run, logistic loss")
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # 20 epochs are all that is wanted
def test_scikit_learn(benchmark):
    neural_network = pytest.importorskip("sklearn.neural_network")
    classifier = neural_network.MLPClassifier(
        (4, 2),
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=BATCH,
        learning_rate_init=0.03,
        momentum=0.0,
        max_iter=EPOCHS,
        tol=0.0,
        n_iter_no_change=EPOCHS + 1,
        random_state=0,
    )
    benchmark.pedantic(classifier.fit, args=(X, y > 0), rounds=15, warmup_rounds=1)


@pytest.mark.benchmark(group="100 training runs")
def test_100_replicas_at_once(benchmark):
    benchmark.pedantic(
        train_ours, setup=lambda: ((ours(replicas=100),), {}), rounds=5, warmup_rounds=1
    )


@pytest.mark.benchmark(group="100 training runs")
def test_100_single_runs(benchmark):
    def run():
        for _ in range(100):
            train_ours(ours())

    benchmark.pedantic(run, rounds=2, warmup_rounds=0)
