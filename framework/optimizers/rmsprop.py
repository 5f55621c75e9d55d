"""RMSprop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.parts import decayed, defaults_of, follow_square
from framework.optimizers.scalars import Rate, Scalars


class RMSprop(Optimizer):
    """p ← p − lr·g / (√v + ε), v ← α v + (1 − α) g², as torch.optim.RMSprop.

    Source: Tieleman & Hinton 2012, lecture 6.5; centred: Graves 2013.

    Args:
        alpha: α.
        eps: ε.
        momentum: μ; steps accumulate as b ← μ b + g / (√v + ε), p ← p − lr·b.
        centered: subtract from v the square of the gradient's own average.

    For the other arguments see `Optimizer`.
    """

    at_least_zero = ("lr", "eps", "momentum", "weight_decay", "alpha")

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(params, defaults_of(
            self, lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered,
            weight_decay=weight_decay, maximize=maximize, capturable=capturable, foreach=foreach,
            differentiable=differentiable,
        ))  # fmt: skip

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """All averages at zero."""
        names = ["square_avg"]
        names += ["momentum_buffer"] * (group["momentum"] > 0) + ["grad_avg"] * group["centered"]
        return {name: torch.zeros_like(parameter) for name in names}

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
        alpha = group["alpha"]
        gradient = decayed(parameter, gradient, group, scalars)
        square = follow_square(state["square_avg"], gradient, alpha)
        if group["centered"]:
            average = state["grad_avg"].lerp_(gradient, 1 - alpha)
            root = square.addcmul(average, average, value=-1).sqrt_()
        else:
            root = square.sqrt()
        root.add_(group["eps"])
        if group["momentum"] > 0:
            buffer = state["momentum_buffer"].mul_(group["momentum"]).addcdiv_(gradient, root)
            parameter.addcmul_(buffer, scalars.negative_lr)
        else:
            scalars.add_quotient(parameter, "negative_lr", gradient, root)
