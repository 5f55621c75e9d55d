"""Schemes of initial parameters, which torch has no one name for."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from experiments.specification import building
from experiments.specification.parts import did_you_mean

if TYPE_CHECKING:
    from experiments.specification import Entry


class Fans(NamedTuple):
    """How many inputs reach an output of a layer, and how many outputs an input reaches."""

    inputs: int
    outputs: int


def _xavier(fans: Fans) -> float:
    return math.sqrt(2 / (fans.inputs + fans.outputs))


def _kaiming(fans: Fans) -> float:
    return math.sqrt(2 / fans.inputs)


def _inverse_root(fans: Fans) -> float:
    return math.sqrt(1 / (3 * fans.inputs))


def _zero(_: Fans) -> float:
    return 0.0


Deviation = Callable[[Fans], float]
SCHEMES: dict[str, tuple[str, Deviation, Deviation]] = {
    "xavier-normal": ("normal", _xavier, _xavier),
    "xavier-normal-zero-bias": ("normal", _xavier, _zero),
    "xavier-uniform-zero-bias": ("uniform", _xavier, _zero),
    "kaiming-normal-zero-bias": ("normal", _kaiming, _zero),
    "kaiming-uniform-zero-bias": ("uniform", _kaiming, _zero),
    "uniform": ("uniform", _inverse_root, _inverse_root),
    "uniform-zero-bias": ("uniform", _inverse_root, _zero),
}
"""By name: the distribution, and the standard deviation of weights and of biases.

"xavier-normal" is N(0, 2 / (in + out)) for both; "kaiming" has variance 2 / in; "uniform" is
U(-1, 1) / sqrt(in). `gain` multiplies the weights. "torch" is each layer's own in torch.nn.
"""


def check(scheme: "Entry") -> None:
    """Raise ValueError unless there is a scheme of that name that takes these arguments."""
    if ":" in scheme.name:
        building.attribute(scheme.name)
        return
    names = ["torch", *SCHEMES]
    if scheme.name not in names:
        raise ValueError(
            f"unknown initialisation {scheme.name!r}: {did_you_mean(scheme.name, names)}"
        )
    for name, value in scheme.arguments.items():
        if name != "gain" or scheme.name == "torch":
            raise ValueError(f"{scheme}: unknown argument {name!r}")
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ValueError(f"{scheme}: gain is a number above 0")
