"""TensorFlow Playground once more, slowly: an object a node and an object a link, plain floats.

Written from the rules, not from tutor.playground: the tests hold one against the other. It shares
only the stream of random numbers, which has tests of its own.
"""

import math

from tutor.seedrandom import SeedRandom

FEATURES = {
    "x1": lambda x, y: x,
    "x2": lambda x, y: y,
    "x1^2": lambda x, y: x * x,
    "x2^2": lambda x, y: y * y,
    "x1x2": lambda x, y: x * y,
    "sin(x1)": lambda x, y: math.sin(x),
    "sin(x2)": lambda x, y: math.sin(y),
}


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


# name: (value, slope), both of the total input
UNITS = {
    "tanh": (math.tanh, lambda z: 1 - math.tanh(z) ** 2),
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "relu": (lambda z: z if z > 0 else 0.0, lambda z: 1.0 if z > 0 else 0.0),
    "linear": (lambda z: z, lambda z: 1.0),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z: 1.0 if z > 0 else math.exp(z)),
    "softplus": (lambda z: math.log1p(math.exp(-abs(z))) + max(z, 0.0), sigmoid),
    "swish": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z)))),
    "binary_step": (lambda z: 1.0 if z >= 0 else 0.0, lambda z: 0.0),
}


class Link:
    def __init__(self, weight, source):
        self.weight = weight
        self.source = source
        self.dead = False
        self.summed = 0.0
        self.count = 0


class Node:
    def __init__(self, bias, unit, links):
        self.bias = bias
        self.value, self.slope = UNITS[unit]
        self.links = links
        self.output = 0.0
        self.total = 0.0
        self.delta = 0.0
        self.summed = 0.0
        self.count = 0


class Input:
    output = 0.0


class Transcript:
    """The Playground for one `Config`, with its data and first weights drawn here."""

    def __init__(self, config):
        self.config = config
        stream = SeedRandom(config.seed)
        points = draw(config, stream)
        self.train, self.test = points
        self.inputs = [Input() for _ in config.features]
        self.layers = []
        below = self.inputs
        for size, unit in zip([*config.hidden_layers, 1], config.activations, strict=True):
            layer = []
            for _ in range(size):
                links = [Link(stream.random() - 0.5, source) for source in below]
                layer.append(Node(0.1, unit, links))
            self.layers.append(layer)
            below = layer
        if config.init_zero:
            for node in self.nodes():
                node.bias = 0.0
                for link in node.links:
                    link.weight = 0.0

    def nodes(self):
        return [node for layer in self.layers for node in layer]

    def forward(self, x, y):
        for node, name in zip(self.inputs, self.config.features, strict=True):
            node.output = FEATURES[name](x, y)
        for node in self.nodes():
            node.total = node.bias
            for link in node.links:
                node.total += link.weight * link.source.output
            node.output = node.value(node.total)
        return self.layers[-1][0].output

    def backward(self, target):
        pull = {self.layers[-1][0]: self.layers[-1][0].output - target}
        for layer in reversed(self.layers):
            sent = {}
            for node in layer:
                node.delta = pull[node] * node.slope(node.total)
                node.summed += node.delta
                node.count += 1
                for link in node.links:
                    if not link.dead:
                        link.summed += node.delta * link.source.output
                        link.count += 1
                    if isinstance(link.source, Node):
                        sent[link.source] = sent.get(link.source, 0.0) + link.weight * node.delta
            pull = sent

    def update(self):
        for node in self.nodes():
            if node.count:
                node.bias -= self.config.learning_rate * node.summed / node.count
                node.summed, node.count = 0.0, 0
            for link in node.links:
                if link.count and not link.dead:
                    self.update_link(link)

    def update_link(self, link):
        config = self.config
        shrink = {
            "none": 0.0,
            "L1": float(link.weight > 0) - float(link.weight < 0),
            "L2": link.weight,
        }[config.regularization]
        link.weight -= config.learning_rate / link.count * link.summed
        shrunk = link.weight - config.learning_rate * config.regularization_rate * shrink
        if config.regularization == "L1" and link.weight * shrunk < 0:
            link.weight, link.dead = 0.0, True
        else:
            link.weight = shrunk
        link.summed, link.count = 0.0, 0

    def epoch(self):
        for number, (x, y, target) in enumerate(self.train, start=1):
            self.forward(x, y)
            self.backward(target)
            if number % self.config.batch_size == 0:
                self.update()

    def loss(self, points):
        return sum((self.forward(x, y) - t) ** 2 / 2 for x, y, t in points) / len(points)

    def weights(self):
        """For each layer a list over inputs of lists over neurons."""
        return [
            [[node.links[d].weight for node in layer] for d in range(len(layer[0].links))]
            for layer in self.layers
        ]

    def dead_links(self):
        return sum(link.dead for node in self.nodes() for link in node.links)


