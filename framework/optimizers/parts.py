"""Parts that several update rules share: their arguments, weight decay, moving averages."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from framework.optimizers.optimizer import Optimizer, rate_of
from framework.optimizers.scalars import Rate, Scalars
from framework.optimizers.state import SWITCHES


def defaults_of(rule: Optimizer, **arguments: Any) -> dict[str, Any]:
    """A rule's arguments for groups that give none: those of its constructor but the switches.

    Raises:
        ValueError: a switch that is on.
    """
    for switch in SWITCHES:
        value = arguments.pop(switch, None)
        if value not in (None, False):
            raise ValueError(
                f"{type(rule).__name__}: {switch}={value!r} chooses one of torch's "
                "implementations, and this framework has one only; leave it out"
            )
    return arguments


def decay_of(group: dict[str, Any]) -> dict[str, Rate]:
    """What decoupled weight decay multiplies the parameter by, for `scalars`."""
    if not group["decoupled_weight_decay"]:
        return {}
    return {"decay": 1 - rate_of(group) * group["weight_decay"]}


def decayed(parameter: Tensor, gradient: Tensor, group: dict[str, Any], scalars: Scalars) -> Tensor:
    """The gradient with weight decay; decoupled decay shrinks the parameter instead, in place."""
    if not group["weight_decay"]:
        return gradient
    if group.get("decoupled_weight_decay"):
        parameter.mul_(scalars.decay)
        return gradient
    return gradient.add(parameter, alpha=group["weight_decay"])


def follow_square(average: Tensor, x: Tensor, factor: float) -> Tensor:
    """v ← ρ v + (1 − ρ) x², in place."""
    return average.mul_(factor).addcmul_(x, x, value=1 - factor)


def moments(
    gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
) -> tuple[Tensor, Tensor]:
    """Adam's m ← β₁ m + (1 − β₁) g and v ← β₂ v + (1 − β₂) g², in place."""
    first, second = group["betas"]
    average = state["exp_avg"].lerp_(gradient, 1 - first)
    return average, follow_square(state["exp_avg_sq"], gradient, second)
