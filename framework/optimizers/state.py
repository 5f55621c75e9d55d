"""An optimizer's state in torch.optim's format: saved, and read again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

if TYPE_CHECKING:
    from framework.optimizers.blocks import Block
    from framework.optimizers.optimizer import Optimizer

#: Which of torch's implementations to use: nothing that a state depends on.
SWITCHES = ("foreach", "capturable", "differentiable", "fused")


def save(optimizer: Optimizer) -> dict[str, Any]:
    """`state`, the rule's tensors by the parameter's number, and `param_groups`."""
    numbers: dict[int, int] = {}
    groups = []
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            numbers[id(parameter)] = len(numbers)
        groups.append({**group, "params": [numbers[id(p)] for p in group["params"]]})
    state: dict[int, dict[str, Any]] = {}
    for group, blocks in zip(optimizer.param_groups, optimizer._blocks, strict=True):
        for block in blocks:
            for index, parameter in enumerate(block.parameters):
                saved = _of_member(optimizer, group, block, index)
                if saved:
                    state[numbers[id(parameter)]] = saved
    return {"state": dict(sorted(state.items())), "param_groups": groups}


def _of_member(
    optimizer: Optimizer, group: dict[str, Any], block: Block, index: int
) -> dict[str, Any]:
    """The state of one member of a block."""
    if not block.state:
        return {}
    count = {"step": torch.tensor(float(block.step))} if optimizer.counts_steps else {}
    own = {name: block.split(tensor)[index].clone() for name, tensor in block.state.items()}
    return {**count, **optimizer.numbers_to_save(group, block.step), **own}


def load(optimizer: Optimizer, saved: Mapping[str, Any]) -> None:
    """Give an optimizer a saved state.

    Raises:
        ValueError: other groups, or state that is missing or of another shape.
    """
    name = f"{type(optimizer).__name__}.load_state_dict"
    sizes = [len(group["params"]) for group in optimizer.param_groups]
    given = [len(group["params"]) for group in saved["param_groups"]]
    if sizes != given:
        raise ValueError(f"{name} takes groups of {sizes} parameters, and got groups of {given}")
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    keys = [key for group in saved["param_groups"] for key in group["params"]]
    members = {id(p): saved["state"].get(key, {}) for p, key in zip(parameters, keys, strict=True)}
    blocks = [
        [_loaded(optimizer, name, {**group, **_own(new)}, part, members) for part in parts]
        for group, new, parts in zip(
            optimizer.param_groups,
            saved["param_groups"],
            optimizer.cut_by(lambda p: _steps(members[id(p)])),
            strict=True,
        )
    ]
    for group, new in zip(optimizer.param_groups, saved["param_groups"], strict=True):
        group.update(_own(new))
    optimizer._blocks = blocks


def _own(group: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in group.items() if k != "params" and k not in SWITCHES}


def _steps(state: Mapping[str, Any]) -> int:
    """How many updates a saved state stands for; rules that do not count know only none or some."""
    held = any(value is not None for value in state.values())
    return int(state["step"]) if "step" in state else int(held)


def _loaded(
    optimizer: Optimizer,
    name: str,
    group: dict[str, Any],
    block: Block,
    members: Mapping[int, Mapping[str, Any]],
) -> Block:
    """A block with the saved state of its members."""
    block.step = _steps(members[id(block.parameters[0])])
    if block.step == 0:
        return block
    block.state = optimizer.start(block.buffer, group)
    for key, flat in block.state.items():
        for parameter, view in zip(block.parameters, block.split(flat), strict=True):
            value = members[id(parameter)].get(key)
            if not isinstance(value, Tensor) or value.shape != view.shape:
                came = tuple(value.shape) if isinstance(value, Tensor) else value
                raise ValueError(
                    f"{name} takes {key} of shape {tuple(view.shape)} for a parameter of that "
                    f"shape, and got {came}"
                )
            view.copy_(value)
    return block
