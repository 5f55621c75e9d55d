"""The initial parameters of a run, drawn by its scheme; the same for every backend."""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import init

from experiments.specification import building
from experiments.specification.schemes import SCHEMES, Fans
from experiments.training import seeds

if TYPE_CHECKING:
    from experiments.specification import RunSpec

State = dict[str, Tensor]


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
