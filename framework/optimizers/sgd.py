"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from framework.optimizers.optimizer import Optimizer
from framework.optimizers.parts import decayed, defaults_of
from framework.optimizers.scalars import Rate, Scalars


class SGD(Optimizer):
    """b ← μ b + (1 − dampening) g; p ← p − lr·b, as torch.optim.SGD.

    b starts as the first gradient; with `nesterov` the step is along g + μ b. Weight decay is added
    to the gradient.

    Args:
        momentum: μ.
        dampening: how much of the gradient does not enter b.
        nesterov: Nesterov's momentum; needs momentum > 0 and no dampening.

    For the other arguments see `Optimizer`.
    """

    counts_steps = False

    def __init__(
        self,
        params: Iterable[Any],
        lr: Rate = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("SGD: nesterov needs momentum > 0 and dampening = 0")
        super().__init__(params, defaults_of(
            self, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov, maximize=maximize, foreach=foreach, differentiable=differentiable,
            fused=fused,
        ))  # fmt: skip

    def start(self, parameter: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        """The momentum buffer, if there is one."""
        return {"momentum_buffer": torch.zeros_like(parameter)} if group["momentum"] else {}

    def kind(self, group: dict[str, Any], step: int) -> Any:
        """With momentum the first step differs: the buffer becomes the gradient."""
        return step == 1 and group["momentum"] != 0

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
        gradient = decayed(parameter, gradient, group, scalars)
        if group["momentum"]:
            buffer = state["momentum_buffer"]
            if step == 1:
                buffer.copy_(gradient)
            else:
                buffer.mul_(group["momentum"]).add_(gradient, alpha=1 - group["dampening"])
            if group["nesterov"]:
                gradient = gradient.add(buffer, alpha=group["momentum"])
            else:
                gradient = buffer
        parameter.addcmul_(gradient, scalars.negative_lr)
