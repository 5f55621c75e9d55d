"""Plain torch.nn: what every backend is compared against, the `torch` backend included."""

import warnings
from typing import Any

import torch
from torch import Tensor, nn, optim

import reference
from experiments.specification import Entry
from experiments.specification.building import arguments


def fresh(layers: tuple[Entry, ...]) -> Any:
    """The layers one after the other, at torch's own initial parameters."""
    return nn.Sequential(*(getattr(nn, each.name)(**arguments(each)) for each in layers))


def model(layers: tuple[Entry, ...], state: dict[str, Tensor], dtype: torch.dtype) -> Any:
    """The layers one after the other, in evaluation mode, at `state`."""
    built = fresh(layers)
    built.to(dtype).load_state_dict(state)
    return built.eval()


def loss(entry: Entry, prediction: Tensor, target: Tensor) -> Tensor:
    """The loss; reduction "batchmean" is the sum over outputs, averaged over the batch."""
    options = {
        name: value.to(prediction.dtype) if isinstance(value, Tensor) else value
        for name, value in arguments(entry).items()
    }
    if options.get("reduction") == "batchmean" and entry.name != "KLDivLoss":
        summed = getattr(nn, entry.name)(**options | {"reduction": "sum"})
        return summed(prediction, target) / len(prediction)
    with warnings.catch_warnings():  # KLDivLoss warns about its own default
        warnings.simplefilter("ignore")
        value: Tensor = getattr(nn, entry.name)(**options)(prediction, target)
    return value


def optimizer(entry: Entry, parameters: Any, learning_rate: float) -> Any:
    """The optimizer of torch.optim, or of the reports, in its ordinary implementation."""
    namespace = optim if hasattr(optim, entry.name) else reference
    return getattr(namespace, entry.name)(parameters, lr=learning_rate, **arguments(entry))


def schedule(entry: Entry | None, of: Any) -> Any:
    """The schedule of an optimizer, or None."""
    if entry is None:
        return None
    return getattr(optim.lr_scheduler, entry.name)(of, **arguments(entry))


def gradient(tensor: Tensor) -> Tensor:
    """Its gradient; zero where nothing flowed back to it."""
    return torch.zeros_like(tensor) if tensor.grad is None else tensor.grad
