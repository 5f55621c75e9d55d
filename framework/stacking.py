"""Many runs at once: modules of one structure, stacked along a leading run dimension."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TypeVar

import torch

from framework.module import Module

M = TypeVar("M", bound=Module)


def stack(modules: Sequence[M]) -> M:
    """Copy modules (or losses) into one whose parameters have a leading run dimension.

    The layers are the same layers. Inputs, outputs and gradients get the run dimension too:
    (runs, n, …); a stacked loss gives one value a run. A run's result does not depend on what the
    other runs hold. Changes do not flow back: `unstack` gives modules with the learned values.

    Args:
        modules: one a run; of the same structure and settings.

    Raises:
        ValueError: no modules, or modules that differ in more than their parameters' values.

    >>> from framework import Linear
    >>> together = stack([Linear(2, 3), Linear(2, 3)])
    >>> together(torch.ones(2, 5, 2)).shape
    torch.Size([2, 5, 3])
    """
    if not modules:
        raise ValueError("stack takes at least one module, and got none")
    first = modules[0]
    for other in modules[1:]:
        if repr(other) != repr(first) or type(other) is not type(first):
            raise ValueError(
                f"stack takes modules of one structure, and got {_brief(first)} and {_brief(other)}"
            )
        if other.training != first.training:
            raise ValueError("stack takes modules of one training mode, and got both")
    together = copy.deepcopy(first)
    runs = len(modules)
    states = [list(m.state_dict().values()) for m in modules]
    together.runs = runs
    for module in together.modules():
        module.runs = runs
    _give(together, [torch.stack(values) for values in zip(*states, strict=True)], runs)
    return together


def unstack(module: M) -> list[M]:
    """One module a run, with copies of its parameters and buffers.

    Raises:
        ValueError: the module is not stacked.
    """
    if module.runs is None:
        raise ValueError(f"unstack takes a stacked module, and got {_brief(module)}")
    values = list(module.state_dict().values())
    alone = []
    for run in range(module.runs):
        single = copy.deepcopy(module)
        for member in single.modules():
            member.runs = None
        _give(single, [v[run].clone(memory_format=torch.contiguous_format) for v in values], None)
        alone.append(single)
    return alone


def _give(module: Module, values: list[torch.Tensor], runs: int | None) -> None:
    """Put tensors in the place of all parameters and buffers, in the order of `state_dict`."""
    from framework.variable import Parameter

    remaining = iter(values)
    for member in module.modules():
        for name, held in list(member._members()):
            if isinstance(held, Module) or held is None:
                continue
            value = next(remaining)
            if isinstance(held, Parameter):
                held.data = value
                held.grad = None
                held.runs = runs
            else:
                setattr(member, name, value)


def _brief(module: Module) -> str:
    return repr(module).replace("\n", " ")
