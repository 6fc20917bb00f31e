"""The random stream, the data sets, and the split."""

import json
from pathlib import Path

import numpy as np
import playground_transcript as transcript
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import datasets
from tutor.playground import Config
from tutor.seedrandom import SeedRandom

ORIGINAL = json.loads((Path(__file__).parent / "data" / "playground_original.json").read_text())


def slow_numbers(seed, count):
    """The same generator byte by byte, with the floating-point steps of the published rules."""
    key = {}
    smear = 0
    for position, code in enumerate(memoryview(seed.encode("utf-16-le")).cast("H")):
        smear ^= key.get(position % 256, 0) * 19
        key[position % 256] = (smear + code) % 256
    key = list(key.values()) or [0]
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + key[i % len(key)] + box[i]) % 256
        box[i], box[j] = box[j], box[i]

    def cipher():
        i = j = 0
        while True:
            i = (i + 1) % 256
            j = (j + box[i]) % 256
            box[i], box[j] = box[j], box[i]
            yield box[(box[i] + box[j]) % 256]

    stream = cipher()
    for _ in range(256):
        next(stream)
    numbers = []
    for _ in range(count):
        top, bottom, extra = 0.0, 256.0**6, 0
        for _ in range(6):
            top = top * 256 + next(stream)
        while top < 2.0**52:
            top, bottom = (top + extra) * 256, bottom * 256
            extra = next(stream)
        while top >= 2.0**53:
            top, bottom, extra = top / 2, bottom / 2, extra // 2
        numbers.append((top + extra) / bottom)
    return numbers


def test_stream_starts_with_the_published_numbers():
    stream = SeedRandom("0.59704")
    assert [stream.random() for _ in range(2)] == [0.3720885891366738, 0.5777042295963245]
    stream = SeedRandom("hello.")
    assert [stream.random() for _ in range(2)] == [0.9282578795792454, 0.3752569768646784]


@pytest.mark.slow
@given(st.text(max_size=600))
def test_stream_equals_its_slow_twin(seed):
    stream = SeedRandom(seed)
    assert [stream.random() for _ in range(60)] == slow_numbers(seed, 60)


def test_stream_stays_exact_over_many_numbers():
    stream = SeedRandom("long")
    assert [stream.random() for _ in range(20_000)] == slow_numbers("long", 20_000)


def test_seed_longer_than_the_key_wraps():
    seed = "0123456789" * 40
    stream = SeedRandom(seed)
    assert [stream.random() for _ in range(5)] == slow_numbers(seed, 5)
    assert stream.random() != SeedRandom(seed[:256]).random()


def test_seed_must_be_text():
    with pytest.raises(TypeError, match=r"expected a string.*0\.5"):
        SeedRandom(0.5)


def test_shuffle_is_a_permutation():
    assert sorted(SeedRandom("x").shuffle(100)) == list(range(100))


