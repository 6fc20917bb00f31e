"""All that can be seen of a Playground, to compare two of them or one before and after."""

from typing import Any

from tutor.playground import Playground


def state_of(playground: Playground) -> dict[str, Any]:
    return {
        "config": playground.config,
        "epoch": playground.epoch,
        "weights": [W.tolist() for W in playground.weights],
        "biases": [b.tolist() for b in playground.biases],
        "dead links": [links.tolist() for links in playground.dead_links],
        "history": playground.to_csv(),
    }
