"""The original's link: everything behind the # of its address.

The original writes each of its state variables as `name=value`, joined by `&`, in a fixed order.
It writes defaults too, and leaves out only what is empty (no regularisation, no tutorial). It
reads leniently: what it doesn't understand, it ignores. Here the latter is an error that names the
place, because a link that silently starts another experiment teaches nothing.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tutor.playground.config import ACTIVATIONS, CONTROLS, FEATURES, Config

PAGE = "https://playground.tensorflow.org/"
_HIDE = "_hide"

# The original's names, and the configuration's.
_REG_DATASETS = {"plane": "reg-plane", "multi-gauss": "reg-gauss"}
_FEATURE_KEYS = ("x", "y", "xTimesY", "xSquared", "ySquared", "cosX", "sinX", "cosY", "sinY")
_NUMBERS = {
    "batchSize": "batch_size",
    "learningRate": "learning_rate",
    "regularizationRate": "regularization_rate",
    "noise": "noise",
    "percTrainData": "train_percent",
}
_WORDS = {
    "activation": "activation",
    "regularization": "regularization",
    "dataset": "dataset",
    "problem": "problem",
}
_SWITCHES = {
    "showTestData": "show_test_data",
    "discretize": "discretize",
    "initZero": "init_zero",
    "hideText": "hide_text",
}
_WITHOUT_EFFECT = ("collectStats", "tutorial")

# A browser leaves these as they are behind the #; it would encode others, and the original, which
# doesn't decode, would then start from another seed.
_SAFE_SEED = re.compile(r"[A-Za-z0-9\-._~!$'()*+,;:@/?]+")


def to_hash(config: Config, *, drop_extras: bool = False) -> str:
    """Write a configuration as the original does.

    Parameters
    ----------
    config : Config
    drop_extras : bool
        Leave out what the original hasn't got (own data, activations per layer, functions beyond
        its four) and write the rest.

    Returns
    -------
    str
        Starts with "#".

    Raises
    ------
    ValueError
        When the configuration has something that the original hasn't got, or a seed that a link
        can't carry.
    """
    extras = _extras(config)
    if extras and not drop_extras:
        raise ValueError(
            f"a link of the original can't carry {' and '.join(extras)}; "
            "drop_extras=True writes the rest"
        )
    if not _SAFE_SEED.fullmatch(config.seed):
        raise ValueError(f"a link can't carry the seed {config.seed!r}: use letters and digits")
    in_original = config.activation in ACTIVATIONS
    values: dict[str, str | None] = {
        "activation": config.activation if in_original else "tanh",
        # The original's "none" is a null, and nulls aren't written.
        "regularization": None if config.regularization == "none" else config.regularization,
        "batchSize": str(config.batch_size),
        "dataset": config.dataset,
        "regDataset": _REG_DATASETS[config.reg_dataset],
        "learningRate": _number(config.learning_rate),
        "regularizationRate": _number(config.regularization_rate),
        "noise": str(config.noise),
        "networkShape": ",".join(map(str, config.hidden_layers)),
        "seed": config.seed,
        "showTestData": _boolean(config.show_test_data),
        "discretize": _boolean(config.discretize),
        "percTrainData": str(config.train_percent),
    }
    used = {FEATURES[name].key for name in config.features}
    values |= {key: _boolean(key in used) for key in _FEATURE_KEYS}
    values |= {"collectStats": "false", "problem": config.problem}
    values |= {"initZero": _boolean(config.init_zero), "hideText": _boolean(config.hide_text)}
    values |= {name + _HIDE: "true" for name in config.hidden_controls}
    return "#" + "&".join(f"{key}={value}" for key, value in values.items() if value is not None)


def to_url(config: Config, *, drop_extras: bool = False) -> str:
    """Return the full link that opens a configuration in the original."""
    return PAGE + to_hash(config, drop_extras=drop_extras)


def from_hash(link: str) -> Config:
    """Read a link of the original.

    Parameters
    ----------
    link : str
        A full address, or only the part behind the #, with or without it. What is left out, or
        left empty, takes the original's default. A missing seed becomes the course's default;
        the original would draw one.

    Returns
    -------
    Config

    Raises
    ------
    ValueError
        When a part can't be understood; the message quotes it and says where it stands.
    """
    if not isinstance(link, str):
        raise ValueError(f"link: expected text, got {link!r}")
    _, mark, behind = link.partition("#")
    fields: dict[str, Any] = {}
    switched: dict[str, bool] = {}
    hidden: list[str] = []
    for position, part in enumerate((behind if mark else link).split("&"), start=1):
        key, equals, value = part.partition("=")
        if not part or (equals and not value.strip() and key != "networkShape"):
            continue
        try:
            if not equals:
                raise ValueError("expected name=value")
            if key in _FEATURE_KEYS:
                switched[key] = _read_boolean(value)
            elif key.endswith(_HIDE):
                hidden += [_hidden(key)] if _read_boolean(value) else []
            else:
                change = _field(key, value)
                Config().replace(**change)
                fields |= change
        except ValueError as error:
            raise ValueError(f"link, part {position}, {part!r}: {error}") from None
    # The original takes a hidden feature away from the network as well as from the page.
    chosen = {"x": True, "y": True} | switched | dict.fromkeys(hidden, False)
    names = [name for name, feature in FEATURES.items() if chosen.get(feature.key)]
    return Config().replace(features=names, hidden_controls=hidden, **fields)


def _extras(config: Config) -> list[str]:
    extras = []
    if config.own_data is not None:
        extras.append("own data")
    if config.layer_activations is not None:
        extras.append("activations per layer")
    elif config.activation not in ACTIVATIONS:
        extras.append(f"the activation {config.activation}")
    return extras


def _field(key: str, value: str) -> dict[str, Any]:
    """Translate one `key=value` into a field of `Config`."""
    if key in _WITHOUT_EFFECT:
        return {}
    if key == "activation" and value not in ACTIVATIONS:
        raise ValueError(f"expected one of {', '.join(ACTIVATIONS)}")
    if key in _WORDS:
        return {_WORDS[key]: value}
    if key in _NUMBERS:
        return {_NUMBERS[key]: _read_number(value)}
    if key in _SWITCHES:
        return {_SWITCHES[key]: _read_boolean(value)}
    if key == "seed":
        return {"seed": value}
    if key == "networkShape":
        return {"hidden_layers": [_read_number(size) for size in value.split(",") if value]}
    if key == "regDataset":
        names = {written: name for name, written in _REG_DATASETS.items()}
        if value not in names:
            raise ValueError(f"expected one of {', '.join(names)}")
        return {"reg_dataset": names[value]}
    raise ValueError(f"unknown name {key!r}")


def _hidden(key: str) -> str:
    name = key.removesuffix(_HIDE)
    known = CONTROLS + tuple(feature.key for feature in FEATURES.values())
    if name not in known:
        raise ValueError(f"unknown control {name!r}")
    return name


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _read_boolean(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("expected true or false")
    return value == "true"


def _read_number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"expected a number, got {value!r}") from None


def _number(value: float) -> str:
    """Write a number as JavaScript does: 1 for 1.0, and 0.00001 without an exponent."""
    return np.format_float_positional(value, trim="-")
