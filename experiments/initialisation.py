"""Schemes of initial parameters, which torch has no one name for; the same for every backend."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import init

from experiments import building, seeds
from experiments.parts import did_you_mean

if TYPE_CHECKING:
    from experiments.specification import Entry, RunSpec

State = dict[str, Tensor]


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


def draw(run: "RunSpec") -> State:
    """The state_dict at which `run` begins, with torch's key names.

    Drawn in float32 and converted, so runs of either dtype begin equal. A scheme of the user's
    own, `package.module:attribute`, is called with the run and returns the state_dict.
    """
    dtype = getattr(torch, run.dtype)
    scheme = run.initialisation
    if ":" in scheme.name:
        state: State = building.attribute(scheme.name)(run, **scheme.arguments)
    else:
        state = _draw(run)
    return {
        key: value.to(dtype) if value.is_floating_point() else value for key, value in state.items()
    }


def _draw(run: "RunSpec") -> State:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seeds.integer("initialisation", run.seed))
        model = building.build_model(building.reference(), run.layers)
    if run.initialisation.name != "torch":
        distribution, of_weight, of_bias = SCHEMES[run.initialisation.name]
        gain = run.initialisation.arguments.get("gain", 1.0)
        generator = seeds.generator("initialisation", run.seed)
        for module in model.modules():
            weight, bias = getattr(module, "weight", None), getattr(module, "bias", None)
            # Normalisation layers' one-dimensional weights have no fan; they keep torch's start.
            if not isinstance(weight, Tensor) or weight.dim() < 2:
                continue
            fans = Fans(*init._calculate_fan_in_and_fan_out(weight))
            _fill(weight, distribution, gain * of_weight(fans), generator)
            if isinstance(bias, Tensor):
                _fill(bias, distribution, of_bias(fans), generator)
    return {key: value.detach() for key, value in model.state_dict().items()}


@torch.no_grad()
def _fill(
    parameter: Tensor, distribution: str, deviation: float, generator: torch.Generator
) -> None:
    """Draw from the named distribution with mean 0 and this standard deviation."""
    if deviation == 0:
        parameter.zero_()
    elif distribution == "normal":
        parameter.normal_(0, deviation, generator=generator)
    else:
        bound = math.sqrt(3) * deviation
        parameter.uniform_(-bound, bound, generator=generator)
