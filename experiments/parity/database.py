"""PyTorch's own conformance database: its modules, their inputs, and what torch.nn does with them.

`torch.testing._internal.common_modules.module_db` has 114 modules with 1,813 inputs,
`common_optimizers.optim_db` 15 optimizers with 91 settings; both need the package `expecttest`.
"""

import warnings
from functools import cache
from typing import Any

import torch
from torch import Tensor

from experiments.backends.observing import tensors_in


class CannotAsk(Exception):  # noqa: N818
    """An input that the protocols of the backends have no words for."""


@cache
def modules() -> dict[str, Any]:
    """The database's modules by name; none where `expecttest` is missing."""
    return _database("common_modules", "module_db", "module_cls")


@cache
def optimizers() -> dict[str, Any]:
    """The database's optimizers by name."""
    return _database("common_optimizers", "optim_db", "optim_cls")


def _database(module: str, name: str, cls: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = __import__(f"torch.testing._internal.{module}", fromlist=[name])
        except ModuleNotFoundError:
            return {}
    return {getattr(info, cls).__name__: info for info in getattr(found, name)}


def inputs(name: str) -> list[Any]:
    """The inputs of a module in training mode and float64."""
    info = modules()[name]
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        return list(
            info.module_inputs_func(
                info, device="cpu", dtype=torch.float64, requires_grad=True, training=True
            )
        )


def by_torch(module: Any, called: list[Any]) -> tuple[list[Tensor], tuple[Any, ...]]:
    """A cotangent for each value, and values, gradients and state as torch.nn has them."""
    leaves, arguments = _leaves(called)
    with torch.random.fork_rng(devices=[]):
        values = tensors_in(module(*arguments))
        cotangents = [
            torch.randn_like(value) if value.requires_grad else torch.zeros_like(value)
            for value in values
        ]
    for value, cotangent in zip(values, cotangents, strict=True):
        if value.requires_grad:
            value.backward(cotangent, retain_graph=True)
    return cotangents, (
        [value.detach() for value in values],
        [_gradient(leaf) for leaf in leaves],
        {key: _gradient(parameter) for key, parameter in module.named_parameters()},
        dict(module.state_dict()),
    )


def _leaves(given: list[Any]) -> tuple[list[Tensor], list[Any]]:
    """Fresh copies of the inputs, and those among them that a gradient flows back to."""
    leaves: list[Tensor] = []

    def copy(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return tuple(map(copy, value))
        if not isinstance(value, Tensor) or not value.requires_grad:
            return value
        leaves.append(value.detach().clone().requires_grad_())
        return leaves[-1]

    return leaves, [copy(value) for value in given]


def first_line(error: Exception) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"


def _gradient(leaf: Tensor) -> Tensor:
    return torch.zeros_like(leaf) if leaf.grad is None else leaf.grad