def draw(config, stream):
    """Draw, shuffle and split the data of a configuration."""
    if config.own_data is None:
        count = 500 if config.problem == "classification" else 1200
        points = GENERATORS[config.data_name](stream, count, config.noise / 100)
    else:
        points = [tuple(point) for point in config.own_data]
    left = len(points)
    while left > 0:
        pick = math.floor(stream.random() * left)
        left -= 1
        points[left], points[pick] = points[pick], points[left]
    cut = math.floor(len(points) * config.train_percent / 100)
    return points[:cut], points[cut:]


def uniform(stream, low, high):
    return low + (high - low) * stream.random()


def circle(stream, count, noise):
    points = []
    for i in range(count):
        radius = uniform(stream, 0, 2.5) if i < count // 2 else uniform(stream, 3.5, 5)
        angle = uniform(stream, 0, 2 * math.pi)
        x, y = radius * math.sin(angle), radius * math.cos(angle)
        moved = [c + uniform(stream, -5, 5) * noise for c in (x, y)]
        points.append((x, y, 1 if math.hypot(*moved) < 2.5 else -1))
    return points


def xor(stream, count, noise):
    points = []
    for _ in range(count):
        x, y = (c + math.copysign(0.3, c) for c in (uniform(stream, -5, 5) for _ in "xy"))
        moved = [c + uniform(stream, -5, 5) * noise for c in (x, y)]
        points.append((x, y, 1 if moved[0] * moved[1] >= 0 else -1))
    return points


def gauss(stream, count, noise):
    def normal(mean):
        while True:
            u, v = 2 * stream.random() - 1, 2 * stream.random() - 1
            s = u * u + v * v
            if s <= 1:
                return mean + math.sqrt(0.5 + 7 * noise) * math.sqrt(-2 * math.log(s) / s) * u

    signs = [1] * (count // 2) + [-1] * (count // 2)
    return [(normal(2 * sign), normal(2 * sign), sign) for sign in signs]


def spiral(stream, count, noise):
    points = []
    for turn, sign in ((0, 1), (math.pi, -1)):
        for i in range(count // 2):
            part = i / (count // 2)
            angle = 3.5 * math.pi * part + turn
            x = 5 * part * math.sin(angle) + uniform(stream, -1, 1) * noise
            y = 5 * part * math.cos(angle) + uniform(stream, -1, 1) * noise
            points.append((x, y, sign))
    return points


def plane(stream, count, noise):
    return [(x, y, (u + v) / 10) for x, y, u, v in scattered(stream, count, noise)]


def multi_gauss(stream, count, noise):
    hills = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]

    def height(u, v):
        return max((s * max(0, 1 - math.hypot(u - cx, v - cy) / 2) for cx, cy, s in hills), key=abs)

    return [(x, y, height(u, v)) for x, y, u, v in scattered(stream, count, noise)]


def scattered(stream, count, noise):
    for _ in range(count):
        x, y = uniform(stream, -6, 6), uniform(stream, -6, 6)
        u, v = (c + uniform(stream, -6, 6) * noise for c in (x, y))
        yield x, y, u, v


GENERATORS = {
    "circle": circle,
    "xor": xor,
    "gauss": gauss,
    "spiral": spiral,
    "plane": plane,
    "multi-gauss": multi_gauss,
}