@pytest.mark.parametrize("run", ORIGINAL["runs"], ids=lambda run: run["config"].get("dataset"))
def test_data_are_the_originals(run):
    config = Config(**run["config"])
    data = datasets.playground(config.dataset, config.seed, config.noise)
    x_train, y_train, x_test, y_test = datasets.split(*data)
    for x, y, points in (
        (x_train, y_train, run["train_points"]),
        (x_test, y_test, run["test_points"]),
    ):
        found = np.column_stack([x, y])[[0, 1, 2, 3, -4, -3, -2, -1]]
        np.testing.assert_allclose(found, points, rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", datasets.PLAYGROUND)
@pytest.mark.parametrize("noise", [0, 15, 50])
def test_data_equal_the_transcript(name, noise):
    regression = name in datasets.REGRESSION
    config = Config(
        problem="regression" if regression else "classification",
        noise=noise,
        seed=f"{name} {noise}",
        **{"reg_dataset" if regression else "dataset": name},
    )
    train, test = transcript.draw(config, SeedRandom(config.seed))
    data = datasets.playground(name, config.seed, noise)
    found = np.column_stack([data.x, data.y])
    np.testing.assert_allclose(found, train + test, rtol=0, atol=1e-13)


def test_stream_goes_on_after_the_data():
    stream = SeedRandom("a")
    first = datasets.playground("xor", stream)
    second = datasets.playground("xor", stream)
    assert not np.array_equal(first.x, second.x)
    np.testing.assert_array_equal(first.x, datasets.playground("xor", "a").x)


@pytest.mark.parametrize(
    ("name", "count", "labels"),
    [("circle", 500, {-1, 1}), ("gauss", 500, {-1, 1}), ("plane", 1200, None)],
)
def test_sizes_and_labels(name, count, labels):
    x, y = datasets.playground(name, "1")
    assert x.shape == (count, 2)
    assert y.shape == (count,)
    if labels:
        assert set(y.tolist()) == labels
    else:
        assert np.abs(y).max() <= 1.2


def test_number_of_samples():
    assert len(datasets.playground("xor", "1", samples=7).x) == 7
    assert len(datasets.playground("spiral", "1", samples=7).x) == 8


def test_noise_moves_labels_and_not_points_of_xor():
    clean, noisy = datasets.playground("xor", "1"), datasets.playground("xor", "1", noise=50)
    np.testing.assert_array_equal(clean.x, noisy.x)
    assert (clean.y != noisy.y).any()
    assert np.array_equal(clean.y, np.sign(clean.x[:, 0] * clean.x[:, 1]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.playground("moon", "1"), "unknown data set 'moon': expected one of circ"),
        (lambda: datasets.playground("xor", "1", noise=51), "noise: expected 0 to 50"),
        (lambda: datasets.playground("xor", "1", noise=float("nan")), "noise: expected"),
        (lambda: datasets.playground("xor", "1", samples=0), "samples: expected at least 1"),
        (lambda: datasets.gate("xand"), "unknown gate 'xand': expected one of and, or"),
        (lambda: datasets.gate(1), "unknown gate 1"),
        (lambda: datasets.moons(1), "samples: expected at least 2"),
        (lambda: datasets.spiral(2, classes=3), "samples: expected at least 3"),
        (lambda: datasets.spiral(classes=0), "classes: expected at least 1"),
        (lambda: datasets.spiral(noise=float("inf")), "noise: expected"),
        (lambda: datasets.moons(noise=-1), "noise: expected a standard deviation"),
        (lambda: datasets.split([[0.0]], [1, 2]), r"got shapes \(1, 1\) and \(2,\)"),
        (lambda: datasets.split([[0.0]] * 4, [1] * 4, 100), "train_percent: expected above 0"),
        (lambda: datasets.split([[0.0]] * 4, [1] * 4, 20), "leaves one part empty"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("and", lambda a, b: a and b),
        ("or", lambda a, b: a or b),
        ("XOR", lambda a, b: a != b),
        ("nand", lambda a, b: not (a and b)),
        ("nor", lambda a, b: not (a or b)),
        ("xnor", lambda a, b: a == b),
    ],
)
def test_gates(name, function):
    x, y = datasets.gate(name)
    assert x.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [float(function(*row)) for row in x]


def test_moons_without_noise_lie_on_half_circles():
    x, y = datasets.moons(100, noise=0, seed=3)
    upper, lower = x[y == 0], x[y == 1]
    assert len(upper) == len(lower) == 50
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1)
    assert (upper[:, 1] >= 0).all()
    assert (lower[:, 1] <= 0.5).all()


@pytest.mark.parametrize("draw", [datasets.moons, datasets.spiral])
def test_seed_decides(draw):
    np.testing.assert_array_equal(draw(seed=5).x, draw(seed=5).x)
    assert not np.array_equal(draw(seed=5).x, draw(seed=6).x)


@given(st.integers(2, 60), st.floats(1, 99), st.none() | st.integers(0, 9))
def test_split_keeps_every_sample_once(count, percent, seed):
    x = np.arange(2 * count, dtype=float).reshape(count, 2)
    y = np.arange(count)
    train = int(count * percent / 100)
    if train == 0:
        with pytest.raises(ValueError, match="leaves one part empty"):
            datasets.split(x, y, percent, seed)
        return
    parts = datasets.split(x, y, percent, seed)
    assert len(parts.x_train) == len(parts.y_train) == train
    together = np.concatenate([parts.y_train, parts.y_test])
    assert sorted(together) == list(range(count))
    np.testing.assert_array_equal(np.concatenate([parts.x_train, parts.x_test]), x[together])
    if seed is None:
        np.testing.assert_array_equal(together, y)
