"""Adam."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.blocks import Rate, Scalars
from framework.optimizers.optimizer import Optimizer, rate_of


class Adam(Optimizer):
    """p ← p − lr·m̂ / (√v̂ + ε), as torch.optim.Adam (Kingma & Ba 2015, algorithm 1).

    m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵏ), v̂ = v / (1 − β₂ᵏ) at step k.

    Args:
        params: parameters, or groups of them.
        lr: learning rate, or a tensor with one value a run.
        betas: β₁ and β₂.
        eps: ε.
        weight_decay: factor of the parameter that is added to the gradient.
        amsgrad: use the largest v̂ so far (Reddi et al. 2018).
        maximize: ascend instead.
        decoupled_weight_decay: shrink the parameter by lr·weight_decay·p instead.

    Raises:
        ValueError: an argument out of range.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "decoupled_weight_decay": decoupled_weight_decay,
        }
        super().__init__(
            params,
            defaults,
            foreach=foreach,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
        )

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """Both averages at zero."""
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * group["amsgrad"]
        return {name: torch.zeros_like(parameter) for name in names}

    def scalars(self, group: dict[str, Any], step: int) -> dict[str, Rate]:
        """The step size and the root of v's correction."""
        first, second = group["betas"]
        lr = rate_of(group)
        numbers = {
            "negative_step_size": -(lr / (1 - first**step)),
            "root_correction": (1 - second**step) ** 0.5,
        }
        if group["decoupled_weight_decay"]:
            numbers["decay"] = 1 - lr * group["weight_decay"]
        return numbers

    def update(
        self,
        parameter: Tensor,
        gradient: Tensor,
        state: dict[str, Any],
        scalars: Scalars,
        group: dict[str, Any],
        step: int,
    ) -> None:
        """One step."""
        first, second = group["betas"]
        average, square = state["exp_avg"], state["exp_avg_sq"]
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            parameter.mul_(scalars.decay)
        elif group["weight_decay"]:
            gradient = gradient.add(parameter, alpha=group["weight_decay"])
        average.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        if group["amsgrad"]:
            square = torch.maximum(state["max_exp_avg_sq"], square, out=state["max_exp_avg_sq"])
        # The root of an exact zero, which units that are off leave, takes many times longer than
        # that of the smallest normal number, and next to eps both leave no bit.
        if group["eps"] >= 1e-9:
            square = torch.maximum(square, scalars.smallest)
        denominator = square.sqrt().div_(scalars.root_correction).add_(group["eps"])
        parameter.addcdiv_(average.mul(scalars.negative_step_size), denominator)
