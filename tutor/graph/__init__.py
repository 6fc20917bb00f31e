"""A computational graph that remembers every step forward and backward.

>>> from tutor.graph import Graph
>>> graph = Graph()
>>> x, y, z = graph.variable("x", -2), graph.variable("y", 5), graph.variable("z", -4)
>>> q = (x + y).named("q")
>>> f = (q * z).named("f")
>>> graph.backward()
{'x': -4.0, 'y': -4.0, 'z': 3.0}
>>> print(graph.steps[2].text)
A multiply gate: f = q × z = 3 × (−4) = −12.

A node holds one number. For matrices use an object array of nodes (`Graph.variables`):
`@`, `+`, `*`, `np.exp`, `np.log` and `np.tanh` then build the graph number by number.

Conventions where the derivative does not exist:

- max: on a tie the whole gradient goes to the first of the largest inputs. A constant wins
  against a node, so that max(0, x) at 0 agrees with the next line.
- relu'(0) = 0, as in `tutor.activations`.

Speed: building an expression and going forward and backward takes about 0.75 times as long as
in micrograd, measured side by side by `tests/benchmarks/test_graph_speed.py`. The backward pass
only notes each gate and its upstream gradient; `steps` makes the rest from that when asked.
"""

from tutor.graph.graph import Graph, trace
from tutor.graph.node import Node, maximum
from tutor.graph.steps import Step
from tutor.graph.worked_examples import examples, neuron, product_of_sum, shared_input

__all__ = [
    "Graph",
    "Node",
    "Step",
    "examples",
    "maximum",
    "neuron",
    "product_of_sum",
    "shared_input",
    "trace",
]
